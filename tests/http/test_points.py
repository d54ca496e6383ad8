"""The ledger, the sums, the check-in and the admin's hand, through HTTP."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from points_app.database.session import db
from points_app.models.points import LedgerEntry
from points_app.services.points import check_in as check_ins
from tests.books import audit_entries, balance, ledger, set_config
from tests.queries import explained


def operate(admin, guest, points, reason="补偿", **options):
    body = {"user_id": guest.user_id, "points": points, "reason": reason}
    return admin.post("/api/points/operate", body, **options)


class TestRecords:
    def test_a_row_has_the_contracts_fields_newest_first(self, make):
        guest, product = make.guest(), make.product()
        order = guest.post("/api/exchange/redeem", {"commodity_id": product}).ok()
        listed = guest.get("/api/points/records").ok()
        newest, oldest = listed["records"]
        assert newest.pop("id") > oldest.pop("id")
        assert newest.pop("created_at").endswith("Z") and oldest.pop("created_at")
        assert newest == {
            "type": "spend",
            "points": -100,
            "description": "兑换商品：测试商品",
            "source": "exchange",
            "balance_after": 900,
            "related_id": order["order_id"],
        }
        assert (oldest["source"], oldest["points"]) == ("register", 1000)
        assert listed["pagination"] == {"total": 2, "page": 1, "limit": 20, "total_pages": 1}

    def test_details_is_the_same(self, make):
        guest = make.guest()
        assert guest.get("/api/points/details").ok() == guest.get("/api/points/records").ok()

    def test_filters_and_pages(self, make):
        guest, admin = make.guest(), make.admin()
        for points in (5, -3, 7, -1):
            operate(admin, guest, points).ok()

        def points(query):
            answer = guest.get(f"/api/points/records?{query}").ok()
            return [row["points"] for row in answer["records"]], answer["pagination"]["total"]

        assert points("type=earn") == ([7, 5, 1000], 3)
        assert points("type=spend") == ([-1, -3], 2)
        assert points("source=admin&type=all") == ([-1, 7, -3, 5], 4)
        assert points("source=admin&type=earn&limit=1&page=2") == ([5], 2)
        assert points("source=lottery") == ([], 0)
        assert points("page=9") == ([], 5)

    def test_only_the_callers_own(self, make):
        other = make.guest(points=1777)
        rows = make.guest().get("/api/points/records").ok()["records"]
        assert len(rows) == 1 and len(other.get("/api/points/records").ok()["records"]) == 2

    @pytest.mark.parametrize("query", ["type=both", "source=gift", "page=0", "limit=x"])
    def test_bad_queries(self, make, query):
        answer = make.guest().get(f"/api/points/records?{query}")
        assert (answer.code, answer.data["errors"][0]["field"]) == (9001, query.split("=")[0])


class TestStatistics:
    def test_sums_agree_with_the_ledger(self, make, app):
        guest, admin, product = make.guest(), make.admin(), make.product()
        operate(admin, guest, 300).ok()
        operate(admin, guest, -50).ok()
        guest.post("/api/exchange/redeem", {"commodity_id": product}).ok()
        assert guest.get("/api/points/statistics").ok() == {
            "current_points": 1150,
            "total_earned": 1300,
            "total_spent": 150,
            "total_refunded": 0,
            "this_month_earned": 1300,
            "this_month_spent": 150,
            "this_month_refunded": 0,
            "by_source": {"register": 1000, "admin": 250, "exchange": -100},
        }

    def test_what_came_back_is_no_income(self, make, app):
        guest = make.guest(points=5000)
        before = guest.get("/api/points/statistics").ok(), guest.get("/api/user/statistics").ok()
        for price in (510, 520, 500):
            body = {"commodity_id": make.product(exchange_points=price)}
            order = guest.post("/api/exchange/redeem", body).ok()["order_id"]
            guest.post(f"/api/exchange/records/{order}/cancel").ok()
        sums, life = (
            guest.get("/api/points/statistics").ok(),
            guest.get("/api/user/statistics").ok(),
        )
        assert (sums.pop("total_refunded"), sums.pop("this_month_refunded")) == (1530, 1530)
        assert sums.pop("by_source") == {"exchange": -1530, "exchange_refund": 1530} | before[
            0
        ].pop("by_source")
        assert sums == {name: before[0][name] for name in sums} and life == before[1]

    def test_an_order_of_last_month_called_off_now(self, make, app):
        guest, product = make.guest(points=1000), make.product(exchange_points=300)
        order = guest.post("/api/exchange/redeem", {"commodity_id": product}).ok()["order_id"]
        backdate(app, guest, datetime.now(UTC) - timedelta(days=32))
        guest.post(f"/api/exchange/records/{order}/cancel").ok()
        sums = guest.get("/api/points/statistics").ok()
        assert (sums["this_month_earned"], sums["this_month_spent"]) == (0, 0)
        assert (sums["this_month_refunded"], sums["total_spent"]) == (300, 0)
        assert sums["total_earned"] - sums["total_spent"] == sums["current_points"] == 1000

    def test_last_month_is_not_this_month(self, make, app):
        guest = make.guest(points=1000)
        backdate(app, guest, datetime.now(UTC) - timedelta(days=32))
        operate(make.admin(), guest, 40).ok()
        sums = guest.get("/api/points/statistics").ok()
        assert (sums["this_month_earned"], sums["total_earned"]) == (40, 1040)

    def test_the_month_is_the_shops(self, make, app, monkeypatch):
        """2026-03-31 16:30 UTC is already April in Shanghai."""
        from points_app.services.points import history

        guest = make.guest()
        backdate(app, guest, datetime(2026, 3, 31, 15, 30, tzinfo=UTC))
        monkeypatch.setattr(history, "utcnow", lambda: datetime(2026, 3, 31, 15, 59, tzinfo=UTC))
        assert guest.get("/api/points/statistics").ok()["this_month_earned"] == 1000
        monkeypatch.setattr(history, "utcnow", lambda: datetime(2026, 3, 31, 16, 30, tzinfo=UTC))
        assert guest.get("/api/points/statistics").ok()["this_month_earned"] == 0

    def test_a_guest_without_points(self, make, app):
        set_config(app, "new_user_points", "0")
        assert make.guest(points=0).get("/api/points/statistics").ok() == {
            "current_points": 0,
            "total_earned": 0,
            "total_spent": 0,
            "total_refunded": 0,
            "this_month_earned": 0,
            "this_month_spent": 0,
            "this_month_refunded": 0,
            "by_source": {},
        }

    def test_the_sums_are_read_from_an_index_alone(self, make, app):
        guest = make.guest()
        (plan,) = explained(app, lambda: guest.get("/api/points/statistics").ok(), "sum(")
        assert plan["key"] == "ix_points_records_sums" and "Using index" in plan["Extra"]


class TestCheckIn:
    @pytest.fixture
    def on(self, monkeypatch):
        """Sets the clock of the check-in to a UTC time."""

        def set_clock(*moment):
            now = datetime(*moment, tzinfo=UTC)
            monkeypatch.setattr(check_ins, "utcnow", lambda: now)

        return set_clock

    def test_once_a_day(self, make, on):
        on(2026, 5, 1, 4)
        guest = make.guest()
        assert guest.post("/api/points/check-in").ok() == {
            "points_awarded": 10,
            "consecutive_days": 1,
            "total_points": 1010,
            "next_reward_points": 15,
            "already_checked_in": False,
        }
        assert guest.post("/api/points/check-in").ok() == {
            "points_awarded": 0,
            "consecutive_days": 1,
            "total_points": 1010,
            "next_reward_points": 15,
            "already_checked_in": True,
        }
        assert balance(guest) == 1010
        row = ledger(guest)[-1]
        assert (row.source, row.related_id) == ("check_in", f"{guest.user_id}:2026-05-01")

    def test_the_ladder_rises_and_its_last_step_goes_on(self, make, on, app):
        set_config(app, "check_in_ladder", "[1,2,4]")
        guest = make.guest()
        awarded, announced = [], []
        for day in range(1, 6):
            on(2026, 5, day, 4)
            answer = guest.post("/api/points/check-in").ok()
            assert answer["consecutive_days"] == day
            awarded.append(answer["points_awarded"])
            announced.append(answer["next_reward_points"])
        assert awarded == [1, 2, 4, 4, 4] and announced == [2, 4, 4, 4, 4]
        assert balance(guest) == 1015

    def test_a_day_left_out_starts_again(self, make, on):
        guest = make.guest()
        for day, consecutive in ((1, 1), (2, 2), (4, 1), (5, 2)):
            on(2026, 5, day, 4)
            assert guest.post("/api/points/check-in").ok()["consecutive_days"] == consecutive

    def test_the_day_changes_at_the_shops_midnight(self, make, on, app):
        """Shanghai's midnight is 16:00 UTC, Tokyo's an hour earlier."""
        guest = make.guest()
        on(2026, 5, 1, 15, 59)
        assert guest.post("/api/points/check-in").ok()["consecutive_days"] == 1
        on(2026, 5, 1, 16)
        assert guest.post("/api/points/check-in").ok()["consecutive_days"] == 2
        set_config(app, "shop_timezone", "Asia/Tokyo")
        on(2026, 5, 2, 14, 59)
        assert guest.post("/api/points/check-in").ok()["already_checked_in"]
        on(2026, 5, 2, 15)
        assert guest.post("/api/points/check-in").ok()["consecutive_days"] == 3


class TestOperate:
    def test_giving_and_taking(self, make):
        admin, guest = make.admin(), make.guest()
        given = operate(admin, guest, 500, reason="  生日快乐 ").ok()
        row = ledger(guest)[-1]
        assert given == {"user_id": guest.user_id, "total_points": 1500, "record_id": row.id}
        assert (row.source, row.description, row.points) == ("admin", "生日快乐", 500)
        assert operate(admin, guest, -1500).ok()["total_points"] == 0
        assert balance(guest) == 0
        first, second = audit_entries(admin, f"user:{guest.user_id}")
        assert (first.actor_id, first.action) == (admin.user_id, "points.operate")
        assert (first.details["points"], second.details["points"]) == (500, -1500)
        assert first.details["reason"] == "生日快乐"

    def test_never_below_zero(self, make):
        admin, guest = make.admin(), make.guest(points=99)
        refused = operate(admin, guest, -100)
        assert (refused.status, refused.code) == (200, 3001)
        assert refused.data == {"required": 100, "current": 99}
        assert balance(guest) == 99 and audit_entries(admin, f"user:{guest.user_id}") == []

    def test_a_repeated_request_is_answered_and_not_done_again(self, make):
        admin, guest = make.admin(), make.guest()
        headers = {"Idempotency-Key": "gift-1"}
        first = operate(admin, guest, 10, headers=headers)
        again = operate(admin, guest, 10, headers=headers)
        assert again.body == first.body and again.headers["Idempotent-Replayed"] == "true"
        assert balance(guest) == 1010
        assert operate(admin, guest, 11, headers=headers).code == 8002

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("points", 0),
            ("points", 1_000_001),
            ("points", -1_000_001),
            ("points", "5"),
            ("points", 5.0),
            ("points", True),
            ("points", None),
            ("reason", ""),
            ("reason", "   "),
            ("reason", "长" * 201),
            ("reason", None),
            ("reason", "null\x00"),
            ("user_id", 0),
            ("user_id", "1"),
            ("user_id", 2**53),
        ],
    )
    def test_bad_bodies(self, make, field, value):
        admin, guest = make.admin(), make.guest()
        body = {"user_id": guest.user_id, "points": 5, "reason": "补偿", field: value}
        refused = admin.post("/api/points/operate", body)
        assert (refused.code, refused.data["errors"][0]["field"]) == (9001, field)
        assert balance(guest) == 1000


def backdate(app, guest, moment):
    table = LedgerEntry.__table__
    mine = table.c.user_id == guest.user_id
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(update(table).where(mine).values(created_at=moment))
