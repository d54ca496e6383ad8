"""JSON schemas of request models and answer types, each under its own name."""

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, TypeAdapter

from points_app.http.openapi.generator import PlainSchemas
from points_app.http.openapi.other_names import add_other_names
from points_app.http.schemas.base import Query


class Schemas:
    """The schemas of declared parts: pydantic models and TypedDicts, None for no data."""

    def __init__(self, parts: Iterable[Any]) -> None:
        wanted = {repr(part): part for part in parts if part is not None}
        self._references, document = TypeAdapter.json_schemas(
            [(name, "validation", TypeAdapter(part)) for name, part in wanted.items()],
            schema_generator=PlainSchemas,
            ref_template="#/components/schemas/{model}",
        )
        self._components: dict[str, Any] = document["$defs"]
        for part in wanted.values():
            if isinstance(part, type) and issubclass(part, BaseModel):
                add_other_names(self.fields(part), part)
        self._spelled_out = {
            part.__name__
            for part in wanted.values()
            if isinstance(part, type) and issubclass(part, Query)
        }

    def of(self, part: Any) -> dict[str, Any]:
        """A reference to the part's component."""
        return {"type": "null"} if part is None else self._references[repr(part), "validation"]

    def fields(self, model: type[BaseModel]) -> dict[str, Any]:
        """The schema of a request model itself."""
        return self._components[model.__name__]

    @property
    def referenced(self) -> dict[str, Any]:
        """The components. Query strings and forms are none: parameters spell them out."""
        return {n: s for n, s in self._components.items() if n not in self._spelled_out}
