"""Tokens that must open nothing: every trick on JSON Web Tokens that is known to have worked
somewhere (RFC 8725), in the hands of somebody who holds genuine tokens but no secret, and, to test
the claims, of somebody who holds one."""

import hmac
import json
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

Token = tuple[str, str]  # what it tries, the token

ODD = (
    None, True, False, 0, -1, 1.5, 2**63, 10**400, "", "1", "１", " ", "admin", "\x00", "\ud7ff",
    "😀" * 50, "' OR 1=1 --", "../../etc", [], [1], {}, {"$ne": 1}, "A" * 3000,
)  # fmt: skip


def b64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def signed(header: Any, claims: Any, secret: str | bytes, algorithm: str = "sha256") -> str:
    """A token with an HMAC by hand: no library stands between us and a bad idea."""
    key = secret.encode() if isinstance(secret, str) else secret
    head = f"{b64(json.dumps(header).encode())}.{b64(json.dumps(claims).encode())}"
    return f"{head}.{b64(hmac.digest(key, head.encode(), algorithm))}"


class Forger:
    """Makes tokens out of a genuine access and refresh token of one guest and another's."""

    def __init__(self, access: str, refresh: str, other: str, settings: Any) -> None:
        self.access, self.refresh, self.other, self.settings = access, refresh, other, settings
        self.claims = json.loads(unb64(access.split(".")[1]))
        self.other_claims = json.loads(unb64(other.split(".")[1]))
        self.header = {"alg": "HS256", "typ": "JWT"}

    def all(self) -> Iterator[Token]:
        yield from self.algorithms()
        yield from self.keys()
        yield from self.headers()
        yield from self.tampered()
        yield from self.malformed()
        yield from self.wrong_claims()
        yield from self.missing_claims()
        yield from self.other_peoples()

    def algorithms(self) -> Iterator[Token]:
        """none in all spellings; other HMACs, even with the right secret; names of other kinds."""
        _, body, signature = self.access.split(".")
        spellings = ("none", "None", "NONE", "nOnE", "NoNe", "", " none", "none\x00", None, 0, [])
        for spelling in spellings:
            fake = b64(json.dumps({"alg": spelling, "typ": "JWT"}).encode())
            for end in ("", signature, b64(b"x"), b64(b"\x00" * 32)):
                yield f"alg {spelling!r}", f"{fake}.{body}.{end}"
        for name, digest in (("HS384", "sha384"), ("HS512", "sha512"), ("HS1", "sha1")):
            token = signed({"alg": name}, self.claims, self.settings.jwt_secret, digest)
            yield f"{name} with the right secret", token
        for name in ("RS256", "RS512", "PS256", "ES256", "EdDSA", "HS256K", "hs256", "HS256 "):
            for secret in (self.settings.jwt_secret, "", "public"):
                yield f"{name} signed as HMAC", signed({"alg": name}, self.claims, secret)
        yield "no alg", signed({"typ": "JWT"}, self.claims, self.settings.jwt_secret)
        yield from self._asymmetric()

    def _asymmetric(self) -> Iterator[Token]:
        """Tokens under an attacker's key, and the confusion of a public key with a shared one."""
        import jwt

        pem = serialization.Encoding.PEM
        public_format = serialization.PublicFormat.SubjectPublicKeyInfo
        for key, names in (
            (rsa.generate_private_key(65537, 2048), ("RS256", "RS384", "PS256")),
            (ec.generate_private_key(ec.SECP256R1()), ("ES256",)),
        ):
            public = key.public_key().public_bytes(pem, public_format)
            for name in names:
                yield f"{name} of the attacker", jwt.encode(self.claims, key, name)
            yield "public key as HMAC secret", signed(self.header, self.claims, public)

    def keys(self) -> Iterator[Token]:
        """Secrets an attacker may try, and the right secret of the other kind."""
        secrets = [
            "", "secret", "changeme", "jwt-secret", "your-256-bit-secret", "password", "null",
            "None", "undefined", "0", "a" * 32, self.settings.jwt_secret[:-1],
            self.settings.jwt_secret + " ", self.settings.jwt_secret.upper(),
            self.settings.jwt_refresh_secret, self.settings.encryption_key,
        ]  # fmt: skip
        for secret in secrets:
            yield f"secret {secret[:6]!r}", signed(self.header, self.claims, secret)
            merchant = {**self.claims, "is_merchant": True, "is_admin": True}
            yield f"role with {secret[:6]!r}", signed(self.header, merchant, secret)

    def headers(self) -> Iterator[Token]:
        """Headers that offer the server another key, under the attacker's signature."""
        key = {"kty": "oct", "k": b64(b"attacker"), "alg": "HS256"}
        offers = (
            {"kid": "../../../dev/null"}, {"kid": "/dev/null"}, {"kid": ""}, {"kid": "0"},
            {"kid": "' UNION SELECT 'attacker' -- "}, {"kid": "| id"}, {"kid": ["a"]}, {"kid": 1},
            {"kid": "http://evil.example/key"}, {"jku": "https://evil.example/jwks.json"},
            {"jku": "https://localhost/jwks.json#@evil.example"}, {"x5u": "https://evil.example/c"},
            {"jwk": key}, {"x5c": [b64(b"cert")]}, {"crit": ["exp"]}, {"crit": []}, {"b64": False},
            {"zip": "DEF"}, {"cty": "JWT"}, {"typ": "dpop+jwt"}, {"alg": ["HS256"]},
        )  # fmt: skip
        for offer in offers:
            for secret in (b"attacker", b"", b"\x00"):
                header = {**self.header, **offer}
                yield f"header {offer}", signed(header, self.claims, secret)

    def tampered(self) -> Iterator[Token]:
        """A genuine token with a character changed anywhere but at the very end, where base64 has
        bits that mean nothing; or with its parts exchanged."""
        for place in range(0, len(self.access) - 1, 2):
            letter = "A" if self.access[place] != "A" else "Q"
            yield f"changed at {place}", self.access[:place] + letter + self.access[place + 1 :]
        (head, body, signature), theirs = self.access.split("."), self.other.split(".")
        for change in (
            {"is_merchant": True}, {"is_admin": True}, {"user_id": self.other_claims["user_id"]},
            {"user_id": 1}, {"exp": self.claims["exp"] + 9999}, {"sid": self.other_claims["sid"]},
        ):  # fmt: skip
            forged = b64(json.dumps({**self.claims, **change}).encode())
            yield f"claims {change}", f"{head}.{forged}.{signature}"
        yield "another's signature", f"{head}.{body}.{theirs[2]}"
        yield "another's body", f"{head}.{theirs[1]}.{signature}"

    def malformed(self) -> Iterator[Token]:
        """Texts that are no token, or nearly one."""
        head, body, signature = self.access.split(".")
        yield from (
            ("half", self.access[: len(self.access) // 2]), ("no signature", f"{head}.{body}"),
            ("empty signature", f"{head}.{body}."), ("only dots", ".."), ("four dots", "...."),
            ("five parts", f"{self.access}.{head}.{body}"), ("twice", self.access * 2),
            ("padded", f"{head}==.{body}==.{signature}=="), ("space", f" {head}. {body}."),
            ("in quotes", f'"{self.access}"'), ("prefix", f"Bearer {self.access}"),
            ("reversed", self.access[::-1]), ("lower", self.access.lower()),
            ("list", f"{self.access},{self.access}"), ("wide dots", self.access.replace(".", "．")),
            ("JSON", json.dumps(self.claims)), ("signature first", f"{signature}.{head}.{body}"),
            ("null", "null"), ("undefined", "undefined"), ("a number", "1"), ("emoji", "😀.😀.😀"),
            ("latin", "é.é.é"), ("huge", "A" * 7000), ("long body", f"{head}.{'A' * 6000}."),
            ("many dots", "." * 5000), ("percent", self.access.replace(".", "%2E")),
            ("null byte", f"{head}.{body}%00.{signature}"), ("template", "{{7*7}}.${7*7}.<%=7*7%>"),
        )  # fmt: skip
        for text in ("[]", "{}", "null", "1", '"x"', '{"alg":"HS256"', "[" * 900, '{"a":' * 900):
            broken = b64(text.encode())
            yield f"header {text[:9]}", f"{broken}.{body}.{signature}"
            for secret in (self.settings.jwt_secret, "x"):
                head_text = f"{head}.{broken}"
                mark = hmac.digest(secret.encode(), head_text.encode(), "sha256")
                yield f"body {text[:9]}", f"{head_text}.{b64(mark)}"

    def wrong_claims(self) -> Iterator[Token]:
        """Signed with the right secret, so only the claims can give them away."""
        now = int(time.time())
        by_name = {
            "exp": (now - 1, now - 86400, 0, -1, 1.0, "soon", None, [], {}, "", True, False),
            "nbf": (now + 600, now + 10**9, "later", None, [], {}),
            "iat": (now + 600, "before", None, [], {}),
            "type": (*(odd for odd in ODD if odd != "access"), "refresh", "ACCESS", "access "),
            "user_id": ODD,
            "sid": (*ODD, "01ARZ3NDEKTSV4RRFFQ69G5FAV", self.claims["sid"].lower()),
            "jti": tuple(odd for odd in ODD if not isinstance(odd, str)),
        }
        for name, values in by_name.items():
            for value in values:
                claims = {**self.claims, name: value}
                yield f"{name} {value!r:.20}", self._genuine(claims)

    def missing_claims(self) -> Iterator[Token]:
        for name in ("exp", "iat", "nbf", "jti", "type", "user_id", "sid"):
            claims = {key: value for key, value in self.claims.items() if key != name}
            yield f"no {name}", self._genuine(claims)
        yield "no claims", self._genuine({})
        yield "only a user", self._genuine({"user_id": self.claims["user_id"]})

    def other_peoples(self) -> Iterator[Token]:
        """The refresh token, and one guest in another's session."""
        yield "refresh as access", self.refresh
        refresh_claims = json.loads(unb64(self.refresh.split(".")[1]))
        yield "refresh claims, access secret", self._genuine(refresh_claims)
        renamed = {**refresh_claims, "type": "access"}
        yield (
            "renamed, refresh secret",
            signed(self.header, renamed, self.settings.jwt_refresh_secret),
        )
        for name in ("user_id", "sid"):
            mixed = {**self.claims, name: self.other_claims[name]}
            yield f"another's {name}", self._genuine(mixed)
        for user_id in range(900_000, 900_040):
            yield "a user without a session", self._genuine({**self.claims, "user_id": user_id})

    def _genuine(self, claims: Any) -> str:
        return signed(self.header, claims, self.settings.jwt_secret)
