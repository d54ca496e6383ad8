"""Business settings through HTTP and through the command line."""

import pytest

from devstack.process import wait_until
from points_app.services.settings import business, declarations
from points_app.services.settings.business import FRESH_SECONDS
from tests.books import audit_entries, balance
from tests.queries import counted_queries
from tests.racing import race

EFFECTIVE_WITHIN_SECONDS = 5


def setting(admin, key):
    listed = admin.get("/api/admin/settings").ok()["settings"]
    return next(each for each in listed if each["key"] == key)


def put(admin, **settings):
    return admin.put("/api/admin/settings", {"settings": settings})


def test_the_list_tells_value_bounds_and_meaning(make):
    cost = setting(make.admin(), "lottery_cost_points")
    assert cost.pop("updated_at") and cost.pop("updated_by") is None
    assert cost == {
        "key": "lottery_cost_points",
        "value": 100,
        "default": 100,
        "type": "int",
        "description": "每次抽奖消耗的积分",
        "schema": {"minimum": 1, "maximum": 100_000, "type": "integer"},
        "is_public": False,
    }


def test_a_change_is_in_force_at_once_and_recorded(make):
    admin, guest = make.admin(), make.guest()
    make.wheel({"probability": 1})
    assert guest.get("/api/lottery/config").ok()["cost_points"] == 100
    put(admin, lottery_cost_points=70, lottery_rules="今日七折").ok()
    wheel = guest.get("/api/lottery/config").ok()
    assert (wheel["cost_points"], wheel["rules"]) == (70, "今日七折")
    assert guest.post("/api/lottery/draw", {}).ok()["points_cost"] == 70
    assert balance(guest) == 930
    changed = setting(admin, "lottery_cost_points")
    assert (changed["value"], changed["updated_by"]) == (70, admin.user_id)
    entries = audit_entries(admin, "setting:lottery_cost_points")
    assert [(entry.actor_id, entry.action, entry.details) for entry in entries] == [
        (admin.user_id, "setting.change", {"from": 100, "to": 70})
    ]


def test_setting_the_same_value_again_leaves_no_entry(make):
    admin = make.admin()
    put(admin, new_user_points=1000).ok()
    assert audit_entries(admin, "setting:new_user_points") == []


def test_another_process_sees_a_change_without_a_restart(make, environment):
    from points_app import create_app
    from points_app.config import Settings
    from tests.client import ApiClient

    other = create_app(Settings.from_env(environment))
    guest = make.guest()
    elsewhere = ApiClient(other, guest.token)

    def cost():
        return elsewhere.get("/api/lottery/config").ok()["cost_points"]

    assert cost() == 100
    put(make.admin(), lottery_cost_points=80).ok()
    wait_until(lambda: cost() == 80, EFFECTIVE_WITHIN_SECONDS, every=0.2)
    assert FRESH_SECONDS < EFFECTIVE_WITHIN_SECONDS


def test_reading_the_settings_costs_no_query(app):
    with app.app_context():
        business.business()
        with counted_queries() as queries:
            for _ in range(50):
                assert business.business().lottery_cost_points == 100
    assert queries == []


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("lottery_cost_points", 0),
        ("lottery_cost_points", -5),
        ("lottery_cost_points", "80"),
        ("lottery_cost_points", True),
        ("lottery_cost_points", 80.5),
        ("lottery_cost_points", None),
        ("daily_lottery_limit", -1),
        ("lottery_rules", ""),
        ("lottery_rules", "长" * 1001),
        ("photo_points_rate", 0),
        ("photo_points_rate", "10"),
        ("photo_points_rate", 1.234),
        ("photo_points_rate", True),
        ("auto_approve", 1),
        ("check_in_ladder", []),
        ("check_in_ladder", [10, 0]),
        ("check_in_ladder", [10, "20"]),
        ("check_in_ladder", 10),
        ("shop_timezone", "Mars/Olympus"),
        ("shop_timezone", "../../etc/passwd"),
        ("no_such_setting", 1),
    ],
)
def test_a_value_that_does_not_fit_is_refused_by_name(make, key, value):
    admin = make.admin()
    before = admin.get("/api/admin/settings").ok()
    refused = put(admin, **{"new_user_points": 5, key: value})
    assert (refused.status, refused.code) == (200, 9001)
    assert {error["field"].split(".")[1] for error in refused.data["errors"]} == {key}
    assert admin.get("/api/admin/settings").ok() == before


def test_the_minimum_stays_below_the_maximum(make):
    admin = make.admin()
    refused = put(admin, min_points_award=2001)
    assert refused.data["errors"][0]["field"] == "settings.min_points_award"
    refused = put(admin, max_points_award=49)
    assert refused.data["errors"][0]["field"] == "settings.max_points_award"
    put(admin, min_points_award=3000, max_points_award=4000).ok()


@pytest.fixture
def admin(make):
    return make.admin()


@pytest.mark.parametrize(("low", "high"), declarations.ORDERED)
def test_settings_that_contradict_each_other_are_refused(admin, low, high):
    """In one request, in two, and by whichever comes second; the refusal names both."""
    both = put(admin, **{low: 30, high: 20})
    assert [each["field"] for each in both.data["errors"]] == [
        f"settings.{low}",
        f"settings.{high}",
    ]
    put(admin, **{low: 20, high: 30}).ok()
    for name, value in ((low, 31), (high, 19)):
        refused = put(admin, **{name: value})
        assert refused.code == 9001
        assert refused.data["errors"] == [
            {"field": f"settings.{name}", "message": f"{low} must not be larger than {high}"}
        ]
    shown = admin.get("/api/admin/settings").ok()
    stored = {each["key"]: each["value"] for each in shown["settings"]}
    assert (stored[low], stored[high]) == (20, 30)


@pytest.mark.parametrize(
    ("low", "high"),
    [pair for pair in declarations.ORDERED if pair[1] not in declarations.ZERO_IS_A_NUMBER],
)
def test_zero_means_no_limit_and_contradicts_nothing(admin, low, high):
    put(admin, **{low: 20, high: 0}).ok()


def test_two_admins_who_set_a_half_each(admin, make):
    """The second to come finds what the first has set."""
    other = make.admin()
    put(admin, receipt_min_amount=0, receipt_max_amount=1000).ok()
    for _ in range(5):
        codes = race(
            [
                lambda: put(admin, receipt_min_amount=500),
                lambda: put(other, receipt_max_amount=400),
            ]
        )
        assert codes == {0: 1, 9001: 1}
        put(admin, receipt_min_amount=0, receipt_max_amount=1000).ok()


@pytest.mark.parametrize("body", [{}, {"settings": {}}, {"settings": []}, {"settings": "x"}])
def test_a_body_without_settings(make, body):
    refused = make.admin().put("/api/admin/settings", body)
    assert (refused.code, refused.data["errors"][0]["field"]) == (9001, "settings")


def test_a_value_written_past_the_checks_falls_back_to_its_default(app, make):
    from tests.books import set_config

    set_config(app, "lottery_cost_points", "minus ten")
    set_config(app, "photo_points_rate", "5")
    assert setting(make.admin(), "lottery_cost_points")["value"] == 100
    assert setting(make.admin(), "photo_points_rate")["value"] == 5


class TestCommandLine:
    @pytest.fixture
    def run(self, app):
        return lambda *arguments: app.test_cli_runner().invoke(args=["settings", *arguments])

    def test_list_and_get(self, run):
        assert "lottery_cost_points" in run("list").output
        shown = run("get", "check_in_ladder").output
        assert "[10,15,20,25,30,40,60]" in shown and "连续签到" in shown

    def test_set(self, run, make):
        for key, text, value in (
            ("check_in_ladder", "[5,6]", [5, 6]),
            ("photo_points_rate", "12.5", 12.5),
            ("auto_approve", "true", True),
            ("shop_timezone", "Asia/Tokyo", "Asia/Tokyo"),
        ):
            done = run("set", key, text)
            assert (done.exit_code, done.output) == (0, f"{key} = {text}\n")
            changed = setting(make.admin(), key)
            assert (changed["value"], changed["updated_by"]) == (value, None)
            assert len(audit_entries(make.admin(), f"setting:{key}")) == 1

    def test_a_bad_value_is_explained(self, run):
        refused = run("set", "lottery_cost_points", "cheap")
        assert refused.exit_code == 1 and "valid integer" in refused.output
        refused = run("set", "no_such_setting", "1")
        assert refused.exit_code == 1 and "settings list" in refused.output
