"""What a Redis server is, and whether it takes what it is given."""

from redis import Redis


def is_cluster(client: Redis) -> bool:
    """Whether this is a part of a Redis cluster. Raises redis.RedisError."""
    return bool(client.info("cluster").get("cluster_enabled"))


def role(client: Redis) -> str:
    """`master`, or what it is instead. Raises redis.RedisError."""
    return str(client.info("replication")["role"])


def try_to_write(client: Redis) -> None:
    """Write a mark that is gone a minute later. Raises redis.ResponseError of a master whose memory
    or disk is full, another redis.RedisError otherwise."""
    client.set("health", 1, ex=60)
