"""Receipts as reviewers see them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args

from typing_extensions import TypedDict

from points_app.crypto import Vault, mask_mobile
from points_app.models.accounts import User
from points_app.models.receipts import MatchStatus, Receipt
from points_app.reading.confidence import Confidence
from points_app.reading.kind_words import DocumentKind
from points_app.wire import addresses
from points_app.wire.formats import iso, iso_or_none, number_or_none
from points_app.wire.paging import Listed
from points_app.wire.values import one_of

RESEMBLANCES = ("same_picture", "same_facts", "same_number", "same_print", "same_sum")
PAPERS = tuple(kind for kind in get_args(DocumentKind) if kind != "receipt")
RULES = (
    *("is_receipt", "document_kind", "something_paid", "amounts_agree", "not_in_future", "recent"),
    *("known_shop", "usual_amount", "not_too_many", "not_seen_before"),
)


class Reviewee(TypedDict):
    nickname: str
    """The name the guest goes by."""
    avatar: str | None
    """The address of the guest's picture; null without one."""
    mobile: str
    """The guest's phone number with its middle hidden."""


class Flag(TypedDict):
    """A reason to look closely: another upload this one resembles, or what paper it is."""

    flag: Annotated[str, one_of(*RESEMBLANCES, *PAPERS)]
    """How it resembles another upload, or what paper it is instead of a receipt."""
    upload_id: str | None
    """The other upload; null where the paper itself is the reason."""
    whose: Literal["own", "other"] | None
    """Whether the other upload is the same guest's; null without one."""
    state: Literal["pending", "approved", "rejected"] | None
    """How the other upload was decided; null without one."""
    suspicious: bool
    """False for a note, such as the guest's own rejected first try."""
    message: str
    """The same for people to read."""


class FlagWithPicture(Flag):
    image_url: str | None
    """Shows the other upload's picture for ten minutes; null without one."""


class Rule(TypedDict):
    """A rule the receipt was held against."""

    rule: Annotated[str, one_of(*RULES)]
    """The rule's name; which there are depends on the settings."""
    passed: bool | None
    """Null where it could not be judged, because the receipt does not print what it needs."""
    detail: str
    """What was found, for people to read."""


class PendingReview(TypedDict):
    """A receipt as its reviewer needs it."""

    review_id: int
    """The review's number."""
    upload_id: str
    """The upload's id."""
    user_id: int
    """The guest's account number."""
    user_info: Reviewee
    """The guest."""
    image_url: str
    """Shows the picture to this reviewer for ten minutes."""
    input_amount: float | None
    """Yuan that the guest typed; null when nothing was."""
    recognized_amount: float | None
    """Yuan that were read; null when nothing was read, or not yet."""
    match_status: Annotated[str, one_of(*MatchStatus)]
    """Whether both amounts agree within half a yuan; unclear while one is missing."""
    points_awarded: int
    """Points that are proposed while it is pending, paid once approved, 0 once rejected."""
    confidence: Annotated[str, one_of(*get_args(Confidence))] | None
    """How sure `recognized_amount` is; null when none was read."""
    document_kind: Annotated[str, one_of(*get_args(DocumentKind))] | None
    """What paper it is; null until it is read."""
    document_confidence: Annotated[str, one_of(*get_args(Confidence))] | None
    """How sure `document_kind` is; null until it is read."""
    merchant_name: str | None
    """The shop's name as printed; null when it was not read."""
    receipt_time: str | None
    """The time printed, by the shop's clock and without a zone, or only the date; null when it was
    not read."""
    receipt_number: str | None
    """The number printed; null when it was not read."""
    flags: list[FlagWithPicture]
    """Reasons to look closely, the gravest first."""
    rules: list[Rule]
    """The rules it was held against; empty until it is read."""
    amount_boxes: list[list[int]]
    """Where the sum was read: [left, top, right, bottom] in pixels of the picture."""
    appeal_reason: str | None
    """What the guest wrote to appeal; null without an appeal."""
    waits_for_second: bool
    """Whether one of two approvals has been given."""
    waits_for: Literal["merchant", "second_merchant", "other_merchant", "admin"] | None
    """Whose decision is needed: any merchant's, a second one's, one's who did not reject it (an
    appeal), or an admin's (no merchant may, or an appeal has waited too long); null once
    decided."""
    appealed_at: str | None
    """When the guest appealed (UTC); null without an appeal."""
    upload_time: str
    """When it was handed in (UTC)."""


class PendingReviews(Listed):
    reviews: list[PendingReview]
    """The receipts of this page."""


@dataclass(frozen=True, slots=True)
class Around:
    """What is now true of a receipt besides its own row: `link` makes the URL of an upload's
    picture, by its upload id."""

    link: Callable[[str], str | None]
    waits_for: Any
    flags: list[Flag]
    rules: list[Rule]


def pending_review(receipt: Receipt, user: User, around: Around, vault: Vault) -> PendingReview:
    link, reading = around.link, receipt.reading or {}
    candidates, document = reading.get("candidates", []), reading.get("document", {})
    return {
        "review_id": receipt.review_id,
        "upload_id": receipt.upload_id,
        "user_id": receipt.user_id,
        "user_info": {
            "nickname": user.nickname,
            "avatar": addresses.avatar(user),
            "mobile": mask_mobile(vault.open(user.mobile, user.mobile_row)),
        },
        "image_url": link(receipt.upload_id) or "",
        "input_amount": number_or_none(receipt.input_amount),
        "recognized_amount": number_or_none(receipt.recognized_amount),
        "match_status": receipt.match_status,
        "points_awarded": receipt.points_awarded,
        "confidence": receipt.confidence,
        "document_kind": document.get("kind"),
        "document_confidence": document.get("confidence"),
        "merchant_name": receipt.merchant_name,
        "receipt_time": receipt.receipt_time,
        "receipt_number": receipt.receipt_number,
        "flags": [
            {**flag, "image_url": flag["upload_id"] and link(flag["upload_id"])}
            for flag in around.flags
        ],
        "rules": around.rules,
        "amount_boxes": candidates[0]["boxes"] if candidates else [],
        "appeal_reason": receipt.appeal_reason,
        "waits_for_second": receipt.first_approver_id is not None,
        "waits_for": around.waits_for,
        "appealed_at": iso_or_none(receipt.appealed_at),
        "upload_time": iso(receipt.upload_time),
    }
