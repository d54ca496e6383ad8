"""The service started again with other keys, on what was sealed with the first one."""

import pytest

from points_app import create_app
from points_app.config import Settings
from points_app.database.session import db
from points_app.models.accounts import MerchantApplication
from tests.client import ApiClient
from tests.fakes import RecordingSms

NEW_KEY = "c3" * 4 + "fedcba9876543210" * 3 + "0f1e2d3c"
PHONE = "13911112222"
DELIVERY = {"name": "王芳", "address": "南京路1号"}


@pytest.fixture
def other_app(app, environment):
    """The same service, started again with other keys."""
    started = []

    def start(key, *old):
        changes = {"ENCRYPTION_KEY": key, "ENCRYPTION_KEYS_OLD": ",".join(old)}
        again = create_app(Settings.from_env({**environment, **changes}))
        again.extensions["parts"] = RecordingSms.installed_in(again.extensions["parts"])
        started.append(again)
        return again

    yield start
    for again in started:
        with again.app_context():
            db.engine.dispose()


def log_in(app, phone=PHONE):
    nobody = ApiClient(app)
    nobody.post("/api/auth/send-code", {"phone": phone}).ok()
    code = app.extensions["parts"].sms.last(phone)
    answer = nobody.post("/api/auth/login", {"phone": phone, "code": code}).ok()
    return ApiClient(app, answer["access_token"], answer["user_info"]["user_id"])


@pytest.fixture
def old_data(app, make, environment):
    """A guest with an order and an application, sealed with the first key."""
    guest = log_in(app)
    product = make.product()
    guest.post("/api/exchange/redeem", {"commodity_id": product, "delivery_info": DELIVERY}).ok()
    with app.app_context():
        vault = app.extensions["parts"].vault
        application = MerchantApplication(
            application_id="MA1",
            user_id=guest.user_id,
            business_name="店",
            contact_person="王芳",
        )
        application.contact_phone = vault.seal(PHONE, application.phone_row)
        db.session.add(application)
        db.session.commit()
    return guest, environment["ENCRYPTION_KEY"]


def rotate(app, *options):
    return app.test_cli_runner().invoke(args=["crypto", "rotate", *options])
