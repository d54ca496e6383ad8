"""The first data: the wheel of the customer's documents, a catalogue, the business settings."""

from decimal import Decimal
from typing import Any

from points_app.services.settings.declarations import DEFAULTS, PUBLIC, BusinessSettings
from points_app.services.settings.texts import to_text, type_name

_WHEEL = (
    ("八八折券", "coupon", "88", "#FF6B6B", "0.05", True),
    ("50积分", "points", "50", "#4ECDC4", "0.20", False),
    ("九九折券", "coupon", "99", "#45B7D1", "0.10", False),
    ("100积分", "points", "100", "#96CEB4", "0.15", False),
    ("免费咖啡", "physical", "25", "#FFEAA7", "0.08", True),
    ("30积分", "points", "30", "#DDA0DD", "0.25", False),
    ("神秘大奖", "physical", "500", "#FF7675", "0.02", True),
    ("谢谢参与", "empty", "0", "#74B9FF", "0.15", False),
)

_CATALOGUE = {
    "饮品": (
        "美式咖啡 拿铁咖啡 卡布奇诺 焦糖玛奇朵 摩卡咖啡 抹茶拿铁 珍珠奶茶 杨枝甘露 柠檬红茶 "
        "茉莉绿茶 乌龙茶 鲜榨橙汁 西瓜汁 酸梅汤 冰糖雪梨 椰子水 手打柠檬茶 热可可 豆浆 气泡水",
        150,
    ),
    "美食": (
        "红烧牛肉面 番茄鸡蛋面 麻辣香锅 宫保鸡丁饭 黑椒牛柳饭 鱼香肉丝饭 水煮鱼 糖醋里脊 小笼包 "
        "煎饺 生煎包 馄饨 凉皮 肉夹馍 烤冷面 酸辣粉 麻婆豆腐 蒜蓉西兰花 清蒸鲈鱼 双人套餐",
        300,
    ),
    "零食": (
        "薯片 坚果礼盒 牛肉干 蛋黄酥 曲奇饼干 巧克力 海苔 果干 绿豆糕 凤梨酥 瓜子 核桃 开心果 "
        "猪肉脯 鱿鱼丝 棉花糖 果冻 威化饼 爆米花 山楂条",
        100,
    ),
    "数码": (
        "数据线 充电宝 蓝牙耳机 手机支架 无线充电器 手机壳 钢化膜 鼠标 鼠标垫 键盘 U盘 读卡器 "
        "小风扇 台灯 蓝牙音箱 自拍杆 插线板 电子秤 智能手环 耳机收纳盒",
        800,
    ),
    "生活用品": (
        "保温杯 雨伞 毛巾 帆布袋 抱枕 香薰蜡烛 洗手液 牙刷套装 纸巾 湿巾 收纳盒 便当盒 筷子套装 "
        "围裙 玻璃杯 陶瓷碗 钥匙扣 笔记本 签字笔 拖鞋",
        200,
    ),
}

DEMO_ACCOUNTS = {"guest": "13800000001", "merchant": "13900000001", "admin": "13700000001"}


def wheel() -> list[dict[str, Any]]:
    """Rows of lottery_settings: eight prizes at 45° steps."""
    return [
        {
            "prize_name": name,
            "prize_type": kind,
            "prize_value": Decimal(value),
            "angle": place * 45,
            "color": color,
            "probability": Decimal(probability),
            "is_activity": is_activity,
            "sort_order": place,
        }
        for place, (name, kind, value, color, probability, is_activity) in enumerate(_WHEEL)
    ]


def catalogue() -> list[dict[str, Any]]:
    """Rows of commodity_pool: 100 products in five categories."""
    rows = []
    for category, (names, base_points) in _CATALOGUE.items():
        for place, name in enumerate(names.split()):
            rows.append(
                {
                    "name": name,
                    "description": f"{name}，凭兑换码到店领取",
                    "category": category,
                    "exchange_points": base_points + place * base_points // 5,
                    "stock": 20 + place * 7 % 60,
                    "is_hot": place < 3,
                    "sort_order": place,
                    "rating": Decimal("4.5") + Decimal(place % 6) / 10,
                }
            )
    return rows


def settings() -> list[dict[str, Any]]:
    """Rows of system_configs, with the values the code falls back to."""
    return [
        {
            "config_key": name,
            "config_value": to_text(getattr(DEFAULTS, name)),
            "config_type": type_name(name),
            "description": field.description,
            "is_public": name in PUBLIC,
        }
        for name, field in BusinessSettings.model_fields.items()
    ]
