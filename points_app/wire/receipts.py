"""Receipts as guests and merchants see them."""

from typing import Any

from typing_extensions import TypedDict

from points_app.crypto import Vault, mask_mobile
from points_app.models import ProcessingStatus, Receipt, User
from points_app.wire.paging import Pagination
from points_app.wire.times import iso, iso_or_none, number_or_none


class UploadAnswer(TypedDict):
    upload_id: str
    image_url: str
    input_amount: float | None
    recognized_amount: float | None
    points_awarded: int
    match_status: str
    review_status: str
    processing_status: str


class UploadRecord(UploadAnswer):
    review_reason: str | None
    review_time: str | None
    upload_time: str


class UploadRecords(TypedDict):
    records: list[UploadRecord]
    pagination: Pagination


class Reviewee(TypedDict):
    nickname: str
    avatar: str | None
    mobile: str


class PendingReview(TypedDict):
    review_id: int
    upload_id: str
    user_id: int
    user_info: Reviewee
    image_url: str
    input_amount: float | None
    recognized_amount: float | None
    match_status: str
    points_awarded: int
    confidence: str | None
    merchant_name: str | None
    receipt_time: str | None
    receipt_number: str | None
    flags: list[Any]
    upload_time: str


class PendingReviews(TypedDict):
    reviews: list[PendingReview]
    pagination: Pagination


class Decision(TypedDict):
    review_id: int
    upload_id: str
    status: str
    points_awarded: int
    review_reason: str | None
    review_time: str


def upload_answer(receipt: Receipt, image_url: str) -> UploadAnswer:
    """Clients know `queued`, `done` and `failed`: to them a receipt being read still queues."""
    status = receipt.processing_status
    return {
        "upload_id": receipt.upload_id,
        "image_url": image_url,
        "input_amount": number_or_none(receipt.input_amount),
        "recognized_amount": number_or_none(receipt.recognized_amount),
        "points_awarded": receipt.points_awarded,
        "match_status": receipt.match_status,
        "review_status": receipt.review_status,
        "processing_status": (
            ProcessingStatus.QUEUED if status == ProcessingStatus.PROCESSING else status
        ),
    }


def upload_record(receipt: Receipt, image_url: str) -> UploadRecord:
    return {
        **upload_answer(receipt, image_url),
        "review_reason": receipt.review_reason,
        "review_time": iso_or_none(receipt.review_time),
        "upload_time": iso(receipt.upload_time),
    }


def pending_review(receipt: Receipt, user: User, image_url: str, vault: Vault) -> PendingReview:
    return {
        "review_id": receipt.review_id,
        "upload_id": receipt.upload_id,
        "user_id": receipt.user_id,
        "user_info": {
            "nickname": user.nickname,
            "avatar": user.avatar,
            "mobile": mask_mobile(vault.open(user.mobile, user.mobile_row)),
        },
        "image_url": image_url,
        "input_amount": number_or_none(receipt.input_amount),
        "recognized_amount": number_or_none(receipt.recognized_amount),
        "match_status": receipt.match_status,
        "points_awarded": receipt.points_awarded,
        "confidence": receipt.confidence,
        "merchant_name": receipt.merchant_name,
        "receipt_time": receipt.receipt_time,
        "receipt_number": receipt.receipt_number,
        "flags": receipt.flags,
        "upload_time": iso(receipt.upload_time),
    }


def decision(receipt: Receipt) -> Decision:
    """Raises AssertionError for a receipt nobody decided yet."""
    assert receipt.review_time is not None
    return {
        "review_id": receipt.review_id,
        "upload_id": receipt.upload_id,
        "status": receipt.review_status,
        "points_awarded": receipt.points_awarded,
        "review_reason": receipt.review_reason,
        "review_time": iso(receipt.review_time),
    }
