"""What beat sends: by the clock, made up for when missed, not thrown away by a clock ahead."""

from datetime import UTC, datetime, timedelta

import pytest
from celery.schedules import crontab
from celery.worker.request import Request
from kombu import Connection

from points_app.database.session import db, transactional, utcnow
from points_app.models.points import ProofRun
from points_app.services.proof import runs


def entries(celery_app):
    return celery_app.conf.beat_schedule.items()


def test_what_is_not_due_each_minute_hangs_on_the_clock(celery_app):
    """An interval begins anew with each start of beat: six hours never end with daily deploys."""
    for name, entry in entries(celery_app):
        schedule = entry["schedule"]
        assert isinstance(schedule, crontab) or schedule <= timedelta(minutes=1), name


def test_what_hangs_on_the_clock_comes_every_hour(celery_app):
    """So that whatever was missed while beat was away is made up for."""
    for name, entry in entries(celery_app):
        if isinstance(entry["schedule"], crontab):
            assert entry["schedule"].hour == set(range(24)), name


@pytest.mark.parametrize("ahead", [timedelta(seconds=25), timedelta(minutes=5)])
def test_a_worker_whose_clock_is_ahead_takes_every_task(celery_app, ahead, monkeypatch):
    monkeypatch.setattr("celery.worker.request.datetime", clock(ahead))
    for name, entry in entries(celery_app):
        with Connection("memory://") as connection:
            message = received(connection, celery_app, entry)
            task = celery_app.tasks[entry["task"]]
            request = Request(message, app=celery_app, task=task, decoded=False)
        assert not request.maybe_expire(), name


def clock(ahead):
    """The class `datetime` of a host whose clock is ahead."""

    class Clock(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + ahead

    return Clock


def received(connection, celery_app, entry):
    """The message of one entry as a worker gets it."""
    message = celery_app.amqp.as_task_v2(
        "an-id",
        entry["task"],
        (),
        entry.get("kwargs", {}),
        expires=entry.get("options", {}).get("expires"),
    )
    with connection.SimpleQueue("celery") as queue:
        queue.put(message.body, headers=message.headers, serializer="json")
        return queue.get(timeout=5)


@pytest.mark.parametrize(
    ("proved", "now", "due"),
    [
        (None, "2026-03-02T09:00", True),  # never yet
        ("2026-03-01T20:10", "2026-03-02T20:09", False),
        ("2026-03-01T20:10", "2026-03-02T20:10", True),
        ("2026-03-01T20:09", "2026-03-01T20:10", True),
        ("2026-02-27T20:10", "2026-03-02T03:10", True),  # beat was away for days: at once
        ("2026-03-02T03:10", "2026-03-02T04:10", False),
    ],
)
def test_the_books_are_proved_once_a_day_and_made_up_for(app, proved, now, due):
    with app.app_context():
        if proved:
            note_run(datetime.fromisoformat(proved).replace(tzinfo=UTC))
        assert runs.is_due(datetime.fromisoformat(now).replace(tzinfo=UTC)) is due


@transactional
def note_run(started_at):
    numbers = {"milliseconds": 1, "rows_checked": 0, "offender_count": 0}
    db.session.add(ProofRun(started_at=started_at, since=None, verdicts=[], **numbers))


def test_the_task_proves_when_due_and_only_then(app, celery_app):
    prove = celery_app.tasks["ledger.prove"]
    with app.app_context():
        assert runs.is_due(utcnow())
        prove.run(if_due=True)
        assert not runs.is_due(utcnow())
        prove.run(if_due=True)
        assert db.session.query(ProofRun).count() == 1
