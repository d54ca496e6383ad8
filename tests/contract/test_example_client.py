"""The clients of the documentation, run with Node against the running server."""

import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent
PICTURES = HERE.parent / "receipts"
PLAYERS = {
    "browser": ("13900000001", "cn_dev_000_standard_clean.jpg"),
    "wx": ("13900000012", "cn_dev_019_standard_clean.jpg"),
}


@pytest.mark.parametrize("platform", PLAYERS)
def test_login_draw_upload_refresh_and_websocket(site, node, platform):
    phone, picture = PLAYERS[platform]
    argv = [node, HERE / "session.mjs", site.url, platform, phone, PICTURES / picture]
    played = subprocess.run(argv, capture_output=True, text=True, timeout=120)
    assert played.returncode == 0, played.stderr
    assert played.stdout == "played\n"
