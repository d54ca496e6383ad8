"""An uploaded file becomes one plain JPEG, or is refused."""

from __future__ import annotations

import hashlib
import io
import threading
from dataclasses import dataclass

import pillow_heif
from PIL import Image, ImageOps, UnidentifiedImageError

from points_app.reading.fingerprint import perceptual_hash

MAX_PIXELS = 50_000_000
LONG_SIDE = 2000
"""Pixels kept of an ordinary picture's longer side: more does not read better, only slower."""
SHORT_SIDE = 800
"""Pixels kept of a long slip's shorter side: 2,000 pixels of length leave no legible print."""
LONGEST_SIDE = 8_000
JPEG_QUALITY = 90
FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")

pillow_heif.register_heif_opener()

_decoding = threading.BoundedSemaphore(2)
"""A 50-megapixel picture takes 150 MB while it is decoded: at most two at a time."""


class PictureRejected(ValueError):
    """Not a whole JPEG, PNG, WebP or HEIC picture of at most 50 megapixels."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as we keep it: upright by its EXIF, without metadata, bounded in size.

    `pixel_sha256` is of the decoded pixels, so it is the same for the same picture in another
    container; `perceptual_hash` (256 bits, hexadecimal) differs little for a re-saved copy.
    """

    jpeg: bytes
    width: int
    height: int
    pixel_sha256: str
    perceptual_hash: str

    def image(self) -> Image.Image:
        """The picture decoded."""
        return Image.open(io.BytesIO(self.jpeg)).convert("RGB")


def normalise(content: bytes) -> Picture:
    """Decode `content` fully and encode it anew, so that nothing but its pixels is kept.

    Waits while two other pictures are being decoded. Raises PictureRejected.
    """
    with _decoding:
        try:
            image = _decoded(content)
        except PictureRejected:
            raise
        except (OSError, ValueError, SyntaxError, EOFError, RuntimeError, MemoryError) as broken:
            raise PictureRejected("the picture is damaged or cut off") from broken
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as bomb:
            raise PictureRejected("the picture has more than 50 megapixels") from bomb
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=JPEG_QUALITY)
        pixels = hashlib.sha256(b"%dx%d" % image.size + image.tobytes()).hexdigest()
        return Picture(buffer.getvalue(), *image.size, pixels, perceptual_hash(image))


def _decoded(content: bytes) -> Image.Image:
    try:
        opened = Image.open(io.BytesIO(content), formats=FORMATS)
    except UnidentifiedImageError as unknown:
        raise PictureRejected("not a JPEG, PNG, WebP or HEIC picture") from unknown
    with opened:
        width, height = opened.size
        if width * height > MAX_PIXELS:
            raise PictureRejected("the picture has more than 50 megapixels")
        if width < 1 or height < 1:
            raise PictureRejected("the picture is empty")
        target = _bounded(width, height)
        opened.draft("RGB", target)  # lets the JPEG decoder skip detail that is thrown away below
        opened.load()
        upright = ImageOps.exif_transpose(opened)
    image = _on_white(upright)
    target = _bounded(*image.size)
    if image.size != target:
        image = image.resize(target, Image.Resampling.LANCZOS)
    # Pillow would write comments and EXIF that it remembers here into the new file.
    image.info = {}
    return image


def _bounded(width: int, height: int) -> tuple[int, int]:
    long, short = max(width, height), max(1, min(width, height))
    scale = min(1.0, max(LONG_SIDE / long, min(SHORT_SIDE / short, LONGEST_SIDE / long)))
    return max(1, round(width * scale)), max(1, round(height * scale))


def _on_white(image: Image.Image) -> Image.Image:
    """RGB; what is transparent becomes paper, not black."""
    if not image.has_transparency_data:
        return image.convert("RGB")
    layer = image.convert("RGBA")
    paper = Image.new("RGB", layer.size, "white")
    paper.paste(layer, mask=layer.getchannel("A"))
    return paper
