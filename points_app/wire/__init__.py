"""Every JSON shape that leaves the server: the type and the function that fills it, side by side.

The types are TypedDicts: they cost nothing at run time, the API description is generated from them,
and the test suite checks every answer against them.
"""

from typing import Any

import orjson

SUCCESS_CODE = 0
SUCCESS_MESSAGE = "success"


def envelope(data: Any, code: int = SUCCESS_CODE, msg: str = SUCCESS_MESSAGE) -> bytes:
    """The answer around everything under /api/."""
    return orjson.dumps({"code": code, "msg": msg, "data": data})
