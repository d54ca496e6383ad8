"""The migrations make exactly what the models say, on both databases, and can be taken back."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from subprocess import PIPE, STDOUT

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import CheckConstraint, inspect, text

from devstack.serve import PROJECT
from points_app import create_app
from points_app.config import Settings
from points_app.crypto import Vault
from points_app.database.session import db
from points_app.services.privacy import keys


@pytest.fixture
def bare_app(environment: dict[str, str], migrated: None) -> Iterator[Flask]:
    """An app on the migrated database; whatever a test takes away is there again afterwards."""
    app = create_app(Settings.from_env(environment))
    with app.app_context():
        yield app
        upgrade()
        db.engine.dispose()


@pytest.mark.also_on_sqlite
def test_down_to_nothing_and_up_again(bare_app):
    downgrade(revision="base")
    assert inspect(db.engine).get_table_names() == ["alembic_version"]
    upgrade()
    assert set(inspect(db.engine).get_table_names()) == {*db.metadata.tables, "alembic_version"}


@pytest.mark.also_on_sqlite
def test_models_and_migrations_agree(bare_app):
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, db.metadata) == []


@pytest.mark.also_on_sqlite
def test_every_check_is_in_the_database(bare_app):
    """Alembic compares everything but these."""
    inspector = inspect(db.engine)
    for name, table in db.metadata.tables.items():
        declared = {c.name for c in table.constraints if isinstance(c, CheckConstraint)}
        found = {check["name"] for check in inspector.get_check_constraints(name)}
        assert declared <= found, name


def test_migrations_are_numbered_in_one_line():
    scripts = ScriptDirectory("migrations")
    revisions = [script.revision for script in scripts.walk_revisions()]
    assert revisions == sorted(revisions, reverse=True)
    assert all(re.fullmatch(r"[0-9]{4}", revision) for revision in revisions)
    assert len(scripts.get_heads()) == 1


class TestTheCommand:
    """`flask db upgrade`, as whoever deploys sees it."""

    def upgrade(self, environment):
        command = [sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade"]
        outside = {**os.environ, **environment}
        return subprocess.Popen(
            command, cwd=PROJECT, env=outside, stdout=PIPE, stderr=STDOUT, text=True
        )

    @pytest.mark.also_on_sqlite
    def test_it_says_what_it_did(self, bare_app, environment):
        downgrade(revision="0004")
        said, _ = self.upgrade(environment).communicate()
        steps = [line for line in said.splitlines() if " -> " in line]
        assert steps[0].startswith("0004 -> 0005: ") and steps[1].startswith("0005 -> 0006: ")
        assert "nothing to do" not in said
        again = self.upgrade(environment)
        said, _ = again.communicate()
        assert again.returncode == 0
        assert said.strip() == f"the database is at {newest()}: nothing to do"

    def test_two_at_once(self, bare_app, environment):
        """Whoever comes second says so in a sentence, and nothing is done twice or half."""
        downgrade(revision="base")
        both = [self.upgrade(environment) for _ in range(2)]
        said = {process: process.communicate()[0] for process in both}
        assert 0 in {process.returncode for process in both}, said
        for process, lines in said.items():
            assert "Traceback" not in lines, lines
            assert process.returncode == 0 or "another program is migrating" in lines, lines
        assert set(inspect(db.engine).get_table_names()) >= set(db.metadata.tables)

    def test_while_another_one_runs(self, bare_app, environment):
        downgrade(revision="0005")
        with db.engine.connect() as other:
            name = f"migrations of {db.engine.url.database}"
            assert other.execute(text("SELECT GET_LOCK(:name, 0)"), {"name": name}).scalar()
            refused = self.upgrade(environment)
            said, _ = refused.communicate()
            other.execute(text("SELECT RELEASE_LOCK(:name)"), {"name": name})
        assert refused.returncode == 1
        assert "another program is migrating this database: wait until it has ended" in said
        assert len(said.splitlines()) == 1, said


def test_keys_in_use_are_found_by_the_migration(bare_app, make):
    """In a database that was filled before it knew of keys."""
    make.guest()
    make.guest()
    parts = bare_app.extensions["parts"]
    downgrade(revision="0005")
    other = Vault("ab" * 32, [])
    db.session.execute(
        text("UPDATE points_records SET mac = :mac ORDER BY id LIMIT 1"), {"mac": other.sign(b"")}
    )
    db.session.commit()
    upgrade()
    assert keys.known() == {parts.vault.current.id: False, other.current.id: True}


def newest():
    return ScriptDirectory("migrations").get_current_head()
