"""How gunicorn serves wsgi:app. Everything that differs between machines is an environment
variable: PORT, WS_PORT, BIND_HOST, WEB_CONCURRENCY, WEB_THREADS, WEB_KEEPALIVE,
WEB_PIDFILE.

The master must not import the application: workers it starts later would then run the code as it
was when the master started (bin/deploy counts on the new one).
"""

import os
import runpy
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from dotenv import dotenv_values

PROJECT = Path(__file__).resolve().parent
# What the project's .env adds. Only this file needs it here: each worker reads .env for itself when
# it starts (points_app.start), so that one started by bin/deploy has what it says then.
_FILE = {} if os.environ.get("FLASK_SKIP_DOTENV") == "1" else dotenv_values(PROJECT / ".env")
ENVIRONMENT = {name: text for name, text in _FILE.items() if text} | os.environ


def _ours(name: str) -> dict[str, Any]:
    """What a file of the application defines, read by its path. Like this file it stays what it is
    until a SIGHUP or a restart, also for workers that bin/deploy adds."""
    return runpy.run_path(str(PROJECT / "points_app" / f"{name}.py"))


descriptors = _ours("descriptors")
descriptors["raise_limit"]()  # the web processes inherit both
_ours("stderr")["never_wait"]()

MEMORY = "/dev/shm" if os.path.isdir("/dev/shm") else None
# Each worker counts into files of its own here; /metrics adds them up (points_app.metrics).
os.environ.setdefault(
    "PROMETHEUS_MULTIPROC_DIR", tempfile.mkdtemp(prefix="points-metrics-", dir=MEMORY)
)


def _binds() -> list[str]:
    """One listener, or two with the same application when WS_PORT is another port than PORT."""
    ports = [ENVIRONMENT.get("PORT") or "3000", ENVIRONMENT.get("WS_PORT")]
    host = ENVIRONMENT.get("BIND_HOST") or "0.0.0.0"
    return [f"{host}:{port}" for port in dict.fromkeys(ports) if port]


def _number(name: str, default: int) -> int:
    """What is no number is left to the check of the configuration, which names it (on_starting)."""
    text = ENVIRONMENT.get(name) or ""
    return int(text) if text.isdecimal() else default


bind = _binds()
# Threads for blocking drivers; WebSockets leave theirs (points_app.realtime).
worker_class = _ours("gunicorn_worker")["Worker"]
worker_connections = descriptors["for_connections"]()  # the worker itself makes room
workers = _number("WEB_CONCURRENCY", 2)
threads = _number("WEB_THREADS", 32)

graceful_timeout = 10  # platforms kill 30 s after SIGTERM; an upload waits at most 8 s
# Longer than the proxy keeps its connections (60 s): who closes first must not be the one to whom
# the next request may be on its way already.
keepalive = _number("WEB_KEEPALIVE", 75)
backlog = 2048
pidfile = ENVIRONMENT.get("WEB_PIDFILE")
# Beside the pid file, for bin/deploy: a file for each worker that takes requests, by process id.
SERVING = Path(f"{pidfile}.serving") if pidfile else None
# A heartbeat file on a disk that stalls would get a healthy worker killed.
worker_tmp_dir = MEMORY

# A request line carries at most a token in the WebSocket address.
limit_request_line = 4094
limit_request_fields = 64
limit_request_field_size = 8190
# Only ProxyFix, told by TRUSTED_PROXIES, decides whom to believe about scheme and address.
forwarded_allow_ips = ""

control_socket_disable = True  # it would listen in the home folder
accesslog = None  # the application logs its requests itself, without tokens and phone numbers
errorlog = "-"


def on_starting(server: Any) -> None:
    """End before a port is open when the configuration cannot run the service."""
    if SERVING:
        shutil.rmtree(SERVING, ignore_errors=True)
        SERVING.mkdir()
    check = [sys.executable, "-m", "points_app.start"]
    done = subprocess.run(check, cwd=PROJECT, env={**ENVIRONMENT})
    if done.returncode:
        if server.pidfile is not None:
            server.pidfile.unlink()
        on_exit(server)
        sys.exit(done.returncode)


def post_worker_init(worker: Any) -> None:
    """Watch for sessions that end (services/accounts/revocations.py). On SIGTERM the worker's
    WebSockets get their 1012 at once, so that clients reconnect elsewhere, and not when the last
    HTTP request has ended."""
    from points_app.realtime import begin_shut_down

    worker.wsgi.extensions["revocations"].start()
    leave: Any = signal.getsignal(signal.SIGTERM)
    _note(os.getpid(), serves=True)

    def begin(number: int, frame: object) -> None:
        _note(os.getpid(), serves=False)
        begin_shut_down()
        leave(number, frame)

    signal.signal(signal.SIGTERM, begin)


def _note(pid: int, *, serves: bool) -> None:
    """For bin/deploy: whether this worker takes requests."""
    if SERVING and serves:
        (SERVING / str(pid)).touch()
    elif SERVING:
        (SERVING / str(pid)).unlink(missing_ok=True)


def worker_exit(server: Any, worker: Any) -> None:
    """The same however the worker ends, and wait until they are closed."""
    if not worker.booted:
        _fail_once()
        return
    from points_app.realtime import shut_down

    shut_down()


def _fail_once() -> None:
    """The first worker that cannot boot ends the master with its exit status; another one that did
    so while the master stops would end it with a traceback (gunicorn/arbiter.py, reap_workers)."""
    try:
        Path(os.environ["PROMETHEUS_MULTIPROC_DIR"], "cannot-boot").touch(exist_ok=False)
    except OSError:
        os._exit(0)


def child_exit(server: Any, worker: Any) -> None:
    """Forget the gauges of a worker that is gone; what it counted stays counted."""
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(worker.pid)
    _note(worker.pid, serves=False)


def on_exit(server: Any) -> None:
    """Leave nothing in memory."""
    shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)
    if SERVING:
        shutil.rmtree(SERVING, ignore_errors=True)
