"""How an endpoint is declared: who may call it, what it takes, what it answers.

The declaration is the only place that knows an endpoint's rules. Requests are checked by it, the
API description is generated from it, and the test of authorisations walks over it.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypedDict, Unpack

from flask import Blueprint, Response, g
from pydantic import BaseModel

from points_app.errors.accounts import (
    AccessTokenInvalid,
    AccessTokenMissing,
    AccountBanned,
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
from points_app.http.access import Access
from points_app.services import idempotency
from points_app.services.privacy import keys
from points_app.wire import envelope

View = Callable[..., Any]


# UserGone: the account was erased while the request was under way.
_TOKEN_ERRORS = (AccessTokenMissing, AccessTokenInvalid, AccountBanned, UserGone)


class Options(TypedDict, total=False):
    """What else an endpoint may declare."""

    body: type[BaseModel]
    """The JSON body it takes."""
    query: type[BaseModel]
    form: type[BaseModel]
    """The text fields of a multipart form."""
    raises: tuple[type[AppError], ...]
    """The refusals of its own."""
    limit: limits.Limit
    keyed: bool
    """Whether it honours `Idempotency-Key`."""
    picture: bool
    """Whether it is sent a multipart form with a picture."""
    prefer: bool
    """Whether it waits for a result as long as the client prefers."""
    failure: type[AppError] | None
    """What the client is told when something unexpected happens; the area's, unless declared."""


@dataclass(frozen=True)
class Operation:
    """One endpoint as declared; `answer` is the type of the envelope's `data`."""

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
        found: set[type[AppError]] = {TooManyRequests, self.failure or SystemFailure, *self.raises}
        if self.access not in access.NOBODY_IN_PARTICULAR:
            found.update(_TOKEN_ERRORS)
        if self.access in access.ROLES:
            found.add(access.ROLES[self.access].refusal)
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

    def operation(
        self,
        method: str,
        rule: str,
        access: Access,
        answer: Any = None,
        **options: Unpack[Options],
    ) -> Callable[[View], View]:
        """Declare the decorated view as an endpoint.

        The view names what it wants: `caller`, `body`, `query`, `form`, and the rule's parameters.
        """

        def declare(view: View) -> View:
            options.setdefault("failure", self.failure)
            declared = Operation(method, rule, view, access, answer, **options)
            name = view.__name__
            self.operations[f"{self.name}.{name}"] = declared
            self.add_url_rule(rule, name, _handler(declared), methods=[method])
            return view

        return declare


def _handler(operation: Operation) -> View:
    wanted = frozenset(inspect.signature(operation.view).parameters)

    def handle(**arguments: Any) -> Response:
        g.operation = operation
        keys.ensure_checked()
        token = access.bearer_token()
        limits.check(operation.limit, token)
        caller = access.admit(operation.access, token)
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
