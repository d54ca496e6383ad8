"""What clients report about themselves, and what the service says about itself."""

import threading
from dataclasses import replace

import pytest
from sqlalchemy import select

from devstack.ports import free_port
from devstack.process import wait_until
from devstack.redis import redis_server
from points_app.clients.redis import make_redis
from points_app.clients.storage.local import LocalStorage
from points_app.database.session import db
from points_app.models.operations import ErrorLog, PerformanceMetric
from points_app.services.operations import health
from tests.books import count
from tests.client import ApiClient

FIGURES = {
    "api_response_time": 120.5,
    "canvas_render_fps": 60,
    "page_load_time": 812,
    "memory_usage": 48.25,
    "error_rate": 0.0,
}


def rows(app, model):
    with app.app_context(), db.engine.connect() as connection:
        return list(connection.execute(select(model.__table__)))


class TestPerformance:
    def test_figures_are_kept(self, app, make):
        guest = make.guest()
        info = {"model": "iPhone 15", "sdk": "3.5.1"}
        body = FIGURES | {"client_info": info, "unknown": "ignored"}
        assert guest.post("/api/monitoring/performance", body).ok() is None
        (row,) = rows(app, PerformanceMetric)
        assert {name: getattr(row, name) for name in FIGURES} == FIGURES
        assert (row.user_id, row.client_info) == (guest.user_id, info)

    def test_all_are_optional(self, make):
        make.guest().post("/api/monitoring/performance", {}).ok()

    @pytest.mark.parametrize("figure", [-1, "120", True, [1], 1e16])
    @pytest.mark.parametrize("name", FIGURES)
    def test_what_is_no_figure(self, make, name, figure):
        guest = make.guest()
        answer = guest.post("/api/monitoring/performance", {name: figure})
        assert (answer.code, answer.data["errors"][0]["field"]) == (9001, name)
        assert count(guest, PerformanceMetric) == 0

    @pytest.mark.parametrize("figure", ["NaN", "Infinity", "1e309"])
    def test_what_no_json_number_can_be(self, make, figure):
        guest = make.guest()
        body = f'{{"error_rate": {figure}}}'
        assert guest.send("POST", "/api/monitoring/performance", data=body).code == 9001
        assert count(guest, PerformanceMetric) == 0

    def test_client_info_has_a_limit(self, make):
        body = {"client_info": {"x": "y" * 4096}}
        assert make.guest().post("/api/monitoring/performance", body).code == 9001


class TestErrors:
    def test_without_a_token(self, app, anonymous):
        body = {"message": "TypeError: x is undefined", "page": "/pages/draw", "user_id": 7}
        anonymous.post("/api/monitoring/errors", body).ok()
        (row,) = rows(app, ErrorLog)
        assert (row.user_id, row.message, row.page) == (None, body["message"], body["page"])

    def test_the_user_is_the_tokens(self, app, make):
        guest = make.guest()
        guest.post("/api/monitoring/errors", {"message": "x", "user_id": 999}).ok()
        assert rows(app, ErrorLog)[0].user_id == guest.user_id

    def test_a_bad_token_counts_as_none(self, app):
        ApiClient(app, "no-token").post("/api/monitoring/errors", {"message": "x"}).ok()
        assert rows(app, ErrorLog)[0].user_id is None

    def test_long_ones_are_cut(self, app, anonymous):
        body = {"message": "字" * 3000, "stack": "s" * 20_000}
        anonymous.post("/api/monitoring/errors", body).ok()
        (row,) = rows(app, ErrorLog)
        assert (len(row.message), len(row.stack)) == (2048, 16 * 1024)

    @pytest.mark.parametrize("body", [{}, {"message": ""}, {"message": 5}, {"message": None}])
    def test_without_a_message(self, app, anonymous, body):
        answer = anonymous.post("/api/monitoring/errors", body)
        assert (answer.code, answer.data["errors"][0]["field"]) == (9001, "message")
        assert not rows(app, ErrorLog)

    def test_twenty_a_minute(self, app, anonymous):
        for _ in range(20):
            anonymous.post("/api/monitoring/errors", {"message": "x"}).ok()
        refused = anonymous.post("/api/monitoring/errors", {"message": "x"})
        assert (refused.status, refused.code) == (429, 3001)
        assert len(rows(app, ErrorLog)) == 20


class TestHealth:
    def get(self, app, path):
        response = app.test_client().get(path)
        return response.status_code, response.get_json()

    def test_ready(self, app):
        names = ("status", "database", "keys", "redis", "storage")
        states = dict.fromkeys(names, "ok")
        assert self.get(app, "/readyz") == (200, states)

    def test_storage_down(self, app, tmp_path):
        (tmp_path / "file").touch()
        down = LocalStorage(tmp_path / "file")
        app.extensions["parts"] = replace(app.extensions["parts"], storage=down)
        status, states = self.get(app, "/readyz")
        assert (status, states["status"], states["storage"]) == (200, "degraded", "down")
        assert states["database"] == states["redis"] == "ok"

    def test_a_storage_that_hangs_keeps_nobody_waiting(self, app, monkeypatch):
        """It is asked once, however often we are asked; and believed when it answers."""
        monkeypatch.setattr(health, "STORAGE_PATIENCE_SECONDS", 0.1)
        let_go, asked = threading.Event(), []

        class Hanging(LocalStorage):
            def check(self):
                asked.append(1)
                let_go.wait(60)

        storage = Hanging(app.extensions["parts"].settings.storage_dir)
        app.extensions["parts"] = replace(app.extensions["parts"], storage=storage)
        for _ in range(2):
            status, states = self.get(app, "/readyz")
            assert (status, states["status"], states["storage"]) == (200, "degraded", "down")
        assert app.test_client().get("/metrics").status_code == 200
        assert asked == [1]
        let_go.set()
        wait_until(lambda: self.get(app, "/readyz")[1]["storage"] == "ok", 10, "the storage")

    def test_redis_down(self, app):
        nobody = make_redis(f"redis://127.0.0.1:{free_port()}/0")
        app.extensions["parts"] = replace(app.extensions["parts"], redis=nobody)
        status, states = self.get(app, "/readyz")
        assert (status, states["status"], states["redis"]) == (200, "degraded", "down")
        assert self.get(app, "/healthz") == (200, {"status": "ok"})

    def test_a_redis_that_is_full(self, app, tmp_path):
        with redis_server(tmp_path, maxmemory="1") as server, make_redis(server.url) as full:
            app.extensions["parts"] = replace(app.extensions["parts"], redis=full)
            status, states = self.get(app, "/readyz")
        assert (status, states["status"], states["redis"]) == (200, "degraded", "read-only")
