"""The paths that are no endpoints of the API: health, pictures, this description, the WebSocket.

They have no declaration to read, so this is the place that describes them.
"""

from typing import Any

from points_app.errors.accounts import AccessTokenInvalid
from points_app.errors.base import InvalidInput, ServiceUnavailable
from points_app.http.openapi.sample_values import ULID, VALUES

TAG = {"name": "service", "description": "For operators, browsers and listeners."}


def _path(
    name: str, summary: str, more: str, answers: dict[str, Any], *parameters: dict[str, Any]
) -> dict[str, Any]:
    return {
        "get": {
            "operationId": f"service_{name}",
            "tags": [TAG["name"]],
            "summary": summary,
            "description": more,
            "security": [],
            "parameters": list(parameters),
            "responses": answers,
        }
    }


def _answer(
    description: str, kind: str, schema: dict[str, Any] | None = None, shown: Any = None
) -> dict[str, Any]:
    content = {"schema": schema or {}}
    if shown:
        content["examples"] = {"answer": {"value": shown}}
    return {"description": description, "content": {kind: content}}


def _states(**values: str) -> dict[str, Any]:
    """Texts by name: `status` first, then each part's. The values are what they may be."""
    properties = {
        name: {
            "type": "string",
            "enum": allowed.split(),
            "description": f"How the {name} is doing." if name != "status" else "The whole of it.",
        }
        for name, allowed in values.items()
    }
    return {"type": "object", "required": list(values), "properties": properties}


def _parameter(where: str, name: str, description: str, shown: Any) -> dict[str, Any]:
    kind = "integer" if isinstance(shown, int) else "string"
    schema = {"type": kind, "examples": [shown]}
    said = {"description": description, "required": True}
    return {"name": name, "in": where, **said, "schema": schema}


_JSON, _TEXT = "application/json", "text/plain"
_ANY_OBJECT = {"type": "object", "additionalProperties": True}
_ENVELOPE = {
    "type": "object",
    "required": ["code", "msg", "data"],
    "properties": {
        "code": {"type": "integer", "description": "Tells the reason."},
        "msg": {"type": "string", "description": "The same for guests to read."},
        "data": {"description": "Nothing."},
    },
}
_NO_TOKEN = {"code": AccessTokenInvalid.code, "msg": AccessTokenInvalid.message, "data": None}
_DOWN = {"code": ServiceUnavailable.code, "msg": ServiceUnavailable.message, "data": None}
_NO_SOCKET = {"code": InvalidInput.code, "msg": InvalidInput.message, "data": None}
_READY = _states(
    status="ok degraded unavailable",
    database="ok down",
    keys="ok wrong unknown",
    redis="ok read-only down",
    storage="ok down",
)
_WELL = {"status": "ok", "database": "ok", "keys": "ok", "redis": "ok", "storage": "ok"}
_ILL = _WELL | {"status": "unavailable", "database": "down", "keys": "unknown"}

PATHS: dict[str, Any] = {
    "/ws": _path(
        "websocket",
        "The WebSocket; the same answers at /",
        "What changes is told here as it happens, one JSON object a message; docs/frontend.md has "
        "them all.",
        {
            "101": {"description": "Connected: the first message is `connected`."},
            "401": _answer(
                "The token is missing or bad, or its user is banned.", _JSON, _ENVELOPE, _NO_TOKEN
            ),
            "426": _answer("No WebSocket was asked for.", _JSON, _ENVELOPE, _NO_SOCKET),
            "503": _answer("No room, or the database is down.", _JSON, _ENVELOPE, _DOWN),
        },
        _parameter("query", "token", "The access token.", VALUES["access_token"]),
    ),
    "/files/avatars/{name}.jpg": _path(
        "avatar",
        "A guest's avatar, at the address of an answer",
        "Needs no token: nobody can guess the address.",
        {
            "200": _answer("The picture, 256 pixels wide and high.", "image/jpeg"),
            "404": {"$ref": "#/components/responses/RouteUnknown"},
        },
        _parameter("path", "name", "As in the address.", "5d41402abc4b2a76b9719d911017c592"),
    ),
    "/files/{object_key}": _path(
        "picture",
        "A receipt's picture, by the link of an answer",
        "Needs no token: the link is signed, for one person and a short time.",
        {
            "200": _answer("The picture.", "image/jpeg"),
            "404": {"$ref": "#/components/responses/RouteUnknown"},
        },
        _parameter("path", "object_key", "As in the link.", f"receipts/2026/01/UP{ULID}.jpg"),
        _parameter("query", "viewer", "As in the link: whom it is for.", "guest-7"),
        _parameter("query", "expires", "As in the link: until when, in Unix time.", 1768459200),
        _parameter("query", "signature", "As in the link.", "q8c1f0"),
    ),
    "/healthz": _path(
        "alive",
        "Is the process alive?",
        "Asks nothing else; for whoever restarts processes.",
        {"200": _answer("It is.", _JSON, _states(status="ok"), {"status": "ok"})},
    ),
    "/readyz": _path(
        "ready",
        "Can the service do its work?",
        "Asks its database, Redis and storage; for whoever sends requests to processes.",
        {
            "200": _answer("It serves, `degraded` when a part of it waits.", _JSON, _READY, _WELL),
            "503": _answer("Something nobody can do without is missing.", _JSON, _READY, _ILL),
        },
    ),
    "/metrics": _path(
        "metrics",
        "Figures for Prometheus; in production for holders of its token only",
        "Counted across the web processes of this host.",
        {
            "200": _answer("Prometheus' text format.", _TEXT),
            "404": {"$ref": "#/components/responses/RouteUnknown"},
        },
    ),
    "/openapi.json": _path(
        "openapi",
        "This description",
        "Generators of clients take it; it is the same as `openapi.yaml`.",
        {"200": _answer("OpenAPI 3.1.", _JSON, _ANY_OBJECT, {"openapi": "3.1.0"})},
    ),
    "/docs": _path(
        "page",
        "This description as a page",
        "Swagger UI, which can try requests out; loads nothing from elsewhere.",
        {"200": _answer("The page.", "text/html")},
    ),
}
