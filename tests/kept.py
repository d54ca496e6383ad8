"""Applications that are made once for their settings and are as new for each test.

Making one takes twenty times as long as renewing it. What an app or the process remembers is put
back by name below; a new thing of that kind belongs here too.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from threading import Thread

from flask import Flask
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from sqlalchemy import Connection, select, text

from points_app import create_app
from points_app.clients.redis import make_redis
from points_app.config import Settings
from points_app.database.session import db
from points_app.extensions import jwt, limiter, producer
from points_app.logs import configure_logging
from points_app.notices.publisher import Publisher
from points_app.services.accounts.revocations import Watch
from points_app.services.operations import seeding
from points_app.services.privacy import keys
from tests.fakes import RecordingSms

BROKER = ("broker_url", "broker_transport_options")


# Tests share two cores with others: a Redis that takes its time is not gone.
REDIS_PATIENCE_SECONDS = 5.0


class KeptApps:
    """The apps of one test session, by their environment."""

    def __init__(self) -> None:
        self._apps: dict[frozenset[tuple[str, str]], KeptApp] = {}
        self._leaving: Thread | None = None

    @contextmanager
    def as_new(self, variables: Mapping[str, str]) -> Iterator[Flask]:
        """The app with this environment, on an empty database with the first data."""
        key = frozenset(variables.items())
        if key not in self._apps:
            self._apps[key] = KeptApp(Settings.from_env(variables))
        kept = self._apps[key]
        kept.renew()
        self._wait_for_last_notices()
        kept.app.extensions["parts"].redis.flushdb()
        yield kept.app
        # Beside the next renewal: what a test publishes last is not for the next one to hear.
        self._leaving = Thread(target=kept.app.extensions["publisher"].close)
        self._leaving.start()
        with kept.app.app_context():
            db.engine.dispose()  # also of connections that a test left in use or broken

    def _wait_for_last_notices(self) -> None:
        if self._leaving is not None:
            self._leaving.join()


class KeptApp:
    """An app, and how everything was when it was new: what hangs on it, what the extensions of the
    process were bound to, and the rows of its first data."""

    def __init__(self, settings: Settings) -> None:
        self.app = create_app(settings)
        self.app.testing = False  # failures must become envelopes, as in production
        patient = make_redis(settings.redis_url, timeout=REDIS_PATIENCE_SECONDS)
        self.app.extensions["parts"] = replace(self.app.extensions["parts"], redis=patient)
        with self.app.app_context():
            empty_database()
            seeding.load_first_data()
            keys.check()
            db.session.remove()
            with db.engine.connect() as connection:
                self._first_data = FirstData(connection)
        self._attributes = dict(vars(self.app))
        self._config = dict(self.app.config)
        self._extensions = dict(self.app.extensions)
        self._bound = [(each, dict(vars(each))) for each in (jwt, limiter)]
        self._broker = {name: producer.conf[name] for name in BROKER}

    def renew(self) -> None:
        """Make everything as it was, in this process and in the database."""
        self._rebind()
        self._forget()
        with self.app.app_context(), db.engine.begin() as connection:
            self._first_data.put_back(connection)

    def _rebind(self) -> None:
        """What a process has once is bound to the app that was made last: bind it to this one."""
        configure_logging(self.app.config["SETTINGS"])
        for extension, attributes in self._bound:
            vars(extension).update(attributes)
        for name, value in self._broker.items():
            producer.conf[name] = value

    def _forget(self) -> None:
        """What the app has learned since, and what a test has changed on it."""
        vars(self.app).update(self._attributes)
        for changed, new in (
            (self.app.config, self._config),
            (self.app.extensions, self._extensions),
        ):
            changed.clear()
            changed.update(new)
        parts, watch = self._extensions["parts"], self._extensions["revocations"]
        self.app.extensions.update(
            parts=RecordingSms.installed_in(parts),
            publisher=Publisher(parts.redis),
            local_limiter=MovingWindowRateLimiter(MemoryStorage()),
            revocations=Watch(self.app, watch._ended),
        )


class FirstData:
    """The rows of every table when it was captured, as the service itself has loaded them."""

    def __init__(self, connection: Connection) -> None:
        self._rows = {
            table: [dict(row) for row in connection.execute(select(table)).mappings()]
            for table in db.metadata.sorted_tables
        }
        self._checksums = _checksums(connection)

    def put_back(self, connection: Connection) -> None:
        """Have these rows again and no others. Tables in which nothing has changed stay alone."""
        now = _checksums(connection)
        tables = [t for t in self._rows if not now or now[t.name] != self._checksums[t.name]]
        with _foreign_keys_unchecked(connection):
            for table in reversed(tables):
                connection.execute(table.delete())
            for table in tables:
                if self._rows[table]:
                    connection.execute(table.insert(), self._rows[table])


def empty_database() -> None:
    """Delete every row; the tables stay."""
    with db.engine.begin() as connection, _foreign_keys_unchecked(connection):
        for table in reversed(db.metadata.sorted_tables):
            connection.execute(table.delete())


def _checksums(connection: Connection) -> dict[str, int]:
    """What the server says of the rows of each table, in one statement; nothing on SQLite."""
    if connection.dialect.name != "mysql":
        return {}
    names = [table.name for table in db.metadata.sorted_tables]
    found = connection.execute(text(f"CHECKSUM TABLE {', '.join(names)}"))
    return dict(zip(names, (checksum for _, checksum in found), strict=True))


@contextmanager
def _foreign_keys_unchecked(connection: Connection) -> Iterator[None]:
    """On MySQL, where only a part of the tables is emptied. On SQLite it is all of them."""
    if connection.dialect.name == "mysql":
        connection.execute(text("SET foreign_key_checks = 0"))
    yield
    if connection.dialect.name == "mysql":
        connection.execute(text("SET foreign_key_checks = 1"))
