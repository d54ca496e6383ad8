"""Hands receipts in, as a guest's phone would."""

import io
from itertools import count
from pathlib import Path
from typing import Any

from PIL import Image

from tests.client import Answer, ApiClient

PICTURES = Path(__file__).parent / "receipts"


def picture(name: str) -> bytes:
    return (PICTURES / name).read_bytes()


def blank(shade: int = 255, size: tuple[int, int] = (60, 80), kind: str = "JPEG") -> bytes:
    """A picture without anything on it; another `shade` is another picture."""
    buffer = io.BytesIO()
    Image.new("RGB", size, (shade, shade, shade)).save(buffer, kind)
    return buffer.getvalue()


def send(
    guest: ApiClient, content: bytes | None, amount: str | None = None, **options: Any
) -> Answer:
    """Upload without waiting for the reading."""
    form: dict[str, Any] = {} if amount is None else {"amount": amount}
    if content is not None:
        form[options.pop("field", "file")] = (io.BytesIO(content), "IMG_0001.jpg")
    headers = {"Prefer": "respond-async", **options.pop("headers", {})}
    return guest.send("POST", "/api/photo/upload", data=form, headers=headers, **options)


_shades = count()


def hand_in(guest: ApiClient, amount: str | None = None) -> str:
    """A receipt nobody has read yet; its upload id."""
    content = blank(next(_shades) % 256, size=(60 + guest.user_id % 50, 80))
    return send(guest, content, amount).ok()["upload_id"]
