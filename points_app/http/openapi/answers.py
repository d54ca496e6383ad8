"""How answers are described: the envelope, its codes, the statuses and the headers."""

from collections.abc import Iterable
from typing import Any

from points_app.errors.base import AppError, MethodRefused, RouteUnknown, ServiceUnavailable
from points_app.http.api import Operation
from points_app.http.openapi import examples
from points_app.http.openapi.schemas import Schemas
from points_app.wire import SUCCESS_CODE, SUCCESS_MESSAGE

STATUSES = {
    200: "Done, or refused: `code` tells.",
    404: "No such route.",
    405: "The route does not take this method.",
    413: "The body is larger than the server takes.",
    429: "Too many requests.",
    500: "An unexpected failure; what happened is in the server's log.",
    503: "Something the request cannot do without is down.",
}
ANYWHERE: tuple[type[AppError], ...] = (RouteUnknown, MethodRefused)


def _number(description: str, minimum: int, shown: int) -> dict[str, Any]:
    schema = {"type": "integer", "minimum": minimum, "examples": [shown]}
    return {"description": description, "schema": schema}


HEADERS: dict[str, Any] = {
    "X-Request-ID": {
        "description": "The id the request came with, or the one made for it.",
        "required": True,
        "schema": {"type": "string", "pattern": "^[!-~]{1,128}$", "examples": ["01KF0G0A"]},
    },
    "RateLimit-Limit": _number("Requests a minute that the tightest limit allows.", 1, 60),
    "RateLimit-Remaining": _number("How many of them are left.", 0, 57),
    "RateLimit-Reset": _number("Seconds after which more are allowed.", 1, 42),
    "Retry-After": _number("Seconds to wait before trying again.", 1, 3) | {"required": True},
    "Idempotent-Replayed": {
        "description": "There when this is the first answer to the same Idempotency-Key again.",
        "schema": {"type": "string", "const": "true"},
    },
    "Allow": {
        "description": "The methods the route takes.",
        "required": True,
        "schema": {"type": "string", "examples": ["GET, HEAD, OPTIONS"]},
    },
}
COUNTED = ("X-Request-ID", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")
MORE_HEADERS = {
    404: ("X-Request-ID",),
    405: ("X-Request-ID", "Allow"),
    429: (*COUNTED, "Retry-After"),
    503: (*COUNTED, "Retry-After"),
}


def responses(operation: Operation, schemas: Schemas) -> dict[str, Any]:
    """Every answer an endpoint can give, by HTTP status."""
    by_status = _by_status(operation)
    success = envelope(SUCCESS_CODE, SUCCESS_MESSAGE, schemas.of(operation.answer))
    done = {"success": {"value": examples.of_schema(success, schemas.referenced)}}
    refusals = by_status.pop(200, [])
    shapes = [success, *map(_schema_of, refusals)]
    headers = [*COUNTED, "Idempotent-Replayed"] if operation.keyed else COUNTED
    described = {"200": _response(200, shapes, done | _examples_of(refusals), headers)}
    for status, errors in by_status.items():
        described[str(status)] = (
            _shared(errors[0].__name__) if len(errors) == 1 else _refused(status, errors)
        )
    return described | {"503": _shared(_unavailable_name(operation))}


def shared_responses(operations: Iterable[Operation]) -> dict[str, Any]:
    """The answers many endpoints have in common, by name; also those of no endpoint at all."""
    errors = set(ANYWHERE)
    found = {}
    for operation in operations:
        by_status = _by_status(operation)
        errors.update(*(some for some in by_status.values() if len(some) == 1))
        code = (operation.failure or ServiceUnavailable).code
        shape = envelope(code, ServiceUnavailable.message, {"type": "null"})
        value = {"code": code, "msg": ServiceUnavailable.message, "data": None}
        found[_unavailable_name(operation)] = _response(503, [shape], {"down": {"value": value}})
    for error in errors:
        if error.status != 200:
            found[error.__name__] = _refused(error.status, [error])
    return dict(sorted(found.items()))


def error_schemas(operations: Iterable[Operation], schemas: Schemas) -> dict[str, Any]:
    """One envelope for each error class, under its name."""
    return {
        error.__name__: envelope(error.code, error.message, schemas.of(error.detail))
        for error in _all_errors(operations)
    }


def error_examples(operations: Iterable[Operation], schemas: Schemas) -> dict[str, Any]:
    """One example for each error class, under its name."""
    return {
        error.__name__: examples.of_refusal(error, schemas.of(error.detail), schemas.referenced)
        for error in _all_errors(operations)
    }


def _all_errors(operations: Iterable[Operation]) -> list[type[AppError]]:
    errors = {error for operation in operations for error in operation.errors} | {*ANYWHERE}
    return sorted(errors, key=lambda error: (error.code, error.__name__))


def envelope(code: int, message: str, data: dict[str, Any]) -> dict[str, Any]:
    """The schema of an answer with this code."""
    return {
        "type": "object",
        "required": ["code", "msg", "data"],
        "properties": {
            "code": {"const": code, "description": "Tells the outcome; 0 is success."},
            "msg": {"const": message, "description": "The same for guests to read."},
            "data": data | {"description": _about(code, data)},
        },
    }


def _about(code: int, data: dict[str, Any]) -> str:
    if data == {"type": "null"}:
        return "Nothing."
    return "More about the refusal." if code else "What was asked for."


def _response(
    status: int,
    shapes: list[dict[str, Any]],
    shown: dict[str, Any],
    headers: Iterable[str] | None = None,
) -> dict[str, Any]:
    names = headers or MORE_HEADERS.get(status, COUNTED)
    return {
        "description": STATUSES[status],
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in names},
        "content": {
            "application/json": {
                "schema": shapes[0] if len(shapes) == 1 else {"oneOf": shapes},
                "examples": shown,
            }
        },
    }


def _refused(status: int, errors: list[type[AppError]]) -> dict[str, Any]:
    return _response(status, [_schema_of(error) for error in errors], _examples_of(errors))


def _examples_of(errors: Iterable[type[AppError]]) -> dict[str, Any]:
    return {error.__name__: {"$ref": f"#/components/examples/{error.__name__}"} for error in errors}


def _schema_of(error: type[AppError]) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{error.__name__}"}


def _shared(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/responses/{name}"}


def _unavailable_name(operation: Operation) -> str:
    return f"{(operation.failure or ServiceUnavailable).__name__}WhileDown"


def _by_status(operation: Operation) -> dict[int, list[type[AppError]]]:
    found: dict[int, list[type[AppError]]] = {}
    for error in sorted(operation.errors, key=lambda error: error.status):
        found.setdefault(error.status, []).append(error)
    return found
