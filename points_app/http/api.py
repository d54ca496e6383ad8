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

from points_app.errors.accounts import (
    AccessTokenInvalid,
    AccessTokenMissing,
    AccountBanned,
    NotAdmin,
    NotMerchant,
    UserGone,
)
from points_app.errors.base import (
    AppError,
    BodyTooLarge,
    IdempotencyKeyReused,
    InvalidInput,
    RequestInProgress,
    RouteUnknown,
    SystemFailure,
    TooManyRequests,
)
from points_app.http import access, limits, parse
from points_app.services import idempotency
from points_app.services.privacy import keys
from points_app.wire import envelope

View = Callable[..., Any]


class Access(Enum):
    """Who may call an endpoint. Roles are read from the database, never from the token.

    REFRESH stands for the one endpoint that takes a refresh token, and checks it itself. A REVIEWER
    is a merchant, or an admin for what no merchant may decide.
    """

    PUBLIC = "public"
    OPTIONAL = "optional"
    REFRESH = "refresh"
    GUEST = "guest"
    MERCHANT = "merchant"
    REVIEWER = "reviewer"
    ADMIN = "admin"


_NOBODY_IN_PARTICULAR = frozenset({Access.PUBLIC, Access.OPTIONAL, Access.REFRESH})
# UserGone: the account was erased while the request was under way.
_TOKEN_ERRORS = (AccessTokenMissing, AccessTokenInvalid, AccountBanned, UserGone)
_ROLE_ERRORS = {
    Access.MERCHANT: (NotMerchant,),
    Access.REVIEWER: (NotMerchant,),
    Access.ADMIN: (NotAdmin,),
}


@dataclass(frozen=True)
class Operation:
    """One endpoint as declared.

    `answer` is the type of the envelope's `data`, `raises` the refusals of its own, `failure` what
    the client is told when something unexpected happens. A `keyed` one honours `Idempotency-Key`,
    one that takes a `picture` is sent a multipart form, and `prefer` tells that it waits for a
    result as long as the client prefers.
    """

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
    picture: bool = False
    prefer: bool = False
    failure: type[AppError] | None = None

    @property
    def parts(self) -> tuple[Any, ...]:
        """The types it takes and answers."""
        return (self.answer, self.body, self.query, self.form)

    @property
    def errors(self) -> tuple[type[AppError], ...]:
        """Everything it may answer but success and 503: its own refusals and those that follow
        from what is declared, by code."""
        found = {TooManyRequests, self.failure or SystemFailure, *self.raises}
        if self.access not in _NOBODY_IN_PARTICULAR:
            found.update(_TOKEN_ERRORS, _ROLE_ERRORS.get(self.access, ()))
        if self.body or self.picture:
            found.add(BodyTooLarge)
        if self.body or self.query or self.picture or self.keyed:
            found.add(InvalidInput)
        if self.keyed:
            found.update((RequestInProgress, IdempotencyKeyReused))
        if self.limit:
            found.add(self.limit.refusal)
        if "<int:" in self.rule:  # anything but digits there is another, unknown route
            found.add(RouteUnknown)
        return tuple(sorted(found, key=lambda error: (error.code, error.status, error.message)))


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
        keys.ensure_checked()
        token = access.bearer_token()
        limits.check(operation.limit, token)
        caller = access.admit(operation.access.value, token)
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
