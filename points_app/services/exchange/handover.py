"""The counter: a code is shown, goods or a prize are handed over, once."""

from sqlalchemy import select

from points_app.codes import normalise_code
from points_app.database.session import db, transactional, utcnow
from points_app.errors.base import InvalidInput
from points_app.errors.exchange import OrderStateRefused, OrderUnknown
from points_app.extensions import parts
from points_app.models.accounts import User
from points_app.models.exchange import Order, OrderStatus
from points_app.models.lottery import ClaimStatus, Draw
from points_app.notices import events
from points_app.services import locks
from points_app.services.audit import trail
from points_app.services.exchange import orders
from points_app.wire.exchange import orders as wire
from points_app.wire.lottery import claims


def verify(merchant_id: int, typed: str) -> wire.Collected:
    """Complete the order, or hand out the prize, that a pickup or claim code stands for.

    Locks the order or the draw: whoever is second is told that it is done. Raises InvalidInput for
    a mistyped code, OrderUnknown for one that belongs to nothing, OrderStateRefused for one that
    was used or whose order was cancelled.
    """
    code = normalise_code(typed)
    if code is None:
        raise InvalidInput.of("code", "not a code: a character is missing or mistyped")
    return _collect(merchant_id, code)


@transactional
def _collect(merchant_id: int, code: str) -> wire.Collected:
    order = locks.document(select(Order).where(Order.pickup_code == code))
    if order is not None:
        orders.advance(order, OrderStatus.COMPLETED)
        details = {"status": order.status}
        trail.record(merchant_id, "order.verify", f"order:{order.order_id}", details)
        return {"type": "order", "order": orders.as_merchants_see(order), "prize": None}
    draw = locks.document(select(Draw).where(Draw.claim_code == code))
    if draw is None:
        raise OrderUnknown
    return {"type": "prize", "order": None, "prize": _hand_out(merchant_id, draw)}


def _hand_out(merchant_id: int, draw: Draw) -> claims.ClaimedPrize:
    if draw.status != ClaimStatus.PENDING:
        raise OrderStateRefused(status=draw.status)
    draw.status, draw.claimed_at = ClaimStatus.CLAIMED, utcnow()
    db.session.flush()
    events.prize_update(draw)
    trail.record(merchant_id, "prize.verify", f"draw:{draw.id}", {"prize_name": draw.prize_name})
    winner = db.session.get_one(User, draw.user_id)
    return claims.claimed_prize(draw, winner, parts.vault)
