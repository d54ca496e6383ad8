"""`flask doctor` sends a request through PUBLIC_URL and counts the proxies it passed."""

import contextlib
import threading

import pytest
from werkzeug.serving import make_server

from devstack.ports import free_port
from points_app import create_app
from points_app.config import Settings
from points_app.database.session import db
from points_app.services.operations.doctor import State
from points_app.services.operations.doctor.outside import proxies as proxies_check


@contextlib.contextmanager
def behind(environment, proxies, trusted):
    """The service at an address, behind so many proxies that say whom they speak for."""
    port = free_port()
    changes = {"PUBLIC_URL": f"http://127.0.0.1:{port}", "TRUSTED_PROXIES": str(trusted)}
    app = create_app(Settings.from_env({**environment, **changes}))
    inner = app.wsgi_app

    def proxied(environ, start_response):
        for hop in range(proxies):
            said = environ.get("HTTP_X_FORWARDED_FOR", "")
            environ["HTTP_X_FORWARDED_FOR"] = f"{said}, {environ['REMOTE_ADDR']}"
            environ["REMOTE_ADDR"] = f"10.0.0.{hop + 1}"
        return inner(environ, start_response)

    app.wsgi_app = proxied
    server = make_server("127.0.0.1", port, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield app
    server.shutdown()
    with app.app_context():
        db.engine.dispose()


@pytest.mark.parametrize("proxies", [0, 1, 2])
def test_trusted_proxies_is_tried(environment, migrated, proxies):
    for trusted in (0, 1, 2):
        with behind(environment, proxies, trusted) as app, app.app_context():
            (found,) = proxies_check()
        if trusted == proxies:
            assert found.state is State.OK
        else:
            assert found.state is State.FAILED
            assert found.advice == f"set TRUSTED_PROXIES={proxies}"
            wrong = "anybody can invent" if trusted > proxies else "share the limits of"
            assert wrong in found.detail


def test_a_mark_that_nobody_made_is_not_kept(app):
    app.test_client().get("/readyz", headers={"X-Points-Probe": "mark"})
    assert not app.extensions["parts"].redis.exists("probe:mark")
