"""The README tells the truth about endpoints and files."""

import re

from points_app.http import AREAS
from tests.test_architecture import PROJECT

README = (PROJECT / "README.md").read_text()
WHO = {
    "public": "anybody",
    "optional": "anybody",
    "refresh": "refresh token",
    "guest": "guest",
    "merchant": "merchant",
    "reviewer": "merchant",
    "admin": "admin",
}


def test_the_table_of_endpoints():
    """Every row about /api/ is an endpoint as it is declared."""
    declared = {
        (f"{each.method} {area.prefix}{re.sub('<int:', '<', each.rule)}", WHO[each.access.value])
        for area in AREAS
        for each in area.operations.values()
    }
    rows = re.findall(r"^\| `([A-Z]+ /api/\S+)` \| ([a-z ]+) \|", README, re.MULTILINE)
    assert len(rows) > 40 and set(rows) <= declared


def test_every_file_it_names_is_there():
    named = re.findall(r"\]\(([^)#:]+)\)", README) + re.findall(r"`?\b(bin/[a-z]+)\b", README)
    assert named and all((PROJECT / name).exists() for name in named)
