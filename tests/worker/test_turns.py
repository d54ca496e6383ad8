"""Whose picture a worker takes next, told by the broker's own client."""

import pytest
from kombu.simple import SimpleQueue

from points_app import jobs
from points_app.extensions import producer
from points_app.services.operations import figures
from points_app.services.receipts import processing
from tests.books import sql
from tests.receipts_in import hand_in


@pytest.fixture
def next_tasks(app, celery_app):
    """The tasks that wait, in the order in which a worker gets them."""

    def run():
        tasks = []
        with producer.connection_for_read() as connection:
            queue = connection.SimpleQueue(celery_app.conf.task_default_queue)
            while message := _next(queue):
                message.ack()
                tasks.append((message.headers["task"], *message.payload[0]))
            queue.close()
        return tasks

    return run


def _next(queue: SimpleQueue):
    try:
        return queue.get_nowait()
    except queue.Empty:
        return None


def test_receipts_are_read_before_previews(app, make, next_tasks):
    with app.app_context():
        for number in range(3):
            jobs.enqueue(jobs.READ_PICTURE, f"GL{number}", priority=jobs.LAST)
    upload_id = hand_in(make.guest())
    previews = [(jobs.READ_PICTURE, f"GL{number}") for number in range(3)]
    assert next_tasks() == [(jobs.READ_RECEIPT, upload_id), *previews]


def test_the_dozens_of_one_guest_come_after_everybodys_first(make, next_tasks):
    greedy = make.guest()
    theirs = [hand_in(greedy) for _ in range(6)]
    others = [hand_in(make.guest()) for _ in range(2)]
    assert [upload_id for _, upload_id in next_tasks()] == [*theirs[:3], *others, *theirs[3:]]


def test_the_sweep_lets_nobodys_dozens_overtake(app, make, next_tasks):
    greedy = make.guest()
    theirs = [hand_in(greedy) for _ in range(5)]
    next_tasks()
    with app.app_context():
        sql("UPDATE photo_reviews SET upload_time = '2026-01-01'")
        assert processing.sweep() == 5
    other = hand_in(make.guest())
    assert [upload_id for _, upload_id in next_tasks()] == [other, *theirs]


def test_the_figures_count_what_waits_in_every_turn(app, make):
    greedy = make.guest()
    for _ in range(5):
        hand_in(greedy)
    with app.app_context():
        jobs.enqueue(jobs.READ_PICTURE, "GL1", priority=jobs.LAST)
        figures.gather()
        (length,) = [value for name, _, value in figures.latest() if name == "points_queue_tasks"]
    assert length == 6
