"""What may stand in a path where a rule has a parameter."""

import re

from flask import Flask
from werkzeug.routing import IntegerConverter, UnicodeConverter

IDENTIFIER = re.compile(r"[A-Za-z0-9]{1,64}")


class Number(IntegerConverter):
    """`<int:product_id>`: ASCII digits, written the one way a number is, no more than the database
    can hold; else no such route."""

    regex = "0|[1-9][0-9]{0,14}"


class Identifier(UnicodeConverter):
    """`<order_id>`: what cannot be an id becomes "", which is nobody's, and the endpoint says so.

    MariaDB refuses to compare a column of ASCII text with anything else.
    """

    def to_python(self, value: str) -> str:
        return value if IDENTIFIER.fullmatch(value) else ""


def init_app(app: Flask) -> None:
    """Use these for every rule added from here on."""
    app.url_map.converters.update(int=Number, default=Identifier, string=Identifier)
