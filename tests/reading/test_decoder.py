"""Decoding happens in a process that may die: the picture is refused, the next one is taken."""

import fcntl
import os
import signal
import subprocess
import sys
import termios
import threading
from pathlib import Path

import pytest
from PIL import Image

from devstack.process import wait_until
from points_app.reading import child, decoder
from points_app.reading.containers import PictureRejected
from points_app.reading.decoder import Decoder, DecoderBusy, Decoders
from points_app.reading.pictures import normalise
from points_app.reading.turns import Turns
from tests.reading.containers import jpeg_with_scans, marked, png_claiming, saved
from tests.receipts_in import picture

CONTENT = saved(marked(), "PNG")


@pytest.fixture
def one():
    made = Decoder()
    yield made
    made.close()


@pytest.fixture
def decoders():
    made = Decoders(Turns(at_once=2, waiting=8, of_a_guest=8, patience=60), megabytes=800)
    yield made
    made.close()


def is_asked(channel):
    """Whether something was sent that the other end, which is stopped, has not read."""
    unread = fcntl.ioctl(channel, termios.TIOCOUTQ, bytes(4))
    return int.from_bytes(unread, sys.byteorder) > 0


def process_of(decoders):
    (idle,) = decoders._idle
    return idle._process


def test_it_answers_what_decoding_here_would():
    with_print = picture("cn_dev_016_takeaway_phone.jpg")
    made = Decoder()
    try:
        for content in (with_print, CONTENT, with_print):
            assert made.decode(content, 5, 300) == normalise(content)
    finally:
        made.close()


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"GIF89a", "kind"), (png_claiming(9, 99_999), "size"), (CONTENT[:60], "damaged")],
)
def test_refusals_come_back_and_it_lives_on(one, content, reason):
    with pytest.raises(PictureRejected) as caught:
        one.decode(content, 5, 300)
    assert caught.value.reason == reason
    assert one.is_ready and one.decode(CONTENT, 5, 300).width == 60


def test_a_kind_is_named(one):
    with pytest.raises(PictureRejected) as caught:
        one.decode(saved(marked(), "AVIF"), 5, 300)
    assert caught.value.kind == "AVIF"


def test_what_takes_too_long_is_killed_by_its_budget(one):
    """Its last scan comes forty times more; one second of the processor is allowed."""
    content = saved(Image.effect_noise((4000, 4000), 60), "JPEG", progressive=True, quality=90)
    last, end = content.rindex(b"\xff\xda"), len(content) - 2
    costly = content[:end] + content[last:end] * 40 + content[end:]
    with pytest.raises(PictureRejected) as caught:
        one.decode(costly, 0, 300)
    assert caught.value.reason == "cost" and not one.is_ready


def test_what_takes_too_much_memory_is_refused(one):
    with pytest.raises(PictureRejected) as caught:
        one.decode(saved(Image.new("L", (7000, 7000)), "PNG"), 20, 40)
    assert caught.value.reason == "cost"


def test_one_that_hangs_is_killed_and_the_machine_is_to_blame(one, monkeypatch):
    monkeypatch.setattr(decoder, "WALL_SECONDS", 0.2)
    os.kill(one._process.pid, signal.SIGSTOP)
    with pytest.raises(DecoderBusy):
        one.decode(CONTENT, 5, 300)
    assert not one.is_ready and one._process.returncode == -signal.SIGKILL


@pytest.mark.parametrize(
    ("signal_number", "reason"), [(signal.SIGSEGV, "damaged"), (signal.SIGKILL, "cost")]
)
def test_one_that_dies_of_its_picture_is_replaced(decoders, signal_number, reason):
    decoders.decode(CONTENT, guest=1)
    first, channel = process_of(decoders), decoders._idle[0]._channel
    os.kill(first.pid, signal.SIGSTOP)  # it will have the picture and not answer
    refused = []

    def send():
        with pytest.raises(PictureRejected) as caught:
            decoders.decode(CONTENT, guest=1)
        refused.append(caught.value.reason)

    thread = threading.Thread(target=send)
    thread.start()
    wait_until(lambda: is_asked(channel), 30, "the picture to be on its way")
    os.kill(first.pid, signal_number)
    os.kill(first.pid, signal.SIGCONT)
    thread.join()
    assert refused == [reason]
    assert decoders.decode(CONTENT, guest=1).width == 60
    assert process_of(decoders).pid != first.pid


def test_one_serves_as_long_as_one_is_enough(decoders):
    pids = set()
    for _ in range(5):
        decoders.decode(CONTENT, guest=1)
        pids.add(process_of(decoders).pid)
    assert len(pids) == 1


def test_one_that_died_while_it_rested_is_replaced_unseen(decoders):
    decoders.decode(CONTENT, guest=1)
    process_of(decoders).kill()
    process_of(decoders).wait()
    assert decoders.decode(CONTENT, guest=1).width == 60


def test_it_leaves_when_nobody_asks(monkeypatch):
    ours, theirs = child.socket.socketpair()
    monkeypatch.setattr(child, "IDLE_SECONDS", 0.05)
    with ours, theirs:
        child.serve(theirs)  # and returns


def test_it_leaves_with_its_server():
    """Also one that is killed: nothing is left behind."""
    program = (
        "import os; from points_app.reading.decoder import Decoder; made = Decoder();"
        "made.decode(open(0, 'rb').read(), 5, 300);"
        "print(made._process.pid, flush=True); os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", program], input=CONTENT, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    pid = int(done.stdout)
    wait_until(lambda: not alive(pid), 30, "the decoder gone")


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_what_stops_the_server_leaves_it_to_the_server(one):
    one.decode(CONTENT, 5, 300)
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        os.kill(one._process.pid, each)
    assert one.decode(CONTENT, 5, 300).width == 60


def test_it_knows_no_secret_and_loads_no_server(monkeypatch):
    monkeypatch.setenv("JWT_SECRET", "never to be told")
    made = Decoder()
    try:
        made.decode(CONTENT, 5, 300)
        about = Path(f"/proc/{made._process.pid}")
        environ, mapped = (about / "environ").read_bytes(), (about / "maps").read_text()
    finally:
        made.close()
    assert b"PATH=" in environ and b"never" not in environ
    listing = "import sys, points_app.reading.child; print(*sys.modules)"
    loaded = subprocess.check_output([sys.executable, "-c", listing], text=True).split()
    assert not {"flask", "sqlalchemy", "redis", "celery", "boto3"} & set(loaded)
    assert "libheif" in mapped


def test_after_a_costly_picture_a_guests_wait_with_the_large_ones(decoders):
    assert not decoders._is_suspect(1)
    with pytest.raises(PictureRejected):
        decoders.decode(jpeg_with_scans(600), guest=1)
    assert not decoders._is_suspect(1)  # it cost nothing
    decoders._megabytes = 1
    with pytest.raises(PictureRejected) as caught:
        decoders.decode(saved(Image.new("RGB", (3000, 3000)), "PNG"), guest=1)
    assert caught.value.reason == "cost"
    assert decoders._is_suspect(1) and not decoders._is_suspect(2)


def test_no_decoder_no_picture(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(DecoderBusy):
        Decoder()
