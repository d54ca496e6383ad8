"""An uploaded file becomes one plain JPEG, or is refused.

Decodes in this process. What strangers send is decoded in another one: decoder.py.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from itertools import accumulate

import pillow_heif
from PIL import Image, ImageChops, ImageOps, WebPImagePlugin  # noqa: F401 - else WebP makes Pillow load all

from points_app.reading.containers import Container, PictureRejected, check_size, look_into
from points_app.reading.fingerprint import perceptual_hash
from points_app.reading.orientation import orientation, upright

LONG_SIDE = 2000
"""Pixels kept of an ordinary picture's longer side: more does not read better, only slower."""
SHORT_SIDE = 800
"""Pixels kept of a long slip's shorter side: 2,000 pixels of length leave no legible print."""
LONGEST_SIDE = 8_000
JPEG_QUALITY = 90
REDUCED_FROM = 1.5
"""A picture this many times too large is first reduced by whole numbers, which costs little."""
BAND = 256
"""Rows that are converted at a time while a large picture is reduced: copies stay small."""
FAINT = 24
"""Levels of 256 between a picture's lightest and darkest below which it shows nothing."""

# One thread, and of a file's many pictures only the one that is shown.
pillow_heif.register_heif_opener(
    decode_threads=1, thumbnails=False, depth_images=False, aux_images=False
)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as we keep it: upright by its EXIF, without metadata, bounded in size.

    `pixel_sha256` is of the decoded pixels, so it is the same for the same picture in another
    container; `perceptual_hash` (256 bits, hexadecimal) differs little for a re-saved copy. Of a
    picture that shows nothing both are of the file: two blank pictures are not the same receipt.
    """

    jpeg: bytes
    width: int
    height: int
    pixel_sha256: str
    perceptual_hash: str

    def image(self) -> Image.Image:
        """The picture decoded."""
        return Image.open(io.BytesIO(self.jpeg)).convert("RGB")

    def square(self, side: int) -> bytes:
        """The middle of the picture, `side` pixels wide and high, as a JPEG."""
        buffer = io.BytesIO()
        ImageOps.fit(self.image(), (side, side)).save(buffer, "JPEG", quality=JPEG_QUALITY)
        return buffer.getvalue()


def normalise(content: bytes) -> Picture:
    """Decode `content` fully and encode it anew, so that nothing but its pixels is kept.

    Raises PictureRejected.
    """
    try:
        image = _decoded(look_into(content))
    except MemoryError as error:
        raise PictureRejected("cost", "decoding takes too much memory") from error
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=JPEG_QUALITY)
    if shows_nothing(image):
        pixels = look = hashlib.sha256(content).hexdigest()
    else:
        pixels = hashlib.sha256(b"%dx%d" % image.size + image.tobytes()).hexdigest()
        look = perceptual_hash(image)
    return Picture(buffer.getvalue(), *image.size, pixels, look)


def shows_nothing(image: Image.Image) -> bool:
    """Whether an RGB picture is one shade all over, but for a ten thousandth of its pixels."""
    stray = image.width * image.height // 10_000
    counts = image.histogram()
    return all(_spread(counts[band : band + 256], stray) < FAINT for band in (0, 256, 512))


def _spread(counts: list[int], stray: int) -> int:
    """Levels between the darkest and the lightest, `stray` pixels at either end left out."""
    dark = next(grey for grey, seen in enumerate(accumulate(counts)) if seen > stray)
    light = next(grey for grey, seen in enumerate(accumulate(reversed(counts))) if seen > stray)
    return 255 - light - dark


def _decoded(container: Container) -> Image.Image:
    """The picture in RGB, upright, in the size that is kept."""
    image = _loaded(container)
    scale = max(image.size) / max(_bounded(*image.size))
    image = upright(
        _reduced(image, max(1, int(scale / REDUCED_FROM))),
        orientation(container.exif, container.xmp),
    )
    if image.mode == "RGB":
        return _fitted(image)
    paper = _fitted(_on(image, "white"))
    if shows_nothing(paper):  # white print on nothing, as dark screens have it
        night = _fitted(_on(image, "black"))
        return paper if shows_nothing(night) else night
    return paper


def _loaded(container: Container) -> Image.Image:
    """What the file's decoder makes of it; decoders raise whatever broken bytes lead them to."""
    try:
        opened = Image.open(io.BytesIO(container.content), formats=(container.kind,))
        check_size(*opened.size)
        opened.draft("RGB", _bounded(*opened.size))  # a JPEG skips detail that would be thrown away
        opened.load()
    except (PictureRejected, MemoryError):
        raise
    except Exception as broken:
        raise PictureRejected("damaged", "the picture is damaged or cut off") from broken
    # Pillow would write comments and EXIF that it remembers here into the new file.
    opened.info = {name: opened.info[name] for name in ("transparency",) if name in opened.info}
    return opened


def _reduced(image: Image.Image, factor: int) -> Image.Image:
    """The picture in RGB, or in RGBA where something is transparent, `factor` times smaller."""
    if factor == 1:
        return _plain(image)
    width, height = image.size
    small: Image.Image | None = None
    for top in range(0, height, BAND * factor):
        rows = image.crop((0, top, width, min(height, top + BAND * factor)))
        part = _plain(rows).reduce(factor)
        if small is None:
            small = Image.new(part.mode, (part.width, -(-height // factor)))
        small.paste(part, (0, top // factor))
    assert small is not None
    return small


def _plain(image: Image.Image) -> Image.Image:
    """In RGB or RGBA, eight bits each, whatever the mode."""
    if image.mode.startswith("I;16"):
        return _from_16_bits(image)
    if image.mode in ("I", "F"):
        image = image.point(lambda grey: grey * (1 / 257) + 0).convert("L")
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _from_16_bits(image: Image.Image) -> Image.Image:
    """The upper byte of each grey. The one grey that a PNG calls transparent is so exactly."""
    order = "big" if image.mode.endswith("B") else "little"
    greys = image.tobytes()
    upper, lower = (1, 0) if order == "little" else (0, 1)
    high = Image.frombytes("L", image.size, greys[upper::2])
    clear = image.info.get("transparency")
    if not isinstance(clear, int):
        return high.convert("RGB")
    low = Image.frombytes("L", image.size, greys[lower::2])
    shown = ImageChops.lighter(
        high.point([0 if grey == clear >> 8 else 255 for grey in range(256)]),
        low.point([0 if grey == clear & 255 else 255 for grey in range(256)]),
    )
    return Image.merge("RGBA", (high, high, high, shown))


def _fitted(image: Image.Image) -> Image.Image:
    target = _bounded(*image.size)
    return image if image.size == target else image.resize(target, Image.Resampling.LANCZOS)


def _bounded(width: int, height: int) -> tuple[int, int]:
    long, short = max(width, height), max(1, min(width, height))
    scale = min(1.0, max(LONG_SIDE / long, min(SHORT_SIDE / short, LONGEST_SIDE / long)))
    return max(1, round(width * scale)), max(1, round(height * scale))


def _on(image: Image.Image, colour: str) -> Image.Image:
    """What is transparent becomes paper of this colour."""
    paper = Image.new("RGB", image.size, colour)
    paper.paste(image, mask=image.getchannel("A"))
    return paper
