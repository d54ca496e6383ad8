"""The examples of the API description: of fields, of requests, of answers and refusals."""

from typing import Any

from points_app.errors.base import AppError
from points_app.http.openapi.request_examples import REQUESTS
from points_app.http.openapi.sample_values import OF_TYPE, PNG, VALUES


def of_field(owner: str, name: str) -> list[Any]:
    """The example of a type's field, if it has one of its own; else its schema makes one."""
    values = OF_TYPE.get(owner, {})
    found = values[name] if name in values else VALUES.get(name)
    return [found] if name in values or name in VALUES else []


def of_schema(schema: dict[str, Any], components: dict[str, Any]) -> Any:
    """An example that fits the schema, made of those of its fields."""
    if "examples" in schema:
        return schema["examples"][0]
    if "$ref" in schema:
        return of_schema(components[schema["$ref"].rpartition("/")[2]], components)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    if "anyOf" in schema:
        return of_schema(schema["anyOf"][0], components)
    if schema["type"] == "array":
        return [of_schema(schema["items"], components)]
    if schema["type"] == "object":
        fields = schema.get("properties", {}).items()
        return {n: of_schema(each, components) for n, each in fields if not each.get("deprecated")}
    return None


def of_requests(model: str, components: dict[str, Any]) -> dict[str, Any]:
    """The examples of a JSON body, by name."""
    made = REQUESTS.get(model) or {"Everything": of_schema(components[model], components)}
    return {name: {"value": value} for name, value in made.items()}


def of_upload(form: dict[str, Any]) -> dict[str, Any]:
    """The example of a form with a picture, for whose bytes a text must stand in here."""
    return {
        "A picture": {"value": {"file": PNG} | {name: VALUES[name] for name in form["properties"]}}
    }


def of_refusal(error: type[AppError], detail: dict[str, Any], components: dict[str, Any]) -> Any:
    """The example of a refusal: the envelope of its class."""
    value = {"code": error.code, "msg": error.message, "data": of_schema(detail, components)}
    return {"summary": f"{error.code} {error.message}", "value": value}
