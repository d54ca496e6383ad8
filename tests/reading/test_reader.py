"""The real engine on generated receipts: turned, stamped, by EXIF, and on pictures of nothing."""

import os
from decimal import Decimal
from pathlib import Path

import pytest
from PIL import Image

from points_app.reading.engine import EngineUnavailable, make_engine
from points_app.reading.pictures import normalise
from points_app.reading.reader import read_receipt
from tests.reading.test_pictures import saved

RECEIPTS = Path(__file__).parent.parent / "receipts"
TOTALS = {
    "cn_dev_000_standard_clean.jpg": "289.00",
    "cn_dev_005_rounding_stamp.jpg": "265.00",
    "cn_dev_012_standard_exif.jpg": "727.60",
    "cn_dev_021_cash_rot90.jpg": "364.50",
    "cn_dev_037_standard_rot180.jpg": "343.10",
}


@pytest.fixture(scope="module")
def engine():
    return make_engine()


def read(name, engine):
    return read_receipt(normalise((RECEIPTS / name).read_bytes()).jpeg, engine)


@pytest.mark.parametrize("name", TOTALS)
def test_receipts(engine, name):
    found = read(name, engine)
    assert found.is_receipt and found.amount_confidence == "high"
    assert found.amount == Decimal(TOTALS[name])


def test_boxes_lie_on_the_picture_as_it_came(engine):
    """The page lies on its side; a sum of it stands taller than wide."""
    found = read("cn_dev_021_cash_rot90.jpg", engine)
    box = found.candidates[0].boxes[0]
    assert box.height > box.width


def test_a_picture_without_a_receipt_says_so(engine):
    found = read_receipt(normalise(saved(Image.new("RGB", (800, 600), "gray"))).jpeg, engine)
    assert (found.is_receipt, found.amount, found.candidates) == (False, None, ())


def test_the_record_is_plain_json(engine):
    record = read("cn_dev_000_standard_clean.jpg", engine).to_json()
    assert record["amount"] == "289.00"
    assert all(len(box) == 4 for box in record["candidates"][0]["boxes"])


def test_an_engine_made_before_a_fork_works_in_the_child(engine):
    words = engine.words(Image.new("RGB", (200, 100), "white"))
    child = os.fork()
    if child == 0:
        same = engine.words(Image.new("RGB", (200, 100), "white")) == words
        os._exit(0 if same else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_an_unknown_engine_is_named():
    with pytest.raises(EngineUnavailable, match="known: paddle, rapidocr"):
        make_engine("tesseract")


def test_the_fallback_engine_reads_as_well():
    pytest.importorskip("rapidocr", reason="requirements-rapidocr.txt is not installed")
    found = read("cn_dev_000_standard_clean.jpg", make_engine("rapidocr"))
    assert (found.amount, found.amount_confidence) == (Decimal("289.00"), "high")
    assert found.engine == "rapidocr small"
