"""Rate limits: exact across processes, deaf to forged addresses, closed where they must be."""

import json
import threading
from collections import Counter
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import jwt
import pytest

from devstack.ports import free_port
from points_app import create_app, metrics
from points_app.config import Settings
from points_app.database.session import db
from points_app.models.accounts import SmsCode
from tests.client import ApiClient
from tests.fakes import RecordingSms

PHONE = "13900000020"


def fetch(url, headers=None, body=None):
    """(status, code, headers) of a request on a real socket."""
    request = Request(url, data=body, headers=headers or {})
    try:
        with urlopen(request, timeout=30) as answer:
            return answer.status, json.load(answer)["code"], answer.headers
    except HTTPError as refused:
        with refused:
            return refused.code, json.load(refused)["code"], refused.headers


def at_once(call, times, threads=10):
    """Call it `times`, from several threads; the answers by (status, code)."""
    counts, lock = Counter(), threading.Lock()

    def run():
        for _ in range(times // threads):
            status, code, _ = call()
            with lock:
                counts[status, code] += 1

    running = [threading.Thread(target=run) for _ in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    return counts


def test_two_processes_count_as_one(site, make):
    guest = make.guest()
    headers = {"Authorization": f"Bearer {guest.token}", "X-Forwarded-For": "100.1.0.1"}
    counts = at_once(lambda: fetch(f"{site.url}/api/auth/verify-token", headers), 120)
    assert counts == {(200, 0): 60, (429, 3001): 60}


def test_a_draw_is_three_a_minute_in_all_processes(site, make):
    make.wheel({"probability": 1})
    guest = make.guest()
    headers = {"Authorization": f"Bearer {guest.token}", "Content-Type": "application/json"}
    counts = at_once(lambda: fetch(f"{site.url}/api/lottery/draw", headers, b"{}"), 20)
    assert counts == {(200, 0): 3, (429, 3002): 17}


def test_addresses_a_client_claims_are_not_believed(site, app):
    """One proxy is trusted: what it appended counts, whatever the client wrote before it."""
    claimed = iter(range(1000))

    def call():
        forged = f"10.9.{next(claimed) % 250}.7, 8.8.8.8, 100.1.0.2"
        return fetch(f"{site.url}/api/auth/verify-token", {"X-Forwarded-For": forged})

    assert at_once(call, 80) == {(200, 2001): 60, (429, 3001): 20}


def test_guests_of_one_restaurant_do_not_count_together(make):
    """Sixty a minute each; only the ceiling of the address is shared."""
    guests = [make.guest() for _ in range(3)]
    for guest in guests:
        for _ in range(60):
            guest.get("/api/auth/verify-token").ok()
        assert guest.get("/api/auth/verify-token").status == 429


class TestCeiling:
    @pytest.fixture
    def settings_override(self):
        return {"RATE_LIMIT_API_IP": "100"}

    def test_of_an_address(self, make):
        guests = [make.guest() for _ in range(4)]
        codes = Counter(
            guest.get("/api/auth/verify-token").status for guest in guests for _ in range(40)
        )
        assert codes == {200: 100, 429: 60}


def test_a_forged_token_is_no_way_around_the_limit_of_an_address(app, anonymous):
    statuses = Counter(
        anonymous.get(
            "/api/auth/verify-token", headers={"Authorization": f"Bearer {number}"}
        ).status
        for number in range(70)
    )
    assert statuses == {200: 60, 429: 10}


class TestAddresses:
    @pytest.fixture
    def settings_override(self):
        return {"TRUSTED_PROXIES": "1"}

    @pytest.mark.parametrize(
        ("addresses", "passed"),
        [
            ([f"2001:db8:1:2::{n:x}" for n in range(70)], 60),  # one customer's network
            ([f"2001:db8:1:{n:x}::1" for n in range(70)], 70),  # seventy customers
            ([f"::ffff:100.2.0.{n % 2}" for n in range(140)], 120),  # IPv4 in IPv6's clothes
        ],
    )
    def test_an_ipv6_network_is_one_address(self, anonymous, addresses, passed):
        statuses = Counter(
            anonymous.get("/api/auth/verify-token", headers={"X-Forwarded-For": address}).status
            for address in addresses
        )
        assert statuses[200] == passed


class TestCodes:
    @pytest.fixture
    def settings_override(self):
        return {"RATE_LIMIT_API": "1000", "RATE_LIMIT_CODES_IP": "30"}

    def test_so_many_an_hour_for_an_address(self, anonymous):
        for number in range(30):
            anonymous.post("/api/auth/send-code", {"phone": f"1390001{number:04d}"}).ok()
        refused = anonymous.post("/api/auth/send-code", {"phone": "13900019999"})
        assert (refused.status, refused.code) == (429, 3001)
        assert 60 < int(refused.headers["Retry-After"]) <= 3601  # whole seconds, rounded up
        assert refused.headers["RateLimit-Limit"] == "30"
        assert refused.headers["RateLimit-Remaining"] == "0"
        assert refused.headers["RateLimit-Reset"] == refused.headers["Retry-After"]


class TestWidely:
    @pytest.fixture
    def settings_override(self):
        return {
            "TRUSTED_PROXIES": "1",
            "RATE_LIMIT_API": "1000",
            "RATE_LIMIT_CODES_IP": "10",
            "RATE_LIMIT_CODES_ALL": "50",
        }

    @pytest.mark.parametrize(
        ("address", "passed"),
        [
            ("2001:db8:1:2::{:x}", 10),  # one customer's /64
            ("2001:db8:1:{:x}::1", 20),  # many of one /56
            ("2001:db8:1:{:x}00::1", 40),  # many of one /48
            ("2001:db8:{:x}::1", 50),  # from everywhere
        ],
    )
    def test_codes_of_the_networks_around_an_address(self, app, anonymous, address, passed):
        refused = metrics.CODES_REFUSED.labels("everybody")._value
        before = refused.get()
        statuses = Counter(
            anonymous.post(
                "/api/auth/send-code",
                {"phone": f"1390002{number:04d}"},
                headers={"X-Forwarded-For": address.format(number)},
            ).status
            for number in range(70)
        )
        assert statuses == {200: passed, 429: 70 - passed}
        assert refused.get() - before == (20 if passed == 50 else 0)


def test_a_full_restaurant_logs_in_from_one_address(app, anonymous, clock_of_limits):
    for number in range(100):
        phone = f"1390003{number:04d}"
        anonymous.post("/api/auth/send-code", {"phone": phone}).ok()
        code = app.extensions["parts"].sms.last(phone)
        anonymous.post("/api/auth/login", {"phone": phone, "code": code}).ok()
        if number % 25 == 24:
            clock_of_limits()


@pytest.fixture
def clock_of_limits(app):
    """Let a minute pass for the limits a minute; those an hour go on."""

    def run():
        redis = app.extensions["parts"].redis
        for key in redis.scan_iter("rl:ip:*"):
            redis.delete(key)
        for key in redis.scan_iter("rl:login:*"):
            redis.delete(key)

    return run


def test_refreshes_and_expired_tokens_of_one_room_count_for_their_users(app, make, anonymous):
    guests = [make.guest() for _ in range(3)]
    for guest in guests:
        old = expired(app, guest.token)
        statuses = Counter(
            ApiClient(app, old).get("/api/auth/verify-token").status for _ in range(62)
        )
        assert statuses == {200: 60, 429: 2}
        guest.get("/api/auth/verify-token").ok()  # whoever has an old token, has not the new one
    assert anonymous.get("/api/auth/verify-token").code == 2001


def test_refreshes_count_for_their_user(app, anonymous):
    for number in range(3):
        phone = f"1390004{number:04d}"
        anonymous.post("/api/auth/send-code", {"phone": phone}).ok()
        code = app.extensions["parts"].sms.last(phone)
        pair = anonymous.post("/api/auth/login", {"phone": phone, "code": code}).ok()
        headers = {"Authorization": f"Bearer {pair['refresh_token']}"}
        for _ in range(30):
            anonymous.post("/api/auth/refresh", headers=headers).ok()


def expired(app, token):
    """The same token as it would be three hours later."""
    secret = app.config["SETTINGS"].jwt_secret
    claims = jwt.decode(token, secret, algorithms=["HS256"])
    past = {name: claims[name] - 3 * 3600 for name in ("exp", "iat", "nbf")}
    return jwt.encode({**claims, **past}, secret, "HS256")


class TestWithoutRedis:
    @pytest.fixture
    def blind(self, app, environment):
        """The service while its Redis is gone."""
        gone = {"REDIS_URL": f"redis://127.0.0.1:{free_port()}/0"}
        blind = create_app(Settings.from_env({**environment, **gone}))
        blind.extensions["parts"] = RecordingSms.installed_in(blind.extensions["parts"])
        yield blind
        with blind.app_context():
            db.engine.dispose()

    @pytest.mark.parametrize(
        ("path", "body"),
        [
            ("/api/auth/send-code", {"phone": PHONE}),
            ("/api/auth/login", {"phone": PHONE, "code": "123456"}),
        ],
    )
    def test_login_and_codes_are_closed(self, blind, path, body):
        answer = ApiClient(blind).post(path, body)
        assert (answer.status, answer.code) == (503, 1000)
        assert int(answer.headers["Retry-After"]) > 0
        assert blind.extensions["parts"].sms.codes == {}
        with blind.app_context():
            assert db.session.query(SmsCode).count() == 0

    def test_guests_who_are_in_stay_in_and_are_still_counted(self, blind, make):
        guest = ApiClient(blind, make.guest().token)
        statuses = Counter(guest.get("/api/auth/verify-token").status for _ in range(70))
        assert statuses == {200: 60, 429: 10}
