"""What is wrong with an address among the settings, as the end of a sentence that begins with the
variable's name; None when nothing is.

No sentence repeats an address: it may hold a password.
"""

from pathlib import Path
from urllib.parse import SplitResult, parse_qs, urlsplit

SSL_MODES = ("DISABLED", "REQUIRED", "VERIFY_CA", "VERIFY_IDENTITY")
# What a database's address may ask for behind its question mark: TLS, which we set up, and more.
TLS_KEYS = frozenset({"ssl-mode", "ssl_mode", "ssl-ca", "ssl_ca"})
OPTIONS = TLS_KEYS | {"charset", "unix_socket"}
KNOWN = "charset, ssl-ca, ssl-mode, unix_socket"
UNREADABLE = (
    "cannot be read: is the port a number? In its password / # ? @ : [ ] are written as %2F %23 "
    "%3F %40 %3A %5B %5D"
)
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def database(url: str) -> str | None:
    """mysql+pymysql://user:password@host:3306/name?ssl-mode=..., or SQLite's."""
    if url.startswith("sqlite:///"):
        return None
    parts = split(url)
    if parts is None:
        return UNREADABLE
    if parts.scheme != "mysql+pymysql":
        return "must start with mysql:// (MySQL and MariaDB are what this service speaks)"
    asked = parse_qs(parts.query)
    if not parts.hostname and "unix_socket" not in asked:
        return "names no host: mysql://user:password@host/name"
    if not parts.path.strip("/"):
        return "names no database: mysql://user:password@host/name"
    if unknown := asked.keys() - OPTIONS:
        return f"asks for {', '.join(sorted(unknown))}: take it out, known are {KNOWN}"
    return _tls({name.replace("_", "-"): values[0] for name, values in asked.items()})


def _tls(asked: dict[str, str]) -> str | None:
    if (mode := asked.get("ssl-mode", "DISABLED")).upper() not in SSL_MODES:
        return f"has ssl-mode={mode}: it must be one of {', '.join(SSL_MODES)}"
    if "ssl-ca" in asked and not Path(asked["ssl-ca"]).is_file():
        return f"has ssl-ca={asked['ssl-ca']}, and there is no such file"
    return None


def has_password(database_url: str) -> bool:
    """Whether a database's address has a password, or a local socket, which proves the user by
    itself."""
    parts = split(database_url)
    return parts is not None and (bool(parts.password) or "unix_socket=" in parts.query)


def web(url: str) -> str | None:
    """http:// or https:// with a host."""
    parts = split(url)
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname:
        return "must look like https://points.example.com"
    return None


def sentry(dsn: str) -> str | None:
    """https://key@host/project"""
    parts = split(dsn)
    if parts is None or not (parts.username and parts.hostname and parts.path.strip("/")):
        return "must look like https://key@host/project"
    return None


def vendor(text: str) -> str | None:
    """What `endpoint` takes."""
    try:
        endpoint(text)
    except ValueError as error:
        return f"is wrong: {error}"
    return None


def endpoint(text: str) -> SplitResult:
    """The parts of ``scheme://host[:port][/prefix]``; plain http is accepted on the loopback only.

    Raises ValueError: keys and phone numbers must not cross a network in clear.
    """
    parts = split(text.rstrip("/"))
    if parts is None or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise ValueError("an endpoint looks like https://host, without query or user")
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise ValueError("an endpoint must start with https:// (http:// on localhost only)")
    return parts


def split(url: str) -> SplitResult | None:
    """The parts of an address whose port is a number; None when it has none."""
    try:
        parts = urlsplit(url)
        _ = parts.port, parts.hostname
    except ValueError:
        return None
    return parts
