"""Frames as a client sends them."""

MASK = b"\x37\xfa\x21\x3d"


def masked(opcode: int, payload: bytes, fin: bool = True, reserved: int = 0) -> bytes:
    """A client's frame, written byte by byte as the RFC draws it."""
    first = (0x80 if fin else 0) | reserved << 4 | opcode
    if len(payload) < 126:
        head = bytes((first, 0x80 | len(payload)))
    elif len(payload) < 1 << 16:
        head = bytes((first, 0xFE)) + len(payload).to_bytes(2)
    else:
        head = bytes((first, 0xFF)) + len(payload).to_bytes(8)
    return head + MASK + bytes(byte ^ MASK[at % 4] for at, byte in enumerate(payload))
