"""Keys that are not the database's: nothing works with them, and nothing is called wrong."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from points_app import create_app
from points_app.config import Settings
from points_app.database.session import db
from points_app.models.accounts import User
from points_app.models.points import LedgerEntry, ProofRun
from points_app.services.operations.doctor import State
from points_app.services.operations.doctor.database import encryption_keys
from points_app.services.points import ledger_seals
from points_app.services.privacy import keys
from tests.client import ApiClient
from tests.security.changing_keys import NEW_KEY, PHONE, rotate
from tests.security.changing_keys import old_data as old_data
from tests.security.changing_keys import other_app as other_app


class TestAWrongKey:
    """Silent, it would give an old guest a new account with 1,000 points."""

    @pytest.fixture
    def stranger(self, other_app, old_data):
        return other_app(NEW_KEY)

    def accounts(self):
        return db.session.query(User).count()

    def test_no_request_is_served(self, stranger, old_data):
        with stranger.app_context():
            before = self.accounts()
        answer = ApiClient(stranger).post("/api/auth/send-code", {"phone": PHONE})
        assert (answer.status, answer.code) == (503, 1000)
        ready = stranger.test_client().get("/readyz")
        assert (ready.status_code, ready.json["keys"]) == (503, "wrong")
        with stranger.app_context():
            assert self.accounts() == before

    @pytest.mark.parametrize(
        "command",
        [["crypto", "rotate"], ["user", "grant", PHONE, "admin"], ["settings", "list"], ["prove"]],
    )
    def test_no_command_works_with_it(self, stranger, old_data, app, command):
        refused = stranger.test_cli_runner().invoke(args=command)
        assert refused.exit_code == 1
        key_id = app.extensions["parts"].vault.current.id
        assert f"sealed with the key {key_id}" in refused.output
        assert "ENCRYPTION_KEYS_OLD" in refused.output

    def test_doctor_and_status_name_it(self, stranger, old_data, app):
        key_id = app.extensions["parts"].vault.current.id
        shown = stranger.test_cli_runner().invoke(args=["crypto", "status"]).output
        assert f"key {key_id}: seals personal data, MISSING from ENCRYPTION_KEYS_OLD" in shown
        examined = stranger.test_cli_runner().invoke(args=["doctor"]).output
        assert f"failed   keys: the database holds values sealed with {key_id}" in examined

    def test_the_key_comes_back_and_all_is_well(self, stranger, old_data, other_app):
        guest, old_key = old_data
        ApiClient(stranger).post("/api/auth/send-code", {"phone": PHONE})
        right = other_app(old_key)
        assert ApiClient(right, guest.token, guest.user_id).get("/api/user/info").code == 0


def test_the_first_of_two_processes_with_different_keys_wins(app, other_app, environment):
    """At a database that has noted none, at the same moment."""
    first, second = environment["ENCRYPTION_KEY"], NEW_KEY
    apps = [other_app(key) for key in (first, second)]
    for _ in range(10):
        with app.app_context():
            db.session.execute(db.text("DELETE FROM encryption_keys"))
            db.session.commit()
        start = Barrier(2)
        with ThreadPoolExecutor(2) as pool:
            outcomes = list(pool.map(partial(is_accepted, start), apps))
        assert sorted(outcomes) == [False, True], outcomes


def is_accepted(start, app):
    with app.app_context():
        start.wait()
        try:
            keys.check()
        except keys.UnknownKeys:
            return False
        return True


def test_the_old_key_stays_for_the_proof_and_without_it_nothing_is_called_wrong(
    other_app, old_data, make, app
):
    """Rotation as docs/operations.md prints it, and then the old key is taken away after all."""
    _, old_key = old_data
    with app.app_context():
        ledger_seals.seal_all()
        rows = db.session.query(LedgerEntry).count()
        old_id = app.extensions["parts"].vault.current.id
    both = other_app(NEW_KEY, old_key)
    assert rotate(both).exit_code == 0
    proved = both.test_cli_runner().invoke(args=["prove"])
    assert proved.exit_code == 0 and "NOT CHECKED" not in proved.output, proved.output
    status = both.test_cli_runner().invoke(args=["crypto", "status"]).output
    kept = f"signed {rows} ledger rows, which are proved with this key; keep it"
    assert f"key {old_id}: {kept}" in status

    without = other_app(NEW_KEY)
    proved = without.test_cli_runner().invoke(args=["prove"])
    assert proved.exit_code == 0 and "WRONG" not in proved.output, proved.output
    assert f"{rows} rows need the key {old_id} in ENCRYPTION_KEYS_OLD" in proved.output
    assert "NOT CHECKED for want of a key" in proved.output
    with without.app_context():
        run = db.session.query(ProofRun).order_by(ProofRun.id.desc()).first()
        assert run.offender_count == 0
    examined = without.test_cli_runner().invoke(args=["doctor"]).output
    assert (
        f"warning  keys: {rows} ledger rows cannot be proved without the key {old_id}" in examined
    )


def test_a_key_the_database_never_had_makes_a_forgery(app, old_data):
    """Whoever edits a row cannot hide it behind a key that is said to be lost."""
    with app.app_context():
        forged = "points = points + 1, mac = CONCAT('deadbeef', SUBSTR(mac, 9))"
        db.session.execute(db.text(f"UPDATE points_records SET {forged}"))
        db.session.commit()
    proved = app.test_cli_runner().invoke(args=["prove"])
    assert proved.exit_code == 1 and "hashes    2 WRONG" in proved.output, proved.output


def test_a_database_user_without_rights_to_the_table_is_told(app, environment, make):
    """After a migration the service's own user may lack them: it works, and doctor says so."""
    with create_engine(environment["DATABASE_URL"]).connect() as root:
        root.execute(text("CREATE OR REPLACE USER few@'127.0.0.1' IDENTIFIED BY 'secret'"))
        for table in db.metadata.tables:
            if table != "encryption_keys":
                root.execute(text(f"GRANT ALL ON points.{table} TO few@'127.0.0.1'"))
        url = make_url(environment["DATABASE_URL"]).set(username="few", password="secret")
        few = create_app(
            Settings.from_env(
                {**environment, "DATABASE_URL": url.render_as_string(hide_password=False)}
            )
        )
        guest = make.guest()
        assert ApiClient(few, guest.token, guest.user_id).get("/api/points/records").code == 0
        with few.app_context():
            (found,) = encryption_keys()
            db.engine.dispose()
        root.execute(text("DROP USER few@'127.0.0.1'"))
    assert found.state is State.FAILED and "flask grants USER" in found.advice
