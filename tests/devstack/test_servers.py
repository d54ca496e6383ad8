"""The real servers: their settings, their address across restarts, what they keep."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import redis
from sqlalchemy import create_engine, text

from devstack import mariadb
from devstack.folders import scratch_folder
from devstack.mariadb import mariadb_server
from devstack.ports import is_free
from devstack.process import ProcessFailed, Server
from devstack.redis import redis_server


@pytest.fixture
def folder() -> Iterator[Path]:
    with scratch_folder() as path:
        yield path
    assert not path.exists()


def port_of(server: Server) -> int:
    port = urlsplit(server.url).port
    assert port
    return port


def test_a_persistent_redis_keeps_flushed_writes_through_a_kill(folder: Path) -> None:
    with redis_server(folder, persistent=True) as server:
        with redis.Redis.from_url(server.url) as client:
            client.set("key", "value")
            assert client.execute_command("WAITAOF", 1, 0, 5000)[0] == 1
        server.kill()
        server.start()
        with redis.Redis.from_url(server.url) as client:
            assert client.get("key") == b"value"


def test_a_redis_that_is_not_persistent_forgets(folder: Path) -> None:
    with redis_server(folder) as server, redis.Redis.from_url(server.url) as client:
        client.set("key", "value")
        server.stop()
        server.start()
        assert client.get("key") is None
    assert is_free(port_of(server))


def test_two_redis_servers_live_side_by_side(folder: Path) -> None:
    with redis_server(folder / "a") as one, redis_server(folder / "b") as other:
        assert one.url != other.url


def test_a_taken_redis_port_is_refused(folder: Path) -> None:
    with (
        redis_server(folder / "a") as one,
        pytest.raises(ProcessFailed, match="taken"),
        redis_server(folder / "b", port=port_of(one)),
    ):
        pass


def rows(server: Server, statement: str) -> list[tuple[object, ...]]:
    engine = create_engine(server.url)
    try:
        with engine.begin() as connection:
            result = connection.execute(text(statement))
            return [tuple(row) for row in result] if result.returns_rows else []
    finally:
        engine.dispose()


def test_mariadb_is_as_strict_as_production_and_survives_a_kill(folder: Path) -> None:
    with mariadb_server(folder) as server:
        settings = (
            "SELECT @@tx_isolation, @@character_set_server, @@collation_server, "
            "@@global.time_zone, @@bind_address, @@global.sql_mode"
        )
        assert rows(server, settings) == [
            (
                "READ-COMMITTED",
                "utf8mb4",
                "utf8mb4_unicode_ci",
                "+00:00",
                "127.0.0.1",
                mariadb.SQL_MODE,
            )
        ]
        rows(server, "CREATE TABLE kept (word VARCHAR(9)) ENGINE=InnoDB")
        rows(server, "INSERT INTO kept VALUES ('酒')")
        server.stop()
        server.start()
        server.kill()
        server.start()
        assert rows(server, "SELECT word FROM kept") == [("酒",)]
    assert is_free(port_of(server))


def test_a_missing_mariadb_names_the_packages(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mariadb.shutil, "which", lambda name, path=None: None)
    with (
        pytest.raises(ProcessFailed, match=r"apt-get install .*mariadb-server-core"),
        mariadb_server(folder),
    ):
        pass


def test_a_mariadb_that_cannot_be_created_shows_why(folder: Path) -> None:
    (folder / "db").mkdir()
    (folder / "db" / "data").symlink_to("/dev/null/nowhere")
    with (
        pytest.raises(ProcessFailed, match="mariadb-install-db failed"),
        mariadb_server(folder / "db"),
    ):
        pass


def test_the_scratch_folder_is_on_memory_only_with_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("devstack.folders.ROOM_BYTES", float("inf"))
    with scratch_folder() as path:
        filesystem = subprocess.check_output(["df", "--output=target", path], text=True)
        assert "/dev/shm" not in filesystem
