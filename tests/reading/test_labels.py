"""What the words beside a sum say it is."""

import pytest

from points_app.reading.labels import Role, is_tax_summary, role_of


@pytest.mark.parametrize(
    ("words", "role"),
    [
        ("实付金额", Role.PAID),
        ("应收", Role.PAID),
        ("买收", Role.PAID),  # 实 misread
        ("合计", Role.TOTAL),
        ("合 计：", Role.TOTAL),
        ("总计", Role.TOTAL),
        ("总金额", Role.TOTAL),
        ("小计", Role.SUBTOTAL),
        ("菜品合计", Role.SUBTOTAL),
        ("商品总额", Role.SUBTOTAL),
        ("消费合计", Role.SUBTOTAL),
        ("合计数量", Role.COUNT),
        ("找零", Role.CHANGE),
        ("现金", Role.CASH),
        ("优惠合计", Role.DISCOUNT),
        ("团购券抵扣", Role.DISCOUNT),
        ("抹零", Role.ROUNDING),
        ("服务费", Role.CHARGE),
        ("微信支付", Role.CARD),
        ("卡余额", Role.OTHER),
        ("人均", Role.OTHER),
        ("红烧肉", None),
        ("Total", Role.TOTAL),
        ("TOTAL RM", Role.TOTAL),
        ("Tota1", Role.TOTAL),  # 1 for l
        ("TOTAI.", Role.TOTAL),
        ("Grand Total", Role.PAID),
        ("Amount Due", Role.PAID),
        ("Rounded Total", Role.PAID),
        ("Sub Total", Role.SUBTOTAL),
        ("Total excl. GST", Role.SUBTOTAL),
        ("Total incl. GST", Role.TOTAL),
        ("Total Qty", Role.COUNT),
        ("Total Tax", Role.TAX),
        ("Total Discount", Role.DISCOUNT),
        ("Change Due", Role.CHANGE),
        ("Cash", Role.CASH),
        ("Visa", Role.CARD),
        ("Service Charge 10%", Role.CHARGE),
        ("Rounding Adj", Role.ROUNDING),
        ("Total Savings", Role.OTHER),
    ],
)
def test_roles(words, role):
    assert role_of(words) is role


def test_the_head_of_a_table_of_tax_rates():
    assert is_tax_summary("GST Summary  Amount(RM)  Tax(RM)")
    assert not is_tax_summary("Total incl. GST")
