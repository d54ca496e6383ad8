"""The Flask extensions every process shares, and the parts an app is made of (`parts`)."""

from dataclasses import dataclass
from typing import cast

from celery import Celery
from flask import current_app
from flask_jwt_extended import JWTManager
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_migrate import Migrate
from redis import Redis
from werkzeug.local import LocalProxy

from points_app.clients.baidu import BaiduOcr
from points_app.clients.sms.base import SmsSender
from points_app.clients.storage.base import Storage
from points_app.config import Settings
from points_app.crypto import Vault

# Names tasks to the broker without importing them: the web side never loads the worker's code.
producer = Celery("points", config_source="celeryconfig")
jwt = JWTManager()
limiter = Limiter(key_func=get_remote_address, headers_enabled=False)
migrate = Migrate()


@dataclass(frozen=True)
class Parts:
    """What the services of one app work with."""

    settings: Settings
    vault: Vault
    redis: Redis
    storage: Storage
    sms: SmsSender
    ocr: BaiduOcr | None


parts = cast(Parts, LocalProxy(lambda: current_app.extensions["parts"]))
