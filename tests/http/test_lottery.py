"""The wheel through HTTP."""

import pytest

from tests.books import balance, draws, ledger, set_config


def test_config_is_the_wheel_by_angle(make):
    wheel = make.guest().get("/api/lottery/config").ok()
    assert wheel["cost_points"] == 100
    assert [prize["angle"] for prize in wheel["prizes"]] == [0, 45, 90, 135, 180, 225, 270, 315]
    assert wheel["prizes"][0] == {
        "id": wheel["prizes"][0]["id"],
        "name": "八八折券",
        "type": "coupon",
        "value": 88,
        "angle": 0,
        "color": "#FF6B6B",
        "probability": 0.05,
        "is_activity": True,
    }


@pytest.mark.parametrize(
    ("request_body", "name", "turns"),
    [
        ({}, "single", 1),
        ({"draw_type": "single"}, "single", 1),
        ({"draw_type": "triple"}, "triple", 3),
        ({"draw_type": "quintuple"}, "quintuple", 5),
        ({"draw_type": "five"}, "quintuple", 5),
        ({"draw_type": "decade"}, "decade", 10),
        ({"draw_type": "ten", "count": 10}, "decade", 10),
        ({"count": 3}, "triple", 3),
        ({"count": 10}, "decade", 10),
    ],
)
@pytest.mark.also_on_sqlite
def test_draw_types(make, request_body, name, turns):
    guest = make.guest(points=2000)
    answer = guest.post("/api/lottery/draw", request_body).ok()
    assert answer["draw_type"] == name
    assert [result["draw_sequence"] for result in answer["results"]] == list(range(1, turns + 1))
    assert answer["points_cost"] == 100 * turns
    won = sum(r["prize_value"] for r in answer["results"] if r["prize_type"] == "points")
    assert answer["remaining_points"] == 2000 - 100 * turns + won == balance(guest)
    assert len(draws(guest)) == turns
    booked = [(row.source, row.points) for row in ledger(guest) if row.source.startswith("lottery")]
    assert booked == [("lottery", -100 * turns)] + [("lottery_win", won)] * bool(won)


@pytest.mark.parametrize(
    "request_body",
    [
        {"draw_type": "seven"},
        {"draw_type": 1},
        {"draw_type": "single", "count": 3},
        {"count": 2},
        {"count": 0},
        {"count": "3"},
        {"count": True},
        {"count": 3.0},
    ],
)
def test_a_draw_that_is_none_is_refused_and_costs_nothing(make, request_body):
    guest = make.guest()
    answer = guest.post("/api/lottery/draw", request_body)
    assert (answer.status, answer.code) == (200, 9001)
    assert answer.data["errors"][0]["field"] in request_body
    assert balance(guest) == 1000 and not draws(guest)


@pytest.mark.also_on_sqlite
def test_too_few_points(make):
    guest = make.guest(points=299)
    answer = guest.post("/api/lottery/draw", {"draw_type": "triple"})
    assert (answer.status, answer.code, answer.msg) == (200, 3001, "积分余额不足")
    assert answer.data == {"required": 300, "current": 299}
    assert balance(guest) == 299 and not draws(guest)


def test_no_draw_without_an_active_prize(make):
    make.wheel()
    assert make.guest().post("/api/lottery/draw", {}).code == 3003


def test_no_draw_when_the_probabilities_do_not_add_up(make):
    make.wheel({"probability": "0.5"}, {"probability": "0.498"})
    guest = make.guest()
    assert guest.post("/api/lottery/draw", {}).code == 3003
    assert balance(guest) == 1000


def test_points_prizes_are_credited_in_one_row(make):
    make.wheel({"probability": 1, "prize_type": "points", "prize_value": 30})
    guest = make.guest()
    answer = guest.post("/api/lottery/draw", {"draw_type": "decade"}).ok()
    assert answer["remaining_points"] == 1000 - 1000 + 300
    assert [(row.source, row.points, row.balance_after) for row in ledger(guest)[-2:]] == [
        ("lottery", -1000, 0),
        ("lottery_win", 300, 300),
    ]


def test_coupons_and_goods_become_claimable(make):
    make.wheel({"probability": 1, "prize_type": "coupon", "prize_value": 88, "is_activity": True})
    guest = make.guest()
    guest.post("/api/lottery/draw", {}).ok()
    (draw,) = draws(guest)
    assert draw.status == "pending" and len(draw.claim_code) == 10


@pytest.mark.parametrize(
    "limit", [{"stock": 4}, {"daily_limit": 4}, {"total_limit": 4}, {"stock": 9, "daily_limit": 4}]
)
@pytest.mark.also_on_sqlite
def test_a_prize_that_is_used_up_becomes_the_likeliest_empty_one(make, limit):
    make.wheel(
        {"probability": "0.9998", "prize_type": "points", "prize_value": 5, **limit},
        {"probability": "0.0002", "prize_name": "谢谢参与"},
        {"probability": "0", "prize_name": "再接再厉"},
    )
    guest = make.guest(points=2000)
    results = guest.post("/api/lottery/draw", {"draw_type": "decade"}).ok()["results"]
    names = [result["prize_name"] for result in results]
    assert names.count("奖品0") == 4 and names.count("谢谢参与") == 6
    assert [draw.prize_name for draw in draws(guest)] == names
    assert balance(guest) == 2000 - 1000 + 4 * 5


def test_three_draws_a_minute(make):
    guest = make.guest(points=5000)
    for _ in range(3):
        guest.post("/api/lottery/draw", {}).ok()
    refused = guest.post("/api/lottery/draw", {})
    assert (refused.status, refused.code, refused.msg) == (429, 3002, "抽奖过于频繁，请稍后再试")
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert len(draws(guest)) == 3
    assert make.guest().post("/api/lottery/draw", {}).code == 0


@pytest.mark.also_on_sqlite
def test_the_daily_limit_counts_turns(make, app):
    set_config(app, "daily_lottery_limit", "4")
    guest = make.guest(points=2000)
    guest.post("/api/lottery/draw", {"draw_type": "triple"}).ok()
    refused = guest.post("/api/lottery/draw", {"draw_type": "triple"})
    assert (refused.code, refused.data) == (3004, {"limit": 4, "used": 3})
    guest.post("/api/lottery/draw", {}).ok()
    assert len(draws(guest)) == 4
