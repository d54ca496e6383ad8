"""The words by which papers name themselves. Chinese is written simplified: see SIMPLIFIED."""

from __future__ import annotations

import re
from typing import Literal

DocumentKind = Literal[
    "receipt",
    "refund",
    "void",
    "before_payment",
    "order_ticket",
    "payment_screenshot",
    "tax_invoice",
    "other",
]

TRADITIONAL = (
    "單貨預結帳賬發廚點廢銷紅沖還額轉買訂憑證測試覽稅價電聯儲專號開購銀畢繳傳劃製備據對暫總後"
    "務審際實現進這錢經僅參處請設換內賒掛貳員樣張業報錄縣萬與應當狀態詳機構費檢驗碼質記產齊麼"
    "餘顧歡練習訓則規條須華時間紙熱涼櫃檯臺掃無營匯領獲過遺塗戶隊盤採庫減確認負數"
)
SIMPLE = (
    "单货预结账账发厨点废销红冲还额转买订凭证测试览税价电联储专号开购银毕缴传划制备据对暂总后"
    "务审际实现进这钱经仅参处请设换内赊挂贰员样张业报录县万与应当状态详机构费检验码质记产齐么"
    "余顾欢练习训则规条须华时间纸热凉柜台台扫无营汇领获过遗涂户队盘采库减确认负数"
)
SIMPLIFIED = str.maketrans(TRADITIONAL, SIMPLE)
"""The traditional characters of the words below, and no others."""

CHINESE: tuple[tuple[DocumentKind, str, str], ...] = (
    (
        "refund",
        r"退[货贷款欵费单]|^退.[单联]|退菜[单联通]|^退菜|退还金额|退回金额|[应实已]退(?!菜)|原路退"
        r"|销退|[冲红]红|红[冲字票]|冲[账销]|原(?:单号|订单|交易|小票|账单|流水)|消费退|负数(?:发票|小票)",
        "",
    ),
    (
        "void",
        r"作[废度]|废[单票]|反结|撤[单销消]|冲正|已取消|(?:整单|订单|交易)取消|取消(?:单|订单|交易)"
        r"|(?:测试|练习|训练|培训|演示|样)(?:小?[单票]|模式|数据)|^样张$|无效(?:单|小?票)",
        "",
    ),
    (
        "before_payment",
        r"预[结打览埋]|^[^账帐已总小完日月]结账?单$|结[账算]前|预(?!付|订|约|收|储|存|充|制)[^付]?[单账]|[待暂]结|待(?:支付|付款|付账|买单|埋单|收款|收银|付$)"
        r"|[未末](?:结|支付|付款|付清|付账|付金额|付$|买单|埋单|收款|收银|缴)|尚未[结付支]|等待(?:支付|付款)"
        r"|^埋单[单纸]?$|埋单[单纸]|客账单|账单核[对实]|^核?对单|核对[单联]|仅供(?:核对|参考|对账)"
        r"|挂账|赊[账欠]|^签单|挂单|报价单|试算|估价",
        r"[非不].{0,4}(?:付款|支付|收款|结账|消费|缴费)凭[证据]"
        r"|请.{0,6}(?:收银台?|前台|柜台|吧台|扫码).{0,2}(?:结账|付款|买单|埋单|支付|缴费)",
    ),
    (
        "order_ticket",
        r"[点加落][菜餐]单(?!号)|[加追]单(?!时|号)|^菜单$|^厨房$|[热凉冷]菜[部间档]|点[菜餐]联|^点单(?:小?票|单)?$|厨打|后厨|厨房(?:[单联]|打印|出品|总单|分单|制作)"
        r"|出品[单联部]|划菜|划单|传菜[单联]|[落下]单(?:[单纸联]|成功|小票|凭证|通知)|制作[单联]"
        r"|备餐[单联]|配菜[单联]|[起催走叫]菜[单联]|叫起|^起菜|吧台[单联]|水吧[单联]|分菜单|上菜[单联]",
        r"^\W*[落下]单\W*$",
    ),
    (
        "tax_invoice",
        r"增值税.{0,6}发票|(?:电子|普通|专用|机打|定额|通用|全电|数电)发票|发票[联代]|价税合计",
        "",
    ),
    (
        "other",
        r"日结[单表]|交班|交接班|营业(?:日报|报表|汇总|日结)|收银汇总|销售日报|充值(?:单|小?票|凭[证条]|成功)"
        r"|储值(?:单|小?票|凭[证条]|成功)|押金(?:单|小?票|收据|凭[证条])|[定订]金(?:单|小?票|收据|凭[证条])"
        r"|送货单|[出入]库单|采购单|排队(?:单|号单|取号)|等位[单号]|取号[单条]|盘点[单表]|对账[单表]",
        "",
    ),
)
"""Kind, its titles (over the Chinese characters of a line alone), and what says so anywhere."""

CHINESE_POLICY = re.compile(
    r"请|如需|如有|如果|若|恕|概不|不[退设予]|凭(?![证据条])|[天日]内|或|逾期|过期|涂改|遗失|自负|须|海报|详情|条款|规则"
    r"|政策|更换|换货|退换|扫码|二维码|开具|可开|申请|领取|获取|自助|保质"
)
"""Terms of exchange, of vouchers and of invoicing, which receipts print too."""

ENGLISH: tuple[tuple[DocumentKind, tuple[str, ...], tuple[str, ...]], ...] = (
    (
        "refund",
        ("refund", "refunded", "refunds", "return", "returned", "reversal", "chargeback"),
        (
            "credit note",
            "credit memo",
            "refund receipt",
            "refund slip",
            "refund amount",
            "total refund",
            "return slip",
            "return receipt",
            "sales return",
        ),
    ),
    (
        "void",
        ("void", "voided", "cancelled", "canceled", "cancellation", "annulled"),
        (
            "training mode",
            "test receipt",
            "test print",
            "specimen",
            "order cancelled",
            "void receipt",
            "void slip",
        ),
    ),
    (
        "before_payment",
        ("guest check", "estimate", "estimated bill", "unpaid", "open check", "on account"),
        (
            "pro forma",
            "proforma",
            "pre bill",
            "prebill",
            "provisional bill",
            "interim bill",
            "draft bill",
            "draft receipt",
            "for checking",
            "bill preview",
            "check preview",
            "preview bill",
            "preliminary bill",
            "temporary bill",
            "not a receipt",
            "not an official receipt",
            "not paid",
            "not yet paid",
            "unsettled",
            "awaiting payment",
            "payment pending",
            "pending payment",
            "quotation",
            "please pay at",
            "pay at counter",
            "pay at the counter",
        ),
    ),
    (
        "order_ticket",
        ("kot", "chit", "docket"),
        (
            "kitchen order",
            "kitchen ticket",
            "kitchen copy",
            "kitchen slip",
            "kitchen docket",
            "kitchen chit",
            "kitchen print",
            "order ticket",
            "order slip",
            "order chit",
            "order list",
            "bar order",
            "bar ticket",
            "bar copy",
            "runner copy",
            "chef copy",
        ),
    ),
    (
        "other",
        (),
        ("z report", "x report", "end of day", "shift report", "top up receipt", "packing list"),
    ),
)
"""Kind, words that must be most of a line, and phrases that say so anywhere."""

ENGLISH_POLICY = (
    "no",
    "not",
    "non",
    "policy",
    "within",
    "day",
    "days",
    "exchange",
    "exchangeable",
    "returnable",
    "refundable",
    "goods",
    "sold",
    "only",
    "if",
    "where",
    "please",
    "strictly",
    "must",
    "original",
    "terms",
    "prohibited",
)

WORDS_OF_PAYMENT = r"实[付收]|[实买]际|已[付收支]|paid|received|tender"
"""Beside a sum: that it was paid, not only that it is due."""

INVOICE_FIELDS = (
    r"发票代码|发票号码|价税合计|购买方|购方|销售方|销方|校验码|密码区|纳税人识别号|机器编号"
    r"|开票日期|开票人"
)
"""Of a Chinese tax invoice. A receipt titled TAX INVOICE has none of them, and stays a receipt."""

SCREEN_TITLES = (
    r"(?:支付|付款|交易|转账|收款|汇款|缴费)(?:已?成功|已?完成)|账单(?:详情|服务|分类|管理)|付款给|转账给"
    r"|payment(?:successful|success|completed)|trans(?:action|fer)successful"
)
SCREEN_FIELDS = (
    r"当前状态|收单机构|财付通|商户全称|收款方(?:全称)?|商户单号|交易单号|交易号|转账单号|转账时间|收款时间"
    r"|支付时间|付款时间|付款方式|支付方式|商品说明|创建时间|对此订单有疑问|账单分类|计入收支|收款账户|付款账户"
)
"""What the pages of wallets and banks print; receipts print some of them, beside dishes."""
