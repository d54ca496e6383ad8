"""What Prometheus reads: requests, points, draws, and the figures the worker gathers."""

from contextlib import closing

import pytest
from prometheus_client.mmap_dict import MmapedDict, mmap_key
from prometheus_client.parser import text_string_to_metric_families

from points_app.services.operations import figures


def scrape(app, headers=None):
    """{(sample name, sorted labels): value} of /metrics."""
    response = app.test_client().get("/metrics", headers=headers or {})
    assert response.status_code == 200
    assert response.content_type.startswith("text/plain")
    return {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
    }


def change(before, after, name, **labels):
    key = (name, *sorted(labels.items()))
    return after.get(key, 0) - before.get(key, 0)


def test_requests_are_counted_by_route_and_code(app, make):
    guest = make.guest(points=100)
    before = scrape(app)
    guest.post("/api/lottery/draw", {"draw_type": "decade"})
    guest.get("/api/lottery/config")
    guest.get("/api/lottery/config")
    after = scrape(app)
    draw = {"method": "POST", "route": "/api/lottery/draw", "status": "200", "code": "3001"}
    config = {"method": "GET", "route": "/api/lottery/config", "status": "200", "code": "0"}
    assert change(before, after, "points_http_requests_total", **draw) == 1
    assert change(before, after, "points_http_requests_total", **config) == 2
    seconds = "points_http_request_seconds_count"
    assert change(before, after, seconds, route="/api/lottery/config") == 2


def test_unknown_paths_share_one_label(app, anonymous):
    before = scrape(app)
    anonymous.get("/api/one")
    anonymous.get("/api/two")
    labels = {"method": "GET", "route": "unknown", "status": "404", "code": "9404"}
    assert change(before, scrape(app), "points_http_requests_total", **labels) == 2


def test_points_and_draws_are_counted_when_they_are_booked(app, make):
    make.wheel({"probability": 1, "prize_type": "points", "prize_value": 30, "prize_name": "三十"})
    guest = make.guest()
    before = scrape(app)
    guest.post("/api/lottery/draw", {"draw_type": "triple"}).ok()
    after = scrape(app)
    assert change(before, after, "points_moved_total", type="spend", source="lottery") == 300
    assert change(before, after, "points_moved_total", type="earn", source="lottery_win") == 90
    (draws,) = [key for key in after if key[0] == "points_draws_total" and ("prize", "三十") in key]
    assert after[draws] - before.get(draws, 0) == 3


def test_refusals_by_limits_are_counted(app, make):
    guest = make.guest(points=5000)
    before = scrape(app)
    for _ in range(4):
        guest.post("/api/lottery/draw", {})
    assert change(before, scrape(app), "points_limit_refusals_total", code="3002") == 1


def test_the_worker_s_figures(app, make):
    make.guest(points=700), make.guest(points=50)
    make.product(stock=0)
    last = make.product(stock=1, name="最后一件")
    with app.app_context():
        figures.gather()
    seen = scrape(app)
    assert seen[("points_outstanding",)] == 750
    assert seen[("points_guests",)] == 2
    assert seen[("points_products_sold_out",)] == 1
    assert seen["points_stock", ("product", "最后一件"), ("product_id", str(last))] == 1
    assert seen[("points_reviews_pending",)] == 0
    assert seen[("points_queue_tasks",)] == 0
    assert 0 < seen[("points_storage_used_ratio",)] < 1
    assert sum(v for key, v in seen.items() if key[0] == "points_prize_probability") == 1
    assert seen[("points_figures_age_seconds",)] < 60


def test_waiting_receipts_are_seen(app, make):
    from tests.receipts_in import hand_in

    hand_in(make.guest(), amount="10.00")
    with app.app_context():
        figures.gather()
    seen = scrape(app)
    assert seen[("points_reviews_pending",)] == 1
    assert seen["points_receipts_unread", ("status", "queued")] == 1
    assert seen[("points_queue_tasks",)] == 1


def test_no_figures_no_age(app):
    assert not [key for key in scrape(app) if key[0] == "points_figures_age_seconds"]


class TestToken:
    @pytest.fixture
    def settings_override(self):
        return {"METRICS_TOKEN": "a-token-for-prometheus"}

    def test_only_its_holder_reads(self, app):
        assert app.test_client().get("/metrics").status_code == 404
        wrong = {"Authorization": "Bearer a-token-for-nobody"}
        assert app.test_client().get("/metrics", headers=wrong).status_code == 404
        assert scrape(app, {"Authorization": "Bearer a-token-for-prometheus"})


def test_a_process_that_is_just_making_its_file_fails_no_scrape(app, tmp_path, monkeypatch):
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    (tmp_path / "counter_1.db").touch()
    with closing(MmapedDict(str(tmp_path / "counter_2.db"))) as other:
        key = mmap_key("points_points", "points_points_total", ("source",), ("lottery",), "help")
        other.write_value(key, 7, 0)
    assert scrape(app)["points_points_total", ("source", "lottery")] == 7
