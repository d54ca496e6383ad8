"""The environment of a development server: what is set outside, and a default for the rest."""

import os
import secrets
import shlex
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from dotenv import dotenv_values

SECRETS: dict[str, Callable[[], str]] = {
    "JWT_SECRET": lambda: secrets.token_urlsafe(48),
    "JWT_REFRESH_SECRET": lambda: secrets.token_urlsafe(48),
    "ENCRYPTION_KEY": lambda: secrets.token_hex(32),
}


def development_environment(project: Path, data: Path) -> dict[str, str]:
    """The variables for the server's processes.

    The caller's own come first, then those of the project's `.env`, then defaults: SQLite, local
    files and generated secrets in `data`, text messages printed instead of sent.
    """
    values = _read(project / ".env") | {name: text for name, text in os.environ.items() if text}
    defaults = {
        "PORT": "3000",
        "WS_PORT": "8080",
        "BIND_HOST": "127.0.0.1",
        "STORAGE_DIR": str(data / "storage"),
        "BEAT_SCHEDULE": str(data / "beat-schedule"),
        "WEB_PIDFILE": str(data / "web.pid"),
        "WORKER_PIDFILE": str(data / "worker.pid"),
        "SMS_PROVIDER": "console",
        "LOG_FORMAT": "json",  # devstack.console puts it into words
        "PYTHONUNBUFFERED": "1",
        # Developers' containers run as root, and Celery greets each start with eight lines on it.
        "PYTHONWARNINGS": "ignore:You",
        **_kept_secrets(data / "secrets.env"),
    }
    if not values.get("NODE_ENV"):
        defaults["APP_ENV"] = "development"
    if not values.get("DB_HOST"):
        defaults["DATABASE_URL"] = f"sqlite:///{data / 'points.db'}"
    environment = defaults | values
    programs = Path(sys.executable).parent
    environment["PATH"] = f"{programs}{os.pathsep}{environment.get('PATH', os.defpath)}"
    return environment


def write_private(path: Path, values: Mapping[str, str]) -> None:
    """Write `values` as a file of assignments for a shell, readable by this user only."""
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.writelines(f"{name}={shlex.quote(text)}\n" for name, text in values.items())
    draft.replace(path)


def _read(path: Path) -> dict[str, str]:
    return {name: text for name, text in dotenv_values(path).items() if text}


def _kept_secrets(path: Path) -> dict[str, str]:
    """The secrets of earlier starts, so that tokens and encrypted columns stay readable."""
    kept = _read(path)
    missing = {name: make() for name, make in SECRETS.items() if name not in kept}
    if missing:
        write_private(path, kept | missing)
    return kept | missing
