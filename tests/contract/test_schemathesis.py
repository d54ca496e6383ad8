"""Requests that schemathesis makes up from the API description, against the running server."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import FUZZ_SECONDS
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
    settings = [f"{name}={value}" for name, value in variables.items()]
    options = how_long(request.config.getoption("fuzz_seconds"))
    run = subprocess.run(
        ["env", *settings, *schemathesis(site.url, options)],
        capture_output=True,
        text=True,
        cwd=scratch,
    )
    if run.returncode:
        failures = [line for line in site.log.read_text().splitlines() if '"error"' in line]
        pytest.fail("\n".join([run.stdout[-20_000:], run.stderr[-5_000:], *failures]))
    for phase in ("Examples", "Coverage", "Fuzzing", "Stateful"):
        assert f"✅ {phase}" in run.stdout, run.stdout[-5_000:]


def how_long(seconds: int) -> list[str]:
    """The usual time asks the same each time, so that a failure comes from the change at hand; any
    other asks something new."""
    seed = ["--seed", "1"] if seconds == FUZZ_SECONDS else []
    return ["--max-time", str(seconds), *seed]


def schemathesis(url: str, options: list[str]) -> list[str | Path]:
    program = [
        sys.executable,
        "-m",
        "schemathesis.cli",
        "--config-file",
        HERE / "schemathesis.toml",
    ]
    every_time = ["--exclude-path", "/ws", "--continue-on-failure", "--request-timeout", "30"]
    quiet = ["--suppress-health-check", "all", "--warnings", "off", "--no-color"]
    return [*program, "run", f"{url}/openapi.json", *every_time, *quiet, *options]
