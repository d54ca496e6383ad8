"""Requests that schemathesis makes up from the API description, against the running server."""

import subprocess
import sys
from pathlib import Path

from tests.contract.conftest import LIFTED, PROJECT
from tests.factories import Factory

HERE = Path(__file__).resolve().parent


def test_whatever_is_asked_the_answer_is_one_that_is_described(site, environment, scratch, request):
    caller = Factory(site.app).guest(points=1_000_000, is_merchant=True, is_admin=True)
    variables = {
        **environment,
        **LIFTED,
        "PUBLIC_URL": site.url,
        "PYTHONPATH": str(PROJECT),
        "SCHEMATHESIS_HOOKS": "tests.contract.hooks",
        "SCHEMATHESIS_USER_ID": str(caller.user_id),
    }
    program = [
        sys.executable,
        "-m",
        "schemathesis.cli",
        "--config-file",
        HERE / "schemathesis.toml",
    ]
    command = [*program, "run", f"{site.url}/openapi.json"]
    command += ["--max-time", str(request.config.option.fuzz_seconds)]
    command += ["--exclude-path", "/ws", "--continue-on-failure", "--suppress-health-check", "all"]
    command += ["--no-color", "--warnings", "off"]
    run = subprocess.run(
        ["env", *(f"{name}={value}" for name, value in variables.items()), *command],
        capture_output=True,
        text=True,
        cwd=scratch,
    )
    assert run.returncode == 0, run.stdout[-20_000:] + run.stderr[-5_000:]
