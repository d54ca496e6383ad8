"""The proof finds what is wrong in the books, whoever did it, and names it."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import text

from points_app.database.session import db, utcnow
from points_app.services import proof
from points_app.services.points import ledger_seals
from tests.books import sql
from tests.proving import findings
from tests.receipts_in import hand_in


@pytest.fixture
def settings_override():
    return {"RATE_LIMIT_API": "1000", "RATE_LIMIT_DRAW": "1000"}


@pytest.fixture
def guest(app, make):
    """Somebody with a bit of everything in their books, sealed."""
    guest, merchant = make.guest(points=9000), make.merchant()
    product = make.product(stock=10)
    for kind in ("single", "triple", "decade"):
        guest.post("/api/lottery/draw", {"draw_type": kind}).ok()
    guest.post("/api/points/check-in").ok()
    order = {"commodity_id": product, "quantity": 2}
    guest.post("/api/exchange/redeem", order, headers={"Idempotency-Key": "k"}).ok()
    second = guest.post("/api/exchange/redeem", order).ok()["order_id"]
    guest.post(f"/api/exchange/records/{second}/cancel").ok()
    for action in ("approve", "reject"):
        body = {"upload_id": hand_in(guest, "30.00"), "action": action, "reason": "看不清"}
        merchant.post("/api/merchant/review", body).ok()
    with app.app_context():
        ledger_seals.seal_all()
        yield guest


def last_row(source):
    ((row_id,),) = sql("SELECT MAX(id) FROM points_records WHERE source = :s", s=source)
    return row_id


def test_right_books_are_right(guest):
    result = proof.prove()
    assert findings() == {} and result.rows > 40
    assert [verdict.rule for verdict in result.verdicts] == [
        "wallets", "chain", "hashes", "seals", "draws", "orders", "receipts", "stock", "causes",
        "once", "answers", "erased",
    ]  # fmt: skip


TAMPERED = [
    ("UPDATE users SET total_points = total_points + 1 WHERE user_id = :user", {"wallets"}),
    ("UPDATE points_records SET balance_after = balance_after + 1 WHERE id = :row",
     {"chain", "hashes"}),
    ("UPDATE points_records SET points = points + 1 WHERE id = :row",
     {"wallets", "chain", "hashes", "orders"}),
    ("UPDATE points_records SET description = 'x' WHERE id = :row", {"hashes"}),
    ("UPDATE points_records SET related_id = 'EX0' WHERE id = :row",
     {"hashes", "orders", "causes"}),
    ("UPDATE points_records SET mac = CONCAT('00000000', SUBSTR(mac, 9)) WHERE id = :row",
     {"hashes", "seals"}),
    ("DELETE FROM points_records WHERE id = :row", {"wallets", "chain", "seals", "orders"}),
    ("UPDATE points_records SET seal_id = NULL WHERE id = :row", {"seals"}),
    ("UPDATE ledger_seals SET entry_count = entry_count + 1", {"seals"}),
    ("UPDATE ledger_seals SET previous = digest", {"seals"}),
    ("UPDATE lottery_records SET prize_value = 7777, prize_type = 'points' LIMIT 1", {"draws"}),
    ("DELETE FROM lottery_records WHERE draw_sequence = 10", {"draws"}),
    ("DELETE FROM lottery_records WHERE draw_type = 'single'", {"causes"}),
    ("UPDATE exchange_records SET status = 'cancelled'", {"orders", "stock"}),
    ("UPDATE exchange_records SET status = 'completed'", {"orders", "stock", "causes"}),
    ("UPDATE exchange_records SET user_id = user_id + 1", {"orders"}),
    ("UPDATE photo_reviews SET review_status = 'rejected'", {"receipts", "causes"}),
    ("UPDATE photo_reviews SET review_status = 'approved', points_awarded = 300",
     {"receipts"}),
    ("UPDATE commodity_pool SET stock = stock + 1 ORDER BY commodity_id DESC LIMIT 1", {"stock"}),
    ("UPDATE stock_movements SET `change` = 99 ORDER BY id DESC LIMIT 1", {"stock"}),
    ("DELETE FROM check_ins", {"causes"}),
    ("UPDATE idempotency_keys SET answer = NULL", {"answers"}),
]  # fmt: skip


@pytest.mark.parametrize(("statement", "rules"), TAMPERED, ids=[each[0][:60] for each in TAMPERED])
def test_what_was_tampered_with_is_found(guest, statement, rules):
    named = {"user": guest.user_id, "row": last_row("exchange")}
    used = {key: value for key, value in named.items() if f":{key}" in statement}
    assert sql(statement, **used) >= 1
    found = findings()
    assert set(found) == rules
    if "row" in used and "hashes" in found:
        assert found["hashes"][0].startswith(f"points_records {named['row']} of user")


def test_a_forged_row_is_named_although_its_numbers_fit(guest):
    """Written past the service, chain and wallet and all: only the signature is missing."""
    sql("UPDATE users SET total_points = total_points + 500 WHERE user_id = :u", u=guest.user_id)
    sql(
        "INSERT INTO points_records (user_id, type, points, description, source, balance_after,"
        " related_id, created_at, mac) SELECT user_id, 'earn', 500, '活动', 'admin', total_points,"
        " 'OP-forged', :now, 'x' FROM users WHERE user_id = :u",
        u=guest.user_id,
        now=utcnow().replace(tzinfo=None),
    )
    forged = last_row("admin")
    assert list(findings()) == ["hashes"]
    ledger_seals.seal_all()
    assert findings()["hashes"][0].startswith(f"points_records {forged} of user {guest.user_id}")


def test_a_row_put_into_an_old_seal_is_named(guest):
    guest.post("/api/lottery/draw", {}).ok()
    row = last_row("lottery")
    sql("UPDATE points_records SET seal_id = 1 WHERE id = :row", row=row)
    assert f"points_records {row}: inserted into seal 1 later" in findings()["seals"]


def test_a_deleted_row_is_named_by_its_id(guest):
    row = last_row("photo_upload")
    sql("DELETE FROM points_records WHERE id = :row", row=row)
    assert f"points_records {row}: sealed by 1, deleted since" in findings()["seals"]


def test_a_removed_seal_breaks_the_chain(guest, monkeypatch):
    monkeypatch.setattr(ledger_seals, "BATCH", 1)
    for _ in range(2):
        guest.post("/api/lottery/draw", {}).ok()
    ledger_seals.seal_all()
    sql("SET foreign_key_checks = 0")
    with db.engine.begin() as connection:
        connection.execute(text("SET foreign_key_checks = 0"))
        connection.execute(text("DELETE FROM ledger_seals WHERE id = 2"))
        connection.execute(text("SET foreign_key_checks = 1"))
    assert "ledger_seals 2 to 2: missing" in findings()["seals"]


def test_a_kept_root_shows_that_the_end_of_the_chain_was_cut_off(guest):
    before = ledger_seals.root()["digest"]
    guest.post("/api/lottery/draw", {}).ok()
    ledger_seals.seal_all()
    after = ledger_seals.root()["digest"]
    assert findings(roots=[before, after]) == {}
    sql("UPDATE points_records SET seal_id = NULL WHERE seal_id = 2")
    sql("DELETE FROM ledger_seals WHERE id = 2")
    ledger_seals.seal_all()
    assert findings() == {}
    assert findings(roots=[before, after]) == {
        "roots": [f"root {after}: no seal of the chain has this digest"]
    }


def test_rows_that_wait_too_long_for_a_seal(guest):
    guest.post("/api/lottery/draw", {}).ok()
    assert findings() == {}
    sql("UPDATE points_records SET created_at = created_at - INTERVAL 11 MINUTE"
        " WHERE seal_id IS NULL")  # fmt: skip
    assert re.fullmatch(r"points_records \d+: not sealed yet.*", findings()["seals"][0])


def test_since_looks_at_the_guests_touched_since_and_at_those_completely(guest, make):
    other = make.guest()
    ledger_seals.seal_all()
    sql("UPDATE ledger_seals SET sealed_at = sealed_at - INTERVAL 2 HOUR")
    sql("UPDATE users SET total_points = 1 WHERE user_id = :u", u=guest.user_id)
    an_hour = utcnow() - timedelta(hours=1)
    assert set(findings()) == {"seals", "wallets"}  # the seal's time is part of what it seals
    assert findings(since=an_hour) == {}
    guest.post("/api/exchange/redeem", {"commodity_id": 1})
    assert findings(since=an_hour) == {}
    other.post("/api/lottery/draw", {}).ok()
    assert findings(since=an_hour) == {}
    sql("UPDATE users SET total_points = 200 WHERE user_id = :u", u=guest.user_id)
    guest.post("/api/lottery/draw", {}).ok()
    assert set(findings(since=an_hour)) == {"wallets", "chain"}


def test_it_sees_one_moment(guest, monkeypatch):
    """What guests do while the proof runs belongs to the next proof."""
    check_draws = proof.facts.CHECKS[0]

    def meanwhile(books):
        guest.post("/api/lottery/draw", {}).ok()
        yield from check_draws.run(books)

    busy = proof.Check(check_draws.rules, meanwhile)
    monkeypatch.setattr(proof, "CHECKS", (proof.ledger.GUESTS, busy, *proof.CHECKS[2:]))
    rows = proof.prove().rows
    assert findings() == {} and proof.prove().rows > rows


def test_a_run_is_kept(guest):
    sql("UPDATE users SET total_points = 1 WHERE user_id = :u", u=guest.user_id)
    proof.prove()
    ((offenders, since, verdicts),) = sql(
        "SELECT offender_count, since, verdicts FROM proof_runs ORDER BY id DESC LIMIT 1"
    )
    assert offenders == 1 and since is None and "the wallet holds 1" in verdicts


def test_the_commands(app, guest):
    run = app.test_cli_runner().invoke
    right = run(args=["prove"])
    assert right.exit_code == 0 and "the books are right" in right.output
    root = run(args=["ledger", "root"]).output.split()[0]
    assert run(args=["prove", "--root", root, "--since", "2h", "--quiet"]).output == ""
    sql("UPDATE users SET total_points = 1 WHERE user_id = :u", u=guest.user_id)
    wrong = run(args=["prove", "--quiet"])
    assert wrong.exit_code == 1 and f"user {guest.user_id}: the wallet holds 1" in wrong.output
    assert run(args=["prove", "--since", "yesterday"]).exit_code == 2
