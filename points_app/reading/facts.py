"""Shop name, receipt number, date and time: what tells one receipt from another."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from points_app.reading.confidence import Confidence
from points_app.reading.geometry import Box
from points_app.reading.lines import Line
from points_app.reading.moments import Day, find_clock, find_day, find_yearless_day
from points_app.reading.money import plain


@dataclass(frozen=True, slots=True)
class Fact:
    """Something printed besides the amount, and the boxes it was read from."""

    value: str
    confidence: Confidence
    boxes: tuple[Box, ...]


def text_of(fact: Fact | None, most: int | None = None) -> str | None:
    """What is printed, the first `most` characters of it; None where nothing was found."""
    return None if fact is None else fact.value[:most]


_HEAD_LINES = 7
"""A shop prints its name among its first lines."""
_NAMED = re.compile(
    r"(?:商户(?:名称|全称)?|商家|门店|店名|收款方|收款商户)\s?[:：]?\s?(?P<name>\S.{2,})"
)
_NO_NAME = re.compile(
    r"结[账帐算保]单|预结|顾客联|商户联|客户联|清单|小票|账单|外卖|欢迎|谢谢|取餐|[桌台单]号|人数|电话|地址|时间|日期|收银|流水"
    r"|[支文]付|交易|成功|品名|菜名|\d\s?[:：]\s?\d|[45]G|invoice|receipt|welcome|thank|\btel\b|\bgst\b|\breg\b|www|http",
    re.IGNORECASE,
)
_SHOP = re.compile(
    r"[店馆楼厅家坊房铺屋府厨阁轩记园城灶栈]$|菜|锅|面|粥|烤|烧|餐|酒|茶|饭|小吃"
    r"|\b(?:sdn|bhd|s/b|ltd|inc|llc|co|restaurant|restoran|trading|enterprise|cafe|mart|store|bar|"
    r"grill|kitchen|bakery|hotel|burger)\b",
    re.IGNORECASE,
)
_BRANCH = re.compile(r"[(（·].*$")

_NUMBER = re.compile(
    r"(?P<label>(?:账|订|帐|结算|交易|小票)?单(?:据|编)?号|流水号?|小票号|票号|交易号|订单编号"
    r"|(?:invoice|inv|receipt|rcpt|bill|check|chk|order|ticket|trans(?:action)?|slip|doc(?:ument)?)"
    r"\s?\.?\s?(?:no|num|number|id|#)|(?:小票|(?<![a-z])no)(?=\s?[.:：])"
    r"|\b(?:check|chk|trans|ticket)(?=\s?[#:：]))"
    r"[\s.:;：#]*(?P<number>[A-Z0-9][A-Z0-9/-]{3,}?)(?=20\d\d[-/.年]|[^A-Z0-9/-]|$)",
    re.IGNORECASE,
)
_NOT_RECEIPT_NUMBER = re.compile(
    r"\b(?:gst|tax id|reg|tel|fax|terminal|card|acct)\b", re.IGNORECASE
)
_BARE_LABEL = re.compile(
    r"(?:单据?号|流水号|编号|(?:invoice|receipt|bill) no)\s?[.:：]*\s*$", re.IGNORECASE
)
_BARE_NUMBER = re.compile(r"\s*(?P<number>[A-Z]{0,3}\d[\d/-]{5,})\s*", re.IGNORECASE)

_TIME_LABELS = (
    re.compile(r"结[账帐算]时间|支付时间|付款时间|收款时间|交易时间|下单"),
    re.compile(r"时间|日期|\bdate\b|\btime\b", re.IGNORECASE),
)


def merchant_name(lines: Sequence[Line]) -> Fact | None:
    """The name after 商户名称, else the largest shop-like print among the first lines.

    A name that is broken inside its brackets goes on in the next line.
    """
    for line in lines:
        if named := _NAMED.search(plain(line.text)):
            return Fact(named["name"].strip(), "high", line.boxes)
    head = [(at, line) for at, line in enumerate(lines[:_HEAD_LINES]) if _may_be_name(line)]
    if not head:
        return None
    at, line = max(head, key=lambda each: (_like_shop(each[1]), each[1].height, -each[0]))
    text, boxes = _without_edges(line.text), line.boxes
    if _open_bracket(text) and at + 1 < len(lines) and len(lines[at + 1].text) <= len(text):
        text, boxes = text + lines[at + 1].text, boxes + lines[at + 1].boxes
    text = re.sub(r"\s*([(（)）·])\s*", r"\1", text).replace("（", "(").replace("）", ")")
    return Fact(text, "medium" if _like_shop(line) else "low", boxes)


def receipt_number(lines: Sequence[Line]) -> Fact | None:
    """The number after 单号, 流水号, Invoice No and the like; at least four digits."""
    for at, line in enumerate(lines):
        text = plain(line.text)
        found = _NUMBER.search(text)
        if (
            found
            and not _NOT_RECEIPT_NUMBER.search(text[: found.end()])
            and _digits(found["number"])
        ):
            clear = min(word.confidence for word in line.words) > 0.9
            return Fact(_cleaned(found["number"]), "high" if clear else "medium", line.boxes)
        if _BARE_LABEL.search(text) and at + 1 < len(lines):
            below = _BARE_NUMBER.fullmatch(plain(lines[at + 1].text))
            if below:
                return Fact(_cleaned(below["number"]), "medium", lines[at + 1].boxes)
    return None


def receipt_time(lines: Sequence[Line], today: date | None = None) -> Fact | None:
    """When the receipt was made, shop-local: "YYYY-MM-DD", with "THH:MM[:SS]" when printed.

    The time of paying goes before any other date, a labelled date before a bare one. A time of day
    on a line of its own belongs to the date nearest above. A date without a year takes it from the
    receipt number or from `today` (low confidence); without either there is none.
    """
    texts = [plain(line.text) for line in lines]
    dated = [(at, day) for at, text in enumerate(texts) if (day := find_day(text))]
    guessed = not dated
    if guessed:
        number = found.value if (found := receipt_number(lines)) else ""
        labelled = [at for at, text in enumerate(texts) if _TIME_LABELS[1].search(text)]
        days = ((at, find_yearless_day(texts[at], number, today)) for at in labelled)
        dated = [(at, day) for at, day in days if day]
    if not dated:
        return None
    at, day = min(dated, key=lambda each: (_label_rank(texts[each[0]]), each[0]))
    clock, boxes = _clock_of(texts, at, day), lines[at].boxes
    value = f"{day.value.isoformat()}T{clock}" if clock else day.value.isoformat()
    sure: Confidence = "high" if day.certain and clock else "medium"
    return Fact(value, "low" if guessed and not day.certain else sure, boxes)


def _clock_of(texts: Sequence[str], at: int, day: Day) -> str | None:
    """The time after the date, before it on the same line, or on one of the next two lines."""
    same = find_clock(texts[at], day.end) or find_clock(texts[at][: max(0, day.end - 8)])
    return same or next(
        (clock for text in texts[at + 1 : at + 3] if (clock := find_clock(text))), None
    )


def _label_rank(text: str) -> int:
    return next((rank for rank, label in enumerate(_TIME_LABELS) if label.search(text)), 2)


def _may_be_name(line: Line) -> bool:
    text = plain(line.text)
    letters = sum(each.isalpha() for each in text)
    return (
        letters >= 3
        and letters >= sum(each.isdigit() for each in text)
        and not _NO_NAME.search(text)
    )


def _like_shop(line: Line) -> bool:
    return bool(_SHOP.search(_BRANCH.sub("", _without_edges(line.text))))


def _without_edges(text: str) -> str:
    return text.strip(" .,:;·-_|*=")


def _open_bracket(text: str) -> bool:
    return text.count("(") + text.count("（") > text.count(")") + text.count("）")


def _digits(number: str) -> bool:
    return sum(each.isdigit() for each in number) >= 4


def _cleaned(number: str) -> str:
    """Letters that engines confuse with digits made digits, inside a number of digits."""
    head, tail = number[:1], number[1:].rstrip("-/")
    if sum(each.isdigit() for each in tail) >= 0.7 * len(tail):
        tail = tail.translate(str.maketrans("OoIl", "0011"))
    return head + tail
