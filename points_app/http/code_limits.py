"""How many login codes are sent, counted by Flask-Limiter in Redis: without Redis none is."""

from collections.abc import Callable
from functools import partial
from typing import Any, ParamSpec, TypeVar

from flask import Flask

from points_app.clients.redis import make_redis
from points_app.config import Settings
from points_app.extensions import limiter, parts
from points_app.http.networks import network

P = ParamSpec("P")
R = TypeVar("R")


def init_app(app: Flask, settings: Settings) -> None:
    """Bind Flask-Limiter."""
    counted_in = make_redis(settings.redis_url, timeout=0.5, decode_responses=False)
    app.extensions["limits_redis"] = counted_in  # closes its pool when it goes
    app.config.update(
        RATELIMIT_STORAGE_URI="redis://",  # the pool knows the address
        RATELIMIT_STORAGE_OPTIONS={"connection_pool": counted_in.connection_pool},
        RATELIMIT_STRATEGY="moving-window",
        RATELIMIT_FAIL_ON_FIRST_BREACH=True,
        RATELIMIT_KEY_PREFIX="rl",
    )
    limiter.init_app(app)
    _spare_undeclared_routes(app)


def _spare_undeclared_routes(app: Flask) -> None:
    """Flask-Limiter looks before and after every request for limits of the whole app, of which it
    has none: an eighth of a small request's time. The limits of decorated views remain; what it
    notes of them ends with the request."""
    for hooks in (app.before_request_funcs, app.after_request_funcs, app.teardown_request_funcs):
        of_the_app: list[Any] = hooks[None]
        for hook in list(of_the_app):
            owner = getattr(hook, "__self__", None) or getattr(hook, "args", [None])[0]
            if owner is limiter:
                of_the_app.remove(hook)


def limit_codes(view: Callable[P, R]) -> Callable[P, R]:
    """At most so many login codes an hour for an address, for the IPv6 networks around it, and for
    everybody: each is a text message that somebody pays. What a narrower limit refuses does not
    count for a wider one: one address cannot use up everybody's."""
    for whose, setting, times in (
        (network, "rate_limit_codes_ip", 1),
        (partial(network, 56), "rate_limit_codes_ip", 2),
        (partial(network, 48), "rate_limit_codes_ip", 4),
        (everybody, "rate_limit_codes_all", 1),
    ):
        view = limiter.limit(partial(_an_hour, setting, times), key_func=whose)(view)
    return view


def _an_hour(setting: str, times: int) -> str:
    return f"{getattr(parts.settings, setting) * times} per hour"


def everybody() -> str:
    """Whose request it is: everybody's."""
    return "everybody"
