"""The measurements work from end to end, as printed; what they measure here means nothing."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
SMALL = "--no-peer --no-limit --rounds 1 --seconds 1 --warm-seconds 1 --users 10 --products 20"


@pytest.mark.skipif(shutil.which("wrk") is None, reason="wrk is not installed (bench/http does)")
def test_a_short_run_measures_and_checks_the_books(tmp_path):
    command = [sys.executable, "-m", "bench.load", "--only", "draw,redeem", *SMALL.split()]
    command += ["--folder", str(tmp_path), "--connections", "4", "--processes", "1"]
    run = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert "draw: 7 invariants hold for ours" in run.stderr
    rows = [line.split(" | ") for line in run.stdout.splitlines() if "| ours |" in line]
    assert [row[0] for row in rows] == ["| single draw, many guests", "| redeem, 500 products"]
    assert all(float(row[2].replace(",", "")) > 0 for row in rows)


def as_printed(*command):
    """Run a program as its name stands in the documents, from another folder, with nothing set."""
    program = PROJECT / command[0]
    path = f"{Path(sys.executable).parent.parent}/no-python:/usr/sbin:/usr/bin:/sbin:/bin"
    alone = {"PATH": path, "HOME": "/tmp", "PYTHON": sys.executable}
    done = subprocess.run(
        [program, *command[1:]], cwd="/", env=alone, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


PROGRAMS = sorted(
    f"{file.parent.name}/{file.name}"
    for folder in ("bin", "bench")
    for file in (PROJECT / folder).iterdir()
    if file.is_file() and "." not in file.name
)


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_program_says_what_it_does(program):
    assert "usage: " in as_printed(program, "--help").lower()


@pytest.mark.parametrize(
    ("command", "says"),
    [
        (["bench/prove", "2000"], "2,000 rows written"),
        (["bench/legacy", "--guests", "60"], "proving what was restored"),
        (["bench/relay", "--only", "ours", "--sockets", "20", "--rounds", "1"], "ours"),
    ],
)
def test_measurements_run_as_printed(command, says):
    assert says in as_printed(*command)
