"""A backup of the running service, restored elsewhere, proved by `flask prove`."""

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest.mock import Mock

import pytest

from points_app import create_app
from points_app.clients.storage.base import StorageError
from points_app.config import Settings
from points_app.database.session import db
from points_app.models.accounts import User
from points_app.models.points import LedgerEntry
from points_app.services.operations import backup, figures
from points_app.services.points import ledger_seals
from points_app.services.receipts import storing
from tests.books import balance, count
from tests.databases import empty_databases
from tests.receipts_in import hand_in


@pytest.fixture
def settings_override() -> dict[str, str]:
    return {"RATE_LIMIT_API": "1000000"}


@pytest.fixture
def elsewhere(app, environment: dict[str, str]) -> Iterator[Callable[[], object]]:
    """Makes an app on another, empty database of the same server."""
    with empty_databases(environment["DATABASE_URL"], "restored") as urls:
        there = {**environment, "DATABASE_URL": urls["restored"]}
        yield lambda: create_app(Settings.from_env(there))


def run(app, *arguments: object):
    return app.test_cli_runner().invoke(args=[str(each) for each in arguments])


def business_of_a_day(app, make):
    guests = [make.guest(points=5000) for _ in range(3)]
    merchant, product = make.merchant(), make.product(stock=50)
    for guest in guests:
        guest.post("/api/lottery/draw", {"draw_type": "decade"}).ok()
        guest.post("/api/exchange/redeem", {"commodity_id": product, "quantity": 2}).ok()
        upload_id = hand_in(guest, amount="30.00")
        merchant.post("/api/merchant/review", {"upload_id": upload_id, "action": "approve"}).ok()
    with app.app_context():
        assert storing.store(upload_id)
        ledger_seals.seal_all()
    return guests


def test_a_restored_backup_is_proved_and_complete(app, make, tmp_path, elsewhere):
    guests = business_of_a_day(app, make)
    made = run(app, "backup", tmp_path / "monday")
    assert made.exit_code == 0, made.output
    objects = (tmp_path / "monday" / "objects.jsonl").read_text().splitlines()
    assert f"list of {len(objects)} pictures" in made.output and objects

    other = elsewhere()
    restored = run(other, "restore", tmp_path / "monday")
    assert restored.exit_code == 0, restored.output
    proved = run(other, "prove")
    assert proved.exit_code == 0, proved.output
    with other.app_context():
        wallets = dict(db.session.query(User.user_id, User.total_points).all())
        assert db.session.query(LedgerEntry).count() == count(guests[0], LedgerEntry)
        db.engine.dispose()
    for guest in guests:
        assert wallets[guest.user_id] == balance(guest)


def test_guests_go_on_while_the_backup_is_taken_and_it_balances(app, make, tmp_path, elsewhere):
    """Orders are placed all the time; what the backup saw of them is whole."""
    guest, product = make.guest(points=100_000), make.product(stock=1000, exchange_points=1)
    over = threading.Event()

    def play() -> None:
        while not over.is_set():
            guest.post("/api/exchange/redeem", {"commodity_id": product}).ok()

    player = threading.Thread(target=play)
    player.start()
    try:
        made = run(app, "backup", tmp_path / "live")
    finally:
        over.set()
        player.join()
    assert made.exit_code == 0, made.output
    other = elsewhere()
    assert run(other, "restore", tmp_path / "live").exit_code == 0
    proved = run(other, "prove")
    assert proved.exit_code == 0, proved.output


def test_a_damaged_backup_is_refused(app, make, tmp_path, elsewhere):
    run(app, "backup", tmp_path / "b")
    database = tmp_path / "b" / "database.gz"
    database.write_bytes(database.read_bytes()[:-10])
    for options in ((), ("--check",)):
        refused = run(elsewhere(), "restore", tmp_path / "b", *options)
        assert refused.exit_code == 1
        assert "database.gz is damaged or missing" in refused.output


def test_a_full_database_is_never_overwritten(app, make, tmp_path):
    guest = make.guest()
    run(app, "backup", tmp_path / "b")
    refused = run(app, "restore", tmp_path / "b")
    assert refused.exit_code == 1 and "the database is not empty" in refused.output
    assert guest.get("/api/lottery/config").code == 0


def test_a_folder_is_never_overwritten(app, tmp_path):
    (tmp_path / "letter.txt").write_text("mine")
    refused = run(app, "backup", tmp_path)
    assert refused.exit_code == 1 and "is not empty" in refused.output


def test_missing_pictures_are_named(app, make, tmp_path, elsewhere):
    business_of_a_day(app, make)
    run(app, "backup", tmp_path / "b")
    listed = (tmp_path / "b" / "objects.jsonl").read_text().splitlines()
    key = json.loads(listed[-1])["key"]
    app.extensions["parts"].storage.delete(key)
    restored = run(elsewhere(), "restore", tmp_path / "b")
    assert restored.exit_code == 3 and key in restored.output


def test_the_password_is_on_no_command_line(app, tmp_path, monkeypatch):
    """It goes by a file only we can read."""
    from points_app.clients import dumps

    seen = {}

    class Spy(dumps.subprocess.Popen):
        def __init__(self, command, **options):
            seen["command"] = " ".join(map(str, command))
            path = Path(seen["command"].split("--defaults-extra-file=")[1].split()[0])
            seen["file"], seen["mode"] = path.read_text(), path.stat().st_mode & 0o777
            super().__init__(command, **options)

    monkeypatch.setattr(dumps.subprocess, "Popen", Spy)
    secret = dumps.Database("mysql", "points", "127.0.0.1", 1, "nobody", 'pa"ss\\word')
    with pytest.raises(dumps.DumpFailed, match="dump failed"):
        dumps.dump(secret, tmp_path / "x.gz", lambda done: None)
    assert "word" not in repr(secret)
    assert "pa" + '"ss' not in seen["command"]
    assert 'password="pa\\"ss\\\\word"' in seen["file"] and seen["mode"] == 0o600


def test_sqlite(app, environment, tmp_path):
    source = {**environment, "DATABASE_URL": f"sqlite:///{tmp_path / 'a.db'}"}
    first = create_app(Settings.from_env(source))
    with first.app_context():
        from flask_migrate import upgrade

        upgrade()
    assert run(first, "seed", "--accounts").exit_code == 0
    assert run(first, "backup", tmp_path / "b").exit_code == 0
    target = {**environment, "DATABASE_URL": f"sqlite:///{tmp_path / 'c.db'}"}
    second = create_app(Settings.from_env(target))
    assert run(second, "restore", tmp_path / "b").exit_code == 0
    assert run(second, "prove").exit_code == 0


def test_its_age_is_told(app, make, tmp_path):
    business_of_a_day(app, make)
    assert "points_backup_age_seconds" not in told(app)
    assert run(app, "backup", tmp_path / "backup").exit_code == 0
    assert 0 <= told(app)["points_backup_age_seconds"] < 60
    assert told(app)["points_database_bytes"] > 100_000


def told(app):
    with app.app_context():
        figures.gather()
        return {name: value for name, _, value in figures.latest()}


def test_a_folder_that_cannot_be_is_told_in_a_sentence(app, tmp_path):
    (tmp_path / "file").touch()
    refused = run(app, "backup", tmp_path / "file" / "monday")
    assert refused.exit_code == 1
    assert refused.output.splitlines()[-1].startswith("Error: Not a directory: ")


def test_a_backup_that_fails_leaves_room_for_the_next_try(app, tmp_path, monkeypatch):
    monkeypatch.setattr(backup, "_list_objects", Mock(side_effect=StorageError("gone")))
    assert run(app, "backup", tmp_path / "monday").exit_code == 1
    assert list((tmp_path / "monday").iterdir()) == []
    monkeypatch.undo()
    assert run(app, "backup", tmp_path / "monday").exit_code == 0
