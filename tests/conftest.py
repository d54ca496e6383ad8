"""A real MariaDB and a real Redis for every test; an app with the contract's settings on them."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from celery import Celery
from flask import Flask

from devstack.folders import scratch_folder
from devstack.mariadb import mariadb_server
from devstack.redis import redis_server
from tests.client import ApiClient
from tests.factories import Factory
from tests.kept import KeptApps
from tests.lock_watch import watch

TEST_ENVIRONMENT = {
    "APP_ENV": "test",
    "JWT_SECRET": "access-secret-of-the-test-suite-0123456789",
    "JWT_REFRESH_SECRET": "refresh-secret-of-the-test-suite-987654321",
    "ENCRYPTION_KEY": "5f" * 4 + "0123456789abcdef" * 3 + "a1b2c3d4",
    "LOG_LEVEL": "WARNING",
    "PUBLIC_URL": "http://localhost",
}
FUZZ_SECONDS = 60
watch()
os.environ["FLASK_SKIP_DOTENV"] = "1"  # a developer's own .env is no part of the tests


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--fuzz-seconds",
        type=int,
        default=FUZZ_SECONDS,
        metavar="N",
        help=f"make up requests for N seconds, other ones each time (default {FUZZ_SECONDS}, "
        "the same ones each time)",
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if metafunc.definition.get_closest_marker("also_on_sqlite"):
        databases = ["mariadb", "sqlite"]
        metafunc.parametrize("database_url", databases, indirect=True, scope="session")


@pytest.fixture(scope="session")
def scratch() -> Iterator[Path]:
    with scratch_folder() as folder:
        yield folder


@pytest.fixture(scope="session")
def mariadb_url(scratch: Path) -> Iterator[str]:
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    with mariadb_server(scratch / "mariadb") as server:
        yield server.url


@pytest.fixture(scope="session")
def database_url(request: pytest.FixtureRequest, scratch: Path) -> str:
    """MariaDB's; with the marker `also_on_sqlite`, SQLite's for the second time."""
    if getattr(request, "param", "mariadb") == "sqlite":
        return f"sqlite:///{scratch / 'points.db'}"
    return request.getfixturevalue("mariadb_url")


@pytest.fixture(scope="session")
def redis_url(scratch: Path) -> Iterator[str]:
    given = os.environ.get("TEST_REDIS_URL")
    if given:
        yield given
        return
    with redis_server(scratch / "redis") as server:
        yield server.url


@pytest.fixture(scope="session")
def environment(database_url: str, redis_url: str, scratch: Path) -> dict[str, str]:
    """What every process of the suite runs with."""
    return {
        **TEST_ENVIRONMENT,
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "STORAGE_DIR": str(scratch / "storage"),
    }


@pytest.fixture(scope="session")
def databases_made() -> set[str]:
    return set()


@pytest.fixture(scope="session")
def migrated(environment: dict[str, str], databases_made: set[str]) -> None:
    """The tables, made by the migrations themselves."""
    from flask_migrate import upgrade

    from points_app import create_app
    from points_app.config import Settings

    if environment["DATABASE_URL"] in databases_made:
        return  # pytest sets this up again whenever it changes from one database to the other
    app = create_app(Settings.from_env(environment))
    with app.app_context():
        upgrade()
    databases_made.add(environment["DATABASE_URL"])


@pytest.fixture
def settings_override() -> dict[str, str]:
    """Overridden by tests that need other settings."""
    return {}


@pytest.fixture(scope="session")
def kept_apps() -> KeptApps:
    return KeptApps()


@pytest.fixture
def app(
    environment: dict[str, str],
    migrated: None,
    settings_override: dict[str, str],
    kept_apps: KeptApps,
) -> Iterator[Flask]:
    """An app as new on an empty database with the wheel and the catalogue loaded."""
    with kept_apps.as_new({**environment, **settings_override}) as app:
        yield app


@pytest.fixture(scope="session")
def celery_app(environment: dict[str, str]) -> Celery:
    """The worker's Celery application with its tasks, loaded into this process."""
    with pytest.MonkeyPatch.context() as patch:
        for name, text in environment.items():
            patch.setenv(name, text)
        from worker.app import celery

        celery.loader.import_default_modules()
    return celery


@pytest.fixture
def make(app: Flask) -> Factory:
    """Makes guests, merchants, products, ... : `make.guest(points=700)`."""
    return Factory(app)


@pytest.fixture
def anonymous(app: Flask) -> ApiClient:
    return ApiClient(app)
