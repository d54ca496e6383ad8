"""Races on the real database: many threads, exactly the right number of winners."""

from collections import Counter

import pytest

from points_app.notices import channels
from tests.books import balance, draws, ledger, orders, set_config, stock
from tests.hearing import hears
from tests.racing import UNLIMITED, race
from tests.receipts_in import hand_in


@pytest.fixture
def settings_override():
    return UNLIMITED


def in_waves(call, total, threads=25):
    codes = Counter()
    for _ in range(total // threads):
        codes += race([call] * threads)
    return codes


@pytest.mark.also_on_sqlite
def test_200_draws_with_points_for_7(make):
    make.wheel({"probability": 1})
    guest = make.guest(points=799)
    codes = in_waves(lambda: guest.post("/api/lottery/draw", {}), 200)
    assert codes == {0: 7, 3001: 193}
    assert len(draws(guest)) == 7 and balance(guest) == 99


@pytest.mark.also_on_sqlite
def test_50_redeems_of_5_in_stock(make):
    product = make.product(stock=5)
    guests = [make.guest() for _ in range(50)]

    def redeem(guest):
        return lambda: guest.post("/api/exchange/redeem", {"commodity_id": product})

    codes = race([redeem(guest) for guest in guests])
    assert codes == {0: 5, 4002: 45}
    assert stock(guests[0], product) == 0
    assert sorted(balance(guest) for guest in guests) == [900] * 5 + [1000] * 45
    assert sum(len(orders(guest)) for guest in guests) == 5


def test_a_flash_sale_is_announced_in_order(app, make):
    """Whoever commits first may publish last: an older stock never follows a newer one."""
    product = make.product(stock=60)
    guests = [make.guest() for _ in range(60)]
    with hears(app, f"{channels.PRODUCT}{product}") as heard:
        redeem = {"commodity_id": product}
        codes = race(
            [lambda guest=guest: guest.post("/api/exchange/redeem", redeem) for guest in guests]
        )
    left = [notice["data"]["stock"] for notice in heard]
    assert codes == {0: 60}
    assert left[-1] == 0 and left == sorted(set(left), reverse=True)


@pytest.mark.also_on_sqlite
def test_one_guest_buys_and_draws_at_once(make):
    make.wheel({"probability": 1, "prize_type": "points", "prize_value": 10})
    product = make.product(stock=100)
    guest = make.guest(points=1000)
    codes = race(
        [lambda: guest.post("/api/lottery/draw", {})] * 10
        + [lambda: guest.post("/api/exchange/redeem", {"commodity_id": product})] * 10
    )
    done = len(orders(guest)) + len(draws(guest))
    assert codes[0] == done and set(codes) <= {0, 3001, 4003}
    assert balance(guest) == 1000 - 100 * done + 10 * len(draws(guest))
    assert stock(guest, product) == 100 - len(orders(guest))


@pytest.mark.also_on_sqlite
def test_limited_prizes_are_given_as_often_as_they_exist(make):
    make.wheel(
        {"probability": "0.9999", "prize_type": "physical", "stock": 3, "daily_limit": 5},
        {"probability": "0.0001"},
    )
    guests = [make.guest() for _ in range(12)]
    race([lambda guest=guest: guest.post("/api/lottery/draw", {}) for guest in guests])
    given = [draw.prize_type for guest in guests for draw in draws(guest)]
    assert Counter(given) == {"physical": 3, "empty": 9}


@pytest.mark.also_on_sqlite
def test_two_first_logins_make_one_guest_and_one_bonus(app, anonymous):
    from points_app.database.session import db
    from points_app.models.accounts import User
    from points_app.models.points import LedgerEntry

    sms = app.extensions["parts"].sms
    for number in range(5):
        phone = f"1370000000{number}"
        anonymous.post("/api/auth/send-code", {"phone": phone}).ok()
        body = {"phone": phone, "code": sms.last(phone)}
        codes = race([lambda body=body: anonymous.post("/api/auth/login", body)] * 4)
        assert codes == {0: 1, 1002: 3}
    with app.app_context():
        assert db.session.query(User).count() == db.session.query(LedgerEntry).count() == 5


class TestAnyCode:
    @pytest.fixture
    def settings_override(self):
        return {"SMS_ACCEPT_ANY_CODE": "1", "RATE_LIMIT_API": "1000"}

    def test_simultaneous_first_logins(self, app, anonymous):
        from points_app.database.session import db
        from points_app.models.accounts import User
        from points_app.models.points import LedgerEntry

        body = {"phone": "13700000009", "code": "123456"}
        codes = race([lambda: anonymous.post("/api/auth/login", body)] * 8)
        assert codes == {0: 8}
        with app.app_context():
            assert db.session.query(User).count() == db.session.query(LedgerEntry).count() == 1


@pytest.mark.also_on_sqlite
def test_a_receipt_is_decided_once(app, make):

    guest, merchants = make.guest(), [make.merchant() for _ in range(8)]
    upload_id = hand_in(guest, amount="88.00")
    body = {"upload_id": upload_id, "action": "approve", "points": 880}
    codes = race([lambda m=m: m.post("/api/merchant/review", body) for m in merchants])
    assert codes == {0: 1, 7003: 7}
    assert balance(guest) == 1880


@pytest.mark.also_on_sqlite
def test_the_same_picture_at_once_is_one_receipt(make):
    from tests.receipts_in import picture, send

    content = picture("cn_dev_000_standard_clean.jpg")
    guests = [make.guest() for _ in range(4)]
    codes = race([lambda g=g: send(g, content) for g in guests])
    assert codes == {0: 1, 5005: 3}


@pytest.mark.also_on_sqlite
def test_simultaneous_requests_with_one_key_have_one_effect(make):
    make.wheel({"probability": 1})
    guest = make.guest()
    headers = {"Idempotency-Key": "once"}
    codes = race([lambda: guest.post("/api/lottery/draw", {}, headers=headers)] * 12)
    assert set(codes) <= {0, 8001} and codes[0] >= 1
    assert len(draws(guest)) == 1 and balance(guest) == 900


@pytest.mark.also_on_sqlite
def test_two_refreshes_of_one_token(app, anonymous, make):
    anonymous.post("/api/auth/send-code", {"phone": "13600000001"}).ok()
    code = app.extensions["parts"].sms.last("13600000001")
    pair = anonymous.post("/api/auth/login", {"phone": "13600000001", "code": code}).ok()
    headers = {"Authorization": f"Bearer {pair['refresh_token']}"}
    codes = race([lambda: anonymous.post("/api/auth/refresh", headers=headers)] * 2)
    assert codes == {0: 2}


@pytest.mark.also_on_sqlite
def test_50_check_ins_at_once_pay_once(make):
    guest = make.guest()
    codes = race([lambda: guest.post("/api/points/check-in")] * 50)
    assert codes == {0: 50}
    assert [row.source for row in ledger(guest)] == ["register", "check_in"]
    assert balance(guest) == 1010


@pytest.mark.also_on_sqlite
def test_points_taken_by_many_hands_never_go_below_zero(make):
    guest, admins = make.guest(points=500), [make.admin() for _ in range(20)]
    body = {"user_id": guest.user_id, "points": -100, "reason": "扣回"}
    codes = race([lambda a=a: a.post("/api/points/operate", body) for a in admins])
    assert codes == {0: 5, 3001: 15}
    assert balance(guest) == 0


def test_one_guest_with_many_keys_at_once(make):
    """Each key's row refers to the guest, whose wallet each then wants for itself."""
    product = make.product(stock=100)
    guest = make.guest(points=2400)

    def redeem(key):
        headers = {"Idempotency-Key": key}
        return lambda: guest.post(
            "/api/exchange/redeem", {"commodity_id": product}, headers=headers
        )

    codes = race([redeem(f"key-{place}") for place in range(24)])
    assert codes == {0: 24}
    assert balance(guest) == 0 and stock(guest, product) == 76


REVIEW = "/api/merchant/review"


def test_an_appeal_is_made_once_and_then_paid_once(make):
    guest, first = make.guest(points=1000), make.merchant()
    upload_id = hand_in(guest, "20.00")
    body = {"upload_id": upload_id, "action": "reject", "reason": "看不清"}
    first.post(REVIEW, body).ok()
    path = f"/api/photo/records/{upload_id}/appeal"
    codes = race([lambda: guest.post(path, {"reason": "很清楚"})] * 10)
    assert codes == {0: 1, 5007: 9}
    approval = {"upload_id": upload_id, "action": "approve"}
    merchants = [make.merchant() for _ in range(8)]
    codes = race([lambda each=each: each.post(REVIEW, approval) for each in merchants])
    assert codes == {0: 1, 7003: 7}
    assert balance(guest) == 1200


def test_two_persons_at_once_pay_once(app, make):
    set_config(app, "two_person_points", "100")
    guest = make.guest(points=1000)
    upload_id = hand_in(guest, "20.00")
    approval = {"upload_id": upload_id, "action": "approve"}
    merchants = [make.merchant() for _ in range(8)]
    codes = race([lambda each=each: each.post(REVIEW, approval) for each in merchants])
    assert codes == {0: 2, 7003: 6}  # the first of two, the second, and those too late
    assert balance(guest) == 1200


def test_one_person_twice_at_once_is_one_person(app, make):
    set_config(app, "two_person_points", "100")
    guest, merchant = make.guest(points=1000), make.merchant()
    approval = {"upload_id": hand_in(guest, "20.00"), "action": "approve"}
    codes = race([lambda: merchant.post(REVIEW, approval)] * 6)
    assert codes == {0: 1, 7006: 5}
    assert balance(guest) == 1000
