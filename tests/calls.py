"""Which of the product's functions call which, read from the code."""

import ast
import inspect
from collections.abc import Callable, Iterator
from functools import cache
from types import FunctionType, ModuleType
from typing import Any


def reached_from(function: Callable[..., Any], seen: set[Any] | None = None) -> set[Any]:
    """`function` and all functions of the product that calls of it reach, without decorators."""
    seen = set() if seen is None else seen
    plain = inspect.unwrap(function)
    if plain not in seen and plain.__module__.startswith("points_app."):
        seen.add(plain)
        for each in called_by(tree_of(plain), plain.__globals__):
            reached_from(each, seen)
    return seen


@cache
def tree_of(function: Callable[..., Any]) -> ast.FunctionDef:
    """The function as it is written."""
    tree = ast.parse(inspect.cleandoc("\n" + inspect.getsource(function))).body[0]
    assert isinstance(tree, ast.FunctionDef)
    return tree


def called_by(tree: ast.FunctionDef, names: dict[str, Any]) -> Iterator[FunctionType]:
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call):
            continue
        called: Any = None
        if isinstance(call.func, ast.Name):
            called = names.get(call.func.id)
        elif isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name):
            home = names.get(call.func.value.id)
            called = getattr(home, call.func.attr, None) if isinstance(home, ModuleType) else None
        if isinstance(called, FunctionType):
            yield called
