"""Every command of ours that README and docs print is run here, or in a test that is named here."""

import os
import subprocess
import sys
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest

from devstack import legacy as first_backend
from points_app import create_app
from points_app.config import Settings
from points_app.database.session import db, transactional, utcnow
from points_app.services.accounts import phone_login
from points_app.services.points import ledger_seals
from tests.databases import empty_databases
from tests.documents import PROJECT, blocks, of_ours, options, program, unmarked
from tests.test_bench import as_printed

PROGRAMS = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
PROGRAM = [command for command in of_ours() if program(command)]
FLASK = [command for command in of_ours() if not program(command)]
# A command that is printed in both spellings runs in the one that was printed last.
ONCE = {each.replace("--app wsgi ", ""): each for each in FLASK}.values()
# Those that begin with nothing, or end what the others work on, run in an order of their own.
APART = ("restore", "import-legacy", "DATABASE_URL=", "user erase")
PHONE = "13900000000"


def shell(command, environment):
    """As an operator types it, in the project's folder."""
    variables = {**environment, "PATH": PROGRAMS, "FLASK_SKIP_DOTENV": "1"}
    done = subprocess.run(
        ["/bin/sh", "-ec", command], cwd=PROJECT, env=variables, capture_output=True, text=True
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def databases(mariadb_url):
    """Addresses of empty databases on the suite's server, by name."""
    names = ("printed", "printed_new", "printed_old", "printed_moved")
    with empty_databases(mariadb_url, *names) as urls:
        yield urls


@pytest.fixture(scope="module")
def service(environment, databases, tmp_path_factory):
    """What commands run with: a migrated database with its first data and a guest's account."""
    folder = tmp_path_factory.mktemp("printed")
    own = {"DATABASE_URL": databases["printed"], "STORAGE_DIR": str(folder / "storage")}
    variables = {**environment, **own}
    for first in ("flask db upgrade", "flask --app wsgi seed"):
        assert first in FLASK
        code, said = shell(first, variables)
        assert code == 0, said
    _open_for_a_day(create_app(Settings.from_env(variables)))
    return variables


def _open_for_a_day(app):
    """A guest has come, and what was booked is sealed."""
    with app.app_context():
        transactional(phone_login.find_or_create)(PHONE)
        ledger_seals.seal_all()
        db.session.remove()
        db.engine.dispose()


def fitted(command, folder, digest=""):
    """The command with what stands for something else replaced by it."""
    means = {
        "[--pictures FOLDER]": f"--pictures {folder / 'pictures'}",
        "FOLDER": str(folder / "copy"),
        "/backups": str(folder / "backups"),
        "PHONE": PHONE,
        "WHO": PHONE,
        "USER": "points",
        "DIGEST": digest,
        "--day 2026-01-15": f"--day {utcnow() + timedelta(days=1):%Y-%m-%d}",
    }
    for placeholder, meant in means.items():
        command = command.replace(placeholder, meant)
    return command


def test_blocks_of_commands_are_marked_as_such():
    assert list(unmarked()) == []
    assert len(FLASK) > 20 and len(PROGRAM) > 20


@pytest.mark.parametrize("command", [each for each in ONCE if not any(a in each for a in APART)])
def test_flask_commands(command, service, tmp_path):
    digest = ""
    if "DIGEST" in command:
        _, said = shell("flask --app wsgi ledger root", service)
        digest = said.split()[0]
    code, said = shell(fitted(command, tmp_path, digest), service)
    assert code == 0 or ("doctor" in command and " checks, " in said), said
    assert "Traceback" not in said


def test_backup_restore_and_the_end_of_an_account(service, databases, tmp_path):
    (block,) = [each for each in blocks() if each.section == "Backup and restore"]
    script = fitted(block.text, tmp_path).replace("mysql://…/new", databases["printed_new"])
    code, said = shell(script, service)
    assert code == 0 and "database restored" in said, said
    code, said = shell(fitted("flask user erase WHO", tmp_path) + " --yes", service)
    assert code == 0, said


def test_moving_in(environment, databases, tmp_path):
    first_backend.make(databases["printed_old"], 20)
    (block,) = [each for each in blocks() if each.section == "Moving in from the first backend"]
    there = "mysql+pymysql://user:secret@host/old"
    assert there in block.text
    script = "flask db upgrade\n" + block.text.replace(there, databases["printed_old"])
    own = {"DATABASE_URL": databases["printed_moved"], "STORAGE_DIR": str(tmp_path)}
    code, said = shell(script, {**environment, **own})
    assert code == 0 and "the books balance" in said, said


@cache
def help_of(name):
    return as_printed(name, "--help")


@pytest.mark.parametrize("command", PROGRAM)
def test_programs_know_every_option_that_is_printed(command):
    """Most are run for less long by test_bench, test_demo and tests/devstack."""
    known = help_of(program(command))
    assert [each for each in options(command) if each not in known] == []
