"""What happens to a slip between the printer and the server."""

from __future__ import annotations

from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter

DAMAGES = (
    "clean",
    "phone",
    "phone",
    "tilted",
    "blurred",
    "dark",
    "faded",
    "creased",
    "stamped",
    "shadow",
    "noisy",
    "small",
    "left",
    "right",
    "upside_down",
    "worn",
    "worn",
    "worn",
)


def damaged(paper: Image.Image, damage: str, chance: Random) -> Image.Image:
    """The picture with one kind of damage; most also get the slight ones of any photo."""
    picture = _DAMAGE[damage](paper, chance) if damage in _DAMAGE else paper
    return picture.convert("RGB")


def _phone(paper: Image.Image, chance: Random) -> Image.Image:
    """Lying on a table, seen from a slight angle, unevenly lit."""
    width, height = paper.size
    pad = round(0.12 * width)
    table = Image.new("L", (width + 2 * pad, height + 2 * pad), chance.randint(60, 150))
    table.paste(paper, (pad, pad))
    spread = 0.05 * width
    corners = [(0, 0), (0, table.height), table.size, (table.width, 0)]
    quad = [edge + chance.uniform(-spread, spread) for corner in corners for edge in corner]
    seen = table.transform(table.size, Image.Transform.QUAD, quad, Image.Resampling.BICUBIC)
    return _shadow(seen, chance).filter(ImageFilter.GaussianBlur(0.6))


def _tilted(paper: Image.Image, chance: Random) -> Image.Image:
    angle = chance.choice([-1, 1]) * chance.uniform(3, 9)
    return paper.rotate(angle, Image.Resampling.BICUBIC, expand=True, fillcolor=110)


def _blurred(paper: Image.Image, chance: Random) -> Image.Image:
    return paper.filter(ImageFilter.GaussianBlur(chance.uniform(1.2, 1.9)))


def _dark(paper: Image.Image, chance: Random) -> Image.Image:
    dim = paper.point(lambda grey: round(grey * 0.28))
    return _noisy(dim, chance)


def _faded(paper: Image.Image, chance: Random) -> Image.Image:
    return ImageEnhance.Contrast(paper).enhance(chance.uniform(0.25, 0.4))


def _creased(paper: Image.Image, chance: Random) -> Image.Image:
    pen = ImageDraw.Draw(paper)
    for _ in range(chance.randint(3, 6)):
        start = (chance.randint(0, paper.width), chance.randint(0, paper.height))
        end = (chance.randint(0, paper.width), chance.randint(0, paper.height))
        pen.line([start, end], fill=chance.randint(150, 210), width=chance.randint(2, 5))
    return paper.filter(ImageFilter.GaussianBlur(0.7))


def _stamped(paper: Image.Image, chance: Random) -> Image.Image:
    colour = paper.convert("RGB")
    seal = Image.new("RGB", colour.size, "white")
    radius = paper.width // 6
    x = chance.randint(radius, paper.width - radius)
    y = round(paper.height * chance.uniform(0.55, 0.95))
    box = (x - radius, y - radius, x + radius, y + radius)
    ImageDraw.Draw(seal).ellipse(box, outline=(225, 60, 60), width=7)
    return ImageChops.multiply(colour, seal)


def _shadow(paper: Image.Image, chance: Random) -> Image.Image:
    light = Image.linear_gradient("L").rotate(chance.choice([0, 90, 180, 270])).resize(paper.size)
    light = light.point(lambda grey: 120 + round(grey * 135 / 255))
    return ImageChops.multiply(paper.convert("L"), light)


def _noisy(paper: Image.Image, chance: Random) -> Image.Image:
    """Grain of up to `strength` grey levels either way, from the seeded source."""
    strength = chance.randint(20, 40)
    grain = Image.frombytes("L", paper.size, chance.randbytes(paper.width * paper.height))
    grain = grain.point(lambda grey: round(grey * 2 * strength / 255))
    return ImageChops.add(paper.convert("L"), grain, offset=-strength)


def _small(paper: Image.Image, chance: Random) -> Image.Image:
    factor = chance.uniform(0.45, 0.6)
    return paper.resize((round(paper.width * factor), round(paper.height * factor)))


def _worn(paper: Image.Image, chance: Random) -> Image.Image:
    """Three kinds of damage at once: the paper's, the camera's and the light's."""
    for first in (
        (_faded, _creased, _stamped),
        (_phone, _tilted),
        (_small, _blurred, _noisy, _dark),
    ):
        paper = chance.choice(first)(paper, chance).convert("L")
    return paper


_DAMAGE = {
    "worn": _worn,
    "phone": _phone,
    "tilted": _tilted,
    "blurred": _blurred,
    "dark": _dark,
    "faded": _faded,
    "creased": _creased,
    "stamped": _stamped,
    "shadow": _shadow,
    "noisy": _noisy,
    "small": _small,
    "left": lambda paper, _: paper.transpose(Image.Transpose.ROTATE_90),
    "right": lambda paper, _: paper.transpose(Image.Transpose.ROTATE_270),
    "upside_down": lambda paper, _: paper.transpose(Image.Transpose.ROTATE_180),
}
