"""The README and the page for developers tell the truth about files, paths and functions."""

import importlib
import re
from collections.abc import Iterator

from points_app.database.session import db
from points_app.http import AREAS
from tests.calls import reached_from
from tests.house import domain_of, files, module_of
from tests.test_architecture import OTHER_DOORS, PROJECT

README = (PROJECT / "README.md").read_text()
DEVELOPMENT = (PROJECT / "docs" / "development.md").read_text()
VIEWS = "points_app.http.endpoints"
OTHERS = r"the worker:|approved at once:|read by|written by|whom it waits for:"


def map_rows() -> Iterator[tuple[list[str], str, str, str]]:
    """Paths, view, services and tables of each row of the map."""
    for row in re.findall(r"^\| (`/.*) \|$", DEVELOPMENT, re.MULTILINE):
        paths, view, services, tables = row.split(" | ")
        yield re.findall(r"`(/[^`]*)`", paths), view.strip("`"), services, tables


VIEW_OF = {row: view for rows, view, *_ in map_rows() for row in rows}


def row_of(path: str) -> str:
    """The row of the map a path belongs to: the longest it begins with."""
    return max((row for row in VIEW_OF if path.startswith(row)), key=len, default="")


def home_of(path: str) -> str:
    """The view that the map gives for a path."""
    return VIEW_OF.get(row_of(path), "nowhere")


def test_every_file_the_readme_names_is_there():
    named = re.findall(r"\]\(([^)#:]+)\)", README) + re.findall(r"`?\b(bin/[a-z]+)\b", README)
    assert named and all((PROJECT / name).exists() for name in named)


def test_every_endpoint_is_on_the_map_with_its_view():
    found = {
        f"{area.prefix}{each.rule}": each.view.__module__.removeprefix(f"{VIEWS}.") + ".py"
        for area in AREAS
        for each in area.operations.values()
    }
    assert {path: home_of(path) for path in found} == found


def test_every_other_route_is_on_the_map(app):
    others = [rule.rule for rule in app.url_map.iter_rules() if rule.endpoint in OTHER_DOORS]
    assert [path for path in others if home_of(path) == "nowhere"] == []


def test_every_service_and_table_of_the_map_is_there():
    for _, _, services, tables in map_rows():
        for module, name in re.findall(r"`([a-z_/]+)\.([a-z_]+)`", services):
            if name != "py":
                home = importlib.import_module("points_app.services." + module.replace("/", "."))
                assert callable(getattr(home, name)), (module, name)
        assert set(re.findall(r"`([a-z_]+)`", tables)) <= set(db.metadata.tables)


def test_the_views_reach_what_the_map_names():
    """By calls; but for what the worker and others do."""
    reached: dict[str, set[str]] = {}
    for area in AREAS:
        for operation in area.operations.values():
            row = row_of(f"{area.prefix}{operation.rule}")
            names = map(written_on_the_map, reached_from(operation.view))
            reached.setdefault(row, set()).update(names)
    for paths, _, services, _ in map_rows():
        for path in paths:
            ours = re.split(OTHERS, services)[0] if path in reached else ""
            named = set(re.findall(r"`([a-z]+/[a-z_]+\.[a-z_]+)`", ours))
            assert named <= reached.get(path, set()), path


def written_on_the_map(function):
    home = function.__module__.removeprefix("points_app.services.").replace(".", "/")
    return f"{home}.{function.__name__}"


def test_every_file_the_page_for_developers_names_is_there():
    """By its whole path, or by the end of it below points_app/."""
    ours = [str(path.relative_to(PROJECT)) for path in files(PROJECT, "points_app")]
    for name in re.findall(r"`([a-z_][a-z_/]*\.(?:py|md|toml|yaml|json|mjs))`", DEVELOPMENT):
        known = (PROJECT / name).exists() or any(each.endswith(f"/{name}") for each in ours)
        assert known, name


def test_every_domain_is_described():
    services = [module_of(PROJECT, path) for path in files(PROJECT, "points_app/services")]
    layers = re.search(r"```\n(legacy .*?)```", DEVELOPMENT, re.DOTALL)
    assert layers is not None
    domains = {domain_of(each) for each in services} - {"points_app"}
    assert domains <= set(layers[1].split())
