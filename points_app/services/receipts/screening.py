"""The rules a receipt is held against: a list of passed and failed, kept with the review.

A rule that cannot be judged, because the slip does not print what it needs, is neither. No rule
rejects anything: they are shown to the merchant, and hold a receipt back from auto-approve.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from points_app.database.session import execute
from points_app.models.receipts import MatchStatus, Receipt
from points_app.services.receipts import review_flags, shop_names
from points_app.services.settings.business import business
from points_app.services.settings.declarations import BusinessSettings
from points_app.services.settings.shop_time import shop_day, start_of_day
from points_app.wire.receipts.reviews import Flag, Rule

MOST_WORDS = 60
CLOCKS_DIFFER = timedelta(minutes=15)
"""How far a till's clock may be ahead of ours."""
PAPERS = {
    "receipt": "消费小票",
    "refund": "退货单或退款单",
    "void": "作废单",
    "before_payment": "付款前的账单（预结单、未付款）",
    "order_ticket": "点菜单或厨房单",
    "payment_screenshot": "付款截图",
    "tax_invoice": "发票",
    "other": "其他单据",
}
"""What a merchant reads for each kind of document."""


def judge(receipt: Receipt) -> list[Rule]:
    """Every rule that the shop's settings switch on, in the order a merchant reads them."""
    settings = business()
    judged = [
        _readable(receipt),
        _kind_of_document(receipt),
        *_something_paid(receipt),
        _amounts_agree(receipt),
        *_fresh(receipt, settings),
        *_known_shop(receipt, settings),
        *_usual_amount(receipt, settings),
        *_not_too_many(receipt, settings),
        not_seen_before(receipt.flags),
    ]
    return judged


def all_passed(rules: list[Rule]) -> bool:
    """Whether nothing failed and nothing was left unjudged."""
    return all(rule["passed"] is True for rule in rules)


def _rule(name: str, passed: bool | None, detail: str) -> Rule:
    return {"rule": name, "passed": passed, "detail": detail}


def with_flags(rules: list[Rule], flags: list[Flag]) -> list[Rule]:
    """The rules as they were judged, but for the one that looks at the flags."""
    now = not_seen_before(flags)
    return [now if rule["rule"] == now["rule"] else rule for rule in rules]


def _readable(receipt: Receipt) -> Rule:
    if receipt.reading is None:
        return _rule("is_receipt", None, "图片无法识别")
    found = bool(receipt.reading["is_receipt"])
    return _rule("is_receipt", found, "图片中有小票" if found else "图片中没有找到小票")


def paper(receipt: Receipt) -> list[Flag]:
    """A flag for a picture of something else than a receipt, about no other upload."""
    document = (receipt.reading or {}).get("document")
    if document is None or document["kind"] == "receipt":
        return []
    return [
        {
            "flag": document["kind"],
            "upload_id": None,
            "whose": None,
            "state": None,
            "suspicious": True,
            "message": _described(document),
        }
    ]


def _kind_of_document(receipt: Receipt) -> Rule:
    """Only what is surely a receipt passes; where the paper does not say, it is not judged."""
    document = (receipt.reading or {}).get("document")
    if document is None:
        return _rule("document_kind", None, "没有识别到单据类型")
    if document["kind"] != "receipt":
        return _rule("document_kind", False, _described(document))
    sure = document["confidence"] == "high"
    return _rule("document_kind", True if sure else None, "消费小票" if sure else "可能是消费小票")


def _described(document: dict[str, Any]) -> str:
    """What the paper is, and the printed words that say so."""
    sure = "这是" if document["confidence"] == "high" else "可能是"
    words = "、".join(document["words"])[:MOST_WORDS]
    return f"{sure}{PAPERS[document['kind']]}" + (f"：{words}" if words else "")


def _something_paid(receipt: Receipt) -> Iterator[Rule]:
    """A paid sum of zero: a voucher paid, or it was free."""
    if receipt.recognized_amount is not None:
        amount = receipt.recognized_amount
        yield _rule("something_paid", amount > 0, f"实付 {amount} 元")


def _amounts_agree(receipt: Receipt) -> Rule:
    typed, read = receipt.input_amount, receipt.recognized_amount
    passed = None if typed is None or read is None else receipt.match_status == MatchStatus.MATCHED
    detail = f"填写 {'无' if typed is None else typed}，识别 {'无' if read is None else read}"
    return _rule("amounts_agree", passed, detail)


def _fresh(receipt: Receipt, settings: BusinessSettings) -> Iterator[Rule]:
    """Not older than so many days and not in the future, by the shop's clock, when handed in."""
    printed, handed_in_on = receipt.receipt_time, shop_day(receipt.upload_time)
    if not printed:
        yield _rule("not_in_future", None, "没有识别到日期")
    else:
        # Both in UTC: two times of one zone are compared by their digits, whatever clocks did.
        passed = _moment(printed, settings) <= receipt.upload_time + CLOCKS_DIFFER
        yield _rule("not_in_future", passed, f"小票时间 {printed.replace('T', ' ')}")
    if settings.receipt_max_age_days:
        age = (handed_in_on - date.fromisoformat(printed[:10])).days if printed else None
        detail = "没有识别到日期" if age is None else f"小票为 {age} 天前"
        limit = settings.receipt_max_age_days
        yield _rule("recent", None if age is None else age <= limit, f"{detail}，上限 {limit} 天")


def _moment(printed: str, settings: BusinessSettings) -> datetime:
    """The printed moment; without a time of day the beginning of that day."""
    return datetime.fromisoformat(printed).replace(tzinfo=settings.timezone).astimezone(UTC)


def _known_shop(receipt: Receipt, settings: BusinessSettings) -> Iterator[Rule]:
    names = shop_names.listed(settings.receipt_shop_names)
    if names:
        printed = [receipt.merchant_name or "", *(receipt.reading or {}).get("lines", [])]
        detail = f"店名 {receipt.merchant_name or '未识别'}"
        yield _rule("known_shop", shop_names.are_printed(names, printed), detail)


def _usual_amount(receipt: Receipt, settings: BusinessSettings) -> Iterator[Rule]:
    amount, least, most = (
        receipt.recognized_amount,
        settings.receipt_min_amount,
        settings.receipt_max_amount,
    )
    if not least and not most:
        return
    passed = None if amount is None else amount >= least and (not most or amount <= most)
    yield _rule("usual_amount", passed, f"允许 {least} 至 {most or '不限'} 元")


def _not_too_many(receipt: Receipt, settings: BusinessSettings) -> Iterator[Rule]:
    """How many the guest handed in on the shop's day with this one, whatever became of them."""
    limit = settings.receipts_per_guest_per_day
    if not limit:
        return
    since = start_of_day(receipt.upload_time)
    of_guest = (Receipt.user_id == receipt.user_id) & (Receipt.review_id <= receipt.review_id)
    query = select(func.count()).where(of_guest, Receipt.upload_time >= since)
    count = execute(query).scalar_one()
    yield _rule("not_too_many", count <= limit, f"当日第 {count} 张，上限 {limit} 张")


def not_seen_before(flags: list[Flag]) -> Rule:
    """Whether no flag about another upload is a suspicion; a note about the guest's own rejected
    try is none."""
    found = len([flag for flag in review_flags.suspicions(flags) if flag["upload_id"]])
    detail = f"{found} 个疑点" if found else "没有发现重复提交"
    return _rule("not_seen_before", not found, detail)
