"""What bin/serve fills in, and what it leaves alone."""

import stat
import subprocess
from pathlib import Path

import pytest

from devstack import console, serve
from devstack.environment import SECRETS, development_environment, write_private
from points_app.config import Settings

OURS = ("PORT", "WS_PORT", "REDIS_URL", "DATABASE_URL", "DB_HOST", "APP_ENV", "NODE_ENV", *SECRETS)


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in OURS:
        monkeypatch.delenv(name, raising=False)


def test_defaults_make_valid_settings(tmp_path: Path) -> None:
    environment = development_environment(tmp_path, tmp_path)
    settings = Settings.from_env(environment | {"REDIS_URL": "redis://127.0.0.1:1/0"})
    assert settings.app_env == "development"
    assert settings.is_sqlite
    assert settings.storage_dir.is_relative_to(tmp_path)


def test_secrets_are_made_once_differ_and_are_private(tmp_path: Path) -> None:
    first = development_environment(tmp_path, tmp_path)
    second = development_environment(tmp_path, tmp_path)
    assert {first[name] for name in SECRETS} == {second[name] for name in SECRETS}
    assert len({first[name] for name in SECRETS}) == len(SECRETS)
    assert stat.S_IMODE((tmp_path / "secrets.env").stat().st_mode) == 0o600


def test_a_secret_that_is_missing_from_an_old_file_is_added(tmp_path: Path) -> None:
    (tmp_path / "secrets.env").write_text("JWT_SECRET=kept\n")
    environment = development_environment(tmp_path, tmp_path)
    assert environment["JWT_SECRET"] == "kept"
    assert len(environment["ENCRYPTION_KEY"]) == 64


def test_the_callers_variables_win_over_the_file_and_the_defaults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("PORT=1111\nWS_PORT=2222\nREDIS_URL='redis://h:1/0#x'\n")
    monkeypatch.setenv("PORT", "3333")
    monkeypatch.setenv("WS_PORT", "")  # set to nothing is not set
    environment = development_environment(tmp_path, tmp_path)
    assert environment["PORT"] == "3333"
    assert environment["WS_PORT"] == "2222"
    assert environment["REDIS_URL"] == "redis://h:1/0#x"


@pytest.mark.parametrize(
    ("given", "untouched"), [("DB_HOST", "DATABASE_URL"), ("NODE_ENV", "APP_ENV")]
)
def test_the_customers_names_keep_our_default_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str, untouched: str
) -> None:
    monkeypatch.setenv(given, "something")
    assert untouched not in development_environment(tmp_path, tmp_path)


def test_a_shell_reads_back_what_was_written(tmp_path: Path) -> None:
    path = tmp_path / "serve.env"
    awkward = "a 'b' \"c\" $HOME #d 酒"
    write_private(path, {"OLD": "gone"})
    write_private(path, {"AWKWARD": awkward})
    script = f'. {path}; printf %s "${{OLD:-}}$AWKWARD"'
    assert subprocess.check_output(["sh", "-c", script], text=True) == awkward
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_another_terminal_gets_what_was_set_outside_as_well(monkeypatch):
    monkeypatch.setenv("REDIS_URL", "redis://here")
    monkeypatch.setenv("EDITOR", "ed")
    values = {"REDIS_URL": "redis://here", "EDITOR": "ed", "WEB_PIDFILE": "/made/here"}
    assert serve._chosen_here(values) == {"REDIS_URL": "redis://here", "WEB_PIDFILE": "/made/here"}


def test_a_full_disk_takes_no_log_and_hides_no_line(monkeypatch, capsys):
    with open("/dev/full", "w", buffering=1) as full:
        monkeypatch.setattr(console, "_logs", [full])
        printer = console.printer("web")
        printer("one")
        printer("two")
        assert console._logs == []
    shown = [line.partition("| ")[2] for line in capsys.readouterr().out.splitlines()]
    assert shown[0] == "one" and shown[-1] == "two"
    assert "No space left on device" in shown[1]
