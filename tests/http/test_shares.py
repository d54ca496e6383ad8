"""One guest's share of what reads receipts: so many a day, so many at once, in everybody's turn."""

import threading
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial

import pytest

from devstack.process import wait_until
from points_app.services import waiting
from points_app.services.receipts import preview_share, quick_reading, uploads
from tests.books import set_config
from tests.receipts_in import blank, send

PATIENCE_SECONDS = 20


@pytest.fixture
def settings_override():
    limits = dict.fromkeys(("RATE_LIMIT_API", "RATE_LIMIT_API_IP"), "100000")
    return {**limits, "WEB_THREADS": "64", "DB_POOL_SIZE": "64"}


@pytest.fixture
def redis(app):
    return app.extensions["parts"].redis


@pytest.fixture
def worker(app, redis):
    """Reads what was asked, as the worker's task does, once it is told to go."""
    going, stop = threading.Event(), threading.Event()

    def serve():
        while not stop.is_set():
            for key in redis.scan_iter("glance:*:picture") if going.is_set() else ():
                with app.app_context():
                    quick_reading.answer(key.split(":")[1])
            stop.wait(0.02)

    thread = threading.Thread(target=serve)
    thread.start()
    yield going
    stop.set()
    thread.join()


def preview(guest, shade=255):
    return send(guest, blank(shade), path="/api/photo/ocr")


class Together:
    """Requests that are under way at the same time."""

    def __init__(self, *calls):
        self.answers = []
        self._threads = [threading.Thread(target=self._run, args=(call,)) for call in calls]
        for thread in self._threads:
            thread.start()

    def _run(self, call):
        self.answers.append(call())

    def codes(self):
        for thread in self._threads:
            thread.join()
        return sorted(answer.code for answer in self.answers)


def asked(redis):
    return len(list(redis.scan_iter("glance:*:picture")))


def test_one_guest_has_two_previews_at_once_and_everybody_else_theirs(make, redis, worker):
    greedy, other = make.guest(), make.guest()
    running = Together(*[lambda: preview(greedy)] * 2)
    wait_until(lambda: asked(redis) == 2, PATIENCE_SECONDS)
    refused = preview(greedy)
    assert (refused.status, refused.code) == (200, 5009)
    assert refused.data == {"limit": 2, "used": 2}
    others = Together(lambda: preview(other))
    wait_until(lambda: asked(redis) == 3, PATIENCE_SECONDS)
    worker.set()
    assert running.codes() == [0, 0] and others.codes() == [0]
    assert preview(greedy).code == 0  # the places are free again


def test_thirty_in_flight_of_one_guest_leave_the_places_of_everybody_else(make, redis, worker):
    greedy, others = make.guest(), [make.guest() for _ in range(15)]
    flood = Together(*[lambda: preview(greedy)] * 30)
    wait_until(lambda: asked(redis) == 2 and len(flood.answers) == 28, PATIENCE_SECONDS)
    rest = Together(*[lambda guest=guest: preview(guest) for guest in others])
    wait_until(lambda: asked(redis) == 17, PATIENCE_SECONDS)
    worker.set()
    assert rest.codes() == [0] * 15
    assert flood.codes() == [0] * 2 + [5009] * 28


def test_a_place_of_a_process_that_died_is_free_after_a_minute(make, redis, worker):
    guest = make.guest()
    worker.set()
    gone = redis.time()[0] - preview_share.LONGEST_SECONDS - 1
    redis.zadd(f"previews:{guest.user_id}", {"a": gone, "b": gone})
    assert preview(guest).code == 0


def test_previews_have_a_limit_a_day(app, make, worker):
    worker.set()
    set_config(app, "previews_per_guest_per_day", "2")
    guest = make.guest()
    assert [preview(guest).code for _ in range(2)] == [0, 0]
    refused = preview(guest)
    assert (refused.code, refused.msg) == (5008, "今日识别次数已用完")
    assert refused.data == {"limit": 2, "used": 2}
    assert preview(make.guest()).code == 0
    set_config(app, "previews_per_guest_per_day", "0")
    assert preview(guest).code == 0


def test_previews_at_once_share_the_days_limit(app, make, worker):
    worker.set()
    set_config(app, "previews_per_guest_per_day", "5")
    set_config(app, "previews_per_guest_at_once", "20")
    guest = make.guest()
    assert Together(*[lambda: preview(guest)] * 12).codes() == [0] * 5 + [5008] * 7


def test_what_the_shop_did_not_read_does_not_count(app, make, redis, monkeypatch):
    set_config(app, "previews_per_guest_per_day", "1")
    monkeypatch.setattr(quick_reading, "WAIT_SECONDS", 0.1)
    guest = make.guest()
    assert send(guest, b"GIF89a", path="/api/photo/ocr").code == 5003
    assert preview(guest).status == preview(guest).status == 503  # no worker
    assert asked(redis) == 0  # nobody waits for it: no worker reads it later
    assert [int(redis.get(key)) for key in redis.scan_iter("previews:*:*")] == [0]


def test_uploads_have_a_limit_a_day(app, make):
    set_config(app, "uploads_per_guest_per_day", "2")
    guest = make.guest()
    assert [send(guest, blank(shade)).code for shade in (1, 2)] == [0, 0]
    refused = send(guest, blank(3))
    assert (refused.status, refused.code, refused.msg) == (200, 5008, "今日上传次数已用完")
    assert refused.data == {"limit": 2, "used": 2}
    assert send(make.guest(), blank(3)).code == 0
    assert len(guest.get("/api/photo/records").ok()["records"]) == 2


def test_uploads_at_once_share_the_days_limit(app, make):
    """Two at a time, as many of one guest as are decoded at once: the last place goes to one."""
    set_config(app, "uploads_per_guest_per_day", "3")
    shades = iter(range(5, 245, 8))
    for guest in (make.guest() for _ in range(5)):
        codes = []
        for _ in range(3):
            pair = [partial(send, guest, blank(next(shades))) for _ in range(2)]
            codes.append(Together(*pair).codes())
        assert codes == [[0, 0], [0, 5008], [5008, 5008]]
        assert len(guest.get("/api/photo/records").ok()["records"]) == 3


def test_a_repeated_upload_is_answered_beyond_the_limit(app, make):
    set_config(app, "uploads_per_guest_per_day", "1")
    guest, key = make.guest(), {"headers": {"Idempotency-Key": "k"}}
    first = send(guest, blank(1), **key).ok()
    again = send(guest, blank(1), **key)
    assert again.ok() == first and again.headers["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/Havana"])
def test_the_day_is_the_shops(app, make, worker, monkeypatch, zone):
    worker.set()
    for setting in ("uploads_per_guest_per_day", "previews_per_guest_per_day"):
        set_config(app, setting, "1")
    set_config(app, "shop_timezone", zone)
    guest = make.guest()
    midnight = {"Asia/Shanghai": 16, "America/Havana": 5}[zone]  # of the shop, in UTC
    codes = []
    for shade, moment in enumerate(
        [
            datetime(2026, 1, 15, midnight - 1, 59, tzinfo=UTC),
            datetime(2026, 1, 15, midnight, 1, tzinfo=UTC),
            datetime(2026, 1, 15, midnight + 1, tzinfo=UTC),
        ]
    ):
        monkeypatch.setattr(uploads, "utcnow", lambda moment=moment: moment)
        monkeypatch.setattr(preview_share, "utcnow", lambda moment=moment: moment)
        codes.append((send(guest, blank(shade)).code, preview(guest).code))
    assert codes == [(0, 0), (0, 0), (5008, 5008)]


class TestPlaces:
    @pytest.fixture
    def settings_override(self):
        return {"WEB_THREADS": "8"}

    def test_neither_lane_shuts_the_other_out_and_somebody_serves(self, app):
        def enter(lane):
            return places.enter_context(waiting.place(lane))

        for full, other in (("previews", "uploads"), ("uploads", "previews")):
            with app.app_context(), ExitStack() as places:
                assert [enter(full) for _ in range(5)] == [True] * 4 + [False]
                assert [enter(other) for _ in range(3)] == [True] * 2 + [False]
