"""bin/serve: every process of the service and what it needs, in one terminal, from one command.

honcho could run the Procfile, but it stops all processes at once and kills them after 5 seconds;
here the worker must give back its task before its Redis goes, and nothing is ready until the
service says so. That much is an ExitStack and the classes of devstack.process.
"""

import argparse
import fcntl
import os
import re
import shlex
import signal
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from devstack.console import logged_to, printer, say
from devstack.ports import is_free
from devstack.process import Process, ProcessFailed, wait_until

if TYPE_CHECKING:
    from devstack.production import Rehearsal

PROJECT = Path(__file__).resolve().parent.parent
READY_SECONDS = 120.0
# Seconds for what is under way to end: an answer, a receipt being read.
STOP_SECONDS = {"web": 12.0, "worker": 20.0, "beat": 5.0}
TRY_IT = "Try it     bin/demo, in another terminal"
EPILOG = """\
A variable that is set neither in the environment nor in .env has a development default:

  PORT, WS_PORT         3000 and 8080, on 127.0.0.1 (BIND_HOST=0.0.0.0: reachable from outside)
  DATABASE_URL, DB_*    SQLite in the data folder
  REDIS_URL             a private Redis-compatible server, its file in the data folder
  SEALOS_*              pictures as files in the data folder
  SMS_PROVIDER          console: codes are printed here instead of sent

.env.example explains all of them. bin/serve makes .venv when it is missing or the lock changed;
PYTHON=/path/to/python3 chooses the Python (3.11 or newer) it is made with.
"""


class CannotServe(Exception):
    """A start that makes no sense; the text says what to do about it."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run until Ctrl-C or SIGTERM (0), or until something fails (1)."""
    arguments = _parser().parse_args(argv)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    try:
        serve(arguments.data.resolve(), arguments.procfile, arguments.production)
    except (CannotServe, ProcessFailed) as error:
        say(str(error))
        return 1
    except OSError as error:  # a folder that cannot be written, a full disk
        where = error.filename or arguments.data
        say(f"{error.strerror or error}: {where}. Another folder: bin/serve --data FOLDER")
        return 1
    except KeyboardInterrupt:
        say("stopped")
    return 0


def serve(data: Path, like_production: bool = False, rehearse: bool = False) -> None:
    """Start everything with its files in `data`, then watch it; leaves only by an exception.

    `like_production` puts MariaDB and an S3 server under the processes instead of SQLite and files;
    to `rehearse` production is that, with its settings, and what devstack.production adds.
    Raises CannotServe, ProcessFailed when a process ends, KeyboardInterrupt when told to stop.
    The ExitStack unwinds in reverse: web, worker, beat, Redis.
    """
    # Imported late: --help works before anything is installed.
    from devstack.environment import development_environment, write_private
    from devstack.servers import start_servers

    started = time.monotonic()
    os.chdir(PROJECT)
    data.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        stack.enter_context(_only_user_of(data))
        stack.enter_context(logged_to(data / "serve.log"))
        environment = development_environment(PROJECT, data)
        _check_ports(environment)
        with_servers = like_production or rehearse
        processes = start_servers(stack, environment, data, say, with_servers)
        rehearsal = _rehearsal(stack, data) if rehearse else None
        if rehearsal:
            environment = rehearsal.environment(environment)
        commands = procfile(PROJECT / "Procfile")
        logins = _prepare(commands, environment)
        if rehearsal:
            rehearsal.limit_rights(environment, _run_step)
        write_private(data / "serve.env", _chosen_here(environment))
        say("starting beat, worker and web")
        for name in ("beat", "worker", "web"):
            processes.append(_start(stack, name, commands[name], environment))
        _await_ready(f"http://127.0.0.1:{environment['PORT']}/readyz", processes)
        if rehearsal:
            processes.append(rehearsal.open_front(int(environment["PORT"])))
        say(f"ready after {time.monotonic() - started:.1f} s")
        _welcome(environment, data, logins)
        wait_until(lambda: _check_alive(processes), float("inf"), every=0.2)


def _rehearsal(stack: ExitStack, data: Path) -> "Rehearsal":
    from devstack.production import Rehearsal  # needs packages

    return Rehearsal(stack, data / "nginx", say)


def _prepare(commands: dict[str, str], environment: dict[str, str]) -> list[str]:
    """Migrate and fill the database; what the first guests are called."""
    _run_step("migrating the database", "release", commands["release"], environment)
    return _run_step("loading the first data", "seed", "flask --app wsgi seed", environment)


def procfile(path: Path) -> dict[str, str]:
    """The commands of production by process name, so that development runs the same ones."""
    lines = (line.split(":", 1) for line in path.read_text().splitlines() if ":" in line)
    return {name.strip(): command.strip() for name, command in lines if not name.startswith("#")}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bin/serve",
        description="Run the whole service on this machine: web, worker, beat and what they need.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--data",
        type=Path,
        default=PROJECT / ".data",
        metavar="FOLDER",
        help="database, Redis file, pictures and secrets (default: .data; delete it to start anew)",
    )
    parser.add_argument(
        "--procfile",
        action="store_true",
        help="run the Procfile on MariaDB, Redis and an S3 server, as production has them",
    )
    parser.add_argument(
        "--production",
        action="store_true",
        help="rehearse production: as --procfile, with production settings, TLS by nginx, a "
        "database user with few rights, and an SMS vendor that checks signatures and prints the "
        "codes here",
    )
    return parser


def _interrupt(number: int, frame: object) -> None:
    """The first signal unwinds the stack; later ones must not interrupt that."""
    for other in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(other, signal.SIG_IGN)
    raise KeyboardInterrupt


@contextmanager
def _only_user_of(data: Path) -> Iterator[None]:
    """Hold `data` for this program: two Redis servers on one file would ruin it."""
    with (data / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotServe(
                f"bin/serve is running with {data} already: stop it, or start a second one with "
                "PORT=3001 WS_PORT=8081 bin/serve --data .data2"
            ) from None
        yield


def _check_ports(environment: dict[str, str]) -> None:
    for name in ("PORT", "WS_PORT"):
        text = environment[name]
        if not text.isdecimal() or not 0 < int(text) < 65536:
            raise CannotServe(f"{name}={text} is no port: give a number from 1 to 65535")
        if not is_free(int(text), environment["BIND_HOST"]):
            raise CannotServe(
                f"port {text} is taken or not allowed: stop the program that has it "
                f"(ss -ltnp 'sport = :{text}' names it), or choose another: {name}=N bin/serve"
            )


def _chosen_here(environment: dict[str, str]) -> dict[str, str]:
    """What another terminal lacks to run `flask` commands or bin/demo against this server."""
    explained = (PROJECT / ".env.example").read_text()
    settings = set(re.findall(r"^#?([A-Z_]+)=", explained, re.MULTILINE))
    return {
        name: text
        for name, text in environment.items()
        if os.environ.get(name) != text or name in settings
    }


def _run_step(title: str, name: str, command: str, environment: dict[str, str]) -> list[str]:
    """Run a command to its end and return its lines, which are shown only if it fails."""
    lines: list[str] = []
    began = time.monotonic()
    with Process(name, _shell(command), lines.append, env=environment) as step:
        code = step.wait()
    if code:
        printer(name)("\n".join(lines))
        raise ProcessFailed(f"{title} failed ({command}: exit {code}), see above")
    say(f"{title} ({time.monotonic() - began:.1f} s)")
    return lines


def _start(stack: ExitStack, name: str, command: str, environment: dict[str, str]) -> Process:
    process = Process(
        name,
        _shell(command),
        printer(name, for_people="LOG_FORMAT" not in os.environ),
        env=environment,
        stop_seconds=STOP_SECONDS[name],
    )
    process.start()
    stack.callback(say, f"stopped {name}")
    stack.callback(process.stop)
    return process


def _shell(command: str) -> list[str]:
    """A Procfile line is a shell command; `exec` makes its process the one that is signalled."""
    return ["/bin/sh", "-c", f"exec {command}"]


def _check_alive(processes: list[Process]) -> None:
    for process in processes:
        if (code := process.exit_code()) is not None:
            raise ProcessFailed(f"{process.name} ended by itself ({code}): stopping everything")


def _await_ready(url: str, processes: list[Process]) -> None:
    """Wait for HTTP 200 from `url`, which answers 503 with the state of each part until then."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    last = "no answer"

    def ready() -> bool:
        nonlocal last
        _check_alive(processes)
        try:
            # gunicorn accepts while it still loads: one patient request, not a queue of them.
            with direct.open(url, timeout=READY_SECONDS / 4):
                return True
        except urllib.error.HTTPError as error:
            last = f"HTTP {error.code} {error.read(2000).decode(errors='replace')}"
        except OSError as error:
            last = str(error)
        return False

    try:
        wait_until(ready, READY_SECONDS, url, every=0.3)
    except TimeoutError as error:
        raise ProcessFailed(f"{error}; its last answer: {last}") from None


def _welcome(environment: dict[str, str], data: Path, logins: list[str]) -> None:
    web = environment["PUBLIC_URL"] if environment["APP_ENV"] == "production" else None
    if web is None:
        everywhere = environment["BIND_HOST"] == "0.0.0.0"
        host = "127.0.0.1" if everywhere else environment["BIND_HOST"]
        web = f"http://{host}:{environment['PORT']}"
        socket = f"ws://{host}:{environment['WS_PORT']}"
    else:
        socket = web.replace("https://", "wss://")
    variables = shlex.quote(str(data / "serve.env"))
    lines = [
        "",
        *logins,
        "",
        f"API        {web}/api/    described at {web}/docs",
        f"WebSocket  {socket}/ws?token=ACCESS_TOKEN",
        f"Health     {web}/readyz",
        *([] if environment["APP_ENV"] == "production" else [TRY_IT]),
        f"Commands   set -a; . {variables}; .venv/bin/flask --app wsgi --help",
        "Ctrl-C stops everything.",
    ]
    say("\n".join(lines))


if __name__ == "__main__":
    sys.exit(main())
