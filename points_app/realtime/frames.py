"""RFC 6455 frames, server side: what arrives masked and in pieces, and what leaves.

The parser keeps no timers and no sockets, so that the conformance tests can drive it alone.
"""

import codecs
from collections.abc import Iterator
from enum import IntEnum
from typing import NamedTuple

MAX_CONTROL_PAYLOAD = 125


class Opcode(IntEnum):
    CONTINUATION = 0x0
    TEXT = 0x1
    BINARY = 0x2
    CLOSE = 0x8
    PING = 0x9
    PONG = 0xA


class CloseCode(IntEnum):
    """Status codes this server sends: RFC 6455 section 7.4.1, and our own from 4000."""

    NORMAL = 1000
    PROTOCOL_ERROR = 1002
    UNSUPPORTED = 1003
    INVALID_TEXT = 1007
    POLICY = 1008
    TOO_BIG = 1009
    RESTART = 1012
    TOKEN_OVER = 4401
    REPLACED = 4408


# 1004, 1005, 1006 and 1015 must not travel (RFC 6455 section 7.4.1); 1012-1014 are in IANA's list.
_CLOSE_CODES = frozenset({1000, 1001, 1002, 1003, *range(1007, 1015)})
_FIRST_FREE_CLOSE_CODE, _LAST_CLOSE_CODE = 3000, 4999
_FIN, _RESERVED, _MASKED = 0x80, 0x70, 0x80
_OPCODES = frozenset(int(opcode) for opcode in Opcode)


class ProtocolError(Exception):
    """The peer broke the protocol or a limit; `code` is what its close frame must carry."""

    def __init__(self, code: CloseCode, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Message(NamedTuple):
    """A whole message or a control frame. `payload` of TEXT is valid UTF-8."""

    opcode: Opcode
    payload: bytes


def frame(opcode: Opcode, payload: bytes) -> bytes:
    """One unmasked, final frame."""
    size = len(payload)
    if size < 126:
        return bytes((_FIN | opcode, size)) + payload
    if size < 1 << 16:
        return bytes((_FIN | opcode, 126)) + size.to_bytes(2) + payload
    return bytes((_FIN | opcode, 127)) + size.to_bytes(8) + payload


def text_frame(text: str) -> bytes:
    """`text` as one frame."""
    return frame(Opcode.TEXT, text.encode())


def close_frame(code: int, reason: str = "") -> bytes:
    """A close frame; a reason that is too long is cut at a character."""
    text = reason.encode()[: MAX_CONTROL_PAYLOAD - 2].decode(errors="ignore")
    return frame(Opcode.CLOSE, code.to_bytes(2) + text.encode())


def close_reply(payload: bytes) -> bytes:
    """The answer to a close frame that carried `payload`: the same code.

    Raises ProtocolError for a code that must not travel or a reason that is not UTF-8.
    """
    if not payload:
        return frame(Opcode.CLOSE, b"")
    code = int.from_bytes(payload[:2])
    free = _FIRST_FREE_CLOSE_CODE <= code <= _LAST_CLOSE_CODE
    if len(payload) < 2 or not (code in _CLOSE_CODES or free):
        raise ProtocolError(CloseCode.PROTOCOL_ERROR, "invalid close code")
    try:
        payload[2:].decode()
    except UnicodeDecodeError:
        raise ProtocolError(CloseCode.INVALID_TEXT, "close reason is not UTF-8") from None
    return frame(Opcode.CLOSE, payload[:2])


class FrameParser:
    """Turns the bytes of one client into messages.

    `max_message` (bytes) bounds a message over all its fragments; a longer one is refused as soon
    as a header announces it, before its payload is kept.
    """

    __slots__ = ("_decoder", "_max_message", "_opcode", "_parts", "_pending", "_size")

    def __init__(self, max_message: int) -> None:
        self._max_message = max_message
        self._pending = b""
        self._reset()

    def _reset(self) -> None:
        self._opcode: Opcode | None = None
        self._parts: list[bytes] | None = None
        self._decoder: codecs.IncrementalDecoder | None = None
        self._size = 0

    def feed(self, data: bytes) -> Iterator[Message]:
        """Yield what `data` completes. Raises ProtocolError; the parser is then of no more use."""
        data = self._pending + data
        position = 0
        while (header := self._header(data, position)) is not None:
            opcode, fin, start, size = header
            end = start + 4 + size
            if end > len(data):
                break
            payload = _unmask(data[start : start + 4], data[start + 4 : end])
            position = end
            message = self._accept(opcode, fin, payload)
            if message is not None:
                yield message
        self._pending = data[position:]

    def _header(self, data: bytes, at: int) -> tuple[Opcode, bool, int, int] | None:
        """(opcode, final, index of the mask, payload size), or None until it is all there."""
        if len(data) - at < 2:
            return None
        first, second = data[at], data[at + 1]
        size = second & 0x7F
        opcode = self._check(first, second, size)
        start = at + 2
        if size > MAX_CONTROL_PAYLOAD:
            width = 2 if size == 126 else 8
            if len(data) - start < width:
                return None
            size = int.from_bytes(data[start : start + width])
            start += width
        if opcode < Opcode.CLOSE and self._size + size > self._max_message:
            raise ProtocolError(CloseCode.TOO_BIG, f"messages end at {self._max_message} bytes")
        return opcode, bool(first & _FIN), start, size

    def _check(self, first: int, second: int, size: int) -> Opcode:
        if first & _RESERVED:
            raise ProtocolError(CloseCode.PROTOCOL_ERROR, "reserved bits are set")
        if first & 0x0F not in _OPCODES:
            raise ProtocolError(CloseCode.PROTOCOL_ERROR, "unknown opcode")
        opcode = Opcode(first & 0x0F)
        if not second & _MASKED:
            raise ProtocolError(CloseCode.PROTOCOL_ERROR, "frame is not masked")
        if opcode >= Opcode.CLOSE:
            if not first & _FIN or size > MAX_CONTROL_PAYLOAD:
                raise ProtocolError(CloseCode.PROTOCOL_ERROR, "control frame in parts or too long")
        elif (opcode is Opcode.CONTINUATION) != (self._opcode is not None):
            raise ProtocolError(CloseCode.PROTOCOL_ERROR, "fragments out of order")
        return opcode

    def _accept(self, opcode: Opcode, fin: bool, payload: bytes) -> Message | None:
        """The message this frame completes, if it does."""
        if opcode >= Opcode.CLOSE:
            return Message(opcode, payload)
        if opcode is not Opcode.CONTINUATION:
            if fin:
                return Message(opcode, _check_text(opcode, payload))
            self._opcode, self._parts = opcode, []
            if opcode is Opcode.TEXT:
                self._decoder = codecs.getincrementaldecoder("utf-8")()
        return self._collect(fin, payload)

    def _collect(self, fin: bool, payload: bytes) -> Message | None:
        assert self._opcode is not None and self._parts is not None
        if len(self._parts) >= self._max_message:  # empty fragments cost no bytes
            raise ProtocolError(CloseCode.TOO_BIG, "too many fragments")
        if self._decoder is not None:
            try:
                self._decoder.decode(payload, fin)
            except UnicodeDecodeError:
                raise ProtocolError(CloseCode.INVALID_TEXT, "text is not UTF-8") from None
        self._parts.append(payload)
        self._size += len(payload)
        if not fin:
            return None
        message = Message(self._opcode, b"".join(self._parts))
        self._reset()
        return message


def _check_text(opcode: Opcode, payload: bytes) -> bytes:
    if opcode is Opcode.TEXT:
        try:
            payload.decode()
        except UnicodeDecodeError:
            raise ProtocolError(CloseCode.INVALID_TEXT, "text is not UTF-8") from None
    return payload


def _unmask(mask: bytes, payload: bytes) -> bytes:
    """XOR with the repeated mask, as one big integer: the fastest way in pure Python."""
    size = len(payload)
    if not size:
        return payload
    repeated = (mask * (size // 4 + 1))[:size]
    return (int.from_bytes(payload) ^ int.from_bytes(repeated)).to_bytes(size)
