"""What kind of paper is it? By its own words, and never by the terms that receipts print too."""

from dataclasses import replace
from decimal import Decimal

import pytest

from points_app.reading.engine import make_engine
from points_app.reading.kinds import document_of, limited
from points_app.reading.pictures import normalise
from points_app.reading.reader import interpret, read_receipt
from tests.reading.print import words
from tests.receipts_in import picture

SLIP = ("渝州老灶", "单号:202601051234  桌号:12", "水煮鱼  1  53.00", "米饭  2  4.00")
TOTALS = ("合计  57.00",)
PAID = (*TOTALS, "微信支付  57.00")


def document(*lines):
    found = interpret(words(*lines))
    labelled = any(each.labels for each in found.candidates[:1])
    return document_of(found.lines, found.entries, labelled, found.is_receipt)


def kind(*lines):
    return document(*lines).kind


TITLES = {
    "refund": "退货单 退款单 退款小票 退菜单 退菜 销退单 冲红 红字小票 【退款】 退货凭证"
    " 原路退回 退貨單 已退款 退贷单"
    " REFUND Refunded RETURN␣SLIP CREDIT␣NOTE SALES␣RETURN",
    "void": "作废 已作废 作废单 反结账 撤单 消费撤销 订单已取消 交易取消"
    " 整单取消 作廢 测试单"
    " VOID *VOID* CANCELLED VOID␣RECEIPT TRAINING␣MODE",
    "before_payment": "预结单 预打单 预结 账单（预览） 待结账单 待支付 未付款 未结账 未買單"
    " 埋单 埋单纸 客账单"
    " 挂账 非付款凭证 此单不作为付款凭证 请到收银台结账 預結單 未結帳 等待支付"
    " PRO␣FORMA PRO-FORMA␣INVOICE GUEST␣CHECK UNPAID NOT␣A␣RECEIPT THIS␣IS␣NOT␣A␣RECEIPT",
    "order_ticket": "点菜单 下单 【下单】 厨房 厨房单 厨打单 后厨联 出品单 划菜单 传菜联"
    " 加菜单 制作单 點菜單 落單紙"
    " KITCHEN␣ORDER KITCHEN␣COPY KOT ORDER␣TICKET",
    "tax_invoice": "增值税电子普通发票 电子发票（普通发票） 通用机打发票 增值税专用发票",
    "other": "交班单 日结单 会员充值单 储值凭证 押金收据 送货单 Z␣REPORT",
}


@pytest.mark.parametrize(
    ("wanted", "title"),
    [(kind, title.replace("␣", " ")) for kind, all_ in TITLES.items() for title in all_.split()],
)
@pytest.mark.parametrize("place", [1, 2, 4], ids=["above", "amid", "below"])
def test_a_paper_names_itself(wanted, title, place):
    lines = [*SLIP[:place], title, *SLIP[place:], *TOTALS]
    assert kind(*lines) == wanted


@pytest.mark.parametrize(
    "line",
    [
        "恕不退换",
        "如需退款请凭小票七日内办理",
        "多谢惠顧，塑膠購物袋收費恕不設退款",
        "涂改作废",
        "逾期作废",
        "GOODS SOLD ARE NOT RETURNABLE",
        "STRICTLY NO CASH REFUND",
        "Return Policy: within 7 days",
        "Void where prohibited",
        "下单时间 2026-01-05 12:30",
        "点单时间:12:30",
        "点菜员:小王",
        "传菜员:小李",
        "落單時間:2026-01-05 12:30",
        "妈妈的厨房",
        "ANNA'S KITCHEN",
        "扫码开具电子发票",
        "可开票金额  57.00",
        "TAX INVOICE",
        "顾客联",
        "结账单",
        "已结账",
        "已支付",
        "退款  0.00",
        "未付金额  0.00",
        "预付卡扣减  0.00",
        "储值余额  500.00",
        "支付成功",
        "交易单号 4200002961202611241234567891",
        "CUSTOMER COPY",
    ],
)
def test_what_receipts_print_too(line):
    found = document(*SLIP, line, *PAID)
    assert (found.kind, found.confidence) == ("receipt", "high")


def test_a_wrapped_term_of_exchange_names_no_paper():
    assert kind(*SLIP, *PAID, "GOODS SOLD ARE NOT EXCHANGEABLE OR", "REFUND") == "receipt"
    assert kind(*SLIP, *PAID, "凭小票到购买分店换", "货或退款") == "receipt"


def test_a_total_below_zero_is_paid_back():
    assert kind("渝州老灶", "水煮鱼  1  -53.00", "合计  -53.00") == "refund"
    assert kind("渝州老灶", "水煮鱼  1  53.00", "优惠  -5.00", "合计  48.00") == "receipt"


def test_dishes_below_zero_are_perhaps_paid_back_whatever_sign_the_total_lost():
    found = document("渝州老灶", "水煮鱼  1  -53.00", "米饭  1  4.00", "合计  57.00")
    assert (found.kind, found.confidence) == ("refund", "medium")
    found = document("渝州老灶", "水煮鱼  1  53.00", "合计  -53.00", "实收  53.00")
    assert (found.kind, found.confidence) == ("refund", "medium")
    one_of_three = ("水煮鱼  53.00", "牛肉  38.00", "米饭  -4.00", "合计  87.00")
    assert kind("渝州老灶", *one_of_three) == "receipt"


def test_the_words_are_shown():
    assert document(*SLIP, "【预结单】", *TOTALS).words == ("【预结单】",)


def test_a_bill_that_shows_its_payment_is_not_surely_unpaid():
    found = document(*SLIP, "结账单（预结）", *PAID)
    assert (found.kind, found.confidence) == ("before_payment", "medium")


@pytest.mark.parametrize(
    "lines",
    [
        ("支付成功", "渝州老灶", "¥57.00", "完成"),
        ("渝州老灶", "-57.00", "当前状态  支付成功", "支付时间  2026-01-05 12:30:00"),
        ("账单详情", "渝州老灶", "-57.00", "交易成功", "付款方式  零钱"),
        ("轉賬成功", "¥57.00", "收款方  渝州老灶"),
        ("Payment successful", "RM57.00", "Paid to  Anna"),
    ],
)
def test_screens_of_payment(lines):
    assert kind(*lines) == "payment_screenshot"


def test_what_cannot_be_read_cannot_be_known_to_be_absent():
    clear, dim = (
        words("渝州老灶", "水煮鱼  1  53.00", *PAID),
        words("渝州老灶", "水煮鱼  1  53.00", *PAID),
    )
    dim[:3] = [replace(word, confidence=0.4) for word in dim[:3]]
    found = [interpret(each) for each in (clear, dim)]
    told = [document_of(each.lines, each.entries, True, True) for each in found]
    assert [each.confidence for each in told] == ["high", "medium"]


def test_sums_that_nothing_names_are_perhaps_a_receipt():
    found = document("渝州老灶", "水煮鱼  53.00", "米饭  4.00", "可乐  6.00")
    assert (found.kind, found.confidence) == ("receipt", "low")
    assert kind("山水", "风景") == "other"


@pytest.mark.parametrize(
    ("title", "limit"), [("退货单", "medium"), ("预结单", "medium"), ("结账单", "high")]
)
def test_what_was_not_paid_is_not_surely_paid(title, limit):
    assert limited("high", document(*SLIP, title, *TOTALS)) == limit


@pytest.mark.parametrize(
    ("name", "kind", "amount", "confidence"),
    [
        ("slip_return.jpg", "refund", "53.00", "medium"),
        ("slip_voucher_paid_zero.jpg", "receipt", "0.00", "medium"),
        ("screenshot_52.50.jpg", "payment_screenshot", "52.50", "high"),
        ("cn_dev_000_standard_clean.jpg", "receipt", "289.00", "high"),
    ],
)
def test_pictures(name, kind, amount, confidence):
    found = read_receipt(normalise(picture(name)).jpeg, make_engine())
    assert (found.document.kind, found.amount_confidence) == (kind, confidence)
    assert found.amount == Decimal(amount)
