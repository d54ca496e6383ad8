"""Becoming a merchant, and the audit log, through HTTP."""

import pytest

from tests.books import audit_entries
from tests.racing import race

FORM = {"business_name": "老王面馆", "contact_person": "王建国", "contact_phone": "13712345678"}


def apply(guest, path="apply", **changes):
    return guest.post(f"/api/merchant/{path}", {**FORM, **changes})


def decide(admin, application_id, action, **body):
    return admin.post(f"/api/admin/applications/{application_id}/{action}", body)


def test_nobody_becomes_a_merchant_by_asking(make):
    guest, admin = make.guest(), make.admin()
    applied = apply(guest, business_address="人民路8号").ok()
    assert applied["application_id"].startswith("MA") and applied["status"] == "pending"
    assert applied["applied_at"].endswith("Z")
    assert guest.get("/api/merchant/pending-reviews").code == 7001
    (listed,) = admin.get("/api/admin/applications?status=pending").ok()["applications"]
    assert listed == {
        **applied,
        "user_id": guest.user_id,
        "business_name": "老王面馆",
        "contact_person": "王建国",
        "contact_phone": "****5678",
        "business_license": None,
        "business_address": "人民路8号",
        "reason": None,
        "decided_by": None,
        "decided_at": None,
        "decision_reason": None,
    }


def test_an_admin_approves_and_it_counts_at_once(make):
    guest, admin = make.guest(), make.admin()
    application_id = apply(guest, path="auth", store_name="面馆").ok()["application_id"]
    approved = decide(admin, application_id, "approve").ok()
    assert (approved["status"], approved["decided_by"]) == ("approved", admin.user_id)
    guest.get("/api/merchant/pending-reviews").ok()
    assert guest.get("/api/user/info").ok()["is_merchant"] is True
    assert apply(guest).code == 7004
    (entry,) = audit_entries(admin, f"application:{application_id}")
    assert (entry.actor_id, entry.action) == (admin.user_id, "application.decide")
    again = decide(admin, application_id, "reject", reason="太晚了")
    assert (again.code, again.data) == (7003, {"status": "approved"})


def test_rejected_guests_may_ask_again(make):
    guest, admin = make.guest(), make.admin()
    application_id = apply(guest).ok()["application_id"]
    assert apply(guest).code == 7004
    assert decide(admin, application_id, "reject").code == 9001
    rejected = decide(admin, application_id, "reject", reason="资料不全").ok()
    assert (rejected["status"], rejected["decision_reason"]) == ("rejected", "资料不全")
    assert guest.get("/api/merchant/pending-reviews").code == 7001
    assert apply(guest).ok()["application_id"] != application_id


def test_the_older_name_of_the_business(make):
    guest = make.guest()
    body = {**FORM, "store_name": "旧名"}
    del body["business_name"]
    guest.post("/api/merchant/apply", body).ok()
    (listed,) = make.admin().get("/api/admin/applications").ok()["applications"]
    assert listed["business_name"] == "旧名"


def test_the_whole_number_is_shown_and_that_it_was_seen_recorded(make):
    admin = make.admin()
    application_id = apply(make.guest()).ok()["application_id"]
    seen = admin.get(f"/api/admin/applications/{application_id}").ok()
    assert seen["contact_phone_full"] == "13712345678"
    (entry,) = audit_entries(admin, f"application:{application_id}")
    assert entry.action == "application.view"


def test_the_number_is_sealed_in_the_database(make, app):
    from points_app.database.session import db
    from points_app.models.accounts import MerchantApplication

    apply(make.guest()).ok()
    with app.app_context():
        stored = db.session.query(MerchantApplication).one().contact_phone
    assert stored.startswith("v1:") and "13712345678" not in stored


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("business_name", None),
        ("business_name", " "),
        ("business_name", "长" * 101),
        ("contact_person", ""),
        ("contact_phone", "call me"),
        ("contact_phone", "１３７12345678"),
        ("contact_phone", 13712345678),
        ("contact_phone", None),
        ("business_license", "x" * 101),
        ("reason", 7),
    ],
)
def test_bad_forms(make, field, value):
    refused = apply(make.guest(), **{field: value})
    assert (refused.code, refused.data["errors"][0]["field"]) == (9001, field)
    assert make.admin().get("/api/admin/applications").ok()["applications"] == []


def test_unknown_applications_and_bad_filters(make):
    admin = make.admin()
    assert decide(admin, "MA0", "approve").code == 7002
    assert decide(admin, "MA0", "reject", reason="x").code == 7002
    assert admin.get("/api/admin/applications/MA0").code == 7002
    assert admin.get("/api/admin/applications?status=lost").code == 9001


def test_at_once_one_application_and_one_decision(make):
    guest, admins = make.guest(), [make.admin() for _ in range(6)]
    assert race([lambda: apply(guest)] * 8) == {0: 1, 7004: 7}
    (listed,) = admins[0].get("/api/admin/applications").ok()["applications"]
    application_id = listed["application_id"]
    codes = race([lambda a=a: decide(a, application_id, "approve") for a in admins])
    assert codes == {0: 1, 7003: 5}


def test_the_audit_log_tells_who_did_what(make):
    first, second, guest = make.admin(), make.admin(), make.guest()
    body = {"user_id": guest.user_id, "points": 5, "reason": "补偿"}
    first.post("/api/points/operate", body).ok()
    second.put("/api/admin/settings", {"settings": {"new_user_points": 7}}).ok()

    def log(query=""):
        return first.get(f"/api/admin/audit?{query}").ok()["records"]

    assert [(row["actor_id"], row["action"]) for row in log()] == [
        (second.user_id, "setting.change"),
        (first.user_id, "points.operate"),
    ]
    (by_target,) = log("target=setting:new_user_points")
    assert by_target["details"] == {"from": 1000, "to": 7}
    assert [row["action"] for row in log(f"actor_id={first.user_id}")] == ["points.operate"]
    assert log("actor_id=999999") == [] and first.get("/api/admin/audit?actor_id=x").code == 9001
