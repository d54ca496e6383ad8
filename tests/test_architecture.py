"""The rules of the code base that no linter knows. import-linter holds the rest."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from celeryconfig import beat_schedule
from points_app import jobs
from points_app.config import Settings
from points_app.errors.base import AppError
from points_app.http import AREAS
from points_app.http.access import Access
from tests.contract_codes import CODES, RATE_LIMITED
from tests.house import imports_of, in_cycles

PROJECT = Path(__file__).resolve().parent.parent
PRODUCT = ("points_app", "worker")
EVERYTHING = (*PRODUCT, "demo", "devstack", "tests")
MAX_FILE_LINES = 300
MAX_FUNCTION_LINES = 40
MAX_VIEW_LINES = 10

# Routes that are no endpoints of the API, and what admits their callers instead of a bearer token.
OTHER_DOORS = {
    "files.avatar": "a name that cannot be guessed",
    "files.picture": "the link's signature",
    "health.alive": "says nothing",
    "health.ready": "says only ok or down",
    "health.exposed": "in production a token of its own",
    "docs.openapi": "says nothing secret",
    "docs.page": "says nothing secret",
    "docs.static": "says nothing secret",
    "__flask_sock.realtime": "the gate, before the upgrade",
}


def sources(*folders: str) -> Iterator[tuple[Path, ast.Module]]:
    for folder in folders:
        for path in sorted((PROJECT / folder).rglob("*.py")):
            yield path.relative_to(PROJECT), ast.parse(path.read_text())


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def test_only_db_commits():
    committing = {
        str(path)
        for path, tree in sources(*PRODUCT)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr == "commit"
    }
    assert committing == {"points_app/database/session.py"}


def test_only_locks_locks_rows():
    locking = {
        str(path)
        for path, tree in sources(*PRODUCT)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute | ast.Constant) and _locks(node, tree)
    }
    assert locking == {"points_app/services/locks.py"}


def _locks(node: ast.Attribute | ast.Constant, tree: ast.AST) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr == "with_for_update"
    if not isinstance(node.value, str) or node in _docstrings(tree):
        return False
    return bool(re.search(r"\bFOR (UPDATE|SHARE)\b|LOCK IN SHARE MODE|\bGET_LOCK\b", node.value))


def _docstrings(tree: ast.AST) -> set[ast.AST]:
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}


def test_no_module_imports_itself_by_way_of_others():
    assert in_cycles(imports_of(PROJECT)) == set()


def test_every_route_declares_who_may_call_it(app):
    declared = {name: each for area in AREAS for name, each in area.operations.items()}
    routes = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert routes == declared.keys() | OTHER_DOORS.keys()
    assert all(isinstance(operation.access, Access) for operation in declared.values())


def test_every_task_name_has_its_task_and_the_other_way_round(celery_app):
    names = {text for name, text in vars(jobs).items() if name.isupper() and isinstance(text, str)}
    tasks = {name for name in celery_app.tasks if not name.startswith("celery.")}
    assert names == tasks == set(jobs.TASK_NAMES)


def test_every_beat_entry_names_a_task():
    assert {entry["task"] for entry in beat_schedule.values()} <= set(jobs.TASK_NAMES)


def every_error(parent: type[AppError] = AppError) -> Iterator[type[AppError]]:
    for error in parent.__subclasses__():
        yield error
        yield from every_error(error)


def test_every_error_has_the_contracts_code_text_and_status():
    ours = defaultdict(set)
    for error in every_error():
        ours[error.code, error.status].add(error.message)
    contract = {(code, status): texts for code, (status, texts) in CODES.items()}
    contract |= {(code, 429): {text} for code, text in RATE_LIMITED.items()}
    assert ours == contract


def test_every_setting_is_explained():
    """A comment above each variable; nothing explained that nobody reads."""
    explained = set()
    paragraphs = (PROJECT / ".env.example").read_text().split("\n\n")
    for paragraph in paragraphs:
        names = re.findall(r"^#?([A-Z][A-Z0-9_]+)=", paragraph, re.MULTILINE)
        assert not names or re.match(r"# \w", paragraph), f"{names} without a word"
        explained.update(names)
    assert explained == set(settings_of_the_app()) | set(read_directly())


def settings_of_the_app() -> Iterator[str]:
    for name, field in Settings.model_fields.items():
        yield (field.alias or name).upper()
    yield from ("NODE_ENV", "DB_HOST", "DB_PORT", "DB_USER", "DB_PASSWORD", "DB_NAME")


def read_directly() -> Iterator[str]:
    """What the servers' own configuration reads, past Settings."""
    for name in ("gunicorn.conf.py", "celeryconfig.py", "worker/__init__.py", "worker/app.py"):
        for call in ast.walk(ast.parse((PROJECT / name).read_text())):
            reads = {"os.environ.get", "ENVIRONMENT.get", "_number"}
            is_read = isinstance(call, ast.Call) and ast.unparse(call.func) in reads
            if is_read and isinstance(call.args[0], ast.Constant):
                yield call.args[0].value
    yield from re.findall(r"\$\{([A-Z_]+)", (PROJECT / "Procfile").read_text())


@pytest.mark.parametrize("folder", EVERYTHING)
def test_files_and_functions_fit_on_a_screen_or_seven(folder):
    for path, tree in sources(folder):
        assert len((PROJECT / path).read_text().splitlines()) <= MAX_FILE_LINES, path
        for function in functions(tree):
            assert function.end_lineno - function.lineno < MAX_FUNCTION_LINES, (path, function.name)


def test_views_parse_call_and_answer():
    """Counted without decorators, signature and docstring."""
    declared = sum(len(area.operations) for area in AREAS)
    seen = 0
    for path, tree in sources("points_app/http"):
        for function in functions(tree):
            if any("area.operation(" in ast.unparse(each) for each in function.decorator_list):
                seen += 1
                body = function.body[ast.get_docstring(function) is not None :]
                lines = body[-1].end_lineno - body[0].lineno + 1
                assert lines <= MAX_VIEW_LINES, (path, function.name)
    assert seen == declared
