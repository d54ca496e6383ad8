"""Object storage: local files by default, S3 when a bucket and its keys are configured."""

from points_app.clients.storage.base import Storage
from points_app.clients.storage.local import LocalStorage
from points_app.clients.storage.s3 import S3Storage
from points_app.config import Settings


def make_storage(settings: Settings) -> Storage:
    """S3 when a bucket and its keys are set, else files in ``settings.storage_dir``."""
    if settings.sealos_bucket and settings.sealos_access_key and settings.sealos_secret_key:
        return S3Storage(
            endpoint=settings.storage_endpoint,
            bucket=settings.sealos_bucket,
            access_key=settings.sealos_access_key,
            secret_key=settings.sealos_secret_key,
            region=settings.sealos_region,
        )
    return LocalStorage(settings.storage_dir)
