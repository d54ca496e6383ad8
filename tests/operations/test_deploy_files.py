"""Dockerfile, compose, app.json, dashboard and alerts say what the service says."""

import json
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from prometheus_client import REGISTRY

from devstack.serve import PROJECT, procfile
from points_app import metrics
from points_app.config import Settings

DEPLOY = PROJECT / "deploy"
SETTINGS = {name.upper() for name in Settings.model_fields} | {
    "DB_HOST", "DB_PORT", "DB_USER", "DB_PASSWORD", "DB_NAME", "NODE_ENV", "FLASK_DEBUG",
    "WS_PORT", "BIND_HOST", "WEB_CONCURRENCY", "WEB_KEEPALIVE", "BEAT_SCHEDULE", "STORAGE_ENDPOINT",
}  # fmt: skip
FOR_PROCESSES = {"REMAP_SIGTERM", "WORKER_METRICS_PORT"}


@pytest.fixture
def compose():
    return yaml.safe_load((PROJECT / "compose.yaml").read_text())


def test_the_dockerfile_is_linted():
    hadolint = Path(sys.executable).with_name("hadolint")
    done = subprocess.run([hadolint, PROJECT / "Dockerfile"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_the_image_holds_what_the_dockerfile_copies():
    text = (PROJECT / "Dockerfile").read_text()
    ignored = (PROJECT / ".dockerignore").read_text()
    for source in re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE):
        for name in source.split():
            assert (PROJECT / name).exists() and f"!{name}" in ignored, name
    assert "USER 10001" in text and "HEALTHCHECK" in text


def test_compose_runs_the_procfile(compose):
    ours = procfile(PROJECT / "Procfile")
    for name in ("worker", "beat"):
        words = compose["services"][name]["command"]
        assert " ".join(words) == ours[name].removeprefix("env REMAP_SIGTERM=SIGQUIT ")
    assert ours["release"] in " ".join(compose["services"]["release"]["command"])
    dockerfile = (PROJECT / "Dockerfile").read_text()
    assert f"CMD {json.dumps(ours['web'].split())}" in dockerfile


def test_compose_has_the_ports_and_the_parts_the_customer_had(compose):
    services = compose["services"]
    assert services["proxy"]["ports"] == ["3000:3000", "8080:8080"]
    assert {"web", "worker", "beat", "release", "mysql", "redis", "storage"} <= set(services)
    assert services["mysql"]["image"].startswith("mysql:8")
    for name in ("web", "worker", "beat", "release"):
        assert set(services[name]["environment"]) <= SETTINGS | FOR_PROCESSES | {"REDIS_URL"}


def test_app_json_names_real_settings_and_processes():
    app = json.loads((PROJECT / "app.json").read_text())
    assert set(app["env"]) <= SETTINGS
    assert set(app["formation"]) == set(procfile(PROJECT / "Procfile")) - {"release"}


def named(text):
    """The metrics an expression names, without the suffixes of histograms."""
    found = re.findall(r"\bpoints_[a-z_]+", text)
    return {re.sub(r"_(bucket|count|sum|total)$", "", name) for name in found}


def known():
    counted = {family.name for family in REGISTRY.collect()}
    return {name for name in counted if name.startswith("points_")} | set(metrics.FIGURES)


def test_the_dashboard_is_current_and_names_real_metrics():
    written = json.loads((DEPLOY / "grafana.json").read_text())
    made = runpy.run_path(str(DEPLOY / "make_dashboard.py"))["dashboard"]()
    assert written == made, "run: python deploy/make_dashboard.py"
    lines = [target["expr"] for panel in made["panels"] for target in panel["targets"]]
    names = set().union(*map(named, lines))
    assert names == known(), "a metric nobody looks at, or a panel of none"


def rules():
    return yaml.safe_load((DEPLOY / "alerts.yaml").read_text())["groups"][0]["rules"]


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_an_alert_names_real_metrics_and_leads_to_its_first_steps(rule):
    assert named(rule["expr"]) <= known()
    file, _, anchor = rule["annotations"]["runbook_url"].partition("#")
    sections = re.split(r"^## ", (PROJECT / file).read_text(), flags=re.MULTILINE)
    (section,) = [text for text in sections if anchor == anchor_of(text.splitlines()[0])]
    assert f"`{rule['alert']}`" in section


def anchor_of(heading):
    """As GitHub and GitLab make it."""
    return re.sub(r"[^a-z0-9 -]", "", heading.lower()).strip().replace(" ", "-")


def test_every_dependency_has_its_alert():
    """By its label: a Redis that hangs must not be announced as a database."""
    text = " ".join(rule["expr"] for rule in rules())
    for name in ("database", "keys", "redis", "storage"):
        assert f'points_dependency_up{{dependency="{name}"}}' in text
    assert 'dependency="database", error="TimeoutError"' in re.sub(r"\s+", " ", text)
