"""Column types of the migrations, as they were when the migrations were written: a later change of
the models must not change what an old migration creates."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

big_int = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
long_text = sa.Text().with_variant(mysql.MEDIUMTEXT(), "mysql", "mariadb")
picture = sa.LargeBinary().with_variant(mysql.MEDIUMBLOB(), "mysql", "mariadb")
utc_time = sa.DateTime().with_variant(mysql.DATETIME(fsp=3), "mysql", "mariadb")


def ascii_code(length: int) -> Any:
    """Text compared byte for byte."""
    exact = mysql.VARCHAR(length, charset="ascii", collation="ascii_bin")
    return sa.String(length).with_variant(exact, "mysql", "mariadb")
