"""Guests, prizes and products for both databases, the same rows in each."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import jwt
import pymysql
from flask_migrate import upgrade
from sqlalchemy import insert

from points_app.base import create_base_app
from points_app.config import Settings
from points_app.database.session import db, execute, transactional
from points_app.extensions import parts
from points_app.models.accounts import User
from points_app.models.exchange import Product, StockMovement
from points_app.models.points import Source
from points_app.services.accounts import sessions
from points_app.services.operations import seeding
from points_app.services.points import wallet

PURSE = 1_000_000_000  # nobody runs out of points
STOCK = 100_000_000
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
CATEGORIES = ("饮品", "美食", "零食", "数码", "生活用品")
CHUNK = 500
HISTORY_STEP = 200_000
_HISTORY = """
INSERT INTO points.points_records
  (user_id, type, points, description, source, balance_after, related_id, created_at, mac)
SELECT 1 + seq %% %(users)d, IF(is_in, 'earn', 'spend'), IF(is_in, 1, -1), 'history', 'admin',
  %(purse)d + is_in, CONCAT('h', %(first)d + seq), NOW() - INTERVAL 700 DAY, 'history'
FROM (SELECT seq, 1 - seq DIV %(users)d %% 2 is_in FROM points.seq_0_to_%(last)d) s ORDER BY seq"""
# How the same rows look in the peer's tables.
_COPIES = {
    "users": "user_id, total_points, is_merchant, nickname, status, created_at",
    "points_records": (
        "id, user_id, type, points, description, source, balance_after, related_id, created_at"
    ),
    "lottery_settings": (
        "prize_id, prize_name, prize_type, prize_value, angle, color, probability, is_activity,"
        " status"
    ),
    "commodity_pool": (
        "commodity_id, name, description, category, exchange_points, stock, image, status, is_hot,"
        " sort_order, rating, sales_count, created_at, updated_at"
    ),
}


@dataclass(frozen=True)
class World:
    """What requests may name: phones by user id, and each user's access token on both servers."""

    phones: list[str]
    our_tokens: list[str]
    peer_tokens: list[str]
    products: int


def load(environment: Mapping[str, str], users: int, products: int) -> World:
    """Make the tables and fill them; `users` guests with full purses, `products` products."""
    app = create_base_app(Settings.from_env(environment))
    with app.app_context():
        upgrade()
        seeding.load_first_data()
        phones = [f"138{number:08d}" for number in range(1, users + 1)]
        for start in range(0, users, CHUNK):
            _load_users(start + 1, phones[start : start + CHUNK])
        _load_products(products)
        our_tokens = _open_sessions(users)
        db.session.remove()
        db.engine.dispose()
    secret = environment["JWT_SECRET"]
    return World(phones, our_tokens, [_sign(user, secret) for user in _ids(users)], products)


def _ids(count: int) -> range:
    return range(1, count + 1)


@transactional
def _load_users(first: int, phones: list[str]) -> None:
    """Guests numbered from `first`, their purses filled through the ledger."""
    users = []
    for user_id, phone in enumerate(phones, start=first):
        index = parts.vault.blind_index(phone)
        row = User(mobile_hash=index).mobile_row
        users.append(
            {
                "user_id": user_id,
                "mobile": parts.vault.seal(phone, row),
                "mobile_hash": index,
                "total_points": 0,
                "nickname": f"用户{phone[-4:]}",
                "status": "active",
            }
        )
    _insert(User, users)
    for user in users:
        purse = wallet.Entry(PURSE, Source.ADMIN, f"bench:{user['user_id']}", "测量用积分")
        wallet.book(user["user_id"], purse)


@transactional
def _load_products(count: int) -> None:
    """Replace the first catalogue by one of `count` products with stock for every round."""
    execute(StockMovement.__table__.delete())
    execute(Product.__table__.delete())
    _insert(Product, [_product(number) for number in _ids(count)])
    _insert(
        StockMovement,
        [{"commodity_id": n, "operation": "first", "change": STOCK} for n in _ids(count)],
    )


def _product(number: int) -> dict[str, Any]:
    return {
        "commodity_id": number,
        "name": f"商品{number:05d}",
        "description": "精选好物，凭取货码到店领取。",
        "category": CATEGORIES[number % len(CATEGORIES)],
        "exchange_points": 50 + number * 7919 % 2000,
        "stock": STOCK if number % 10 else 0 if number > 500 else STOCK,
        "image": f"https://example.com/products/{number}.jpg",
        "status": "active",
        "is_hot": number % 7 == 0,
        "sort_order": number * 31 % 1000,
        "rating": Decimal(30 + number % 21) / 10,
        # Of late nobody edited them: a catalogue that has just been filled is read in full again.
        "created_at": LONG_AGO,
        "updated_at": LONG_AGO,
    }


@transactional
def _open_sessions(users: int) -> list[str]:
    everybody = db.session.query(User).filter(User.user_id <= users).order_by(User.user_id)
    return [sessions.open_session(user)["access_token"] for user in everybody]


def _insert(model: Any, rows: list[dict[str, Any]]) -> None:
    for start in range(0, len(rows), CHUNK):
        execute(insert(model.__table__), rows[start : start + CHUNK])


def _sign(user_id: int, secret: str) -> str:
    now = int(time.time())
    claims = {"user_id": user_id, "mobile": "138****0000", "is_merchant": False}
    return jwt.encode(claims | {"iat": now, "exp": now + 7200}, secret, algorithm="HS256")


def add_history(port: int, users: int, rows: int) -> None:
    """Years of ledger rows, a point in and a point out for everybody in turn; the books stay
    right. MariaDB's sequence engine makes them without a client."""
    with pymysql.connect(host="127.0.0.1", port=port, user="root", autocommit=True) as connection:
        cursor = connection.cursor()
        step = 2 * users * max(1, HISTORY_STEP // (2 * users))
        for first in range(0, rows, step):
            cursor.execute(
                _HISTORY % {"users": users, "purse": PURSE, "last": step - 1, "first": first}
            )


def copy_to_peer(port: int, phones: list[str]) -> None:
    """The same rows in the peer's tables, the phone numbers in clear."""
    with pymysql.connect(host="127.0.0.1", port=port, user="root", autocommit=True) as connection:
        cursor = connection.cursor()
        for table, columns in _COPIES.items():
            cursor.execute(
                f"INSERT INTO peer.{table} ({columns}) SELECT {columns} FROM points.{table}"
            )
        numbers = [(phone, user_id) for user_id, phone in enumerate(phones, start=1)]
        cursor.executemany("UPDATE peer.users SET mobile = %s WHERE user_id = %s", numbers)
