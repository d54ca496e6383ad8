"""Draws and what they gave."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from typing_extensions import TypedDict

from points_app.models.lottery import ClaimStatus, Draw, PrizeType
from points_app.wire.formats import iso, number
from points_app.wire.paging import Listed
from points_app.wire.values import one_of

DRAW_TYPES = ("single", "triple", "quintuple", "decade")


class DrawResult(TypedDict):
    prize_id: int
    """The prize's number."""
    prize_name: str
    """The prize's name."""
    prize_type: Annotated[str, one_of(*PrizeType)]
    """What kind of prize it is; `empty` is none."""
    prize_value: float
    """Points for the type `points`; for the others the number the shop set."""
    angle: int
    """Where the wheel stops, in degrees from 0 to 359."""
    is_near_miss: bool
    """Whether an activity prize was drawn close to the edge of its field."""
    draw_sequence: int
    """Which turn of the draw it was, from 1."""


class DrawAnswer(TypedDict):
    draw_id: str
    """The draw's id, the same for all of its turns."""
    draw_type: Annotated[str, one_of(*DRAW_TYPES)]
    """How it was drawn: 1, 3, 5 or 10 turns."""
    results: list[DrawResult]
    """The turns in their order."""
    points_cost: int
    """Points paid for the whole draw."""
    remaining_points: int
    """The balance after it, winnings included."""


class DrawRecord(TypedDict):
    id: int
    """The turn's number; its address has it as `record_id`."""
    draw_id: str
    """The draw's id, the same for all of its turns."""
    prize_id: int
    """The prize's number."""
    prize_name: str
    """The prize's name when it was drawn."""
    prize_type: Annotated[str, one_of(*PrizeType)]
    """What kind of prize it is; `empty` is none."""
    prize_value: float
    """Points for the type `points`; for the others the number the shop set."""
    draw_type: Annotated[str, one_of(*DRAW_TYPES, "five", "ten")]
    """How it was drawn: 1, 3, 5 or 10 turns; old records may say `five` and `ten`."""
    points_cost: int
    """Points paid for this turn."""
    is_near_miss: bool
    """Whether an activity prize was drawn close to the edge of its field."""
    is_winning: bool
    """Whether it was any prize at all."""
    status: Annotated[str, one_of(*ClaimStatus)] | None
    """Whether the prize was handed out; null for points and for none, which are not."""
    claim_code: str | None
    """What the guest shows at the counter, ten letters and digits; null where nothing is handed
    out."""
    created_at: str
    """When it was drawn (UTC)."""


class DrawDetail(DrawRecord):
    claim_qr: str | None
    """The claim code as a picture (data: URL); null when it cannot be used any more, and without a
    code."""


class DrawRecords(Listed):
    records: list[DrawRecord]
    """The turns of this page, newest first."""


class DrawStatistics(TypedDict):
    total_draws: int
    """Turns of the wheel so far."""
    total_points_spent: int
    """Points paid for them."""
    total_points_won: int
    """Points won with them."""
    win_rate: float
    """The share of turns that won anything, from 0 to 1."""
    favorite_prize: str | None
    """The prize won most often; null before the first."""
    today_draws: int
    """Turns since the shop's midnight."""


def draw_answer(rows: Sequence[Mapping[str, Any]], cost: int, remaining: int) -> DrawAnswer:
    """The answer to the draw whose turns these rows are; `cost` is what all of them cost, and
    `remaining` the balance after them."""
    return {
        "draw_id": rows[0]["draw_id"],
        "draw_type": rows[0]["draw_type"],
        "results": [draw_result(row) for row in rows],
        "points_cost": cost,
        "remaining_points": remaining,
    }


def draw_result(row: Mapping[str, Any]) -> DrawResult:
    return {
        "prize_id": row["prize_id"],
        "prize_name": row["prize_name"],
        "prize_type": row["prize_type"],
        "prize_value": number(row["prize_value"]),
        "angle": row["angle"],
        "is_near_miss": row["is_near_miss"],
        "draw_sequence": row["draw_sequence"],
    }


def draw_record(draw: Draw) -> DrawRecord:
    return {
        "id": draw.id,
        "draw_id": draw.draw_id,
        "prize_id": draw.prize_id,
        "prize_name": draw.prize_name,
        "prize_type": draw.prize_type,
        "prize_value": number(draw.prize_value),
        "draw_type": draw.draw_type,
        "points_cost": draw.points_cost,
        "is_near_miss": draw.is_near_miss,
        "is_winning": draw.prize_type != PrizeType.EMPTY,
        "status": draw.status,
        "claim_code": draw.claim_code,
        "created_at": iso(draw.created_at),
    }
