"""The frame parser alone: RFC 6455, the cases of the Autobahn suite that apply, and random input.

Autobahn's sections: 1 framing, 2 pings, 3 reserved bits, 4 opcodes, 5 fragmentation, 6 UTF-8,
7 closing, 9 sizes. The suite itself runs against tests/realtime/echo_server.py (docs/realtime.md).
"""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wsproto.connection import Connection, ConnectionState, ConnectionType
from wsproto.events import BytesMessage, CloseConnection, Ping, Pong, TextMessage
from wsproto.utilities import RemoteProtocolError

from points_app.realtime.frames import (
    CloseCode,
    FrameParser,
    Message,
    Opcode,
    ProtocolError,
    close_frame,
    close_reply,
    frame,
)
from tests.realtime.client_frames import masked

LIMIT = 70_000


def parse(*chunks: bytes, limit: int = LIMIT) -> list[Message]:
    parser = FrameParser(limit)
    return [message for chunk in chunks for message in parser.feed(chunk)]


def refusal(*chunks: bytes, limit: int = LIMIT) -> CloseCode:
    with pytest.raises(ProtocolError) as refused:
        parse(*chunks, limit=limit)
    return refused.value.code


@pytest.mark.parametrize("opcode", [Opcode.TEXT, Opcode.BINARY])
@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 128, 65_535, 65_536])
def test_sizes_whole_and_in_bytes(opcode: Opcode, size: int) -> None:
    """1.1, 1.2: every width of the length, in one piece and chopped."""
    data = masked(opcode, b"*" * size)
    expected = [Message(opcode, b"*" * size)]
    assert parse(data) == expected
    assert parse(*(data[at : at + 997] for at in range(0, len(data), 997))) == expected
    if size < 200:
        assert parse(*(data[at : at + 1] for at in range(len(data)))) == expected


@pytest.mark.parametrize("payload", [b"", b"Hello", b"\x00\xff\xfe", b"\xfe" * 125])
def test_pings_carry_what_they_carry(payload: bytes) -> None:
    """2.1 to 2.4, 2.10: also ten at once, also unsolicited pongs."""
    one = masked(Opcode.PING, payload)
    assert parse(one * 10) == [Message(Opcode.PING, payload)] * 10
    assert parse(masked(Opcode.PONG, payload)) == [Message(Opcode.PONG, payload)]


@pytest.mark.parametrize("opcode", [Opcode.PING, Opcode.PONG, Opcode.CLOSE])
def test_control_frames_are_short_and_whole(opcode: Opcode) -> None:
    """2.5, 5.1, 5.2, 7.3.6."""
    assert refusal(masked(opcode, b"x" * 126)) == CloseCode.PROTOCOL_ERROR
    assert refusal(masked(opcode, b"", fin=False)) == CloseCode.PROTOCOL_ERROR


@pytest.mark.parametrize("reserved", range(1, 8))
@pytest.mark.parametrize("opcode", [Opcode.TEXT, Opcode.PING, Opcode.CLOSE])
def test_reserved_bits(opcode: Opcode, reserved: int) -> None:
    """3.1 to 3.7; what came whole before it is still heard."""
    parser = FrameParser(LIMIT)
    messages = parser.feed(masked(Opcode.TEXT, b"ok") + masked(opcode, b"x", reserved=reserved))
    assert next(messages) == Message(Opcode.TEXT, b"ok")
    with pytest.raises(ProtocolError, match="reserved"):
        next(messages)


@pytest.mark.parametrize("opcode", [3, 4, 5, 6, 7, 11, 12, 13, 14, 15])
def test_reserved_opcodes(opcode: int) -> None:
    """4.1, 4.2."""
    assert refusal(masked(opcode, b"")) == CloseCode.PROTOCOL_ERROR


def test_a_frame_without_a_mask() -> None:
    """RFC 6455, 5.1: a server must close."""
    assert refusal(b"\x81\x02hi") == CloseCode.PROTOCOL_ERROR


def test_fragments_with_control_frames_between() -> None:
    """5.3 to 5.8, 5.19, 5.20."""
    data = [
        masked(Opcode.TEXT, b"frag", fin=False),
        masked(Opcode.PING, b"1"),
        masked(Opcode.CONTINUATION, b"", fin=False),
        masked(Opcode.PONG, b"2"),
        masked(Opcode.CONTINUATION, b"ment"),
    ]
    expected = [
        Message(Opcode.PING, b"1"),
        Message(Opcode.PONG, b"2"),
        Message(Opcode.TEXT, b"fragment"),
    ]
    assert parse(*data) == parse(b"".join(data)) == expected
    byte_by_byte = b"".join(data)
    assert parse(*(byte_by_byte[at : at + 1] for at in range(len(byte_by_byte)))) == expected


@pytest.mark.parametrize(
    "data",
    [
        masked(Opcode.CONTINUATION, b"x"),
        masked(Opcode.CONTINUATION, b"x", fin=False),
        masked(Opcode.TEXT, b"x", fin=False) + masked(Opcode.TEXT, b"y"),
        masked(Opcode.TEXT, b"x", fin=False) + masked(Opcode.BINARY, b"y", fin=False),
        masked(Opcode.TEXT, b"x") + masked(Opcode.CONTINUATION, b"y"),
    ],
)
def test_fragments_out_of_order(data: bytes) -> None:
    """5.9 to 5.18."""
    assert refusal(data) == CloseCode.PROTOCOL_ERROR


GOOD_TEXT = ["", "Hello-µ@ßöäüàá-UTF-8!!", "κόσμε", "\0", "\ud7ff\ue000�", "\U00010000\U0010ffff￾"]
BAD_TEXT = [
    b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xed\xa0\x80edited",
    b"\xf4\x90\x80\x80",
    b"\xc0\xaf",
    b"\xe0\x80\xaf",
    b"\xf8\x88\x80\x80\x80",
    b"\xed\xa0\x80\xed\xb0\x80",
    b"\xff",
    b"\x80",
    b"\xce",
    b"\xf0\x90\x80",
]


@pytest.mark.parametrize("text", GOOD_TEXT)
def test_text_is_utf8_however_it_is_cut(text: str) -> None:
    """6.2, 6.5 to 6.7, 6.9 to 6.11, 6.22, 6.23: a character may span fragments."""
    payload = text.encode()
    assert parse(masked(Opcode.TEXT, payload)) == [Message(Opcode.TEXT, payload)]
    assert parse(*fragments(payload, 1)) == [Message(Opcode.TEXT, payload)]


@pytest.mark.parametrize("payload", BAD_TEXT)
def test_text_that_is_not_utf8(payload: bytes) -> None:
    """6.3, 6.8, 6.12 to 6.21; as binary the same bytes are nobody's business."""
    assert refusal(masked(Opcode.TEXT, payload)) == CloseCode.INVALID_TEXT
    assert refusal(*fragments(payload, 1)) == CloseCode.INVALID_TEXT
    assert parse(masked(Opcode.BINARY, payload)) == [Message(Opcode.BINARY, payload)]


def test_bad_text_is_refused_before_its_message_ends() -> None:
    """6.4.1: fail fast, at the fragment that makes it impossible."""
    parser = FrameParser(LIMIT)
    assert list(parser.feed(masked(Opcode.TEXT, b"\xce\xba", fin=False))) == []
    with pytest.raises(ProtocolError) as refused:
        list(parser.feed(masked(Opcode.CONTINUATION, b"\xf4\x90", fin=False)))
    assert refused.value.code == CloseCode.INVALID_TEXT


def fragments(payload: bytes, size: int) -> list[bytes]:
    pieces = [payload[at : at + size] for at in range(0, len(payload), size)] or [b""]
    return [
        masked(Opcode.CONTINUATION if at else Opcode.TEXT, piece, fin=at == len(pieces) - 1)
        for at, piece in enumerate(pieces)
    ]


@pytest.mark.parametrize(
    "code",
    [
        1000,
        1001,
        1002,
        1003,
        1007,
        1008,
        1009,
        1010,
        1011,
        1012,
        1013,
        1014,
        3000,
        3999,
        4000,
        4999,
    ],
)
def test_close_codes_that_may_travel(code: int) -> None:
    """7.1.5, 7.3.3 to 7.3.5, 7.7: echoed."""
    payload = code.to_bytes(2) + "bye, 再见".encode()
    assert close_reply(payload) == frame(Opcode.CLOSE, code.to_bytes(2))


@pytest.mark.parametrize(
    "code", [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535]
)
def test_close_codes_that_may_not(code: int) -> None:
    """7.9, 7.13."""
    with pytest.raises(ProtocolError) as refused:
        close_reply(code.to_bytes(2))
    assert refused.value.code == CloseCode.PROTOCOL_ERROR


def test_close_payloads() -> None:
    """7.3.1, 7.3.2, 7.5.1."""
    assert close_reply(b"") == b"\x88\x00"
    for payload, code in ((b"\x03", 1002), (b"\x03\xe8\xff", 1007)):
        with pytest.raises(ProtocolError) as refused:
            close_reply(payload)
        assert refused.value.code == code


def test_our_close_frames_fit() -> None:
    data = close_frame(4401, "再" * 200)
    assert data[1] == len(data) - 2 <= 125
    data[4:].decode()


def test_a_message_that_is_too_long_is_refused_by_its_header() -> None:
    """9: before its payload is kept, whole or in fragments, and without fear of 2^63."""
    assert refusal(masked(Opcode.TEXT, b"x" * 101)[:6], limit=100) == CloseCode.TOO_BIG
    assert refusal(b"\x82\xff" + b"\xff" * 8, limit=100) == CloseCode.TOO_BIG
    in_parts = masked(Opcode.TEXT, b"x" * 60, fin=False) + masked(Opcode.CONTINUATION, b"x" * 41)
    assert refusal(in_parts, limit=100) == CloseCode.TOO_BIG
    assert parse(masked(Opcode.TEXT, b"x" * 100), limit=100)
    empty = masked(Opcode.TEXT, b"", fin=False) + masked(Opcode.CONTINUATION, b"", fin=False) * 101
    assert refusal(empty, limit=100) == CloseCode.TOO_BIG


Frames = list[tuple[int, bytes, bool, int]]
frames = st.lists(
    st.tuples(
        st.sampled_from([0, 1, 2, 8, 9, 10, 1, 9, 3]),
        st.one_of(st.text(max_size=40).map(str.encode), st.binary(max_size=130)),
        st.booleans(),
        st.sampled_from([0, 0, 0, 0, 4]),
    ),
    max_size=8,
)


@given(frames, st.data())
def test_we_hear_what_wsproto_hears(sent: Frames, data: st.DataObject) -> None:
    """An independent parser as the judge: the same messages, and an end at the same frame."""
    stream = b"".join(masked(*each) for each in sent)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=5)))
    pieces = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert ours(pieces) == theirs(stream)


def ours(pieces: Iterable[bytes]) -> list[tuple[str, bytes]]:
    """Messages up to the close frame or the first error."""
    parser = FrameParser(LIMIT)
    heard: list[tuple[str, bytes]] = []
    try:
        for piece in pieces:
            for opcode, payload in parser.feed(piece):
                if opcode is Opcode.CLOSE:
                    close_reply(payload)
                    return [*heard, ("close", payload[:2])]
                heard.append((opcode.name.lower(), payload))
    except ProtocolError:
        heard.append(("error", b""))
    return heard


def theirs(stream: bytes) -> list[tuple[str, bytes]]:
    """The same by wsproto, which hands out a message's fragments and ends with close or error."""
    connection = Connection(ConnectionType.SERVER)
    heard: list[tuple[str, bytes]] = []
    parts: list[bytes] = []
    try:
        connection.receive_data(stream)
        for event in connection.events():
            match event:
                case TextMessage() | BytesMessage():
                    is_text = isinstance(event, TextMessage)
                    parts.append(event.data.encode() if is_text else bytes(event.data))
                    if event.message_finished:
                        heard.append(("text" if is_text else "binary", b"".join(parts)))
                        parts.clear()
                case Ping() | Pong():
                    heard.append((type(event).__name__.lower(), bytes(event.payload)))
                case CloseConnection() if connection.state is ConnectionState.OPEN:
                    return [*heard, ("error", b"")]
                case CloseConnection():
                    code = b"" if event.code == 1005 else int(event.code).to_bytes(2)
                    return [*heard, ("close", code)]
    except RemoteProtocolError:
        heard.append(("error", b""))
    return heard
