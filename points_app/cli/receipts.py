"""`flask receipts`: look into the reader."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup
from PIL import Image, ImageDraw

from points_app.reading.containers import PictureRejected
from points_app.reading.geometry import Box
from points_app.reading.pictures import Picture, normalise
from points_app.reading.result import Reading
from points_app.services.receipts import recognition

receipts = AppGroup("receipts", help="Pictures of receipts.")
GOOD, OTHER, FACT = "#00a000", "#e08000", "#0060d0"


@receipts.command("read")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--draw", type=click.Path(dir_okay=False, path_type=Path), help="Picture to write.")
@click.option("--json", "as_json", is_flag=True, help="Everything, as the database keeps it.")
def read(file: Path, draw: Path | None, as_json: bool) -> None:
    """Read the receipt in FILE and say what was read and why.

    --draw writes the picture with boxes around the text: green the amount, orange the sums
    that were not taken, blue the facts. Nothing is stored.
    """
    try:
        picture = normalise(file.read_bytes())
    except PictureRejected as error:
        raise click.ClickException(f"{file}: {error}") from None
    reading = recognition.recognise(picture.jpeg, date.today())
    if draw:
        _draw(picture, reading).save(draw)
    click.echo(json.dumps(reading.to_json(), ensure_ascii=False) if as_json else _told(reading))


def _told(reading: Reading) -> str:
    amount = "nothing" if reading.amount is None else f"{reading.amount}"
    parts = [f"{amount:>12}  amount, confidence {reading.amount_confidence or 'none'}"]
    if not reading.is_receipt:
        parts.append("              this does not look like a receipt")
    for name in ("merchant_name", "receipt_time", "receipt_number"):
        fact = getattr(reading, name)
        said = f"{fact.value}, confidence {fact.confidence}" if fact else "not found"
        parts.append(f"{name:>16}: {said}")
    parts.append(f"\nread by {reading.engine} in {reading.seconds:.2f} s; candidates:")
    parts += [
        f"{each.amount:>12}  score {each.score:3}  {'; '.join(each.reasons)}"
        for each in reading.candidates
    ]
    parts += [
        f"      {'passed' if check.passed else 'failed'}  {check.name}: {check.detail}"
        for check in reading.checks
    ]
    return "\n".join([*parts, "\nlines:", *(f"    {line}" for line in reading.lines)])


def _draw(picture: Picture, reading: Reading) -> Image.Image:
    image = picture.image()
    pen = ImageDraw.Draw(image)
    width = max(2, image.width // 300)
    facts: list[Any] = [reading.merchant_name, reading.receipt_time, reading.receipt_number]
    drawn = [(box, FACT) for fact in facts if fact for box in fact.boxes]
    drawn += [(box, OTHER) for each in reading.candidates[1:] for box in each.boxes]
    drawn += [(box, GOOD) for each in reading.candidates[:1] for box in each.boxes]
    for box, colour in drawn:
        pen.rectangle(_around(box, width), outline=colour, width=width)
    return image


def _around(box: Box, margin: int) -> tuple[float, float, float, float]:
    return box.left - margin, box.top - margin, box.right + margin, box.bottom + margin
