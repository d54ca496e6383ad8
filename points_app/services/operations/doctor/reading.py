"""What reads receipts: the decoder, the reader, Baidu where it is used."""

import io
import time
from collections.abc import Iterator
from decimal import Decimal

from PIL import Image, ImageDraw, ImageFont

from points_app.clients.baidu import BaiduError
from points_app.errors.base import AppError
from points_app.extensions import parts
from points_app.reading.engine import EngineUnavailable
from points_app.reading.reader import read_receipt
from points_app.services import decoding
from points_app.services.operations.doctor.finding import Finding, failed, ok
from points_app.services.receipts import recognition

SLIP = ("CORNER RESTAURANT", "Noodles      38.00", "Tea          12.50", "Total        50.50")
SLIP_TOTAL = Decimal("50.50")


def decoder() -> Iterator[Finding]:
    """Pictures of guests are decoded in a process of its own; it starts and works."""
    began = time.perf_counter()
    try:
        decoding.decode(0, _slip())
    except AppError as error:
        yield failed("decoder", f"{type(error).__name__}", "see the log; is memory short?")
    else:
        yield ok("decoder", f"started and decoded in {time.perf_counter() - began:.1f} s")


def reader() -> Iterator[Finding]:
    """The configured reader reads a receipt drawn for the purpose."""
    began = time.perf_counter()
    try:
        reading = read_receipt(_slip(), recognition.engine())
    except (EngineUnavailable, ImportError, OSError, RuntimeError) as error:
        yield failed("reader", f"{type(error).__name__}", "install requirements.txt on the worker")
        return
    seconds = time.perf_counter() - began
    if reading.amount == SLIP_TOTAL:
        yield ok("reader", f"read {SLIP_TOTAL} in {seconds:.1f} s with {reading.engine}")
    else:
        yield failed(
            "reader", f"read {reading.amount} instead of {SLIP_TOTAL}", "check READING_ENGINE"
        )


def baidu() -> Iterator[Finding]:
    """Baidu accepts the keys, where there are some; asks it to read the same receipt."""
    if parts.ocr is None:
        return
    try:
        parts.ocr.receipt(_slip())
    except BaiduError as error:
        yield failed("baidu", str(error), "check OCR_API_KEY and OCR_SECRET_KEY, and the quota")
    else:
        yield ok("baidu", "answers; the local reader stays the first")


def _slip() -> bytes:
    image = Image.new("RGB", (640, 420), "white")
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(size=36)
    for row, line in enumerate(SLIP):
        pen.text((40, 40 + row * 80), line, fill="black", font=font)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=90)
    return buffer.getvalue()
