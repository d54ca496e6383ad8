"""The database over TLS, as platforms hand it out: ?ssl-mode=..."""

import datetime
import ipaddress
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from devstack.mariadb import mariadb_server
from points_app.config import ConfigurationError, Settings
from points_app.engine import database_uri, engine_options


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> Path:
    """A key and a certificate for 127.0.0.1 that vouches for itself, in one folder."""
    folder = tmp_path_factory.mktemp("tls")
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain = serialization.PrivateFormat.TraditionalOpenSSL
    (folder / "cert.pem").write_bytes(signed.public_bytes(pem))
    (folder / "key.pem").write_bytes(key.private_bytes(pem, plain, serialization.NoEncryption()))
    return folder


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
    with pytest.raises(ConfigurationError, match="ssl-mode=SURE must be one of"):
        Settings.from_env({**environment, "DATABASE_URL": f"{server_url}&ssl-mode=SURE"})
