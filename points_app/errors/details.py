"""What a refusal tells besides its code and message: the `data` of its envelope."""

from typing import Literal

from typing_extensions import TypedDict


class Shortfall(TypedDict):
    required: int
    """Points that are needed."""
    current: int
    """The balance in points."""


class DrawsUsed(TypedDict):
    limit: int
    """Turns a guest has on a day of the shop."""
    used: int
    """Turns used since the shop's midnight."""


class StockShort(TypedDict):
    available: int
    """Pieces in stock."""
    requested: int
    """Pieces that were asked for."""


class Waiting(TypedDict):
    retry_after: int
    """Seconds after which a code may be asked for again."""


class OrderState(TypedDict):
    status: Literal["pending", "shipped", "completed", "cancelled", "claimed"]
    """Where the order stands; `claimed` for a prize that was handed out."""


class ReviewState(TypedDict):
    status: Literal["approved", "rejected"]
    """What was decided before."""


class AppealState(TypedDict):
    status: Literal["pending", "approved", "rejected"]
    """Where the receipt stands."""
    appealed: bool
    """Whether it was appealed before."""


class Exclusion(TypedDict):
    reason: Literal["own_receipt", "second_merchant_needed", "own_decision_appealed"]
    """Why this reviewer may not: their own receipt, their own first approval, an appeal against
    their own rejection."""


class Unreadable(TypedDict):
    reason: Literal["kind", "size", "damaged", "cost", "storage"]
    """Another kind of file, too many pixels, damaged, too costly to decode, or more than the
    database takes."""
    message: str
    """What the guest can do, for the guest to read."""


class EarlierUpload(TypedDict):
    upload_id: str
    """The caller's own earlier upload of the same picture."""


class Quota(TypedDict):
    limit: int
    """How many a guest has."""
    used: int
    """How many of them are used."""


class Expected(TypedDict):
    expected: int
    """What the request expected: points, or pieces in stock."""
    current: int
    """What it is now."""


class VersionNow(TypedDict):
    version: str
    """The version of what is there now."""


class Problem(TypedDict):
    field: str
    """Which field, with dots between the names of nested ones; `body` for the whole."""
    message: str
    """What is wrong with it, in English, for developers."""


class Problems(TypedDict):
    errors: list[Problem]
    """Everything that is wrong with the request."""
