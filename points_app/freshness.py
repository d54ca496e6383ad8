"""What a process may remember of the database, and how it learns that it changed.

Behind each remembered thing stands a version in Redis: a random name that is replaced after every
commit that changes the thing, before the change is answered. A process uses what it remembers only
while Redis names the version it was read under. The versions come with the limits that every
request asks Redis about anyway (points_app.http.limits), so remembering costs no round trip.

Redis holds no truth here. When it is out of reach nothing is remembered and the database is asked;
a version that got lost is replaced by a new one, which matches nothing. Should a change find Redis
gone, or unwilling to write, its own process forgets everything at once; FRESH_SECONDS bounds how
long others can be wrong that still reach Redis, and for sessions the database itself tells them
sooner (services/accounts/revocations.py). What must be right (a product's price, stock, the
wheel, a balance) the transaction checks again.
"""

import logging
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any, Generic, TypeVar, cast

from flask import current_app, g, has_app_context
from redis import RedisError
from sqlalchemy import event, inspect

from points_app.database.session import after_commit, is_writing
from points_app.extensions import parts
from points_app.models.accounts import AuthSession, User
from points_app.models.exchange import Product
from points_app.models.lottery import Prize

log = logging.getLogger(__name__)
T = TypeVar("T")

WHEEL = "wheel"
CATALOGUE = "catalogue"
FRESH_SECONDS = 60.0
KEPT_SECONDS = 86_400
MEMORIES = "memories"

# The version under `key`; one that has none is given `name`, which nobody used before. The script
# of the limits begins with it.
READ = f"""
local function version(key, name)
  local known = redis.call('GET', key)
  if known then return known end
  redis.call('SET', key, name, 'EX', {KEPT_SECONDS})
  return name
end
"""
# KEYS: versions. ARGV: the name. Answers what each version is.
_READ_ALL = f"""{READ}
local versions = {{}}
for i, key in ipairs(KEYS) do versions[i] = version(key, ARGV[1]) end
return versions
"""


def account(user_id: int) -> str:
    """The version of an account: its status and roles, and whether its sessions were ended."""
    return f"user:{user_id}"


def key(name: str) -> str:
    """Where Redis keeps a version."""
    return f"v:{name}"


def learned(names: Sequence[str], versions: Sequence[str | None]) -> None:
    """Note what the versions are, None where Redis did not say, for the rest of this request."""
    _known().update(zip(names, versions, strict=True))


def current(name: str) -> str | None:
    """The version in force; None while Redis does not answer."""
    known = _known()
    if name not in known:
        known[name] = _ask(name)
    return known[name]


def _ask(name: str) -> str | None:
    try:
        script = parts.redis.register_script(_READ_ALL)
        versions = script(keys=[key(name)], args=[secrets.token_hex(8)])
    except RedisError:
        return None
    return cast(str, versions[0])


def changed(*names: str) -> None:
    """What these versions stand for changes with the running transaction."""
    after_commit(lambda: _replace(names))


def _replace(names: Sequence[str]) -> None:
    _known().clear()
    try:
        with parts.redis.pipeline(transaction=False) as pipe:
            for name in names:
                pipe.set(key(name), secrets.token_hex(8), ex=KEPT_SECONDS)
            pipe.execute()
    except RedisError as error:
        log.warning("version_not_replaced", extra={"error": type(error).__name__})
        for memory_here in current_app.extensions.get(MEMORIES, {}).values():
            memory_here.forget()


def _known() -> dict[str, str | None]:
    return g.setdefault("versions", {}) if has_app_context() else {}


@dataclass(frozen=True, slots=True)
class _Remembered(Generic[T]):
    value: T
    version: str | None
    loaded_at: float


class Memory(Generic[T]):
    """Up to `size` values of one process, each used only while its version is in force."""

    def __init__(self, size: int = 1) -> None:
        self._size = size
        self._values: dict[Any, _Remembered[T]] = {}
        self._changing = Lock()
        self._forgotten = 0

    def get(
        self,
        version_name: str,
        load: Callable[[T | None], T],
        key: Any = None,
        fresh: float = FRESH_SECONDS,
    ) -> T:
        """The value under `key`, by `load` when it is not known, may have changed, or was loaded
        more than `fresh` seconds ago; `load` gets the value known before, if any."""
        version, forgotten, now = current(version_name), self._forgotten, time.monotonic()
        found = self._values.get(key)
        in_force = found and version is not None and found.version == version
        if found and in_force and found.loaded_at + fresh > now:
            return found.value
        value = load(found.value if found else None)
        self._remember(key, _Remembered(value, version, now), forgotten)
        return value

    def forget(self, *keys: Any) -> None:
        """Load the values under `keys` anew at their next use, all values without a key. A value
        that is being loaded at this moment is not remembered either."""
        with self._changing:
            self._forgotten += 1
            for key in keys:
                self._values.pop(key, None)
            if not keys:
                self._values.clear()

    def amend(self, before: T, value: T, key: Any = None) -> None:
        """Remember `value` in place of `before`, as long as that would be; not in place of one
        that was loaded meanwhile and may know more."""
        with self._changing:
            found = self._values.get(key)
            if found and found.value is before:
                self._values[key] = replace(found, value=value)

    def _remember(self, key: Any, value: _Remembered[T], forgotten: int) -> None:
        with self._changing:
            if forgotten != self._forgotten:
                return
            self._values.pop(key, None)
            if len(self._values) >= self._size:
                self._values.pop(next(iter(self._values)))
            self._values[key] = value


def memory(name: str, size: int = 1) -> Memory[Any]:
    """What this app remembers under `name`."""
    known = current_app.extensions.setdefault(MEMORIES, {})
    return known.get(name) or known.setdefault(name, Memory(size))


def _watch(model: Any, name: Callable[[Any], str], columns: frozenset[str] | None = None) -> None:
    """Every change through the ORM announces itself; Core statements call `changed`."""

    def note(_mapper: Any, _connection: Any, row: Any) -> None:
        attributes = inspect(row).attrs
        relevant = columns is None or any(attributes[c].history.has_changes() for c in columns)
        if relevant and is_writing():
            changed(name(row))

    for happening in ("after_insert", "after_update", "after_delete"):
        event.listen(model, happening, note)


_watch(Prize, lambda _: WHEEL)
_watch(Product, lambda _: CATALOGUE)
_watch(User, lambda user: account(user.user_id), frozenset({"status", "is_merchant", "is_admin"}))
_watch(AuthSession, lambda session: account(session.user_id), frozenset({"revoked_at"}))
