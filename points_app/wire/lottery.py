"""The wheel, draws and what they gave."""

from typing_extensions import TypedDict

from points_app.crypto import Vault
from points_app.models import Draw, Prize, PrizeType, User
from points_app.wire.accounts import Customer, customer
from points_app.wire.paging import Pagination
from points_app.wire.times import iso, number


class WheelField(TypedDict):
    id: int
    name: str
    type: str
    value: float
    angle: int
    color: str
    probability: float
    is_activity: bool


class Wheel(TypedDict):
    cost_points: int
    prizes: list[WheelField]
    daily_limit: int
    rules: str


class DrawResult(TypedDict):
    prize_id: int
    prize_name: str
    prize_type: str
    prize_value: float
    angle: int
    is_near_miss: bool
    draw_sequence: int


class DrawAnswer(TypedDict):
    draw_id: str
    draw_type: str
    results: list[DrawResult]
    points_cost: int
    remaining_points: int


class DrawRecord(TypedDict):
    id: int
    draw_id: str
    prize_id: int
    prize_name: str
    prize_type: str
    prize_value: float
    draw_type: str
    points_cost: int
    is_near_miss: bool
    is_winning: bool
    status: str | None
    claim_code: str | None
    created_at: str


class DrawDetail(DrawRecord):
    """`claim_qr` is the claim code as a picture (data: URL) while it can still be used."""

    claim_qr: str | None


class ClaimedPrize(TypedDict):
    """A prize that was handed out, as the shop sees it."""

    id: int
    draw_id: str
    user_id: int
    user_info: Customer
    prize_id: int
    prize_name: str
    prize_type: str
    prize_value: float
    status: str
    claimed_at: str
    created_at: str


class DrawRecords(TypedDict):
    records: list[DrawRecord]
    pagination: Pagination


class DrawStatistics(TypedDict):
    total_draws: int
    total_points_spent: int
    total_points_won: int
    win_rate: float
    favorite_prize: str | None
    today_draws: int


def wheel_field(prize: Prize) -> WheelField:
    return {
        "id": prize.prize_id,
        "name": prize.prize_name,
        "type": prize.prize_type,
        "value": number(prize.prize_value),
        "angle": prize.angle,
        "color": prize.color,
        "probability": number(prize.probability),
        "is_activity": bool(prize.is_activity),
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


def claimed_prize(draw: Draw, winner: User, vault: Vault) -> ClaimedPrize:
    """Raises AssertionError for a prize nobody claimed yet."""
    assert draw.status is not None and draw.claimed_at is not None
    return {
        "id": draw.id,
        "draw_id": draw.draw_id,
        "user_id": draw.user_id,
        "user_info": customer(winner, vault),
        "prize_id": draw.prize_id,
        "prize_name": draw.prize_name,
        "prize_type": draw.prize_type,
        "prize_value": number(draw.prize_value),
        "status": draw.status,
        "claimed_at": iso(draw.claimed_at),
        "created_at": iso(draw.created_at),
    }
