"""A made database of the first backend: its tables, and the faults its code left in them."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import create_engine, text
from sqlalchemy.engine import Engine

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
COLUMNS = {
    "users": "user_id mobile total_points is_merchant nickname status last_login created_at",
    "points_records": "user_id type points source description created_at",
    "lottery_settings": "prize_id prize_name prize_type prize_value angle color probability "
    "is_activity status",
    "lottery_records": "user_id draw_id prize_id prize_name prize_type prize_value draw_type "
    "is_near_miss points_cost created_at",
    "commodity_pool": "commodity_id name category exchange_points stock status is_hot sort_order "
    "rating sales_count created_at",
    "exchange_records": "user_id order_id commodity_id product_name quantity points_cost status "
    "delivery_info exchange_time",
    "photo_reviews": "user_id upload_id image_url input_amount recognized_amount match_status "
    "points_awarded review_status upload_time review_time",
    "system_configs": "config_key config_value config_type description is_public",
}
PRIZES = (("50积分", "points", 50, "0.5"), ("谢谢参与", "empty", 0, "0.5"))
PRODUCTS = 20
SETTINGS = {"lottery_cost_points": "100", "max_points_award": "1800", "theme": "red"}
PICTURES = "https://storage.example.com/receipts/old"

Rows = Iterator[tuple[str, tuple[Any, ...]]]


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
    _insert(engine, _shop())
    for first in range(1, guests + 1, BATCH):
        numbers = range(first, min(first + BATCH, guests + 1))
        _insert(engine, (row for number in numbers for row in _guest(number, chance)))
    engine.dispose()


def _insert(engine: Engine, rows: Rows) -> None:
    made: dict[str, list[dict[str, Any]]] = {}
    for name, values in rows:
        columns = COLUMNS[name].split()
        made.setdefault(name, []).append(dict(zip(columns, values, strict=True)))
    with engine.begin() as connection:
        for name, parameters in made.items():
            columns = COLUMNS[name].split()
            values = ", ".join(f":{column}" for column in columns)
            statement = f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({values})"
            connection.execute(text(statement), parameters)


def _shop() -> Rows:
    for place, (name, kind, value, share) in enumerate(PRIZES, start=1):
        prize = (place, name, kind, value, place * 45, "#123456", share, 0, "active")
        yield "lottery_settings", prize
    for number in range(1, PRODUCTS + 1):
        stock = 50 if number > 1 else -3
        product = (
            number,
            f"商品{number}",
            "饮品",
            100,
            stock,
            "active",
            0,
            number,
            "4.5",
            9,
            START,
        )
        yield "commodity_pool", product
    for key, value in SETTINGS.items():
        yield "system_configs", (key, value, "int", "", 0)


def _guest(number: int, chance: random.Random) -> Rows:
    """A guest who registered, drew, ordered and handed in a receipt."""
    at = START + timedelta(minutes=number)
    mobile = f"139{number:08d}"
    if number % 997 == 0:
        mobile = f"139{number - 1:08d}" if number % 2 else "12345"
    balance = 0
    for kind, points, source, description in _history(number):
        balance += points if kind == "earn" else -points
        yield "points_records", (number, kind, points, source, description, at)
    balance += chance.choice((100, 300, -100)) if number % 10 == 0 else 0
    status = "banned" if number % 500 == 0 else "active"
    yield "users", (number, mobile, balance, number == 7, f"老客{number}", status, at, at)
    draw = (f"D{number}", 2, "谢谢参与", "empty", 0, "single", 0, 100, at)
    yield "lottery_records", (number, *draw)
    if number % 20 == 0 or number % 997 == 0:
        yield "exchange_records", (number, *_order(number, mobile), at)
    status = "pending" if number % 15 == 0 else "approved"
    receipt = (f"UP{number:013d}", f"{PICTURES}/{number}.jpg", 30, 30, "matched", 300, status)
    yield "photo_reviews", (number, *receipt, at, at)


def _history(number: int) -> Iterator[tuple[str, int, str, str]]:
    yield "earn", 1000, "register", "新用户注册奖励"
    if number % 20 == 0:  # spent before it was earned: two requests raced
        yield "spend", 1500, "exchange", "兑换商品"
        yield "earn", 900, "photo_upload", "小票"
    yield "spend", 100, "lottery", "单次抽奖"
    yield "earn", 300, "photo_upload", "小票"


def _order(number: int, mobile: str) -> tuple[Any, ...]:
    status = ("pending", "completed", "cancelled")[number // 20 % 3]
    delivery = f'{{"phone": "{mobile}", "address": "人民路{number}号"}}'
    return f"EX{number:013d}", 1 + number % PRODUCTS, "商品", 15, 1500, status, delivery
