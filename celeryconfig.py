"""Celery's settings, for the web side that enqueues and the worker that runs (design: the row in
the database is the truth, a message only a nudge)."""

import os
from datetime import timedelta

from celery.schedules import crontab

from points_app import broker, redis_url

broker.install()
broker_url, _sentinel = redis_url.broker(os.environ.get("REDIS_URL") or "redis://127.0.0.1:6379/0")
broker_connection_retry_on_startup = True
broker_connection_timeout = 1
broker_connection_max_retries = None  # for as long as it takes
# A full Redis refuses commands: without this the worker ends, again and again.
broker_channel_error_retry = True
# The visibility timeout must outlast any task; an unfinished one comes back soon after it.
broker_transport_options = {
    "visibility_timeout": 120,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 0.5,
    "socket_timeout": 5,
    "max_retries": 0,
    **_sentinel,
}
# Publishing never makes a guest wait: a lost message is found again by the sweep.
task_publish_retry = False
task_ignore_result = True
task_serializer = "json"
accept_content = ["json"]
timezone = "UTC"

task_acks_late = True
task_reject_on_worker_lost = True
task_soft_time_limit = 60
task_time_limit = 90
worker_prefetch_multiplier = 1
worker_max_memory_per_child = 1_000_000  # KiB
worker_soft_shutdown_timeout = 15
worker_hijack_root_logger = False
worker_send_task_events = False

beat_schedule_filename = os.environ.get("BEAT_SCHEDULE") or "beat-schedule"
# Beat forgets when it ran last with each deploy. What must happen daily hangs on the clock, and is
# nudged more often than it is due, so that a missed moment is made up for within the hour.
# A message that expires is judged by the worker's clock, which may be minutes ahead of beat's.
beat_schedule = {
    "sweep-stuck-receipts": {"task": "receipts.sweep", "schedule": timedelta(seconds=20)},
    "seal-ledger": {
        "task": "ledger.seal",
        "schedule": timedelta(seconds=20),
        "options": {"expires": 900},
    },
    "prove-books": {
        "task": "ledger.prove",
        "schedule": crontab(minute=10),
        "kwargs": {"if_due": True},
    },
    "gather-figures": {"task": "maintenance.figures", "schedule": timedelta(seconds=30)},
    "purge-old-rows": {"task": "maintenance.purge", "schedule": crontab(minute=40)},
}
