"""The prizes on the wheel and their stock."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import BigInteger, bindparam, func, insert, select, update

from points_app.database.session import execute, utcnow
from points_app.freshness import WHEEL, changed, memory
from points_app.models.lottery import Prize as PrizeTable
from points_app.models.lottery import PrizeCount, PrizeStatus, WheelVersion
from points_app.services import locks
from points_app.services.lottery.wheel import Wheel
from points_app.services.points.wallet import Provided
from points_app.wire.lottery import wheel as wire


@dataclass(frozen=True, slots=True)
class Prize:
    """An active prize as it stood when the wheel was read."""

    prize_id: int
    prize_name: str
    prize_type: str
    prize_value: Decimal
    angle: int
    color: str
    probability: Decimal
    is_activity: bool
    daily_limit: int
    total_limit: int
    stock: int

    @property
    def is_limited(self) -> bool:
        """Whether giving it must be counted."""
        return self.stock >= 0 or self.daily_limit > 0 or self.total_limit > 0


_ACTIVE = (
    select(*(PrizeTable.__table__.c[name] for name in Prize.__dataclass_fields__))
    .where(PrizeTable.status == PrizeStatus.ACTIVE.value)
    .order_by(PrizeTable.angle, PrizeTable.prize_id)
)
_IN_FORCE = select(func.coalesce(func.max(WheelVersion.version), 0))
_UNCHANGED = bindparam("wheel_version", type_=BigInteger) == _IN_FORCE.scalar_subquery()


@dataclass(frozen=True, slots=True)
class WheelNow:
    """The wheel as this process remembers it, as guests are shown it, and the condition by which a
    transaction tells that it is still the one in force."""

    wheel: Wheel[Prize]
    shown: list[wire.WheelField]
    unchanged: Provided


def wheel() -> WheelNow:
    """The active prizes by angle."""
    return memory(WHEEL).get(WHEEL, _load)


def forget() -> None:
    """Read the wheel anew: a transaction found it replaced."""
    memory(WHEEL).forget()


def note_change() -> None:
    """Give the wheel its next version, in the transaction that changes its prizes and holds all of
    them: so versions are committed in their order. Prizes that were changed past the service are
    seen when a process reads the wheel again, within `freshness.FRESH_SECONDS`."""
    execute(insert(WheelVersion), {"created_at": utcnow()})
    changed(WHEEL)


def _load(_: WheelNow | None) -> WheelNow:
    version = execute(_IN_FORCE).scalar_one()  # first: the transaction finds a change in between
    prizes = [Prize(*row) for row in execute(_ACTIVE)]
    shown = [wire.wheel_field(prize) for prize in prizes]
    return WheelNow(Wheel(prizes), shown, Provided(_UNCHANGED, {"wheel_version": version}))


def take(prize_id: int, today: date) -> bool:
    """Take one piece of a limited prize; False when its stock or a limit is used up.

    Locks the prize, which guards its counts too.
    """
    prize = locks.prize(prize_id)
    limits = {today: prize.daily_limit, PrizeCount.EVER: prize.total_limit}
    given = _given(prize_id, list(limits))
    if prize.stock == 0 or any(limit and given[day] >= limit for day, limit in limits.items()):
        return False
    if prize.stock > 0:
        mine = PrizeTable.prize_id == prize_id
        execute(update(PrizeTable).where(mine).values(stock=PrizeTable.stock - 1))
    counts = PrizeCount.prize_id == prize_id
    execute(
        update(PrizeCount)
        .where(counts, PrizeCount.day.in_(limits))
        .values(given=PrizeCount.given + 1)
    )
    return True


def _given(prize_id: int, days: list[date]) -> dict[date, int]:
    """How often the prize was given on each day; missing counts are opened at 0."""
    query = select(PrizeCount.day, PrizeCount.given).where(
        PrizeCount.prize_id == prize_id, PrizeCount.day.in_(days)
    )
    given: dict[date, int] = dict(execute(query).all())
    missing = [{"prize_id": prize_id, "day": day, "given": 0} for day in days if day not in given]
    if missing:
        execute(insert(PrizeCount), missing)
    return {**dict.fromkeys(days, 0), **given}
