"""The broker as it behaves on a bad day, and a real worker."""

from collections.abc import Callable, Iterator

import pytest
from celery import Celery
from flask import Flask
from kombu.simple import SimpleQueue

from points_app.extensions import producer

Deliver = Callable[..., int]


@pytest.fixture
def deliver(app: Flask, celery_app: Celery) -> Iterator[Deliver]:
    """Hand every waiting message to its task, each `times` times over; returns how many waited.

    The tasks run in this process, within the test's app.
    """
    with producer.connection_for_read() as connection:
        queue = connection.SimpleQueue(celery_app.conf.task_default_queue)

        def run(times: int = 1) -> int:
            waiting = list(_messages(queue))
            for task, arguments in waiting * times:
                with app.app_context():
                    celery_app.tasks[task].run(*arguments)
            return len(waiting)

        yield run
        queue.close()


def _messages(queue: SimpleQueue) -> Iterator[tuple[str, list[object]]]:
    while True:
        try:
            message = queue.get_nowait()
        except queue.Empty:
            return
        message.ack()
        yield message.headers["task"], message.payload[0]
