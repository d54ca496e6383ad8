"""Who may decide: a first approval counts while its giver is in office, and a shop with one
merchant is not stuck: an admin decides what no merchant may."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from points_app.database.session import db, utcnow
from points_app.models.receipts import Receipt
from points_app.services.accounts import roles
from points_app.services.operations import doctor
from points_app.services.privacy import retention
from points_app.services.receipts import appeals, review
from tests.books import audit_entries, balance, set_config, sql
from tests.receipts_in import hand_in, handed_in_and_read


@pytest.fixture
def guest(make):
    return make.guest(points=1000)


@pytest.fixture
def merchant(make):
    return make.merchant()


def decide(merchant, upload_id, action="approve", **body):
    return merchant.post("/api/merchant/review", {"upload_id": upload_id, "action": action, **body})


def appeal(guest, upload_id):
    return guest.post(f"/api/photo/records/{upload_id}/appeal", {"reason": "金额清晰可见"})


def waiting(reviewer, upload_id):
    reviews = reviewer.get("/api/merchant/pending-reviews?limit=100").ok()["reviews"]
    (found,) = [each for each in reviews if each["upload_id"] == upload_id]
    return found


def waits_for(reviewer, upload_id):
    return waiting(reviewer, upload_id)["waits_for"]


def appealed(guest, merchant):
    upload_id = handed_in_and_read(guest, "88.00")
    decide(merchant, upload_id, "reject", reason="看不清").ok()
    appeal(guest, upload_id).ok()
    return upload_id


def age_appeals(app, days):
    with app.app_context(), db.engine.begin() as connection:
        aged = update(Receipt.__table__).values(appealed_at=utcnow() - timedelta(days=days))
        connection.execute(aged)


DISMISSALS = {
    "demoted": "UPDATE users SET is_merchant = 0 WHERE user_id = :user",
    "banned": "UPDATE users SET status = 'banned' WHERE user_id = :user",
}


class TestFirstApprover:
    @pytest.fixture(autouse=True)
    def limit(self, app):
        set_config(app, "two_person_points", "500")

    @pytest.mark.parametrize("how", sorted(DISMISSALS))
    def test_who_left_office_counts_no_more(self, app, guest, merchant, make, how):
        upload_id = handed_in_and_read(guest, "88.00")
        decide(merchant, upload_id).ok()
        second, third = make.merchant(), make.merchant()
        assert waits_for(second, upload_id) == "second_merchant"
        with app.app_context():
            sql(DISMISSALS[how], user=merchant.user_id)
        assert waits_for(second, upload_id) == "merchant"
        assert decide(second, upload_id).ok()["status"] == "pending"
        assert balance(guest) == 1000
        assert decide(second, upload_id).data == {"reason": "second_merchant_needed"}
        assert decide(third, upload_id).ok()["status"] == "approved"
        assert balance(guest) == 1880
        actions = [entry.action for entry in audit_entries(guest, upload_id)]
        lapsed = ["review.approval_lapsed", "review.first_approval", "review.decide"]
        assert actions == ["review.first_approval", *lapsed]

    def test_who_was_erased_counts_no_more(self, app, guest, merchant, make):
        upload_id = handed_in_and_read(guest, "88.00")
        decide(merchant, upload_id).ok()
        app.test_cli_runner().invoke(args=["user", "erase", str(merchant.user_id), "--yes"])
        assert decide(make.merchant(), upload_id).ok()["status"] == "pending"

    def test_who_came_back_counts_and_is_no_second(self, app, guest, merchant, make):
        upload_id = handed_in_and_read(guest, "88.00")
        decide(merchant, upload_id).ok()
        with app.app_context():
            sql(DISMISSALS["demoted"], user=merchant.user_id)
            sql("UPDATE users SET is_merchant = 1 WHERE user_id = :user", user=merchant.user_id)
        assert decide(merchant, upload_id).code == 7006
        assert decide(make.merchant(), upload_id).ok()["status"] == "approved"

    def test_the_second_of_a_shop_with_one_merchant_is_an_admin(self, guest, merchant, make):
        admin, upload_id = make.admin(), handed_in_and_read(guest, "88.00")
        assert decide(admin, upload_id).code == 7001
        decide(merchant, upload_id).ok()
        assert waits_for(admin, upload_id) == "admin"
        assert decide(admin, upload_id).ok()["status"] == "approved"
        assert balance(guest) == 1880


def test_the_appeal_of_a_shop_with_one_merchant_goes_to_an_admin(guest, merchant, make):
    admin, upload_id = make.admin(), appealed(guest, merchant)
    assert waits_for(merchant, upload_id) == waits_for(admin, upload_id) == "admin"
    assert decide(merchant, upload_id).data == {"reason": "own_decision_appealed"}
    assert decide(admin, upload_id).ok()["status"] == "approved"
    assert balance(guest) == 1880


def test_the_only_merchants_own_receipt_goes_to_an_admin(merchant, make, app):
    admin, upload_id = make.admin(), handed_in_and_read(merchant, "88.00")
    assert waits_for(merchant, upload_id) == "admin"
    assert decide(merchant, upload_id).data == {"reason": "own_receipt"}
    body = {"review_ids": [waiting(admin, upload_id)["review_id"]], "action": "approve"}
    assert admin.post("/api/merchant/batch-review", body).ok()["success_count"] == 1
    assert balance(merchant) == 1880


def test_an_admin_decides_nothing_a_merchant_may(guest, merchant, make):
    admin = make.admin()
    upload_id = hand_in(guest, "20.00")
    assert waits_for(admin, upload_id) == "merchant"
    assert decide(admin, upload_id).code == 7001
    own = hand_in(admin, "20.00")
    assert decide(admin, own).code == 7001
    make.merchant()
    assert waits_for(admin, appealed(guest, merchant)) == "other_merchant"


def test_nobody_decides_on_their_own_receipt_not_even_an_admin(make):
    admin = make.admin()
    own = hand_in(admin, "20.00")
    assert waits_for(admin, own) == "admin"  # there is no merchant
    assert decide(admin, own).data == {"reason": "own_receipt"}
    assert decide(make.admin(), own).ok()["status"] == "approved"


def test_an_admin_sees_the_picture_of_what_waits(guest, make):
    admin, upload_id = make.admin(), hand_in(guest, "20.00")
    link = waiting(admin, upload_id)["image_url"].replace("http://localhost", "")
    assert guest.app.test_client().get(link).mimetype == "image/jpeg"


def test_an_appeal_that_waited_too_long_goes_to_an_admin_as_well(app, guest, merchant, make):
    admin, upload_id = make.admin(), appealed(guest, merchant)
    other = make.merchant()
    assert waits_for(other, upload_id) == "other_merchant"
    age_appeals(app, days=15)
    assert waits_for(other, upload_id) == "admin"
    with app.app_context():
        assert appeals.close_stale() == 0
    assert decide(admin, upload_id, "reject", reason="确实看不清").ok()["status"] == "rejected"


def test_an_appeal_nobody_decided_ends_and_the_guest_is_told(app, guest, merchant, celery_app):
    upload_id = appealed(guest, merchant)
    age_appeals(app, days=29)
    with app.app_context():
        celery_app.tasks["maintenance.purge"].run()
    record = guest.get(f"/api/photo/records/{upload_id}").ok()
    assert (record["review_status"], record["review_reason"]) == ("rejected", appeals.OVERDUE)
    assert record["can_appeal"] is False and balance(guest) == 1000
    last = audit_entries(guest, upload_id)[-1]
    assert (last.action, last.actor_id) == ("review.decide", None)


def test_without_a_limit_an_appeal_waits(app, guest, merchant):
    set_config(app, "appeal_days", "0")
    appealed(guest, merchant)
    age_appeals(app, days=1000)
    with app.app_context():
        assert appeals.close_stale() == 0


def rejected_long_ago(app, guest, merchant):
    upload_id = handed_in_and_read(guest, "88.00")
    decide(merchant, upload_id, "reject", reason="看不清").ok()
    with app.app_context(), db.engine.begin() as connection:
        old = update(Receipt.__table__).where(Receipt.upload_id == upload_id)
        connection.execute(old.values(review_time=utcnow() - timedelta(days=400)))
    return upload_id


def test_what_has_no_picture_any_more_cannot_be_appealed(app, guest, merchant):
    upload_id = rejected_long_ago(app, guest, merchant)
    with app.app_context():
        assert retention.purge()[retention.PICTURES] == 1
    assert guest.get(f"/api/photo/records/{upload_id}").ok()["can_appeal"] is False
    refused = appeal(guest, upload_id)
    assert (refused.code, refused.msg) == (5007, "小票图片已到期删除，不能申诉")
    assert refused.data == {"status": "rejected", "appealed": False}


def test_an_open_appeal_whose_picture_went_meanwhile_is_closed(app, guest, merchant, monkeypatch):
    """The appeal comes between the deletion of the object and the note of it."""
    upload_id = rejected_long_ago(app, guest, merchant)
    delete = retention.delete_object

    def appealed_meanwhile(key):
        appeal(guest, upload_id).ok()
        return delete(key)

    monkeypatch.setattr(retention, "delete_object", appealed_meanwhile)
    with app.app_context():
        retention.purge()
        assert appeals.close_stale() == 1
    record = guest.get(f"/api/photo/records/{upload_id}").ok()
    assert (record["review_status"], record["review_reason"]) == ("rejected", appeals.PICTURE_GONE)


def found(app, name):
    with app.app_context():
        checks = {"reviewers": doctor.reviews.people, "appeals": doctor.reviews.appeals}
        (finding,) = checks[name]()
        return finding.state.value, finding.detail


def test_the_doctor_names_a_shop_that_cannot_decide_everything(app, make):
    assert found(app, "reviewers")[0] == "warning"
    owner = make.guest(is_merchant=True, is_admin=True)
    assert "one person" in found(app, "reviewers")[1]
    make.admin()
    assert "one merchant" in found(app, "reviewers")[1]
    banned = make.guest(is_merchant=True, status="banned")
    assert "one merchant" in found(app, "reviewers")[1]
    make.merchant()
    assert found(app, "reviewers") == ("ok", "2 merchants, 2 admins")
    assert owner.user_id != banned.user_id


def test_the_doctor_names_appeals_that_wait_too_long(app, guest, merchant):
    appealed(guest, merchant)
    assert found(app, "appeals")[0] == "ok"
    age_appeals(app, days=15)
    assert found(app, "appeals") == ("warning", "1 waited longer than 14 days")


def test_a_demotion_through_the_command_line_is_seen_at_the_second_decision(app, guest, make):
    set_config(app, "two_person_points", "500")
    upload_id = handed_in_and_read(guest, "88.00")
    phone = "13812340000"
    with app.app_context():
        from points_app.database.session import transactional
        from points_app.services.accounts import phone_login

        first = transactional(lambda: phone_login.find_or_create(phone).user_id)()
        roles.set_role(phone, "merchant", True)
        review.decide(first, review.Named(upload_id=upload_id), True)
        roles.set_role(phone, "merchant", False)
    assert decide(make.merchant(), upload_id).ok()["status"] == "pending"
