"""What the words beside a sum say about it."""

from __future__ import annotations

import re
import unicodedata
from enum import Enum
from functools import cache, lru_cache


class Role(Enum):
    """What a sum on a receipt is."""

    PAID = "paid"
    """What is paid in the end: 实付, 应收, amount due, rounded total."""
    TOTAL = "total"
    SUBTOTAL = "subtotal"
    """A sum before tax, service or discount."""
    CARD = "card"
    """Paid without change: WeChat, Alipay, a bank card."""
    CASH = "cash"
    """What the guest handed over."""
    CHANGE = "change"
    TAX = "tax"
    CHARGE = "charge"
    """Added on top: service, delivery, packing, tip."""
    DISCOUNT = "discount"
    ROUNDING = "rounding"
    COUNT = "count"
    """A number of things, not of money."""
    OTHER = "other"
    """Known not to be the total: balance of a card, savings, a price per head."""


CHINESE: tuple[tuple[Role, str], ...] = (
    (Role.COUNT, "数量合计|合计数量|总数量?$|[件份人]数|[桌台卡]号|积分|取餐号|电话|地址"),
    (Role.OTHER, "余额|储值|节省|已省|共省|人均|押金|可开票"),
    (Role.CHANGE, "找[零雾霉回赎您]|我零"),
    (Role.ROUNDING, "[抹袜林妹]零|舍入|四舍五入|零头|去零|尾数|取整"),
    (Role.CASH, "现金|现收|收您"),
    (Role.DISCOUNT, "优惠|折扣|折让|[立满直]减|红包|抵扣|代金券|减免|会员价?减|让利|赠送|折后减"),
    (
        Role.SUBTOTAL,
        "小计|原价|折前|[菜莱]品(?:金额|合计|总[额价])|消费(?:金额|合计|总额)|商品(?:金额|合计|总[额价])",
    ),
    (Role.TAX, "税额|税金|增值税"),
    (Role.CHARGE, "服务费|配送费|餐盒费|打包费|包装费|餐具费|茶位费?|运费|小费|开台费"),
    (
        Role.PAID,
        "[实买][付收结]|[实买]际(?:支付|付款|收款)|[应需待][付收结]|已付|(?:支付|付款|成交|订单|交易|结算|结账|开票)金额"
        "|(?:支付|付款)(?:总额|合计)|本次消费",
    ),
    (Role.TOTAL, "[合台]计|[总忌]计|共计|总[额价]|总金额|合汁|金额合|^金额$"),
    (
        Role.CARD,
        "微信|支付宝|银联|刷卡|美团|饿了么|扫码|云闪付|抖音|团购|会员卡|数字人民币|(?:付款|支付)方式",
    ),
)
"""Chinese words, the telling ones first: 数量合计 is a count although 合计 is in it."""

LATIN: dict[Role, tuple[str, ...]] = {
    Role.COUNT: ("qty", "qtys", "quantity", "item", "items", "pcs", "points", "tel", "phone"),
    Role.OTHER: ("saving", "savings", "saved", "you save", "card balance", "per person", "rate"),
    Role.CHANGE: ("change", "chg due", "kembali"),
    Role.ROUNDING: ("rounding", "round", "round off"),
    Role.DISCOUNT: ("discount", "disc", "dsc", "promotion", "coupon", "voucher", "less"),
    Role.CASH: ("cash", "tender", "tendered", "payment", "received", "accepted", "paid", "pay"),
    Role.CARD: (
        "visa",
        "mastercard",
        "master",
        "amex",
        "american express",
        "debit",
        "credit",
        "eftpos",
        "nets",
        "card",
        "alipay",
        "wechat pay",
    ),
    Role.CHARGE: ("service charge", "service", "svc", "srv", "gratuity", "tip", "delivery"),
    Role.TAX: ("tax", "gst", "sst", "vat", "pst", "hst", "mva", "tva"),
    Role.SUBTOTAL: ("subtotal", "sub total", "sub", "netto", "net ttl"),
}

TOTAL_WORDS = ("total", "totals", "ttl", "amount", "amt", "due", "payable", "to be paid")
EXCLUDING = ("excl", "exc", "excluding", "exclusive", "excluded", "before", "without", "net amt")
INCLUDING = ("incl", "inc", "including", "inclusive", "included", "after", "with tax", "w tax")
FINAL = ("grand", "final", "due", "payable", "rounded", "nett", "to be paid", "to pay")
SUMMARY = (
    "gst summary",
    "tax summary",
    "vat summary",
    "summary amount",
    "tax code",
    "tax type",
    "tax analysis",
    "taxes analysis",
    "amount tax",
    "amt tax",
    "net gross",
    "htva",
)
"""Heads of the table of tax rates."""

_ALIKE = str.maketrans({"i": "l", "1": "l", "!": "l", "|": "l", "0": "o", "5": "s", "8": "b"})


def role_of(text: str) -> Role | None:
    """The role that some words give to the sum beside them, None when they say nothing."""
    chinese = re.sub(r"\s", "", unicodedata.normalize("NFKC", text))
    for role, pattern in CHINESE:
        if re.search(pattern, chinese):
            return role
    return _latin_role(fold(text))


def is_tax_summary(text: str) -> bool:
    """Whether the line heads the table of tax rates, whose totals are not the receipt's."""
    return says(fold(text), SUMMARY)


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Lower-case words without accents, letters that engines mix up (i, 1, ! and l) made one."""
    letters = unicodedata.normalize("NFKD", text).lower().translate(_ALIKE)
    return " ".join(re.findall(r"[a-z]+", letters))


def _latin_role(words: str) -> Role | None:
    if says(words, TOTAL_WORDS) or re.search(r"\w{3,}total\b", words):
        return _kind_of_total(words)
    return next((role for role, phrases in LATIN.items() if says(words, phrases)), None)


def _kind_of_total(words: str) -> Role:
    """Total quantity, change due, total tax and total before tax are not the total."""
    if says(words, INCLUDING):
        return Role.TOTAL
    for role in (Role.COUNT, Role.OTHER, Role.SUBTOTAL, Role.CHANGE):
        if says(words, LATIN[role]):
            return role
    if says(words, EXCLUDING):
        return Role.SUBTOTAL
    for role in (Role.TAX, Role.DISCOUNT, Role.ROUNDING):
        if says(words, LATIN[role]):
            return role
    if says(words, FINAL):
        return Role.PAID
    return Role.CASH if says(words, LATIN[Role.CASH]) else Role.TOTAL


def says(words: str, phrases: tuple[str, ...]) -> bool:
    """Whether one of the phrases is among the folded words, long words with one letter wrong."""
    return any(_contains(words, phrase) for phrase in phrases)


@lru_cache(maxsize=65536)
def _contains(words: str, phrase: str) -> bool:
    """Whether the phrase is among the words; long ones may have one letter wrong."""
    wanted, given = fold(phrase).split(), words.split()
    return any(
        all(_same(one, other) for one, other in zip(wanted, given[at:], strict=False))
        for at in range(len(given) - len(wanted) + 1)
    )


def _same(wanted: str, given: str) -> bool:
    """Equal, but for one letter where the word is long.

    A word that is a label itself, as "charge" is beside "change", is not another one misread.
    """
    if wanted == given or given in _own_words():
        return wanted == given
    return len(wanted) >= 5 and len(given) >= 4 and _one_edit(wanted, given)


@cache
def _own_words() -> frozenset[str]:
    phrases = [phrase for each in LATIN.values() for phrase in each]
    return frozenset(word for phrase in (*phrases, *TOTAL_WORDS) for word in fold(phrase).split())


def _one_edit(one: str, other: str) -> bool:
    """Whether one letter changed, lost or added makes the two words the same."""
    short, long = sorted((one, other), key=len)
    if len(long) - len(short) > 1:
        return False
    at = next((i for i, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    return short[at:] == long[at + 1 :] or short[at + 1 :] == long[at + 1 :]
