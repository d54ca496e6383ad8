"""Which values a text of an answer takes, for the API description; in the code it stays a text."""

from collections.abc import Iterable

from pydantic import WithJsonSchema


def one_of(*values: str) -> WithJsonSchema:
    """The values that an answer's text may have: `Annotated[str, one_of(*OrderStatus)]`."""
    return WithJsonSchema({"type": "string", "enum": [str(value) for value in values]})


def number_of_each(keys: Iterable[str]) -> WithJsonSchema:
    """Whole numbers by name, of which any may be missing."""
    properties = {str(key): {"type": "integer"} for key in keys}
    return WithJsonSchema({"type": "object", "properties": properties})
