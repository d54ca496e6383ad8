"""The example client of the documentation, run with Node against the running server."""

import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent


def test_login_draw_refresh_and_websocket(site, node):
    played = subprocess.run(
        [node, HERE / "session.mjs", site.url], capture_output=True, text=True, timeout=120
    )
    assert played.returncode == 0, played.stderr
    assert played.stdout == "played\n"
