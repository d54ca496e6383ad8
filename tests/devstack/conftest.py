"""Starts bin/serve on ports and in a folder of its own."""

from collections.abc import Callable, Iterator

import pytest

from devstack.folders import scratch_folder
from tests.devstack.launcher import Launcher


@pytest.fixture
def launch() -> Iterator[Callable[..., Launcher]]:
    launchers: list[Launcher] = []
    with scratch_folder() as data:

        def make(*options: str, **environment: str) -> Launcher:
            launchers.append(Launcher(data, *options, **environment))
            return launchers[-1]

        yield make
        for launcher in launchers:
            launcher.process.stop()
