"""A flash sale changes one stock hundreds of times a second; nobody can read that."""

INTERVAL = 0.1


class Coalescer:
    """Lets through at most one frame per channel and INTERVAL seconds, always the last one.

    Times are on any one clock that does not go back.
    """

    def __init__(self) -> None:
        self._free_at: dict[str, float] = {}
        self._waiting: dict[str, bytes] = {}

    def passes(self, channel: str, data: bytes, now: float) -> bool:
        """Whether to send `data` now; if not, it waits in place of what waited before."""
        if self._free_at.get(channel, now) > now:
            self._waiting[channel] = data
            return False
        self._waiting.pop(channel, None)
        self._free_at[channel] = now + INTERVAL
        return True

    def due(self, now: float) -> list[tuple[str, bytes]]:
        """Take out what has waited long enough, as pairs of channel and frame."""
        if not self._free_at:
            return []
        self._free_at = {channel: at for channel, at in self._free_at.items() if at > now}
        ready = [channel for channel in self._waiting if channel not in self._free_at]
        self._free_at.update(dict.fromkeys(ready, now + INTERVAL))
        return [(channel, self._waiting.pop(channel)) for channel in ready]

    def next_due(self) -> float | None:
        """When `due` has something to give."""
        return min((self._free_at[channel] for channel in self._waiting), default=None)
