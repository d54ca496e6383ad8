"""The requests of each workload."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from itertools import cycle, islice
from pathlib import Path

from PIL import Image

from bench.load.data import CATEGORIES, World
from bench.load.wrk import raw, request

RECEIPT = Path("tests/receipts/cn_dev_000_standard_clean.jpg")
PREPARED = 6000
UPLOADED = 1500
REDEEMED = 500
HOT_PRODUCT = 1
ONE_USER = 1
Maker = Callable[[World, list[str]], list[bytes]]


@dataclass(frozen=True)
class Workload:
    """`make(world, tokens)` gives the requests; `goal` is the ratio to the peer that counts as
    reached and `beyond` the one to aim at, in requests per second."""

    name: str
    title: str
    make: Maker
    goal: float | None = None
    beyond: float | None = None
    writes: bool = True
    limit_goal: float | None = None


def config(world: World, tokens: list[str]) -> list[bytes]:
    return [request("GET", "/api/lottery/config", token) for token in tokens]


def products(world: World, tokens: list[str]) -> list[bytes]:
    """Filters and pages as guests leaf through them: mostly first pages."""
    chance = random.Random(1)
    made = []
    for token in islice(cycle(tokens), PREPARED):
        query = [f"page={min(1 + int(chance.expovariate(0.5)), 20)}", "limit=20"]
        if chance.random() < 0.6:
            query.append(f"category={CATEGORIES_QUOTED[chance.randrange(len(CATEGORIES))]}")
        if chance.random() < 0.3:
            low = chance.randrange(50, 1500)
            query += [f"min_points={low}", f"max_points={low + 500}"]
        if chance.random() < 0.3:
            query.append("stock_status=in_stock")
        order = chance.choice(["sort_order", "exchange_points", "sales_count", "rating"])
        query += [f"sort_by={order}", f"sort_order={chance.choice(['ASC', 'DESC'])}"]
        made.append(request("GET", f"/api/exchange/products?{'&'.join(query)}", token))
    return made


def draws(draw_type: str) -> Maker:
    """Each guest in turn draws once."""

    def make(world: World, tokens: list[str]) -> list[bytes]:
        body = {"draw_type": draw_type}
        return [request("POST", "/api/lottery/draw", token, body) for token in tokens]

    return make


def one_users_draws(world: World, tokens: list[str]) -> list[bytes]:
    return [request("POST", "/api/lottery/draw", tokens[ONE_USER], {"draw_type": "single"})]


def redeem(world: World, tokens: list[str]) -> list[bytes]:
    chance = random.Random(2)
    many = islice(cycle(tokens), PREPARED)
    return [_order(token, chance.randint(1, min(REDEEMED, world.products))) for token in many]


def hot_redeem(world: World, tokens: list[str]) -> list[bytes]:
    return [_order(token, HOT_PRODUCT) for token in tokens]


def _order(token: str, product: int) -> bytes:
    body = {"commodity_id": product, "quantity": 1, "delivery_info": {"name": "王小明"}}
    return request("POST", "/api/exchange/redeem", token, body)


def login(world: World, tokens: list[str]) -> list[bytes]:
    """Each from an address of its own, because logins are limited per address."""
    made = []
    for number, phone in enumerate(islice(cycle(world.phones), PREPARED * 4)):
        body = b'{"phone": "%s", "code": "123456"}' % phone.encode()
        address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        headers = {"X_Forwarded_For": address}
        made.append(raw("POST", "/api/auth/login", None, body, "application/json", **headers))
    return made


def uploads(world: World, tokens: list[str]) -> list[bytes]:
    """Pictures that differ to the eye of the duplicate check: the same pixels twice are refused."""
    made = []
    for number, token in enumerate(islice(cycle(tokens), UPLOADED)):
        head = '--cut\r\nContent-Disposition: form-data; name="amount"\r\n\r\n'
        head += f"{10 + number % 90}.50\r\n"
        head += '--cut\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n'
        head += "Content-Type: image/jpeg\r\n\r\n"
        body = head.encode() + _picture(number) + b"\r\n--cut--\r\n"
        kind = "multipart/form-data; boundary=cut"
        made.append(raw("POST", "/api/photo/upload", token, body, kind))
    return made


@cache
def _picture(number: int) -> bytes:
    """A receipt with a mark of its own in a corner."""
    with Image.open(RECEIPT) as receipt:
        paper = receipt.convert("RGB")
    for bit in range(16):
        if number >> bit & 1:
            paper.paste((0, 0, 0), (8 * bit, 0, 8 * bit + 8, 8))
    file = BytesIO()
    paper.save(file, "JPEG", quality=85)
    return file.getvalue()


def history(world: World, tokens: list[str]) -> list[bytes]:
    return [request("GET", "/api/points/records?page=1&limit=20", token) for token in tokens]


def deep_history(world: World, tokens: list[str]) -> list[bytes]:
    return [request("GET", "/api/points/records?page=200&limit=20", token) for token in tokens]


CATEGORIES_QUOTED = [
    "".join(f"%{byte:02X}" for byte in category.encode()) for category in CATEGORIES
]

WORKLOADS = (
    Workload("config", "configuration of the wheel", config, 8, 12, writes=False),
    Workload("products", "products, filters and pages", products, 5, 10, writes=False),
    Workload("draw", "single draw, many guests", draws("single"), 4, 6, limit_goal=0.25),
    Workload("decade", "draw of ten, many guests", draws("decade"), 7, 10),
    Workload("redeem", "redeem, 500 products", redeem, 3.5, 5, limit_goal=0.30),
    Workload("hot", "redeem, one hot product", hot_redeem, 5, 8, limit_goal=0.30),
    Workload("login", "login", login, 3, 5),
    Workload("one-user", "all draws on one guest", one_users_draws, 6, 9),
    Workload("upload", "receipt upload", uploads),
)
# Of the product alone, to see how it grows.
GROWTH = (
    Workload("history", "own ledger, first page", history, writes=False),
    Workload("deep", "own ledger, page 200", deep_history, writes=False),
)
BY_NAME = {workload.name: workload for workload in (*WORKLOADS, *GROWTH)}
