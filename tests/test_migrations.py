"""The migrations make exactly what the models say, on both databases, and can be taken back."""

import re
from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import CheckConstraint, inspect

from points_app import create_app
from points_app.config import Settings
from points_app.db import db

both_databases = pytest.mark.parametrize(
    "database_url", ["mariadb", "sqlite"], indirect=True, scope="session"
)


@pytest.fixture
def bare_app(environment: dict[str, str], migrated: None) -> Iterator[Flask]:
    """An app on the migrated database; whatever a test takes away is there again afterwards."""
    app = create_app(Settings.from_env(environment))
    with app.app_context():
        yield app
        upgrade()
        db.engine.dispose()


@both_databases
def test_down_to_nothing_and_up_again(bare_app):
    downgrade(revision="base")
    assert inspect(db.engine).get_table_names() == ["alembic_version"]
    upgrade()
    assert set(inspect(db.engine).get_table_names()) == {*db.metadata.tables, "alembic_version"}


@both_databases
def test_models_and_migrations_agree(bare_app):
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, db.metadata) == []


@both_databases
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
