"""Draw Chinese restaurant slips and payment screenshots with known totals, to measure the reader.

`--false` draws papers that only look like receipts, `--series` many payments by one template.
The same seed draws the same pictures (with the same fonts). Layouts and damage are this script's
own, so that a rule which fits one set of pictures only shows here.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from decimal import Decimal
from pathlib import Path

from PIL import Image

from bench.slip_damage import DAMAGES, damaged
from bench.slip_false import FALSE_LAYOUTS, KIND_OF
from bench.slip_layouts import LAYOUTS
from bench.slip_paper import draw
from bench.slip_parts import SHOPS, Slip
from bench.slip_series import SERIES

# What another photograph of the same slip may look like.
PHOTOGRAPHS = ("phone", "tilted", "blurred", "dark", "shadow", "small", "left", "worn")

FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts")
FONT_NAMES = (
    "NotoSansCJK-Regular",
    "NotoSerifCJK-Regular",
    "NotoSansCJK-Bold",
    "wqy-",
    "uming",
    "LXGWWenKai-Regular",
)


def main() -> None:
    """Draw `--count` pictures and their labels.json into `--out`."""
    options = _options()
    fonts = options.font or installed_fonts()
    if not fonts:
        sys.exit("no Chinese font found: apt-get install fonts-noto-cjk, or give --font FILE")
    options.out.mkdir(parents=True, exist_ok=True)
    labels = _series(options, fonts) if options.series else _slips(options, fonts)
    (options.out / "labels.json").write_text(json.dumps(labels, ensure_ascii=False, indent=1))
    print(f"{len(labels)} pictures in {options.out}")


def _slips(options: argparse.Namespace, fonts: list[Path]) -> dict[str, dict[str, str]]:
    """Slips of every layout in turn, each damaged in some way."""
    labels, layouts = {}, FALSE_LAYOUTS if options.false else LAYOUTS
    for number in range(options.count):
        chance = random.Random(options.seed * 100_003 + number)
        layout = list(layouts)[number % len(layouts)]
        damage = chance.choice(DAMAGES)
        slip = layouts[layout](chance)
        paper = draw(slip, chance.choice(fonts), chance)
        picture = damaged(paper.copy(), damage, chance)
        name = f"slip_{number:04d}_{layout}_{damage}.jpg"
        picture.save(options.out / name, "JPEG", quality=chance.choice((60, 75, 88)))
        labels[name] = slip_label(slip) | {"layout": layout, "damage": damage}
        if options.false:
            labels[name]["kind"] = KIND_OF[layout]
        if options.twins:
            again = name.replace(".jpg", "_again.jpg")
            photo = damaged(paper.copy(), chance.choice(PHOTOGRAPHS), chance)
            photo.save(options.out / again, "JPEG", quality=chance.choice((60, 75, 88)))
            labels[again] = labels[name] | {"same_as": name}
        if sys.stderr.isatty():
            print(f"\r{number + 1}/{options.count}", end="", file=sys.stderr)
    return labels


def _series(options: argparse.Namespace, fonts: list[Path]) -> dict[str, dict[str, str]]:
    """Of each template `--series` payments in one shop, drawn alike and clean."""
    labels = {}
    for name, template in SERIES.items():
        look = f"{options.seed} {name}"
        shop, font = random.Random(look).choice(SHOPS), random.Random(look).choice(fonts)
        for number in range(options.series):
            slip = template(random.Random(f"{look} {number}"), shop, number)
            file = f"{name}_{number:03d}.jpg"
            draw(slip, font, random.Random(look)).save(options.out / file, "JPEG", quality=88)
            labels[file] = slip_label(slip) | {"series": name}
    return labels


def slip_label(slip: Slip) -> dict[str, str]:
    """The truth about a slip, in the form that bench/reading takes."""
    total = str(slip.total.quantize(Decimal("0.01"))) if slip.total is not None else ""
    return {
        "total": total,
        "date": slip.date,
        "time": slip.time,
        "order_no": slip.order_no,
        "merchant": slip.merchant,
    }


def installed_fonts() -> list[Path]:
    """The Chinese fonts of this machine that look like a printer's or a phone's."""
    files = [file for folder in FONT_FOLDERS for file in sorted(Path(folder).rglob("*.tt[cf]"))]
    return [file for file in files if any(name in file.name for name in FONT_NAMES)]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder for pictures and labels")
    parser.add_argument("--count", type=int, default=120, help="how many (default 120)")
    parser.add_argument("--seed", type=int, default=1, help="another seed, other slips (default 1)")
    parser.add_argument(
        "--twins", action="store_true", help="photograph each slip twice, to measure duplicates"
    )
    parser.add_argument("--false", action="store_true", help="draw papers that are no receipts")
    parser.add_argument(
        "--series", type=int, help="draw so many payments of each template, instead of slips"
    )
    parser.add_argument("--font", type=Path, action="append", help="font file; may be repeated")
    return parser.parse_args()


if __name__ == "__main__":
    Image.init()
    main()
