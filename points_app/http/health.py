"""Is the process alive, and can it do its work?"""

from flask import Blueprint, Response, jsonify

from points_app.services import health

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def alive() -> Response:
    """The process answers; nothing else is asked."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
def ready() -> tuple[Response, int]:
    """Database, Redis and storage, each with its state; 503 while one of them is down."""
    states = health.states()
    is_ready = all(state == "ok" for state in states.values())
    return jsonify(status="ok" if is_ready else "unavailable", **states), 200 if is_ready else 503
