"""Checks answers against the generated API description."""

from collections.abc import Mapping
from functools import cache
from threading import Lock
from typing import Any

from openapi_schema_validator import OAS31Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from points_app.http import AREAS
from points_app.http.openapi import describe

DOCUMENT = "urn:description"
_making = Lock()


def document() -> dict[str, Any]:
    """The description, closed: an answer with a field it does not name is an error here, while
    clients are told nothing of the kind and ignore what they do not know.

    Made by one thread, whichever test of many threads comes first: making it parses Python, which
    fails in CPython 3.11 when threads take turns at it (SystemError).
    """
    with _making:
        return _document()


@cache
def _document() -> dict[str, Any]:
    made = describe(AREAS)
    for schema in made["components"]["schemas"].values():
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)
    return made


def check_answer(
    path: str, method: str, status: int, headers: Mapping[str, str], body: Any
) -> None:
    """Fail unless the endpoint's description has this answer. `path` as OpenAPI writes it."""
    where, response = _found(f"/paths/{_escaped(path)}/{method.lower()}/responses/{status}")
    for name in response["headers"]:
        _, header = _found(f"{where}/headers/{name}")
        if name in headers:
            is_number = header["schema"]["type"] == "integer"
            value = int(headers[name]) if is_number else headers[name]
            _check(f"/components/headers/{name}/schema", value)
        else:
            assert not header.get("required"), f"{method} {path} {status}: no header {name}"
    _check(f"{where}/content/application~1json/schema", body)


def _found(pointer: str) -> tuple[str, dict[str, Any]]:
    """What a JSON pointer leads to, and where it really stands. Fails when there is nothing."""
    part: Any = document()
    for key in pointer[1:].split("/"):
        key = key.replace("~1", "/")
        assert key in part, f"the description has no {pointer}"
        part = part[key]
    return _found(part["$ref"][1:]) if "$ref" in part else (pointer, part)


def _escaped(key: str) -> str:
    return key.replace("/", "~1")


def _check(pointer: str, value: Any) -> None:
    problems = [error.message for error in _validator(pointer).iter_errors(value)]
    assert not problems, f"{pointer}: {value} {problems}"


@cache
def _validator(pointer: str) -> OAS31Validator:
    resource = Resource(contents=document(), specification=DRAFT202012)
    registry: Registry[Any] = Registry().with_resource(DOCUMENT, resource)
    return OAS31Validator({"$ref": f"{DOCUMENT}#{pointer}"}, registry=registry)
