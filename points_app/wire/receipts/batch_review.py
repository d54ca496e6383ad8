"""Many receipts decided at once."""

from typing import Annotated

from typing_extensions import TypedDict

from points_app.wire.values import one_of


class BatchResult(TypedDict):
    review_id: int
    """Which receipt."""
    status: Annotated[str, one_of("success", "failed")]
    """Whether it was decided."""
    code: int
    """What a review of it alone would have been answered with; 0 is success."""
    msg: str
    """The text of that code."""


class BatchReviewed(TypedDict):
    success_count: int
    """Receipts that were decided."""
    failed_count: int
    """Receipts that were refused."""
    results: list[BatchResult]
    """One for each of `review_ids`, in their order."""
