"""Pictures of strangers are decoded in processes of their own, which have a budget and can be
killed; and nobody's pictures hold up everybody else's.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from points_app.reading.child import ANSWER, IDLE_SECONDS, REQUEST, receive
from points_app.reading.containers import PictureRejected, look_into
from points_app.reading.pictures import Picture
from points_app.reading.turns import Turns

log = logging.getLogger(__name__)

CPU_SECONDS = 3
"""Of the processor, for one picture: four times what the costliest of 16 megapixels takes."""
LARGE_CPU_SECONDS = 8
"""For a large one: four times what the costliest of 50 megapixels takes."""
ORDINARY_MEGABYTES = 400
WALL_SECONDS = 20.0
"""Past it the machine is overloaded, which is not the picture's fault."""
SUSPECT_SECONDS = 600.0
"""For so long the pictures of a guest who sent a costly one wait with the large ones."""
_PROJECT = Path(__file__).resolve().parents[2]
# What a program needs to start at all. Secrets are in the environment too: it gets none of those.
_ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "PYTHONHOME", "LANG", "TZ")


class DecoderBusy(RuntimeError):
    """No process could decode the picture in time, or be started: the machine is overloaded."""


class Decoder:
    """One child process; used by one thread at a time. Raises DecoderBusy when it cannot start."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        try:
            # Not multiprocessing: it would run the server's own main module again, and fork.
            self._process = subprocess.Popen(
                [sys.executable, "-m", "points_app.reading.child"],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,  # codecs print what hostile files make them say
                cwd=_PROJECT,
                env={**environment, "MALLOC_ARENA_MAX": "1"},
            )
        except OSError as error:
            ours.close()
            raise DecoderBusy(f"cannot start a decoder: {error.strerror}") from error
        finally:
            theirs.close()
        self._channel, self._used = ours, time.monotonic()

    @property
    def is_ready(self) -> bool:
        """Whether it lives and will not just be leaving, having had nothing to do."""
        rested = time.monotonic() - self._used
        return rested < IDLE_SECONDS - 10 and self._process.poll() is None

    def decode(self, content: bytes, seconds: int, megabytes: int) -> Picture:
        """Have one picture decoded within so much time of the processor and memory.

        Raises PictureRejected; DecoderBusy after WALL_SECONDS. After either the process may be
        gone: look at `is_ready`.
        """
        deadline = time.monotonic() + WALL_SECONDS
        try:
            self._channel.settimeout(WALL_SECONDS)
            self._channel.sendall(REQUEST.pack(seconds, megabytes, len(content)))
            self._channel.sendall(content)
            self._channel.settimeout(max(0.1, deadline - time.monotonic()))
            sizes = ANSWER.unpack(receive(self._channel, ANSWER.size))
            said, jpeg = (receive(self._channel, size) for size in sizes)
        except TimeoutError:
            self.close()
            raise DecoderBusy(f"no answer within {WALL_SECONDS:.0f} s") from None
        except (EOFError, OSError):
            raise self._lost() from None
        self._used = time.monotonic()
        return _told(json.loads(said), jpeg)

    def close(self) -> None:
        """Kill it; it has nothing to finish."""
        self._channel.close()
        self._process.kill()
        self._process.wait()

    def _lost(self) -> PictureRejected:
        """Why it died while it had a picture."""
        self._channel.close()
        self._process.kill()  # it is dead, or writes to nobody
        code = self._process.wait()
        if code in (-signal.SIGXCPU, -signal.SIGKILL):
            return PictureRejected("cost", "decoding takes too long or too much memory")
        log.error("decoder_died", extra={"exit_code": code})
        return PictureRejected("damaged", "the picture broke its decoder")


def _told(said: dict[str, Any], jpeg: bytes) -> Picture:
    if "reason" in said:
        raise PictureRejected(said["reason"], str(said["detail"]), said["kind"])
    if "failed" in said:
        log.error("decoder_failed", extra={"error": said["failed"]})
        raise PictureRejected("damaged", "the picture broke its decoder")
    return Picture(jpeg=jpeg, **said)


class Decoders:
    """The decoders of this process, started as they are needed, and who may use them when."""

    def __init__(self, turns: Turns, megabytes: int) -> None:
        self._turns = turns
        self._megabytes = megabytes
        self._changing = threading.Lock()
        self._idle: list[Decoder] = []
        self._suspects: dict[int, float] = {}

    def decode(self, content: bytes, guest: int) -> Picture:
        """Decode a picture of a guest. Waits for its turn.

        Raises PictureRejected; GuestCrowded, Crowded (turns); DecoderBusy.
        """
        large = look_into(content).is_large
        with self._turns.taken(guest, large or self._is_suspect(guest)):
            decoder = self._take()
            try:
                return decoder.decode(
                    content,
                    LARGE_CPU_SECONDS if large else CPU_SECONDS,
                    self._megabytes if large else min(self._megabytes, ORDINARY_MEGABYTES),
                )
            except PictureRejected as refusal:
                if refusal.reason == "cost":
                    self._suspect(guest)
                raise
            finally:
                self._give_back(decoder)

    def close(self) -> None:
        """Kill those that wait for work."""
        with self._changing:
            idle, self._idle = self._idle, []
        for decoder in idle:
            decoder.close()

    def _take(self) -> Decoder:
        """The one used last, so that others may leave when there is little to do."""
        while True:
            with self._changing:
                decoder = self._idle.pop() if self._idle else None
            if decoder is None:
                return Decoder()
            if decoder.is_ready:
                return decoder
            decoder.close()

    def _give_back(self, decoder: Decoder) -> None:
        if decoder.is_ready:
            with self._changing:
                self._idle.append(decoder)
        else:
            decoder.close()

    def _suspect(self, guest: int) -> None:
        now = time.monotonic()
        with self._changing:
            self._suspects = {each: end for each, end in self._suspects.items() if end > now}
            self._suspects[guest] = now + SUSPECT_SECONDS

    def _is_suspect(self, guest: int) -> bool:
        return self._suspects.get(guest, 0.0) > time.monotonic()
