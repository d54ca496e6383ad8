"""bin/deploy: put the code that lies in this folder into service without dropping a request.

What runs goes on running until what replaces it has been seen to start: the new code is loaded
once aside, the database is migrated (old code must run on the new tables, docs/operations.md), then
gunicorn gets as many new workers beside the old ones, and only when those take requests are the
old ones told to finish. Last comes Celery. Both keep their process ids.
"""

import argparse
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path

from devstack.process import wait_until

PROJECT = Path(__file__).resolve().parent.parent
REPLACE_SECONDS = 90.0
EPILOG = """\
Run it in the project's folder, with the environment of the running processes, after the new code
has been put there (git pull). The processes write their process ids to files:

  WEB_PIDFILE      written by gunicorn   (gunicorn.conf.py)
  WORKER_PIDFILE   written by the worker (worker/app.py); without it the worker is left alone

Beat holds no state and no request: let its supervisor restart it. For a moment old and new web
processes run side by side: twice the memory, and up to twice the database connections. A change of
gunicorn.conf.py itself, or of PORT, WEB_CONCURRENCY or WEB_THREADS, takes a restart of web.
"""


class DeployFailed(Exception):
    """A step failed; the text says which, what is running now, and what to do."""


def main(argv: Sequence[str] | None = None) -> int:
    """Deploy; 0 when the new code serves, 1 when a step failed."""
    arguments = _parser().parse_args(argv)
    from points_app.start import load_environment  # --help works before anything is installed

    os.chdir(PROJECT)
    load_environment()
    started = time.monotonic()
    try:
        deploy(arguments.url)
    except DeployFailed as error:
        print(f"deploy failed: {error}", file=sys.stderr)
        return 1
    _say(f"done after {time.monotonic() - started:.1f} s")
    return 0


def deploy(url: str) -> None:
    """Check, migrate, replace the web workers, replace the worker. Raises DeployFailed."""
    web = _pid("WEB_PIDFILE")
    if web is None:
        raise DeployFailed("WEB_PIDFILE is not set: set it for gunicorn and for bin/deploy")
    _step("loading the new code aside", "gunicorn", "--check-config", "wsgi:app")
    _step("migrating the database", "flask", "--app", "wsgi", "db", "upgrade")
    _replace_web(web)
    _await(lambda: _is_ready(url), f"{url}/readyz does not say that the new processes are ready")
    worker = _pid("WORKER_PIDFILE")
    if worker is not None:
        _replace_worker(worker)


def children(pid: int) -> frozenset[int]:
    """The process ids of the children of `pid`; empty when it is gone."""
    found: set[int] = set()
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found.update(int(child) for child in task.read_text().split())
        except FileNotFoundError:
            continue  # that thread ended while we looked
    return frozenset(found)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bin/deploy",
        description="Replace the running code with the code in this folder, dropping no request.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    port = os.environ.get("PORT", "3000")
    parser.add_argument(
        "--url",
        default=f"http://127.0.0.1:{port}",
        help="where the web processes answer (default: %(default)s)",
    )
    return parser


def _pid(variable: str) -> int | None:
    path = os.environ.get(variable)
    if not path:
        return None
    try:
        pid = int(Path(path).read_text())
        os.kill(pid, 0)
    except (OSError, ValueError) as error:
        raise DeployFailed(f"{path} ({variable}) names no running process: {error}") from None
    return pid


def _step(title: str, *command: str) -> None:
    began = time.monotonic()
    program = Path(sys.executable).with_name(command[0])
    done = subprocess.run([program, *command[1:]], capture_output=True, text=True)
    if done.returncode:
        raise DeployFailed(
            f"{title} failed; what was running still runs.\n{done.stdout}{done.stderr}"
        )
    _say(f"{title} ({time.monotonic() - began:.1f} s)")


def _replace_web(master: int) -> None:
    """Add a new worker for each that serves (SIGTTIN), and take the oldest away when they serve too
    (SIGTTOU); gunicorn's own SIGHUP stops the old ones before the new ones have loaded."""
    began, old = time.monotonic(), children(master)
    serving = _serving() & old
    if not serving:
        raise DeployFailed("no web process serves: look at its log, and restart it")
    for number in range(1, len(serving) + 1):
        os.kill(master, signal.SIGTTIN)
        _await(lambda: len(children(master) - old) >= number, "gunicorn starts no new process")  # noqa: B023
    new = children(master) - old
    _await(
        lambda: new <= _serving(),
        "the new web processes take no requests. The old ones still do: both run now",
    )
    _say(f"web: {len(new)} new processes serve ({time.monotonic() - began:.1f} s)")
    for left in reversed(range(len(old))):
        os.kill(master, signal.SIGTTOU)
        _await(lambda: len(_serving() & old) <= left, "web does not let go of an old process")  # noqa: B023
    _await(lambda: not children(master) & old, "web still runs old processes")
    _say(f"web: {len(old)} processes replaced ({time.monotonic() - began:.1f} s)")


def _serving() -> frozenset[int]:
    """The web processes that take requests (gunicorn.conf.py)."""
    folder = Path(f"{os.environ['WEB_PIDFILE']}.serving")
    return frozenset(int(file.name) for file in folder.glob("[0-9]*"))


def _replace_worker(parent: int) -> None:
    """SIGHUP: Celery finishes what is under way, or gives it back, and starts anew."""
    began, old = time.monotonic(), children(parent)
    os.kill(parent, signal.SIGHUP)
    _await(lambda: children(parent) and not children(parent) & old, "worker: old processes run")
    _say(f"worker: {len(old)} processes replaced ({time.monotonic() - began:.1f} s)")


def _await(condition: Callable[[], object], otherwise: str) -> None:
    try:
        wait_until(condition, REPLACE_SECONDS, otherwise, every=0.1)
    except TimeoutError:
        raise DeployFailed(f"after {REPLACE_SECONDS:.0f} s {otherwise}: look at its log") from None


def _is_ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=5) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False


def _say(text: str) -> None:
    print(f"deploy  | {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
