"""Verification codes by SMS: one interface, three senders, chosen by ``SMS_PROVIDER``."""

from points_app.clients.sms.aliyun import ENDPOINT as ALIYUN_ENDPOINT
from points_app.clients.sms.aliyun import AliyunSms
from points_app.clients.sms.base import SmsSender
from points_app.clients.sms.console import ConsoleSms
from points_app.clients.sms.tencent import ENDPOINT as TENCENT_ENDPOINT
from points_app.clients.sms.tencent import REGION as TENCENT_REGION
from points_app.clients.sms.tencent import TencentSms
from points_app.config import Settings


def make_sms_sender(settings: Settings) -> SmsSender:
    """The sender named by ``settings.sms_provider``; Settings has checked what it needs.

    Raises ValueError for an ``sms_endpoint`` that is not https.
    """
    match settings.sms_provider:
        case "aliyun":
            return AliyunSms(
                access_key_id=settings.sms_access_key_id,
                access_key_secret=settings.sms_access_key_secret,
                sign_name=settings.sms_sign_name,
                template_code=settings.sms_template_code,
                endpoint=settings.sms_endpoint or ALIYUN_ENDPOINT,
            )
        case "tencent":
            return TencentSms(
                secret_id=settings.sms_access_key_id,
                secret_key=settings.sms_access_key_secret,
                sdk_app_id=settings.sms_sdk_app_id,
                sign_name=settings.sms_sign_name,
                template_id=settings.sms_template_code,
                region=settings.sms_region or TENCENT_REGION,
                endpoint=settings.sms_endpoint or TENCENT_ENDPOINT,
            )
        case "console":
            return ConsoleSms()
