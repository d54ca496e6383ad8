"""How answers are described: the envelope, its codes, the statuses and the headers."""

from collections.abc import Iterable
from typing import Any

from points_app.errors import AppError, MethodRefused, RouteUnknown, ServiceUnavailable
from points_app.http.api import Operation
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


def _number(description: str, minimum: int) -> dict[str, Any]:
    return {"description": description, "schema": {"type": "integer", "minimum": minimum}}


HEADERS: dict[str, Any] = {
    "X-Request-ID": {
        "description": "The id the request came with, or the one made for it.",
        "required": True,
        "schema": {"type": "string", "pattern": "^[!-~]{1,128}$"},
    },
    "RateLimit-Limit": _number("Requests a minute that the tightest limit allows.", 1),
    "RateLimit-Remaining": _number("How many of them are left.", 0),
    "RateLimit-Reset": _number("Seconds after which more are allowed.", 1),
    "Retry-After": _number("Seconds to wait before trying again.", 1) | {"required": True},
    "Idempotent-Replayed": {
        "description": "There when this is the first answer to the same Idempotency-Key again.",
        "schema": {"type": "string", "const": "true"},
    },
    "Allow": {
        "description": "The methods the route takes.",
        "required": True,
        "schema": {"type": "string"},
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
    shapes = [envelope(SUCCESS_CODE, SUCCESS_MESSAGE, schemas.of(operation.answer))]
    shapes += [_schema_of(error) for error in by_status.pop(200, ())]
    headers = [*COUNTED, "Idempotent-Replayed"] if operation.keyed else COUNTED
    described = {"200": _response(200, shapes, headers)}
    for status, errors in by_status.items():
        described[str(status)] = (
            _shared(errors[0].__name__)
            if len(errors) == 1
            else _response(status, [_schema_of(error) for error in errors])
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
        found[_unavailable_name(operation)] = _response(503, [shape])
    for error in errors:
        if error.status != 200:
            found[error.__name__] = _response(error.status, [_schema_of(error)])
    return dict(sorted(found.items()))


def error_schemas(operations: Iterable[Operation], schemas: Schemas) -> dict[str, Any]:
    """One envelope for each error class, under its name."""
    errors = {error for operation in operations for error in operation.errors} | {*ANYWHERE}
    return {
        error.__name__: envelope(error.code, error.message, schemas.of(error.detail))
        for error in sorted(errors, key=lambda error: (error.code, error.__name__))
    }


def envelope(code: int, message: str, data: dict[str, Any]) -> dict[str, Any]:
    """The schema of an answer with this code."""
    return {
        "type": "object",
        "required": ["code", "msg", "data"],
        "properties": {"code": {"const": code}, "msg": {"const": message}, "data": data},
    }


def _response(
    status: int, shapes: list[dict[str, Any]], headers: Iterable[str] | None = None
) -> dict[str, Any]:
    names = headers or MORE_HEADERS.get(status, COUNTED)
    return {
        "description": STATUSES[status],
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in names},
        "content": {
            "application/json": {"schema": shapes[0] if len(shapes) == 1 else {"oneOf": shapes}}
        },
    }


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
