"""S3 alone: private objects, links, what is told of failures; on a real S3 server."""

import subprocess
import sys
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit
from urllib.request import urlopen

import pytest

from devstack.process import wait_until
from points_app.clients.storage.base import AccessRefused, ObjectMissing, StorageError, holds
from points_app.clients.storage.s3 import S3Storage

KEY, CONTENT = "receipts/2026/01/UP01.jpg", bytes(range(256)) * 40


def fetch(url: str) -> tuple[int, bytes]:
    try:
        with urlopen(url, timeout=10) as answer:
            return answer.status, answer.read()
    except HTTPError as error:
        with error:
            return error.code, b""


def with_query(url: str, **changes: str) -> str:
    parts = urlsplit(url)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()} | changes
    return urlunsplit(parts._replace(query=urlencode(query)))


def test_an_s3_link_lends_the_object_with_its_type(s3, s3_storage):
    storage = s3_storage()
    key = "receipts/without-suffix"  # else the server would guess the type by itself
    storage.put(key, CONTENT, "image/jpeg")
    url = storage.signed_url(key, 60)
    assert urlsplit(url).path == f"/{s3.bucket}/{key}"
    with urlopen(url, timeout=10) as answer:
        assert answer.read() == CONTENT
        assert answer.headers["Content-Type"] == "image/jpeg"
    assert s3.secret_key not in url


def test_an_s3_object_is_private_and_its_link_cannot_be_altered(s3, s3_storage):
    storage = s3_storage()
    storage.put(KEY, CONTENT, "image/jpeg")
    storage.put("receipts/other.jpg", b"another guest's", "image/jpeg")
    url = storage.signed_url(KEY, 60)
    assert fetch(url) == (200, CONTENT)
    assert fetch(url.partition("?")[0])[0] == 403
    assert fetch(f"{s3.endpoint}/{s3.bucket}")[0] == 403
    assert fetch(url.replace(KEY, "receipts/other.jpg"))[0] == 403
    assert fetch(with_query(url, **{"X-Amz-Expires": "600000"}))[0] == 403
    assert fetch(with_query(url, **{"X-Amz-Signature": "0" * 64}))[0] == 403


def test_an_s3_link_expires(s3, s3_storage):
    storage = s3_storage()
    storage.put(KEY, CONTENT, "image/jpeg")
    url = storage.signed_url(KEY, 2)
    wait_until(lambda: fetch(url)[0] == 403, 15, "the link refused")
    assert fetch(storage.signed_url(KEY, 60)) == (200, CONTENT)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"secret_key": "0" * 40}, "SignatureDoesNotMatch"),
        ({"access_key": "nobody"}, "InvalidAccessKeyId"),
        ({"bucket": "another-bucket"}, "NoSuchBucket"),
    ],
)
def test_s3_says_what_is_wrong_with_the_configuration(s3, s3_storage, changes, code):
    with pytest.raises(StorageError, match=code) as caught:
        s3_storage(**changes).check()
    assert not isinstance(caught.value, ObjectMissing)
    assert s3.secret_key not in str(caught.value)


REFUSAL = b"<?xml version='1.0'?><Error><Code>AccessDenied</Code><Message>no</Message></Error>"


def test_403_for_a_missing_key_is_its_own_refusal(vendor):
    """S3 says so to a user who may not list the bucket."""
    storage = S3Storage(vendor.endpoint, "bucket", "key", "secret", "us-east-1")
    vendor.will_answer(REFUSAL, REFUSAL, status=403)
    with pytest.raises(AccessRefused, match="AccessDenied"):
        storage.get("receipts/2026/01/UP01.jpg")
    assert not holds(storage, "receipts/2026/01/UP01.jpg")


def test_a_200_is_a_promise_and_not_an_object(vendor):
    storage = S3Storage(vendor.endpoint, "bucket", "key", "secret", "us-east-1")
    vendor.will_answer(b"another")
    assert not holds(storage, KEY, CONTENT)
    vendor.will_answer(CONTENT)
    assert holds(storage, KEY, CONTENT)


def test_an_unreachable_s3_is_a_storage_error(s3_storage, deaf_endpoint):
    with pytest.raises(StorageError, match="EndpointConnectionError"):
        s3_storage(endpoint=deaf_endpoint).check()
    with pytest.raises(StorageError, match="ValueError"):
        s3_storage(endpoint="not a url").check()


def test_a_connection_is_reused_but_never_across_a_fork(vendor):
    """Two processes on one socket would read each other's answers."""
    vendor.will_answer(b"one", b"two", b"three")
    # A program of its own: forking the test run would copy the locks of its threads.
    program = [sys.executable, "-c", FORKING_PROGRAM, vendor.endpoint]
    done = subprocess.run(program, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    first, second, child = (request.sender for request in vendor.received)
    assert first == second != child


FORKING_PROGRAM = """
import os, sys
from points_app.clients.storage import S3Storage

storage = S3Storage(sys.argv[1], "bucket", "key", "secret", "us-east-1")
assert (storage.get("a"), storage.get("b")) == (b"one", b"two")
child = os.fork()
if child:
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
assert storage.get("c") == b"three"
"""
