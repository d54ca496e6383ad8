"""What the layouts of generated slips are made of: names, goods, and the slip itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from random import Random

SHOPS = [
    "渝州老灶",
    "江岸小馆",
    "阿婆糖水铺",
    "蜀香园",
    "北街面馆",
    "海潮粥铺",
    "悦来酒家",
    "山水茶餐厅",
    "味千客栈",
    "福临饺子馆",
]
BRANCHES = ["", "(解放路店)", "（万象城店）", "(南门分店)", "·滨江店", "（旗舰店）"]
DISHES = [
    "水煮肉片",
    "宫保鸡丁",
    "麻婆豆腐",
    "酸菜鱼",
    "干锅肥肠",
    "蒜蓉西兰花",
    "香菇滑鸡",
    "米饭",
    "牛肉粉",
    "豆浆油条",
    "皮蛋瘦肉粥",
    "冰镇酸梅汤",
    "拍黄瓜",
    "红烧肉",
    "虾饺",
    "叉烧包",
    "鱼丸汤",
    "炒河粉",
    "毛肚",
    "鸭血",
    "肥牛卷",
    "手工面",
    "可乐",
    "王老吉",
    "青岛啤酒",
]
WALLETS = ["微信支付", "支付宝", "云闪付", "银联刷卡", "美团支付"]


@dataclass
class Slip:
    """Rows of cells; a row of one cell is centred when it says so, others spread over the width."""

    total: Decimal | None
    merchant: str
    date: str
    time: str
    order_no: str
    rows: list[Row] = field(default_factory=list)
    screen: bool = False

    def add(self, *cells: str, size: float = 1.0, centre: bool = False) -> None:
        """One printed line."""
        self.rows.append(Row(cells, size, centre))


@dataclass
class Row:
    """The cells of a line, its print size, and whether it is centred."""

    cells: tuple[str, ...]
    size: float
    centre: bool


def start(chance: Random) -> tuple[Slip, str]:
    """A slip of some shop and moment, and that moment as it prints it."""
    year, month, day = chance.randint(2024, 2026), chance.randint(1, 12), chance.randint(1, 28)
    hour, minute, second = chance.randint(9, 22), chance.randint(0, 59), chance.randint(0, 59)
    clock = f"{hour:02d}:{minute:02d}" + chance.choice(["", f":{second:02d}"])
    printed = chance.choice(
        ["{}-{:02d}-{:02d}", "{}/{:02d}/{:02d}", "{}年{}月{}日", "{}.{:02d}.{:02d}"]
    )
    order = chance.choice(
        [
            f"{year}{month:02d}{day:02d}{chance.randint(1000, 9999)}",
            str(chance.randint(10**9, 10**11)),
            f"A{chance.randint(10**7, 10**8)}",
        ]
    )
    merchant = chance.choice(SHOPS) + chance.choice(BRANCHES)
    slip = Slip(Decimal(0), merchant, f"{year}-{month:02d}-{day:02d}", clock, order)
    return slip, f"{printed.format(year, month, day)} {clock}"


def goods_of(chance: Random, count: int = 0) -> list[tuple[str, int, Decimal, Decimal]]:
    """Name, pieces, price and sum of what was eaten: `count` dishes, or a few different ones."""
    names = [chance.choice(DISHES) for _ in range(count)] or chance.sample(
        DISHES, chance.randint(1, 9)
    )
    goods = []
    for name in names:
        amount, price = chance.choice([1, 1, 1, 2, 3]), Decimal(chance.randint(20, 980)) / 10
        goods.append(
            (
                name,
                amount,
                price.quantize(Decimal("0.01")),
                (amount * price).quantize(Decimal("0.01")),
            )
        )
    return goods


def sum_of(goods: list[tuple[str, int, Decimal, Decimal]]) -> Decimal:
    """What the goods cost together."""
    return sum((each[3] for each in goods), Decimal("0.00"))


def table(slip: Slip, goods: list[tuple[str, int, Decimal, Decimal]], columns: int = 4) -> None:
    """Print the goods, with their price or without."""
    slip.add(*["菜名", "单价", "数量", "金额"][: columns - 1], "金额") if columns < 4 else slip.add(
        "菜名", "单价", "数量", "金额"
    )
    for name, amount, price, value in goods:
        cells = (
            (name, f"{price}", f"{amount}", f"{value}")
            if columns == 4
            else (name, f"{amount}份", f"{value}")
        )
        slip.add(*cells)
