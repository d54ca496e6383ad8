"""How times and amounts are written."""

from datetime import UTC, datetime
from decimal import Decimal


def iso(time: datetime) -> str:
    """2026-01-15T06:30:00.000Z"""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{time.microsecond // 1000:03d}Z"


def iso_or_none(time: datetime | None) -> str | None:
    return iso(time) if time else None


def number(amount: Decimal) -> int | float:
    """Money and probabilities are JSON numbers: 25 rather than 25.0, 0.05 as it is."""
    return int(amount) if amount == amount.to_integral_value() else float(amount)


def number_or_none(amount: Decimal | None) -> int | float | None:
    return None if amount is None else number(amount)


def exact(value: object) -> Decimal:
    """A JSON number as the decimal it was written as, not as the binary fraction next to it.

    Raises ValueError for anything else.
    """
    if type(value) not in (int, float, Decimal):
        raise ValueError("must be a number")
    return Decimal(str(value))
