"""The shell scripts on machines that lack something: one clear sentence, exit 1, nothing half."""

import os
import runpy
import shutil
import subprocess
from pathlib import Path

import pytest

from devstack.serve import PROJECT, procfile


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A project without an environment."""
    for name in ("bin", "devstack"):
        shutil.copytree(PROJECT / name, tmp_path / name)
    shutil.copy(PROJECT / "requirements.txt", tmp_path)
    return tmp_path


def run(command: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command.split(),
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.parametrize("script", ["bin/serve", "bin/test"])
def test_help_works_before_anything_is_installed(clone: Path, script: str) -> None:
    result = run(f"{script} --help", clone)
    assert result.returncode == 0
    assert result.stdout.startswith(f"usage: {script}")
    assert not (clone / ".venv").exists()


@pytest.mark.parametrize("python", ["/nowhere/python3", "false"])
def test_no_python_or_an_old_one(clone: Path, python: str) -> None:
    result = run("bin/serve", clone, PYTHON=python)
    assert result.returncode == 1
    assert f"Python 3.11 or newer is needed, and {python} is not" in result.stderr
    assert "apt-get install python3" in result.stderr


def test_no_network(clone: Path) -> None:
    result = run("bin/serve", clone, PIP_NO_INDEX="1", PIP_FIND_LINKS=str(clone))
    assert result.returncode == 1
    assert "Is there a network?" in result.stderr
    assert "Traceback" not in result.stderr


def test_an_environment_that_is_up_to_date_is_left_alone(clone: Path) -> None:
    """Nothing is asked of the network, and a moved project is noticed."""
    programs = clone / ".venv" / "bin"
    programs.mkdir(parents=True)
    (programs / "uv").symlink_to("/bin/false")
    (programs / "python").symlink_to("/bin/echo")
    (clone / ".venv" / "made-in").write_text(f"{clone}\n")
    shutil.copy(clone / "requirements.txt", clone / ".venv" / "installed-requirements.txt")
    result = run("bin/serve --data here", clone)
    assert result.stdout == "-m devstack.serve --data here\n"
    (clone / ".venv" / "made-in").write_text("/elsewhere\n")
    result = run("bin/serve", clone, PIP_NO_INDEX="1", PIP_FIND_LINKS=str(clone))
    assert result.stdout.startswith("making the environment")


def test_the_procfile_has_every_process() -> None:
    assert set(procfile(PROJECT / "Procfile")) == {"release", "web", "worker", "beat"}


@pytest.mark.parametrize(
    ("environment", "binds"),
    [
        ({}, ["0.0.0.0:3000"]),
        ({"PORT": "5000"}, ["0.0.0.0:5000"]),
        ({"PORT": "5000", "WS_PORT": "5000"}, ["0.0.0.0:5000"]),
        ({"PORT": "", "WS_PORT": "8080"}, ["0.0.0.0:3000", "0.0.0.0:8080"]),
        ({"BIND_HOST": "127.0.0.1", "WS_PORT": "1"}, ["127.0.0.1:3000", "127.0.0.1:1"]),
    ],
)
def test_gunicorn_binds_what_the_platform_gives(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    environment: dict[str, str],
    binds: list[str],
) -> None:
    for name in ("PORT", "WS_PORT", "BIND_HOST"):
        monkeypatch.delenv(name, raising=False)
    for name, text in environment.items():
        monkeypatch.setenv(name, text)
    # Which it would otherwise make, for this process and all it starts.
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    settings = runpy.run_path(str(PROJECT / "gunicorn.conf.py"))
    assert settings["bind"] == binds
