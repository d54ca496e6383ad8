"""Forms that stay open while others work: a version tells whether they still show what there is."""

import hashlib
import json
from typing import Any

from points_app.errors.base import FormChanged

VERSION_DIGITS = 16


def version(shown: Any) -> str:
    """A short name, in hexadecimal digits, of what a form shows: JSON values. The same content has
    the same version, whoever wrote it."""
    text = json.dumps(shown, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:VERSION_DIGITS]


def check(expected: str | None, shown: Any) -> None:
    """Call it under the locks of what is shown. Raises FormChanged when `expected`, the version of
    the form that is sent back, is no longer the version of `shown`; None is not checked."""
    current = version(shown)
    if expected is not None and expected != current:
        raise FormChanged(version=current)
