"""How an endpoint is declared: who may call it, what it takes, what it answers.

The declaration is the only place that knows an endpoint's rules. Requests are checked by it, the
API description is generated from it, and the test of authorisations walks over it.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from flask import Blueprint, Response, g
from pydantic import BaseModel

from points_app.errors import AppError
from points_app.http import access, limits, parse
from points_app.services import idempotency
from points_app.wire import envelope

View = Callable[..., Any]


class Access(Enum):
    """Who may call an endpoint. Roles are read from the database, never from the token."""

    PUBLIC = "public"
    OPTIONAL = "optional"
    GUEST = "guest"
    MERCHANT = "merchant"
    ADMIN = "admin"


@dataclass(frozen=True)
class Operation:
    """One endpoint as declared. `answer` is the type of the envelope's `data`."""

    method: str
    rule: str
    view: View
    access: Access
    answer: Any
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    form: type[BaseModel] | None = None
    raises: tuple[type[AppError], ...] = ()
    limit: limits.Limit | None = None
    keyed: bool = False
    failure: type[AppError] | None = None


class Area(Blueprint):
    """A blueprint whose routes are declared endpoints.

    `failure` is what a client is told when something unexpected happens in it.
    """

    def __init__(self, name: str, prefix: str, failure: type[AppError] | None = None) -> None:
        super().__init__(name, __name__, url_prefix=prefix)
        self.prefix = prefix
        self.failure = failure
        self.operations: dict[str, Operation] = {}  # by endpoint name

    def endpoint(
        self, method: str, rule: str, access: Access, answer: Any = None, **declared: Any
    ) -> Callable[[View], View]:
        """Declare the decorated view as an endpoint; see Operation for `declared`.

        The view names what it wants: `caller`, `body`, `query`, `form`, and the rule's parameters.
        """

        def declare(view: View) -> View:
            declared.setdefault("failure", self.failure)
            operation = Operation(method, rule, view, access, answer, **declared)
            name = view.__name__
            self.operations[f"{self.name}.{name}"] = operation
            self.add_url_rule(rule, name, _handler(operation), methods=[method])
            return view

        return declare


def _handler(operation: Operation) -> View:
    wanted = frozenset(inspect.signature(operation.view).parameters)

    def handle(**arguments: Any) -> Response:
        g.operation = operation
        limits.check_api()
        caller = access.admit(operation.access.value)
        if operation.limit:
            limits.check(operation.limit, caller.user_id if caller else None)
        if "caller" in wanted:
            arguments["caller"] = caller
        for part in ("body", "query", "form"):
            model = getattr(operation, part)
            if model is not None:
                arguments[part] = getattr(parse, part)(model)
        request = parse.keyed_request(caller) if operation.keyed and caller else None
        with idempotency.keyed(request):
            data = operation.view(**arguments)
        return Response(envelope(data), mimetype="application/json")

    return handle
