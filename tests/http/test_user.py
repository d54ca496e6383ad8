"""The guest's own account through HTTP."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from points_app.database.session import db
from points_app.models.accounts import User
from points_app.services.accounts import profile
from tests.receipts_in import hand_in


class TestInfo:
    def test_the_contracts_fields(self, make):
        guest = make.guest()
        info = guest.get("/api/user/info").ok()
        assert info.pop("created_at").endswith("Z") and info.pop("mobile").startswith("138****")
        assert info.pop("nickname").startswith("用户")
        assert info == {
            "user_id": guest.user_id,
            "avatar": None,
            "total_points": 1000,
            "is_merchant": False,
            "status": "active",
            "last_login": None,
        }

    def test_changing_it(self, make):
        guest = make.guest()
        body = {"nickname": "  小明 ", "total_points": 10**6, "is_admin": True}
        changed = guest.put("/api/user/info", body).ok()
        assert changed["nickname"] == "小明"
        assert changed["total_points"] == 1000
        assert changed == guest.get("/api/user/info").ok()
        assert guest.get("/api/admin/settings").code == 7005
        guest.put("/api/user/info", {"nickname": "明明"}).ok()
        assert guest.put("/api/user/info", {}).ok()["nickname"] == "明明"

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("nickname", ""),
            ("nickname", "  "),
            ("nickname", "长" * 51),
            ("nickname", None),
            ("nickname", 7),
            ("nickname", "a\x07b"),
            ("avatar", "https://cdn.example.com/a.png"),
            ("avatar", "javascript:alert(1)"),
            ("avatar", "https://"),
            ("avatar", 'https://a.example/"onerror=x'),
            ("avatar", "https://a.example/" + "x" * 250),
            ("avatar", ""),
            ("avatar", 7),
        ],
    )
    def test_bad_values(self, make, field, value):
        guest = make.guest()
        before = guest.get("/api/user/info").ok()
        refused = guest.put("/api/user/info", {"nickname": "新名字", field: value})
        assert (refused.code, refused.data["errors"][0]["field"]) == (9001, field)
        assert guest.get("/api/user/info").ok() == before


class TestStatistics:
    def test_they_count_what_the_guest_did(self, make):
        make.wheel({"probability": 1})
        guest, product = make.guest(points=2000), make.product()
        guest.post("/api/lottery/draw", {"draw_type": "triple"}).ok()
        guest.post("/api/exchange/redeem", {"commodity_id": product, "quantity": 2}).ok()
        hand_in(guest, amount="20.00")
        assert guest.get("/api/user/statistics").ok() == {
            "total_lottery": 3,
            "total_exchange": 1,
            "total_upload": 1,
            "this_month_points": 2000,
            "total_earned_points": 2000,
            "total_spent_points": 500,
            "current_points": 1500,
            "member_days": 1,
        }
        nobody = make.guest().get("/api/user/statistics").ok()
        assert (nobody["total_lottery"], nobody["total_exchange"], nobody["total_upload"]) == (
            0,
            0,
            0,
        )

    def test_member_days_are_days_of_the_shop(self, make, app, monkeypatch):
        guest = make.guest()
        with app.app_context(), db.engine.begin() as connection:
            joined = datetime(2026, 5, 1, 15, 59, tzinfo=UTC)
            mine = update(User.__table__).where(User.user_id == guest.user_id)
            connection.execute(mine.values(created_at=joined))
        monkeypatch.setattr(profile, "utcnow", lambda: datetime(2026, 5, 1, 16, tzinfo=UTC))
        assert guest.get("/api/user/statistics").ok()["member_days"] == 2


class TestBindDevice:
    def test_the_device_is_kept(self, make, app):
        guest = make.guest()
        device = {"model": "iPhone 15", "platform": "ios", "sdk": {"version": "3.1"}}
        assert guest.post("/api/auth/bind-device", {"device_info": device}).ok() is None
        with app.app_context():
            assert db.session.get(User, guest.user_id).device_info == device

    @pytest.mark.parametrize("device", [None, "iPhone", [], 7, {"x": "y" * 4096}])
    def test_bad_devices(self, make, device):
        refused = make.guest().post("/api/auth/bind-device", {"device_info": device})
        assert (refused.code, refused.data["errors"][0]["field"]) == (9001, "device_info")
