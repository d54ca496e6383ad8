"""Papers that look like receipts and are none: each layout is a function from chance to a Slip.

What a till prints when it takes back, cancels, asks for payment or sends to the kitchen differs
from a receipt by a few words, which each layout draws from the many that are in use.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from random import Random

from bench.slip_parts import WALLETS, Slip, goods_of, start, sum_of, table

REFUND = (
    "退货单 退款单 退款小票 退菜单 销退单 冲红单 红字小票 退货凭证 退单"
    " REFUND SALES␣RETURN CREDIT␣NOTE"
)
VOID = "作废单 已作废 作废 反结账单 撤单 消费撤销 订单已取消 废单 VOID VOIDED CANCELLED"
UNPAID = (
    "预结单 预打单 预结账单 待结账单 待支付 未付款 未结账单 账单（预览） 埋单纸 客账单 挂账单"
    " 非付款凭证 PRO␣FORMA␣BILL NOT␣A␣RECEIPT GUEST␣CHECK UNPAID 預結單 未結帳"
)
KITCHEN = (
    "点菜单 下单 厨房单 厨打单 出品单 划菜单 传菜单 加菜单 制作单 后厨联 落单纸 KITCHEN␣ORDER KOT"
)
INVOICE = "增值税电子普通发票 电子发票（普通发票） 增值税普通发票 通用机打发票"
REPORT = "日结单 交班单 会员充值单 储值凭证 押金单 送货单 营业报表"


def _one_of(words: str, chance: Random) -> str:
    return chance.choice(words.split()).replace("␣", " ")


def _titled(
    title: str, chance: Random, sign: int = 1
) -> tuple[Slip, list[tuple[str, int, Decimal, Decimal]]]:
    """A slip's head with its title above or below the number, and the goods, printed."""
    slip, when = start(chance)
    slip.total = None
    goods = [(name, count, price, sign * value) for name, count, price, value in goods_of(chance)]
    frame = chance.choice(["{}", "{}", "【{}】", "*** {} ***", "—{}—"])
    slip.add(slip.merchant, size=1.4, centre=True)
    rows: list[Callable[[], None]] = [
        lambda: slip.add(frame.format(title), size=chance.choice([1.0, 1.2, 1.5]), centre=True),
        lambda: slip.add(f"单号:{slip.order_no}", f"台号:{chance.randint(1, 40)}"),
        lambda: slip.add(f"时间:{when}"),
    ]
    chance.shuffle(rows)
    for row in rows:
        row()
    table(slip, goods)
    return slip, goods


def refund(chance: Random) -> Slip:
    """Money goes back; some tills print the sums below zero, some as on the sale."""
    slip, goods = _titled(_one_of(REFUND, chance), chance)
    sign = chance.choice(["", "", "-"])
    slip.add(chance.choice(["合计", "退款金额", "合计金额", "应退"]), f"{sign}{sum_of(goods)}")
    slip.add(chance.choice(WALLETS), f"{sign}{sum_of(goods)}")
    return slip


def negative(chance: Random) -> Slip:
    """A refund that only its signs give away."""
    slip, goods = _titled(chance.choice(["结账单", "收银小票", "销售单"]), chance, sign=-1)
    slip.add("合计", f"{sum_of(goods)}")
    slip.add("实收", f"{sum_of(goods)}")
    return slip


def void(chance: Random) -> Slip:
    """A sale that was cancelled."""
    slip, goods = _titled(_one_of(VOID, chance), chance)
    slip.add("合计", f"{sum_of(goods)}")
    slip.add("实收", f"{sum_of(goods)}", size=1.2)
    return slip


def before_payment(chance: Random) -> Slip:
    """The bill that is laid on the table."""
    slip, goods = _titled(_one_of(UNPAID, chance), chance)
    slip.add("消费合计", f"{sum_of(goods)}")
    slip.add(chance.choice(["应付金额", "应收", "合计", "总计"]), f"{sum_of(goods)}", size=1.3)
    slip.add(chance.choice(["请核对", "谢谢惠顾", "欢迎光临"]), centre=True)
    return slip


def order_ticket(chance: Random) -> Slip:
    """What the kitchen gets, of tills that print prices on it."""
    slip, goods = _titled(_one_of(KITCHEN, chance), chance)
    slip.add("合计", f"{sum_of(goods)}")
    slip.add("总计", f"{sum_of(goods)}")
    return slip


def nothing_paid(chance: Random) -> Slip:
    """A voucher or the house paid all of it."""
    slip, goods = _titled(chance.choice(["结账单", "收银小票", "消费清单"]), chance)
    spent = sum_of(goods)
    slip.total = Decimal("0.00")
    slip.add("合计", f"{spent}")
    off = chance.choice(["团购券", "代金券抵扣", "美团券", "优惠券", "免单优惠"])
    slip.add(off, f"{chance.choice(['-', ''])}{spent}")
    slip.add(chance.choice(["实付", "实收", "实付金额", "实收金额"]), "0.00", size=1.2)
    return slip


def tax_invoice(chance: Random) -> Slip:
    """A fapiao, which anybody may have for a receipt handed in elsewhere."""
    slip, _ = start(chance)
    goods, slip.total = goods_of(chance, 3), None
    slip.add(_one_of(INVOICE, chance), size=1.3, centre=True)
    slip.add("发票代码", f"{chance.randint(10**11, 10**12 - 1)}")
    slip.add("发票号码", f"{chance.randint(10**7, 10**8 - 1)}")
    slip.add("开票日期", slip.date)
    slip.add("销售方", f"{slip.merchant}餐饮有限公司")
    for name, _, _, value in goods:
        slip.add(f"*餐饮服务*{name}", f"{value}")
    slip.add("合计", f"{sum_of(goods)}")
    slip.add("价税合计（小写）", f"¥{sum_of(goods)}")
    return slip


def other(chance: Random) -> Slip:
    """What else a till or an office prints with a total under it."""
    slip, goods = _titled(_one_of(REPORT, chance), chance)
    slip.add("合计", f"{sum_of(goods)}")
    slip.add("实收", f"{sum_of(goods)}")
    return slip


FALSE_LAYOUTS: dict[str, Callable[[Random], Slip]] = {
    each.__name__: each
    for each in (
        refund,
        negative,
        void,
        before_payment,
        order_ticket,
        nothing_paid,
        tax_invoice,
        other,
    )
}
KIND_OF = {name: name for name in FALSE_LAYOUTS} | {"negative": "refund", "nothing_paid": "receipt"}
"""The kind of document that each layout is; a receipt of which nothing was paid is one."""
