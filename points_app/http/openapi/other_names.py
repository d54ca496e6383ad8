"""Fields that may be sent under several names."""

from collections.abc import Iterable
from typing import Any

from pydantic import AliasChoices, BaseModel


def add_other_names(schema: dict[str, Any], model: type[BaseModel]) -> None:
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
