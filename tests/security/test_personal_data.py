"""One guest's data: given out whole, and forgotten while the books stay."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import select

from points_app.clients.storage.base import StorageError
from points_app.database.session import db
from points_app.models.accounts import User
from points_app.models.points import LedgerEntry
from points_app.models.receipts import Receipt
from points_app.services.privacy import erasure
from points_app.services.receipts import storing
from tests.books import balance, ledger
from tests.client import ApiClient
from tests.receipts_in import hand_in

PHONE = "13911113333"
DELIVERY = {"name": "王芳", "phone": PHONE, "address": "南京路1号"}


@pytest.fixture
def run(app):
    return lambda *arguments: app.test_cli_runner().invoke(args=["user", *arguments])


@pytest.fixture
def guest(app, anonymous, make):
    """A guest who has drawn, ordered, handed in receipts and reported an error."""
    anonymous.post("/api/auth/send-code", {"phone": PHONE}).ok()
    body = {"phone": PHONE, "code": app.extensions["parts"].sms.last(PHONE)}
    answer = anonymous.post("/api/auth/login", body).ok()
    guest = ApiClient(app, answer["access_token"], answer["user_info"]["user_id"])
    guest.refresh_token = answer["refresh_token"]
    make.wheel({"probability": 1})
    guest.post("/api/lottery/draw", {}).ok()
    order = {"commodity_id": make.product(), "delivery_info": DELIVERY}
    guest.post("/api/exchange/redeem", order, headers={"Idempotency-Key": "k1"}).ok()
    report = {"message": "boom", "client_info": {"model": "王芳的手机"}}
    guest.post("/api/monitoring/errors", report).ok()
    guest.uploads = [hand_in(guest, "12.00"), hand_in(guest, "13.00")]
    with app.app_context():
        storing.store(guest.uploads[0])  # the other one is still in the database
    return guest


def stored(app, upload_id):
    with app.app_context():
        query = select(Receipt.object_key).where(Receipt.upload_id == upload_id)
        key = db.session.scalar(query)
        return (app.extensions["parts"].settings.storage_dir / key).exists()


def whole_database(app):
    """Every value of every row, as text."""
    with app.app_context(), db.engine.connect() as connection:
        return "\n".join(
            str(tuple(row))
            for table in db.metadata.sorted_tables
            for row in connection.execute(select(table))
        )


def test_export_holds_everything_in_clear(run, guest, tmp_path):
    done = run("export", PHONE, "--pictures", str(tmp_path / "pictures"))
    assert done.exit_code == 0, done.output
    about = json.loads(done.output)
    assert about["users"][0]["mobile"] == PHONE
    assert about["users"][0]["total_points"] == balance(guest)
    assert [row["points"] for row in about["points_records"]] == [1000, -100, -100]
    (order,) = about["exchange_records"]
    assert json.loads(order["delivery_info"]) == DELIVERY
    assert [row["upload_id"] for row in about["photo_reviews"]] == guest.uploads
    assert about["error_logs"][0]["client_info"] == {"model": "王芳的手机"}
    assert len(about["lottery_records"]) == len(about["auth_sessions"]) == 1
    names = sorted(path.name for path in (tmp_path / "pictures").iterdir())
    assert names == sorted(f"{upload}.jpg" for upload in guest.uploads)
    assert "mobile_hash" not in about["users"][0]


def test_export_is_about_nobody_else(run, guest, make):
    other = make.guest(nickname="另一位")
    about = run("export", str(guest.user_id)).output
    assert "另一位" not in about
    assert json.loads(run("export", str(other.user_id)).output)["exchange_records"] == []


def test_every_table_about_guests_is_exported_or_left_out_on_purpose(app):
    """A new table cannot be forgotten."""
    from points_app.services.privacy.data_export import LEFT_OUT, tables_about_guests

    foreign = {
        table.name
        for table in db.metadata.sorted_tables
        if any(key.column.table.name == "users" for key in table.foreign_keys)
    }
    by_role = {"audit_log", "stock_movements", "system_configs"}  # who acted, not whose data
    told = {table.name for table in tables_about_guests()} | LEFT_OUT
    assert foreign - told == by_role


def test_erase_forgets_the_person_and_keeps_the_books(app, run, guest, anonymous):
    before = [(row.id, row.points, row.mac) for row in ledger(guest)]
    done = run("erase", PHONE, "--yes")
    assert done.exit_code == 0, done.output
    assert "1 order(s) are not handed over" in done.output
    left = whole_database(app)
    for trace in (PHONE, "王芳", "南京路", "用户3333"):
        assert trace not in left
    assert [(row.id, row.points, row.mac) for row in ledger(guest)] == before
    assert balance(guest) == 800
    assert not any(stored(app, upload) for upload in guest.uploads)
    assert guest.get("/api/auth/verify-token").code == 1005
    headers = {"Authorization": f"Bearer {guest.refresh_token}"}
    assert anonymous.post("/api/auth/refresh", headers=headers).code in (1005, 2000)


def test_erase_of_a_merchant_takes_the_role(run, make):
    merchant = make.merchant()
    assert merchant.get("/api/merchant/pending-reviews").code == 0
    assert run("erase", str(merchant.user_id), "--yes").exit_code == 0
    assert merchant.get("/api/merchant/pending-reviews").code in (1005, 2002)


def test_the_number_starts_anew(app, run, guest, anonymous):
    run("erase", PHONE, "--yes")
    anonymous.post("/api/auth/send-code", {"phone": PHONE}).ok()
    body = {"phone": PHONE, "code": app.extensions["parts"].sms.last(PHONE)}
    info = anonymous.post("/api/auth/login", body).ok()["user_info"]
    assert info["user_id"] != guest.user_id


def test_erasing_twice_and_nobody(run, guest):
    assert run("erase", str(guest.user_id), "--yes").exit_code == 0
    assert run("erase", str(guest.user_id), "--yes").exit_code == 0
    assert "there is no such account" in run("erase", PHONE, "--yes").output
    assert run("erase", "99999999", "--yes").exit_code == 1
    assert "no phone number" in run("export", "not-a-phone").output


def test_pictures_a_broken_storage_kept_go_later(app, run, guest, monkeypatch):
    parts = app.extensions["parts"]

    class Down(type(parts.storage)):
        def delete(self, key):
            raise StorageError("down")

    broken = Down(parts.settings.storage_dir)
    app.extensions["parts"] = replace(parts, storage=broken)
    assert "2 picture(s) not deleted yet" in run("erase", PHONE, "--yes").output
    assert stored(app, guest.uploads[0])
    app.extensions["parts"] = parts
    with app.app_context():
        assert erasure.delete_pictures() == 0
    assert not stored(app, guest.uploads[0])


def test_both_leave_a_trace_without_personal_data(app, run, guest):
    run("export", PHONE)
    run("erase", PHONE, "--yes")
    shown = app.test_cli_runner().invoke(args=["audit", "list", "--action", "user."]).output
    actions = [json.loads(line)["action"] for line in shown.splitlines()]
    assert actions == ["user.erase", "user.export"]
    assert PHONE not in shown


def test_the_ledger_proves_whole_after_an_erasure(app, run, guest):
    run("erase", PHONE, "--yes")
    proved = app.test_cli_runner().invoke(args=["prove"])
    assert proved.exit_code == 0, proved.output
    with app.app_context():
        assert db.session.query(LedgerEntry).count() == 3
        assert db.session.get(User, guest.user_id).erased_at is not None
