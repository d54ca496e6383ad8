"""The process in which pictures of strangers are decoded: `python -m points_app.reading.child`.

It talks over the socket that is its standard input, knows no secret, no database and no network,
and may be killed at any time. It ends when the other end is gone or wants nothing for a while.

A request is REQUEST and the file; an answer is ANSWER, a JSON object and the JPEG.
"""

from __future__ import annotations

import json
import math
import os
import resource
import signal
import socket
import struct
import sys
import traceback
from typing import Any

from points_app.reading.containers import PictureRejected
from points_app.reading.pictures import normalise

REQUEST = struct.Struct("!III")  # seconds of processor, megabytes, length of the file
ANSWER = struct.Struct("!II")  # length of the object, length of the JPEG
IDLE_SECONDS = 60.0
NICENESS = 5
"""Requests of other guests go before pictures when the processor is short."""


def receive(channel: socket.socket, length: int) -> bytes:
    """Exactly so many bytes. Raises EOFError when the other end is gone, OSError in time."""
    parts = []
    while length:
        part = channel.recv(min(length, 1 << 20))
        if not part:
            raise EOFError
        parts.append(part)
        length -= len(part)
    return b"".join(parts)


def serve(channel: socket.socket) -> None:
    """Decode one file after the other until nobody asks."""
    own_space = _address_space()
    while True:
        channel.settimeout(IDLE_SECONDS)
        try:
            seconds, megabytes, length = REQUEST.unpack(receive(channel, REQUEST.size))
            content = receive(channel, length)
        except (EOFError, OSError):
            return
        _allow(seconds, own_space and own_space + (megabytes << 20))
        said, jpeg = _answer(content)
        encoded = json.dumps(said).encode()
        channel.sendall(ANSWER.pack(len(encoded), len(jpeg)) + encoded + jpeg)


def _answer(content: bytes) -> tuple[dict[str, Any], bytes]:
    try:
        picture = normalise(content)
    except PictureRejected as refusal:
        return {"reason": refusal.reason, "detail": str(refusal), "kind": refusal.kind}, b""
    except Exception as error:  # told to the parent, who logs it
        place = traceback.extract_tb(error.__traceback__)[-1]
        return {"failed": f"{type(error).__name__} in {place.name}, line {place.lineno}"}, b""
    return {
        "width": picture.width,
        "height": picture.height,
        "pixel_sha256": picture.pixel_sha256,
        "perceptual_hash": picture.perceptual_hash,
    }, picture.jpeg


def _allow(seconds: int, address_space: int) -> None:
    """What this process may use from here on; past its seconds the kernel kills it."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _limit(resource.RLIMIT_CPU, math.ceil(used.ru_utime + used.ru_stime) + seconds)
    if address_space:
        _limit(resource.RLIMIT_AS, address_space)


def _limit(kind: int, most: int) -> None:
    hard = resource.getrlimit(kind)[1]
    resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _address_space() -> int:
    """Bytes this process has mapped; 0 where the system does not tell, and none is enforced."""
    try:
        with open("/proc/self/statm") as statm:
            return int(statm.read().split()[0]) * resource.getpagesize()
    except OSError:
        return 0


def main() -> None:
    """Ignore what is meant for the server as a whole: it ends us by closing the socket."""
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    os.nice(NICENESS)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    with socket.socket(fileno=os.dup(sys.stdin.fileno())) as channel:
        serve(channel)


if __name__ == "__main__":
    main()
