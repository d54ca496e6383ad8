"""What cannot run ends, every process, with the list; what can reads .env, every process."""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

from devstack.ports import free_port, is_free
from devstack.process import Process, wait_until
from devstack.redis import redis_server
from devstack.serve import PROJECT, procfile
from points_app.cli import COMMANDS, commands_alone
from tests.conftest import TEST_ENVIRONMENT

UNSAFE = {"NODE_ENV": "production", "JWT_SECRET": "short", "FLASK_DEBUG": "1"}
CANNOT_START = 3
COPIED = ("points_app", "migrations", "worker")
FILES = ("wsgi.py", "celeryconfig.py", "gunicorn.conf.py", "Procfile")
PROGRAMS = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"


@pytest.fixture
def project(tmp_path):
    """A copy of the product with a .env of its own, in a folder with a space in its name."""
    home = tmp_path / "points app"
    for name in COPIED:
        skipped = shutil.ignore_patterns("__pycache__")
        shutil.copytree(PROJECT / name, home / name, ignore=skipped)
    for name in FILES:
        shutil.copy(PROJECT / name, home / name)
    return home


@pytest.fixture
def settings(mariadb_url, migrated, redis_url, tmp_path):
    """What a .env says for a service on the suite's servers."""
    values = {**TEST_ENVIRONMENT, "DATABASE_URL": mariadb_url, "REDIS_URL": redis_url}
    return {**values, "STORAGE_DIR": str(tmp_path / "pictures"), "BIND_HOST": "127.0.0.1"}


def write(home, values):
    (home / ".env").write_text("".join(f"{name}='{text}'\n" for name, text in values.items()))


def started(home, command, **environment):
    """A process of the Procfile with nothing set but where programs are, and what it prints."""
    lines: list[str] = []
    shell = ["/bin/sh", "-c", f"exec {command}"]
    nothing_else = {"PATH": PROGRAMS, "HOME": str(home), **environment}
    return Process("process", shell, lines.append, env=nothing_else, cwd=home), lines


@pytest.mark.parametrize("name", ["web", "worker", "beat", "release"])
def test_every_process_ends_with_the_list(name):
    command, port = procfile(PROJECT / "Procfile")[name], free_port()
    process, lines = started(PROJECT, command, **UNSAFE, PORT=str(port), FLASK_SKIP_DOTENV="1")
    with process:
        assert process.wait() == CANNOT_START
    assert is_free(port)
    text = "\n".join(lines)
    for variable in ("DATABASE_URL", "REDIS_URL", "JWT_SECRET", "ENCRYPTION_KEY", "FLASK_DEBUG"):
        assert text.count(f"- {variable}") == 1, text
    assert "Traceback" not in text and "short\n" not in text


@pytest.mark.parametrize("wrong", ["WEB_KEEPALIVE", "WEB_CONCURRENCY", "WEB_THREADS"])
def test_a_number_that_is_none_is_on_the_list(wrong, project, settings):
    """gunicorn's own configuration reads it before anything checks it."""
    write(project, {**settings, "PORT": str(free_port()), wrong: "x"})
    process, lines = started(project, "gunicorn wsgi:app")
    with process:
        assert process.wait() == CANNOT_START
    assert f"- {wrong}" in "\n".join(lines) and "Traceback" not in "\n".join(lines)


def test_no_port_is_open_while_the_configuration_is_checked(tmp_path):
    """A balancer must not see a door behind which nobody will ever be."""
    pidfile, port = tmp_path / "web.pid", free_port()
    more = {"PORT": str(port), "WEB_PIDFILE": str(pidfile), "FLASK_SKIP_DOTENV": "1"}
    process, lines = started(PROJECT, "gunicorn wsgi:app", **UNSAFE, **more)
    with process:
        process.wait()
    assert "Listening at" not in "\n".join(lines)
    assert not pidfile.exists()


def test_a_worker_that_cannot_start_ends_the_master_too(project, settings):
    """The variable is changed while the service runs, and gunicorn is told to take it up."""
    port = free_port()
    write(project, {**settings, "PORT": str(port)})
    web, lines = started(project, "gunicorn wsgi:app")
    with web:
        wait_until(lambda: says_ok(port), 60, "the web process")
        write(project, {**settings, "PORT": str(port), "ENCRYPTION_KEY": "ab12"})
        os.kill(web.pid, signal.SIGHUP)
        assert web.wait() == CANNOT_START
    assert "ENCRYPTION_KEY must be 64 hexadecimal digits" in "\n".join(lines)
    assert is_free(port)


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_another_key_than_the_databases_ends_it(name, project, settings, make):
    make.guest()
    write(project, {**settings, "ENCRYPTION_KEY": secrets.token_hex(32), "PORT": str(free_port())})
    command = procfile(PROJECT / "Procfile")[name]
    process, lines = started(project, command)
    with process:
        assert process.wait() == CANNOT_START, "\n".join(lines)
    text = "\n".join(lines)
    assert "ENCRYPTION_KEY is not the key of this database" in text and "Traceback" not in text


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_a_redis_cluster_ends_it_by_name(name, project, settings, tmp_path):
    with redis_server(tmp_path / "cluster", cluster_enabled="yes") as server:
        write(project, {**settings, "REDIS_URL": server.url, "PORT": str(free_port())})
        process, lines = started(project, procfile(PROJECT / "Procfile")[name])
        with process:
            assert process.wait() == CANNOT_START, "\n".join(lines)
    assert "REDIS_URL names a Redis cluster" in "\n".join(lines)


def test_a_database_that_is_not_there_yet_ends_nothing(project, settings):
    """The order in which machines come up does not matter."""
    port, nobody = free_port(), f"mysql://points:secret@127.0.0.1:{free_port()}/points"
    write(project, {**settings, "PORT": str(port), "DATABASE_URL": nobody})
    web, _ = started(project, "gunicorn wsgi:app")
    with web:
        wait_until(lambda: says_ok(port), 60, "the web process")


def says_ok(port, path="/healthz"):
    try:
        with urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


def test_every_process_reads_the_file(project, settings, tmp_path):
    """Nothing is set in the environment: not where gunicorn listens, nor where beat keeps time."""
    port, figures = free_port(), free_port()
    more = {"PORT": str(port), "WEB_CONCURRENCY": "1", "WORKER_METRICS_PORT": str(figures)}
    more |= {"BEAT_SCHEDULE": str(tmp_path / "schedule"), "WORKER_PIDFILE": str(tmp_path / "pid")}
    write(project, settings | more)
    commands = procfile(PROJECT / "Procfile")
    assert flask(project, "settings", "list").returncode == 0
    (web, said), (worker, _), (beat, _) = [
        started(project, commands[name]) for name in ("web", "worker", "beat")
    ]
    with web, worker, beat:
        wait_until(lambda: says_ok(port, "/readyz"), 60, "the web process")
        wait_until(lambda: says_ok(figures, "/metrics"), 60, "the worker's figures")
        wait_until(lambda: list(tmp_path.glob("schedule*")), 60, "beat's file")
        assert (tmp_path / "pid").read_text().strip() == str(worker.pid)
    assert sum("Booting worker" in line for line in said) == 1


def test_what_is_set_outside_goes_before_the_file(project, settings):
    """For gunicorn as well, which sets what the file adds by a way of its own."""
    inside, outside = free_port(), free_port()
    write(project, {**settings, "PORT": str(inside), "WS_PORT": "", "LOG_LEVEL": "nonsense"})
    web, _ = started(project, "gunicorn wsgi:app", PORT=str(outside), LOG_LEVEL="INFO")
    with web:
        wait_until(lambda: says_ok(outside), 60, "the web process")
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", inside)) != 0
    assert flask(project, "settings", "list").returncode == CANNOT_START
    assert flask(project, "settings", "list", LOG_LEVEL="INFO").returncode == 0


def flask(home, *words, **environment):
    command = [sys.executable, "-m", "flask", "--app", "wsgi", *words]
    alone = {"PATH": PROGRAMS, **environment}
    return subprocess.run(command, cwd=home, env=alone, capture_output=True, text=True)


@pytest.mark.parametrize("path", [(), ("db", "upgrade"), ("user", "grant"), ("prove",)])
def test_help_needs_no_environment(path):
    shown = flask(PROJECT, *path, "--help", FLASK_SKIP_DOTENV="1")
    assert shown.returncode == 0 and "Usage: " in shown.stdout, shown.stderr
    assert not shown.stderr


def test_every_command_says_what_it_does():
    def paths(command, *before):
        yield (*before, command.name)
        for each in getattr(command, "commands", {}).values():
            yield from paths(each, *before, command.name)

    runner = commands_alone().test_cli_runner()
    for command in COMMANDS:
        for path in paths(command):
            shown = runner.invoke(args=[*path, "--help"])
            assert shown.exit_code == 0 and "Usage: " in shown.output, (path, shown.output)
