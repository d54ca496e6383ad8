"""The sentence about each field of a class: the string that stands below it in the source."""

import ast
import inspect
import sys
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import Any

from typing_extensions import get_original_bases


@cache
def sentences(cls: type) -> dict[str, str]:
    """By field. What a class says goes before what it inherits. TypedDicts keep no record of their
    ancestors in `__mro__`, so the bases are read as they were written."""
    found: dict[str, str] = {}
    for base in get_original_bases(cls):
        if isinstance(base, type):
            found |= sentences(base)
    return found | dict(_own(cls))


def _own(cls: type) -> Iterator[tuple[str, str]]:
    body = _classes(cls.__module__).get(cls.__name__, [])
    for field, below in pairwise(body):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            said = below.value if isinstance(below, ast.Expr) else None
            if isinstance(said, ast.Constant) and isinstance(said.value, str):
                yield field.target.id, inspect.cleandoc(said.value).replace("\n", " ")


@cache
def _classes(module: str) -> dict[str, list[Any]]:
    """The bodies of a module's classes; none for what was made without a source."""
    if not module.startswith("points_app."):
        return {}
    tree = ast.parse(inspect.getsource(sys.modules[module]))
    return {each.name: each.body for each in tree.body if isinstance(each, ast.ClassDef)}
