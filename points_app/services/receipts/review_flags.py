"""What a reviewer is told of an upload that resembles another."""

from collections.abc import Iterable, Mapping
from typing import Any

from points_app.models.receipts import Receipt, ReviewStatus
from points_app.wire.receipts.reviews import Flag

MESSAGES = {
    "same_picture": "与另一次上传的图片几乎相同",
    "same_facts": "金额、日期和时间与另一张小票相同",
    "same_number": "单号与另一张小票相同",
    "same_print": "打印内容与另一张小票大部分相同",
    "same_sum": "店名和金额与另一次上传相同，均没有时间",
}
OWNERS = {"own": "本人", "other": "其他顾客"}
STATES = {"pending": "待审核", "approved": "已通过", "rejected": "已拒绝"}


def refreshed(receipt: Receipt, others: Mapping[str, Any]) -> list[Flag]:
    """The receipt's flags with what became of the `others`, by upload id, since then."""
    return [
        describe(receipt, flag["flag"], others.get(flag["upload_id"]))
        if flag["upload_id"]
        else flag
        for flag in receipt.flags
    ]


def describe(receipt: Receipt, kind: str, other: Any | None) -> Flag:
    """The flag about another upload as it is now.

    A guest whose picture was rejected, because it was blurred or cut, is meant to send a better
    one: their own rejected upload is a note, no suspicion, unless the picture is the very same.
    """
    message = MESSAGES.get(kind, kind)
    if other is None:
        return {
            "flag": kind,
            "upload_id": None,
            "whose": None,
            "state": None,
            "suspicious": True,
            "message": message,
        }
    is_own, state = other.user_id == receipt.user_id, ReviewStatus(other.review_status)
    tried_again = is_own and state is ReviewStatus.REJECTED
    return {
        "flag": kind,
        "upload_id": other.upload_id,
        "whose": "own" if is_own else "other",
        "state": state.value,
        "suspicious": not tried_again or other.pixel_sha256 == receipt.pixel_sha256,
        "message": f"{message}（{OWNERS['own' if is_own else 'other']}，{STATES[state]}）",
    }


def suspicions(flags: Iterable[Flag]) -> list[Flag]:
    """The flags that a person must judge. Old flags do not say `suspicious`, and count as such."""
    return [flag for flag in flags if flag.get("suspicious", True)]
