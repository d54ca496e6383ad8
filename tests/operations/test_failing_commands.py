"""What `flask` commands say when database or Redis fail them: a sentence, and exit status 1."""

import click
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import IntegrityError

from points_app import create_app
from points_app.cli.failures import told_in_words
from points_app.config import Settings
from tests.conftest import TEST_ENVIRONMENT

NOWHERE = "mysql://root@127.0.0.1:1/points"
COMMANDS = [
    "seed",
    "prove",
    "ledger root",
    "settings list",
    "audit list",
    "crypto status",
    "data purge --dry-run",
    "grants points",
    "user grant 13900000000 admin",
    "import-legacy",
]


def app_with(**changes):
    return create_app(Settings.from_env({**TEST_ENVIRONMENT, **changes}))


@pytest.mark.parametrize("command", COMMANDS)
def test_a_database_that_is_not_there(command, redis_url, tmp_path, monkeypatch):
    monkeypatch.setenv("LEGACY_DATABASE_URL", NOWHERE.replace("mysql://", "mysql+pymysql://"))
    app = app_with(DATABASE_URL=NOWHERE, REDIS_URL=redis_url, STORAGE_DIR=str(tmp_path))
    done = app.test_cli_runner().invoke(args=command.split())
    assert done.exit_code == 1, done.output
    last = done.output.splitlines()[-1]
    assert "the database does not answer or refuses" in last and "2003" in last


def test_migrating_one_that_is_not_there(capfd, redis_url, tmp_path):
    app = app_with(DATABASE_URL=NOWHERE, REDIS_URL=redis_url, STORAGE_DIR=str(tmp_path))
    assert app.test_cli_runner().invoke(args=["db", "upgrade"]).exit_code == 1
    (line,) = capfd.readouterr().err.splitlines()
    assert "the database does not answer or refuses" in line


def test_one_without_tables(redis_url, tmp_path):
    url = f"sqlite:///{tmp_path / 'new.db'}"
    app = app_with(DATABASE_URL=url, REDIS_URL=redis_url, STORAGE_DIR=str(tmp_path))
    done = app.test_cli_runner().invoke(args=["seed"])
    assert done.exit_code == 1 and "flask --app wsgi db upgrade" in done.output


@pytest.fixture
def small():
    """A database with room for hardly anything."""
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        connection.execute(text("PRAGMA max_page_count = 2"))
        connection.execute(text("CREATE TABLE kept (id INTEGER PRIMARY KEY, content TEXT)"))
        yield connection
    engine.dispose()


def test_a_full_disk(small):
    @told_in_words
    def write():
        small.execute(text("INSERT INTO kept (content) VALUES (:content)"), {"content": "x" * 9999})

    with pytest.raises(click.ClickException, match="disk of the database is full: make room"):
        write()


def test_what_is_wrong_in_the_program_stays_what_it_is(small):
    @told_in_words
    def write():
        small.execute(text("INSERT INTO kept (id) VALUES (1), (1)"))

    with pytest.raises(IntegrityError):
        write()
