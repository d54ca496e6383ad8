"""One guest's share of previews: so many at once and so many a day, counted in Redis for all
processes together, in one step each, so that no two at once both take the last one."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from points_app.database.session import utcnow
from points_app.errors.receipts import PreviewsRunning, PreviewsUsed
from points_app.extensions import parts
from points_app.services.settings.business import business
from points_app.services.settings.shop_time import shop_day

LONGEST_SECONDS = 60
"""Longer than a preview runs: what is still noted after it belongs to a process that died."""
DAY_KEPT_SECONDS = 2 * 86400
# KEYS: running ones by their start, the day's count. ARGV: name, limits at once and of the day, the
# two times above. Answers {0 or which limit refuses, how many there are}.
_TAKE = """
local now = tonumber(redis.call('TIME')[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - tonumber(ARGV[4]))
local running = redis.call('ZCARD', KEYS[1])
if running >= tonumber(ARGV[2]) then return {1, running} end
local used, limit = tonumber(redis.call('GET', KEYS[2]) or '0'), tonumber(ARGV[3])
if limit > 0 and used >= limit then return {2, used} end
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[4])
redis.call('INCR', KEYS[2])
redis.call('EXPIRE', KEYS[2], ARGV[5])
return {0, used + 1}
"""


@dataclass
class Share:
    """`used` counts towards the day; what the shop could not serve does not."""

    used: bool = False


@contextmanager
def taken(user_id: int, name: str) -> Iterator[Share]:
    """Hold a place of the guest's share while the preview `name` runs.

    Raises PreviewsRunning, PreviewsUsed, RedisError.
    """
    settings, today = business(), shop_day(utcnow())
    keys = (f"previews:{user_id}", f"previews:{user_id}:{today.isoformat()}")
    at_once, a_day = settings.previews_per_guest_at_once, settings.previews_per_guest_per_day
    limits = (at_once, a_day, LONGEST_SECONDS, DAY_KEPT_SECONDS)
    refused, used = parts.redis.eval(_TAKE, 2, *keys, name, *limits)
    if refused == 1:
        raise PreviewsRunning(limit=at_once, used=used)
    if refused == 2:
        raise PreviewsUsed(limit=a_day, used=used)
    share = Share()
    try:
        yield share
    finally:
        with parts.redis.pipeline() as pipe:
            pipe.zrem(keys[0], name)
            if not share.used:
                pipe.decr(keys[1])
            pipe.execute()
