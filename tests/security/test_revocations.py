"""An end of a session is in force here at once and everywhere soon, whatever Redis does."""

import time
from datetime import timedelta
from functools import partial

import pytest
from redis import Redis

from points_app import create_app, freshness
from points_app.config import Settings
from points_app.database.session import db, transactional
from points_app.models.accounts import AuthSession
from points_app.services.accounts import revocations, sessions
from tests.client import ApiClient
from tests.fakes import cut_off_from_redis

ME = "/api/auth/verify-token"


@pytest.fixture
def twin(app, environment, settings_override):
    """Another process of the service."""
    twin = create_app(Settings.from_env({**environment, **settings_override}))
    yield twin
    with twin.app_context():
        db.engine.dispose()


@pytest.fixture(params=["full", "cut off"])
def trouble(request, app, redis_url):
    """Redis refuses what needs memory, or this process alone cannot reach it; call it to begin."""
    with Redis.from_url(redis_url) as redis:

        def full():
            redis.config_set("maxmemory", "1")

        yield full if request.param == "full" else partial(cut_off_from_redis, app)
        redis.config_set("maxmemory", "0")


def ban(app, make, guest):
    make.admin().post(f"/api/admin/users/{guest.user_id}/ban", {"reason": "作弊"}).ok()


def log_out(app, make, guest):
    guest.post("/api/auth/logout").ok()


def end_all(app, make, guest):
    with app.app_context():
        transactional(sessions.revoke_all)(guest.user_id)


@pytest.mark.parametrize(("end", "code"), [(ban, 1005), (log_out, 2002), (end_all, 2002)])
def test_an_end_is_in_force_here_at_once_and_there_at_the_next_look(
    app, twin, make, trouble, end, code
):
    guest, staying = make.guest(), make.guest()
    there = ApiClient(twin, guest.token, guest.user_id)
    for client in (guest, there, staying):
        client.get(ME).ok()
    twin.extensions["revocations"].look()
    trouble()
    end(app, make, guest)
    assert guest.get(ME).code == code
    twin.extensions["revocations"].look()
    assert there.get(ME).code == code
    assert there.post("/api/lottery/draw", {}).code == code
    staying.get(ME).ok()


def test_a_process_that_cannot_look_trusts_its_memory_a_few_seconds(
    app, twin, make, trouble, monkeypatch
):
    guest = make.guest()
    there = ApiClient(twin, guest.token, guest.user_id)
    there.get(ME).ok()
    trouble()
    log_out(app, make, guest)
    later = time.monotonic() + revocations.REACHES_SECONDS
    monkeypatch.setattr(freshness.time, "monotonic", lambda: later)
    assert there.get(ME).code == 2002


def test_what_is_being_loaded_while_a_session_ends_is_not_remembered(app):
    with app.app_context():
        memory = freshness.Memory()

        def load(_):
            memory.forget("s")
            return "in"

        assert memory.get("of this test", load, key="s") == "in"
        assert memory.get("of this test", lambda _: "out", key="s") == "out"


def test_a_commit_that_comes_late_is_found_by_a_later_look(app, make):
    """`revoked_at` is from before the commit: looks go back further than a transaction lasts."""
    guest, heard = make.guest(), []
    watch = revocations.Watch(app, heard.append)
    watch.look()
    guest.post("/api/auth/logout").ok()
    with app.app_context():
        session = db.session.query(AuthSession).where(AuthSession.revoked_at.is_not(None)).one()
        session.revoked_at -= revocations.LOOK_BACK - timedelta(seconds=10)
        db.session.commit()
    watch.look()
    watch.look()
    assert len(heard) == 1


def test_looks_use_the_index(app):
    with app.app_context():
        query = "EXPLAIN SELECT session_id FROM auth_sessions WHERE revoked_at >= '2026-01-01'"
        plan = db.session.execute(db.text(query)).mappings().one()
    assert plan["key"] == "ix_auth_sessions_revoked_at"
