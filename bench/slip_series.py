"""Slips drawn by one template: many payments in one app, many bills of one till.

Two of a series are two payments. What a till or an app repeats, they share: shop, layout, terms,
and with the till the dishes and the sum.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from random import Random

from bench.slip_parts import Slip, goods_of, start, sum_of, table


def _payment(chance: Random, shop: str) -> tuple[Slip, str]:
    slip, when = start(chance)
    slip.merchant, slip.screen = shop, True
    slip.total = Decimal(chance.randint(800, 40000)) / 100
    slip.order_no = f"42000{chance.randint(10**22, 10**23 - 1)}"
    return slip, when


def wallet(chance: Random, shop: str, number: int) -> Slip:
    """The particulars of a payment, as a wallet lists them."""
    slip, _ = _payment(chance, shop)
    slip.add(f"{shop}", centre=True)
    slip.add(f"-{slip.total:.2f}", size=2.2, centre=True)
    slip.add("当前状态", "支付成功")
    slip.add("支付时间", f"{slip.date} {slip.time}")
    slip.add("商品", f"{shop}消费")
    slip.add("商户全称", f"{shop}餐饮管理有限公司")
    slip.add("收单机构", "财付通支付科技有限公司")
    slip.add("支付方式", "零钱")
    slip.add("交易单号", slip.order_no)
    slip.add("商户单号", f"{chance.randint(10**27, 10**28 - 1)}")
    slip.add("账单服务")
    return slip


def tick(chance: Random, shop: str, number: int) -> Slip:
    """Only a tick, the shop and the sum: nothing says when."""
    slip, _ = _payment(chance, shop)
    slip.date = slip.time = slip.order_no = ""
    slip.add("支付成功", size=1.2, centre=True)
    slip.add(shop, centre=True)
    slip.add(f"¥{slip.total:.2f}", size=2.4, centre=True)
    slip.add("完成", centre=True)
    return slip


def ledger(chance: Random, shop: str, number: int) -> Slip:
    """The entry of an account book, with the last digits of one card on each."""
    slip, _ = _payment(chance, shop)
    slip.add("账单详情", centre=True)
    slip.add(shop, centre=True)
    slip.add(f"-{slip.total:.2f}", size=2.0, centre=True)
    slip.add("交易成功", centre=True)
    slip.add("付款方式", "招商银行储蓄卡(8821)")
    slip.add("商品说明", f"{shop}-堂食")
    slip.add("收款方全称", f"{shop}餐饮有限公司")
    slip.add("订单号", slip.order_no)
    slip.add("创建时间", f"{slip.date} {slip.time}")
    slip.add("账单管理", "客服电话 95188")
    return slip


def bank(chance: Random, shop: str, number: int) -> Slip:
    """A bank's page: the day, no minute."""
    slip, _ = _payment(chance, shop)
    slip.time = ""
    slip.add("付款成功", size=1.2, centre=True)
    slip.add(f"￥{slip.total:.2f}", size=2.0, centre=True)
    slip.add("收款方", f"{shop}餐饮有限公司")
    slip.add("付款账户", "6225****8821")
    slip.add("交易日期", slip.date)
    slip.add("交易流水号", slip.order_no)
    return slip


def till(chance: Random, shop: str, number: int) -> Slip:
    """The same dishes again, some minutes later, under the next number."""
    same = Random(shop)
    slip, _ = start(same)
    goods, first, started = goods_of(same, 5), same.randint(1000, 9000), same.randint(600, 660)
    minute = started + 7 * number + chance.randint(0, 6)
    slip.merchant, slip.time = shop, f"{minute // 60:02d}:{minute % 60:02d}"
    slip.order_no = f"{slip.date.replace('-', '')}{first + number}"
    slip.total = sum_of(goods)
    slip.add(shop, size=1.4, centre=True)
    slip.add("结账单", centre=True)
    slip.add(f"单号：{slip.order_no}")
    slip.add(f"结账时间：{slip.date} {slip.time}")
    table(slip, goods)
    slip.add("合计", f"{slip.total}")
    slip.add("微信支付", f"{slip.total}")
    slip.add("电话：62345678", centre=True)
    return slip


SERIES: dict[str, Callable[[Random, str, int], Slip]] = {
    each.__name__: each for each in (wallet, tick, ledger, bank, till)
}
