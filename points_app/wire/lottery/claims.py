"""A prize that is handed over."""

from typing import Annotated

from typing_extensions import TypedDict

from points_app.crypto import Vault
from points_app.models.accounts import User
from points_app.models.lottery import ClaimStatus, Draw, PrizeType
from points_app.wire.accounts.users import Customer, customer
from points_app.wire.formats import iso, number
from points_app.wire.values import one_of


class ClaimedPrize(TypedDict):
    """A prize that was handed out, as the shop sees it."""

    id: int
    """The turn's number."""
    draw_id: str
    """The draw's id."""
    user_id: int
    """The winner's account number."""
    user_info: Customer
    """The winner."""
    prize_id: int
    """The prize's number."""
    prize_name: str
    """The prize's name when it was drawn."""
    prize_type: Annotated[str, one_of(*PrizeType)]
    """What kind of prize it is."""
    prize_value: float
    """Points for the type `points`; for the others the number the shop set."""
    status: Annotated[str, one_of(ClaimStatus.CLAIMED)]
    """Claimed, now that it was handed out."""
    claimed_at: str
    """When it was handed out (UTC)."""
    created_at: str
    """When it was drawn (UTC)."""


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
