"""Requests that schemathesis makes up from the API description, against the running server."""

import subprocess
import sys
from pathlib import Path

from sqlalchemy import update

from points_app.db import db
from points_app.models import User
from tests.contract.conftest import LIFTED, PROJECT
from tests.factories import Factory

HERE = Path(__file__).resolve().parent
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "positive_data_acceptance",
    "unsupported_method",
    "allow_header_conformance",
    "ignored_auth",
)


def test_whatever_is_asked_the_answer_is_one_that_is_described(
    site, environment, scratch, request
):
    caller = Factory(site.app).guest(points=1_000_000, is_merchant=True, is_admin=True)
    variables = {
        **environment,
        **LIFTED,
        "PUBLIC_URL": site.url,
        "PYTHONPATH": str(PROJECT),
        "SCHEMATHESIS_HOOKS": "tests.contract.hooks",
        "SCHEMATHESIS_USER_ID": str(caller.user_id),
    }
    command = [sys.executable, "-m", "schemathesis.cli", "run", f"{site.url}/openapi.json"]
    command += ["--checks", ",".join(CHECKS), "--max-time", str(request.config.option.fuzz_seconds)]
    command += ["--exclude-path", "/ws", "--continue-on-failure", "--suppress-health-check", "all"]
    command += ["--no-color", "--warnings", "off"]
    run = subprocess.run(
        ["env", *(f"{name}={value}" for name, value in variables.items()), *command],
        capture_output=True,
        text=True,
        cwd=scratch,
    )
    assert run.returncode == 0, run.stdout[-20_000:] + run.stderr[-5_000:]
