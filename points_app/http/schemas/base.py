"""The types requests are made of, and what all bodies and all query strings have in common."""

import re
from dataclasses import replace
from typing import Annotated, Any

import orjson
from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
)
from pydantic.config import JsonDict

from points_app.http.schemas.text import CONTROLS, DIRECTIONS, UNSEEN, Line, Text, clean
from points_app.services.pages import Page

MAX_LIMIT = 100
MAX_PAGE = 1_000_000
MAX_OBJECT_BYTES = 4096
HTTPS = (
    r"https://[A-Za-z0-9][A-Za-z0-9.-]*(:[0-9]{1,5})?([/?#][^\s<>\x22'`\\"
    + CONTROLS
    + DIRECTIONS
    + UNSEEN.removeprefix(r"\s")
    + "]*)?"
)


def _ascii_integer(value: Any) -> Any:
    """int() would take "１２", " 12" and "1_2"; a query string may not."""
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,15}", value):
        return int(value)
    raise ValueError("must be a whole number of at most 15 digits")


def _https(value: str) -> str:
    if not re.fullmatch(HTTPS, value):
        raise ValueError("must be an https:// URL")
    return value


def _small(value: Any) -> Any:
    if len(orjson.dumps(value)) > MAX_OBJECT_BYTES:
        raise ValueError(f"must not be larger than {MAX_OBJECT_BYTES} bytes")
    return clean(value)


QueryInt = Annotated[int, BeforeValidator(_ascii_integer)]
MAX_QUERY_INT = 10**15 - 1
# The bound stands first: behind the validator it would be missing from the API description.
QueryNatural = Annotated[int, Field(ge=0, le=MAX_QUERY_INT), BeforeValidator(_ascii_integer)]
HttpsUrl = Annotated[
    Line, AfterValidator(_https), Field(json_schema_extra={"pattern": f"^{HTTPS}$"})
]
SmallObject = Annotated[dict[str, Any], AfterValidator(_small)]
SmallAnything = Annotated[dict[str, Any] | Text, AfterValidator(_small)]
Id = Annotated[int, Field(ge=1, le=2**53)]
# Part of the description: of what is decided, a rejection needs a reason.
REASON_TO_REJECT: JsonDict = {
    "anyOf": [
        {"properties": {"action": {"const": "approve"}}},
        {"properties": {"reason": {"type": "string"}}, "required": ["reason"]},
    ]
}
FormVersion = Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]


class Body(BaseModel):
    """A guest's JSON body; unknown fields are ignored."""

    model_config = ConfigDict(strict=True, extra="ignore", populate_by_name=True)


class StaffBody(Body):
    """A merchant's or an admin's JSON body. An unknown field is refused: one that is misspelled
    would otherwise be a change that is answered with success and never made."""

    model_config = ConfigDict(extra="forbid")


class Change(Body):
    """A partial update: a field that is absent stays as it is. So its defaults stand for nothing,
    and the API description has none of them."""

    @property
    def changes(self) -> dict[str, Any]:
        """The fields that were sent."""
        return self.model_dump(include=self.model_fields_set - {"version"})


class Query(BaseModel):
    """A query string or the text fields of a form; unknown ones are ignored."""

    model_config = ConfigDict(extra="ignore", populate_by_name=True)


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
