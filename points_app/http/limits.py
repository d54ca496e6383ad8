"""Rate limits: at most N requests in any 60 seconds, counted in Redis for all processes together.

The limits that every request pays, and the endpoint's own, are checked by one script call, a tenth
of what Flask-Limiter costs (code_limits.py); without Redis they are counted in this process
instead, so that guests go on drawing.
"""

import logging
import secrets
from dataclasses import dataclass

from flask import Flask, Response, current_app, g
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from redis import RedisError

from points_app import freshness
from points_app.errors.base import AppError, TooManyRequests
from points_app.errors.lottery import TooManyDraws
from points_app.extensions import parts
from points_app.http.networks import network
from points_app.http.script import Script
from points_app.services.accounts import tokens

log = logging.getLogger(__name__)

WINDOW_SECONDS = 60
# KEYS: one sorted set of times for each limit, then versions. ARGV: a name nobody used before, the
# limits. Answers {refused index or 0, microseconds to wait, smallest remaining, its limit, the
# versions}; a refused request is counted nowhere.
_CHECK = f"""{freshness.READ}
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local window = {WINDOW_SECONDS * 1_000_000}
local limits = #ARGV - 1
local remaining, tightest
for i = 1, limits do
  local key, limit = KEYS[i], tonumber(ARGV[i + 1])
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now - window)
  local used = redis.call('ZCARD', key)
  if used >= limit then
    local oldest = redis.call('ZRANGE', key, used - limit, used - limit, 'WITHSCORES')
    return {{i, math.ceil(tonumber(oldest[2]) + window - now), 0, limit}}
  end
  if not remaining or limit - used - 1 < remaining then
    remaining, tightest = limit - used - 1, limit
  end
end
for i = 1, limits do
  redis.call('ZADD', KEYS[i], now, ARGV[1])
  redis.call('EXPIRE', KEYS[i], {WINDOW_SECONDS})
end
local answer = {{0, 0, remaining, tightest}}
for i = limits + 1, #KEYS do answer[#answer + 1] = version(KEYS[i], ARGV[1]) end
return answer
"""


@dataclass(frozen=True)
class Limit:
    """A limit of one endpoint: per user, or per address for anonymous callers; `per_address` for
    everybody. `users_only` does not count callers without a good token, who are turned away anyway
    and should hear why. The number of requests a minute is `setting` (a setting's name) or
    `requests`. A `strict` one holds without Redis too, by refusing everybody."""

    name: str
    refusal: type[AppError] = TooManyRequests
    setting: str | None = None
    requests: int = 0
    per_address: bool = False
    users_only: bool = False
    strict: bool = False

    @property
    def allowed(self) -> int:
        return getattr(parts.settings, self.setting) if self.setting else self.requests


DRAWS = Limit("draw", TooManyDraws, setting="rate_limit_draw", users_only=True)
LOGINS = Limit("login", setting="rate_limit_login_ip", per_address=True, strict=True)
ERROR_REPORTS = Limit("errors", requests=20)


def init_app(app: Flask) -> None:
    """Bind the count of this process and the headers."""
    app.extensions["local_limiter"] = MovingWindowRateLimiter(MemoryStorage())
    app.after_request(_add_headers)


def check(limit: Limit | None, token: str | None) -> None:
    """The limits of the whole API, per user with a ceiling per address, or per address, and the
    endpoint's own; in one round trip, which also tells the versions of what this request may use.

    Of the request's `token`, access or refresh, only the signature is checked here, which costs no
    query. One that expired counts for its user too, apart, so that nobody's old token can use up
    the requests of its user, nor the room's. Raises
    TooManyRequests or the limit's refusal.
    """
    settings = parts.settings
    user_id, is_current = tokens.identify(token) if token else (None, False)
    address = network()
    who = f"ip:{address}" if user_id is None else f"{'u' if is_current else 'old'}:{user_id}"
    counters = {f"rl:{who}": settings.rate_limit_api}
    names = [freshness.WHEEL, freshness.CATALOGUE]
    if user_id is not None:
        counters[f"rl:uip:{address}"] = settings.rate_limit_api_ip
        names.append(freshness.account(user_id))
    refusals: list[type[AppError]] = [TooManyRequests] * len(counters)
    if limit and not (limit.users_only and user_id is None):
        whose = f"ip:{address}" if limit.per_address else who
        counters[f"rl:{limit.name}:{whose}"] = limit.allowed
        refusals.append(limit.refusal)
    refused = _count(counters, names, strict=bool(limit and limit.strict))
    if refused:
        too_many = refusals[refused - 1]()
        too_many.retry_after = max(1, g.rate_limit[2])
        raise too_many


def _count(counters: dict[str, int], names: list[str], strict: bool) -> int:
    """Count this request everywhere, or nowhere when one limit refuses it: that one's place from 1,
    else 0. Notes the versions. Raises RedisError without Redis when `strict`."""
    keys = [*counters, *map(freshness.key, names)]
    try:
        answer = _script()(keys, [secrets.token_hex(8), *counters.values()])
    except RedisError as error:
        if strict:
            raise
        log.warning("limits_counted_locally", extra={"error": type(error).__name__})
        freshness.learned(names, [None] * len(names))  # each further question would wait as long
        refused, remaining, allowed, seconds = _count_locally(counters)
    else:
        refused, wait, remaining, allowed, *known = answer
        seconds = -(-wait // 1_000_000)
        if not refused:
            freshness.learned(names, known)
    g.rate_limit = (allowed, remaining, seconds or WINDOW_SECONDS)
    return refused


def _script() -> Script:
    """The script of this app's Redis, made once."""
    redis, known = parts.redis, current_app.extensions.get("limits_script")
    if known is None or known.client is not redis:
        known = current_app.extensions["limits_script"] = Script(redis, _CHECK)
    return known


def _count_locally(counters: dict[str, int]) -> tuple[int, int, int, int]:
    """(refused place or 0, remaining, allowed, seconds to wait) by this process's own count."""
    local = current_app.extensions["local_limiter"]
    results = []
    for place, (key, allowed) in enumerate(counters.items(), start=1):
        item = RateLimitItemPerMinute(allowed)
        passed = local.hit(item, key)
        remaining = local.get_window_stats(item, key).remaining
        results.append((0 if passed else place, remaining, allowed))
    refused, remaining, allowed = min(results, key=lambda result: (not result[0], result[1]))
    return refused, remaining, allowed, WINDOW_SECONDS


def _add_headers(response: Response) -> Response:
    counted = g.get("rate_limit")
    if counted:
        allowed, remaining, seconds = counted
        response.headers["RateLimit-Limit"] = str(allowed)
        response.headers["RateLimit-Remaining"] = str(max(0, remaining))
        response.headers["RateLimit-Reset"] = str(seconds)
    return response
