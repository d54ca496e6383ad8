"""The database over TLS, as platforms hand it out: ?ssl-mode=..."""

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from devstack.mariadb import mariadb_server
from points_app.config import ConfigurationError, Settings
from points_app.database.engine import database_uri, engine_options


@pytest.fixture(scope="module")
def server_url(certificate, tmp_path_factory):
    options = [f"--ssl-cert={certificate / 'cert.pem'}", f"--ssl-key={certificate / 'key.pem'}"]
    with mariadb_server(tmp_path_factory.mktemp("db"), *options) as server:
        yield server.url


def cipher(environment, url):
    """The cipher of a connection made as the service makes it; empty when there is none."""
    settings = Settings.from_env({**environment, "DATABASE_URL": url})
    engine = create_engine(database_uri(settings), **engine_options(settings))
    with engine.connect() as connection:
        (_, name) = connection.execute(text("SHOW STATUS LIKE 'Ssl_cipher'")).one()
    engine.dispose()
    return name


def test_plain_unless_asked(environment, server_url):
    assert cipher(environment, server_url) == ""


def test_required_encrypts(environment, server_url):
    assert cipher(environment, f"{server_url}&ssl-mode=REQUIRED")


def test_verify_identity_accepts_the_authority_it_is_told(environment, server_url, certificate):
    url = f"{server_url}&ssl-mode=VERIFY_IDENTITY&ssl-ca={certificate / 'cert.pem'}"
    assert cipher(environment, url)


def test_verify_refuses_an_unknown_authority(environment, server_url):
    with pytest.raises(OperationalError, match=r"certificate|2003"):
        cipher(environment, f"{server_url}&ssl-mode=VERIFY_CA")


def test_a_misspelt_mode_is_named(environment, server_url):
    with pytest.raises(ConfigurationError, match="ssl-mode=SURE: it must be one of"):
        Settings.from_env({**environment, "DATABASE_URL": f"{server_url}&ssl-mode=SURE"})
