"""The examples of the API description: of fields, of requests, of answers and refusals."""

from typing import Any

from points_app.errors.base import AppError
from points_app.http.openapi.sample_values import OF_TYPE, PNG, VALUES, VERSION

EMPTY_PRIZE = {"name": "谢谢参与", "type": "empty", "value": 0, "angle": 225, "color": "#74B9FF"}
POINTS_PRIZE = {"name": "50积分", "type": "points", "value": 50, "angle": 45, "color": "#4ECDC4"}
# Requests that are more than their fields: by model, each with a name. The first one is what pages
# that try a request out send, so that it should do no harm as it stands.
REQUESTS: dict[str, dict[str, Any]] = {
    "Login": {
        "Code alone": {"phone": "13800138000", "code": "428103"},
        "With the device": {"phone": "13800138000", "code": "428103", "device_id": "c7f2e1d0-ios"},
    },
    "Logout": {"This session": {}, "Another one too": {"refresh_token": VALUES["refresh_token"]}},
    "UserChange": {"Nickname": {"nickname": "小林"}, "No avatar": {"avatar": None}},
    "DrawRequest": {
        "By name": {"draw_type": "single"},
        "By count": {"count": 10},
        "At the price that was shown": {"draw_type": "decade", "expected_cost": 1000},
    },
    "RedeemRequest": {
        "One piece": {"commodity_id": 3},
        "Delivered, at the price that was shown": {
            "commodity_id": 3,
            "quantity": 2,
            "expected_cost": 360,
            "delivery_info": VALUES["delivery_info"],
        },
        "By its other names": {"product_id": 3, "delivery_address": "上海市静安区1号"},
    },
    "ReviewRequest": {
        "Approve": {"review_id": 21, "action": "approve"},
        "Approve other points": {
            "upload_id": VALUES["upload_id"],
            "action": "approve",
            "points": 500,
        },
        "Reject": {"review_id": 21, "action": "reject", "reason": VALUES["review_reason"]},
    },
    "BatchReview": {
        "Approve": {"review_ids": [21, 22], "action": "approve"},
        "Reject": {"review_ids": [23], "action": "reject", "reason": VALUES["review_reason"]},
    },
    "ProductChange": {
        "Price": {"exchange_points": 160, "version": VERSION},
        "One field": {"is_hot": True},
    },
    "StockChange": {
        "Count": {"operation": "admin_adjust", "quantity": 40, "expected_stock": 42},
        "Add": {"operation": "restock", "quantity": 20},
    },
    "SettingsChange": {
        "One setting": {"settings": {"lottery_cost_points": 80}, "version": VERSION},
    },
    "WholeWheel": {
        "Two prizes": {
            "prizes": [
                {"id": 2, **POINTS_PRIZE, "probability": 0.2},
                {**EMPTY_PRIZE, "probability": 0.8},
            ],
            "version": VERSION,
        },
    },
}


def of_field(owner: str, name: str) -> list[Any]:
    """The example of a type's field, if it has one of its own; else its schema makes one."""
    values = OF_TYPE.get(owner, {})
    found = values[name] if name in values else VALUES.get(name)
    return [found] if name in values or name in VALUES else []


def of_schema(schema: dict[str, Any], components: dict[str, Any]) -> Any:
    """An example that fits the schema, made of those of its fields."""
    if "examples" in schema:
        return schema["examples"][0]
    if "$ref" in schema:
        return of_schema(components[schema["$ref"].rpartition("/")[2]], components)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    if "anyOf" in schema:
        return of_schema(schema["anyOf"][0], components)
    if schema["type"] == "array":
        return [of_schema(schema["items"], components)]
    if schema["type"] == "object":
        fields = schema.get("properties", {}).items()
        return {n: of_schema(each, components) for n, each in fields if not each.get("deprecated")}
    return None


def of_requests(model: str, components: dict[str, Any]) -> dict[str, Any]:
    """The examples of a JSON body, by name."""
    made = REQUESTS.get(model) or {"Everything": of_schema(components[model], components)}
    return {name: {"value": value} for name, value in made.items()}


def of_upload(form: dict[str, Any]) -> dict[str, Any]:
    """The example of a form with a picture, for whose bytes a text must stand in here."""
    return {
        "A picture": {"value": {"file": PNG} | {name: VALUES[name] for name in form["properties"]}}
    }


def of_refusal(error: type[AppError], detail: dict[str, Any], components: dict[str, Any]) -> Any:
    """The example of a refusal: the envelope of its class."""
    value = {"code": error.code, "msg": error.message, "data": of_schema(detail, components)}
    return {"summary": f"{error.code} {error.message}", "value": value}
