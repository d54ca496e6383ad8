"""What is printed on a generated slip: each layout is a function from chance to a Slip."""

from __future__ import annotations

from collections.abc import Callable
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


def _start(chance: Random) -> tuple[Slip, str]:
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


def _goods(chance: Random, count: int = 0) -> list[tuple[str, int, Decimal, Decimal]]:
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


def _sum(goods: list[tuple[str, int, Decimal, Decimal]]) -> Decimal:
    return sum((each[3] for each in goods), Decimal("0.00"))


def _table(slip: Slip, goods: list[tuple[str, int, Decimal, Decimal]], columns: int = 4) -> None:
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


def hotpot(chance: Random) -> Slip:
    """A bill of a chain: several kinds of reduction, then what is due and what was taken."""
    slip, when = _start(chance)
    goods = _goods(chance)
    slip.add(slip.merchant, size=1.5, centre=True)
    slip.add("预结单" if chance.random() < 0.3 else "结账单", centre=True)
    slip.add(f"账单号：{slip.order_no}")
    slip.add(f"开台时间：{when[:10]}", f"人数：{chance.randint(2, 9)}")
    slip.add(f"结账时间：{when}")
    _table(slip, goods)
    spent = _sum(goods)
    off = min(Decimal(chance.choice([5, 10, 15, 20])), (spent / 2).quantize(Decimal("0.01")))
    slip.add("消费合计：", f"{spent}")
    slip.add("优惠合计：", f"-{off}")
    slip.add(chance.choice(["应付金额：", "应收合计：", "折后应付："]), f"{spent - off}")
    slip.add(f"{chance.choice(WALLETS)}：", f"{spent - off}")
    slip.add("欢迎您再次光临", centre=True)
    slip.total = spent - off
    return slip


def canteen(chance: Random) -> Slip:
    """Whole yuan without cents, as stalls print them."""
    slip, when = _start(chance)
    goods = [
        (name, amount, price.to_integral(), amount * price.to_integral())
        for name, amount, price, _ in _goods(chance)
    ]
    slip.add(slip.merchant, size=1.3, centre=True)
    slip.add(f"流水号:{slip.order_no}")
    slip.add(when)
    for name, amount, price, value in goods:
        slip.add(name, f"{price}×{amount}", f"{value}元")
    slip.total = _sum(goods)
    slip.add("合计：", f"{slip.total}元" if chance.random() < 0.6 else f"￥{slip.total}", size=1.3)
    slip.add("谢谢惠顾", centre=True)
    return slip


def member(chance: Random) -> Slip:
    """Paid from a stored-value card: the balance left over is larger than the bill."""
    slip, when = _start(chance)
    goods = _goods(chance)
    slip.total = _sum(goods)
    slip.add(slip.merchant, size=1.4, centre=True)
    slip.add(f"单号:{slip.order_no}", f"桌号:{chance.randint(1, 40)}")
    slip.add(f"日期:{when}")
    _table(slip, goods)
    slip.add("总计", f"{sum(each[1] for each in goods)}", f"{slip.total}")
    slip.add("实收", f"{slip.total}", size=1.2)
    slip.add("会员卡支付", f"{slip.total}")
    slip.add("卡号", f"8000{chance.randint(10000, 99999)}")
    slip.add("卡余额", f"{slip.total + chance.randint(100, 3000)}")
    slip.add("本次积分", f"{int(slip.total)}")
    return slip


def one_row(chance: Random) -> Slip:
    """Due, received and change side by side on one row."""
    slip, when = _start(chance)
    goods = _goods(chance)
    slip.total = _sum(goods)
    given = (slip.total // 50 + 1) * 50
    slip.add(slip.merchant, size=1.4, centre=True)
    slip.add(f"收银小票 NO:{slip.order_no}")
    for name, amount, price, value in goods:
        slip.add(name)
        slip.add(f"   {price}*{amount}", f"{value}")
    slip.add(f"件数:{len(goods)}", f"合计:{slip.total}")
    slip.add(f"实收:{given}", f"找零:{given - slip.total}")
    slip.add(when, "收银:01")
    return slip


def group_buy(chance: Random) -> Slip:
    """A voucher pays for a part; the rest is what the guest paid."""
    slip, when = _start(chance)
    goods = _goods(chance, 5)
    spent = _sum(goods)
    off = (spent * chance.randint(3, 7) / 10).quantize(Decimal("0.01"))
    slip.total = spent - off
    slip.add(slip.merchant, size=1.4, centre=True)
    slip.add("【结账联】", centre=True)
    slip.add("订单编号", slip.order_no)
    slip.add("下单时间", when)
    _table(slip, goods, 3)
    slip.add("商品总额", f"¥{spent}")
    slip.add("团购券抵扣", f"-¥{off}")
    slip.add("实付金额", f"¥{slip.total}", size=1.3)
    slip.add("支付方式", chance.choice(WALLETS))
    return slip


def bilingual(chance: Random) -> Slip:
    """Chinese and English together, service charge on top."""
    slip, when = _start(chance)
    goods = _goods(chance)
    spent = _sum(goods)
    service = (spent / 10).quantize(Decimal("0.01"))
    slip.total = spent + service
    slip.add(slip.merchant, size=1.4, centre=True)
    slip.add("Bill No.", slip.order_no)
    slip.add("Date/Time", when)
    for name, amount, _, value in goods:
        slip.add(f"{amount} {name}", f"{value}")
    slip.add("小计 Subtotal", f"{spent}")
    slip.add("服务费 Service Charge 10%", f"{service}")
    slip.add("合计 Total", f"¥{slip.total}", size=1.3)
    slip.add(chance.choice(["Visa", "微信 WeChat Pay", "支付宝 Alipay"]), f"{slip.total}")
    slip.add("Thank you! 多谢惠顾", centre=True)
    return slip


def below(chance: Random) -> Slip:
    """The sum printed large on the line below its name."""
    slip, when = _start(chance)
    goods = _goods(chance)
    slip.total = _sum(goods)
    slip.add(slip.merchant, size=1.4, centre=True)
    slip.add(f"取餐号 {chance.randint(1, 200)}", size=1.6, centre=True)
    for name, amount, _, value in goods:
        slip.add(name, f"x{amount}", f"¥{value}")
    slip.add("应付金额")
    slip.add(f"¥{slip.total}", size=1.8)
    slip.add(f"订单号 {slip.order_no}")
    slip.add(f"下单 {when}")
    return slip


def rounded(chance: Random) -> Slip:
    """Cents are dropped after the total."""
    slip, when = _start(chance)
    goods = _goods(chance)
    spent = _sum(goods)
    slip.total = spent.to_integral(rounding="ROUND_DOWN").quantize(Decimal("0.01"))
    slip.add(slip.merchant, size=1.4, centre=True)
    slip.add(f"结算单号:{slip.order_no}")
    slip.add(f"结算时间:{when}")
    _table(slip, goods)
    slip.add("合计金额", f"{spent}")
    slip.add("零头优惠", f"{slip.total - spent}")
    slip.add("实结金额" if chance.random() < 0.3 else "应收金额", f"{slip.total}")
    slip.add("现金" if chance.random() < 0.5 else "微信", f"{slip.total}")
    return slip


def thousands(chance: Random) -> Slip:
    """A banquet: sums over a thousand with commas."""
    slip, when = _start(chance)
    goods = [(n, a, p * 20, v * 20) for n, a, p, v in _goods(chance, 7)]
    slip.total = _sum(goods)
    slip.add(slip.merchant, size=1.4, centre=True)
    slip.add("宴会结账单", centre=True)
    slip.add(f"单据号：{slip.order_no}", when)
    for name, amount, price, value in goods:
        slip.add(name, f"{amount}", f"{price:,}", f"{value:,}")
    slip.add("总金额：", f"￥{slip.total:,}")
    slip.add("人均：", f"￥{slip.total / 10:,.2f}")
    slip.add("实收金额：", f"￥{slip.total:,}")
    return slip


def long_slip(chance: Random) -> Slip:
    """Sixty lines and more."""
    slip, when = _start(chance)
    goods = _goods(chance, chance.randint(45, 75))
    slip.total = _sum(goods)
    slip.add(slip.merchant, size=1.4, centre=True)
    slip.add(f"单号：{slip.order_no}")
    slip.add(f"时间：{when}")
    _table(slip, goods)
    slip.add("合计", f"{slip.total}")
    slip.add("应收", f"{slip.total}")
    slip.add(chance.choice(WALLETS), f"{slip.total}")
    return slip


def wechat_paid(chance: Random) -> Slip:
    """The screen after paying: the sum stands alone under a tick."""
    slip, _ = _start(chance)
    slip.total, slip.screen = Decimal(chance.randint(500, 60000)) / 100, True
    slip.date = slip.time = slip.order_no = ""
    slip.add(f"{chance.randint(7, 22)}:{chance.randint(10, 59)}", "5G  86%", size=0.8)
    slip.add("支付成功", size=1.2, centre=True)
    slip.add(slip.merchant, centre=True)
    slip.add(f"¥{slip.total:.2f}", size=2.4, centre=True)
    slip.add("完成", centre=True)
    return slip


def wallet_bill(chance: Random) -> Slip:
    """The bill of a wallet: the sum with a minus, then the particulars."""
    slip, when = _start(chance)
    slip.total, slip.screen = Decimal(chance.randint(500, 60000)) / 100, True
    slip.order_no = f"42000{chance.randint(10**17, 10**18)}"
    slip.add(f"{chance.randint(7, 22)}:{chance.randint(10, 59)}", "4G  55%", size=0.8)
    slip.add(slip.merchant, centre=True)
    slip.add(f"-{slip.total:.2f}", size=2.2, centre=True)
    slip.add("当前状态", chance.choice(["支付成功", "交易成功"]))
    slip.add("支付时间", when)
    slip.add("商品", "堂食消费")
    slip.add("收单机构", "财付通支付科技有限公司")
    slip.add("支付方式", "零钱" if chance.random() < 0.5 else "招商银行(1234)")
    slip.add("交易单号", slip.order_no)
    return slip


LAYOUTS: dict[str, Callable[[Random], Slip]] = {
    each.__name__: each
    for each in (
        hotpot,
        canteen,
        member,
        one_row,
        group_buy,
        bilingual,
        below,
        rounded,
        thousands,
        long_slip,
        wechat_paid,
        wallet_bill,
    )
}
