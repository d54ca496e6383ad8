"""The examples of the API description and of the documents, as TypeScript that must compile."""

import json
import re
from collections.abc import Iterator
from typing import Any

HEAD = 'import type { paths } from "./api.d.ts";\n'
# `POST /api/auth/login {"phone", "code"}`: what is sent, or only the names of its fields.
CALL = re.compile(r"\b(POST|PUT|DELETE) (/api/[\w/<>-]+) (\{[^{}]*\})")
NAME = re.compile(r'[{,]\s*"?(\w+)"?\s*(?=[,}])')


def typescript(document: dict[str, Any], pages: str) -> str:
    """Each example as a constant of the type that is generated for it."""
    found = [*_of_description(document), *_of_pages(document, pages)]
    lines = (
        f"export const _{number}: {kind} = {json.dumps(value, ensure_ascii=False)};\n"
        for number, (kind, value) in enumerate(found)
    )
    return HEAD + "".join(lines)


def _of_description(document: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Of every request and of every answer, refusals too."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield from _of_content(document, _sent(path, method), operation.get("requestBody", {}))
            for status, response in operation["responses"].items():
                answered = f'paths["{path}"]["{method}"]["responses"][{status}]'
                yield from _of_content(document, answered, _followed(document, response))


def _of_content(
    document: dict[str, Any], owner: str, described: dict[str, Any]
) -> Iterator[tuple[str, Any]]:
    for media, content in described.get("content", {}).items():
        for example in content.get("examples", {}).values():
            yield f'{owner}["content"]["{media}"]', _followed(document, example)["value"]


def _of_pages(document: dict[str, Any], pages: str) -> Iterator[tuple[str, Any]]:
    """The calls that are written out. Where there are names alone, their fields' examples stand
    in for the values."""
    for verb, rule, shown in CALL.findall(pages):
        path, method = re.sub("<(.+?)>", r"{\1}", rule), verb.lower()
        content = document["paths"][path][method]["requestBody"]["content"]["application/json"]
        fields = _followed(document, content["schema"])["properties"]
        names = NAME.findall(shown)
        value = {name: fields[name]["examples"][0] for name in names} or json.loads(shown)
        yield f'{_sent(path, method)}["content"]["application/json"]', value


def _sent(path: str, method: str) -> str:
    return f'NonNullable<paths["{path}"]["{method}"]["requestBody"]>'


def _followed(document: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    """What a reference leads to, or the part itself."""
    if "$ref" not in part:
        return part
    found: Any = document
    for key in part["$ref"].split("/")[1:]:
        found = found[key]
    return found
