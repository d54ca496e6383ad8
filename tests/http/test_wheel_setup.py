"""The whole wheel from the merchant's side, through HTTP."""

import pytest

from tests.books import audit_entries, draws

EMPTY = {
    "name": "谢谢参与",
    "type": "empty",
    "value": 0,
    "angle": 180,
    "color": "#74B9FF",
    "probability": 0.7,
}
CAKE = {
    "name": "蛋糕",
    "type": "physical",
    "value": 28.5,
    "angle": 0,
    "color": "#ff6b6b",
    "probability": 0.3,
    "stock": 4,
    "daily_limit": 2,
}


def put(merchant, *prizes):
    return merchant.put("/api/merchant/prizes", {"prizes": list(prizes)})


def changed(prize, **fields):
    return {**prize, **fields}


def test_the_first_wheel_sent_back_is_the_same_wheel(make):
    merchant = make.merchant()
    wheel = merchant.get("/api/merchant/prizes").ok()["prizes"]
    assert len(wheel) == 8 and wheel[0]["stock"] == -1
    assert put(merchant, *wheel).ok()["prizes"] == wheel


def test_a_new_wheel_is_what_guests_see_and_draw(make):
    merchant, guest = make.merchant(), make.guest(points=2000)
    before = guest.get("/api/lottery/config").ok()["prizes"]
    wheel = put(merchant, EMPTY, CAKE).ok()["prizes"]
    assert [prize["name"] for prize in wheel] == ["蛋糕", "谢谢参与"]
    assert wheel[0] | {"id": 0} == changed(CAKE, id=0, is_activity=False, total_limit=0)
    shown = guest.get("/api/lottery/config").ok()["prizes"]
    assert [prize["id"] for prize in shown] == [prize["id"] for prize in wheel]
    assert not {prize["id"] for prize in shown} & {prize["id"] for prize in before}
    guest.post("/api/lottery/draw", {"draw_type": "decade"}).ok()
    names = [draw.prize_name for draw in draws(guest)]
    assert set(names) <= {"蛋糕", "谢谢参与"} and names.count("蛋糕") <= 2
    (entry,) = audit_entries(merchant, "wheel")
    assert (entry.actor_id, entry.action) == (merchant.user_id, "wheel.replace")
    assert [prize["name"] for prize in entry.details["prizes"]] == ["蛋糕", "谢谢参与"]


def test_a_known_prize_keeps_its_stock_unless_told(make):
    merchant = make.merchant()
    cake, empty = put(merchant, CAKE, EMPTY).ok()["prizes"]
    del cake["stock"]
    kept = put(
        merchant, changed(cake, name="小蛋糕", probability=0.25), changed(empty, probability=0.75)
    )
    assert [(p["id"], p["name"], p["stock"]) for p in kept.ok()["prizes"]] == [
        (cake["id"], "小蛋糕", 4),
        (empty["id"], "谢谢参与", -1),
    ]
    form = merchant.get("/api/merchant/prizes").ok()
    assert put(merchant, changed(cake, stock=-1), empty).ok()["prizes"][0]["stock"] == 4
    body = {"prizes": [changed(cake, stock=-1), empty], "version": form["version"]}
    assert merchant.put("/api/merchant/prizes", body).code == 8003  # the name changed meanwhile
    form = merchant.get("/api/merchant/prizes").ok()
    reset = merchant.put("/api/merchant/prizes", body | {"version": form["version"]})
    assert reset.ok()["prizes"][0]["stock"] == -1


def test_who_is_missing_leaves_and_may_come_back(make):
    merchant = make.merchant()
    cake, empty = put(merchant, CAKE, EMPTY).ok()["prizes"]
    assert len(put(merchant, changed(empty, probability=1)).ok()["prizes"]) == 1
    assert put(merchant, cake, empty).ok()["prizes"] == [cake, empty]


@pytest.mark.parametrize(
    ("prizes", "field"),
    [
        ([], "prizes"),
        ([CAKE], "prizes"),
        ([CAKE, changed(EMPTY, probability=0.7001)], "prizes"),
        ([CAKE, changed(EMPTY, probability=0.6999)], "prizes"),
        ([CAKE, changed(EMPTY, angle=0)], "prizes"),
        ([changed(CAKE, probability=1)], "prizes"),
        ([changed(CAKE, id=999_999), EMPTY], "prizes.0.id"),
        ([CAKE, changed(EMPTY, type="points", value=0)], "prizes.1.value"),
        ([CAKE, changed(EMPTY, type="points", value=1.5)], "prizes.1.value"),
        ([changed(CAKE, probability=0.30001), EMPTY], "prizes.0.probability"),
        ([changed(CAKE, probability="0.3"), EMPTY], "prizes.0.probability"),
        ([changed(CAKE, probability=-0.3), EMPTY], "prizes.0.probability"),
        ([changed(CAKE, probability=1.3), EMPTY], "prizes.0.probability"),
        ([changed(CAKE, type="car"), EMPTY], "prizes.0.type"),
        ([changed(CAKE, angle=360), EMPTY], "prizes.0.angle"),
        ([changed(CAKE, angle=True), EMPTY], "prizes.0.angle"),
        ([changed(CAKE, color="red"), EMPTY], "prizes.0.color"),
        ([changed(CAKE, color="#12345G"), EMPTY], "prizes.0.color"),
        ([changed(CAKE, name=""), EMPTY], "prizes.0.name"),
        ([changed(CAKE, value=-1), EMPTY], "prizes.0.value"),
        ([changed(CAKE, stock=-2), EMPTY], "prizes.0.stock"),
        ([changed(CAKE, daily_limit=-1), EMPTY], "prizes.0.daily_limit"),
        ([CAKE, 7], "prizes.1"),
    ],
)
def test_what_makes_no_wheel_is_refused_whole(make, prizes, field):
    merchant = make.merchant()
    before = merchant.get("/api/merchant/prizes").ok()
    refused = put(merchant, *prizes)
    assert (refused.code, refused.data["errors"][0]["field"]) == (9001, field)
    assert merchant.get("/api/merchant/prizes").ok() == before
    assert audit_entries(merchant, "wheel") == []
