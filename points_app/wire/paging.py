"""Pages of a list."""

from dataclasses import dataclass

from typing_extensions import TypedDict


class Pagination(TypedDict):
    total: int
    """How many rows there are on all pages."""
    page: int
    """This page, from 1."""
    limit: int
    """Rows on a page, as asked for, at most 100."""
    total_pages: int
    """How many pages that makes; 0 without rows."""


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list a client wants: `page` from 1, `limit` rows each."""

    page: int
    limit: int

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.limit


def pagination(page: Page, total: int) -> Pagination:
    """The contract's answer about paging for a list of `total` rows."""
    return {
        "total": total,
        "page": page.page,
        "limit": page.limit,
        "total_pages": -(-total // page.limit),
    }
