"""Draws: points for turns of the wheel."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, insert, select

from points_app import metrics
from points_app.codes import new_code, new_id
from points_app.database.errors import TryAgain
from points_app.database.session import after_commit, execute, utcnow
from points_app.database.statements import Write
from points_app.errors.lottery import DailyDrawsUsed, DrawCostChanged, LotteryClosed
from points_app.models.lottery import ClaimStatus, Draw, PrizeType
from points_app.models.points import Source
from points_app.services import locks
from points_app.services.idempotency import keyed_transaction
from points_app.services.lottery import prizes
from points_app.services.lottery.draw_types import DrawType
from points_app.services.lottery.wheel import Turn, Wheel
from points_app.services.points import wallet
from points_app.services.settings.business import business, forget
from points_app.services.settings.declarations import BusinessSettings
from points_app.services.settings.shop_time import shop_day, start_of_day
from points_app.wire.lottery import draws as wire
from points_app.wire.lottery import wheel as wheel_wire

_NEW_DRAWS = Write(insert(Draw))


def config() -> wheel_wire.Wheel:
    """The wheel as guests see it."""
    settings = business()
    return {
        "cost_points": settings.lottery_cost_points,
        "prizes": prizes.wheel().shown,
        "daily_limit": settings.daily_lottery_limit,
        "rules": settings.rules,
    }


@keyed_transaction
def draw(user_id: int, kind: DrawType, expected_cost: int | None = None) -> wire.DrawAnswer:
    """Turn the wheel `kind.turns` times for points: charge, picks, prizes and stock in one step.

    Locks the wallet, then limited prizes by id. Raises InsufficientPoints, LotteryClosed,
    DailyDrawsUsed; DrawCostChanged when the draw does not cost `expected_cost` points.
    """
    settings = _settings(kind, expected_cost)
    now_on = prizes.wheel()
    wheel = now_on.wheel
    if not wheel.is_open:
        raise LotteryClosed
    now = utcnow()
    if settings.daily_lottery_limit:
        _check_daily_limit(user_id, kind, settings.daily_lottery_limit, now)
    turns = _settle(user_id, wheel, [wheel.turn() for _ in range(kind.turns)], shop_day(now))
    draw_id = new_id("LD")
    won = [wheel.prizes[turn.index] for turn in turns]
    cost = settings.lottery_cost_points * kind.turns
    remaining = _pay(user_id, _entries(draw_id, kind, cost, won), now_on)
    rows = _rows(user_id, draw_id, kind, settings.lottery_cost_points, turns, won, now)
    _NEW_DRAWS.run(*rows)
    after_commit(metrics.counter_of_draws([(each.prize_id, each.prize_name) for each in won]))
    return wire.draw_answer(rows, cost, remaining)


def _settings(kind: DrawType, expected_cost: int | None) -> BusinessSettings:
    """What is in force now; the database is asked again before a guest is told that the price is
    not the one they were shown. Raises DrawCostChanged."""
    settings = business()
    if expected_cost in (None, settings.lottery_cost_points * kind.turns):
        return settings
    forget()
    settings = business()
    current = settings.lottery_cost_points * kind.turns
    if expected_cost != current:
        raise DrawCostChanged(expected=expected_cost, current=current)
    return settings


def _pay(user_id: int, entries: Sequence[wallet.Entry], wheel: prizes.WheelNow) -> int:
    """Book, if the wheel that was turned is still the one; else it is read again and turned anew.
    Raises TryAgain."""
    try:
        return wallet.book(user_id, *entries, provided=wheel.unchanged)
    except TryAgain:
        prizes.forget()
        raise


def _check_daily_limit(user_id: int, kind: DrawType, limit: int, now: datetime) -> None:
    """Count under the wallet's lock, so that two draws at once cannot both be the last."""
    locks.wallet(user_id)
    today = (Draw.user_id == user_id, Draw.created_at >= start_of_day(now))
    used = execute(select(func.count()).select_from(Draw).where(*today)).scalar_one()
    if used + kind.turns > limit:
        raise DailyDrawsUsed(limit=limit, used=used)


def _settle(user_id: int, wheel: Wheel[prizes.Prize], turns: list[Turn], today: date) -> list[Turn]:
    """Take limited prizes from their stock, by ascending id; what is used up becomes the empty
    prize. Most turns meet no limit and touch no row."""
    limited = [place for place, turn in enumerate(turns) if wheel.prizes[turn.index].is_limited]
    if not limited:
        return turns
    settled = list(turns)
    locks.wallet(user_id)
    for place in sorted(limited, key=lambda place: wheel.prizes[turns[place].index].prize_id):
        if not prizes.take(wheel.prizes[turns[place].index].prize_id, today):
            if wheel.consolation is None:
                raise LotteryClosed
            settled[place] = Turn(wheel.consolation, is_near_miss=False)
    return settled


def _entries(
    draw_id: str, kind: DrawType, cost: int, won: Sequence[prizes.Prize]
) -> list[wallet.Entry]:
    entries = [wallet.Entry(-cost, Source.LOTTERY, draw_id, kind.description)]
    winnings = sum(int(prize.prize_value) for prize in won if prize.prize_type == PrizeType.POINTS)
    if winnings:
        entries.append(wallet.Entry(winnings, Source.LOTTERY_WIN, draw_id, "抽奖获得积分"))
    return entries


def _rows(
    user_id: int,
    draw_id: str,
    kind: DrawType,
    cost: int,
    turns: Sequence[Turn],
    won: Sequence[prizes.Prize],
    now: datetime,
) -> list[dict[str, Any]]:
    rows = []
    for place, (turn, prize) in enumerate(zip(turns, won, strict=True), start=1):
        claimable = prize.prize_type in (PrizeType.COUPON, PrizeType.PHYSICAL)
        rows.append(
            {
                "draw_id": draw_id,
                "draw_sequence": place,
                "user_id": user_id,
                "prize_id": prize.prize_id,
                "prize_name": prize.prize_name,
                "prize_type": prize.prize_type,
                "prize_value": prize.prize_value,
                "angle": prize.angle,
                "draw_type": kind.name,
                "is_near_miss": turn.is_near_miss,
                "points_cost": cost,
                "status": ClaimStatus.PENDING.value if claimable else None,
                "claim_code": new_code() if claimable else None,
                "created_at": now,
            }
        )
    return rows
