"""The shop's reviews in numbers."""

from typing_extensions import TypedDict


class ShopStatistics(TypedDict):
    pending_count: int
    """Receipts that wait for a decision now."""
    today_approved: int
    """Receipts approved since the shop's midnight."""
    today_rejected: int
    """Receipts rejected since the shop's midnight."""
    total_processed: int
    """Receipts decided in the period."""
    approval_rate: float
    """The share of them that was approved, from 0 to 1; 0 without any."""
    avg_review_minutes: float
    """Minutes from the upload to the decision on average; 0 without any."""
    points_awarded: int
    """Points paid for receipts approved in the period."""
