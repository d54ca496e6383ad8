"""The paths that are no endpoints of the API: health, pictures, this description, the WebSocket.

They have no declaration to read, so this is the place that describes them.
"""

from typing import Any

TAG = {"name": "service", "description": "For operators, browsers and listeners."}


def _path(
    name: str, summary: str, answers: dict[str, Any], *parameters: dict[str, Any]
) -> dict[str, Any]:
    return {
        "get": {
            "operationId": f"service.{name}",
            "tags": [TAG["name"]],
            "summary": summary,
            "security": [],
            "parameters": list(parameters),
            "responses": answers,
        }
    }


def _answer(description: str, kind: str, schema: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"description": description, "content": {kind: {"schema": schema or {}}}}


def _states(*names: str) -> dict[str, Any]:
    properties = {name: {"type": "string"} for name in names}
    return {"type": "object", "required": list(names), "properties": properties}


def _parameter(where: str, name: str, kind: str = "string") -> dict[str, Any]:
    return {"name": name, "in": where, "required": True, "schema": {"type": kind}}


_JSON, _TEXT = "application/json", "text/plain"
_ENVELOPE = {
    "type": "object",
    "required": ["code", "msg", "data"],
    "properties": {"code": {"type": "integer"}, "msg": {"type": "string"}, "data": {}},
}
_READY = _states("status", "database", "keys", "redis", "storage")

PATHS: dict[str, Any] = {
    "/ws": _path(
        "websocket",
        "The WebSocket; the same answers at /",
        {
            "101": {"description": "Connected: the first message is `connected`."},
            "401": _answer("The token is missing or bad, or its user is banned.", _JSON, _ENVELOPE),
            "426": _answer("No WebSocket was asked for.", _JSON, _ENVELOPE),
            "503": _answer("No room, or the database is down.", _JSON, _ENVELOPE),
        },
        _parameter("query", "token"),
    ),
    "/files/avatars/{name}.jpg": _path(
        "avatar",
        "A guest's avatar, at the address of an answer",
        {
            "200": _answer("The picture, 256 pixels wide and high.", "image/jpeg"),
            "404": {"$ref": "#/components/responses/RouteUnknown"},
        },
        _parameter("path", "name"),
    ),
    "/files/{object_key}": _path(
        "picture",
        "A receipt's picture, by the link of an answer",
        {
            "200": _answer("The picture.", "image/jpeg"),
            "404": {"$ref": "#/components/responses/RouteUnknown"},
        },
        _parameter("path", "object_key"),
        _parameter("query", "viewer"),
        _parameter("query", "expires", "integer"),
        _parameter("query", "signature"),
    ),
    "/healthz": _path(
        "alive", "Is the process alive?", {"200": _answer("It is.", _JSON, _states("status"))}
    ),
    "/readyz": _path(
        "ready",
        "Can the service do its work?",
        {
            "200": _answer("It serves, `degraded` when a part of it waits.", _JSON, _READY),
            "503": _answer("Something nobody can do without is missing.", _JSON, _READY),
        },
    ),
    "/metrics": _path(
        "metrics",
        "Figures for Prometheus; in production for holders of its token only",
        {
            "200": _answer("Prometheus' text format.", _TEXT),
            "404": {"$ref": "#/components/responses/RouteUnknown"},
        },
    ),
    "/openapi.json": _path(
        "openapi", "This description", {"200": _answer("OpenAPI 3.1.", _JSON, {"type": "object"})}
    ),
    "/docs": _path(
        "page", "This description as a page", {"200": _answer("The page.", "text/html")}
    ),
}
