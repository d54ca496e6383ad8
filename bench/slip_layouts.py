"""What is printed on a generated slip: each layout is a function from chance to a Slip."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from random import Random

from bench.slip_parts import (
    WALLETS,
    Slip,
    goods_of,
    start,
    sum_of,
    table,
)


def hotpot(chance: Random) -> Slip:
    """A bill of a chain: several kinds of reduction, then what is due and what was taken."""
    slip, when = start(chance)
    goods = goods_of(chance)
    slip.add(slip.merchant, size=1.5, centre=True)
    slip.add("预结单" if chance.random() < 0.3 else "结账单", centre=True)
    slip.add(f"账单号：{slip.order_no}")
    slip.add(f"开台时间：{when[:10]}", f"人数：{chance.randint(2, 9)}")
    slip.add(f"结账时间：{when}")
    table(slip, goods)
    spent = sum_of(goods)
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
    slip, when = start(chance)
    goods = [
        (name, amount, price.to_integral(), amount * price.to_integral())
        for name, amount, price, _ in goods_of(chance)
    ]
    slip.add(slip.merchant, size=1.3, centre=True)
    slip.add(f"流水号:{slip.order_no}")
    slip.add(when)
    for name, amount, price, value in goods:
        slip.add(name, f"{price}×{amount}", f"{value}元")
    slip.total = sum_of(goods)
    slip.add("合计：", f"{slip.total}元" if chance.random() < 0.6 else f"￥{slip.total}", size=1.3)
    slip.add("谢谢惠顾", centre=True)
    return slip


def member(chance: Random) -> Slip:
    """Paid from a stored-value card: the balance left over is larger than the bill."""
    slip, when = start(chance)
    goods = goods_of(chance)
    slip.total = sum_of(goods)
    slip.add(slip.merchant, size=1.4, centre=True)
    slip.add(f"单号:{slip.order_no}", f"桌号:{chance.randint(1, 40)}")
    slip.add(f"日期:{when}")
    table(slip, goods)
    slip.add("总计", f"{sum(each[1] for each in goods)}", f"{slip.total}")
    slip.add("实收", f"{slip.total}", size=1.2)
    slip.add("会员卡支付", f"{slip.total}")
    slip.add("卡号", f"8000{chance.randint(10000, 99999)}")
    slip.add("卡余额", f"{slip.total + chance.randint(100, 3000)}")
    slip.add("本次积分", f"{int(slip.total)}")
    return slip


def one_row(chance: Random) -> Slip:
    """Due, received and change side by side on one row."""
    slip, when = start(chance)
    goods = goods_of(chance)
    slip.total = sum_of(goods)
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
    slip, when = start(chance)
    goods = goods_of(chance, 5)
    spent = sum_of(goods)
    off = (spent * chance.randint(3, 7) / 10).quantize(Decimal("0.01"))
    slip.total = spent - off
    slip.add(slip.merchant, size=1.4, centre=True)
    slip.add("【结账联】", centre=True)
    slip.add("订单编号", slip.order_no)
    slip.add("下单时间", when)
    table(slip, goods, 3)
    slip.add("商品总额", f"¥{spent}")
    slip.add("团购券抵扣", f"-¥{off}")
    slip.add("实付金额", f"¥{slip.total}", size=1.3)
    slip.add("支付方式", chance.choice(WALLETS))
    return slip


def bilingual(chance: Random) -> Slip:
    """Chinese and English together, service charge on top."""
    slip, when = start(chance)
    goods = goods_of(chance)
    spent = sum_of(goods)
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
    slip, when = start(chance)
    goods = goods_of(chance)
    slip.total = sum_of(goods)
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
    slip, when = start(chance)
    goods = goods_of(chance)
    spent = sum_of(goods)
    slip.total = spent.to_integral(rounding="ROUND_DOWN").quantize(Decimal("0.01"))
    slip.add(slip.merchant, size=1.4, centre=True)
    slip.add(f"结算单号:{slip.order_no}")
    slip.add(f"结算时间:{when}")
    table(slip, goods)
    slip.add("合计金额", f"{spent}")
    slip.add("零头优惠", f"{slip.total - spent}")
    slip.add("实结金额" if chance.random() < 0.3 else "应收金额", f"{slip.total}")
    slip.add("现金" if chance.random() < 0.5 else "微信", f"{slip.total}")
    return slip


def thousands(chance: Random) -> Slip:
    """A banquet: sums over a thousand with commas."""
    slip, when = start(chance)
    goods = [(n, a, p * 20, v * 20) for n, a, p, v in goods_of(chance, 7)]
    slip.total = sum_of(goods)
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
    slip, when = start(chance)
    goods = goods_of(chance, chance.randint(45, 75))
    slip.total = sum_of(goods)
    slip.add(slip.merchant, size=1.4, centre=True)
    slip.add(f"单号：{slip.order_no}")
    slip.add(f"时间：{when}")
    table(slip, goods)
    slip.add("合计", f"{slip.total}")
    slip.add("应收", f"{slip.total}")
    slip.add(chance.choice(WALLETS), f"{slip.total}")
    return slip


def wechat_paid(chance: Random) -> Slip:
    """The screen after paying: the sum stands alone under a tick."""
    slip, _ = start(chance)
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
    slip, when = start(chance)
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
