"""Has this receipt been handed in before, by anyone? Looked up by index, never by a scan."""

from sqlalchemy import insert

from points_app.db import execute
from points_app.models import PictureBand
from points_app.reading.fingerprint import band_keys

BANDS = PictureBand.__table__


def remember(review_id: int, fingerprint: str) -> None:
    """Make a picture findable by its hash, in the caller's transaction."""
    rows = [{"band_key": key, "review_id": review_id} for key in band_keys(fingerprint)]
    execute(insert(BANDS), rows)
