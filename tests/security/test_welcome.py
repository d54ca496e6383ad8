"""Welcome points for many accounts of one device or address: held, not refused."""

import pytest

from tests.books import balance, ledger
from tests.client import ApiClient
from tests.receipts_in import hand_in


@pytest.fixture
def settings_override():
    return {"TRUSTED_PROXIES": "1", "RATE_LIMIT_API": "1000"}


@pytest.fixture
def newcomer(app, anonymous, monkeypatch):
    """A first login from an address, on a device."""
    from points_app.extensions import limiter

    monkeypatch.setattr(limiter, "enabled", False)
    numbers = iter(range(10_000))

    def log_in(address="127.0.0.1", device=None):
        phone = f"1391000{next(numbers):04d}"
        headers = {"X-Forwarded-For": address}
        anonymous.post("/api/auth/send-code", {"phone": phone}, headers=headers).ok()
        body = {"phone": phone, "code": app.extensions["parts"].sms.last(phone)}
        if device is not None:
            body["device_id"] = device
        answer = anonymous.post("/api/auth/login", body, headers=headers).ok()
        return ApiClient(app, answer["access_token"], answer["user_info"]["user_id"])

    return log_in


def set_limits(make, **limits):
    make.admin().put("/api/admin/settings", {"settings": limits}).ok()


def test_the_third_account_of_a_device_waits(newcomer):
    balances = [balance(newcomer(device="phone-1")) for _ in range(4)]
    assert balances == [1000, 1000, 0, 0]
    assert balance(newcomer(device="phone-2")) == 1000


def test_an_address_has_a_number_of_accounts_a_day(newcomer, make):
    set_limits(make, welcome_per_network_day=3)
    assert [balance(newcomer("8.8.8.8")) for _ in range(5)] == [1000, 1000, 1000, 0, 0]
    assert balance(newcomer("8.8.4.4")) == 1000


def test_the_address_of_a_proxy_or_of_nobody_counts_for_nothing(newcomer, make):
    """A private address stands for everybody behind it."""
    set_limits(make, welcome_per_network_day=1)
    for address in ("127.0.0.1", "10.0.0.7", "192.168.1.1"):
        assert [balance(newcomer(address)) for _ in range(2)] == [1000, 1000]


def test_held_points_come_with_the_first_approved_receipt_once(newcomer, make):
    merchant = make.merchant()
    newcomer(device="d"), newcomer(device="d")
    held = newcomer(device="d")
    for _ in range(2):
        body = {"upload_id": hand_in(held, "9.00"), "action": "approve", "points": 90}
        merchant.post("/api/merchant/review", body).ok()
    assert sorted((row.source, row.points) for row in ledger(held)) == [
        ("photo_upload", 90),
        ("photo_upload", 90),
        ("register", 1000),
    ]
    assert balance(held) == 1180


def test_zero_is_no_limit(newcomer, make):
    set_limits(make, welcome_per_device=0)
    assert {balance(newcomer(device="shared")) for _ in range(4)} == {1000}


@pytest.mark.parametrize("device", ["", "x" * 129, 7, None])
def test_odd_device_ids(anonymous, device):
    body = {"phone": "13910009999", "code": "123456", "device_id": device}
    expected = 1002 if device is None else 9001
    assert anonymous.post("/api/auth/login", body).code == expected
