"""What guests are told over Redis: channel names, numbering, and the memory behind `since=`.

The channel name is the address and the payload is exactly the text a client receives, so the relay
in each web process forwards bytes and knows nothing of what they mean.
"""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, cast

import orjson
from redis import Redis, ResponseError
from ulid import ULID

PATTERN = "n:*"
EVERYONE = "n:all"
USER = "n:u:"
PRODUCT = "n:p:"
CONTROL = "n:ctl"
ECHO_KEY = "n:echo"
ECHO_SECONDS = 60

REMEMBERED_NOTICES = 20
REMEMBERED_SECONDS = 600
# Commits overtake each other by moments, and a restored backup numbers from an earlier state on.
VERSION_SECONDS = 60

# Both are sent whole each time: in a pipeline redis-py asks for another round trip whether the
# server knows them by name.

# KEYS: the user's stream. ARGV: channel, JSON object, notices kept, seconds kept.
# Numbers rise by one while the stream lives; a new stream starts at the clock, so a number from
# before a flush or an expiry is never mistaken for one of the new stream.
_PUBLISH = """
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
local seq
if last then
  seq = tonumber(string.match(last[1], '^%d+')) + 1
else
  local now = redis.call('TIME')
  seq = now[1] * 1000 + math.floor(now[2] / 1000)
end
seq = string.format('%.0f', seq)
text = string.sub(text, 1, -2) .. ',"seq":' .. seq .. '}'
redis.call('XADD', KEYS[1], 'MAXLEN', ARGV[3], seq .. '-0', 'text', text)
redis.call('EXPIRE', KEYS[1], ARGV[4])
redis.call('PUBLISH', ARGV[1], text)
return tonumber(seq)
"""
_PUBLISH_USER = "local text = ARGV[2]" + _PUBLISH

# KEYS: the stream, and the user's newest balance. ARGV: as above, the balance's version, the
# balance, seconds kept. Of two bookings the older may be announced last: it then names the balance
# of the newer one, so that the last notice is always right.
_PUBLISH_BALANCE = (
    """
local text = ARGV[2]
local version, balance = string.match(redis.call('GET', KEYS[2]) or '', '^(%d+):(%d+)$')
if version and tonumber(version) > tonumber(ARGV[5]) then
  text = string.gsub(text, '"total_points":%d+', '"total_points":' .. balance, 1)
else
  redis.call('SET', KEYS[2], ARGV[5] .. ':' .. ARGV[6], 'EX', ARGV[7])
end"""
    + _PUBLISH
)

# KEYS: the product's version. ARGV: channel, text, version, seconds kept.
# Two commits may publish in the other order; the older stock must not have the last word.
_PUBLISH_VERSION = """
local known = redis.call('GET', KEYS[1])
if known and tonumber(known) >= tonumber(ARGV[3]) then return 0 end
redis.call('SET', KEYS[1], ARGV[3], 'EX', ARGV[4])
redis.call('PUBLISH', ARGV[1], ARGV[2])
return 1
"""


def publish_user(redis: Redis, user_id: int, message: dict[str, Any]) -> int:
    """Send `message` ({"type", "data"}) to every socket of one user, and remember it for a while.

    Returns the sequence number the notice carries as `seq`: one more than the user's previous
    notice. In a pipeline the number is known when the pipeline is run. One round trip. Raises
    redis.RedisError.
    """
    text = encode(stamp(message))
    kept = REMEMBERED_NOTICES, REMEMBERED_SECONDS
    done = redis.eval(_PUBLISH_USER, 1, _stream(user_id), f"{USER}{user_id}", text, *kept)
    return cast(int, done)


def publish_balance(redis: Redis, user_id: int, message: dict[str, Any], version: int) -> int:
    """`publish_user` for a message whose data have the balance after a booking, `total_points`.

    `version` is a number that grows with every booking of the user. One round trip. Raises
    redis.RedisError.
    """
    text = encode(stamp(message))
    kept = REMEMBERED_NOTICES, REMEMBERED_SECONDS
    balance = version, message["data"]["total_points"], VERSION_SECONDS
    keys = _stream(user_id), f"nb:{user_id}"
    done = redis.eval(_PUBLISH_BALANCE, 2, *keys, f"{USER}{user_id}", text, *kept, *balance)
    return cast(int, done)


def publish_product(
    redis: Redis, product_id: int, message: dict[str, Any], version: int | None = None
) -> bool:
    """Send `message` to every socket that follows the product.

    `version` is a number that grows with every change of the product's stock: an announcement that
    arrives after a newer one is dropped (False). One round trip. Raises redis.RedisError.
    """
    text = encode(stamp(message))
    channel = f"{PRODUCT}{product_id}"
    if version is None:
        redis.publish(channel, text)
        return True
    key = f"nv:{product_id}"
    done = redis.eval(_PUBLISH_VERSION, 1, key, channel, text, version, VERSION_SECONDS)
    return bool(done)


def publish_resync(redis: Redis, *channels: str) -> None:
    """Tell whoever hears these channels to read again: a notice for them got lost.

    What users could catch up on is forgotten with it; they are told where their notices come, so
    that none of a new numbering is in front. Everybody is told when notices of several products got
    lost: most clients follow them all. One step for Redis, and needs no memory in it. One round
    trip. Raises redis.RedisError.
    """
    text = encode(stamp({"type": "resync"}))
    of_users = {channel for channel in channels if channel.startswith(USER)}
    others = set(channels) - of_users
    with redis.pipeline(transaction=True) as pipe:
        for channel in of_users:
            pipe.delete(_stream(int(channel.removeprefix(USER))))
            pipe.publish(channel, text)
        for channel in others if len(others) < 2 else (EVERYONE,):
            pipe.publish(channel, text)
        pipe.execute()


def publish_everyone(redis: Redis, message: dict[str, Any]) -> None:
    """Send `message` to every socket of every process. Raises redis.RedisError."""
    redis.publish(EVERYONE, encode(stamp(message)))


def publish_echo(redis: Redis, mark: str) -> None:
    """Write and publish `mark` for the relay that hears it to know that it hears what is published.

    A demoted master publishes, but does not write. Raises redis.ConnectionError for that, and other
    redis.RedisError.
    """
    with suppress(ResponseError):  # full
        redis.set(ECHO_KEY, mark, ex=ECHO_SECONDS)
    redis.publish(CONTROL, encode({"echo": mark}))


def publish_control(redis: Redis, command: dict[str, Any]) -> None:
    """Tell every web process to close sockets. Raises redis.RedisError.

    `command` is {"close_user": user_id, "code": 4401, "reason": "..."} or the same with
    {"close_session": "session id"}; code and reason go into the close frame.
    """
    redis.publish(CONTROL, encode(command))


def missed_since(redis: Redis, user_id: int, seq: int) -> tuple[list[str], list[str]] | None:
    """The texts remembered of those sent to the user up to notice `seq`, and all after it; each
    oldest first.

    None when what came after it is no longer all known. Raises redis.RedisError.
    """
    entries = cast(list[Any], redis.xrange(_stream(user_id)))
    texts = [fields["text"] for _, fields in entries]
    for place, (key, _) in enumerate(entries, 1):
        if key == f"{seq}-0":
            return texts[:place], texts[place:]
    return None


def stamp(message: dict[str, Any]) -> dict[str, Any]:
    """`message` with the time and the unique id every notice carries."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return message | {"timestamp": now, "message_id": str(ULID())}


def encode(message: dict[str, Any]) -> str:
    """Compact JSON."""
    return orjson.dumps(message).decode()


def _stream(user_id: int) -> str:
    return f"nq:{user_id}"
