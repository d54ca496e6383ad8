"""What a guest drew so far, through HTTP."""

from tests.books import draws
from tests.queries import explained


def test_a_record_has_the_contracts_fields_newest_first(make):
    make.wheel({"probability": 1, "prize_type": "coupon", "prize_value": 88})
    guest = make.guest()
    first = guest.post("/api/lottery/draw", {"draw_type": "triple"}).ok()
    last = guest.post("/api/lottery/draw", {}).ok()
    listed = guest.get("/api/lottery/records?limit=3").ok()
    assert listed["pagination"] == {"total": 4, "page": 1, "limit": 3, "total_pages": 2}
    newest, *older = listed["records"]
    assert newest["draw_id"] == last["draw_id"]
    assert {each["draw_id"] for each in older} == {first["draw_id"]}
    row = draws(guest)[-1]
    assert newest.pop("created_at").endswith("Z")
    assert newest == {
        "id": row.id,
        "draw_id": last["draw_id"],
        "prize_id": row.prize_id,
        "prize_name": "奖品0",
        "prize_type": "coupon",
        "prize_value": 88,
        "draw_type": "single",
        "points_cost": 100,
        "is_near_miss": row.is_near_miss,
        "is_winning": True,
        "status": "pending",
        "claim_code": row.claim_code,
    }


def test_nothing_won_is_nothing_to_claim(make):
    make.wheel({"probability": 1})
    guest = make.guest()
    guest.post("/api/lottery/draw", {}).ok()
    (record,) = guest.get("/api/lottery/records").ok()["records"]
    assert (record["is_winning"], record["status"], record["claim_code"]) == (False, None, None)
    assert guest.get(f"/api/lottery/records/{record['id']}").ok()["claim_qr"] is None


def test_one_record_has_its_claim_code_as_a_picture_until_it_is_claimed(make):
    make.wheel({"probability": 1, "prize_type": "physical", "prize_value": 25})
    guest = make.guest()
    guest.post("/api/lottery/draw", {}).ok()
    (draw,) = draws(guest)
    record = guest.get(f"/api/lottery/records/{draw.id}").ok()
    assert record["claim_qr"].startswith("data:image/png;base64,")
    make.merchant().post("/api/merchant/verify", {"code": draw.claim_code}).ok()
    assert guest.get(f"/api/lottery/records/{draw.id}").ok()["claim_qr"] is None
    stranger = make.guest()
    refused = stranger.get(f"/api/lottery/records/{draw.id}")
    assert (refused.code, refused.data["errors"][0]["field"]) == (9001, "record_id")
    assert stranger.get("/api/lottery/records").ok()["records"] == []


def test_statistics_agree_with_the_records(make):
    guest = make.guest(points=3000)
    make.wheel({"probability": 1, "prize_type": "points", "prize_value": 30})
    guest.post("/api/lottery/draw", {"draw_type": "decade"}).ok()
    make.wheel({"probability": 1})
    guest.post("/api/lottery/draw", {"draw_type": "quintuple"}).ok()
    assert guest.get("/api/lottery/statistics").ok() == {
        "total_draws": 15,
        "total_points_spent": 1500,
        "total_points_won": 300,
        "win_rate": 0.6667,
        "favorite_prize": "奖品0",
        "today_draws": 15,
    }


def test_statistics_of_a_guest_who_never_drew(make):
    assert make.guest().get("/api/lottery/statistics").ok() == {
        "total_draws": 0,
        "total_points_spent": 0,
        "total_points_won": 0,
        "win_rate": 0,
        "favorite_prize": None,
        "today_draws": 0,
    }


def test_the_counts_are_read_from_an_index_alone(make, app):
    guest = make.guest()
    guest.post("/api/lottery/draw", {}).ok()
    call = lambda: guest.get("/api/lottery/statistics").ok()  # noqa: E731
    (plan,) = explained(app, call, "GROUP BY lottery_records.prize_id")
    assert plan["key"] == "ix_lottery_records_counts" and "Using index" in plan["Extra"]


def test_pages(make):
    assert make.guest().get("/api/lottery/records?page=0").code == 9001
