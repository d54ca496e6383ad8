"""Ledger rows get their seal whatever the order in which they are committed."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import text

from points_app.database.session import utcnow
from points_app.services.points import ledger_seals
from points_app.services.settings.shop_time import shop_day
from tests.books import sql
from tests.proving import findings


@pytest.fixture
def settings_override():
    return {"RATE_LIMIT_API": "1000", "RATE_LIMIT_DRAW": "1000"}


@pytest.fixture
def guest(app, make):
    guest = make.guest(points=9000)
    guest.post("/api/lottery/draw", {}).ok()
    with app.app_context():
        ledger_seals.seal_all()
        yield guest


def test_a_row_that_commits_after_a_higher_id_was_sealed(app, make):
    """Its id lies in a gap that the first seal has passed: it goes into the next one."""
    slow, quick = make.guest(), make.guest()
    with app.app_context():
        ledger_seals.seal_all()
        holding, may_commit = threading.Event(), threading.Event()
        waiting = threading.Thread(
            target=draw_slowly, args=(app, slow.user_id, holding, may_commit)
        )
        waiting.start()
        assert holding.wait(10)
        quick.post("/api/lottery/draw", {}).ok()
        ledger_seals.seal_all()
        ((early, its_seal),) = seal_of_draws()  # the slow one is not committed yet
        may_commit.set()
        waiting.join()
        ledger_seals.seal_all()
        (late, next_seal), _ = seal_of_draws()
        assert late < early and next_seal == its_seal + 1
        assert findings() == {}


def test_two_sealers_make_one_chain(app, guest, monkeypatch):
    monkeypatch.setattr(ledger_seals, "BATCH", 3)
    for _ in range(8):
        guest.post("/api/lottery/draw", {}).ok()

    def seal():
        with app.app_context():
            ledger_seals.seal_all()

    threads = [threading.Thread(target=seal) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert findings() == {}
    assert sql("SELECT COUNT(*) FROM points_records WHERE seal_id IS NULL") == [(0,)]


def test_the_root_of_a_day(app, guest):
    today = shop_day(utcnow())
    assert ledger_seals.root(today) == ledger_seals.root()
    assert ledger_seals.root(today - timedelta(days=1)) is None


@pytest.mark.parametrize(
    ("ids", "written"), [([7], "7"), ([1, 2, 3, 5, 8, 9], "1-3,5,8-9"), ([4, 6], "4,6")]
)
def test_ids_as_ranges(ids, written):
    assert ledger_seals.write_ids(ids) == written and ledger_seals.read_ids(written) == ids


def seal_of_draws():
    """[(row, its seal)] of the committed charges for draws."""
    rows = "SELECT id, seal_id FROM points_records WHERE source = 'lottery' ORDER BY id"
    return [tuple(row) for row in sql(rows)]


def draw_slowly(app, user_id, holding, may_commit):
    """Write a draw's rows, then wait before committing."""
    from points_app.database.session import execute, transactional
    from points_app.models.points import Source
    from points_app.services.points import wallet

    @transactional
    def draw():
        wallet.book(user_id, wallet.Entry(-100, Source.LOTTERY, "LD-slow", "单次抽奖"))
        record = text(
            "INSERT INTO lottery_records (draw_id, draw_sequence, user_id, prize_id, prize_name,"
            " prize_type, prize_value, angle, draw_type, is_near_miss, points_cost, created_at)"
            " SELECT 'LD-slow', 1, :u, prize_id, prize_name, 'empty', 0, 0, 'single', 0, 100,"
            " :now FROM lottery_settings LIMIT 1"
        )
        execute(record, {"u": user_id, "now": utcnow().replace(tzinfo=None)})
        holding.set()
        assert may_commit.wait(10)

    with app.app_context():
        draw()
