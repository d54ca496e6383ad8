"""The guests' photographs."""

import io
import secrets
from pathlib import Path

from PIL import Image, ImageOps

RECEIPTS = Path(__file__).resolve().parent.parent / "tests" / "receipts"


def photograph(name: str) -> bytes:
    """A receipt as if photographed just now: each is another picture, of the same paper."""
    with Image.open(RECEIPTS / name) as kept:
        image = ImageOps.exif_transpose(kept).convert("RGB")
    return _marked(image)


def table() -> bytes:
    """A photograph that shows no receipt at all."""
    return _marked(Image.new("RGB", (600, 800), (148, 117, 84)))


def _marked(image: Image.Image) -> bytes:
    """Speckles in a corner that nobody else has."""
    speckles = Image.frombytes("RGB", (6, 6), secrets.token_bytes(6 * 6 * 3))
    image.paste(speckles, (2, 2))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=92)
    return buffer.getvalue()
