"""The API description and a page to read it with; both work without internet."""

import hashlib
import threading
from pathlib import Path
from typing import Any

import click
import orjson
import yaml
from flask import Blueprint, Response, current_app, request, send_from_directory

from points_app.http.api import Area
from points_app.http.openapi import describe

VIEWER = Path(__file__).parent.parent / "viewer"
# Swagger UI sets styles by script and draws its icons as data; nothing comes from elsewhere.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)

_MAKING = threading.Lock()

blueprint = Blueprint(
    "docs", __name__, static_folder=VIEWER, static_url_path="/docs/viewer", cli_group=None
)


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """The description, made once a process."""
    described = current_app.extensions.get("openapi") or _make()
    response = Response(described, mimetype="application/json")
    response.headers["Cache-Control"] = "no-cache"
    response.set_etag(hashlib.sha256(described).hexdigest()[:16])
    response.make_conditional(request)
    return response


def _make() -> bytes:
    """Describe the API in one thread at a time. It parses Python, and CPython 3.11 counts the depth
    of a tree for all threads together: several at once fail (SystemError)."""
    known = current_app.extensions
    with _MAKING:
        if "openapi" not in known:
            known["openapi"] = orjson.dumps(describe(_areas()))
        return bytes(known["openapi"])


@blueprint.get("/docs")
def page() -> Response:
    """Swagger UI."""
    response = send_from_directory(VIEWER, "index.html")
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    return response


@blueprint.cli.command("openapi")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), default="openapi.yaml")
def write_openapi(file: Path) -> None:
    """Write the API description to FILE (openapi.yaml)."""
    file.write_text(as_yaml(), encoding="utf-8")
    click.echo(f"{file} written")


def as_yaml() -> str:
    """The description as YAML."""
    return yaml.dump(
        describe(_areas()), Dumper=_InFull, allow_unicode=True, sort_keys=False, width=100
    )


class _InFull(yaml.SafeDumper):
    """Writes what occurs twice twice. Many tools take only so many aliases in a file, because a
    few that stand in each other can fill a memory; and a reader has to look for each anchor."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _areas() -> list[Area]:
    return [area for area in current_app.blueprints.values() if isinstance(area, Area)]
