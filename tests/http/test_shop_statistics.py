"""Reviews in numbers, and many of them at once, through HTTP."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from points_app.database.session import db
from points_app.models.receipts import Receipt
from points_app.services.receipts import shop_statistics
from tests.books import balance
from tests.queries import explained
from tests.receipts_in import hand_in

PATH = "/api/merchant/statistics"


def review_id(merchant, upload_id):
    listed = merchant.get("/api/merchant/pending-reviews?limit=100").ok()["reviews"]
    return next(each["review_id"] for each in listed if each["upload_id"] == upload_id)


def decide(merchant, upload_id, action, **more):
    body = {"upload_id": upload_id, "action": action, "reason": "看过了", **more}
    merchant.post("/api/merchant/review", body).ok()


def at(app, upload_id, uploaded, reviewed):
    table = Receipt.__table__
    row = update(table).where(table.c.upload_id == upload_id)
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(row.values(upload_time=uploaded, review_time=reviewed))


class TestStatistics:
    def test_an_empty_shop(self, make):
        assert make.merchant().get(PATH).ok() == {
            "pending_count": 0,
            "today_approved": 0,
            "today_rejected": 0,
            "total_processed": 0,
            "approval_rate": 0,
            "avg_review_minutes": 0,
            "points_awarded": 0,
        }

    def test_periods_by_the_shops_clock(self, make, app, monkeypatch):
        """Now is Thursday 2026-05-14, 10:00 in Shanghai."""
        now = datetime(2026, 5, 14, 2, tzinfo=UTC)
        guest, merchant = make.guest(), make.merchant()
        midnight = datetime(2026, 5, 13, 16, tzinfo=UTC)
        moments = {
            "approve": [midnight, midnight - timedelta(minutes=1), midnight - timedelta(days=9)],
            "reject": [now, midnight - timedelta(days=60)],
        }
        for action, times in moments.items():
            for reviewed in times:
                upload_id = hand_in(guest, amount="20.00")
                decide(merchant, upload_id, action, points=100 if action == "approve" else None)
                at(app, upload_id, reviewed - timedelta(minutes=30), reviewed)
        hand_in(guest, amount="20.00")
        monkeypatch.setattr(shop_statistics, "utcnow", lambda: now)
        today = merchant.get(PATH).ok()
        assert today == {
            "pending_count": 1,
            "today_approved": 1,
            "today_rejected": 1,
            "total_processed": 2,
            "approval_rate": 0.5,
            "avg_review_minutes": 30,
            "points_awarded": 100,
        }
        week = merchant.get(f"{PATH}?period=week").ok()
        assert (week["total_processed"], week["approval_rate"]) == (3, 0.6667)
        month = merchant.get(f"{PATH}?period=month").ok()
        assert (month["total_processed"], month["points_awarded"]) == (4, 300)
        assert (month["today_approved"], month["today_rejected"]) == (1, 1)

    def test_they_are_read_from_an_index_alone(self, make, app):
        merchant = make.merchant()
        call = lambda: merchant.get(f"{PATH}?period=month").ok()  # noqa: E731
        plans = explained(app, call, "TIMESTAMPDIFF", which=-1)
        assert plans[0]["key"] == "ix_photo_reviews_reviewed"
        assert "Using index" in plans[0]["Extra"]

    def test_refusals(self, make):
        assert make.merchant().get(f"{PATH}?period=year").code == 9001


class TestBatchReview:
    def test_each_is_decided_on_its_own(self, make):
        merchant, guests = make.merchant(), [make.guest(), make.guest()]
        uploads = [hand_in(guest, amount="20.00") for guest in guests]
        known = [review_id(merchant, upload_id) for upload_id in uploads]
        decide(merchant, uploads[1], "reject")
        body = {"review_ids": [known[0], known[1], 999_999, known[0]], "action": "approve"}
        answer = merchant.post("/api/merchant/batch-review", body).ok()
        assert (answer["success_count"], answer["failed_count"]) == (1, 3)
        assert [(r["review_id"], r["status"], r["code"]) for r in answer["results"]] == [
            (known[0], "success", 0),
            (known[1], "failed", 7003),
            (999_999, "failed", 7002),
            (known[0], "failed", 7003),
        ]
        assert answer["results"][1]["msg"] == "该记录已审核"
        assert [balance(guest) for guest in guests] == [1200, 1000]

    def test_rejecting_needs_a_reason(self, make):
        merchant, guest = make.merchant(), make.guest()
        body = {"review_ids": [review_id(merchant, hand_in(guest))], "action": "reject"}
        refused = merchant.post("/api/merchant/batch-review", body)
        assert (refused.code, refused.data["errors"][0]["field"]) == (9001, "reason")
        done = merchant.post("/api/merchant/batch-review", {**body, "reason": "不是小票"}).ok()
        assert done["success_count"] == 1

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("review_ids", []),
            ("review_ids", list(range(1, 102))),
            ("review_ids", ["1"]),
            ("review_ids", 1),
            ("review_ids", None),
            ("action", "maybe"),
            ("reason", "长" * 501),
        ],
    )
    def test_bad_bodies(self, make, field, value):
        body = {"review_ids": [1], "action": "approve", field: value}
        refused = make.merchant().post("/api/merchant/batch-review", body)
        assert refused.code == 9001
        assert refused.data["errors"][0]["field"].split(".")[0] == field

    def test_an_admin_decides_nothing_that_waits_for_a_merchant(self, make):
        waiting = review_id(make.merchant(), hand_in(make.guest()))
        body = {"review_ids": [waiting], "action": "approve"}
        done = make.admin().post("/api/merchant/batch-review", body).ok()
        assert [result["code"] for result in done["results"]] == [7001]
        assert done["success_count"] == 0
