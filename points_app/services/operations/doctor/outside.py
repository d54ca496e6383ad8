"""Everything that is not the database: secrets, Redis, the worker, storage, the reader, SMS."""

import io
import time
import urllib.request
import uuid
from collections.abc import Iterator
from decimal import Decimal

from PIL import Image, ImageDraw, ImageFont
from redis import RedisError, ResponseError
from sqlalchemy import select

from points_app.clients import redis as server
from points_app.clients.baidu import BaiduError
from points_app.clients.sms.base import SmsError
from points_app.clients.sms.console import ConsoleSms
from points_app.clients.storage.base import AccessRefused, ObjectMissing, StorageError, holds
from points_app.config import unsafe
from points_app.database.session import execute
from points_app.errors.base import AppError
from points_app.extensions import parts, producer
from points_app.models.receipts import Receipt
from points_app.reading.engine import EngineUnavailable
from points_app.reading.reader import read_receipt
from points_app.redis_url import NO_CLUSTER
from points_app.services import decoding
from points_app.services.operations import figures, health, probe
from points_app.services.operations.doctor.finding import Finding, State, failed, ok, warning
from points_app.services.receipts import recognition

FIGURES_LATE_SECONDS = 120
WORKER_PATIENCE_SECONDS = 2.0
WORK_PATIENCE_SECONDS = 10.0
BEAT_PATIENCE_SECONDS = 40.0
PROXY_PATIENCE_SECONDS = 5.0
PICTURES_LOOKED_AT = 20
SLIP = ("CORNER RESTAURANT", "Noodles      38.00", "Tea          12.50", "Total        50.50")
SLIP_TOTAL = Decimal("50.50")
STORAGE_PATIENCE_SECONDS = 10
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
        role, is_cluster = server.role(parts.redis), server.is_cluster(parts.redis)
        memory = parts.redis.info("memory")
        seconds, _ = parts.redis.time()
        if role == "master" and not is_cluster:
            server.try_to_write(parts.redis)
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


def storage() -> Iterator[Finding]:
    """An object is put, read, lent by a link, and deleted."""
    try:
        health.ask_storage(STORAGE_PATIENCE_SECONDS)
        hides = _hides_what_is_missing(_put_read_and_delete())
        ratio = parts.storage.used_ratio()
    except (StorageError, OSError) as error:
        said = f"{type(error).__name__}: {error}"
        if not isinstance(error, StorageError):
            said = "link fails"
        if type(error) is TimeoutError:
            said = f"no answer in {STORAGE_PATIENCE_SECONDS} s"
        advice = "check SEALOS_* (endpoint, bucket, keys), or the disk behind STORAGE_DIR"
        yield failed("storage", said, advice)
        return
    if hides:
        yield warning(
            "storage",
            "refuses to say that an object is missing (403)",
            "give the key the right to list the bucket (s3:ListBucket)",
        )
    elif parts.settings.is_production and not parts.settings.sealos_bucket:
        yield warning(
            "storage",
            "no SEALOS_BUCKET: pictures are files in STORAGE_DIR",
            "right on one machine that keeps its disk; a platform's forgets them: set SEALOS_*",
        )
    elif ratio is not None and ratio > 0.8:
        yield warning("storage", f"{ratio:.0%} full", "make room, or lower receipt_picture_days")
    else:
        yield ok("storage", "put, read, lent and deleted an object")


def _put_read_and_delete() -> str:
    """The key of the object that was there for a moment. Raises StorageError, OSError."""
    key = f"probe/{uuid.uuid4().hex}.jpg"
    parts.storage.put(key, b"probe", "image/jpeg")
    link = parts.storage.signed_url(key, 60)
    try:
        # The link is our own storage's.
        if link and urllib.request.urlopen(link, timeout=10).read() != b"probe":  # nosec B310
            raise StorageError("a signed link lends other bytes")
    finally:
        parts.storage.delete(key)
    return key


def _hides_what_is_missing(key: str) -> bool:
    try:
        parts.storage.get(key)
    except ObjectMissing:
        return False
    except AccessRefused:
        return True
    raise StorageError("keeps an object it was told to delete")


def pictures() -> Iterator[Finding]:
    """The pictures stored last are still there."""
    stored = select(Receipt.object_key).where(Receipt.is_stored.is_(True))
    newest = stored.order_by(Receipt.review_id.desc()).limit(PICTURES_LOOKED_AT)
    keys = list(execute(newest).scalars())
    lost = [key for key in keys if not holds(parts.storage, key)]
    if lost:
        yield failed(
            "pictures",
            f"{len(lost)} of the last {len(keys)} are gone from storage, the first is {lost[0]}",
            "look for a rule of the bucket that deletes, or restore from the storage's versions",
        )
    else:
        yield ok("pictures", f"the last {len(keys)} are in storage")


def decoder() -> Iterator[Finding]:
    """Pictures of guests are decoded in a process of its own; it starts and works."""
    began = time.perf_counter()
    try:
        decoding.decode(0, _slip())
    except AppError as error:
        yield failed("decoder", f"{type(error).__name__}", "see the log; is memory short?")
    else:
        yield ok("decoder", f"started and decoded in {time.perf_counter() - began:.1f} s")


def reader() -> Iterator[Finding]:
    """The configured reader reads a receipt drawn for the purpose."""
    began = time.perf_counter()
    try:
        reading = read_receipt(_slip(), recognition.engine())
    except (EngineUnavailable, ImportError, OSError, RuntimeError) as error:
        yield failed("reader", f"{type(error).__name__}", "install requirements.txt on the worker")
        return
    seconds = time.perf_counter() - began
    if reading.amount == SLIP_TOTAL:
        yield ok("reader", f"read {SLIP_TOTAL} in {seconds:.1f} s with {reading.engine}")
    else:
        yield failed(
            "reader", f"read {reading.amount} instead of {SLIP_TOTAL}", "check READING_ENGINE"
        )


def baidu() -> Iterator[Finding]:
    """Baidu accepts the keys, where there are some; asks it to read the same receipt."""
    if parts.ocr is None:
        return
    try:
        parts.ocr.receipt(_slip())
    except BaiduError as error:
        yield failed("baidu", str(error), "check OCR_API_KEY and OCR_SECRET_KEY, and the quota")
    else:
        yield ok("baidu", "answers; the local reader stays the first")


def _slip() -> bytes:
    image = Image.new("RGB", (640, 420), "white")
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(size=36)
    for row, line in enumerate(SLIP):
        pen.text((40, 40 + row * 80), line, fill="black", font=font)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


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
