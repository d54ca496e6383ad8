"""The doctor before parts that answer and do not work, or do not answer."""

import threading

import pytest

from devstack.redis import redis_server
from points_app.clients.redis import make_redis
from points_app.clients.storage.local import LocalStorage
from points_app.services.operations import doctor
from points_app.services.operations.doctor import State
from tests.services.test_doctor import examine, impatient, with_part  # noqa: F401


def test_a_redis_that_is_full(app, tmp_path):
    with redis_server(tmp_path, maxmemory="1") as server, make_redis(server.url) as full:
        with_part(app, redis=full)
        found = examine(app)["redis"]
    assert found.state is State.FAILED
    assert "answers, and refuses: command not allowed" in found.detail
    assert "make room" in found.advice


@pytest.fixture
def hanging(app, monkeypatch):
    """A storage that does not answer before the test is over."""
    monkeypatch.setattr(doctor.storage, "STORAGE_PATIENCE_SECONDS", 0.1)
    over = threading.Event()

    class Hanging(LocalStorage):
        def check(self):
            over.wait(60)

    with_part(app, storage=Hanging(app.extensions["parts"].settings.storage_dir))
    yield
    over.set()


def test_a_storage_that_hangs_is_asked_once(app, hanging):
    found = examine(app)
    assert found["storage"].detail == "no answer in 0.1 s"
    assert found["pictures"].state is State.SKIPPED


def test_what_production_can_run_without_and_should_not(app):
    settings = app.extensions["parts"].settings
    with_part(app, settings=settings.model_copy(update={"app_env": "production", "public_url": ""}))
    found = examine(app)
    assert found["storage"].state is State.WARNING and "SEALOS_BUCKET" in found["storage"].detail
    assert found["proxies"].state is State.WARNING and "PUBLIC_URL" in found["proxies"].detail
