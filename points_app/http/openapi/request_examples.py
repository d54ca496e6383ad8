"""Whole requests as the description shows them."""

from typing import Any

from points_app.http.openapi.sample_values import VALUES, VERSION

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
