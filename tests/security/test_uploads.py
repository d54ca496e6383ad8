"""Pictures and bodies that mean harm: files that are two things at once, metadata that tells where
somebody lives, requests that never end. What honest mistakes look like is tests/http/test_photo.py.
"""

import io
import json
import socket
import threading
import tracemalloc
import zlib
from urllib.parse import urlsplit

import pytest
from PIL import Image

from points_app.database.session import db
from points_app.models.accounts import User
from points_app.models.receipts import Receipt, StagedPicture
from points_app.reading.decoder import Decoder
from tests.books import count
from tests.receipts_in import blank, hand_in, send

SCRIPT = b"<?php system($_GET[0]); ?><script>alert(1)</script>"
ARCHIVE = b"PK\x05\x06" + bytes(18)


def kept(app):
    """The one picture as it was stored."""
    with app.app_context():
        return db.session.query(StagedPicture).one().content


def with_exif(orientation, size=(60, 80)):
    image = Image.new("RGB", size, "white")
    image.paste("black", (0, 0, 20, 10))  # a mark in the upper left corner
    exif = image.getexif()
    exif[0x0112] = orientation
    exif[0x010F] = "王芳的手机"
    exif[0x9286] = SCRIPT.decode()
    exif.get_ifd(0x8825)[2] = (31.0, 13.0, 49.0)  # latitude
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", exif=exif, comment=SCRIPT)
    return buffer.getvalue()


def png_with(chunk, content):
    """A PNG with a chunk more, right after its header."""
    plain = blank(kind="PNG")
    mark = zlib.crc32(chunk + content).to_bytes(4, "big")
    return plain[:33] + len(content).to_bytes(4, "big") + chunk + content + mark + plain[33:]


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
@pytest.mark.parametrize(
    "content",
    [
        blank() + SCRIPT,
        blank(kind="PNG") + ARCHIVE,
        blank(kind="WEBP") + SCRIPT,
        png_with(b"tEXt", b"Comment\x00" + SCRIPT),
        png_with(b"eXIf", b"MM\x00*" + SCRIPT),
        with_exif(1),
    ],
    ids=["JPEG+script", "PNG+archive", "WebP+script", "PNG text", "PNG EXIF", "JPEG comment"],
)
def test_of_a_polyglot_only_the_pixels_are_kept(app, make, content):
    assert SCRIPT in content or ARCHIVE in content
    send(make.guest(), content).ok()
    stored = kept(app)
    assert SCRIPT not in stored and ARCHIVE not in stored and b"<?php" not in stored
    with Image.open(io.BytesIO(stored)) as image:
        assert image.format == "JPEG" and not image.getexif() and "comment" not in image.info


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_turns_the_picture_and_goes(app, make, orientation):
    send(make.guest(), with_exif(orientation)).ok()
    stored = kept(app)
    assert b"Exif" not in stored and "王芳".encode() not in stored
    with Image.open(io.BytesIO(stored)) as image:
        corners = {
            1: (3, 3), 2: (-3, 3), 3: (-3, -3), 4: (3, -3),
            5: (3, 3), 6: (-3, 3), 7: (-3, -3), 8: (3, -3),
        }  # fmt: skip
        assert image.size == ((60, 80) if orientation < 5 else (80, 60))
        x, y = (place % side for place, side in zip(corners[orientation], image.size, strict=True))
        assert image.getpixel((x, y))[0] < 90


def declared(width, height):
    """A PNG that claims to be large and holds nothing."""
    import struct

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    mark = zlib.crc32(b"IHDR" + header).to_bytes(4, "big")
    return b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR" + header + mark + blank(kind="PNG")[33:]


@pytest.mark.parametrize("size", [(65_000, 65_000), (2**31 - 1, 2**31 - 1), (50_001, 1000), (0, 9)])
def test_bombs_are_refused_before_they_are_unpacked(make, size):
    guest, content = make.guest(), declared(*size)
    tracemalloc.start()
    try:
        answer = send(guest, content)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert answer.code == 5003 and count(guest, Receipt) == 0
    assert peak < 20_000_000


def test_at_most_two_pictures_are_decoded_at_once(make, monkeypatch):
    """However many uploads come together: a large one takes hundreds of megabytes meanwhile."""
    inside, most, counting = [0], [0], threading.Lock()
    both_in = threading.Barrier(2, timeout=30)
    decode = Decoder.decode

    def watched(self, content, *budget):
        with counting:
            inside[0] += 1
            most[0] = max(most[0], inside[0])
        both_in.wait()  # two are in here together, or this breaks
        try:
            return decode(self, content, *budget)
        finally:
            with counting:
                inside[0] -= 1

    monkeypatch.setattr(Decoder, "decode", watched)
    guests = [make.guest() for _ in range(8)]
    uploads = [
        threading.Thread(target=send, args=(each, blank(n))) for n, each in enumerate(guests)
    ]
    for upload in uploads:
        upload.start()
    for upload in uploads:
        upload.join()
    assert most[0] == 2 and not both_in.broken


def test_names_are_the_servers(app, make):
    body = {"file": (io.BytesIO(blank()), "../../../etc/cron.d/x.php")}
    guest = make.guest()
    headers = {"Prefer": "respond-async"}
    answer = guest.send("POST", "/api/photo/upload", data=body, headers=headers).ok()
    with app.app_context():
        receipt = db.session.query(Receipt).one()
        assert receipt.object_key.endswith(f"/{answer['upload_id']}.jpg")
        assert "cron" not in receipt.object_key and "cron" not in answer["image_url"]


class TestLinksAndRoles:
    """A link serves its viewer in the role it was made for, as long as they have it."""

    def look(self, app, link):
        address = urlsplit(link)
        return app.test_client().get(f"{address.path}?{address.query}").status_code

    def change(self, app, client, **columns):
        with app.app_context():
            db.session.query(User).filter_by(user_id=client.user_id).update(columns)
            db.session.commit()

    def test_a_banned_guests_link_is_dead(self, app, make):
        guest = make.guest()
        link = guest.get(f"/api/photo/records/{hand_in(guest)}").ok()["image_url"]
        assert self.look(app, link) == 200
        self.change(app, guest, status="banned")
        assert self.look(app, link) == 404

    def test_a_former_merchants_link_is_dead(self, app, make):
        merchant = make.merchant()
        hand_in(make.guest())
        (waiting,) = merchant.get("/api/merchant/pending-reviews").ok()["reviews"]
        assert self.look(app, waiting["image_url"]) == 200
        self.change(app, merchant, is_merchant=False)
        assert self.look(app, waiting["image_url"]) == 404

    def test_a_merchants_link_is_no_guests_link(self, app, make):
        merchant, guest = make.merchant(), make.guest()
        hand_in(guest)
        (waiting,) = merchant.get("/api/merchant/pending-reviews").ok()["reviews"]
        link = waiting["image_url"].replace(
            f"merchant-{merchant.user_id}", f"guest-{guest.user_id}"
        )
        assert self.look(app, link) == 404


class TestOnTheSocket:
    """Raw requests to a running server."""

    def exchange(self, site, head, chunks, token):
        """Send the head and the chunks as far as the server lets us; its status and envelope."""
        lines = [*head, "Host: shop", f"Authorization: Bearer {token}", "Connection: close", "", ""]
        with socket.create_connection(("127.0.0.1", site.port), timeout=60) as sock:
            sock.sendall("\r\n".join(lines).encode())
            sent = 0
            try:
                for chunk in chunks:
                    sock.sendall(chunk)
                    sent += len(chunk)
            except OSError:  # the server has answered and hung up
                pass
            answer = self.read(sock)
        status, _, rest = answer.partition(b"\r\n")
        body = rest.partition(b"\r\n\r\n")[2]
        code = json.loads(body)["code"] if body.startswith(b"{") else None
        return int(status.split()[1]) if status else None, code, sent

    def read(self, sock):
        answer = b""
        try:
            while more := sock.recv(65536):
                answer += more
        except OSError:
            pass
        return answer

    def endless(self):
        """A chunked body without an end, a megabyte at a time, 200 at most."""
        part = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
        return (part for _ in range(200))

    @pytest.mark.parametrize(
        ("path", "kind"),
        [
            ("/api/photo/upload", "multipart/form-data; boundary=x"),
            ("/api/lottery/draw", "application/json"),
        ],
    )
    def test_an_endless_body_is_not_read_to_the_end(self, site, make, path, kind):
        """Nor thrown away to the end: at most twice what may be sent."""
        head = [f"POST {path} HTTP/1.1", f"Content-Type: {kind}", "Transfer-Encoding: chunked"]
        token = make.guest().token
        status, code, sent = self.exchange(site, head, self.endless(), token)
        assert (status, code) in ((413, 9413), (None, None), (200, 9001), (200, 5001))
        assert sent < 100 * 0x100000

    def test_a_length_that_lies(self, site, make):
        """The head promises 40 MB: refused before any of it is read."""
        head = ["POST /api/photo/upload HTTP/1.1", f"Content-Length: {40 * 1024 * 1024}"]
        head.append("Content-Type: multipart/form-data; boundary=x")
        status, code, _ = self.exchange(site, head, (), make.guest().token)
        assert (status, code) == (413, 9413)

    def test_a_body_that_does_not_come_frees_its_thread(self, site, make):
        """BODY_SECONDS is 2 there, and 8 threads serve: 12 stalled clients must not stop it."""
        token = make.guest().token
        head = ["POST /api/lottery/draw HTTP/1.1", "Content-Type: application/json"]
        lines = [
            *head,
            "Host: shop",
            f"Authorization: Bearer {token}",
            "Content-Length: 20",
            "",
            "{",
        ]
        stalled = [socket.create_connection(("127.0.0.1", site.port), 60) for _ in range(12)]
        try:
            for sock in stalled:
                sock.sendall("\r\n".join(lines).encode())
            alive = ["GET /api/auth/verify-token HTTP/1.1"]
            status, code, _ = self.exchange(site, alive, (), token)
            assert (status, code) == (200, 0)
            for sock in stalled:
                self.read(sock)  # answered or hung up on, every one
        finally:
            for sock in stalled:
                sock.close()
