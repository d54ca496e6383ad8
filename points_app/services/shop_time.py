"""Days and months as the shop's clock has them."""

from datetime import UTC, date, datetime

from points_app.services.business import business


def shop_day(now: datetime) -> date:
    """The shop's date at this moment."""
    return now.astimezone(business().timezone).date()


def start_of_day(now: datetime) -> datetime:
    """When the shop's day began, in UTC."""
    local = now.astimezone(business().timezone)
    return local.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)


def start_of_month(now: datetime) -> datetime:
    """When the shop's month began, in UTC."""
    local = now.astimezone(business().timezone)
    return local.replace(day=1, hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
