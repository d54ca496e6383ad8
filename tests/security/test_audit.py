"""The record of what merchants, admins and operators did only grows, and shows it when not."""

import json

import pytest

from points_app.database.session import db
from tests.racing import race
from tests.receipts_in import hand_in


@pytest.fixture
def run(app):
    return lambda *arguments: app.test_cli_runner().invoke(args=["audit", *arguments])


@pytest.fixture
def history(app, make):
    """Five decisions of a merchant."""
    merchant, guest = make.merchant(), make.guest()
    for points in range(50, 55):
        body = {"upload_id": hand_in(guest, "9.00"), "action": "approve", "points": points}
        merchant.post("/api/merchant/review", body).ok()
    return merchant


def sql(app, statement):
    """What somebody with the database but without the keys can do."""
    with app.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql(statement)


def ids(app):
    with app.app_context(), db.engine.connect() as connection:
        return list(connection.exec_driver_sql("SELECT id FROM audit_log ORDER BY id").scalars())


def test_a_whole_chain_verifies(run, history):
    done = run("verify")
    assert done.exit_code == 0, done.output
    assert done.output.startswith("5 entries")


def test_an_empty_record_is_whole(run):
    assert run("verify").exit_code == 0


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE audit_log SET details = '{{}}' WHERE id = {third}",
        "UPDATE audit_log SET actor_id = NULL WHERE id = {third}",
        "UPDATE audit_log SET created_at = '2020-01-01 00:00:00' WHERE id = {third}",
        "UPDATE audit_log SET target = 'UP0' WHERE id = {last}",
        "DELETE FROM audit_log WHERE id = {third}",
        "DELETE FROM audit_log WHERE id = {last}",
        "DELETE FROM audit_log WHERE id = {first}",
        "DELETE FROM audit_log",
        "INSERT INTO audit_log (action, target, details, created_at, previous_hash, hash) "
        "VALUES ('x', 'y', '{{}}', '2026-01-01 00:00:00', REPEAT('a', 64), REPEAT('b', 64))",
        "UPDATE audit_head SET entries = 4",
        "UPDATE audit_head SET signature = 'x'",
    ],
)
def test_tampering_is_found(app, run, history, tampering):
    first, _, third, _, last = ids(app)
    sql(app, tampering.format(first=first, third=third, last=last))
    done = run("verify")
    assert done.exit_code == 1 and "tampered" in done.output


def test_cutting_the_end_off_together_with_the_head_is_found(app, run, history):
    """The head of four entries was never signed: nobody without the key can set it back."""
    *_, fourth, last = ids(app)
    sql(app, f"DELETE FROM audit_log WHERE id = {last}")
    sql(
        app,
        "UPDATE audit_head SET entries = 4, "
        f"hash = (SELECT hash FROM audit_log WHERE id = {fourth})",
    )
    assert run("verify").exit_code == 1


def test_simultaneous_actions_make_one_chain(app, run, make):
    guest, merchants = make.guest(), [make.merchant() for _ in range(8)]
    uploads = [hand_in(guest, "9.00") for _ in merchants]

    def decide(merchant, upload):
        body = {"upload_id": upload, "action": "reject", "reason": "模糊"}
        return lambda: merchant.post("/api/merchant/review", body)

    codes = race([decide(*pair) for pair in zip(merchants, uploads, strict=True)])
    assert codes == {0: 8}
    done = run("verify")
    assert done.exit_code == 0 and done.output.startswith("8 entries")


def test_a_refused_action_leaves_no_entry(run, history, make):
    upload = hand_in(make.guest(), "9.00")
    assert history.post("/api/merchant/review", {"upload_id": upload, "action": "reject"}).code
    assert run("verify").output.startswith("5 entries")


def test_list_filters(run, history):
    lines = run("list", "--actor", str(history.user_id), "--limit", "2").output.splitlines()
    newest = json.loads(lines[0])
    assert len(lines) == 2 and newest["action"].startswith("review")
    assert newest["details"]["points"] == 54
    assert run("list", "--action", "user.").output == ""
    assert run("list", "--since", "2999-01-01").output == ""
    assert len(run("list", "--target", newest["target"]).output.splitlines()) == 1
