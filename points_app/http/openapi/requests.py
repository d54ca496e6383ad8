"""How requests are described: parameters, headers, bodies."""

import re
from collections.abc import Iterator
from typing import Any

from points_app.http.api import Operation
from points_app.http.openapi import examples
from points_app.http.openapi.other_names import one_required
from points_app.http.openapi.sample_values import VALUES
from points_app.http.openapi.schemas import Schemas

PATH_PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>")
PATH_SCHEMAS = {
    "int": {"type": "integer", "minimum": 0, "maximum": 10**15 - 1},
    None: {"type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[A-Za-z0-9]+$"},
}
PATH_SENTENCES = {
    "application_id": "The application's id.",
    "order_id": "The order's id, `order_id` of the answers.",
    "product_id": "The product's number, `id` of the answers.",
    "record_id": "The turn's number, `id` of the records.",
    "review_id": "The review's number.",
    "upload_id": "The upload's id.",
    "user_id": "The account's number.",
}
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": (
        "Chosen by the client, new for each thing it wants done. Repeating a request with its key "
        "within 24 hours gives the first answer again instead of doing it twice."
    ),
    "schema": {"type": "string", "pattern": "^[!-~]{1,128}$"},
    "example": "draw-6f1f0a52",
}
PREFER = {
    "name": "Prefer",
    "in": "header",
    "description": (
        "`wait=N`: let the answer wait for the result up to N seconds, 20 at most; "
        "`respond-async`: do not wait (RFC 7240)."
    ),
    "schema": {"type": "string", "pattern": "^(respond-async|wait=[0-9]{1,4})$"},
    "example": "wait=8",
}
PICTURE = {
    "type": "string",
    "format": "binary",
    "minLength": 1,
    "description": "A JPEG, PNG, WebP or HEIC picture of at most 10 MB and 50 megapixels.",
}


def openapi_path(rule: str) -> str:
    """`/records/<order_id>` as OpenAPI writes it: `/records/{order_id}`."""
    return PATH_PARAMETER.sub(r"{\2}", rule)


def parameters(operation: Operation, schemas: Schemas) -> list[dict[str, Any]]:
    """Those of the path, the query string and the headers."""
    found = [_path_parameter(*each) for each in PATH_PARAMETER.findall(operation.rule)]
    if operation.query:
        found += _query_parameters(schemas.fields(operation.query))
    if operation.keyed:
        found.append(IDEMPOTENCY_KEY)
    if operation.prefer:
        found.append(PREFER)
    return found


def _path_parameter(kind: str, name: str) -> dict[str, Any]:
    schema = PATH_SCHEMAS[kind or None] | {"examples": [VALUES[name]]}
    said = {"description": PATH_SENTENCES[name], "required": True}
    return {"name": name, "in": "path", **said, "schema": schema}


def _query_parameters(model: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for name, schema in model["properties"].items():
        said = {key: schema[key] for key in ("description", "deprecated") if key in schema}
        parameter = {"name": name, "in": "query", "schema": _without_null(schema), **said}
        if name in model.get("required", ()):
            parameter["required"] = True
        yield parameter


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A query string cannot say null: the parameter is left out instead."""
    plain = {k: v for k, v in schema.items() if k not in ("description", "deprecated")}
    options = [option for option in plain.pop("anyOf", ()) if option != {"type": "null"}]
    if len(options) == 1:
        plain.update(options[0])
    elif options:
        plain["anyOf"] = options
    if plain.get("default", 0) is None:
        del plain["default"]
    return plain


def request_body(operation: Operation, schemas: Schemas) -> dict[str, Any] | None:
    """A JSON object or a multipart form with a picture; None when nothing is sent."""
    if operation.picture:
        form = schemas.fields(operation.form) if operation.form else {"properties": {}}
        content = {"schema": _upload(form), "examples": examples.of_upload(form)}
        return {"required": True, "content": {"multipart/form-data": content}}
    if operation.body is None:
        return None
    schema = schemas.of(operation.body)
    is_required = bool({"required", "allOf"} & schemas.fields(operation.body).keys())
    shown = examples.of_requests(operation.body.__name__, schemas.referenced)
    content = {"application/json": {"schema": schema, "examples": shown}}
    return {"required": is_required, "content": content}


def _upload(form: dict[str, Any]) -> dict[str, Any]:
    text = {
        name: _without_null(schema) | {"description": schema["description"]}
        for name, schema in form["properties"].items()
    }
    photo = PICTURE | {"description": "Another name of `file`.", "deprecated": True}
    return {
        "type": "object",
        "properties": {"file": PICTURE, "photo": photo, **text},
        "allOf": [one_required(("file", "photo"), PICTURE)],
    }
