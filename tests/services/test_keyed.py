"""What an endpoint declares of `Idempotency-Key` is what its service does."""

import ast
from collections.abc import Callable
from typing import Any

import pytest

from points_app.http import AREAS
from points_app.services import idempotency
from tests.calls import reached_from, tree_of

# A receipt of a batch is decided once whatever is repeated; the second answer names the refusals.
NEEDS_NO_KEY = {"merchant.batch_decide"}
OPERATIONS = {name: each for area in AREAS for name, each in area.operations.items()}


def claims_a_key(function: Callable[..., Any]) -> bool:
    """Whether it is a keyed transaction, or the way for what is answered later."""
    decorators = tree_of(function).decorator_list
    is_keyed = any(ast.unparse(each) == "keyed_transaction" for each in decorators)
    return is_keyed or function is idempotency.begin


@pytest.mark.parametrize("name", OPERATIONS)
def test_keyed_is_what_reaches_a_keyed_transaction(name):
    operation = OPERATIONS[name]
    reaches_one = any(map(claims_a_key, reached_from(operation.view)))
    assert reaches_one == (operation.keyed or name in NEEDS_NO_KEY)
