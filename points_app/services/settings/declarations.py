"""Business settings, each declared once: its bounds, its default and the text an admin reads."""

from decimal import Decimal
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from points_app.wire.formats import exact

MOST_POINTS_AWARD = 100_000
"""What `max_points_award` may be at most, and so the points of any one receipt."""


def _known_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("not a time zone of the IANA database, e.g. Asia/Shanghai") from None
    return value


Number = Annotated[Decimal, BeforeValidator(exact)]
Rate = Annotated[Number, WithJsonSchema({"type": "number", "exclusiveMinimum": 0, "maximum": 1000})]
Yuan = Annotated[Number, WithJsonSchema({"type": "number", "minimum": 0, "maximum": 100_000})]
Zone = Annotated[str, AfterValidator(_known_zone)]
Step = Annotated[int, Field(ge=1, le=10_000)]


class BusinessSettings(BaseModel):
    """Points are whole numbers, `photo_points_rate` is points for one yuan.

    `receipt_*` are the limits of the rules of services/receipts/screening.py, sums in yuan; 0, and
    no names, mean no limit. `auto_approve_sample_percent` of what auto-approve would pay still goes
    to a person. More than `two_person_points` (0: off) need two merchants.
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")

    lottery_cost_points: int = Field(100, ge=1, le=100_000, description="每次抽奖消耗的积分")
    daily_lottery_limit: int = Field(
        0, ge=0, le=10_000, description="每位用户每日抽奖次数上限，0表示不限"
    )
    lottery_rules: str = Field(
        "每次抽奖消耗{cost_points}积分，可选单抽、三连抽、五连抽或十连抽。"
        "积分奖励即时到账，优惠券和实物奖品凭兑换码到店领取。",
        min_length=1,
        max_length=1000,
        description="抽奖规则说明，其中{cost_points}会显示为当前每次抽奖消耗的积分",
    )
    photo_points_rate: Rate = Field(
        Decimal(10), gt=0, le=1000, decimal_places=2, description="小票每消费1元获得的积分"
    )
    min_points_award: int = Field(
        50, ge=0, le=MOST_POINTS_AWARD, description="每张小票最少奖励积分"
    )
    max_points_award: int = Field(
        2000, ge=0, le=MOST_POINTS_AWARD, description="每张小票最多奖励积分"
    )
    receipt_max_age_days: int = Field(
        14, ge=0, le=3650, description="小票开具后几天内可以提交，0表示不限"
    )
    receipt_shop_names: str = Field(
        "", max_length=1000, description="允许的店名，用逗号分隔，留空表示不限"
    )
    receipt_min_amount: Yuan = Field(
        Decimal(0), ge=0, le=100_000, decimal_places=2, description="小票金额下限（元）"
    )
    receipt_max_amount: Yuan = Field(
        Decimal(10000),
        ge=0,
        le=100_000,
        decimal_places=2,
        description="小票金额上限（元），0表示不限",
    )
    receipts_per_guest_per_day: int = Field(
        10, ge=0, le=1000, description="每位用户每日小票数上限，0表示不限"
    )
    uploads_per_guest_per_day: int = Field(
        100, ge=0, le=10_000, description="每位用户每日最多上传小票次数，超过即拒绝，0表示不限"
    )
    previews_per_guest_per_day: int = Field(
        200, ge=0, le=10_000, description="每位用户每日最多识别图片（不提交）次数，0表示不限"
    )
    previews_per_guest_at_once: int = Field(
        2, ge=1, le=100, description="每位用户同时识别图片（不提交）的张数"
    )
    auto_approve: bool = Field(False, description="是否自动通过金额一致、识别可信且无疑点的小票")
    auto_approve_sample_percent: int = Field(
        5, ge=0, le=100, description="自动通过的小票中仍交由人工抽查的百分比"
    )
    two_person_points: int = Field(
        0, ge=0, le=100_000, description="超过多少积分需要两位商家审核，0表示不需要"
    )
    appeal_days: int = Field(
        14,
        ge=0,
        le=365,
        description="申诉等待几天后管理员也可处理，再过同样天数自动关闭并维持原结果，0表示不限",
    )
    receipt_picture_days: int = Field(
        365, ge=30, le=3650, description="小票审核后图片保留的天数，到期删除图片，记录保留"
    )
    delivery_info_days: int = Field(
        30, ge=1, le=3650, description="订单完成或取消后，收货信息保留的天数，到期不再显示并删除"
    )
    new_user_points: int = Field(1000, ge=0, le=1_000_000, description="新用户注册奖励积分")
    welcome_per_device: int = Field(
        2,
        ge=0,
        le=1000,
        description="同一设备前几个新账号立即获得注册奖励，其余在首张小票审核通过后发放，0表示不限",
    )
    welcome_per_network_day: int = Field(
        100,
        ge=0,
        le=100_000,
        description="同一网络地址24小时内前几个新账号立即获得注册奖励，其余同上，0表示不限",
    )
    session_days: int = Field(
        30, ge=1, le=365, description="登录后几天必须重新登录，不论期间是否续期"
    )
    check_in_ladder: tuple[Step, ...] = Field(
        (10, 15, 20, 25, 30, 40, 60),
        min_length=1,
        max_length=31,
        strict=False,
        description="连续签到每日奖励积分，到达最后一档后保持不变",
    )
    shop_timezone: Zone = Field("Asia/Shanghai", max_length=64, description="门店所在时区")

    @property
    def rules(self) -> str:
        """The rules as guests read them, with what a turn costs now."""
        return self.lottery_rules.replace("{cost_points}", str(self.lottery_cost_points))

    @property
    def timezone(self) -> ZoneInfo:
        return ZoneInfo(self.shop_timezone)

    def check_in_points(self, consecutive_days: int) -> int:
        """What the check-in of this day in a row (from 1) pays; the last step goes on for ever."""
        return self.check_in_ladder[min(consecutive_days, len(self.check_in_ladder)) - 1]


DEFAULTS = BusinessSettings()
# Pairs of which the first must not be larger than the second; where 0 means no limit, the second
# may be 0.
ORDERED = (
    ("min_points_award", "max_points_award"),
    ("receipt_min_amount", "receipt_max_amount"),
    ("receipts_per_guest_per_day", "uploads_per_guest_per_day"),
    ("previews_per_guest_at_once", "previews_per_guest_per_day"),
)
ZERO_IS_A_NUMBER = frozenset({"max_points_award"})
PUBLIC = frozenset({"lottery_rules"})


def contradictions(settings: BusinessSettings) -> list[tuple[str, str]]:
    """The pairs of ORDERED that are not."""
    return [
        (low, high)
        for low, high in ORDERED
        if getattr(settings, low) > getattr(settings, high)
        and (getattr(settings, high) or high in ZERO_IS_A_NUMBER)
    ]
