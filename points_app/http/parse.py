"""Requests become checked objects here, or an InvalidInput that names the field."""

import hashlib
import re
from typing import Any, TypeVar

import orjson
from flask import request
from pydantic import BaseModel, ValidationError

from points_app.errors.base import InvalidInput
from points_app.services.accounts.authentication import Caller
from points_app.services.decoding import MAX_PICTURE_BYTES
from points_app.services.idempotency import KeyedRequest

Model = TypeVar("Model", bound=BaseModel)

MAX_JSON_BYTES = 64 * 1024
MAX_JSON_DEPTH = 16
IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,128}")


def body(model: type[Model]) -> Model:
    """The JSON body as `model`; no body counts as an empty object. Raises InvalidInput."""
    return _validated(model, json_object())


def query(model: type[Model]) -> Model:
    """The query string as `model`; of a repeated parameter the first. Raises InvalidInput."""
    return _validated(model, request.args.to_dict())


def form(model: type[Model]) -> Model:
    """The text fields of a multipart form as `model`. Raises InvalidInput."""
    return _validated(model, request.form.to_dict())


def uploaded_file() -> bytes | None:
    """The picture's bytes, from the field `file` or `photo`; one byte over the limit is enough to
    see that it is too large."""
    file = request.files.get("file") or request.files.get("photo")
    return file.stream.read(MAX_PICTURE_BYTES + 1) if file else None


def json_object() -> dict[str, Any]:
    """The body's JSON object. orjson refuses NaN, Infinity and lone surrogates.

    A body without a length (chunked) is not read further than the limit either."""
    request.max_content_length = MAX_JSON_BYTES
    raw = request.get_data(cache=True)
    if not raw.strip():
        return {}
    try:
        parsed = orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise InvalidInput.of("body", "not valid JSON") from None
    if not isinstance(parsed, dict):
        raise InvalidInput.of("body", "must be a JSON object")
    if _depth_exceeds(parsed, MAX_JSON_DEPTH):
        raise InvalidInput.of("body", f"nested deeper than {MAX_JSON_DEPTH} levels")
    return parsed


def _depth_exceeds(value: Any, limit: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    if limit == 0:
        return True
    children = value.values() if isinstance(value, dict) else value
    return any(_depth_exceeds(child, limit - 1) for child in children)


def _validated(model: type[Model], values: dict[str, Any]) -> Model:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise InvalidInput(
            errors=[
                {"field": ".".join(map(str, item["loc"])) or "body", "message": item["msg"]}
                for item in error.errors(include_url=False, include_input=False)
            ]
        ) from None


def keyed_request(caller: Caller) -> KeyedRequest | None:
    """What an `Idempotency-Key` header makes of this request; None without the header."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not IDEMPOTENCY_KEY.fullmatch(key):
        raise InvalidInput.of("Idempotency-Key", "1 to 128 visible ASCII characters")
    return KeyedRequest(caller.user_id, key, _fingerprint())


def _fingerprint() -> str:
    """A hash over method, path and what was sent; a form's boundary, new in each try, left out."""
    digest = hashlib.sha256(f"{request.method} {request.path}\n".encode())
    if not request.mimetype.startswith("multipart/"):
        digest.update(request.get_data(cache=True))
        return digest.hexdigest()
    parts = [repr(field) for field in request.form.items(multi=True)]
    for name, file in request.files.items(multi=True):
        parts.append(repr((name, hashlib.sha256(file.stream.read()).hexdigest())))
        file.stream.seek(0)
    # As texts: a part without a name is called None, which does not sort among names.
    digest.update("".join(sorted(parts)).encode())
    return digest.hexdigest()
