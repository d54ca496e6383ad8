"""The API description (OpenAPI 3.1), made from the declarations that requests are checked by.

Nothing about an endpoint is written down a second time here: `describe` walks over the areas'
operations, their request models, answer types and errors.
"""

import inspect
from collections.abc import Iterable
from typing import Any

from points_app.http.access import Access
from points_app.http.api import Area, Operation
from points_app.http.openapi import answers, outside, requests
from points_app.http.openapi.schemas import Schemas

VERSION = "1.0"
ABOUT = """\
Every answer under `/api/` is `{"code", "msg", "data"}`. **The HTTP status is 200 for every business
outcome, refusals included: look at `code`**, where 0 is success.

Other statuses: 404 (code 9404) for an unknown route, 405 (9405) for a method that a route does not
take, 413 (9413) for a body larger than the server takes, 429 (3001 or 3002) for too many requests,
500 (the area's code) for an unexpected failure, 503 (the area's code or 9503) while something the
request cannot do without is down. 429 and 503 say in `Retry-After` how many seconds to wait.

Unknown fields of a request are ignored, except in the bodies of merchants and admins: there they
are refused (9001). Times are UTC with milliseconds, `2026-01-15T06:30:00.000Z`; money and
probabilities are numbers; what is missing is `null`.

Any request may carry `X-Request-ID` (1-128 visible ASCII characters), which comes back and is in
the server's log, and `X-Client-Version`, which is logged.
"""
SECURITY_SCHEMES = {
    "accessToken": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "The `access_token` of a login or a refresh; good for two hours.",
    },
    "refreshToken": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "The `refresh_token` of the same answer; good for seven days, used once.",
    },
}
# Who may call, in words and as OpenAPI's security requirements.
ACCESS: dict[Access, tuple[str, list[dict[str, list[str]]]]] = {
    Access.PUBLIC: ("Anyone may call this.", []),
    Access.OPTIONAL: ("Anyone may call this; a token tells who it was.", [{}, {"accessToken": []}]),
    Access.REFRESH: ("Needs a refresh token.", [{"refreshToken": []}]),
    Access.GUEST: ("Needs an access token.", [{"accessToken": []}]),
    Access.MERCHANT: ("Needs the access token of a merchant.", [{"accessToken": []}]),
    Access.REVIEWER: (
        "Needs the access token of a merchant, or of an admin for what no merchant may decide.",
        [{"accessToken": []}],
    ),
    Access.ADMIN: ("Needs the access token of an admin.", [{"accessToken": []}]),
}


def describe(areas: Iterable[Area]) -> dict[str, Any]:
    """The OpenAPI document of these areas and of the few paths outside `/api/`."""
    areas = list(areas)
    operations = [operation for area in areas for operation in area.operations.values()]
    schemas = Schemas(
        [part for operation in operations for part in operation.parts]
        + [error.detail for operation in operations for error in operation.errors]
    )
    paths: dict[str, Any] = {}
    for area in areas:
        for name, operation in area.operations.items():
            item = paths.setdefault(requests.openapi_path(area.prefix + operation.rule), {})
            item[operation.method.lower()] = _operation(area, name, operation, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Points and lottery", "version": VERSION, "description": ABOUT},
        "servers": [{"url": "/"}],
        "tags": [*map(_tag, areas), outside.TAG],
        "paths": paths | outside.PATHS,
        "components": {
            "securitySchemes": SECURITY_SCHEMES,
            "headers": answers.HEADERS,
            "responses": answers.shared_responses(operations),
            "examples": answers.error_examples(operations, schemas),
            "schemas": schemas.referenced | answers.error_schemas(operations, schemas),
        },
    }


def _tag(area: Area) -> dict[str, str]:
    """An area's name with what its module says of itself."""
    view = next(iter(area.operations.values())).view
    return {"name": area.name, "description": inspect.getdoc(inspect.getmodule(view)) or ""}


def _operation(area: Area, name: str, operation: Operation, schemas: Schemas) -> dict[str, Any]:
    summary, _, more = (inspect.getdoc(operation.view) or "").partition("\n\n")
    who, security = ACCESS[operation.access]
    remarks = [more, who, _code_table(operation)]
    described: dict[str, Any] = {
        "operationId": name.replace(".", "_"),
        "tags": [area.name],
        "summary": " ".join(summary.split()),
        "description": "\n\n".join(filter(None, remarks)),
        "security": security,
        "parameters": requests.parameters(operation, schemas),
    }
    body = requests.request_body(operation, schemas)
    if body:
        described["requestBody"] = body
    described["responses"] = answers.responses(operation, schemas)
    return described


def _code_table(operation: Operation) -> str:
    rows = [f"| {error.code} | {error.message} | {error.status} |" for error in operation.errors]
    return "\n".join(
        ["| code | msg | HTTP |", "| --- | --- | --- |", "| 0 | success | 200 |", *rows]
    )
