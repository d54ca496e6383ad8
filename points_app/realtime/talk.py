"""What guests may say, and what they hear back at once."""

from datetime import UTC, datetime
from typing import Any

import orjson

from points_app.errors.base import InvalidInput
from points_app.notices.channels import encode, stamp
from points_app.realtime.connection import Connection
from points_app.realtime.frames import CloseCode, Message, Opcode, ProtocolError, text_frame
from points_app.realtime.hub import Hub
from points_app.wire.formats import iso

MAX_FOLLOWED_PRODUCTS = 200
_SUBSCRIBE = frozenset({"subscribe_product", "subscribe_products"})


def answer(hub: Hub, connection: Connection, message: Message) -> bytes | None:
    """Do what a data message asks; the frame to send back, if any.

    Raises ProtocolError for a binary message.
    """
    if message.opcode is Opcode.BINARY:
        raise ProtocolError(CloseCode.UNSUPPORTED, "text messages only")
    try:
        request = orjson.loads(message.payload)
    except orjson.JSONDecodeError:
        return _error("not JSON")
    if not isinstance(request, dict):
        return _error("not an object")
    kind = request.get("type")
    if not isinstance(kind, str):
        return _error("type: not a text")
    if kind == "ping":
        return _pong()
    if kind in _SUBSCRIBE:
        products = _product_ids(request)
        if products is None:
            return _error(f"product_ids: a list of at most {MAX_FOLLOWED_PRODUCTS} ids")
        hub.audience.follow(connection, products)
        return None
    return _error("unknown type")


def connected() -> bytes:
    """The first frame of every connection."""
    now = iso(datetime.now(UTC))
    return text_frame(encode({"type": "connected", "timestamp": now, "message": "连接成功"}))


def resync() -> bytes:
    """Tells a client to re-read what it shows: something may have been missed."""
    return text_frame(encode(stamp({"type": "resync"})))


def _pong() -> bytes:
    now = datetime.now(UTC)
    millis = int(now.timestamp() * 1000)
    return text_frame(encode({"type": "pong", "timestamp": millis, "server_time": iso(now)}))


def _error(detail: str) -> bytes:
    text = f"{InvalidInput.message}: {detail}"
    error = {"type": "error", "code": InvalidInput.code, "message": text}
    return text_frame(encode(stamp(error)))


def _product_ids(request: dict[str, Any]) -> frozenset[int] | None:
    ids = request.get("product_ids")
    if not isinstance(ids, list) or len(ids) > MAX_FOLLOWED_PRODUCTS:
        return None
    if not all(type(each) is int and each > 0 for each in ids):
        return None
    return frozenset(ids)
