"""Objects in a bucket of an S3-speaking service, such as Sealos object storage."""

import os
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from points_app.clients.storage.base import (
    AccessRefused,
    ObjectMissing,
    Storage,
    StorageError,
    check_key,
    check_lifetime,
)

_MISSING = frozenset({"NoSuchKey", "404"})
_REFUSED = frozenset({"AccessDenied", "403", "Forbidden"})


class S3Storage(Storage):
    """A private bucket. Safe to share between threads, and across a fork.

    No ACL is sent: new objects are private, and buckets with ACLs switched off refuse any.
    """

    def __init__(
        self, endpoint: str, bucket: str, access_key: str, secret_key: str, region: str
    ) -> None:
        self._endpoint = endpoint
        self._bucket = bucket
        self._access_key = access_key
        self._secret_key = secret_key
        self._region = region
        self._lock = threading.Lock()
        self._client: Any = None
        self._client_pid = 0

    def put(self, key: str, content: bytes, content_type: str) -> None:
        place = self._place(key)
        with _translated("store", key):
            self._s3().put_object(**place, Body=content, ContentType=content_type)

    def get(self, key: str) -> bytes:
        place = self._place(key)
        with _translated("read", key):
            answer = self._s3().get_object(**place)
            with closing(answer["Body"]) as body:
                return body.read()

    def delete(self, key: str) -> None:
        place = self._place(key)
        with _translated("delete", key):
            self._s3().delete_object(**place)

    def signed_url(self, key: str, expires_in: int) -> str:
        place, lifetime = self._place(key), check_lifetime(expires_in)
        with _translated("sign", key):
            return self._s3().generate_presigned_url("get_object", Params=place, ExpiresIn=lifetime)

    def objects(self) -> Iterator[tuple[str, int]]:
        with _translated("list", self._bucket):
            pages = self._s3().get_paginator("list_objects_v2").paginate(Bucket=self._bucket)
            for page in pages:
                for found in page.get("Contents", ()):
                    yield found["Key"], found["Size"]

    def used_ratio(self) -> None:
        """None: S3 tells no quota; the provider's own alarm watches the bill."""

    def _place(self, key: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": check_key(key)}

    def _s3(self) -> Any:
        """The client of this process: sockets opened before a fork must not be shared after it."""
        with self._lock:
            if self._client_pid != os.getpid():
                self._client, self._client_pid = self._make_client(), os.getpid()
            return self._client

    def _make_client(self) -> Any:
        # Imported here: boto3 takes a second to load, which only the users of S3 should pay.
        from boto3.session import Session
        from botocore.config import Config

        config = Config(
            signature_version="s3v4",
            s3={"addressing_style": "path"},
            # Older S3 services reject the CRC32 trailers that boto3 adds by default.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            connect_timeout=3,
            read_timeout=10,
            retries={"total_max_attempts": 3, "mode": "standard"},
            max_pool_connections=32,
        )
        return Session().client(
            "s3",
            endpoint_url=self._endpoint,
            region_name=self._region,
            aws_access_key_id=self._access_key,
            aws_secret_access_key=self._secret_key,
            config=config,
        )


@contextmanager
def _translated(action: str, key: str) -> Iterator[None]:
    """Turn the SDK's exceptions into ours; their texts may hold URLs, so only names are kept.

    ValueError is what botocore raises for an endpoint that is not a URL.
    """
    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "no code")
        if code in _MISSING:
            raise ObjectMissing(f"no object {key}") from None
        refusal = AccessRefused if code in _REFUSED else StorageError
        raise refusal(f"S3 refused to {action} {key}: {code}") from None
    except (BotoCoreError, ValueError) as error:
        raise StorageError(f"S3 cannot {action} {key}: {type(error).__name__}") from None
