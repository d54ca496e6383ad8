"""Races over orders, codes and stock on the real database: exactly one winner each."""

import pytest

from tests.books import audit_entries, balance, draws, ledger, orders, stock
from tests.racing import UNLIMITED, race


@pytest.fixture
def settings_override():
    return UNLIMITED


@pytest.fixture
def placed(make):
    """A guest, a product of 10 pieces, and the guest's order of two."""
    guest, product = make.guest(), make.product()
    order = guest.post("/api/exchange/redeem", {"commodity_id": product, "quantity": 2}).ok()
    return guest, product, order


def test_a_guest_cancels_20_times_at_once(placed):
    guest, product, order = placed
    path = f"/api/exchange/records/{order['order_id']}/cancel"
    assert race([lambda: guest.post(path)] * 20) == {0: 1, 4005: 19}
    assert (balance(guest), stock(guest, product)) == (1000, 10)


def test_guests_and_merchants_pull_at_one_order(make, placed):
    guest, product, order = placed
    merchant = make.merchant()
    own = f"/api/exchange/records/{order['order_id']}/cancel"
    shops = f"/api/merchant/orders/{order['order_id']}"
    codes = race(
        [lambda: guest.post(own)] * 5
        + [lambda: merchant.post(f"{shops}/complete")] * 5
        + [lambda: merchant.post(f"{shops}/cancel")] * 5
        + [lambda: merchant.post("/api/merchant/verify", {"code": order["pickup_code"]})] * 5
    )
    assert codes == {0: 1, 4005: 19}
    (row,) = orders(guest)
    refunds = [entry.points for entry in ledger(guest) if entry.source == "exchange_refund"]
    if row.status == "cancelled":
        assert (balance(guest), stock(guest, product), refunds) == (1000, 10, [200])
    else:
        assert (row.status, balance(guest), stock(guest, product)) == ("completed", 800, 8)
        assert refunds == []


def test_a_code_is_taken_once_by_many_counters(make):
    make.wheel({"probability": 1, "prize_type": "physical", "prize_value": 25})
    guest, merchants = make.guest(), [make.merchant() for _ in range(10)]
    guest.post("/api/lottery/draw", {}).ok()
    (draw,) = draws(guest)
    body = {"code": draw.claim_code}
    codes = race([lambda m=m: m.post("/api/merchant/verify", body) for m in merchants])
    assert codes == {0: 1, 4005: 9}
    assert len(audit_entries(guest, f"draw:{draw.id}")) == 1


def test_buyers_and_cancellers_of_one_product(make):
    product, guests = make.product(stock=6), [make.guest() for _ in range(6)]
    body = {"commodity_id": product}
    placed = [guest.post("/api/exchange/redeem", body).ok()["order_id"] for guest in guests]
    buyers = [make.guest() for _ in range(12)]
    codes = race(
        [
            lambda g=g, o=o: g.post(f"/api/exchange/records/{o}/cancel")
            for g, o in zip(guests, placed, strict=True)
        ]
        + [lambda b=b: b.post("/api/exchange/redeem", body) for b in buyers]
    )
    sold = sum(len(orders(buyer)) for buyer in buyers)
    assert codes[0] == 6 + sold and codes[4002] == 12 - sold
    assert stock(guests[0], product) == 6 - sold


def test_restocking_while_guests_buy(make):
    product, merchant = make.product(stock=5), make.merchant()
    guests = [make.guest() for _ in range(15)]
    restock = {"operation": "restock", "quantity": 1}
    codes = race(
        [lambda: merchant.post(f"/api/merchant/products/{product}/stock", restock)] * 5
        + [lambda g=g: g.post("/api/exchange/redeem", {"commodity_id": product}) for g in guests]
    )
    sold = sum(len(orders(guest)) for guest in guests)
    assert codes[0] == 5 + sold and codes[0] + codes[4002] == 20 and 5 <= sold <= 10
    assert stock(merchant, product) == 10 - sold


def test_wheels_replaced_and_drawn_at_once(make):
    merchants, guests = [make.merchant() for _ in range(4)], [make.guest() for _ in range(8)]

    def wheel(name, probability):
        shared = {"value": 0, "color": "#000000"}
        return [
            {**shared, "name": name, "type": "coupon", "angle": 0, "probability": probability},
            {
                **shared,
                "name": "谢谢参与",
                "type": "empty",
                "angle": 90,
                "probability": round(1 - probability, 4),
            },
        ]

    wheels = {f"券{n}": wheel(f"券{n}", n / 10) for n in range(1, 5)}
    codes = race(
        [
            lambda m=m, w=w: m.put("/api/merchant/prizes", {"prizes": w})
            for m, w in zip(merchants, wheels.values(), strict=True)
        ]
        + [lambda g=g: g.post("/api/lottery/draw", {}) for g in guests]
    )
    assert codes == {0: 12}
    standing = merchants[0].get("/api/merchant/prizes").ok()["prizes"]
    assert len(standing) == 2 and standing[0]["name"] in wheels
    assert sum(prize["probability"] for prize in standing) == 1


def test_editors_with_one_version_at_once(make):
    """Of eight forms opened together, one is saved."""
    editors = [make.merchant() for _ in range(8)]
    form = editors[0].get("/api/merchant/prizes").ok()
    for prize in form["prizes"]:
        del prize["id"]
    codes = race([lambda e=e: e.put("/api/merchant/prizes", form) for e in editors])
    assert codes == {0: 1, 8003: 7}
    assert len(editors[0].get("/api/merchant/prizes").ok()["prizes"]) == 8
    assert len(audit_entries(editors[0], "wheel")) == 1


@pytest.mark.parametrize("with_version", [False, True])
def test_wheels_sent_back_while_their_prize_is_won(make, with_version):
    """Five pieces: however often the wheel is saved as it was read, five are won."""
    make.wheel(
        {"probability": 0.9, "prize_type": "physical", "stock": 5},
        {"probability": 0.1, "angle": 90},
    )
    merchants, guests = [make.merchant() for _ in range(4)], [make.guest() for _ in range(20)]

    def save(merchant):
        form = merchant.get("/api/merchant/prizes").ok()
        return merchant.put("/api/merchant/prizes", form if with_version else _unversioned(form))

    for _ in range(3):
        saves = [lambda m=m: save(m) for m in merchants]
        codes = race(saves + [lambda g=g: g.post("/api/lottery/draw", {}) for g in guests])
        assert codes.keys() <= ({0, 8003} if with_version else {0})
    won = sum(draw.prize_type == "physical" for guest in guests for draw in draws(guest))
    left = merchants[0].get("/api/merchant/prizes").ok()["prizes"][0]["stock"]
    assert (won, left) == (5, 0)


def _unversioned(form):
    return {"prizes": form["prizes"]}
