"""Makes what a test needs, through the services, with traits for what differs."""

from itertools import count
from typing import Any

from flask import Flask
from sqlalchemy import update

from points_app.database.session import db, transactional
from points_app.models.accounts import User
from points_app.models.exchange import Product, StockMovement
from points_app.models.lottery import Prize
from points_app.models.points import Source
from points_app.services.accounts import phone_login, sessions
from points_app.services.lottery import prizes as prizes_of_the_wheel
from points_app.services.points import wallet
from tests.client import ApiClient

_numbers = count(1)


class Factory:
    def __init__(self, app: Flask) -> None:
        self.app = app

    def guest(self, points: int = 1000, **columns: Any) -> ApiClient:
        """A logged-in guest with this balance, booked in the ledger."""
        with self.app.app_context():
            pair, user_id = _login(f"138{next(_numbers):08d}", points, columns)
        return ApiClient(self.app, pair["access_token"], user_id)

    def session_of(self, user_id: int) -> str:
        """An access token of one more session of this account."""
        with self.app.app_context():
            return _open_session(user_id)

    def merchant(self) -> ApiClient:
        return self.guest(is_merchant=True)

    def admin(self) -> ApiClient:
        return self.guest(is_admin=True)

    def product(self, **columns: Any) -> int:
        """A product of 100 points with 10 in stock, unless told otherwise; its id."""
        with self.app.app_context():
            return _add(
                Product(
                    **{
                        "name": "测试商品",
                        "category": "测试",
                        "exchange_points": 100,
                        "stock": 10,
                        **columns,
                    }
                )
            )

    def wheel(self, *prizes: dict[str, Any]) -> None:
        """Replace the wheel; each prize is the empty one with these columns changed."""
        with self.app.app_context():
            _replace_wheel(prizes)


@transactional
def _login(phone: str, points: int, columns: dict[str, Any]) -> tuple[Any, int]:
    user = phone_login.find_or_create(phone)
    difference = points - user.total_points
    if difference:
        wallet.book(
            user.user_id, wallet.Entry(difference, Source.ADMIN, f"test:{phone}", "测试调整")
        )
    if columns:
        db.session.execute(update(User).where(User.user_id == user.user_id).values(**columns))
    db.session.refresh(user)
    return sessions.open_session(user), user.user_id


@transactional
def _open_session(user_id: int) -> str:
    return sessions.open_session(db.session.get_one(User, user_id))["access_token"]


@transactional
def _add(product: Product) -> int:
    db.session.add(product)
    db.session.flush()
    first = {"commodity_id": product.commodity_id, "operation": "first", "change": product.stock}
    db.session.add(StockMovement(**first))
    return product.commodity_id


@transactional
def _replace_wheel(prizes: tuple[dict[str, Any], ...]) -> None:
    db.session.execute(update(Prize).values(status="inactive"))
    for place, columns in enumerate(prizes):
        empty = {
            "prize_name": f"奖品{place}",
            "prize_type": "empty",
            "prize_value": 0,
            "angle": place,
            "color": "#FFFFFF",
            "probability": 0,
        }
        db.session.add(Prize(**{**empty, **columns}))
    prizes_of_the_wheel.note_change()
