"""What an endpoint declares of `Idempotency-Key` is what its service does."""

import ast
import inspect
from collections.abc import Callable
from typing import Any

import pytest

from points_app.http import AREAS
from points_app.services import idempotency
from tests.calls import called_by, tree_of

# A receipt of a batch is decided once whatever is repeated; the second answer names the refusals.
NEEDS_NO_KEY = {"merchant.batch_decide"}
OPERATIONS = {name: each for area in AREAS for name, each in area.operations.items()}


def claims_a_key(function: Callable[..., Any], seen: set[Any]) -> bool:
    """Whether a call of `function` reaches a keyed transaction, through the product's functions."""
    if function is idempotency.begin:
        return True
    plain = inspect.unwrap(function)
    if plain in seen or not plain.__module__.startswith("points_app."):
        return False
    seen.add(plain)
    tree = tree_of(plain)
    if any(ast.unparse(each) == "keyed_transaction" for each in tree.decorator_list):
        return True
    return any(claims_a_key(each, seen) for each in called_by(tree, plain.__globals__))


@pytest.mark.parametrize("name", OPERATIONS)
def test_keyed_is_what_reaches_a_keyed_transaction(name):
    operation = OPERATIONS[name]
    assert claims_a_key(operation.view, set()) == (operation.keyed or name in NEEDS_NO_KEY)
