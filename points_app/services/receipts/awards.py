"""What a receipt is worth; pure decimal arithmetic."""

from decimal import ROUND_FLOOR, Decimal

from points_app.models.receipts import MatchStatus
from points_app.services.settings.declarations import BusinessSettings

MATCH_TOLERANCE = Decimal("0.5")


def points_for(
    recognized: Decimal | None, typed: Decimal | None, settings: BusinessSettings
) -> int:
    """Points for the amount (yuan) that was read or, unreadable, typed; 0 without either.

    The floor of rate x amount, within the shop's minimum and maximum. Nothing paid earns nothing:
    the minimum is for small receipts, not for those a voucher paid.
    """
    amount = recognized if recognized is not None else typed
    if amount is None or amount <= 0:
        return 0
    points = int((amount * settings.photo_points_rate).to_integral_value(ROUND_FLOOR))
    return max(settings.min_points_award, min(settings.max_points_award, points))


def match(recognized: Decimal | None, typed: Decimal | None) -> MatchStatus:
    """How the amount read compares with the amount typed (yuan)."""
    if recognized is None or typed is None:
        return MatchStatus.UNCLEAR
    near = abs(recognized - typed) <= MATCH_TOLERANCE
    return MatchStatus.MATCHED if near else MatchStatus.MISMATCHED
