"""Statements run past SQLAlchemy still behave like its own."""

import pytest
from sqlalchemy import bindparam, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from points_app.database.session import db, execute, transactional, utcnow
from points_app.database.statements import Write
from points_app.models.accounts import AuthSession, User

SESSIONS = AuthSession.__table__
USERS = User.__table__
_RENAME = Write(
    update(USERS)
    .where(USERS.c.user_id == bindparam("whose"), USERS.c.status == "active")
    .values(nickname=bindparam("name"))
)


def rows(table, *conditions):
    return execute(select(table).where(*conditions)).all()


@pytest.fixture
def guest(make):
    return make.guest()


def session_row(guest, name, **more):
    return {"session_id": name, "user_id": guest.user_id, "expires_at": utcnow(), **more}


def test_rows_have_their_defaults_and_what_they_name(app, guest):
    new, then = Write(insert(SESSIONS)), utcnow()

    @transactional
    def write():
        return new.run(
            session_row(guest, "a", created_at=then), session_row(guest, "b", created_at=then)
        )

    with app.app_context():
        assert write().rowcount == 2
        found = rows(SESSIONS, SESSIONS.c.session_id.in_(["a", "b"]))
        assert [row.created_at for row in found] == [then, then]

        @transactional
        def write_one():
            new.run(session_row(guest, "c"))

        write_one()
        (row,) = rows(SESSIONS, SESSIONS.c.session_id == "c")
        assert then <= row.created_at <= utcnow() and row.revoked_at is None


def test_an_update_says_how_many_it_found_and_dates_the_row(app, guest):
    @transactional
    def rename(whose, name):
        return _RENAME.run({"whose": whose, "name": name}).rowcount

    with app.app_context():
        (before,) = rows(USERS, USERS.c.user_id == guest.user_id)
        quoted = "小'明\" %s %(name)s \\"
        assert rename(guest.user_id, quoted) == 1
        assert rename(guest.user_id, quoted) == 1  # found, though nothing changed
        assert rename(0, "nobody") == 0
        (after,) = rows(USERS, USERS.c.user_id == guest.user_id)
        assert after.nickname == quoted and after.updated_at >= before.updated_at


def test_a_value_that_is_missing_is_named(app, guest):
    @transactional
    def rename():
        _RENAME.run({"whose": guest.user_id})

    with app.app_context(), pytest.raises(KeyError, match="name"):
        rename()


def test_what_the_database_refuses_is_undone_and_hides_its_values(app, guest):
    new = Write(insert(SESSIONS))

    @transactional
    def twice():
        new.run(session_row(guest, "same"))
        new.run(session_row(guest, "same"))

    with app.app_context():
        with pytest.raises(IntegrityError) as refused:
            twice()
        assert str(guest.user_id) not in str(refused.value.params)
        assert rows(SESSIONS, SESSIONS.c.session_id == "same") == []


def test_a_lost_connection_leaves_the_pool(app, guest):
    @transactional
    def lose():
        number = execute(text("SELECT CONNECTION_ID()")).scalar()
        with db.engine.connect() as other:
            other.exec_driver_sql(f"KILL {number}")
        _RENAME.run({"whose": guest.user_id, "name": "x"})

    @transactional
    def rename():
        return _RENAME.run({"whose": guest.user_id, "name": "y"}).rowcount

    with app.app_context():
        with pytest.raises(DBAPIError) as lost:
            lose()
        assert lost.value.connection_invalidated
        assert rename() == 1
