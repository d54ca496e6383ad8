"""bench/http works from end to end; what it measures here means nothing."""

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


def test_help_needs_no_server():
    command = [sys.executable, "-m", "bench.load", "--help"]
    run = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)
    assert run.returncode == 0 and "one-user" in run.stdout
