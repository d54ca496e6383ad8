"""What the API description says of fields, and that its examples are what they are examples of."""

import json
import re
from typing import Any

import pytest
from openapi_schema_validator import OAS31Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from points_app.errors.base import AppError
from points_app.http import AREAS
from points_app.http.openapi.requests import openapi_path
from tests.description import DOCUMENT, document

OPERATIONS = [
    pytest.param(area, operation, id=f"{operation.method} {area.prefix}{operation.rule}")
    for area in AREAS
    for operation in area.operations.values()
]
NAMES_OF_ENUMS = re.compile(
    "(^|_)(status|type|kind|confidence|(?<!by_)source|state|whose|flag|rule)$"
)


def problems(schema: dict[str, Any], value: Any) -> list[str]:
    """What is wrong with the value of a schema whose references lead into the description."""
    resource = Resource(contents=document(), specification=DRAFT202012)
    registry = Registry().with_resource(DOCUMENT, resource)
    placed = json.loads(json.dumps(schema).replace('"#/', f'"{DOCUMENT}#/'))
    return [error.message for error in OAS31Validator(placed, registry=registry).iter_errors(value)]


def fields():
    """(where, schema) of everything with a name: properties, parameters, headers."""
    parts = document()["components"]
    yield from parts["headers"].items()
    for owner, schema in parts["schemas"].items():
        yield from (
            (f"{owner}.{name}", each) for name, each in schema.get("properties", {}).items()
        )
    for path, item in document()["paths"].items():
        for method, operation in item.items():
            for parameter in operation["parameters"]:
                yield f"{method} {path} {parameter['name']}", parameter
            for content in operation.get("requestBody", {}).get("content", {}).values():
                more = content["schema"].get("properties", {})
                yield from ((f"{method} {path} {name}", each) for name, each in more.items())


def test_every_field_has_a_sentence():
    without = [
        where for where, each in fields() if not re.search(r"\w", each.get("description", ""))
    ]
    assert not without


def test_every_field_has_an_example_or_lists_its_values():
    """What is made of other schemas has theirs, and a form's picture has none."""
    known = {"examples", "enum", "const", "$ref", "anyOf", "items"}
    for where, each in fields():
        schema = each.get("schema", each)
        says = known & schema.keys() or "example" in each or schema.get("type") == "null"
        assert says or schema.get("format") == "binary", where


def test_what_has_few_values_lists_them():
    parts = document()["components"]["schemas"]
    for where, each in fields():
        name = where.split(".")[-1]
        if "." in where and where.split(".")[0] in parts and NAMES_OF_ENUMS.search(name):
            assert "enum" in repr(each) or "const" in repr(each), where


def test_the_examples_of_fields_fit():
    for where, each in fields():
        schema = each.get("schema", each)
        for value in schema.get("examples", [each["example"]] if "example" in each else []):
            assert not problems(schema, value), (where, value)


@pytest.mark.parametrize(("area", "operation"), OPERATIONS)
def test_the_examples_of_requests_are_good_requests(area, operation):
    described = described_as(area, operation)
    if operation.body is None and not operation.picture:
        assert "requestBody" not in described
        return
    ((kind, content),) = described["requestBody"]["content"].items()
    assert content["examples"]
    for example in content["examples"].values():
        assert not problems(content["schema"], example["value"]), example
        if kind == "application/json":
            operation.body.model_validate(example["value"])


@pytest.mark.parametrize(("area", "operation"), OPERATIONS)
def test_each_answer_has_its_example(area, operation):
    """Success and each refusal, under the name of its class."""
    responses = described_as(area, operation)["responses"]
    shown = {}
    for response in map(followed, responses.values()):
        content = response["content"]["application/json"]
        for name, example in content["examples"].items():
            shown[name] = followed(example)["value"]
            assert not problems(content["schema"], shown[name]), name
    assert shown.keys() == {"success", "down"} | {error.__name__ for error in operation.errors}
    for error in operation.errors:
        assert (shown[error.__name__]["code"], shown[error.__name__]["msg"]) == told_by(error)


def described_as(area, operation) -> dict[str, Any]:
    path = openapi_path(area.prefix + operation.rule)
    return document()["paths"][path][operation.method.lower()]


def followed(part: dict[str, Any]) -> dict[str, Any]:
    """What a reference leads to."""
    if "$ref" not in part:
        return part
    found: Any = document()
    for key in part["$ref"].split("/")[1:]:
        found = found[key]
    return found


def told_by(error: type[AppError]) -> tuple[int, str]:
    return error.code, error.message


def test_operations_are_called_by_area_and_view():
    names = [each["operationId"] for item in document()["paths"].values() for each in item.values()]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch("[a-z]+(_[a-z]+)+", name) for name in names)
