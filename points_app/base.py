"""The app without its HTTP side: what the web processes and the worker share."""

import os

from flask import Flask

from points_app import redis_url
from points_app.clients.baidu import make_baidu_ocr
from points_app.clients.redis import make_redis
from points_app.clients.sms import make_sms_sender
from points_app.clients.storage import make_storage
from points_app.config import Settings
from points_app.crypto import Vault
from points_app.database.session import db, init_db
from points_app.extensions import Parts, jwt, migrate, producer
from points_app.logs import configure_logging, report_to_sentry
from points_app.services.accounts.sessions import ACCESS_LIFE, REFRESH_LIFE
from points_app.services.accounts.tokens import ALGORITHM, Subject


def create_base_app(settings: Settings | None = None) -> Flask:
    """Settings, logging, database, Redis and the clients, bound to an app.

    Raises ConfigurationError when the environment cannot run the service.
    """
    settings = settings or Settings.from_env(os.environ)
    configure_logging(settings)
    report_to_sentry(settings)
    app = Flask("points_app", static_folder=None)
    # No view or hook is a coroutine; looking whether each is costs 20 µs a request.
    app.ensure_sync = lambda function: function  # type: ignore[method-assign,assignment]
    app.config["SETTINGS"] = settings
    old_keys = [key for key in settings.encryption_keys_old.split(",") if key]
    app.extensions["parts"] = Parts(
        settings=settings,
        vault=Vault(settings.encryption_key, old_keys),
        redis=make_redis(settings.redis_url),
        storage=make_storage(settings),
        sms=make_sms_sender(settings),
        ocr=make_baidu_ocr(settings),
    )
    broker_url, broker_options = redis_url.broker(settings.redis_url)
    producer.conf.broker_url = broker_url
    producer.conf.broker_transport_options = {
        **producer.conf.broker_transport_options,
        **broker_options,
    }
    init_db(app, settings)
    migrate.init_app(app, db, directory="migrations", compare_type=True, render_as_batch=True)
    _init_tokens(app, settings)
    return app


def _init_tokens(app: Flask, settings: Settings) -> None:
    """How tokens are made: a secret for each kind, one algorithm. accounts.tokens checks them."""
    app.config.update(
        JWT_ALGORITHM=ALGORITHM,
        JWT_SECRET_KEY=settings.jwt_secret,
        JWT_IDENTITY_CLAIM="user_id",
        JWT_ACCESS_TOKEN_EXPIRES=ACCESS_LIFE,
        JWT_REFRESH_TOKEN_EXPIRES=REFRESH_LIFE,
    )
    secrets = {"access": settings.jwt_secret, "refresh": settings.jwt_refresh_secret}
    jwt.init_app(app)
    jwt.user_identity_loader(lambda subject: subject.user_id)

    @jwt.encode_key_loader
    def encode_key(subject: Subject) -> str:
        return secrets[subject.kind]
