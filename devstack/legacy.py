"""A made database of the first backend: its tables, and the faults its code left in them."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import create_engine, text

START = datetime(2025, 3, 1, 9, 30)
BATCH = 2000
TABLES = (
    """CREATE TABLE users (user_id BIGINT PRIMARY KEY AUTO_INCREMENT, mobile VARCHAR(20),
    total_points INT, is_merchant TINYINT(1) DEFAULT 0, nickname VARCHAR(64), avatar VARCHAR(255),
    wx_openid VARCHAR(64), device_info TEXT, last_login DATETIME, status VARCHAR(16),
    created_at DATETIME, updated_at DATETIME)""",
    """CREATE TABLE points_records (id BIGINT PRIMARY KEY AUTO_INCREMENT, user_id BIGINT,
    type VARCHAR(8), points INT, description VARCHAR(255), source VARCHAR(32), balance_after INT,
    related_id VARCHAR(64), created_at DATETIME, KEY (user_id))""",
    """CREATE TABLE lottery_settings (prize_id INT PRIMARY KEY, prize_name VARCHAR(64),
    prize_type VARCHAR(16), prize_value DECIMAL(10,2), angle INT, color VARCHAR(7),
    probability DECIMAL(6,4), is_activity TINYINT(1), status VARCHAR(16))""",
    """CREATE TABLE lottery_records (id BIGINT PRIMARY KEY AUTO_INCREMENT, draw_id VARCHAR(50),
    user_id BIGINT, prize_id INT, prize_name VARCHAR(64), prize_type VARCHAR(16),
    prize_value DECIMAL(10,2), draw_type VARCHAR(16), is_near_miss TINYINT(1), points_cost INT,
    created_at DATETIME)""",
    """CREATE TABLE commodity_pool (commodity_id INT PRIMARY KEY, name VARCHAR(100),
    description TEXT, category VARCHAR(50), exchange_points INT, stock INT, image VARCHAR(255),
    status VARCHAR(16), is_hot TINYINT(1), sort_order INT, rating DECIMAL(3,2), sales_count INT,
    created_at DATETIME, updated_at DATETIME)""",
    """CREATE TABLE exchange_records (id BIGINT PRIMARY KEY AUTO_INCREMENT, user_id BIGINT,
    commodity_id INT, order_id VARCHAR(50), product_name VARCHAR(100), quantity INT,
    points_cost INT, status VARCHAR(16), delivery_info JSON, remark VARCHAR(255),
    exchange_time DATETIME, completed_time DATETIME)""",
    """CREATE TABLE photo_reviews (review_id BIGINT PRIMARY KEY AUTO_INCREMENT, user_id BIGINT,
    upload_id VARCHAR(50), image_url VARCHAR(255), input_amount DECIMAL(10,2),
    recognized_amount DECIMAL(10,2), match_status VARCHAR(16), points_awarded INT,
    review_status VARCHAR(16), review_reason VARCHAR(255), reviewer_id BIGINT,
    upload_time DATETIME, review_time DATETIME)""",
    """CREATE TABLE system_configs (config_key VARCHAR(64) PRIMARY KEY, config_value VARCHAR(255),
    config_type VARCHAR(16), description VARCHAR(255), is_public TINYINT(1))""",
)
PRIZES = (("50积分", "points", 50, "0.5"), ("谢谢参与", "empty", 0, "0.5"))
PRODUCTS = 20


def make(url: str, guests: int, seed: int = 1) -> None:
    """Fill the empty database of `url` with `guests` guests and what they did.

    Every tenth balance has lost an update, every twentieth history dips below zero, and a few
    guests have a number that is none, or somebody else's.
    """
    engine = create_engine(url)
    with engine.begin() as connection:
        for table in TABLES:
            connection.execute(text(table))
    chance = random.Random(seed)
    for name, rows in _shop():
        _insert(engine, name, rows)
    for first in range(1, guests + 1, BATCH):
        made: dict[str, list[dict[str, Any]]] = {}
        for number in range(first, min(first + BATCH, guests + 1)):
            for name, row in _guest(number, chance):
                made.setdefault(name, []).append(row)
        for name, rows in made.items():
            _insert(engine, name, rows)
    engine.dispose()


def _insert(engine: Any, name: str, rows: list[dict[str, Any]]) -> None:
    columns = ", ".join(rows[0])
    values = ", ".join(f":{column}" for column in rows[0])
    with engine.begin() as connection:
        connection.execute(text(f"INSERT INTO {name} ({columns}) VALUES ({values})"), rows)


def _shop() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    yield (
        "lottery_settings",
        [
            {
                "prize_id": place,
                "prize_name": name,
                "prize_type": kind,
                "prize_value": value,
                "angle": place * 45,
                "color": "#123456",
                "probability": share,
                "is_activity": 0,
                "status": "active",
            }
            for place, (name, kind, value, share) in enumerate(PRIZES, start=1)
        ],
    )
    yield (
        "commodity_pool",
        [
            {
                "commodity_id": number,
                "name": f"商品{number}",
                "description": "",
                "category": "饮品",
                "exchange_points": 100,
                "stock": 50 if number > 1 else -3,
                "status": "active",
                "is_hot": 0,
                "sort_order": number,
                "rating": "4.5",
                "sales_count": number,
                "created_at": START,
                "updated_at": START,
            }
            for number in range(1, PRODUCTS + 1)
        ],
    )
    settings = {"lottery_cost_points": "100", "max_points_award": "1800", "theme": "red"}
    yield (
        "system_configs",
        [
            {
                "config_key": key,
                "config_value": value,
                "config_type": "int",
                "description": "",
                "is_public": 0,
            }
            for key, value in settings.items()
        ],
    )


def _guest(number: int, chance: random.Random) -> Iterator[tuple[str, dict[str, Any]]]:
    """A guest who registered, drew, ordered and handed in a receipt."""
    at = START + timedelta(minutes=number)
    mobile = f"139{number:08d}"
    if number % 997 == 0:
        mobile = f"139{number - 1:08d}" if number % 2 else "12345"
    history = [("earn", 1000, "register", "新用户注册奖励")]
    if number % 20 == 0:  # spent before it was earned: two requests raced
        history += [("spend", 1500, "exchange", "兑换商品"), ("earn", 900, "photo_upload", "小票")]
    history += [("spend", 100, "lottery", "单次抽奖"), ("earn", 300, "photo_upload", "小票")]
    balance = sum(points if kind == "earn" else -points for kind, points, *_ in history)
    lost = chance.choice((100, 300, -100)) if number % 10 == 0 else 0
    yield (
        "users",
        {
            "user_id": number,
            "mobile": mobile,
            "total_points": balance + lost,
            "is_merchant": number == 7,
            "nickname": f"老客{number}",
            "status": "banned" if number % 500 == 0 else "active",
            "last_login": at,
            "created_at": at,
            "updated_at": at,
        },
    )
    for kind, points, source, description in history:
        yield (
            "points_records",
            {
                "user_id": number,
                "type": kind,
                "points": points,
                "source": source,
                "description": description,
                "created_at": at,
            },
        )
    yield (
        "lottery_records",
        {
            "draw_id": f"D{number}",
            "user_id": number,
            "prize_id": 2,
            "prize_name": "谢谢参与",
            "prize_type": "empty",
            "prize_value": 0,
            "draw_type": "single",
            "is_near_miss": 0,
            "points_cost": 100,
            "created_at": at,
        },
    )
    if number % 20 == 0:
        yield (
            "exchange_records",
            {
                "user_id": number,
                "commodity_id": 1 + number % PRODUCTS,
                "order_id": f"EX{number:013d}",
                "product_name": "商品",
                "quantity": 15,
                "points_cost": 1500,
                "exchange_time": at,
                "status": ("pending", "completed", "cancelled")[number // 20 % 3],
                "delivery_info": f'{{"phone": "{mobile}", "address": "人民路{number}号"}}',
            },
        )
    yield (
        "photo_reviews",
        {
            "user_id": number,
            "upload_id": f"UP{number:013d}",
            "points_awarded": 300,
            "upload_time": at,
            "image_url": f"https://storage.example.com/receipts/old/{number}.jpg",
            "input_amount": 30,
            "recognized_amount": 30,
            "match_status": "matched",
            "review_status": "pending" if number % 15 == 0 else "approved",
            "review_time": at,
        },
    )
