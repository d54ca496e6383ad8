"""A TCP address that can be pointed at another server while clients are connected, as a virtual
address or a name is at a fail-over: connections that stand stay where they are."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from devstack.ports import free_port

CHUNK = 65536


class Switch:
    """Hands every new connection on to `target`, a port of the loopback."""

    def __init__(self, target: int) -> None:
        self.port = free_port()
        self.target = target
        self._ready = threading.Event()
        self._stop: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None

    def start(self) -> None:
        """Return when connections are accepted."""
        threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True).start()
        self._ready.wait()

    def stop(self) -> None:
        """Close the address and every connection."""
        if self._stop is not None:
            loop, stop = self._stop
            loop.call_soon_threadsafe(stop.set)

    async def _serve(self) -> None:
        stop = asyncio.Event()
        self._stop = asyncio.get_running_loop(), stop
        server = await asyncio.start_server(self._hand_on, "127.0.0.1", self.port)
        self._ready.set()
        await stop.wait()
        server.close()

    async def _hand_on(self, client: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        try:
            server, to_server = await asyncio.open_connection("127.0.0.1", self.target)
            try:
                await asyncio.gather(_copy(client, to_server), _copy(server, back))
            finally:
                to_server.close()
        except (OSError, asyncio.CancelledError):
            return
        finally:
            back.close()


async def _copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await source.read(CHUNK):
            sink.write(data)
            await sink.drain()
    sink.close()


@contextmanager
def switch(target: int) -> Iterator[Switch]:
    """Run one."""
    running = Switch(target)
    running.start()
    try:
        yield running
    finally:
        running.stop()
