"""docs/contract.md: every line of the contract has a test, and every test named there exists."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from points_app.http import AREAS
from points_app.http.openapi import describe
from tests.contract_codes import CODES, RATE_LIMITED

TESTS = Path(__file__).resolve().parent
TABLE = (TESTS.parent / "docs" / "contract.md").read_text()
ROWS = [
    [cell.strip() for cell in line.strip("| ").split(" | ")]
    for line in TABLE.splitlines()
    if line.startswith("| ") and not re.match(r"\| (---|line|code) ", line)
]
NAMED = sorted(set(re.findall(r"`([\w/]+\.py(?:::\w+)+)`", TABLE)))


@cache
def names_in(path: Path) -> set[str]:
    names = set()
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.FunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.ClassDef):
            functions = (each for each in node.body if isinstance(each, ast.FunctionDef))
            names.update(f"{node.name}::{each.name}" for each in functions)
    return names


@pytest.mark.parametrize("named", NAMED)
def test_the_named_test_exists(named):
    file, _, name = named.partition("::")
    assert name in names_in(TESTS / file)


def test_no_line_is_without_a_test():
    assert len(ROWS) > 100
    for row in ROWS:
        assert len(row) == 2 and re.search(r"\.py::", row[1]), row


def test_every_section_endpoint_code_and_message_stands_in_the_table():
    assert [int(n) for n in re.findall(r"^## (\d+)\.", TABLE, re.MULTILINE)] == list(range(1, 13))
    lines = "\n".join(row[0] for row in ROWS)
    for path, item in describe(AREAS)["paths"].items():
        for method in item:
            known = (
                f"`{path}`" if path.startswith(("/files", "/ws")) else f"`{method.upper()} {path}`"
            )
            assert known in lines, known
    codes = {int(code) for code in re.findall(r"\b\d{4}\b", lines)}
    assert (CODES.keys() | RATE_LIMITED.keys()) - {0} <= codes
    kinds = ("connected", "pong", "points_update", "stock_update", "review_result")
    kinds += ("order_update", "prize_update")
    for kind in (*kinds, "receipt_processed", "error", "resync", "subscribe_product"):
        assert f"`{kind}`" in lines, kind
