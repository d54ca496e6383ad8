"""The smallest app around the product's relay: gunicorn serves it for `bench/relay`.

Tokens are checked as HS256 JSON Web Tokens and nothing else, as the Node server of the bench does.
"""

import os
import time
from types import SimpleNamespace

import jwt
from flask import Flask
from flask_sock import Sock

from points_app.realtime import init_realtime
from points_app.realtime.connection import Viewer

SECRET = os.environ["BENCH_SECRET"]


def authenticate(token: str) -> Viewer | None:
    """The claims of a valid token."""
    try:
        claims = jwt.decode(token, SECRET, algorithms=["HS256"])
    except jwt.InvalidTokenError:
        return None
    return Viewer(claims["user_id"], claims["jti"], claims["exp"])


def create_app() -> Flask:
    """An app with the relay and one cheap HTTP route."""
    app = Flask(__name__)
    sock = Sock()
    settings = SimpleNamespace(max_sockets=20_000)
    init_realtime(app, sock, settings, authenticate, os.environ["REDIS_URL"])
    sock.init_app(app)
    app.get("/clock")(lambda: {"code": 0, "msg": "success", "data": {"now": time.time()}})
    return app
