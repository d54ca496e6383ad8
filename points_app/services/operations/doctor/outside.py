"""What the service needs besides the database, storage and the reader: secrets, Redis, the worker,
the proxies in front, SMS."""

import time
from collections.abc import Iterator

from redis import RedisError, ResponseError

from points_app.clients import redis_server
from points_app.clients.sms.base import SmsError
from points_app.clients.sms.console import ConsoleSms
from points_app.config import unsafe
from points_app.extensions import parts, producer
from points_app.redis_url import NO_CLUSTER
from points_app.services.operations import figures, probe
from points_app.services.operations.doctor.finding import Finding, State, failed, ok, warning

FIGURES_LATE_SECONDS = 120
WORKER_PATIENCE_SECONDS = 2.0
WORK_PATIENCE_SECONDS = 10.0
BEAT_PATIENCE_SECONDS = 40.0
PROXY_PATIENCE_SECONDS = 5.0
REFUSES_ADVICE = "its memory (maxmemory) or its disk is full: make room; its own log says more"


def secrets() -> Iterator[Finding]:
    """What production refuses to start with; elsewhere it is only said."""
    problems = unsafe(parts.settings)
    for problem in problems:
        yield warning("secrets", problem, "production refuses to start like this")
    if not problems:
        yield ok("secrets", "set, long, different from each other")


def redis() -> Iterator[Finding]:
    """Takes writes, keeps what it was given, agrees on the time."""
    try:
        role, is_cluster = redis_server.role(parts.redis), redis_server.is_cluster(parts.redis)
        memory = parts.redis.info("memory")
        seconds, _ = parts.redis.time()
        if role == "master" and not is_cluster:
            redis_server.try_to_write(parts.redis)
    except ResponseError as error:
        yield failed("redis", f"answers, and refuses: {error}", REFUSES_ADVICE)
        return
    except RedisError as error:
        yield failed("redis", f"no answer ({type(error).__name__})", "is it up, REDIS_URL right?")
        return
    policy = memory.get("maxmemory_policy", "noeviction")
    if is_cluster:
        yield failed("redis", f"REDIS_URL {NO_CLUSTER}", "see .env.example")
    elif role != "master":
        advice = "point REDIS_URL at the master, or use redis+sentinel:// (.env.example)"
        yield failed("redis", f"a {role}: it takes no writes", advice)
    elif policy != "noeviction":
        yield failed(
            "redis",
            f"eviction policy {policy}: it may drop queued tasks and rate limits",
            "CONFIG SET maxmemory-policy noeviction",
        )
    elif abs(seconds - time.time()) > FIGURES_LATE_SECONDS:
        yield failed("redis", "its clock is minutes off", "run NTP (chrony) on its host")
    else:
        yield ok("redis", f"answers, {policy}")


def worker() -> Iterator[Finding]:
    """A worker takes a task and does it, and beat has made it work lately."""
    try:
        answered = producer.control.ping(timeout=WORKER_PATIENCE_SECONDS)
        seconds = probe.work(WORK_PATIENCE_SECONDS) if answered else None
    except Exception as error:  # kombu lets through whatever its transport raises
        yield failed("worker", f"the broker fails ({type(error).__name__})", "see redis above")
        return
    if not answered:
        yield failed("worker", "no worker answers", "start the Procfile's worker, or restart it")
        return
    if seconds is None:
        yield failed(
            "worker",
            f"{len(answered)} answering, and none did a task within {WORK_PATIENCE_SECONDS:.0f} s",
            "busy reading (points_queue_tasks)? Else restart it: what it had is done again",
        )
    else:
        yield ok("worker", f"{len(answered)} answering, a task was done in {seconds:.1f} s")
    yield _beat(BEAT_PATIENCE_SECONDS if seconds is not None else 0)


def _beat(patience: float) -> Finding:
    """What beat asks for every 30 s was done lately; one that has just started is waited for."""
    deadline = time.monotonic() + patience
    while (age := _age_of_figures()) is None and time.monotonic() < deadline:
        time.sleep(0.5)
    if age is None or age > FIGURES_LATE_SECONDS:
        advice = "start the Procfile's beat, once"
        return failed("beat", "no periodic task has run lately", advice)
    return ok("beat", f"last figures {age:.0f} s ago")


def _age_of_figures() -> float | None:
    found = {name: value for name, _, value in figures.latest()}
    return found.get("points_figures_age_seconds")


def proxies() -> Iterator[Finding]:
    """A request through PUBLIC_URL, with an address invented by us, is counted for its true one."""
    trusted, url = parts.settings.trusted_proxies, parts.settings.public_url
    if not url:
        said = "PUBLIC_URL is not set: nothing to try"
        advice = "set it: links in notices are paths without it"
        production = parts.settings.is_production
        yield Finding("proxies", State.WARNING if production else State.SKIPPED, said, advice)
        return
    try:
        way = probe.way_in(f"{url.rstrip('/')}/readyz", PROXY_PATIENCE_SECONDS)
    except (OSError, RedisError) as error:
        yield warning(
            "proxies", f"PUBLIC_URL: {type(error).__name__}", "is it reachable from here?"
        )
        return
    if way is None:
        yield warning("proxies", "PUBLIC_URL leads to another service", "correct PUBLIC_URL")
    elif way.proxies == trusted:
        yield ok("proxies", f"{trusted} in front, as TRUSTED_PROXIES says")
    else:
        shared = f"all guests share the limits of {way.address}"
        harm = "anybody can invent an address" if way.proxies < trusted else shared
        said = f"{way.proxies} in front, and TRUSTED_PROXIES={trusted}: {harm}"
        yield failed("proxies", said, f"set TRUSTED_PROXIES={way.proxies}")


def sms() -> Iterator[Finding]:
    """The vendor accepts our signature; no message is sent."""
    if isinstance(parts.sms, ConsoleSms):
        yield warning("sms", "codes are printed, nobody gets one", "set SMS_PROVIDER and SMS_*")
        return
    try:
        parts.sms.check()
    except SmsError as error:
        yield failed("sms", str(error), "check SMS_ACCESS_KEY_ID, SMS_ACCESS_KEY_SECRET, SMS_*")
    else:
        yield ok("sms", "the vendor accepts our credentials")
