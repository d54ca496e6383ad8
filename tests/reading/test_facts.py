"""Shop, number, date and time."""

from datetime import date

import pytest

from points_app.reading.facts import merchant_name, receipt_number, receipt_time
from points_app.reading.moments import read_moment
from tests.reading.print import printed

TODAY = date(2026, 1, 20)


@pytest.mark.parametrize(
    ("lines", "name", "confidence"),
    [
        (["渝州老灶(解放路店)", "结账单", "红烧肉  38.00"], "渝州老灶(解放路店)", "medium"),
        (["欢迎光临", "北街面馆", "桌号 12"], "北街面馆", "medium"),
        (["5G 86%", "商户名称：山水茶餐厅"], "山水茶餐厅", "high"),
        (["OJC MARKETING SDN BHD", "NO 2 & 4, JALAN BAYU"], "OJC MARKETING SDN BHD", "medium"),
        (["张三李四", "电话 62345678"], "张三李四", "low"),
    ],
)
def test_the_shop(lines, name, confidence):
    fact = merchant_name(printed(*lines))
    assert (fact.value, fact.confidence) == (name, confidence)


@pytest.mark.parametrize(
    ("lines", "number"),
    [
        (["单号：202601051234"], "202601051234"),
        (["流水号 26041586733"], "26041586733"),
        (["NO:A69214052"], "A69214052"),
        (["Invoice No : INV-00123"], "INV-00123"),
        (["账单号：2O26O1051234"], "202601051234"),  # the letter O among digits
        (["订单号", "88001234567"], "88001234567"),
    ],
)
def test_the_number(lines, number):
    assert receipt_number(printed(*lines)).value == number


@pytest.mark.parametrize("line", ["桌号 12", "电话 62345678", "GST No 000123456789", "合计 48.50"])
def test_other_numbers_are_not_the_receipts(line):
    assert receipt_number(printed(line)) is None


@pytest.mark.parametrize(
    ("lines", "moment", "confidence"),
    [
        (["日期：2026年01月05日 12:23:26"], "2026-01-05T12:23:26", "high"),
        (["2026/01/05 12:23"], "2026-01-05T12:23", "high"),
        (["2026.01.05", "12:23"], "2026-01-05T12:23", "high"),
        (["Date: 25/03/2025 8:15 PM"], "2025-03-25T20:15", "high"),
        (["05 Jan 2026"], "2026-01-05", "medium"),  # without a time of day
        (["03/04/2025 12:00"], "2025-04-03T12:00", "medium"),  # day and month may be swapped
        (["开台 2026-01-05 11:00", "结账时间 2026-01-05 12:30"], "2026-01-05T12:30", "high"),
        (["时间 01-05 12:30"], "2026-01-05T12:30", "low"),  # the year is the last possible
        (["时间 12-30 12:30"], "2025-12-30T12:30", "low"),
    ],
)
def test_date_and_time(lines, moment, confidence):
    fact = receipt_time(printed(*lines), TODAY)
    assert (fact.value, fact.confidence) == (moment, confidence)


def test_a_year_that_the_number_begins_with_is_taken_from_it():
    fact = receipt_time(printed("单号 202501051234", "时间 01-05 12:30"), None)
    assert fact.value == "2025-01-05T12:30" and fact.confidence != "low"


@pytest.mark.parametrize("line", ["2026-13-45", "电话 6234-5678", "1999-01-01", "谢谢"])
def test_no_date(line):
    assert receipt_time(printed(line), TODAY) is None


def test_a_moment_in_one_text():
    assert read_moment("2026-01-05 12:30:00") == "2026-01-05T12:30:00"
    assert read_moment("2026年1月5日") == "2026-01-05"
    assert read_moment("昨天") is None
