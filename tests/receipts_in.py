"""Hands receipts in, as a guest's phone would."""

import io
from datetime import datetime
from decimal import Decimal
from itertools import count
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

from PIL import Image
from urllib3 import encode_multipart_formdata

from points_app.reading.amounts import Candidate
from points_app.reading.facts import Fact
from points_app.reading.geometry import Box
from points_app.reading.kinds import Document
from points_app.reading.result import Reading
from points_app.services.receipts import processing, recognition
from tests.client import Answer, ApiClient

PICTURES = Path(__file__).parent / "receipts"


def picture(name: str) -> bytes:
    return (PICTURES / name).read_bytes()


def blank(
    shade: int = 255, size: tuple[int, int] = (60, 80), kind: str = "JPEG", **saving: Any
) -> bytes:
    """A picture without anything on it; another `shade` is another picture."""
    buffer = io.BytesIO()
    Image.new("RGB", size, (shade, shade, shade)).save(buffer, kind, **saving)
    return buffer.getvalue()


def send(
    guest: ApiClient,
    content: bytes | None,
    amount: str | None = None,
    path: str = "/api/photo/upload",
    **options: Any,
) -> Answer:
    """Upload without waiting for the reading."""
    fields: dict[str, Any] = {} if amount is None else {"amount": amount}
    if content is not None:
        fields[options.pop("field", "file")] = ("IMG_0001.jpg", content, "image/jpeg")
    body, kind = encode_multipart_formdata(fields)
    headers = {"Prefer": "respond-async", **options.pop("headers", {})}
    sent = {"data": body, "content_type": kind, "headers": headers, **options}
    return guest.send("POST", path, **sent)


_shades = count()


def hand_in(guest: ApiClient, amount: str | None = None) -> str:
    """A receipt nobody has read yet; its upload id."""
    number = next(_shades)
    grain = Random(number).randbytes(64 * 64)  # no two look alike, as blank ones would
    buffer = io.BytesIO()
    Image.frombytes("L", (64, 64), grain).save(buffer, "PNG")
    return send(guest, buffer.getvalue(), amount).ok()["upload_id"]


def reading(amount: str | None = "88.00", **facts: Any) -> Reading:
    """What a reader may have found on a slip of today, sure of itself unless told otherwise."""
    printed = {
        "merchant_name": "渝州老灶",
        "receipt_number": None,
        "receipt_time": datetime.now(ZoneInfo("Asia/Shanghai")).strftime("%Y-%m-%dT00:00"),
        **facts,
    }
    total = amount and Decimal(amount)
    box = Box(10, 20, 110, 40)
    return Reading(
        is_receipt=facts.get("is_receipt", True),
        document=facts.get("document", Document("receipt", "high")),
        amount=total,
        amount_confidence=facts.get("confidence", "high") if amount else None,
        **{
            name: printed[name] and Fact(printed[name], "high", (box,))
            for name in ("merchant_name", "receipt_number", "receipt_time")
        },
        candidates=(Candidate(total, 60, ("beside “实付”",), (box,)),) if total else (),
        checks=(),
        lines=tuple(facts.get("lines", ())),
        engine="test",
        seconds=0.1,
    )


def read(guest: ApiClient, upload_id: str, found: Reading | Exception) -> None:
    """Let a worker take the upload, and its reader find this."""
    with guest.app.app_context(), patch.object(recognition, "recognise") as recognise:
        recognise.side_effect = [found]
        processing.process(upload_id)


def handed_in_and_read(guest: ApiClient, amount: str = "88.00", **facts: Any) -> str:
    """A receipt whose amount was typed and read alike; its upload id."""
    upload_id = hand_in(guest, amount)
    read(guest, upload_id, reading(amount, **facts))
    return upload_id
