"""Two minutes of torture: the crowd, the faults, and both books must agree."""

import subprocess
import sys

import pytest

from devstack.serve import PROJECT

MINUTES, OUTAGE_SECONDS = "2", "4"


@pytest.mark.parametrize("seed", ["20260115"])
def test_nothing_is_made_lost_or_doubled(seed):
    arguments = ["--minutes", MINUTES, "--outage", OUTAGE_SECONDS, "--seed", seed]
    done = subprocess.run(
        [sys.executable, "-m", "devstack.torture", *arguments],
        cwd=PROJECT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "points made 0, points lost 0, acknowledged writes lost 0, doubled 0" in done.stdout


def test_the_races_in_small():
    done = subprocess.run(
        [sys.executable, "-m", "devstack.torture.races", "--runs", "1"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 runs were wrong, 0 rows are wrong in the books" in done.stdout
