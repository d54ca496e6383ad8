"""The order of row locks is checked while the service runs, and each lock is one."""

import inspect
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import OperationalError

from points_app.database.errors import LOCKED, error_number
from points_app.database.session import db, execute, transactional
from points_app.extensions import parts
from points_app.models.accounts import AuthSession
from points_app.models.exchange import Product
from points_app.models.lottery import Prize
from points_app.models.receipts import Receipt
from points_app.services import locks
from points_app.services.locks import Rank
from points_app.services.points import ledger_seals
from tests.client import ApiClient
from tests.receipts_in import hand_in

Step = tuple[Any, ...]


@transactional
def take(*steps: Step) -> None:
    for step in steps:
        locks.reach(*step)


@pytest.mark.parametrize(
    "steps",
    [
        [(Rank.WALLET, 1), (Rank.DOCUMENT, "photo_reviews", 1)],
        [(Rank.INVENTORY, "product", 2), (Rank.INVENTORY, "product", 1)],
        [(Rank.INVENTORY, "product", 1), (Rank.INVENTORY, "prize", 1)],
        [(Rank.AUDIT_HEAD,), (Rank.WALLET, 1)],
        [(Rank.SESSION, "s"), (Rank.WALLET, 1)],
        [(Rank.DOCUMENT, "photo_reviews", 1), (Rank.KEY, 1, "k")],
        [(Rank.KEY, 1, "k"), (Rank.PHONE, "p")],
    ],
)
def test_a_lock_out_of_order_is_refused(app, steps):
    with app.app_context(), pytest.raises(RuntimeError, match="lock order"):
        take(*steps)


def test_a_write_out_of_order_is_refused_too(app, make):
    guest = make.guest()

    @transactional
    def forgotten() -> None:
        locks.wallet(guest.user_id)
        execute(update(Receipt).values(reading=None))

    with app.app_context(), pytest.raises(RuntimeError, match="photo_reviews is written after"):
        forgotten()


def test_the_order_itself_is_taken_and_begins_anew_with_each_transaction(app):
    whole = [(rank, 1) for rank in Rank]
    with app.app_context():
        take(*whole, *reversed(whole))  # what is held already is no new lock
        take(*whole)


PHONE = "13900000123"
# Each lock, and the table in which it holds a row.
LOCKS: dict[str, tuple[str, Callable[[ApiClient], Any]]] = {
    "encryption_keys": ("encryption_keys", lambda _: locks.encryption_keys()),
    "codes_of_phone": (
        "sms_codes",
        lambda _: locks.codes_of_phone(parts.vault.blind_indexes(PHONE)),
    ),
    "idempotency_key": (
        "idempotency_keys",
        lambda guest: locks.idempotency_key(guest.user_id, "k", wait=False),
    ),
    "settings": ("system_configs", lambda _: locks.settings()),
    "document": ("photo_reviews", lambda _: locks.document(select(Receipt))),
    "wallet": ("users", lambda guest: locks.wallet(guest.user_id)),
    "account": ("users", lambda guest: locks.account(guest.user_id)),
    "user": ("users", lambda guest: locks.user(guest.user_id)),
    "users": ("users", lambda guest: locks.users([guest.user_id])),
    "session": ("auth_sessions", lambda _: locks.session(any_of(AuthSession.session_id))),
    "prize": ("lottery_settings", lambda _: locks.prize(any_of(Prize.prize_id))),
    "prizes": ("lottery_settings", lambda _: locks.prizes()),
    "product": ("commodity_pool", lambda _: locks.product(any_of(Product.commodity_id))),
    "last_seal": ("ledger_seals", lambda _: locks.last_seal()),
    "audit_head": ("audit_head", lambda _: locks.audit_head()),
}


def any_of(column: Any) -> Any:
    return execute(select(column).limit(1)).scalar_one()


@pytest.fixture
def something_of_everything(app, anonymous, make) -> ApiClient:
    """A guest with a row in each table that is locked."""
    guest, admin = make.guest(), make.admin()
    anonymous.post("/api/auth/send-code", {"phone": PHONE}).ok()
    guest.post("/api/lottery/draw", {}, headers={"Idempotency-Key": "k"}).ok()
    hand_in(guest, "20.00")
    admin.put("/api/admin/settings", {"settings": {"appeal_days": 3}}).ok()
    with app.app_context():
        ledger_seals.seal_all()
    return guest


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_keeps_others_out(app, something_of_everything, name):
    table, lock = LOCKS[name]

    @transactional
    def refused_meanwhile() -> int | None:
        lock(something_of_everything)
        with db.engine.connect() as other, pytest.raises(OperationalError) as refused:
            other.execute(text(f"SELECT * FROM {table} FOR UPDATE NOWAIT"))
        return error_number(refused.value)

    with app.app_context():
        assert refused_meanwhile() in LOCKED


def test_every_lock_is_tried():
    functions = {name for name, each in vars(locks).items() if inspect.isfunction(each)}
    ours = {name for name in functions if getattr(locks, name).__module__ == locks.__name__}
    by_query = {"documents", "user_of_phone"}  # `document` and a login try them
    assert {name for name in ours if not name.startswith("_")} == {*LOCKS, *by_query, "reach"}
