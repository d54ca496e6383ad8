"""Defects to plant in the code of the service; each takes pytest's monkeypatch."""

from types import SimpleNamespace

from points_app.database.session import db
from points_app.services import idempotency
from points_app.services.exchange import inventory, orders, redemption, stock
from points_app.services.lottery import draws
from points_app.services.points import ledger_macs, wallet
from points_app.services.receipts import review


def nothing(*_args, **_kwargs):
    """What a forgotten call does."""


class Forgetful:
    """A counter that answers as if it had counted."""

    def __init__(self, counter):
        self.counter = counter

    def add(self, key, change, **values):
        return self.counter.add(key, 0, **values) + change


def wallet_not_moved(patch):
    real = wallet._move
    patch.setattr(wallet, "_move", lambda condition: Forgetful(real(condition)))


def half_of_the_ledger_rows(patch):
    real = wallet._write
    patch.setattr(wallet, "_write", lambda user, rows, after: real(user, rows[:1], after[:1]))


def chain_link_skipped(patch):
    real = wallet._write
    patch.setattr(
        wallet, "_write", lambda user, rows, after: real(user, rows, [each + 1 for each in after])
    )


def unsigned_rows(patch):
    patch.setattr(ledger_macs, "row_mac", lambda row: "0" * 41)


def a_record_forgotten(patch):
    real = draws._NEW_DRAWS.run
    patch.setattr(draws, "_NEW_DRAWS", SimpleNamespace(run=lambda *rows: real(*rows[:-1])))


def winnings_not_credited(patch):
    real = draws._entries
    patch.setattr(draws, "_entries", lambda *args: real(*args)[:1])


def committed_between_charge_and_records(patch):
    def die(*_args):
        db.session.connection().connection.commit()
        raise MemoryError

    patch.setattr(draws, "_NEW_DRAWS", SimpleNamespace(run=die))


def order_not_charged(patch):
    patch.setattr(redemption.wallet, "book", lambda user_id, *_, **__: wallet.balance_of(user_id))


def stock_not_taken(patch):
    patch.setattr(redemption, "_take_stock", nothing)


def stock_taken_twice(patch):
    real = redemption._take_stock

    def twice(product, quantity, price):
        real(product, 2 * quantity, price)

    patch.setattr(redemption, "_take_stock", twice)


def cancelled_without_refund(patch):
    patch.setattr(orders.wallet, "book", nothing)


def cancelled_without_giving_back(patch):
    patch.setattr(inventory, "give_back", nothing)


def cancelled_state_forgotten(patch):
    patch.setattr(orders, "advance", nothing)


def approved_without_paying(patch):
    patch.setattr(review.wallet, "book", nothing)


def other_points_paid(patch):
    real = wallet.Entry
    patch.setattr(review.wallet, "Entry", lambda points, *rest: real(points + 1, *rest))


def restock_not_noted(patch):
    patch.setattr(inventory, "note_movement", nothing)


def restocked_without_stock(patch):
    patch.setattr(stock, "correct", lambda *_: 15)


def answer_not_kept(patch):
    patch.setattr(idempotency, "_write_answer", nothing)
