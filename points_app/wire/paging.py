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


class Listed(TypedDict):
    """What stands beside the rows of a list that goes on from a cursor."""

    pagination: Pagination
    """Which page this is, of how many."""
    next_cursor: int | None
    """The `cursor` that the list goes on from, whatever comes or goes meanwhile; null when no row
    follows."""


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list a client wants: `limit` rows of `page`, from 1, or those behind the row
    whose number is `cursor`."""

    page: int
    limit: int
    cursor: int | None = None

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.limit if self.cursor is None else 0


def pagination(page: Page, total: int) -> Pagination:
    """The contract's answer about paging for a list of `total` rows."""
    return {
        "total": total,
        "page": page.page,
        "limit": page.limit,
        "total_pages": -(-total // page.limit),
    }
