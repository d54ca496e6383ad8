"""Where servers that live for one test run keep their files."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MEMORY = Path("/dev/shm")
ROOM_BYTES = 512 * 1024 * 1024


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A new folder that is deleted afterwards: in memory when there is room (containers often
    have only 64 MB there), else where temporary files go."""
    roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM_BYTES
    with tempfile.TemporaryDirectory(prefix="points-", dir=MEMORY if roomy else None) as name:
        yield Path(name)
