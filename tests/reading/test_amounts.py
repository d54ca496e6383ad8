"""Which sum was paid, and how sure that is."""

from decimal import Decimal

import pytest

from points_app.reading.reader import interpret
from tests.reading.print import words


def read(*lines, **options):
    found = interpret(words(*lines, **options))
    return (str(found.amount), found.confidence)


@pytest.mark.parametrize(
    ("lines", "amount"),
    [
        (["小计  50.00", "合计  48.00"], "48.00"),
        (["合计  50.00", "实付  45.00"], "45.00"),
        (["合计  48.50", "现金  100.00", "找零  51.50"], "48.50"),
        (["合计  48.50", "实收  100.00", "找零  51.50"], "48.50"),  # 实收 is the cash here
        (["合计金额  48.60", "零头优惠  -0.60", "应收金额  48.00"], "48.00"),
        (["总计  120.00", "会员卡支付  120.00", "卡余额  880.00"], "120.00"),
        (["总金额  1,208.00", "人均  302.00"], "1208.00"),
        (["Subtotal  50.00", "Tax  3.00", "Total  53.00", "Cash  60.00", "Change  7.00"], "53.00"),
        (["Food  38.00", "Tax  2.41", "TOTAL  40.4"], "40.41"),  # the last digit is not legible
        (["现金  100.00", "找零  51.50"], "48.50"),  # no legible total: cash less change
    ],
)
def test_what_was_paid(lines, amount):
    assert read(*lines)[0] == amount


@pytest.mark.parametrize(
    ("lines", "confidence"),
    [
        (["合计  48.50", "现金  50.00", "找零  1.50"], "high"),  # a check agrees
        (["合计  48.50", "微信支付  48.50"], "high"),  # two labels agree
        (["合计  48.50"], "medium"),  # a label alone
        (["合计  48.50", "实付  45.00"], "medium"),  # two totals
        (["红烧肉  88.00", "合计  48.50"], "medium"),  # no line is larger than the total
        (["红烧肉  38.00", "米饭  4.00"], "low"),  # a guess
    ],
)
def test_how_sure(lines, confidence):
    assert read(*lines)[1] == confidence


def test_print_that_is_hard_to_read_is_never_sure():
    assert read("合计  48.50", "现金  50.00", "找零  1.50", confidence=0.6)[1] == "medium"


def test_without_a_sum_there_is_no_amount():
    assert read("谢谢惠顾", "欢迎光临") == ("None", None)


def test_the_first_candidate_says_why_and_where():
    found = interpret(words("合计  48.50", "现金  50.00", "找零  1.50"))
    best = found.candidates[0]
    assert best.amount == Decimal("48.50")
    assert best.reasons == ("beside “合计”", "50.00 - 1.50 = 48.50")
    assert len(best.boxes) == 1 and best.boxes[0].right == 600


@pytest.mark.parametrize(
    "lines",
    [
        ["合计  87.00", "团购券  -87.00", "实付  0.00"],
        ["合计  87.00", "美团券  87.00", "实收  0.00"],
        ["应收  87.00", "代金券抵扣  -87.00", "实收金额  ¥0"],
        ["合计  87.00", "优惠  -87.00", "应付  0.00"],
        ["小计  87.00", "免单  -87.00", "合计  0.00"],
        ["Subtotal  87.00", "Voucher  -87.00", "Total  0.00"],
    ],
)
def test_nothing_paid_is_zero_and_for_a_person(lines):
    assert read(*lines) == ("0.00", "medium")


@pytest.mark.parametrize(
    ("lines", "amount"),
    [
        (["合计  87.00", "优惠  0.00", "实付  87.00"], "87.00"),
        (["合计  87.00", "微信支付  87.00", "未付  0.00"], "87.00"),
        (["Total  87.00", "Visa  87.00", "Balance due  0.00"], "87.00"),
        (["Total  87.00", "Cash  100.00", "Change  13.00", "Amount due  0.00"], "87.00"),
        (["应收  87.00", "实收  0.00", "微信支付  87.00"], "87.00"),
    ],
)
def test_another_zero_is_not_what_was_paid(lines, amount):
    assert read(*lines)[0] == amount


def test_a_sum_that_a_voucher_of_all_may_have_paid_is_contested():
    """The zero slipped to the next line of a crooked page."""
    assert read("合计  87.00", "美团券  87.00", "实付  87.00", "0.00") == ("87.00", "medium")
    assert read("合计  87.00", "美团支付  87.00", "实付  87.00") == ("87.00", "high")
    assert read("合计  174.00", "团购券抵扣  -87.00", "实付  87.00") == ("87.00", "high")


def test_a_sum_beside_a_paid_zero_is_contested():
    assert read("应收  87.00", "现金实收  0.00", "实收  0.00", "微信支付  87.00")[1] != "high"
