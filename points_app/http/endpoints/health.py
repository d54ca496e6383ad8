"""Is the process alive, can it do its work, and how is it doing?"""

from contextlib import suppress

from flask import Blueprint, Response, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST
from redis import RedisError

from points_app import exposition
from points_app.errors.base import RouteUnknown
from points_app.http.access import bearer_token
from points_app.services.operations import figures, health, probe

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def alive() -> Response:
    """The process answers; nothing else is asked."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
def ready() -> tuple[Response, int]:
    """Each dependency with its state: 503 without one that nobody can do without, `degraded` while
    the service does part of its work."""
    if mark := request.headers.get(probe.HEADER):
        _answer_probe(mark)
    states = health.states()
    serves = health.can_serve(states)
    well = all(state == "ok" for state in states.values())
    status = "ok" if well else "degraded" if serves else "unavailable"
    return jsonify(status=status, **states), 200 if serves else 503


def _answer_probe(mark: str) -> None:
    way = probe.Way(request.remote_addr or "", request.headers.get("X-Forwarded-For", ""))
    with suppress(RedisError):
        probe.arrived(mark[:64], way)


@blueprint.get("/metrics")
def exposed() -> Response:
    """Everything Prometheus may know; in production for holders of METRICS_TOKEN only."""
    if not health.may_read_metrics(bearer_token()):
        raise RouteUnknown
    return Response(
        exposition.text([*figures.latest(), *health.figures()]),
        content_type=CONTENT_TYPE_LATEST,
    )
