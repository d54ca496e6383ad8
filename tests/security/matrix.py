"""Who may use which route: one row for each, written by hand from the contract.

The routes come from the URL map; this table says what each of them owes whom. A route without a
row, or a row without a route, fails the test beside it.
"""

from dataclasses import dataclass, field
from enum import Enum
from typing import Any

PHONE = "13799990000"


class Door(Enum):
    """Who gets in. A merchant is no admin and the other way round."""

    OPEN = "everybody, with or without a token"
    REFRESH = "whoever holds a refresh token"
    GUEST = "everybody with an account that is not banned"
    MERCHANT = "merchants"
    REVIEWER = "merchants, and admins where no merchant may decide"
    ADMIN = "admins"


@dataclass(frozen=True)
class Row:
    """A route's door, a request that should succeed, and for one guest's own thing the code with
    which everybody else is told that there is no such thing."""

    door: Door
    body: dict[str, Any] | None = None
    others: int | None = None
    query: str = ""
    form: dict[str, Any] = field(default_factory=dict)


def open_to_all(**request: Any) -> Row:
    return Row(Door.OPEN, **request)


def guest(**request: Any) -> Row:
    return Row(Door.GUEST, **request)


def own(others: int, **request: Any) -> Row:
    return Row(Door.GUEST, others=others, **request)


def merchant(**request: Any) -> Row:
    return Row(Door.MERCHANT, **request)


def reviewer(**request: Any) -> Row:
    return Row(Door.REVIEWER, **request)


def admin(**request: Any) -> Row:
    return Row(Door.ADMIN, **request)


APPLICATION = {"business_name": "店", "contact_person": "王芳", "contact_phone": PHONE}

ROWS = {
    "POST /api/auth/send-code": open_to_all(body={"phone": PHONE}),
    "POST /api/auth/login": open_to_all(body={"phone": PHONE, "code": "123456"}),
    "POST /api/auth/refresh": Row(Door.REFRESH),
    "GET /api/auth/verify-token": guest(),
    "POST /api/auth/logout": guest(),
    "POST /api/auth/bind-device": guest(body={"device_info": {"model": "x"}}),
    "GET /api/user/info": guest(),
    "PUT /api/user/info": guest(body={"nickname": "新名字"}),
    "POST /api/user/avatar": guest(form={"file": b""}),
    "GET /api/user/statistics": guest(),
    "GET /api/points/details": guest(),
    "GET /api/points/records": guest(),
    "GET /api/points/statistics": guest(),
    "POST /api/points/check-in": guest(),
    "POST /api/points/operate": admin(body={"user_id": "victim", "points": 5, "reason": "补偿"}),
    "GET /api/lottery/config": guest(),
    "POST /api/lottery/draw": guest(body={}),
    "GET /api/lottery/records": guest(),
    "GET /api/lottery/records/<record_id>": own(9001),
    "GET /api/lottery/statistics": guest(),
    "GET /api/exchange/products": guest(),
    "GET /api/exchange/products/<product_id>": guest(),
    "GET /api/exchange/categories": open_to_all(),
    "POST /api/exchange/redeem": guest(body={"commodity_id": "product_id"}),
    "GET /api/exchange/records": guest(),
    "GET /api/exchange/records/<order_id>": own(4004),
    "POST /api/exchange/records/<order_id>/cancel": own(4004),
    "POST /api/photo/upload": guest(form={"file": b""}),
    "POST /api/photo/ocr": guest(form={"file": b"no picture: nobody waits for a reading"}),
    "GET /api/photo/records": guest(),
    "GET /api/photo/records/<upload_id>": own(5006),
    "POST /api/photo/records/<upload_id>/appeal": own(5006, body={"reason": "请再看一次"}),
    "POST /api/merchant/apply": guest(body=APPLICATION),
    "POST /api/merchant/auth": guest(body=APPLICATION),
    "GET /api/merchant/statistics": merchant(),
    "GET /api/merchant/pending-reviews": reviewer(),
    "GET /api/merchant/reviews/<review_id>": reviewer(),
    "POST /api/merchant/review": reviewer(body={"review_id": "review_id", "action": "approve"}),
    "POST /api/merchant/batch-review": reviewer(
        body={"review_ids": ["review_id"], "action": "reject", "reason": "模糊"}
    ),
    "GET /api/merchant/products": merchant(),
    "POST /api/merchant/products": merchant(
        body={"name": "新品", "category": "饮品", "exchange_points": 10, "stock": 1}
    ),
    "GET /api/merchant/products/<product_id>": merchant(),
    "PUT /api/merchant/products/<product_id>": merchant(body={"name": "改名"}),
    "DELETE /api/merchant/products/<product_id>": merchant(),
    "POST /api/merchant/products/<product_id>/stock": merchant(
        body={"operation": "restock", "quantity": 5}
    ),
    "GET /api/merchant/prizes": merchant(),
    "PUT /api/merchant/prizes": merchant(body={"prizes": []}),
    "GET /api/merchant/orders": merchant(),
    "POST /api/merchant/orders/<order_id>/ship": merchant(),
    "POST /api/merchant/orders/<order_id>/complete": merchant(),
    "POST /api/merchant/orders/<order_id>/cancel": merchant(),
    "POST /api/merchant/verify": merchant(body={"code": "pickup_code"}),
    "GET /api/admin/applications": admin(),
    "GET /api/admin/applications/<application_id>": admin(),
    "GET /api/admin/audit": admin(),
    "POST /api/admin/applications/<application_id>/approve": admin(),
    "POST /api/admin/applications/<application_id>/reject": admin(body={"reason": "资料不全"}),
    "GET /api/admin/users": admin(query=f"?mobile={PHONE}"),
    "POST /api/admin/users/<user_id>/ban": admin(body={"reason": "作弊"}),
    "POST /api/admin/users/<user_id>/unban": admin(body={"reason": "误判"}),
    "GET /api/admin/settings": admin(),
    "PUT /api/admin/settings": admin(body={"settings": {"lottery_cost_points": 120}}),
    "POST /api/monitoring/performance": guest(body={"error_rate": 0.1}),
    "POST /api/monitoring/errors": open_to_all(body={"message": "boom"}),
    "GET /docs": open_to_all(),
    "GET /docs/viewer/<filename>": open_to_all(),
    "GET /files/avatars/<name>.jpg": open_to_all(),
    "GET /files/<object_key>": open_to_all(),
    "GET /healthz": open_to_all(),
    "GET /readyz": open_to_all(),
    "GET /metrics": open_to_all(),
    "GET /openapi.json": open_to_all(),
    "GET /ws": open_to_all(),
}
