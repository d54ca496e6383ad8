"""Bodies that break while they are read: whatever the bytes, the answer is an envelope."""

import json
import socket

import pytest

HEAD = (
    "POST {path} HTTP/1.1\r\nHost: shop\r\nContent-Type: {kind}\r\n"
    "X-Forwarded-For: 100.9.{number}.1\r\nTransfer-Encoding: chunked\r\n\r\n"
)
CHUNKS = {
    "no number": b"zz\r\n{}\r\n0\r\n\r\n",
    "negative": b"-2\r\n{}\r\n0\r\n\r\n",
    "signed": b"+2\r\n{}\r\n0\r\n\r\n",
    "prefixed": b"0x2\r\n{}\r\n0\r\n\r\n",
    "empty size": b"\r\n{}\r\n0\r\n\r\n",
    "too short": b"5\r\n{}\r\n0\r\n\r\n",
    "too long": b"1\r\n{}\r\n0\r\n\r\n",
    "no end of line": b"2\r\n{}0\r\n\r\n",
    "bare line feeds": b"2\n{}\n0\n\n",
    "an odd extension": b"2;\xff\x00=\r\n{}\r\n0\r\n\r\n",
    "an odd trailer": b"2\r\n{}\r\n0\r\n\xff: \x00\r\n: \r\n\r\n",
    "huge": b"ffffffffffffffffffff\r\n{}",
    "cut off": b"2\r\n{",
    "nothing": b"",
}
DOORS = (
    ("/api/auth/login", "application/json"),
    ("/api/auth/send-code", "application/json"),
    ("/api/auth/refresh", "application/json"),
    ("/api/lottery/draw", "application/json"),
    ("/api/photo/upload", "multipart/form-data; boundary=x"),
    ("/api/none", "application/json"),
)


def answers(port: int, head: str, body: bytes) -> bytes:
    """Everything the server says until it closes, when nothing more comes."""
    with socket.create_connection(("127.0.0.1", port), timeout=15) as client:
        client.sendall(head.encode() + body)
        client.shutdown(socket.SHUT_WR)
        said = b""
        while part := client.recv(65536):
            said += part
    return said


@pytest.mark.parametrize("chunks", CHUNKS)
@pytest.mark.parametrize(("path", "kind"), DOORS)
def test_a_malformed_chunk_is_answered_with_an_envelope(site, path, kind, chunks):
    number = list(CHUNKS).index(chunks)
    said = answers(site.port, HEAD.format(path=path, kind=kind, number=number), CHUNKS[chunks])
    head, _, body = said.partition(b"\r\n\r\n")
    status = int(head.split()[1])
    envelope = json.JSONDecoder().raw_decode(body.decode(errors="replace"))[0]
    assert set(envelope) == {"code", "msg", "data"} and envelope["code"] != 0
    assert status in (200, 404, 429) and b"HTTP/1.1 2" not in body
    assert "Traceback" not in site.log.read_text()
