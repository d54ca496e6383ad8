"""The proof finds what is wrong in the books, and names it."""

import pytest

from points_app.services import proof, seals
from tests.receipts_in import hand_in


@pytest.fixture
def settings_override():
    return {"RATE_LIMIT_API": "1000", "RATE_LIMIT_DRAW": "1000"}


@pytest.fixture
def lived_in(app, make):
    """Books with a bit of everything in them, sealed; the guest who did it."""
    guest, merchant = make.guest(points=9000), make.merchant()
    product = make.product(stock=10)
    for kind in ("single", "triple", "decade"):
        guest.post("/api/lottery/draw", {"draw_type": kind}).ok()
    guest.post("/api/exchange/redeem", {"commodity_id": product, "quantity": 2}).ok()
    for action in ("approve", "reject"):
        body = {"upload_id": hand_in(guest, "30.00"), "action": action, "reason": "看不清"}
        merchant.post("/api/merchant/review", body).ok()
    with app.app_context():
        seals.seal_all()
        yield guest


def findings():
    return {verdict.rule: verdict.named for verdict in proof.prove().verdicts if verdict.offenders}


def test_right_books_are_right(lived_in):
    result = proof.prove()
    assert result.offenders == 0 and result.rows > 30
    assert findings() == {}
