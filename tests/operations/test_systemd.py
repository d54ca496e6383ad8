"""The units of a machine of one's own run what the Procfile runs, and systemd accepts them."""

import shutil
import subprocess
from pathlib import Path

import pytest

from devstack.serve import PROJECT, procfile
from points_app.start import CANNOT_START

UNITS = sorted((PROJECT / "deploy" / "systemd").glob("*.service"))
HOME = "/opt/points"


class Unit:
    """A unit's directives; one that is given twice keeps both."""

    def __init__(self, path: Path) -> None:
        self.name = path.stem.removeprefix("points-")
        self.values: dict[str, list[str]] = {}
        for line in path.read_text().splitlines():
            key, given, value = line.partition("=")
            if given and not line.startswith("#"):
                self.values.setdefault(key, []).append(value)

    def __getitem__(self, key: str) -> str:
        (value,) = self.values[key]
        return value


@pytest.fixture(params=UNITS, ids=lambda path: path.stem)
def unit(request) -> Unit:
    return Unit(request.param)


def test_there_is_one_for_each_process():
    assert {Unit(path).name for path in UNITS} == set(procfile(PROJECT / "Procfile"))


def test_it_runs_the_procfile_s_command(unit):
    command = procfile(PROJECT / "Procfile")[unit.name]
    program = command.removeprefix("env REMAP_SIGTERM=SIGQUIT ")
    assert unit["ExecStart"] == f"{HOME}/.venv/bin/{program}"
    variables = unit.values.get("Environment", [])
    assert ("REMAP_SIGTERM=SIGQUIT" in variables) == (program != command)


def test_it_stays_down_when_its_configuration_cannot_work(unit):
    assert unit["RestartPreventExitStatus"] == str(CANNOT_START)
    assert unit["Restart"] == ("on-failure" if unit.name == "release" else "always")
    assert (unit["WorkingDirectory"], unit["User"]) == (HOME, "points")


def test_systemd_accepts_them(tmp_path):
    analyze = shutil.which("systemd-analyze")
    assert analyze, "systemd-analyze is not installed: apt-get install systemd"
    copies = []
    for path in UNITS:  # the programs they name must be there
        copies.append(tmp_path / path.name)
        copies[-1].write_text(path.read_text().replace(HOME, str(PROJECT)))
    command = [analyze, "verify", "--man=no", *copies]
    done = subprocess.run(command, capture_output=True, text=True)
    # Other units of this machine may be at fault; what is said of ours counts.
    assert "points-" not in done.stdout + done.stderr
