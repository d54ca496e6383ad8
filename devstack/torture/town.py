"""Who there is, what is for sale, and what a receipt looks like."""

import io
from dataclasses import dataclass, field
from random import Random

from PIL import Image

from devstack.torture.client import Request

WELCOME_POINTS = 1000


@dataclass
class Member:
    """Somebody with a phone number. `address` is where their requests seem to come from."""

    phone: str
    address: str
    user_id: int = 0
    token: str = ""
    refresh_token: str = ""
    poor: bool = False


@dataclass
class Town:
    """Who there is and what is for sale."""

    guests: list[Member]
    merchant: Member
    admin: Member
    products: list[int] = field(default_factory=list)
    empty_shelves: set[int] = field(default_factory=set)


def picture(dice: Random) -> bytes:
    """A small JPEG unlike any other."""
    noise = Image.frombytes("RGB", (12, 16), dice.randbytes(12 * 16 * 3))
    buffer = io.BytesIO()
    noise.resize((60, 80)).save(buffer, "JPEG")
    return buffer.getvalue()


def upload(guest: Member, content: bytes, cents: int, key: str) -> Request:
    """A receipt, sent without waiting for its reading."""
    boundary = f"torture{key}"
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="amount"\r\n\r\n'
        f"{cents // 100}.{cents % 100:02d}\r\n",
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="r.jpg"\r\n'
        "Content-Type: image/jpeg\r\n\r\n",
    ]
    body = "".join(parts).encode() + content + f"\r\n--{boundary}--\r\n".encode()
    headers = {
        "Authorization": f"Bearer {guest.token}",
        "Content-Type": f"multipart/form-data; boundary={boundary}",
        "Idempotency-Key": key,
        "Prefer": "respond-async",
        "X-Forwarded-For": guest.address,
    }
    return Request("POST", "/api/photo/upload", headers, body)
