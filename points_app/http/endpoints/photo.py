"""Receipt pictures."""

import re

from flask import request

from points_app.errors.receipts import (
    AmountInvalid,
    AppealRefused,
    AppealTooLate,
    PhotoFailure,
    PictureMissing,
    PictureTooLarge,
    PictureUnreadable,
    PreviewsRunning,
    PreviewsUsed,
    ReceiptAlreadySubmitted,
    UploadsUsed,
    UploadUnknown,
)
from points_app.extensions import parts
from points_app.http.access import Access
from points_app.http.api import Area
from points_app.http.parse import uploaded_file
from points_app.http.schemas.photo import AppealRequest, UploadForm, UploadsQuery
from points_app.services.accounts.authentication import Caller
from points_app.services.receipts import appeals, quick_reading, upload_records, uploads
from points_app.wire.receipts import uploads as wire

area = Area("photo", "/api/photo", failure=PhotoFailure)
MAX_WAIT_SECONDS = 20.0
PREFER_WAIT = re.compile(r"\bwait=([0-9]{1,4})\b")


@area.operation(
    "POST",
    "/upload",
    Access.GUEST,
    wire.UploadAnswer,
    form=UploadForm,
    picture=True,
    prefer=True,
    raises=(
        PictureMissing,
        PictureTooLarge,
        PictureUnreadable,
        AmountInvalid,
        ReceiptAlreadySubmitted,
        UploadsUsed,
    ),
    keyed=True,
)
def upload(caller: Caller, form: UploadForm) -> wire.UploadAnswer:
    """Hand in a receipt; the answer waits a while for its reading."""
    return uploads.hand_in(caller.user_id, uploaded_file(), form.typed_amount, preferred_wait())


@area.operation("GET", "/records", Access.GUEST, wire.UploadRecords, query=UploadsQuery)
def records(caller: Caller, query: UploadsQuery) -> wire.UploadRecords:
    """The guest's own receipts, newest first."""
    return upload_records.records(caller.user_id, query.slice, query.status)


@area.operation(
    "GET", "/records/<upload_id>", Access.GUEST, wire.UploadRecord, raises=(UploadUnknown,)
)
def record(caller: Caller, upload_id: str) -> wire.UploadRecord:
    """One of the guest's own receipts."""
    return upload_records.record(caller.user_id, upload_id)


@area.operation(
    "POST",
    "/records/<upload_id>/appeal",
    Access.GUEST,
    wire.UploadRecord,
    body=AppealRequest,
    raises=(UploadUnknown, AppealRefused, AppealTooLate, ReceiptAlreadySubmitted),
)
def appeal(caller: Caller, upload_id: str, body: AppealRequest) -> wire.UploadRecord:
    """Ask for another look at a rejected receipt, once; another merchant decides."""
    appeals.appeal(caller.user_id, upload_id, body.reason)
    return upload_records.record(caller.user_id, upload_id)


@area.operation(
    "POST",
    "/ocr",
    Access.GUEST,
    wire.QuickReading,
    picture=True,
    raises=(
        PictureMissing,
        PictureTooLarge,
        PictureUnreadable,
        PreviewsUsed,
        PreviewsRunning,
    ),
)
def ocr(caller: Caller) -> wire.QuickReading:
    """Read a receipt's picture without handing it in."""
    return quick_reading.glance(caller.user_id, uploaded_file())


def preferred_wait() -> float:
    """How long the client lets its upload wait, in seconds (`Prefer`, RFC 7240)."""
    preference = request.headers.get("Prefer", "")
    if "respond-async" in preference:
        return 0.0
    asked = PREFER_WAIT.search(preference)
    return min(float(asked[1]), MAX_WAIT_SECONDS) if asked else parts.settings.upload_wait_seconds
