"""Business settings: what a shop changes while the service runs, kept in `system_configs`."""

import time
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import select

from points_app.db import execute
from points_app.models import SystemConfig

CONFIGS = SystemConfig.__table__.c
# A change is effective in every process after at most this long; contract and issue allow 5 s.
FRESH_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class BusinessSettings:
    """Points are whole numbers, `photo_points_rate` is points for one yuan.

    `receipt_*` are the limits of the rules of services/screening.py, sums in yuan; 0, and no names,
    mean no limit. `auto_approve_sample_percent` of what auto-approve would pay still goes to a
    person. More than `two_person_points` (0: off) need two merchants.
    """

    lottery_cost_points: int = 100
    daily_lottery_limit: int = 0
    lottery_rules: str = (
        "每次抽奖消耗100积分，可选单抽、三连抽、五连抽或十连抽。"
        "积分奖励即时到账，优惠券和实物奖品凭兑换码到店领取。"
    )
    photo_points_rate: Decimal = Decimal(10)
    min_points_award: int = 50
    max_points_award: int = 2000
    new_user_points: int = 1000
    receipt_max_age_days: int = 14
    receipt_shop_names: str = ""
    receipt_min_amount: Decimal = Decimal(0)
    receipt_max_amount: Decimal = Decimal(10000)
    receipts_per_guest_per_day: int = 10
    auto_approve: bool = False
    auto_approve_sample_percent: int = 5
    two_person_points: int = 0
    shop_timezone: str = "Asia/Shanghai"

    @property
    def timezone(self) -> ZoneInfo:
        return ZoneInfo(self.shop_timezone)


DEFAULTS = BusinessSettings()


def business() -> BusinessSettings:
    """The settings in force, at most FRESH_SECONDS old; no query in between."""
    cached = current_app.extensions.get("business")
    if cached and time.monotonic() - cached[0] < FRESH_SECONDS:
        return cached[1]
    settings = _load()
    current_app.extensions["business"] = (time.monotonic(), settings)
    return settings


def _load() -> BusinessSettings:
    rows = execute(select(CONFIGS.config_key, CONFIGS.config_value)).all()
    kinds = {field.name: type(getattr(DEFAULTS, field.name)) for field in fields(DEFAULTS)}
    return BusinessSettings(**{key: _parse(kinds[key], text) for key, text in rows if key in kinds})


def _parse(kind: type, text: str) -> Any:
    return text.lower() in {"true", "1"} if kind is bool else kind(text)
