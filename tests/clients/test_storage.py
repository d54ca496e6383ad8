"""What both storages promise, on this disk and on a real S3 server; then what files add."""

import os
import stat
import threading
from pathlib import Path

import pytest

from points_app.clients.storage import make_storage
from points_app.clients.storage.base import ObjectMissing, StorageError
from points_app.clients.storage.local import LocalStorage
from points_app.clients.storage.s3 import S3Storage
from points_app.config import Settings

KEY, CONTENT = "receipts/2026/01/UP01.jpg", bytes(range(256)) * 40


@pytest.fixture
def local(tmp_path: Path) -> LocalStorage:
    return LocalStorage(tmp_path / "storage")


@pytest.fixture(params=["local", "s3"])
def storage(request):
    if request.param == "local":
        return request.getfixturevalue("local")
    return request.getfixturevalue("s3_storage")()


# --- what both promise


def test_what_is_put_is_what_is_got_until_it_is_deleted(storage):
    storage.put(KEY, CONTENT, "image/jpeg")
    assert storage.get(KEY) == CONTENT
    storage.put(KEY, b"replaced", "image/jpeg")
    assert storage.get(KEY) == b"replaced"
    storage.delete(KEY)
    with pytest.raises(ObjectMissing):
        storage.get(KEY)
    storage.delete(KEY)


def test_an_empty_object_is_an_object(storage):
    storage.put("empty.bin", b"", "application/octet-stream")
    assert storage.get("empty.bin") == b""


def test_the_check_passes(storage):
    storage.check()


@pytest.mark.parametrize(
    "key",
    [
        "",
        "/a",
        "../a",
        "a/../b",
        "a//b",
        "a/",
        ".a",
        "a\\b",
        "a\n",
        "小票",
        "a?b",
        "a%2e",
        "a" * 201,
    ],
)
def test_an_unsafe_key_is_refused_everywhere(storage, key):
    for use in (
        lambda: storage.put(key, b"", "image/jpeg"),
        lambda: storage.get(key),
        lambda: storage.delete(key),
    ):
        with pytest.raises(StorageError, match="not a storage key"):
            use()


def test_many_threads_share_one_storage(storage):
    """A fresh storage used at once by many threads, each reading back its own bytes."""
    start, failures = threading.Barrier(8), []

    def work(number: int) -> None:
        start.wait()
        key, content = f"threads/{number}.bin", bytes([number]) * 5000
        try:
            storage.put(key, content, "application/octet-stream")
            if storage.get(key) != content:
                failures.append(number)
        except StorageError as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


# --- files on this disk


def test_files_are_lent_by_the_application_not_by_links(local):
    local.put(KEY, CONTENT, "image/jpeg")
    assert local.signed_url(KEY, 60) is None


def test_the_check_leaves_no_file(local, tmp_path):
    local.check()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_files_are_for_this_user_only(local, tmp_path):
    local.put(KEY, CONTENT, "image/jpeg")
    path = tmp_path / "storage" / KEY
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_write_that_fails_changes_nothing(local, tmp_path, monkeypatch):
    local.put(KEY, CONTENT, "image/jpeg")

    def full_disk(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", full_disk)
        with pytest.raises(StorageError, match="No space left"):
            local.put(KEY, b"new", "image/jpeg")
    assert local.get(KEY) == CONTENT
    assert [path.name for path in (tmp_path / "storage" / KEY).parent.iterdir()] == ["UP01.jpg"]


def test_a_key_under_an_object_is_missing_not_broken(local):
    local.put("a", b"file", "text/plain")
    with pytest.raises(ObjectMissing):
        local.get("a/b")
    local.delete("a/b")
    with pytest.raises(StorageError):
        local.put("a/b", b"", "text/plain")
    assert local.get("a") == b"file"


def test_readers_see_the_old_or_the_new_file_and_no_mixture(local):
    versions = [bytes([number]) * 200_000 for number in range(2)]
    local.put(KEY, versions[0], "image/jpeg")
    done, mixed = threading.Event(), []

    def read() -> None:
        while not done.is_set():
            if (seen := local.get(KEY)) not in versions:
                mixed.append(len(seen))

    reader = threading.Thread(target=read)
    reader.start()
    for turn in range(60):
        local.put(KEY, versions[turn % 2], "image/jpeg")
    done.set()
    reader.join()
    assert mixed == []


# --- the choice


def settings(**values: object) -> Settings:
    return Settings(
        database_url="sqlite://",
        redis_url="redis://localhost",
        jwt_secret="a",
        jwt_refresh_secret="b",
        encryption_key="0f" * 32,
        **values,
    )


def test_without_a_bucket_files_are_local_and_survive_a_restart(tmp_path):
    chosen = settings(storage_dir=tmp_path)
    before, after = make_storage(chosen), make_storage(chosen)
    assert isinstance(before, LocalStorage) and isinstance(after, LocalStorage)
    before.put(KEY, CONTENT, "image/jpeg")
    assert after.get(KEY) == CONTENT


def test_with_a_bucket_and_keys_s3_is_used(s3):
    chosen = settings(
        sealos_endpoint=s3.endpoint,
        sealos_bucket=s3.bucket,
        sealos_access_key=s3.access_key,
        sealos_secret_key=s3.secret_key,
    )
    storage = make_storage(chosen)
    assert isinstance(storage, S3Storage)
    storage.check()
