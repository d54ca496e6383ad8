"""`flask doctor` names what is wrong: each test plants one fault."""

import contextlib
import dataclasses
import os
from datetime import timedelta

import pytest
from sqlalchemy import create_engine, insert, select, text
from sqlalchemy.engine import make_url

from devstack.redis import redis_server
from points_app import create_app
from points_app.clients.baidu import BaiduOcr
from points_app.clients.redis import make_redis
from points_app.clients.sms.tencent import TencentSms
from points_app.clients.storage.base import AccessRefused, ObjectMissing
from points_app.clients.storage.local import LocalStorage
from points_app.clients.storage.s3 import S3Storage
from points_app.config import Settings
from points_app.database.session import db, utcnow
from points_app.models.points import ProofRun
from points_app.models.receipts import Receipt
from points_app.services import decoding
from points_app.services.operations import doctor, figures
from points_app.services.operations.doctor import State, server
from points_app.services.receipts import storing
from tests.receipts_in import hand_in


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """No worker runs here: there is nobody to wait for."""
    monkeypatch.setattr(doctor.outside, "WORKER_PATIENCE_SECONDS", 0.05)


def examine(app):
    """The findings by name."""
    with app.app_context():
        return {finding.name: finding for finding in doctor.examine()}


def failing(app):
    return {name: found for name, found in examine(app).items() if found.state is State.FAILED}


def with_part(app, **changes):
    app.extensions["parts"] = dataclasses.replace(app.extensions["parts"], **changes)


def variant(environment, **changes):
    return create_app(Settings.from_env({**environment, **changes}))


@contextlib.contextmanager
def as_admin(environment):
    """A connection with every right on the server of the suite."""
    engine = create_engine(environment["DATABASE_URL"], isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.fixture
def limited_user(environment):
    """The URL of a user who may only read."""
    with as_admin(environment) as admin:
        for statement in (
            "CREATE OR REPLACE USER reader@'127.0.0.1' IDENTIFIED BY 'secret'",
            "GRANT SELECT ON points.* TO reader@'127.0.0.1'",
        ):
            admin.execute(text(statement))
        url = make_url(environment["DATABASE_URL"]).set(username="reader", password="secret")
        yield url.render_as_string(hide_password=False)
        admin.execute(text("DROP USER reader@'127.0.0.1'"))


def test_a_sound_installation_has_no_failure_but_a_missing_worker(app):
    assert set(failing(app)) == {"worker"}
    assert failing(app)["worker"].advice == "start the Procfile's worker, or restart it"


def test_wrong_password(environment):
    url = make_url(environment["DATABASE_URL"]).set(username="root", password="wrong")
    app = variant(environment, DATABASE_URL=url.render_as_string(hide_password=False))
    found = examine(app)
    assert found["database"].state is State.FAILED and "DB_PASSWORD" in found["database"].advice
    assert found["grants"].state is found["books"].state is State.SKIPPED


def test_a_user_without_rights(environment, migrated, limited_user):
    app = variant(environment, DATABASE_URL=limited_user)
    found = failing(app)["grants"]
    assert found.detail == "missing: DELETE, INSERT, UPDATE" and found.advice.startswith("GRANT")


def test_a_user_with_too_many_rights_is_a_warning(app):
    found = examine(app)["grants"]
    assert found.state is State.WARNING and "ALL PRIVILEGES" in found.detail


def test_tables_of_an_older_version(app, environment):
    with as_admin(environment) as admin:
        head = admin.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
        admin.execute(text("UPDATE alembic_version SET version_num = '0000'"))
        try:
            found = examine(app)
        finally:
            admin.execute(text("UPDATE alembic_version SET version_num = :head"), {"head": head})
    assert found["migrations"].state is State.FAILED
    assert found["migrations"].advice == "run: flask db upgrade"
    assert found["books"].state is State.SKIPPED


def test_a_server_that_is_not_strict(environment, migrated):
    with as_admin(environment) as admin:
        (mode,) = admin.execute(text("SELECT @@GLOBAL.sql_mode")).one()
        admin.execute(text("SET GLOBAL sql_mode = ''"))
        try:
            found = failing(variant(environment))
        finally:
            admin.execute(text(f"SET GLOBAL sql_mode = '{mode}'"))
    assert "strict" in found["database settings"].detail


def test_a_pool_larger_than_the_users_limit(app, environment, migrated):
    with as_admin(environment) as admin:
        admin.execute(text("CREATE OR REPLACE USER few@'127.0.0.1' IDENTIFIED BY 'secret'"))
        admin.execute(text("GRANT ALL ON points.* TO few@'127.0.0.1' WITH MAX_USER_CONNECTIONS 20"))
        url = make_url(environment["DATABASE_URL"]).set(username="few", password="secret")
        few = variant(environment, DATABASE_URL=url.render_as_string(hide_password=False))
        found = examine(few)["connections"]
        with few.app_context():
            db.engine.dispose()
        admin.execute(text("DROP USER few@'127.0.0.1'"))
    assert found.state is State.WARNING and "may take 68" in found.detail
    assert found.advice.startswith("max_user_connections = 68 or more")
    assert examine(app)["connections"].state is State.OK


def test_a_clock_that_is_off(app, monkeypatch):
    monkeypatch.setattr(server, "utcnow", lambda: utcnow() + timedelta(seconds=90))
    assert "NTP" in failing(app)["clock"].advice


def test_redis_that_is_gone(app):
    with_part(app, redis=make_redis("redis://127.0.0.1:1/0"))
    found = examine(app)
    assert "REDIS_URL" in found["redis"].advice and found["worker"].state is State.SKIPPED


def test_redis_that_forgets(app, tmp_path):
    with redis_server(tmp_path) as server, make_redis(server.url) as client:
        client.config_set("maxmemory-policy", "allkeys-lru")
        with_part(app, redis=client)
        found = failing(app)["redis"]
    assert "allkeys-lru" in found.detail and "noeviction" in found.advice


def test_a_bucket_that_refuses_us(app):
    nowhere = S3Storage("http://127.0.0.1:1", "receipts", "key", "secret", "us-east-1")
    with_part(app, storage=nowhere)
    assert "SEALOS_*" in failing(app)["storage"].advice


def test_a_disk_that_is_full_soon(app, tmp_path, monkeypatch):
    storage = LocalStorage(tmp_path)
    monkeypatch.setattr(LocalStorage, "used_ratio", lambda self: 0.93)
    with_part(app, storage=storage)
    found = examine(app)["storage"]
    assert found.state is State.WARNING and "93%" in found.detail


def test_a_bucket_that_hides_what_is_missing(app, tmp_path, monkeypatch):
    storage = LocalStorage(tmp_path)
    get = storage.get

    def hiding(key):
        try:
            return get(key)
        except ObjectMissing:
            raise AccessRefused("AccessDenied") from None

    monkeypatch.setattr(storage, "get", hiding)
    with_part(app, storage=storage)
    found = examine(app)["storage"]
    assert found.state is State.WARNING and "s3:ListBucket" in found.advice


def test_pictures_that_storage_lost(app, make):
    upload_id = hand_in(make.guest())
    with app.app_context():
        storing.store(upload_id)
        key = db.session.scalar(select(Receipt.object_key))
    assert examine(app)["pictures"].detail == "the last 1 are in storage"
    app.extensions["parts"].storage.delete(key)
    found = failing(app)["pictures"]
    assert found.detail.startswith("1 of the last 1 are gone") and key in found.detail


def test_a_database_that_takes_no_large_picture(environment, migrated):
    with as_admin(environment) as admin:
        (size,) = admin.execute(text("SELECT @@GLOBAL.max_allowed_packet")).one()
        admin.execute(text("SET GLOBAL max_allowed_packet = 1048576"))
        try:
            found = examine(variant(environment))["packet"]
        finally:
            admin.execute(text(f"SET GLOBAL max_allowed_packet = {size}"))
    assert found.state is State.WARNING and "1048576" in found.detail
    assert "max_allowed_packet = 16M" in found.advice


def test_a_decoder_that_does_not_start(app, monkeypatch):
    assert examine(app)["decoder"].state is State.OK
    decoding._decoders.pop(os.getpid()).close()
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    assert failing(app)["decoder"].detail == "ServiceUnavailable"


def test_a_reader_that_is_not_installed(app):
    settings = app.extensions["parts"].settings
    with_part(app, settings=settings.model_copy(update={"reading_engine": "no-such-engine"}))
    assert "worker" in failing(app)["reader"].advice


def test_baidu_that_refuses_our_keys(app):
    with_part(app, ocr=BaiduOcr("key", "secret", endpoint="http://127.0.0.1:1"))
    assert "OCR_API_KEY" in failing(app)["baidu"].advice


def test_sms_credentials_that_are_refused(app):
    app.extensions["parts"].sms.broken = True
    assert "SMS_ACCESS_KEY_SECRET" in failing(app)["sms"].advice
    nowhere = TencentSms("id", "key", "app", "sign", "1", endpoint="http://127.0.0.1:1")
    with_part(app, sms=nowhere)
    assert "cannot connect" in failing(app)["sms"].detail


def test_weak_secrets(environment, migrated):
    found = examine(variant(environment, JWT_SECRET="short"))
    assert found["secrets"].state is State.WARNING


def test_books_that_do_not_balance(app):
    row = {"started_at": utcnow(), "milliseconds": 1, "rows_checked": 9, "offender_count": 2}
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(insert(ProofRun), {**row, "verdicts": []})
    assert "2 rows were wrong" in failing(app)["books"].detail


@pytest.fixture
def answering(monkeypatch):
    """A worker answers pings; whether it works is another question."""
    control = doctor.outside.producer.control
    monkeypatch.setattr(control, "ping", lambda timeout: [{"worker@host": {"ok": "pong"}}])
    monkeypatch.setattr(doctor.outside, "WORK_PATIENCE_SECONDS", 1)
    monkeypatch.setattr(doctor.outside, "BEAT_PATIENCE_SECONDS", 0)


def test_figures_tell_beat_is_alive(app, answering):
    with app.app_context():
        figures.gather()
    assert examine(app)["beat"].state is State.OK


def test_a_worker_that_answers_and_does_nothing(app, answering):
    found = failing(app)["worker"]
    assert found.detail == "1 answering, and none did a task within 1 s"


def test_a_redis_that_is_a_replica(app, tmp_path):
    with (
        redis_server(tmp_path, replicaof="127.0.0.1 1") as server,
        make_redis(server.url) as client,
    ):
        with_part(app, redis=client)
        found = failing(app)["redis"]
    assert "takes no writes" in found.detail


def test_a_redis_cluster(app, tmp_path):
    with redis_server(tmp_path, cluster_enabled="yes") as server, make_redis(server.url) as client:
        with_part(app, redis=client)
        found = failing(app)["redis"]
    assert "names a Redis cluster" in found.detail


def test_the_command_exits_1_and_says_what_to_do(app):
    result = app.test_cli_runner().invoke(args=["doctor"])
    assert result.exit_code == 1
    assert "-> start the Procfile's worker" in result.output
    assert "1 failed" in result.output
