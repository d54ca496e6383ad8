"""Rate limits: at most N requests in any 60 seconds, counted in Redis for all processes together.

Flask-Limiter declares the limits of login and codes, which fail closed. The limits that every
request pays are checked by one script call, a tenth of its cost; without Redis they are counted in
this process instead, so that guests go on drawing.
"""

import logging
import secrets
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from flask import Flask, Response, current_app, g, request
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from redis import RedisError

from points_app.config import Settings
from points_app.errors import AppError, TooManyDraws, TooManyRequests
from points_app.extensions import limiter, parts
from points_app.http.access import bearer_token
from points_app.services import sessions

log = logging.getLogger(__name__)

WINDOW_SECONDS = 60
# KEYS: one sorted set of times for each limit. ARGV: window in microseconds, a unique name for this
# request, then the limits. Answers {refused index or 0, microseconds to wait, smallest remaining,
# its limit}; a refused request is counted nowhere.
_CHECK = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local window = tonumber(ARGV[1])
local remaining, tightest
for i, key in ipairs(KEYS) do
  local limit = tonumber(ARGV[i + 2])
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now - window)
  local used = redis.call('ZCARD', key)
  if used >= limit then
    local oldest = redis.call('ZRANGE', key, used - limit, used - limit, 'WITHSCORES')
    return {i, math.ceil(tonumber(oldest[2]) + window - now), 0, limit}
  end
  if not remaining or limit - used - 1 < remaining then
    remaining, tightest = limit - used - 1, limit
  end
end
for _, key in ipairs(KEYS) do
  redis.call('ZADD', key, now, ARGV[2])
  redis.call('PEXPIRE', key, math.ceil(window / 1000))
end
return {0, 0, remaining, tightest}
"""


@dataclass(frozen=True)
class Limit:
    """A limit of one endpoint: per user, or per address for anonymous callers. The number of
    requests a minute is `setting` (a setting's name) or `requests`."""

    name: str
    refusal: type[AppError] = TooManyRequests
    setting: str | None = None
    requests: int = 0


DRAWS = Limit("draw", TooManyDraws, setting="rate_limit_draw")
ERROR_REPORTS = Limit("errors", requests=20)


def init_app(app: Flask, settings: Settings) -> None:
    """Bind Flask-Limiter and the headers."""
    app.config.update(
        RATELIMIT_STORAGE_URI=settings.redis_url,
        RATELIMIT_STORAGE_OPTIONS={"socket_timeout": 0.5, "socket_connect_timeout": 0.3},
        RATELIMIT_STRATEGY="moving-window",
        RATELIMIT_KEY_PREFIX="rl",
    )
    limiter.init_app(app)
    app.extensions["local_limiter"] = MovingWindowRateLimiter(MemoryStorage())
    app.after_request(_add_headers)


def network() -> str:
    """Whose request it is as far as its address tells: an IPv4 address, or the 64 bits of an IPv6
    one that a provider gives to one customer, who may use all the addresses below them."""
    try:
        address = ip_address((request.remote_addr or "").partition("%")[0])
    except ValueError:
        return "unknown"
    if address.version == 4:
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ip_network((address, 64), strict=False).network_address)


def check_api() -> None:
    """The limits of the whole API: per user with a ceiling per address, or per address.

    Only the token's signature is checked here, which costs no query. Raises TooManyRequests.
    """
    settings = parts.settings
    token = bearer_token()
    user_id = sessions.identify(token) if token else None
    address = network()
    if user_id is None:
        _apply(TooManyRequests, {f"rl:ip:{address}": settings.rate_limit_api})
    else:
        counters = {
            f"rl:u:{user_id}": settings.rate_limit_api,
            f"rl:uip:{address}": settings.rate_limit_api_ip,
        }
        _apply(TooManyRequests, counters)


def check(limit: Limit, user_id: int | None) -> None:
    """An endpoint's own limit. Raises its refusal."""
    who = f"u:{user_id}" if user_id is not None else f"ip:{network()}"
    allowed = getattr(parts.settings, limit.setting) if limit.setting else limit.requests
    _apply(limit.refusal, {f"rl:{limit.name}:{who}": allowed})


def _apply(refusal: type[AppError], counters: dict[str, int]) -> None:
    try:
        script = parts.redis.register_script(_CHECK)
        name = secrets.token_hex(8)
        arguments = [WINDOW_SECONDS * 1_000_000, name, *counters.values()]
        refused, wait, remaining, allowed = script(keys=list(counters), args=arguments)
        seconds = -(-wait // 1_000_000)
    except RedisError as error:
        log.warning("limits_counted_locally", extra={"error": type(error).__name__})
        refused, remaining, allowed, seconds = _apply_locally(counters)
    g.rate_limit = (allowed, remaining, seconds or WINDOW_SECONDS)
    if refused:
        too_many = refusal()
        too_many.retry_after = max(1, seconds)
        raise too_many


def _apply_locally(counters: dict[str, int]) -> tuple[bool, int, int, int]:
    """(refused, remaining, allowed, seconds to wait) by this process's own count."""
    local = current_app.extensions["local_limiter"]
    results = []
    for key, allowed in counters.items():
        item = RateLimitItemPerMinute(allowed)
        passed = local.hit(item, key)
        results.append((not passed, local.get_window_stats(item, key).remaining, allowed))
    refused, remaining, allowed = min(results, key=lambda result: (not result[0], result[1]))
    return refused, remaining, allowed, WINDOW_SECONDS


def _add_headers(response: Response) -> Response:
    if "rate_limit" in g:
        allowed, remaining, seconds = g.rate_limit
        response.headers["RateLimit-Limit"] = str(allowed)
        response.headers["RateLimit-Remaining"] = str(max(0, remaining))
        response.headers["RateLimit-Reset"] = str(seconds)
    return response
