"""What a guest drew so far."""

from sqlalchemy import func, select

from points_app.codes import qr_picture
from points_app.database.session import db, execute, utcnow
from points_app.errors.base import InvalidInput
from points_app.models.lottery import ClaimStatus, Draw, Prize, PrizeType
from points_app.models.points import LedgerEntry, Source
from points_app.services.pages import Page, page_of
from points_app.services.settings.shop_time import start_of_day
from points_app.wire.lottery import draws as wire


def records(user_id: int, page: Page) -> wire.DrawRecords:
    """A guest's turns of the wheel, newest first."""
    query = select(Draw).where(Draw.user_id == user_id)
    rows, listed = page_of(query, Draw.id, page)
    return {
        "records": [wire.draw_record(draw) for draw, _ in rows],
        **listed,
    }


def record(user_id: int, record_id: int) -> wire.DrawDetail:
    """One of the guest's own turns, with its claim code as a picture. Raises InvalidInput."""
    query = select(Draw).where(Draw.id == record_id, Draw.user_id == user_id)
    draw = db.session.scalar(query)
    if draw is None:
        raise InvalidInput.of("record_id", "no such record of yours")
    is_waiting = draw.status == ClaimStatus.PENDING and draw.claim_code is not None
    picture = qr_picture(draw.claim_code or "") if is_waiting else None
    return {**wire.draw_record(draw), "claim_qr": picture}


def statistics(user_id: int) -> wire.DrawStatistics:
    """A guest's luck. `win_rate` is the share (0 to 1) of turns that won anything;
    `favorite_prize` the prize won most often. Points are the ledger's."""
    count = func.count()
    query = select(Draw.prize_id, Draw.prize_type, count).where(Draw.user_id == user_id)
    counts = execute(query.group_by(Draw.prize_id, Draw.prize_type)).all()
    total = sum(times for _, _, times in counts)
    won = [(times, prize_id) for prize_id, kind, times in counts if kind != PrizeType.EMPTY]
    wins = sum(times for times, _ in won)
    today = select(count).where(Draw.user_id == user_id, Draw.created_at >= start_of_day(utcnow()))
    return {
        "total_draws": total,
        "total_points_spent": -_booked(user_id, Source.LOTTERY),
        "total_points_won": _booked(user_id, Source.LOTTERY_WIN),
        "win_rate": round(wins / total, 4) if total else 0,
        "favorite_prize": _prize_name(max(won)[1]) if won else None,
        "today_draws": execute(today).scalar_one(),
    }


def _booked(user_id: int, source: Source) -> int:
    mine = (LedgerEntry.user_id == user_id, LedgerEntry.source == source.value)
    return int(execute(select(func.sum(LedgerEntry.points)).where(*mine)).scalar() or 0)


def _prize_name(prize_id: int) -> str | None:
    query = select(Prize.prize_name).where(Prize.prize_id == prize_id)
    return execute(query).scalar()
