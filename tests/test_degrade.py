"""What still works while something under the service is gone, and that it heals by itself."""

import os
import re
import signal
import socket
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from devstack.mariadb import mariadb_server
from devstack.process import wait_until
from devstack.redis import redis_server
from points_app.clients.redis import make_redis
from points_app.database import errors
from points_app.database import session as database
from tests.client import ApiClient
from tests.conftest import TEST_ENVIRONMENT
from tests.factories import Factory
from tests.fakes import RecordingSms
from tests.kept import empty_database
from tests.receipts_in import blank, send

REMEMBERED = {"lottery.config", "exchange.products", "exchange.product", "exchange.categories"}
HEALED_WITHIN = 10.0
READS = ("/api/lottery/config", "/api/exchange/products", "/api/points/records", "/api/user/info")


@pytest.fixture(scope="module")
def servers(tmp_path_factory):
    """A MariaDB and a Redis of their own, to be broken."""
    folder = tmp_path_factory.mktemp("servers")
    with mariadb_server(folder / "db") as mariadb, redis_server(folder / "redis") as redis:
        migrate(mariadb.url, redis.url, folder)
        yield mariadb, redis


def make_app(database_url: str, redis_url: str, folder: Path):
    from points_app import create_app
    from points_app.config import Settings

    environment = {
        **TEST_ENVIRONMENT,
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "STORAGE_DIR": str(folder / "storage"),
        "RATE_LIMIT_API": "1000",
    }
    app = create_app(Settings.from_env(environment))
    app.testing = False
    app.extensions["parts"] = RecordingSms.installed_in(app.extensions["parts"])
    return app


def migrate(database_url: str, redis_url: str, folder: Path) -> None:
    from flask_migrate import upgrade

    with make_app(database_url, redis_url, folder).app_context():
        upgrade()


@pytest.fixture
def app(servers, tmp_path):
    from points_app.database.session import db
    from points_app.services.operations import seeding

    mariadb, redis = servers
    app = make_app(mariadb.url, redis.url, tmp_path)
    with app.app_context():
        empty_database()
        app.extensions["parts"].redis.flushdb()
        seeding.load_first_data()
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def guest(app):
    return Factory(app).guest(points=5000)


def is_503(answer) -> bool:
    return answer.status == 503 and int(answer.headers["Retry-After"]) >= 1


class TestWithoutRedis:
    @pytest.fixture(autouse=True)
    def gone(self, servers, guest):
        redis = servers[1]
        redis.kill()
        yield
        redis.kill()
        redis.start()

    def test_guests_go_on(self, guest):
        assert guest.post("/api/lottery/draw", {}).code == 0
        assert guest.post("/api/exchange/redeem", {"commodity_id": 1}).code in (0, 4001)
        assert [guest.get(path).code for path in READS] == [0] * len(READS)

    def test_uploads_are_accepted(self, guest):
        assert send(guest, blank()).ok()["processing_status"] == "queued"

    def test_limits_are_counted_in_the_process(self, guest):
        codes = [guest.post("/api/lottery/draw", {}).code for _ in range(4)]
        assert codes == [0, 0, 0, 3002]

    def test_logins_and_codes_wait(self, app):
        anonymous = ApiClient(app)
        body = {"phone": "13800000077", "code": "123456"}
        assert is_503(anonymous.post("/api/auth/login", body))
        assert is_503(anonymous.post("/api/auth/send-code", {"phone": body["phone"]}))

    def test_it_heals(self, servers, app, guest):
        assert guest.post("/api/lottery/draw", {}).code == 0
        servers[1].start()
        anonymous = ApiClient(app)
        wait_until(
            lambda: anonymous.post("/api/auth/send-code", {"phone": "13800000078"}).code == 0,
            HEALED_WITHIN,
            "codes",
        )


def test_a_redis_that_hangs_is_waited_for_once_a_request(app, guest):
    """Every further question would cost a guest the timeout again."""
    with socket.create_server(("127.0.0.1", 0)) as hanging:
        redis = make_redis(f"redis://127.0.0.1:{hanging.getsockname()[1]}/0")
        app.extensions["parts"] = replace(app.extensions["parts"], redis=redis)
        guest.get("/api/exchange/products").ok()
        hanging.setblocking(False)
        hanging.accept()[0].close()
        with pytest.raises(BlockingIOError):
            hanging.accept()


def ask_everything(app, guest):
    """One answer of every endpoint of the API that a guest may try; {endpoint: answer}."""
    from points_app.http import AREAS

    operations = {name: each for area in AREAS for name, each in area.operations.items()}
    answers = {}
    for name, operation in operations.items():
        rule = next(r.rule for r in app.url_map.iter_rules() if r.endpoint == name)
        path = re.sub("<[^>]+>", "1", rule)
        body = None if operation.method == "GET" else {}
        answers[name] = guest.send(operation.method, path, json=body)
    return answers


class TestWithoutDatabase:
    def test_every_answer_is_a_503_envelope_and_it_heals(self, servers, app, guest):
        mariadb = servers[0]
        assert guest.get("/api/points/records").code == 0
        mariadb.kill()
        try:
            answers = ask_everything(app, guest)
        finally:
            mariadb.start()
        other = {name: answer for name, answer in answers.items() if not is_503(answer)}
        # Refused before the database is asked for what the request itself lacks, or answered out of
        # what the process remembers.
        assert {answer.code for answer in other.values()} <= {0, 1001, 2000, 2001, 5001, 9001}
        assert {name for name, answer in other.items() if answer.code == 0} <= REMEMBERED
        assert len(other) < len(answers) / 2
        wait_until(lambda: guest.get("/api/points/records").code == 0, HEALED_WITHIN, "the records")

    def test_a_frozen_one_keeps_nobody_waiting(self, servers, app, guest):
        """The connection stands, nobody answers: the request gives up, and later ones too."""
        mariadb = servers[0]
        assert guest.post("/api/lottery/draw", {}).code == 0
        os.kill(mariadb.pid, signal.SIGSTOP)
        answers = []
        asking = threading.Thread(
            target=lambda: answers.extend(
                guest.post("/api/lottery/draw", {}, headers={"Idempotency-Key": "frozen"})
                for _ in range(2)
            )
        )
        try:
            asking.start()
            asking.join(30)  # answered while it is still frozen
            assert not asking.is_alive() and all(map(is_503, answers))
        finally:
            os.kill(mariadb.pid, signal.SIGCONT)
            asking.join()
        wait_until(lambda: guest.get("/api/points/records").code == 0, HEALED_WITHIN, "the records")

    def test_readyz_says_which(self, servers, app):
        servers[0].kill()
        try:
            answer = app.test_client().get("/readyz")
        finally:
            servers[0].start()
        assert (answer.status_code, answer.json["status"]) == (503, "unavailable")
        assert answer.json["database"] == "down" and answer.json["redis"] == "ok"


def test_a_guest_whose_row_stays_locked_is_told_soon(app, monkeypatch):
    """The worker tries a few times; a guest is not made to wait as often."""
    monkeypatch.setattr(database, "REQUEST_SECONDS", 0)
    tries = []

    @database.transactional
    def always_locked():
        tries.append(1)
        raise errors.TryAgain

    with app.app_context(), pytest.raises(errors.TryAgain):
        always_locked()
    assert len(tries) == database.ATTEMPTS
    tries.clear()
    with app.test_request_context(), pytest.raises(errors.TryAgain):
        always_locked()
    assert len(tries) == 1


def test_a_full_disk_is_said_clearly(tmp_path, capfd):
    """A MariaDB with room for its tables and a few pictures: uploads are refused with 503, the log
    says why, and what is there can still be read."""
    options = (
        "--innodb-file-per-table=0",
        "--innodb-data-file-path=ibdata1:12M:autoextend:max:24M",
    )
    with (
        mariadb_server(tmp_path / "db", *options) as mariadb,
        redis_server(tmp_path / "redis") as redis,
    ):
        migrate(mariadb.url, redis.url, tmp_path)
        app = make_app(mariadb.url, redis.url, tmp_path)
        guest = Factory(app).guest()
        answer = next(
            answer for n in range(200) if (answer := upload_large(guest, n)).status != 200
        )
        assert is_503(answer) and "database_disk_full" in capfd.readouterr().err
        assert guest.get("/api/points/records").code == 0
        assert guest.get("/api/photo/records").ok()["pagination"]["total"] >= 1


def upload_large(guest, number):
    import io
    from random import Random

    from PIL import Image

    noise = Image.frombytes("RGB", (500, 500), Random(number).randbytes(750_000))
    buffer = io.BytesIO()
    noise.save(buffer, "JPEG", quality=95)
    guest.app.extensions["parts"].redis.flushdb()  # the rate limit is not the point here
    return send(guest, buffer.getvalue())
