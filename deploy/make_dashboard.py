"""Writes deploy/grafana.json: python deploy/make_dashboard.py. A test holds the two together."""

import json
from pathlib import Path
from typing import Any

# (title, unit, {legend: expression}); two panels a row.
PANELS: tuple[tuple[str, str, dict[str, str]], ...] = (
    (
        "Requests a second by code",
        "reqps",
        {"{{code}}": "sum by (code) (rate(points_http_requests_total[1m]))"},
    ),
    (
        "Time to answer",
        "s",
        {
            f"p{share}": f"histogram_quantile(0.{share}, "
            "sum by (le) (rate(points_http_request_seconds_bucket[5m])))"
            for share in (50, 95, 99)
        },
    ),
    (
        "Points moved a minute",
        "none",
        {"{{type}} {{source}}": "sum by (type, source) (rate(points_moved_total[5m])) * 60"},
    ),
    (
        "Points in all wallets, and guests",
        "none",
        {"outstanding": "max(points_outstanding)", "guests": "max(points_guests)"},
    ),
    (
        "Draws: given against configured",
        "percentunit",
        {
            "{{prize}} given": "sum by (prize) (increase(points_draws_total[1d])) "
            "/ ignoring(prize) group_left sum(increase(points_draws_total[1d]))",
            "{{prize}} configured": "max by (prize) (points_prize_probability)",
        },
    ),
    (
        "Stock that runs out",
        "none",
        {
            "{{product}}": "bottomk(10, max by (product) (points_stock))",
            "sold out": "max(points_products_sold_out)",
        },
    ),
    (
        "Receipts",
        "none",
        {
            "to review": "max(points_reviews_pending)",
            "unread, {{status}}": "max by (status) (points_receipts_unread)",
            "read last hour, {{match_status}}": "max by (match_status) "
            "(points_receipts_read_last_hour)",
        },
    ),
    (
        "Age of the oldest",
        "s",
        {
            "to review": "max(points_reviews_pending_oldest_seconds)",
            "unread": "max(points_receipts_unread_oldest_seconds)",
        },
    ),
    (
        "Reading a receipt",
        "s",
        {
            f"p{share}": f"histogram_quantile(0.{share}, "
            "sum by (le) (rate(points_reading_seconds_bucket[15m])))"
            for share in (50, 95)
        },
    ),
    (
        "Tasks",
        "none",
        {
            "{{task}} {{outcome}} a minute": "sum by (task, outcome) "
            "(rate(points_tasks_total[5m])) * 60",
            "queued": "max(points_queue_tasks)",
            "mean seconds": "sum(rate(points_task_seconds_sum[5m])) "
            "/ sum(rate(points_task_seconds_count[5m]))",
        },
    ),
    (
        "WebSockets",
        "none",
        {
            "open": "sum(points_sockets)",
            "processes without push": "sum(points_push_down)",
            "{{thread}} failed a minute": "sum by (thread) "
            "(rate(points_thread_failures_total[5m])) * 60",
            "handshakes {{status}} a minute": "sum by (status) "
            "(rate(points_socket_handshakes_total[5m])) * 60",
        },
    ),
    (
        "Database connections",
        "none",
        {"in use": "sum(points_db_pool_used)", "allowed": "sum(points_db_pool_size)"},
    ),
    (
        "Refusals a minute",
        "none",
        {
            "codes {{outcome}}": "sum by (outcome) (rate(points_codes_total[5m])) * 60",
            "codes beyond the limit of {{limit}}": "sum by (limit) "
            "(rate(points_codes_refused_total[5m])) * 60",
            "limit {{code}}": "sum by (code) (rate(points_limit_refusals_total[5m])) * 60",
            "{{dependency}}: {{error}}": "sum by (dependency, error) "
            "(rate(points_dependency_failures_total[5m])) * 60",
        },
    ),
    (
        "Dependencies that answer every web process (1) or not (0)",
        "none",
        {"{{dependency}}": "min by (dependency) (points_dependency_up)"},
    ),
    (
        "Log lines lost a minute",
        "none",
        {"lost": "sum(rate(points_log_lines_lost_total[5m])) * 60"},
    ),
    (
        "Books, storage, figures",
        "none",
        {
            "balanced": "min(points_books_balanced)",
            "automatic approvals overruled": "max(points_auto_approve_error_ratio)",
            "checked, hours ago": "max(points_books_checked_seconds) / 3600",
            "storage used": "max(points_storage_used_ratio)",
            "backup, hours ago": "max(points_backup_age_seconds) / 3600",
            "database, GB": "max(points_database_bytes) / 1e9",
            "figures, seconds old": "max(points_figures_age_seconds)",
        },
    ),
)


def dashboard() -> dict[str, Any]:
    """The dashboard as Grafana imports it; it asks for the Prometheus to read from."""
    return {
        "title": "Points and lottery",
        "uid": "points",
        "schemaVersion": 39,
        "refresh": "15s",
        "time": {"from": "now-6h", "to": "now"},
        "templating": {
            "list": [{"name": "source", "label": "Prometheus", "type": "datasource",
                      "query": "prometheus"}]
        },
        "panels": [_panel(place, *panel) for place, panel in enumerate(PANELS)],
    }  # fmt: skip


def _panel(place: int, title: str, unit: str, lines: dict[str, str]) -> dict[str, Any]:
    source = {"type": "prometheus", "uid": "${source}"}
    return {
        "id": place + 1,
        "type": "timeseries",
        "title": title,
        "datasource": source,
        "gridPos": {"x": place % 2 * 12, "y": place // 2 * 8, "w": 12, "h": 8},
        "fieldConfig": {"defaults": {"unit": unit, "min": 0}, "overrides": []},
        "targets": [
            {"refId": chr(ord("A") + number), "expr": line, "legendFormat": legend,
             "datasource": source}
            for number, (legend, line) in enumerate(lines.items())
        ],
    }  # fmt: skip


if __name__ == "__main__":
    Path(__file__).with_name("grafana.json").write_text(json.dumps(dashboard(), indent=1) + "\n")
