"""What merchants and admins see of the shop."""

from typing_extensions import TypedDict

from points_app.wire.exchange import MerchantOrder
from points_app.wire.lottery import ClaimedPrize


class Collected(TypedDict):
    """What a code stood for: `type` is order or prize, and the other one is null."""

    type: str
    order: MerchantOrder | None
    prize: ClaimedPrize | None
