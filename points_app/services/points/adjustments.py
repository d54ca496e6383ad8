"""Points an admin gives or takes."""

from sqlalchemy import select

from points_app.codes import new_id
from points_app.database.session import execute
from points_app.errors.base import InvalidInput
from points_app.models.points import LedgerEntry, Source
from points_app.services import locks
from points_app.services.audit import trail
from points_app.services.idempotency import keyed_transaction
from points_app.services.points import wallet
from points_app.wire import points as wire


@keyed_transaction
def operate(admin_id: int, user_id: int, points: int, reason: str) -> wire.Operated:
    """Give (`points` > 0) or take (< 0) a guest's points by hand; audited.

    Locks the wallet. Raises InsufficientPoints when less is there than is taken, InvalidInput for
    an unknown user and an erased account.
    """
    account = locks.wallet(user_id)
    if account is None:
        raise InvalidInput.of("user_id", "no such user")
    if account.erased_at is not None:
        raise InvalidInput.of("user_id", "the account was erased")
    operation_id = new_id("OP")
    total = wallet.book(user_id, wallet.Entry(points, Source.ADMIN, operation_id, reason))
    details = {"points": points, "reason": reason, "operation_id": operation_id}
    trail.record(admin_id, "points.operate", f"user:{user_id}", details)
    booked = (LedgerEntry.source == Source.ADMIN.value, LedgerEntry.related_id == operation_id)
    record_id = execute(select(LedgerEntry.id).where(*booked)).scalar_one()
    return {"user_id": user_id, "total_points": total, "record_id": record_id}
