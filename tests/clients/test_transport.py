"""The one POST: what it refuses, and what it knows after a failure."""

import contextlib
import logging
import ssl

import pytest

from points_app import addresses
from points_app.clients import transport
from points_app.clients.transport import (
    CONNECT_TIMEOUT,
    MAX_ANSWER_BYTES,
    TransportError,
    post_json,
    vendor_label,
)

SECRET = "s3cr3t-13800138000"


def post(endpoint: str, timeout: float = 5.0) -> dict:
    target = f"/call?token={SECRET}"
    return post_json(addresses.endpoint(endpoint), target, headers={}, body=b"", timeout=timeout)


def test_a_json_object_comes_back_whatever_the_status(vendor):
    vendor.will_answer({"Code": "Busy"}, status=503)
    assert post(vendor.endpoint) == {"Code": "Busy"}


@pytest.mark.parametrize(
    "garbage",
    [
        b"",
        b"<html>502 Bad Gateway</html>",
        b'"text"',
        b"[1]",
        b'{"a": ',
        b"\xff\xfe",
        b"[" * 100_000,
    ],
    ids=["empty", "html", "string", "list", "cut", "bytes", "nested"],
)
def test_any_other_answer_is_an_error_after_sending(vendor, garbage):
    vendor.will_answer(garbage)
    with pytest.raises(TransportError) as caught:
        post(vendor.endpoint)
    assert caught.value.sent


def test_an_endless_answer_is_cut(vendor):
    vendor.will_answer(b"{}" + b" " * MAX_ANSWER_BYTES)
    with pytest.raises(TransportError, match="too long"):
        post(vendor.endpoint)


def test_the_shorter_limit_is_for_connecting_only(vendor):
    connection = transport._connect(addresses.endpoint(vendor.endpoint), timeout=60.0)
    with contextlib.closing(connection):
        assert connection.timeout == CONNECT_TIMEOUT
        assert connection.sock.gettimeout() == 60.0


def test_silence_is_an_error_after_sending(vendor):
    vendor.will_answer(None)
    with pytest.raises(TransportError) as caught:
        post(vendor.endpoint, timeout=0.1)
    assert caught.value.sent


def test_a_refused_connection_sent_nothing(deaf_endpoint):
    with pytest.raises(TransportError) as caught:
        post(deaf_endpoint)
    assert not caught.value.sent


def test_only_a_trusted_certificate_gets_the_request(vendor, self_signed, monkeypatch):
    endpoint = vendor.endpoint.replace("http://", "https://")
    with pytest.raises(TransportError, match="SSLCertVerificationError") as caught:
        post(endpoint)
    assert not caught.value.sent
    assert vendor.received == []

    trusting = ssl.create_default_context(cafile=self_signed)
    monkeypatch.setattr("points_app.clients.transport._tls", lambda: trusting)
    vendor.will_answer({"Code": "OK"})
    assert post(endpoint) == {"Code": "OK"}


def test_a_redirect_is_not_followed(vendor):
    vendor.will_answer(b"", status=307)
    with pytest.raises(TransportError):
        post(vendor.endpoint)
    assert len(vendor.received) == 1


def test_no_secret_is_logged_or_named(vendor, deaf_endpoint, caplog):
    caplog.set_level(logging.DEBUG)
    vendor.will_answer(b"garbage")
    errors = []
    for endpoint in (vendor.endpoint, deaf_endpoint):
        with pytest.raises(TransportError) as caught:
            post(endpoint)
        errors.append(str(caught.value))
    assert len(vendor.received) == 1 and SECRET in vendor.received[0].path
    assert SECRET not in caplog.text + "".join(errors)


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://dysmsapi.aliyuncs.com",
        "ftp://localhost",
        "aip.baidubce.com",
        "https://a.cn/?k=1",
        "",
    ],
)
def test_an_endpoint_that_would_leak_is_refused(endpoint):
    with pytest.raises(ValueError, match="an endpoint"):
        addresses.endpoint(endpoint)


def test_a_label_quotes_codes_and_never_messages():
    request_id = "F655A8D5-B967-440B-8683-DAD6FF8DE990"
    assert vendor_label("isv.OUT_OF_SERVICE", request_id) == (
        f"isv.OUT_OF_SERVICE (request {request_id})"
    )
    for code in ("13800138000", "bad key abc", "", None, 5, "x" * 200):
        assert vendor_label(code, "13800138000") == "no readable error code"
