"""Accounts from the admin's side, through HTTP."""

import pytest

from tests.books import audit_entries
from tests.hearing import hears
from tests.logins import age_codes


def ban(admin, guest, action="ban", **body):
    return admin.post(f"/api/admin/users/{guest.user_id}/{action}", body)


class TestSearch:
    def test_by_the_whole_number(self, make, anonymous, app):
        anonymous.post("/api/auth/send-code", {"phone": "13600000077"}).ok()
        code = app.extensions["parts"].sms.last("13600000077")
        anonymous.post("/api/auth/login", {"phone": "13600000077", "code": code}).ok()
        found = make.admin().get("/api/admin/users?mobile=13600000077").ok()
        (user,) = found["users"]
        assert (user["mobile"], user["is_admin"], user["status"]) == (
            "136****0077",
            False,
            "active",
        )
        assert found["pagination"]["total"] == 1

    def test_an_unknown_number_finds_nobody(self, make):
        assert make.admin().get("/api/admin/users?mobile=13999999999").ok()["users"] == []

    def test_without_a_number_all_newest_first(self, make):
        admin, guest = make.admin(), make.guest()
        listed = make.admin().get("/api/admin/users?limit=2&page=2").ok()
        assert [user["user_id"] for user in listed["users"]] == [admin.user_id]
        assert listed["pagination"]["total"] == 3 and guest.user_id > admin.user_id

    @pytest.mark.parametrize("mobile", ["", "136", "１３６00000077", "136000000770", "%25"])
    def test_no_number(self, make, mobile):
        assert make.admin().get(f"/api/admin/users?mobile={mobile}").code == 1001


class TestBan:
    def test_a_banned_guest_is_shut_out_at_once(self, make):
        admin, guest = make.admin(), make.guest()
        banned = ban(admin, guest, reason="刷单").ok()
        assert (banned["user_id"], banned["status"]) == (guest.user_id, "banned")
        refused = guest.get("/api/user/info")
        assert (refused.status, refused.code, refused.msg) == (200, 1005, "账号已被禁用")
        (entry,) = audit_entries(admin, f"user:{guest.user_id}")
        assert (entry.actor_id, entry.action, entry.details) == (
            admin.user_id,
            "user.ban",
            {"reason": "刷单"},
        )

    def test_neither_refresh_nor_login_help(self, make, anonymous, app):
        sms = app.extensions["parts"].sms

        def log_in():
            code = sms.last("13600000088")
            return anonymous.post("/api/auth/login", {"phone": "13600000088", "code": code})

        anonymous.post("/api/auth/send-code", {"phone": "13600000088"}).ok()
        pair = log_in().ok()
        admin = make.admin()
        (user,) = admin.get("/api/admin/users?mobile=13600000088").ok()["users"]
        admin.post(f"/api/admin/users/{user['user_id']}/ban").ok()
        headers = {"Authorization": f"Bearer {pair['refresh_token']}"}
        assert anonymous.post("/api/auth/refresh", headers=headers).code == 1005
        age_codes(app, 120)
        anonymous.post("/api/auth/send-code", {"phone": "13600000088"}).ok()
        assert log_in().code == 1005

    def test_its_sockets_are_told_to_close_after_the_commit(self, app, make):
        admin, guest = make.admin(), make.guest()
        with hears(app, "n:ctl") as heard:
            ban(admin, guest).ok()
        assert [command["close_user"] for command in heard] == [guest.user_id]

    def test_unban_and_a_new_login(self, make):
        admin, guest = make.admin(), make.guest()
        ban(admin, guest).ok()
        assert ban(admin, guest, "unban", reason="误封").ok()["status"] == "active"
        assert guest.get("/api/user/info").code == 2002  # the old session stays dead
        actions = [entry.action for entry in audit_entries(admin, f"user:{guest.user_id}")]
        assert actions == ["user.ban", "user.unban"]

    def test_twice_is_once(self, make):
        admin, guest = make.admin(), make.guest()
        ban(admin, guest).ok()
        assert ban(admin, guest).ok()["status"] == "banned"
        assert len(audit_entries(admin, f"user:{guest.user_id}")) == 1

    def test_nobody_bans_themself_or_a_ghost(self, make):
        admin = make.admin()
        for user_id in (admin.user_id, 999_999):
            refused = admin.post(f"/api/admin/users/{user_id}/ban")
            assert (refused.code, refused.data["errors"][0]["field"]) == (9001, "user_id")
        assert admin.post(f"/api/admin/users/{2**70}/ban").code == 9404  # no number of ours
        assert admin.get("/api/user/info").ok()["status"] == "active"
