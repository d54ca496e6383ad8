"""The service runs with the rights `flask grants` prints, and those cannot rewrite the books."""

import pytest
from pymysql.err import OperationalError as Refused
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from points_app import create_app
from points_app.config import Settings
from points_app.database.session import db
from points_app.services.operations import seeding
from points_app.services.points import ledger_seals
from points_app.services.privacy import erasure, key_rotation, retention
from points_app.services.receipts import storing
from tests.client import ApiClient
from tests.fakes import RecordingSms
from tests.receipts_in import hand_in

USER, PASSWORD = "points_app", "least-rights-of-the-test-suite"


@pytest.fixture
def least(app, environment, database_url):
    """The service as a user with the printed rights, on the same database."""
    printed = app.test_cli_runner().invoke(args=["grants", USER, "--host", "127.0.0.1"])
    assert printed.exit_code == 0, printed.output
    with app.app_context(), db.engine.begin() as owner:
        owner.exec_driver_sql(f"DROP USER IF EXISTS '{USER}'@'127.0.0.1'")
        owner.exec_driver_sql(f"CREATE USER '{USER}'@'127.0.0.1' IDENTIFIED BY '{PASSWORD}'")
        for statement in printed.output.splitlines():
            owner.exec_driver_sql(statement.replace("%", "%%"))
    url = make_url(database_url).set(username=USER, password=PASSWORD, host="127.0.0.1")
    plain = url.render_as_string(hide_password=False)
    least = create_app(Settings.from_env({**environment, "DATABASE_URL": plain}))
    least.extensions["parts"] = RecordingSms.installed_in(least.extensions["parts"])
    yield least
    with least.app_context():
        db.engine.dispose()
    with app.app_context(), db.engine.begin() as owner:
        owner.exec_driver_sql(f"DROP USER '{USER}'@'127.0.0.1'")


def test_everything_works_with_the_least_rights(least, make):
    """A guest's day, a merchant's, an admin's, the worker's and the operator's."""
    make.wheel({"probability": 1, "prize_type": "points", "prize_value": 5})
    product = make.product()
    guest = log_in(least, "13900000030")
    guest.post("/api/points/check-in").ok()
    guest.post("/api/lottery/draw", {}, headers={"Idempotency-Key": "k"}).ok()
    order = {"commodity_id": product, "delivery_info": "南京路1号"}
    guest.post("/api/exchange/redeem", order).ok()
    upload = hand_in(guest, "12.00")
    guest.post("/api/monitoring/errors", {"message": "boom"}).ok()
    merchant, admin = (ApiClient(least, c.token) for c in (make.merchant(), make.admin()))
    decision = {"upload_id": upload, "action": "approve"}
    merchant.post("/api/merchant/review", decision).ok()
    admin.put("/api/admin/settings", {"settings": {"lottery_cost_points": 120}}).ok()
    admin.post(f"/api/admin/users/{guest.user_id}/ban", {"reason": "试"}).ok()
    with least.app_context():
        seeding.load_first_data()
        storing.store(upload)
        assert ledger_seals.seal_all() > 0
        retention.purge()
        key_rotation.rotate(lambda *_: None)
        erasure.erase(guest.user_id)
    for command in (["audit", "verify"], ["prove"], ["user", "export", str(guest.user_id)]):
        done = least.test_cli_runner().invoke(args=command)
        assert done.exit_code == 0, (command, done.output)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE points_records SET points = 9 LIMIT 1",
        "UPDATE points_records SET user_id = 9 LIMIT 1",
        "DELETE FROM points_records",
        "UPDATE audit_log SET action = 'x'",
        "DELETE FROM audit_log",
        "TRUNCATE audit_log",
        "UPDATE ledger_seals SET digest = 'x'",
        "DELETE FROM ledger_seals",
        "DELETE FROM users",
        "DELETE FROM exchange_records",
        "DELETE FROM lottery_records",
        "DROP TABLE users",
        "ALTER TABLE points_records ADD COLUMN x INT",
        "CREATE TABLE x (y INT)",
        "CREATE TRIGGER x BEFORE INSERT ON users FOR EACH ROW SET NEW.total_points = 9",
        "SELECT * FROM mysql.user",
        "SELECT 1 INTO OUTFILE '/tmp/x'",
        "SET GLOBAL general_log = 1",
    ],
)
def test_what_even_the_application_may_not(least, statement):
    with (
        least.app_context(),
        pytest.raises((OperationalError, Refused)) as refused,
        db.engine.begin() as connection,
    ):
        connection.exec_driver_sql(statement)
    assert refused.value.orig.args[0] in {1044, 1045, 1142, 1143, 1227, 1370}


def log_in(app, phone):
    ApiClient(app).post("/api/auth/send-code", {"phone": phone}).ok()
    body = {"phone": phone, "code": app.extensions["parts"].sms.last(phone)}
    answer = ApiClient(app).post("/api/auth/login", body).ok()
    return ApiClient(app, answer["access_token"], answer["user_info"]["user_id"])
