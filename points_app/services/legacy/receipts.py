"""Receipts from before the move, marked as such."""

import hashlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from points_app.database.session import utcnow
from points_app.extensions import parts
from points_app.models.receipts import Receipt
from points_app.services.legacy.moving import move
from points_app.services.legacy.reading import Legacy, Row, moment, text
from points_app.services.legacy.report import Report


def receipts(legacy: Legacy, report: Report, write: bool) -> Iterator[int]:
    """Move the receipts; their pictures stay in the bucket under the keys they have."""

    def convert(row: Row) -> dict[str, Any]:
        upload_id = text(row.get("upload_id"), 50) or f"LEGACY{row['review_id']}"
        decided = row.get("review_status") in ("approved", "rejected")
        uploaded = moment(row.get("upload_time")) or utcnow()
        unknown = hashlib.sha256(f"legacy:{upload_id}".encode()).hexdigest()
        return {
            "review_id": row["review_id"],
            "upload_id": upload_id,
            "user_id": row["user_id"],
            "object_key": _object_key(row.get("image_url"), upload_id),
            "is_stored": True,
            "sha256": unknown,
            "pixel_sha256": unknown,
            "perceptual_hash": "0" * 64,
            "input_amount": row.get("input_amount"),
            "recognized_amount": row.get("recognized_amount"),
            "match_status": row.get("match_status") or "unclear",
            "points_awarded": max(0, int(row.get("points_awarded") or 0)),
            "flags": [],
            "rules": [],
            "processing_status": "done",
            "processing_attempts": 0,
            "review_status": row["review_status"] if decided else "pending",
            "review_reason": text(row.get("review_reason"), 500),
            "upload_time": uploaded,
            "review_time": (moment(row.get("review_time")) or uploaded) if decided else None,
            "imported": decided,
        }

    yield from move(legacy, report, write, "photo_reviews", Receipt, "review_id", convert)


def _object_key(url: Any, upload_id: str) -> str:
    """The key within the bucket: the path of a URL, without the bucket's name in front."""
    path = urlsplit(str(url or "")).path.lstrip("/")
    bucket = parts.settings.sealos_bucket
    if bucket and path.startswith(f"{bucket}/"):
        path = path[len(bucket) + 1 :]
    return path[:255] or f"legacy/{upload_id}.jpg"
