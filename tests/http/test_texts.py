"""Names and lines: what shows as something else, as nothing, or as the house, is not taken."""

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from points_app.database.session import db
from points_app.http import AREAS
from points_app.models.accounts import User


def limited_texts() -> list[tuple[type[BaseModel], str, int]]:
    """Every text of a request that the API description gives a longest length: model, field,
    length."""
    models = {
        model
        for area in AREAS
        for operation in area.operations.values()
        for model in (operation.body, operation.query, operation.form)
        if model is not None
    }
    found = []
    for model in sorted(models, key=lambda each: each.__name__):
        for field, schema in model.model_json_schema()["properties"].items():
            texts: list[dict[str, Any]] = [schema, *schema.get("anyOf", [])]
            found += [(model, field, each["maxLength"]) for each in texts if "maxLength" in each]
    return found


def named(guest, name):
    return guest.put("/api/user/info", {"nickname": name})


@pytest.mark.parametrize(
    "name",
    [
        *(
            f"小{turn}明"
            for turn in "\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"
        ),
        *(
            "\u200b",
            "\u200d\u200d",
            "\u3164",
            "\u2800 ",
            "\u00ad",
            "\ufeff",
            "\u2060",
            "\u115f",
            "\uffa0",
        ),
        *("\u0301", "\ufe0f", "\u034f", "\u180e", "\r\n", "\u2028", "\u3000"),
        *("小\u0085明", "小\x00明", "小\x1b[31m明", "小\x7f明", "\u009b"),
    ],
)
def test_names_that_show_as_something_else_or_nothing(guest, name):
    refused = named(guest, name)
    assert (refused.code, refused.data["errors"][0]["field"]) == (9001, "nickname")


@pytest.mark.parametrize(
    "name",
    [
        *(
            "管理员",
            "管 理 员",
            "管\u200b理\u200d员",
            "管理员小王",
            "【管理员】",
            "管理員",
            "官方客服",
            "客服01",
            "工作人员",
        ),
        *(
            "admin",
            "Admin",
            "ADMIN",
            "ａｄｍｉｎ",
            "a.d.m.i.n",
            "аdmin",
            "аԁміn",
            "adm1n",
            "admln",
            "admin123",
        ),
        *(
            "Administrator",
            "r00t",
            "System",
            "系统",
            "店长",
            "商家",
            "ádmin",
            "official",
            "Customer Service",
        ),
    ],
)
def test_nobody_is_called_like_the_house(guest, name):
    refused = named(guest, name)
    assert (refused.code, refused.data["errors"]) == (
        9001,
        [{"field": "nickname", "message": refused.data["errors"][0]["message"]}],
    )
    assert "reserved" in refused.data["errors"][0]["message"]


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("badminton", "badminton"),
        ("王小明", "王小明"),
        ("👨‍👩‍👧‍👦 一家", "👨‍👩‍👧‍👦 一家"),
        ("❤️", "❤️"),
        ("محمد", "محمد"),
        ("e\u0301lan", "élan"),
        ("小\u200b明\ufeff", "小明"),
        ("两\r\n行", "两 行"),
        ("两\u2028行\t字", "两 行 字"),
        ("操作系统迷", "操作系统迷"),
        ("用户8000", "用户8000"),
        ("\u0958" * 50, "\u0958" * 50),  # NFC would be longer than a name may be
    ],
)
def test_names_that_are_names(guest, name, kept):
    assert named(guest, name).ok()["nickname"] == kept


def test_a_name_from_before_is_still_shown(app, guest):
    with app.app_context():
        db.session.get(User, guest.user_id).nickname = "管理员"
        db.session.commit()
    assert guest.get("/api/user/info").ok()["nickname"] == "管理员"
    avatar = guest.put("/api/user/info", {"avatar": None})
    assert avatar.ok()["nickname"] == "管理员"


def test_every_line_is_one_line_and_no_text_turns_direction(make):
    merchant, admin, guest = make.merchant(), make.admin(), make.guest()
    product = make.product()
    turned, broken = "好\u202e看", "好\r\n看"
    for text, code in ((turned, 9001), (broken, 0)):
        answers = [
            merchant.put(f"/api/merchant/products/{product}", {"name": text}),
            merchant.put(f"/api/merchant/products/{product}", {"category": text}),
            admin.post(
                "/api/points/operate", {"user_id": guest.user_id, "points": 1, "reason": text}
            ),
        ]
        assert [answer.code for answer in answers] == [code] * len(answers)
    shown = merchant.get(f"/api/merchant/products/{product}").ok()
    assert (shown["name"], shown["category"]) == ("好 看", "好 看")
    assert guest.get("/api/points/records").ok()["records"][0]["description"] == "好 看"


def test_what_clients_make_up_is_cleaned(make):
    guest, product = make.guest(), make.product()
    address = {"name": "王\u202e芳", "lines": ["一号\u200b", {"楼\x00": "二\u2066"}], "n": 1}
    body = {"commodity_id": product, "delivery_info": address}
    guest.post("/api/exchange/redeem", body).ok()
    (order,) = guest.get("/api/exchange/records").ok()["records"]
    assert order["delivery_info"] == {"name": "王芳", "lines": ["一号", {"楼": "二"}], "n": 1}


@pytest.fixture
def guest(make):
    return make.guest()


@pytest.mark.parametrize(
    ("model", "field", "most"),
    [pytest.param(*each, id=f"{each[0].__name__}.{each[1]}") for each in limited_texts()],
)
@pytest.mark.parametrize("unseen", ["\u00ad", "\u200b", " "])
def test_a_text_is_as_long_as_it_was_sent(model, field, most, unseen):
    """What is taken away counts too, or a client could send more than the description says."""
    with pytest.raises(ValidationError) as refused:
        model.model_validate({field: "a" * most + unseen})
    assert "string_too_long" in {
        each["type"] for each in refused.value.errors() if each["loc"][0] == field
    }
