"""openapi.yaml as front-end developers use it: generated types, a typed client, linters."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
import yaml

from tests.contract import examples
from tests.contract.conftest import PROJECT
from tests.factories import Factory

SOURCES = Path(__file__).resolve().parent / "typescript"
GENERATE = ["openapi-typescript", "openapi.yaml", "-o", "api.d.ts"]  # as docs/frontend.md says
LINTERS = [
    ["spectral", "lint", "openapi.yaml", "--ruleset", "spectral.yaml"],
    ["redocly", "lint", "openapi.yaml", "--extends", "recommended"],
]
SILENT = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}

Run = Callable[..., subprocess.CompletedProcess[str]]


def run_in(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a program of the packages, or of the wheel with Node."""
    programs = [folder / "node_modules" / ".bin", Path(sys.executable).parent, os.environ["PATH"]]
    variables = {**os.environ, **SILENT, "PATH": os.pathsep.join(map(str, programs))}
    return subprocess.run(
        command, cwd=folder, env=variables, capture_output=True, text=True, timeout=300
    )


@pytest.fixture(scope="module")
def packages() -> Path:
    """The locked packages, beside those of Python; fetched once, then no network is needed."""
    folder = Path(sys.prefix) / "typescript"
    lock, installed = SOURCES / "package-lock.json", folder / "installed-package-lock.json"
    if not installed.exists() or installed.read_bytes() != lock.read_bytes():
        folder.mkdir(exist_ok=True)
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(SOURCES / name, folder)
        fetched = run_in(folder, "npm", "ci")
        assert fetched.returncode == 0, f"is there a network? {fetched.stderr}"
        shutil.copy(lock, installed)
    return folder / "node_modules"


@pytest.fixture(scope="module")
def run(packages: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Runs programs in a front end's folder: the description, its types, and what is compiled."""
    folder = tmp_path_factory.mktemp("frontend")
    (folder / "node_modules").symlink_to(packages)
    files = [*SOURCES.glob("*.*"), PROJECT / "openapi.yaml", PROJECT / "docs" / "typed.ts"]
    for file in files:
        shutil.copy(file, folder)
    document = yaml.load((PROJECT / "openapi.yaml").read_bytes(), yaml.CSafeLoader)
    pages = [*PROJECT.glob("*.md"), *(PROJECT / "docs").glob("*.md")]
    text = "".join(page.read_text() for page in pages)
    (folder / "examples.ts").write_text(examples.typescript(document, text))
    for number, block in enumerate(re.findall(r"```ts\n(.*?)```", text, re.DOTALL)):
        (folder / f"page_{number}.ts").write_text(block)
    generated = run_in(folder, *GENERATE)
    assert generated.returncode == 0, generated.stderr
    return partial(run_in, folder)


def test_what_is_documented_compiles_and_what_is_wrong_does_not(run: Run) -> None:
    compiled = run("tsc", "--project", ".")
    assert compiled.returncode == 0, compiled.stdout


def test_the_typed_client_speaks_to_the_server(run: Run, site) -> None:
    used = run("node", "use.ts", site.url, Factory(site.app).merchant().token)
    assert used.stdout == "used\n", used.stderr


@pytest.mark.parametrize("linter", LINTERS, ids=lambda command: command[0])
def test_linters_find_no_error(run: Run, linter: list[str]) -> None:
    linted = run(*linter)
    assert linted.returncode == 0, linted.stdout + linted.stderr
