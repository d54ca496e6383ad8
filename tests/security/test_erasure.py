"""Nothing is open, booked or decided for an account that was erased, whatever was under way."""

import pytest
from sqlalchemy import select

from points_app.database.session import db
from points_app.errors.accounts import UserGone
from points_app.errors.receipts import AlreadyReviewed
from points_app.models.accounts import MerchantApplication, User
from points_app.models.idempotency import IdempotencyKey
from points_app.models.receipts import Receipt
from points_app.services import idempotency
from points_app.services.accounts import applications, profile
from points_app.services.exchange import orders, redemption
from points_app.services.idempotency import KeyedRequest
from points_app.services.lottery import draw_types, draws
from points_app.services.points import check_in, wallet
from points_app.services.privacy import erasure, forgetting
from points_app.services.receipts import appeals, processing, review, uploads
from tests.books import balance, ledger, sql, stock
from tests.client import ApiClient
from tests.proving import findings
from tests.receipts_in import blank, hand_in, handed_in_and_read, reading, send

APPLICATION = {"business_name": "店", "contact_person": "王芳", "contact_phone": "13799990000"}
PHONE = "13911114444"


@pytest.fixture
def settings_override():
    return dict.fromkeys(("RATE_LIMIT_API", "RATE_LIMIT_API_IP", "RATE_LIMIT_DRAW"), "100000")


@pytest.fixture
def erase(app):
    def run(guest):
        done = app.test_cli_runner().invoke(args=["user", "erase", str(guest.user_id), "--yes"])
        assert done.exit_code == 0, done.output
        return done.output

    return run


@pytest.fixture
def log_in(app, anonymous):
    """The account of PHONE, by its code."""

    def run():
        anonymous.post("/api/auth/send-code", {"phone": PHONE}).ok()
        body = {"phone": PHONE, "code": app.extensions["parts"].sms.last(PHONE)}
        answer = anonymous.post("/api/auth/login", body).ok()
        return ApiClient(app, answer["access_token"], answer["user_info"]["user_id"])

    return run


def row(app, model, **which):
    with app.app_context(), db.engine.connect() as connection:
        query = select(model.__table__).filter_by(**which)
        return connection.execute(query).one()


def decide(merchant, upload_id, action="approve", **body):
    return merchant.post("/api/merchant/review", {"upload_id": upload_id, "action": action, **body})


def test_receipts_that_wait_are_closed_unpaid(app, make, erase):
    guest, merchant = make.guest(), make.merchant()
    upload_id = handed_in_and_read(guest, "88.00")
    erase(guest)
    assert merchant.get("/api/merchant/pending-reviews").ok()["reviews"] == []
    refused = decide(merchant, upload_id)
    assert (refused.code, refused.data) == (7003, {"status": "rejected"})
    review_id = row(app, Receipt, upload_id=upload_id).review_id
    kept = merchant.get(f"/api/merchant/reviews/{review_id}").ok()
    assert (kept["review_status"], kept["review_reason"]) == ("rejected", erasure.CLOSED)
    assert kept["history"][-1]["details"]["reason"] == erasure.CLOSED
    assert balance(guest) == 1000


def test_an_open_appeal_and_a_first_approval_are_closed_too(app, make, erase):
    guest, merchant = make.guest(), make.merchant()
    appealed = handed_in_and_read(guest, "88.00", merchant_name="甲")
    decide(merchant, appealed, "reject", reason="看不清").ok()
    guest.post(f"/api/photo/records/{appealed}/appeal", {"reason": "清楚"}).ok()
    with app.app_context():
        sql("UPDATE system_configs SET config_value = '10' WHERE config_key = 'two_person_points'")
        app.extensions.pop("business", None)
    halfway = handed_in_and_read(guest, "55.00", merchant_name="乙")
    assert decide(merchant, halfway).ok()["status"] == "pending"
    erase(guest)
    for upload_id in (appealed, halfway):
        assert decide(make.merchant(), upload_id).code == 7003
    assert balance(guest) == 1000


def test_the_same_phone_may_hand_in_what_was_closed_and_not_what_was_paid(make, log_in, erase):
    guest, merchant = log_in(), make.merchant()
    waiting, paid = blank(91), blank(92)
    send(guest, waiting, "30.00").ok()
    decide(merchant, send(guest, paid, "40.00").ok()["upload_id"]).ok()
    erase(guest)
    anew = log_in()
    assert anew.user_id != guest.user_id
    assert send(anew, waiting, "30.00").code == 0
    assert send(anew, paid, "40.00").code == 5005


def test_an_application_is_closed_and_cannot_be_approved(app, make, erase):
    guest, admin = make.guest(), make.admin()
    applied = guest.post("/api/merchant/apply", APPLICATION).ok()["application_id"]
    erase(guest)
    refused = admin.post(f"/api/admin/applications/{applied}/approve", {})
    assert (refused.code, refused.data) == (7003, {"status": "rejected"})
    kept = row(app, MerchantApplication, application_id=applied)
    assert (kept.pending_user_id, kept.decision_reason) == (None, erasure.CLOSED)
    assert not row(app, User, user_id=guest.user_id).is_merchant


@pytest.mark.parametrize("action", ["ban", "unban"])
def test_no_admin_wakes_it(app, make, erase, action):
    guest, admin = make.guest(), make.admin()
    erase(guest)
    refused = admin.post(f"/api/admin/users/{guest.user_id}/{action}", {"reason": "误判"})
    assert (refused.code, refused.data["errors"][0]["field"]) == (9001, "user_id")
    assert row(app, User, user_id=guest.user_id).status == "banned"
    assert guest.get("/api/user/info").code == 1005


@pytest.mark.parametrize("points", [50, -50])
def test_no_admin_books_to_it(make, erase, points):
    guest, admin = make.guest(), make.admin()
    erase(guest)
    body = {"user_id": guest.user_id, "points": points, "reason": "补偿"}
    refused = admin.post("/api/points/operate", body)
    assert (refused.code, refused.data["errors"][0]["field"]) == (9001, "user_id")
    assert balance(guest) == 1000


def test_goods_are_still_handed_over_and_a_cancelled_order_pays_nobody(app, make, erase):
    guest, merchant, product = make.guest(), make.merchant(), make.product(stock=10)
    placed = [guest.post("/api/exchange/redeem", {"commodity_id": product}).ok() for _ in range(2)]
    assert "2 order(s) are not handed over" in erase(guest)
    code = {"code": placed[0]["pickup_code"]}
    assert merchant.post("/api/merchant/verify", code).ok()["order"]["status"] == "completed"
    cancel = f"/api/merchant/orders/{placed[1]['order_id']}/cancel"
    assert merchant.post(cancel, {}).ok()["status"] == "cancelled"
    assert (balance(guest), stock(guest, product)) == (800, 9)
    with app.app_context():
        assert findings() == {}
        sql("UPDATE exchange_records SET points_forfeited = 0")
        assert "orders" in findings()


def test_a_prize_is_still_handed_over(make, erase):
    make.wheel({"probability": 1, "prize_type": "coupon", "prize_value": 88})
    guest, merchant = make.guest(), make.merchant()
    guest.post("/api/lottery/draw", {}).ok()
    (won,) = guest.get("/api/lottery/records").ok()["records"]
    assert "1 prize(s) are not claimed" in erase(guest)
    claimed = merchant.post("/api/merchant/verify", {"code": won["claim_code"]}).ok()
    assert claimed["type"] == "prize"


def opened(guest):
    """What a guest has who is about to be erased."""
    rejected = hand_in(guest, "20.00")
    order = guest.post("/api/exchange/redeem", {"commodity_id": guest.product}).ok()
    return {"rejected": rejected, "order": order["order_id"]}


UNDER_WAY = {
    "draw": lambda user, it: draws.draw(user, draw_types.DRAW_TYPES["single"]),
    "redeem": lambda user, it: redemption.redeem(user, redemption.Wanted(it["product"]), None),
    "cancel": lambda user, it: orders.cancel(user, it["order"]),
    "check-in": lambda user, it: check_in.check_in(user),
    "upload": lambda user, it: uploads.hand_in(user, blank(3), None, 0),
    "appeal": lambda user, it: appeals.appeal(user, it["rejected"], "清楚"),
    "apply": lambda user, it: applications.apply(user, **APPLICATION),
    "rename": lambda user, it: profile.change(user, {"nickname": "王芳"}),
    "bind": lambda user, it: profile.bind_device(user, {"model": "王芳的手机"}),
}


@pytest.mark.parametrize("name", sorted(UNDER_WAY))
def test_a_request_that_was_let_in_before_does_nothing_after(app, make, erase, name):
    """The services as a request calls them that was authenticated a moment before the erasure."""
    make.wheel({"probability": 1})
    guest, merchant = make.guest(), make.merchant()
    guest.product = make.product()
    things = opened(guest) | {"product": guest.product}
    decide(merchant, things["rejected"], "reject", reason="看不清").ok()
    erase(guest)
    before = (balance(guest), len(ledger(guest)))
    key = KeyedRequest(guest.user_id, "k", "f" * 64)
    with app.app_context(), pytest.raises(UserGone), idempotency.keyed(key):
        UNDER_WAY[name](guest.user_id, things)
    assert (balance(guest), len(ledger(guest))) == before
    with app.app_context():
        assert findings() == {}
        assert db.session.query(IdempotencyKey).count() == 0
        assert db.session.get(User, guest.user_id).nickname == forgetting.ERASED_NAME


def test_what_the_worker_reads_meanwhile_pays_nothing(app, make, erase, monkeypatch):
    guest = make.guest()
    upload_id = hand_in(guest, "88.00")
    for key in ("auto_approve",):
        with app.app_context():
            sql("UPDATE system_configs SET config_value='true' WHERE config_key = :k", k=key)
    app.extensions.pop("business", None)

    def erased_while_reading(*_):
        erase(guest)
        return reading("88.00")

    monkeypatch.setattr(processing.recognition, "recognise", erased_while_reading)
    with app.app_context():
        processing.process(upload_id)
    kept = row(app, Receipt, upload_id=upload_id)
    assert (kept.review_status, kept.reading, kept.recognized_amount) == ("rejected", None, None)
    assert balance(guest) == 1000


def test_the_worker_clears_what_a_request_left_behind(app, make, erase, celery_app):
    """A row that came a moment too late, and an erasure of an older version that closed nothing."""
    guest = make.guest()
    hand_in(guest, "20.00")
    erase(guest)
    with app.app_context():
        sql("UPDATE photo_reviews SET review_status = 'pending', review_time = NULL")
        key = {"key": "late", "fingerprint": "f" * 64, "answer": "{}"}
        db.session.add(IdempotencyKey(user_id=guest.user_id, **key))
        db.session.commit()
        assert "erased" in findings()
        celery_app.tasks["maintenance.purge"].run()
        assert findings() == {}
        assert db.session.query(IdempotencyKey).count() == 0


def test_the_service_itself_refuses_to_book_or_decide(app, make, erase):
    guest, merchant = make.guest(), make.merchant()
    upload_id = hand_in(guest, "20.00")
    erase(guest)
    with app.app_context():
        with pytest.raises(AlreadyReviewed):
            review.decide(merchant.user_id, review.Named(upload_id=upload_id), True)
        with pytest.raises(UserGone):
            _book(guest.user_id)
    assert balance(guest) == 1000


def _book(user_id):
    from points_app.database.session import transactional
    from points_app.models.points import Source

    entry = wallet.Entry(5, Source.ADMIN, "OP1", "补偿")
    transactional(wallet.book)(user_id, entry)
