"""JSON schemas of request models and answer types, each under its own name."""

from collections.abc import Iterable
from typing import Any

import orjson
from pydantic import AliasChoices, BaseModel, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from points_app.http.openapi.examples import of_field
from points_app.http.openapi.fields import sentences
from points_app.http.schemas.base import Body, Change, Query


class _Plain(GenerateJsonSchema):
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


class Schemas:
    """The schemas of declared parts: pydantic models and TypedDicts, None for no data."""

    def __init__(self, parts: Iterable[Any]) -> None:
        wanted = {repr(part): part for part in parts if part is not None}
        self._references, document = TypeAdapter.json_schemas(
            [(name, "validation", TypeAdapter(part)) for name, part in wanted.items()],
            schema_generator=_Plain,
            ref_template="#/components/schemas/{model}",
        )
        self._components: dict[str, Any] = document["$defs"]
        for part in wanted.values():
            if isinstance(part, type) and issubclass(part, BaseModel):
                _add_other_names(self.fields(part), part)
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


def _add_other_names(schema: dict[str, Any], model: type[BaseModel]) -> None:
    """Describe the other names of fields; where a field is required, one of its names is."""
    required = schema.pop("required", [])
    choices = []
    for field in model.model_fields.values():
        if not isinstance(field.validation_alias, AliasChoices):
            continue
        name, *others = map(str, field.validation_alias.choices)
        for other in others:
            described = dict(schema["properties"][name], description=f"Another name of `{name}`.")
            described.pop("default", None)
            schema["properties"][other] = described | {"deprecated": True}
        if name in required:
            required.remove(name)
            choices.append(one_required((name, *others), schema["properties"][name]))
    if required:
        schema["required"] = required
    if choices:
        schema["allOf"] = choices


def one_required(names: Iterable[str], schema: dict[str, Any]) -> dict[str, Any]:
    """That a field is there under one of its names. Its type is said again: of `required` without
    it generators make a type that anything fits."""
    kind = {key: schema[key] for key in ("type", "format") if key in schema}
    return {"anyOf": [{"properties": {name: kind}, "required": [name]} for name in names]}
