"""Child processes that never outlive the program that started them."""

import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Self, TypeVar
from urllib.parse import urlsplit

from devstack.ports import is_free

T = TypeVar("T")

# PR_SET_PDEATHSIG without a preexec_fn, which is unsafe in a program with threads. Part of
# util-linux, so on every Linux worth the name; elsewhere only an orderly exit stops the children.
SETPRIV = shutil.which("setpriv")
LOG_TAIL_LINES = 15


class ProcessFailed(Exception):
    """A child ended, or did not get ready; the text says which one and what it printed last."""


def wait_until(
    condition: Callable[[], T], seconds: float, what: str = "the condition", every: float = 0.02
) -> T:
    """Ask `condition` `every` so many seconds until it is true, and return its value.

    Raises TimeoutError, naming `what`, after `seconds`.
    """
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what}: not within {seconds:g} seconds")
        time.sleep(every)
    return value


class Process:
    """A child in a session of its own, so a Ctrl-C in the terminal reaches only its parent.

    `output` is a log file to append to, or a function called with each line (from a thread).
    `stop_signal` goes to the child alone, which tells its own children; whatever of its group is
    left after `stop_seconds` is killed. The same signal arrives when the parent dies first.
    """

    def __init__(
        self,
        name: str,
        argv: Sequence[str | Path],
        output: Path | Callable[[str], object],
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
        stop_seconds: float = 10.0,
    ) -> None:
        self.name = name
        self._argv = [str(word) for word in argv]
        self._output = output
        self._env = env
        self._cwd = cwd
        self._stop_signal = stop_signal
        self._stop_seconds = stop_seconds
        self._child: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None

    @property
    def pid(self) -> int:
        return self._started().pid

    def start(self) -> None:
        """Start the child. Raises RuntimeError off the main thread or when it runs already."""
        if threading.current_thread() is not threading.main_thread():
            # The kernel counts the end of the spawning *thread* as the death of the parent.
            raise RuntimeError(f"{self.name}: start processes from the main thread")
        if self.exit_code() is None and self._child is not None:
            raise RuntimeError(f"{self.name} is running already")
        if isinstance(self._output, Path):
            with self._output.open("ab") as log:
                self._child = self._spawn(log)
            return
        self._child = self._spawn(subprocess.PIPE)
        self._reader = threading.Thread(target=self._hand_on_lines, name=f"log of {self.name}")
        self._reader.daemon = True
        self._reader.start()

    def exit_code(self) -> int | None:
        """The child's exit status, minus the signal that ended it; None while it runs."""
        return self._child.poll() if self._child else None

    def wait(self) -> int:
        """Wait for the child to end by itself, and for its last line; return the exit status."""
        code = self._started().wait()
        self._finish_output()
        return code

    def stop(self) -> None:
        """Ask the child to stop, kill what is left of its group. Harmless when it has ended."""
        if self._child is None:
            return
        if self._child.poll() is None:
            self._child.send_signal(self._stop_signal)
            with suppress(subprocess.TimeoutExpired):
                self._child.wait(self._stop_seconds)
        self.kill()

    def kill(self) -> None:
        """Kill the child and its group at once, as a power cut would."""
        if self._child is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self._child.pid, signal.SIGKILL)
        self._child.wait()
        self._finish_output()
        self._child = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _started(self) -> subprocess.Popen[str]:
        if self._child is None:
            raise RuntimeError(f"{self.name} was not started")
        return self._child

    def _spawn(self, stdout: int | IO[bytes]) -> subprocess.Popen[str]:
        tie = [SETPRIV, "--pdeathsig", self._stop_signal.name[3:], "--"] if SETPRIV else []
        return subprocess.Popen(
            [*tie, *self._argv],
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=subprocess.STDOUT,
            env=self._env,
            cwd=self._cwd,
            start_new_session=True,
            text=True,
            errors="replace",
        )

    def _hand_on_lines(self) -> None:
        child, output = self._started(), self._output
        assert child.stdout is not None and callable(output)
        with child.stdout as lines:
            for line in lines:
                output(line.rstrip("\n"))

    def _finish_output(self) -> None:
        if self._reader:
            self._reader.join()
            self._reader = None


class Server(Process):
    """A process with an address. Stopped and started again, it answers at the same one."""

    def __init__(
        self,
        name: str,
        argv: Sequence[str | Path],
        log: Path,
        *,
        url: str,
        is_ready: Callable[[], bool],
        start_seconds: float = 30.0,
        stop_signal: signal.Signals = signal.SIGTERM,
    ) -> None:
        super().__init__(name, argv, log, stop_signal=stop_signal)
        self.url = url
        self._log = log
        self._is_ready = is_ready
        self._start_seconds = start_seconds

    def start(self) -> None:
        """Start the server and return when it answers.

        Raises ProcessFailed when its port is taken, and with the end of its log when it ends
        instead of answering or takes too long.
        """
        port = urlsplit(self.url).port
        if port and not is_free(port):  # else whoever has it would be taken for this server
            raise ProcessFailed(f"{self.name} cannot start: port {port} is taken")
        super().start()
        try:
            wait_until(self._settled, self._start_seconds, f"{self.name} answering at {self.url}")
        except TimeoutError as error:
            self.kill()
            raise ProcessFailed(f"{error}\n{self._log_tail()}") from None
        if (code := self.exit_code()) is not None:
            raise ProcessFailed(f"{self.name} ended at once ({code})\n{self._log_tail()}")

    def _settled(self) -> bool:
        return self.exit_code() is not None or self._is_ready()

    def _log_tail(self) -> str:
        lines = self._log.read_text(errors="replace").splitlines()[-LOG_TAIL_LINES:]
        return "\n".join([f"The end of {self._log}:", *lines])
