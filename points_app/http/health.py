"""Is the process alive, can it do its work, and how is it doing?"""

from flask import Blueprint, Response, jsonify
from prometheus_client import CONTENT_TYPE_LATEST

from points_app import metrics
from points_app.errors import RouteUnknown
from points_app.http.access import bearer_token
from points_app.services import figures, health

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


@blueprint.get("/metrics")
def exposed() -> Response:
    """Everything Prometheus may know; in production for holders of METRICS_TOKEN only."""
    if not health.may_read_metrics(bearer_token()):
        raise RouteUnknown
    return Response(metrics.exposition(figures.latest()), content_type=CONTENT_TYPE_LATEST)
