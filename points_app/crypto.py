"""Keys, sealed personal data, keyed hashes and masking.

`ENCRYPTION_KEY` is the root: one sub-key for each purpose is derived from it (HKDF, RFC 5869), so
that no key serves two ends. Keys in `ENCRYPTION_KEYS_OLD` still read and find what they wrote.
"""

import hashlib
import hmac
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import cached_property

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES = 12


class SealBroken(Exception):
    """A sealed value was altered, moved to another row, or sealed with a key we do not have."""


class Key:
    """One root key and what is derived from it."""

    def __init__(self, root: str) -> None:
        self._root = bytes.fromhex(root)
        self.id = self.derive("key id").hex()[:8]

    def derive(self, purpose: str) -> bytes:
        """A 32-byte key for one purpose."""
        return HKDF(SHA256(), 32, salt=None, info=purpose.encode()).derive(self._root)

    @cached_property
    def cipher(self) -> AESGCM:
        return AESGCM(self.derive("seal"))

    @cached_property
    def index_key(self) -> bytes:
        return self.derive("blind index")

    @cached_property
    def signing_key(self) -> bytes:
        return self.derive("sign")


class Vault:
    """Seals personal data (AES-256-GCM, random nonce) and makes keyed hashes to find it again."""

    def __init__(self, current: str, old: list[str]) -> None:
        self.current = Key(current)
        self._keys = {key.id: key for key in [*map(Key, old), self.current]}

    def seal(self, text: str, row: str) -> str:
        """Encrypt `text`, bound to `row` ("table.column:key"): unreadable anywhere else."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = nonce + self.current.cipher.encrypt(nonce, text.encode(), row.encode())
        return f"v1:{self.current.id}:{urlsafe_b64encode(sealed).decode()}"

    def open(self, sealed: str, row: str) -> str:
        """Decrypt what `seal` made for the same `row`. Raises SealBroken."""
        version, _, rest = sealed.partition(":")
        key_id, _, body = rest.partition(":")
        key = self._keys.get(key_id)
        if version != "v1" or key is None:
            raise SealBroken("unknown key or version")
        try:
            raw = urlsafe_b64decode(body)
            opened = key.cipher.decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], row.encode())
        except (InvalidTag, ValueError):
            raise SealBroken("altered, or bound to another row") from None
        return opened.decode()

    def is_current(self, sealed: str) -> bool:
        """Whether the value was sealed with today's key."""
        return sealed.startswith(f"v1:{self.current.id}:")

    def blind_index(self, text: str) -> str:
        """The keyed hash (64 hex digits) under which `text` is stored and found."""
        return _keyed_hash(self.current.index_key, text)

    def blind_indexes(self, text: str) -> list[str]:
        """The same under every known key, today's last: rows not yet rotated are found too."""
        return [_keyed_hash(key.index_key, text) for key in self._keys.values()]

    def sign(self, message: bytes) -> str:
        """A mark of 41 characters on `message` that nobody without the key can make."""
        return f"{self.current.id}:{_mark(self.current.signing_key, message)}"

    def is_signed(self, message: bytes, signature: str) -> bool:
        """Whether `sign` made the signature for this message, under any key we know."""
        key_id, _, mark = signature.partition(":")
        key = self._keys.get(key_id)
        return key is not None and same(mark, _mark(key.signing_key, message))

    def knows(self, key_id: str) -> bool:
        """Whether we have this key."""
        return key_id in self._keys


def signer(signature: str) -> str:
    """The id of the key that a signature says it was made with."""
    return signature.partition(":")[0]


def _mark(key: bytes, message: bytes) -> str:
    return hmac.digest(key, message, "sha256").hex()[:32]


def _keyed_hash(key: bytes, text: str) -> str:
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def same(left: str, right: str) -> bool:
    """Compare two secrets in constant time."""
    return hmac.compare_digest(left.encode(), right.encode())


def mask_mobile(mobile: str) -> str:
    """13800138000 -> 138****8000, the only form in which a number leaves the server."""
    return f"{mobile[:3]}****{mobile[-4:]}"
