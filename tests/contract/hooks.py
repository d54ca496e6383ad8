"""Teaches schemathesis the envelope, and gives it tokens.

Its checks read the HTTP status: bad input must not be answered like good input, a call without a
token not like one with a token. Behind this server's 200 they would see nothing, so each code is
translated into the status that other APIs use, in the description and in every answer.
"""

import os
from io import BytesIO
from typing import Any

import orjson
import requests
import schemathesis
from hypothesis import strategies
from PIL import Image

from points_app import create_app
from points_app.database.session import db, transactional
from points_app.models.accounts import User, UserStatus
from points_app.services.accounts import sessions
from tests.contract.links import add_links

NO_TOKEN, FORBIDDEN, UNKNOWN, REFUSED, UNUSABLE = 401, 403, 404, 409, 422
STATUSES = {
    **dict.fromkeys((2000, 2001, 2002), NO_TOKEN),
    **dict.fromkeys((1005, 7001, 7005), FORBIDDEN),
    **dict.fromkeys((4001, 4004, 5006, 7002), UNKNOWN),
    **dict.fromkeys((1001, 5001, 5003, 5004, 9001), UNUSABLE),
}
USER_ID = int(os.environ["SCHEMATHESIS_USER_ID"])
app = create_app()
checked_for_tokens: set[str] = set()
FEW_PAGES = 3


def _picture(kind: str) -> bytes:
    file = BytesIO()
    Image.new("RGB", (8, 8), "white").save(file, kind)
    return file.getvalue()


PICTURES = [_picture(kind) for kind in ("PNG", "JPEG", "WEBP")]
schemathesis.openapi.format("binary", strategies.sampled_from(PICTURES))


def translated(code: int) -> int:
    return 200 if code == 0 else STATUSES.get(code, REFUSED)


def translated_answer(content: bytes) -> int:
    """Where the contract has no code for what depends on more than the input, 9001 says so in
    words."""
    envelope = orjson.loads(content)
    problems = envelope["data"]["errors"] if envelope["code"] == 9001 else []
    messages = {problem["message"] for problem in problems}
    if any(message.startswith("no such") for message in messages):
        return UNKNOWN
    return (
        REFUSED
        if "an admin cannot ban their own account" in messages
        else translated(envelope["code"])
    )


@schemathesis.hook
def before_load_schema(context: Any, raw_schema: dict[str, Any]) -> None:
    components = raw_schema["components"]["schemas"]
    paths = {path: item for path, item in raw_schema["paths"].items() if path.startswith("/api/")}
    for schema in components.values():
        _keep_first_names(schema)
    for item in paths.values():
        for operation in item.values():
            parameters = operation["parameters"]
            operation["parameters"] = [each for each in parameters if not each.get("deprecated")]
            for body in operation.get("requestBody", {"content": {}})["content"].values():
                _keep_first_names(body["schema"])
                if "file" in body["schema"].get("properties", {}):
                    body.pop("examples", None)  # a picture stands there as text
            _translate(operation["responses"], components)
    add_links(paths, components)


def _keep_first_names(schema: dict[str, Any]) -> None:
    """Another name is ignored beside the first, which would pass for accepting anything there."""
    others = [n for n, s in schema.get("properties", {}).items() if s.get("deprecated")]
    for name in others:
        del schema["properties"][name]
    if others:
        needed = [choice["anyOf"][0]["required"][0] for choice in schema.pop("allOf", ())]
        schema["required"] = schema.get("required", []) + needed


def _translate(responses: dict[str, Any], components: dict[str, Any]) -> None:
    """Give every code of the 200 its status."""
    response = responses["200"]
    schema = response["content"]["application/json"]["schema"]
    shapes: dict[str, list[Any]] = {}
    if "404" in responses:  # of a path whose number is none
        shapes["404"] = [{"$ref": "#/components/schemas/RouteUnknown"}]
    for shape in schema.get("oneOf", [schema]):
        name = shape.get("$ref", "").rpartition("/")[2]
        code = components.get(name, shape)["properties"]["code"]["const"]
        shapes.setdefault(str(translated(code)), []).append(shape)
        if code == 9001:
            for status in (UNKNOWN, REFUSED):
                shapes.setdefault(str(status), []).append(shape)
    for status, some in shapes.items():
        content = {"application/json": {"schema": {"anyOf": some}}}
        responses[status] = {"description": "", "headers": response["headers"], "content": content}


@schemathesis.hook
def after_call(context: Any, case: Any, response: Any) -> None:
    is_envelope = case.operation.path.startswith("/api/") and response.content
    if response.status_code == 200 and is_envelope:
        response.status_code = translated_answer(response.content)


@schemathesis.hook
def filter_query(context: Any, query: dict[str, Any] | None) -> bool:
    """gunicorn refuses longer request lines before the application sees them."""
    return len(repr(query)) < 500


@schemathesis.hook
def map_query(context: Any, query: dict[str, Any] | None) -> dict[str, Any] | None:
    """Mostly the first page: later ones are empty, and lead nowhere."""
    if query and isinstance(query.get("page"), int) and query["page"] > FEW_PAGES:
        return query | {"page": 1}
    return query


@schemathesis.hook
def map_body(context: Any, body: Any) -> Any:
    """JSON Schema takes 58.0 for an integer; the contract does not."""
    if isinstance(body, float) and body.is_integer():
        return int(body)
    if isinstance(body, dict):
        return {key: map_body(context, value) for key, value in body.items()}
    return [map_body(context, value) for value in body] if isinstance(body, list) else body


@schemathesis.check
def token_needed(context: Any, response: Any, case: Any) -> None:
    """Where a token is needed, neither none nor a wrong one will do."""
    operation = case.operation
    security = operation.definition.raw.get("security")
    sent = response.request
    is_call = sent.method.lower() == operation.method
    if not security or {} in security or not is_call or operation.label in checked_for_tokens:
        return
    checked_for_tokens.add(operation.label)
    headers = {name: text for name, text in sent.headers.items() if name != "Authorization"}
    for more in ({}, {"Authorization": "Bearer wrong"}):
        answer = requests.request(
            sent.method, sent.url, data=sent.body, headers=headers | more, timeout=30
        )
        assert translated(answer.json()["code"]) == NO_TOKEN, answer.text


class AccessToken:
    """A token of one user who may do everything; `kind` of the pair."""

    kind = "access_token"

    def get(self, case: Any, context: Any) -> str:
        with app.app_context():
            return open_session()[self.kind]

    def set(self, case: Any, data: str, context: Any) -> None:
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {data}"}


@transactional
def open_session() -> Any:
    user = db.session.get(User, USER_ID)
    assert user is not None
    user.status = UserStatus.ACTIVE  # an admin may have banned it
    return sessions.open_session(user)


@schemathesis.auth(refresh_interval=None).apply_to(path="/api/auth/refresh")
class RefreshToken(AccessToken):
    kind = "refresh_token"


@schemathesis.auth(refresh_interval=None).apply_to(path="/api/auth/logout")
class ShortLived(AccessToken):
    """Logging out ends the session of its own token."""


@schemathesis.auth(refresh_interval=60).skip_for(path=["/api/auth/refresh", "/api/auth/logout"])
class LongLived(AccessToken):
    """For everything else."""
