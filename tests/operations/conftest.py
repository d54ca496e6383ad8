"""The realtime tests' Redis, for a relay behind a proxy."""

from tests.realtime.conftest import redis_url

__all__ = ["redis_url"]
