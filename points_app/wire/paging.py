"""Pages of a list."""

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


def pagination(page: int, limit: int, total: int) -> Pagination:
    """The contract's answer about paging: page `page` of a list of `total` rows, `limit` a page."""
    return {"total": total, "page": page, "limit": limit, "total_pages": -(-total // limit)}
