"""Teaches schemathesis the envelope, and gives it tokens.

Its checks read the HTTP status: bad input must not be answered like good input, a call without a
token not like one with a token. Behind this server's 200 they would see nothing, so each code is
translated into the status that other APIs use, in the description and in every answer.
"""

import os
from typing import Any

import orjson
import schemathesis

from points_app import create_app
from points_app.services import sessions
from points_app.db import db, transactional
from points_app.models import User

NO_TOKEN, FORBIDDEN, UNKNOWN, UNUSABLE, REFUSED = 401, 403, 404, 422, 409
STATUSES = {
    **dict.fromkeys((2000, 2001, 2002), NO_TOKEN),
    **dict.fromkeys((1005, 7001, 7005), FORBIDDEN),
    **dict.fromkeys((4001, 4004, 5006, 7002), UNKNOWN),
    **dict.fromkeys((1001, 5001, 5003, 5004, 9001), UNUSABLE),
}
USER_ID = int(os.environ["SCHEMATHESIS_USER_ID"])
app = create_app()


def translated(code: int) -> int:
    return 200 if code == 0 else STATUSES.get(code, REFUSED)


@schemathesis.hook
def before_load_schema(context: Any, raw_schema: dict[str, Any]) -> None:
    for path, item in raw_schema["paths"].items():
        if not path.startswith("/api/"):
            continue
        for operation in item.values():
            _translate(operation["responses"], raw_schema["components"]["schemas"])


def _translate(responses: dict[str, Any], components: dict[str, Any]) -> None:
    """Give every code of the 200 its status."""
    response = responses["200"]
    schema = response["content"]["application/json"]["schema"]
    shapes: dict[str, list[Any]] = {}
    for shape in schema.get("oneOf", [schema]):
        name = shape.get("$ref", "").rpartition("/")[2]
        code = components.get(name, shape)["properties"]["code"]["const"]
        shapes.setdefault(str(translated(code)), []).append(shape)
    for status, some in shapes.items():
        content = {"application/json": {"schema": {"anyOf": some}}}
        known = responses.get(status)
        if known is not None and status != "200":  # the 404 of an id that is no number
            content["application/json"]["schema"]["anyOf"].append(
                {"$ref": "#/components/schemas/RouteUnknown"}
            )
        responses[status] = {**response, "content": content}


@schemathesis.hook
def after_call(context: Any, case: Any, response: Any) -> None:
    if response.status_code == 200 and case.operation.path.startswith("/api/"):
        response.status_code = translated(orjson.loads(response.content)["code"])


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
    user.status = "active"  # it may have banned itself
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
