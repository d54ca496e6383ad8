"""JSON schemas as the description has them: each field with its sentence and its example."""

from typing import Any

import orjson
from pydantic.json_schema import GenerateJsonSchema

from points_app.http.openapi.examples import of_field
from points_app.http.openapi.fields import sentences
from points_app.http.schemas.base import Body, Change


class PlainSchemas(GenerateJsonSchema):
    """Pydantic's schemas without titles that repeat each field's name."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def model_schema(self, schema: Any) -> dict[str, Any]:
        made = super().model_schema(schema)
        _describe_fields(made, schema["cls"])
        if issubclass(schema["cls"], Body):
            _put_defaults_into_words(made, is_change=issubclass(schema["cls"], Change))
        return made

    def typed_dict_schema(self, schema: Any) -> dict[str, Any]:
        made = super().typed_dict_schema(schema)
        _describe_fields(made, schema["cls"])
        return made


def _describe_fields(made: dict[str, Any], cls: type) -> None:
    """Give each field its sentence and, if it is more than a list or an object, its example."""
    said = sentences(cls)
    for name, schema in made["properties"].items():
        if name in said:
            schema["description"] = said[name]
        if not _is_composed(schema) and (examples := of_field(cls.__name__, name)):
            schema["examples"] = examples


def _is_composed(schema: dict[str, Any]) -> bool:
    """Whether the schema is made of others, so that its example is."""
    parts = [schema, schema.get("items", {}), *schema.get("anyOf", ())]
    return any("$ref" in part for part in parts)


def _put_defaults_into_words(body: dict[str, Any], *, is_change: bool) -> None:
    """What clients and generators make of `default` in a body is wrong either way: pages that try a
    request out send it, and openapi-typescript takes the field for required. In a partial update
    there is nothing to say: what is absent stays as it is."""
    for schema in body["properties"].values():
        default = schema.pop("default", None)
        if default is not None and not is_change:
            known = schema.get("description", "").removesuffix(".")
            shown = default if schema.get("type") == "number" else orjson.dumps(default).decode()
            absent = f"`{shown}` when absent."
            schema["description"] = f"{known}; {absent}" if known else absent
