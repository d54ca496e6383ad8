"""Which answers lead to which requests, so that schemathesis can walk from one to the next."""

import re
from typing import Any

# Path parameters that answers call by another name.
OTHER_FIELDS = {"product_id": "id"}
MAX_SOURCES = 4


def add_links(paths: dict[str, Any], components: dict[str, Any]) -> None:
    """OpenAPI links to every path with a parameter, from answers that hold its value."""
    for path, item in paths.items():
        for name in re.findall(r"{(\w+)}", path):
            for source in _sources(paths, components, path, name)[:MAX_SOURCES]:
                for target in item.values():
                    _link(source, target, name)


def _sources(
    paths: dict[str, Any], components: dict[str, Any], target: str, name: str
) -> list[tuple[dict[str, Any], str]]:
    """(response, pointer to the value), of the same area."""
    area = "/".join(target.split("/")[:3])
    found = []
    for path, item in paths.items():
        if not path.startswith(area):
            continue
        for operation in item.values():
            response = operation["responses"]["200"]
            pointer = _pointer(response, components, name)
            if pointer:
                found.append((response, pointer))
    return found


def _pointer(response: dict[str, Any], components: dict[str, Any], name: str) -> str | None:
    """Where the value stands: in `data` itself or in the first row of a list in it."""
    success = response["content"]["application/json"]["schema"]["anyOf"][0]
    data = _resolved(success["properties"]["data"], components).get("properties", {})
    field = OTHER_FIELDS.get(name, name)
    if field in data:
        return f"/data/{field}"
    for key, schema in data.items():
        row = _resolved(schema.get("items", {}), components).get("properties", {})
        if field in row:
            return f"/data/{key}/0/{field}"
    return None


def _resolved(schema: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    return components[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema


def _link(source: tuple[dict[str, Any], str], target: dict[str, Any], name: str) -> None:
    response, pointer = source
    response.setdefault("links", {})[f"{target['operationId']}.{name}"] = {
        "operationId": target["operationId"],
        "parameters": {f"path.{name}": f"$response.body#{pointer}"},
    }
