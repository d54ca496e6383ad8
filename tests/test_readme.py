"""The README and the page for developers tell the truth about files, paths and functions."""

import importlib
import re
from collections.abc import Iterator

from points_app.database.session import db
from points_app.http import AREAS
from tests.house import domain_of, files, module_of
from tests.test_architecture import OTHER_DOORS, PROJECT

README = (PROJECT / "README.md").read_text()
DEVELOPMENT = (PROJECT / "docs" / "development.md").read_text()
VIEWS = "points_app.http.endpoints"


def map_rows() -> Iterator[tuple[list[str], str, str, str]]:
    """Paths, view, services and tables of each row of the map."""
    for row in re.findall(r"^\| (`/.*) \|$", DEVELOPMENT, re.MULTILINE):
        paths, view, services, tables = row.split(" | ")
        yield re.findall(r"`(/[^`]*)`", paths), view.strip("`"), services, tables


def home_of(path: str) -> str:
    """The view that the map gives for a path: that of the longest row it begins with."""
    fitting = [(row, view) for rows, view, *_ in map_rows() for row in rows if path.startswith(row)]
    return max(fitting, key=lambda each: len(each[0]))[1] if fitting else "nowhere"


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
