"""Column types that mean the same on MySQL, MariaDB and SQLite."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Integer, LargeBinary, String, Text, TypeDecorator
from sqlalchemy.dialects import mysql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

BigInt = BigInteger().with_variant(Integer, "sqlite")
LongText = Text().with_variant(mysql.MEDIUMTEXT, "mysql", "mariadb")
Picture = LargeBinary().with_variant(mysql.MEDIUMBLOB, "mysql", "mariadb")


class _AsciiText(mysql.VARCHAR):
    """MariaDB refuses to compare ASCII columns with other letters (error 1267). Escaped, such a
    text from a client is simply none of the codes there are."""

    def bind_processor(self, dialect: Any) -> Any:
        def escape(value: str | None) -> str | None:
            if value is None or value.isascii():
                return value
            return value.encode("ascii", "backslashreplace").decode()

        return escape


def ascii_code(length: int) -> Any:
    """Codes, ids, hashes: compared byte for byte, so that `Ab` is not `aB`, nor １ equal to 1."""
    exact = _AsciiText(length, charset="ascii", collation="ascii_bin")
    return String(length).with_variant(exact, "mysql", "mariadb")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC time with milliseconds; naive ones are refused."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Any) -> Any:
        if dialect.name in {"mysql", "mariadb"}:
            return dialect.type_descriptor(mysql.DATETIME(fsp=3))
        return dialect.type_descriptor(DateTime())

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        return value and value.replace(tzinfo=UTC)


class seconds_between(FunctionElement[int]):
    """Whole seconds from one time to a later one, computed by the database."""

    type = Integer()
    inherit_cache = True


@compiles(seconds_between)
def _timestampdiff(element: Any, compiler: Any, **options: Any) -> str:
    start, end = (compiler.process(each, **options) for each in element.clauses)
    return f"TIMESTAMPDIFF(SECOND, {start}, {end})"


@compiles(seconds_between, "sqlite")
def _julian_days(element: Any, compiler: Any, **options: Any) -> str:
    start, end = (compiler.process(each, **options) for each in element.clauses)
    return f"CAST(round((julianday({end}) - julianday({start})) * 86400) AS INTEGER)"
