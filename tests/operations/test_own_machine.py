"""The section "A machine of one's own", from an empty folder to seeded tables and a front.

Its commands run as printed, below a folder that stands for `/`. Programs that change the machine
itself are stood in for: they note what they were asked, and do what the next command needs.
"""

import os
import secrets
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from tests.documents import PROJECT, blocks

SECTION = "A machine of one's own"
NOTES = 'echo "$(basename "$0") $*" >> "$ROOT/asked"\n'
STAND_INS = {
    "apt-get": NOTES,
    "systemctl": NOTES,
    "certbot": NOTES,
    "curl": NOTES,
    "adduser": NOTES + 'mkdir -p "$ROOT/opt/points"',
    # A login shell of `points`: it begins in its home.
    "runuser": 'cd "$ROOT/opt/points" && exec /bin/sh -ec "$4"',
    "mariadb": 'exec "$CLIENT" --no-defaults -h 127.0.0.1 -P "$DATABASE_PORT" -u root "$@"',
}


@pytest.fixture
def machine(tmp_path, mariadb_url):
    """Runs a script as root of a machine that has this database server."""
    programs = tmp_path / "programs"
    programs.mkdir()
    for name, script in STAND_INS.items():
        (programs / name).write_text(f"#!/bin/sh\n{script}\n")
        (programs / name).chmod(0o755)
    (tmp_path / "etc" / "systemd" / "system").mkdir(parents=True)
    (tmp_path / "etc" / "nginx").mkdir()
    path = [programs, Path(sys.executable).parent, os.environ["PATH"], "/usr/sbin"]
    variables = {
        "PATH": os.pathsep.join(map(str, path)),
        "HOME": os.environ.get("HOME", str(tmp_path)),
        "ROOT": str(tmp_path),
        "PYTHON": sys.executable,
        "CLIENT": shutil.which("mariadb"),
        "DATABASE_PORT": str(make_url(mariadb_url).port),
        **{
            name: text
            for name, text in os.environ.items()
            if name.startswith(("GIT_", "PIP_", "UV_"))
        },
    }

    def run(script):
        done = subprocess.run(
            ["/bin/sh", "-ec", script], cwd="/", env=variables, capture_output=True, text=True
        )
        return done.returncode, done.stdout + done.stderr

    yield run
    admin = create_engine(mariadb_url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("DROP DATABASE IF EXISTS of_its_own"))
        connection.execute(text("DROP USER IF EXISTS of_its_own@'127.0.0.1'"))
    admin.dispose()


def moved(script, root, password):
    """The script with its places, names and placeholders fitted to this machine."""
    for here, there in {
        "ADDRESS-OF-THIS-REPOSITORY": f"file://{PROJECT}",
        "YOUR.NAME": "shop.example",
        "/etc/": f"{root}/etc/",
        "/opt/points": f"{root}/opt/points",
        "PASSWORD": password,
        "CREATE DATABASE points": "CREATE DATABASE of_its_own",
        "ON points.*": "ON of_its_own.*",
        # Without name service the server of the tests knows no "localhost".
        "points@localhost": "of_its_own@'127.0.0.1'",
        # Both ask for what this test has not: a version to pull and processes to replace, a front.
        "git pull && ": "git status && ",
        "bin/deploy'": "bin/deploy --help'",
        "nginx -t": f"grep -q shop.example {root}/etc/nginx/nginx.conf",
    }.items():
        script = script.replace(here, there)
    return script


def configured(example, port, password):
    """`.env` as the section tells to fill it in."""
    values = {
        "DATABASE_URL": f"mysql://of_its_own:{password}@127.0.0.1:{port}/of_its_own",
        "REDIS_URL": "redis://127.0.0.1:6379/0",
        "PUBLIC_URL": "https://points.example.com",
        "JWT_SECRET": secrets.token_urlsafe(48),
        "JWT_REFRESH_SECRET": secrets.token_urlsafe(48),
        "ENCRYPTION_KEY": secrets.token_hex(32),
        "SEALOS_ENDPOINT": "https://storage.example.com",
    }
    lines = []
    for line in example.splitlines():
        name, given, value = line.partition("=")
        empty = given and not line.startswith("#") and not value
        lines.append(f"{name}={values.get(name, 'something')}" if empty else line)
    return "\n".join([*lines, "BIND_HOST=127.0.0.1", ""])


def test_from_nothing_to_a_service(machine, tmp_path, mariadb_url):
    password = secrets.token_urlsafe(12)
    scripts = [moved(each.text, tmp_path, password) for each in blocks() if each.section == SECTION]
    first, database, configuration, processes, front, new_version = scripts
    home = tmp_path / "opt" / "points"
    for script in (first, database, configuration):
        code, said = machine(script if script is first else f"cd {home}\n{script}")
        assert code == 0, said
    file = home / ".env"
    assert file.stat().st_mode & 0o777 == 0o600
    port = make_url(mariadb_url).port
    file.write_text(configured(file.read_text(), port, password))

    # The release unit migrates before the others start.
    release = "runuser -l points -c '.venv/bin/flask --app wsgi db upgrade'\n"
    *_, doctor = processes.strip().splitlines()
    code, said = machine(f"cd {home}\n{release}{processes.replace(doctor, '')}")
    assert code == 0 and "products: 100 loaded" in said, said
    _, said = machine(f"cd {home}\n{doctor}")
    assert " checks, " in said and "Traceback" not in said, said
    for script in (front, new_version):
        code, said = machine(f"cd {home}\n{script}")
        assert code == 0, said

    asked = (tmp_path / "asked").read_text().splitlines()
    assert "systemctl enable --now points-web points-worker points-beat" in asked
    units = {path.name for path in (tmp_path / "etc" / "systemd" / "system").iterdir()}
    assert units == {path.name for path in (PROJECT / "deploy" / "systemd").iterdir()}
    assert (tmp_path / "etc" / "nginx" / "nginx-service.conf").exists()
