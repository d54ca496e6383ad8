"""The smallest app around the relay, served by gunicorn in these tests.

A token reads user.session.expiry; `u` as the user's first letter makes it good.
"""

import os
import threading
from pathlib import Path
from types import SimpleNamespace

from flask import Flask, request
from flask_sock import Sock

from points_app.descriptors import raise_limit
from points_app.realtime import init_realtime, shut_down, socket_count
from points_app.realtime.connection import Viewer

raise_limit()


def authenticate(token: str) -> Viewer | None:
    if token == "broken":
        raise RuntimeError("the database password is hunter2")
    user, session, expires_at = token.split(".")
    return Viewer(int(user[1:]), session, float(expires_at)) if user.startswith("u") else None


def create_app() -> Flask:
    app = Flask(__name__)
    sock = Sock()
    settings = SimpleNamespace(max_sockets=int(os.environ["MAX_SOCKETS"]))
    init_realtime(app, sock, settings, authenticate, os.environ["REDIS_URL"])
    sock.init_app(app)

    @app.get("/vitals")
    def vitals() -> dict[str, object]:
        return {
            "pid": os.getpid(),
            "sockets": socket_count(),
            "threads": sorted(thread.name for thread in threading.enumerate()),
            "descriptors": len(list(Path("/proc/self/fd").iterdir())),
            "query": request.query_string.decode(),
        }

    @app.get("/fails")
    def fails() -> None:
        raise RuntimeError("on purpose")

    return app


def worker_exit(server: object, worker: object) -> None:
    shut_down()
