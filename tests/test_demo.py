"""bin/demo plays the whole story: on what bin/serve brings along, and on production's parts."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from devstack.folders import scratch_folder
from devstack.mariadb import mariadb_server
from devstack.redis import redis_server
from devstack.s3 import s3_server
from devstack.serve import PROJECT
from tests.devstack.launcher import Launcher


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    with scratch_folder() as folder:
        yield folder


@pytest.fixture(scope="module", params=["sqlite, files", "mariadb, redis, s3"])
def server(request: pytest.FixtureRequest, data: Path) -> Iterator[Launcher]:
    """All processes of the Procfile, on ports of their own."""
    with ExitStack() as stack:
        folder = data / request.param.partition(",")[0]
        folder.mkdir()
        environment = production_parts(stack, folder) if "s3" in request.param else {}
        launcher = Launcher(folder, **environment)
        stack.callback(launcher.process.stop)
        launcher.start()
        yield launcher


def production_parts(stack: ExitStack, folder: Path) -> dict[str, str]:
    database = stack.enter_context(mariadb_server(folder / "mariadb"))
    redis = stack.enter_context(redis_server(folder / "own-redis"))
    storage = stack.enter_context(s3_server(folder / "s3"))
    return {
        "DATABASE_URL": database.url,
        "REDIS_URL": redis.url,
        "SEALOS_ENDPOINT": storage.endpoint,
        "SEALOS_BUCKET": storage.bucket,
        "SEALOS_ACCESS_KEY": storage.access_key,
        "SEALOS_SECRET_KEY": storage.secret_key,
    }


def demo(server: Launcher, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "demo", "--data", server.data, *arguments]
    return subprocess.run(
        command, cwd=PROJECT, env=server.environment, capture_output=True, text=True, timeout=300
    )


def test_the_whole_story(server: Launcher) -> None:
    told = demo(server)
    assert told.returncode == 0, told.stdout + told.stderr + server.text[-5000:]
    assert "steps as they should be" in told.stdout.splitlines()[-1]
    assert ("serve   | redis at" in server.text) == ("DATABASE_URL" not in server.environment)


def test_a_difference_ends_it(server: Launcher) -> None:
    """Who is no merchant cannot play the merchant."""
    told = demo(server, "--merchant", "13800000001")
    assert told.returncode == 1
    assert told.stdout.splitlines()[-1].strip() == "is_merchant: expected True, got False"


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "demo", "--data", tmp_path]
    told = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)
    assert told.returncode == 2 and "no bin/serve has run in" in told.stderr
    told = subprocess.run(
        [*command, "--url", "http://127.0.0.1:9"], cwd=PROJECT, capture_output=True, text=True
    )
    assert told.returncode == 1 and "GET http://127.0.0.1:9/readyz: no answer" in told.stdout
