"""The script every request runs: right whatever happened to Redis or to its connection."""

import multiprocessing
import threading

import pytest
from redis import RedisError

from devstack.redis import redis_server
from points_app.clients.redis import make_redis
from points_app.http.script import Script


@pytest.fixture
def redis(tmp_path):
    """A Redis of its own, to be broken."""
    with redis_server(tmp_path / "redis") as redis:
        yield redis


@pytest.fixture
def script(redis):
    return Script(make_redis(redis.url), "return {KEYS[1], ARGV[1]}")


def test_a_restart_is_noticed_by_nobody(redis, script):
    """The connection is closed and the script forgotten; the first caller after it gets through."""
    assert script(["key"], [1]) == ["key", "1"]
    redis.kill()
    redis.start()
    assert script(["key"], [2]) == ["key", "2"]


def test_a_redis_that_is_gone_is_said_and_comes_back(redis, script):
    assert script(["key"], [1])
    redis.kill()
    for _ in range(2):
        with pytest.raises(RedisError):
            script(["key"], [1])
    redis.start()
    assert script(["key"], [2]) == ["key", "2"]


def test_forgotten_scripts_are_loaded_again(script):
    script.client.script_flush()
    assert script(["key"], [1]) == ["key", "1"]
    script.client.script_flush()
    assert script(["key"], [2]) == ["key", "2"]


def test_an_error_of_the_script_spoils_no_connection(script):
    failing = Script(script.client, "return redis.call(KEYS[1], ARGV[1])")
    for _ in range(2):
        with pytest.raises(RedisError):
            failing(["nonsense"], [1])
        assert failing(["echo"], ["well"]) == "well"


def test_threads_get_their_own_answers(script):
    assert script(["key"], [0])
    wrong = []

    def ask(name):
        wrong.extend(n for n in range(200) if script([name], [n]) != [name, str(n)])

    threads = [threading.Thread(target=ask, args=(f"thread{n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert script.client.info("clients")["connected_clients"] <= 8 + 1


def test_a_fork_connects_anew(script):
    mine = script.client.client_list
    assert script(["key"], [1]) == ["key", "1"]
    before = {client["id"] for client in mine()}
    child = multiprocessing.get_context("fork").Process(target=script, args=(["key"], [2]))
    child.start()
    child.join()
    assert child.exitcode == 0
    assert script(["key"], [3]) == ["key", "3"]  # over the connection it had
    assert {client["id"] for client in mine()} == before
