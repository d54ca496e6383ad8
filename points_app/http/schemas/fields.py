"""The types of single fields."""

import re
from typing import Annotated, Any

import orjson
from pydantic import AfterValidator, BeforeValidator, Field
from pydantic.config import JsonDict

from points_app.http.schemas.text import CONTROLS, DIRECTIONS, UNSEEN, Line, Text, clean

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
