"""Which rows of a list are asked for."""

from dataclasses import replace

from pydantic import AliasChoices, Field

from points_app.http.schemas.base import Query
from points_app.http.schemas.fields import MAX_QUERY_INT, QueryInt, QueryNatural
from points_app.services.pages import Page

MAX_LIMIT = 100
MAX_PAGE = 1_000_000


class Paging(Query):
    page: QueryInt = Field(1, ge=1, le=MAX_PAGE)
    """Which page, from 1."""
    limit: QueryInt = Field(
        20,
        ge=1,
        le=MAX_QUERY_INT,
        validation_alias=AliasChoices("limit", "size", "page_size"),
    )
    """Rows on a page; more than 100 means 100."""

    @property
    def slice(self) -> Page:
        return Page(self.page, min(self.limit, MAX_LIMIT))


class CursorPaging(Paging):
    cursor: QueryNatural | None = None
    """`next_cursor` of the answer before: the rows behind it, instead of those of a page."""

    @property
    def slice(self) -> Page:
        return replace(super().slice, cursor=self.cursor)
