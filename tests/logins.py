"""Logging in through HTTP, and times moved about."""

from datetime import datetime, timedelta

from points_app.database.session import db
from points_app.models.accounts import SmsCode
from tests.client import ApiClient

PHONE = "13912345678"


def as_caller(app, pair):
    return ApiClient(app, pair["access_token"], pair["user_info"]["user_id"])


def age_codes(app, seconds):
    """Let so much time pass for the login codes."""
    with app.app_context():
        for row in db.session.query(SmsCode):
            row.sent_at -= timedelta(seconds=seconds)
            row.codes = [{**each, "sent": each["sent"] - seconds} for each in row.codes or ()]
        db.session.commit()


def shift(app, model, column, by):
    """Move a time in every row of a table."""
    with app.app_context():
        for row in db.session.query(model):
            setattr(row, column, getattr(row, column) + by)
        db.session.commit()


def refresh(client, pair):
    headers = {"Authorization": f"Bearer {pair['refresh_token']}"}
    return client.post("/api/auth/refresh", headers=headers)


def clock_ahead(seconds):
    """The class `datetime` of a host whose clock is off."""

    class Clock(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + timedelta(seconds=seconds)

    return Clock
