"""What REDIS_URL may say, and what Celery is told of it."""

import pytest

from points_app import redis_url
from points_app.clients.redis import make_redis

SENTINEL = "redis+sentinel://points:s%40cret@one:26379,two/orders/3?sentinel_password=other"


@pytest.mark.parametrize(
    "url",
    [
        "redis://127.0.0.1:6379/0",
        "rediss://user:secret@cache.example.com/1",
        "unix:///run/redis.sock?db=2",
        SENTINEL,
    ],
)
def test_what_may_be_said(url):
    assert redis_url.problem(url) is None
    assert make_redis(url).connection_pool


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://cache", "must start with redis://"),
        ("redis+cluster://one,two", "names a Redis cluster"),
        ("redis+sentinel://one:26379", "the service has no name"),
        ("redis+sentinel://one:port/points", "'one:port' is no host:port"),
        ("redis+sentinel:///points", "'' is no host:port"),
        ("redis+sentinel://one/points/zero", "'zero' is no number of a database"),
    ],
)
def test_what_may_not(url, said):
    assert said in (redis_url.problem(url) or "")


def test_the_parts_of_a_sentinel_address():
    address = redis_url.sentinel(SENTINEL)
    assert address is not None
    assert address.sentinels == (("one", 26379), ("two", 26379))
    assert (address.service, address.db) == ("orders", 3)
    assert (address.username, address.password) == ("points", "s@cret")
    assert address.sentinel_password == "other"


def test_what_celery_is_told():
    assert redis_url.broker("redis://one/0") == ("redis://one/0", {})
    assert redis_url.broker("unix:///run/redis.sock?db=2") == (
        "redis+socket:///run/redis.sock?virtual_host=2",
        {},
    )
    url, options = redis_url.broker(SENTINEL)
    assert url == ("sentinel://points:s%40cret@one:26379/3;sentinel://points:s%40cret@two:26379/3")
    assert options == {"master_name": "orders", "sentinel_kwargs": {"password": "other"}}
