"""Children stop when told to, take their own children along, and never outlive their parent."""

import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from devstack.ports import free_port
from devstack.process import Process, ProcessFailed, Server, wait_until

# Prints the process id of a grandchild that ignores the polite signals, then waits with it.
STUBBORN_FAMILY = """
sh -c 'trap "" TERM INT; echo $$; while :; do sleep 60; done' &
trap 'exit 0' TERM
wait
"""
ORPHAN_MAKER = """
import sys, time
from devstack.process import Process
child = Process("child", ["sleep", "60"], print)
child.start()
print(child.pid, flush=True)
time.sleep(60)
"""


def is_running(pid: int) -> bool:
    """Whether the process exists and is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_every_line_has_arrived_when_wait_returns() -> None:
    lines: list[str] = []
    with Process("talker", ["sh", "-c", "echo one; echo two >&2; exit 3"], lines.append) as talker:
        assert talker.wait() == 3
        assert lines == ["one", "two"]


def test_output_to_a_file_is_appended(tmp_path: Path) -> None:
    log = tmp_path / "log"
    for word in ("first", "second"):
        with Process("talker", ["echo", word], log) as talker:
            talker.wait()
    assert log.read_text() == "first\nsecond\n"


def test_stop_asks_the_child_and_kills_what_it_leaves_behind() -> None:
    lines: list[str] = []
    process = Process("family", ["sh", "-c", STUBBORN_FAMILY], lines.append)
    process.start()
    grandchild = int(wait_until(lambda: lines, 10, "the grandchild's id")[0])
    assert is_running(grandchild)
    process.stop()
    wait_until(lambda: not is_running(grandchild), 10, "the end of the grandchild")


def test_a_child_that_ignores_the_signal_is_killed() -> None:
    lines: list[str] = []
    script = 'trap "" TERM; echo ready; while :; do sleep 60; done'
    process = Process("deaf", ["sh", "-c", script], lines.append, stop_seconds=0.1)
    process.start()
    pid = process.pid
    wait_until(lambda: lines, 10, "the trap")
    process.stop()
    assert not is_running(pid)


def test_exit_code_tells_a_signal_from_a_status(tmp_path: Path) -> None:
    process = Process("victim", ["sleep", "60"], tmp_path / "log")
    process.start()
    assert process.exit_code() is None
    os.kill(process.pid, signal.SIGKILL)
    assert wait_until(process.exit_code, 10) == -signal.SIGKILL
    process.stop()  # harmless


def test_a_child_dies_with_a_parent_that_is_killed() -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", ORPHAN_MAKER], stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    with parent.stdout as lines:
        child = int(lines.readline())
    # Before setpriv has become what it starts, the kernel knows of no wish to die together.
    name = Path(f"/proc/{child}/comm")
    wait_until(lambda: name.read_text().strip() == "sleep", 10, "the child proper")
    parent.kill()
    parent.wait()
    wait_until(lambda: not is_running(child), 10, "the end of the orphan")


def test_starting_twice_or_off_the_main_thread_is_refused(tmp_path: Path) -> None:
    errors: list[RuntimeError] = []

    def start_here() -> None:
        with pytest.raises(RuntimeError, match="main thread") as caught:
            Process("child", ["true"], tmp_path / "log").start()
        errors.append(caught.value)

    thread = threading.Thread(target=start_here)
    thread.start()
    thread.join()
    assert errors
    with (
        Process("child", ["sleep", "60"], tmp_path / "log") as process,
        pytest.raises(RuntimeError, match="running already"),
    ):
        process.start()


def make_server(log: Path, script: str, port: int | None = None) -> Server:
    """A server that runs `script` and never answers."""
    return Server(
        "toy",
        ["sh", "-c", script],
        log,
        url=f"tcp://127.0.0.1:{port or free_port()}",
        is_ready=lambda: False,
        start_seconds=0.3,
    )


def test_a_server_that_ends_at_once_shows_the_end_of_its_log(tmp_path: Path) -> None:
    server = make_server(tmp_path / "log", "echo no room left; exit 4")
    with pytest.raises(ProcessFailed, match=r"toy ended at once \(4\)(.|\n)*no room left"):
        server.start()


def test_a_server_that_never_answers_is_killed(tmp_path: Path) -> None:
    server = make_server(tmp_path / "log", "echo $$; sleep 60")
    with pytest.raises(ProcessFailed, match="not within"):
        server.start()
    assert not is_running(int((tmp_path / "log").read_text()))


def test_a_taken_port_is_named_before_anything_starts(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        server = make_server(tmp_path / "log", "echo started", port)
        with pytest.raises(ProcessFailed, match=f"port {port} is taken"):
            server.start()
    assert not (tmp_path / "log").exists()


def test_wait_until_returns_the_value_or_names_what_it_waited_for() -> None:
    answers = iter([None, 0, "yes"])
    assert wait_until(lambda: next(answers), 10) == "yes"
    with pytest.raises(TimeoutError, match="the end of time: not within 0 seconds"):
        wait_until(lambda: False, 0, "the end of time")
