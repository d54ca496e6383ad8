"""The database moves: the old primary becomes read-only, its address leads to a replica of it."""

import threading
from collections.abc import Iterator

import pymysql
import pytest
from sqlalchemy.engine import make_url

from devstack.mariadb import mariadb_server
from devstack.process import wait_until
from devstack.switch import switch
from points_app.database.session import db
from points_app.services.operations import seeding
from points_app.services.privacy import keys
from tests.factories import Factory
from tests.test_degrade import is_503, make_app, migrate

BACK_WITHIN = 10.0
USER, PASSWORD = "points", "failing-over"


def ask(server, *statements):
    """What root is told."""
    port, rows = make_url(server.url).port, pymysql.cursors.DictCursor
    with pymysql.connect(
        host="127.0.0.1", port=port, user="root", autocommit=True, cursorclass=rows
    ) as connection:
        cursor = connection.cursor()
        for statement in statements:
            cursor.execute(statement)
        return cursor.fetchall()


@pytest.fixture
def pair(tmp_path, redis_url):
    """A primary, a replica of it, and the address that leads to the primary."""
    binlog = ("--log-bin=binlog", "--binlog-format=ROW")
    with (
        mariadb_server(tmp_path / "a", *binlog, "--server-id=1") as primary,
        mariadb_server(tmp_path / "b", *binlog, "--server-id=2") as replica,
    ):
        source = make_url(primary.url).port
        ask(
            replica,
            f"CHANGE MASTER TO MASTER_HOST='127.0.0.1', MASTER_PORT={source}, MASTER_USER='repl', "
            "MASTER_PASSWORD='repl', MASTER_USE_GTID=slave_pos",
        )
        ask(
            primary,
            "CREATE USER repl@'%' IDENTIFIED BY 'repl'",
            "GRANT REPLICATION SLAVE ON *.* TO repl@'%'",
            f"CREATE USER {USER}@'%' IDENTIFIED BY '{PASSWORD}'",
            f"GRANT ALL ON points.* TO {USER}@'%'",
        )
        ask(replica, "START SLAVE")
        with switch(source) as address:
            yield primary, replica, address


@pytest.fixture
def guest(pair, redis_url, tmp_path) -> Iterator:
    url = f"mysql+pymysql://{USER}:{PASSWORD}@127.0.0.1:{pair[2].port}/points"
    migrate(url, redis_url, tmp_path)
    app = make_app(url, redis_url, tmp_path)
    with app.app_context():
        app.extensions["parts"].redis.flushdb()
        keys.check()
        seeding.load_first_data()
    yield Factory(app).guest(points=100_000)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def catch_up(primary, replica):
    """Wait until the replica has everything."""
    (at,) = ask(primary, "SELECT @@gtid_binlog_pos AS position")
    there = ask(replica, f"SELECT MASTER_GTID_WAIT('{at['position']}', 30) AS result")
    assert there[0]["result"] == 0


def move(primary, replica, address):
    ask(primary, "SET GLOBAL read_only = 1")
    catch_up(primary, replica)
    ask(replica, "STOP SLAVE")
    address.target = make_url(replica.url).port


def test_writes_come_back_by_themselves(pair, guest, monkeypatch):
    """Every thread has a connection to the old one, and reads keep them from being recycled."""
    guest.post("/api/points/check-in").ok()
    hold_connections(guest, 8)
    move(*pair)
    refused = []

    def bought():
        answer = guest.post("/api/exchange/redeem", {"commodity_id": 1})
        if answer.code != 0:
            refused.append(answer)
        return answer.code == 0

    wait_until(bought, BACK_WITHIN, "an order")
    assert all(is_503(answer) for answer in refused), refused
    primary, replica, _ = pair
    count = "SELECT COUNT(*) AS orders FROM points.exchange_records"
    assert ask(replica, count)[0]["orders"] == 1
    assert ask(primary, count)[0]["orders"] == 0


def hold_connections(guest, number):
    """Fill the pool with connections that have been used."""
    start = threading.Barrier(number)

    def read():
        start.wait()
        guest.get("/api/points/records")

    threads = [threading.Thread(target=read) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_while_nobody_takes_writes_it_is_503_and_reads_go_on(pair, guest):
    primary, _, _ = pair
    guest.post("/api/points/check-in").ok()
    ask(primary, "SET GLOBAL read_only = 1")
    answer = guest.post("/api/exchange/redeem", {"commodity_id": 1})
    assert is_503(answer) and answer.code == 4000
    guest.get("/api/points/records").ok()
    ask(primary, "SET GLOBAL read_only = 0")
    guest.post("/api/exchange/redeem", {"commodity_id": 1}).ok()


def test_a_user_without_connections_left_is_told_to_come_back(pair, guest):
    """1226: the account's own limit, smaller than the pool."""
    primary, _, _ = pair
    ask(primary, f"ALTER USER {USER}@'%' WITH MAX_USER_CONNECTIONS 1")
    with guest.app.app_context():
        db.engine.dispose()
    port = make_url(primary.url).port
    with pymysql.connect(host="127.0.0.1", port=port, user=USER, password=PASSWORD):
        assert is_503(guest.get("/api/points/records"))
    wait_until(lambda: guest.get("/api/points/records").code == 0, BACK_WITHIN, "the records")
