"""The server's side of SASL: PLAIN (RFC 4616) and SCRAM-SHA-1 (RFC 5802)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

ITERATIONS = 4096


class LoginRefused(Exception):  # noqa: N818 - an answer to the client
    """Not this account, or not with this password."""


class Plain:
    """`user` is the name of the account once it has logged in."""

    def __init__(self, accounts: Mapping[str, str]) -> None:
        self.user = ""
        self._accounts = accounts

    def answer(self, said: bytes) -> bytes:
        _, _, rest = said.decode().partition("\0")
        user, _, password = rest.partition("\0")
        if not password or self._accounts.get(user) != password:
            raise LoginRefused
        self.user = user
        return b""


class Scram:
    """Two messages of the client, and one answer to each. `user` as in Plain."""

    def __init__(self, accounts: Mapping[str, str]) -> None:
        self.user = ""
        self._accounts = accounts
        self._named = ""
        self._first = self._challenge = b""
        self._salt = secrets.token_bytes(16)

    def answer(self, said: bytes) -> bytes:
        return self._verified(said) if self._challenge else self._asked(said)

    def _asked(self, said: bytes) -> bytes:
        self._first = said.split(b",", 2)[2]
        values = _values(self._first)
        self._named = values["n"]
        nonce = values["r"] + secrets.token_hex(12)
        salt = base64.b64encode(self._salt).decode()
        self._challenge = f"r={nonce},s={salt},i={ITERATIONS}".encode()
        return self._challenge

    def _verified(self, said: bytes) -> bytes:
        without_proof, _, proof = said.rpartition(b",p=")
        message = b",".join((self._first, self._challenge, without_proof))
        password = self._accounts.get(self._named, secrets.token_hex())
        salted = hashlib.pbkdf2_hmac("sha1", password.encode(), self._salt, ITERATIONS)
        key = _hmac(salted, b"Client Key")
        signature = _hmac(hashlib.sha1(key).digest(), message)  # noqa: S324 - as in RFC 5802
        expected = bytes(a ^ b for a, b in zip(key, signature, strict=True))
        try:
            is_right = hmac.compare_digest(base64.b64decode(proof), expected)
        except binascii.Error:
            is_right = False
        if not is_right:
            raise LoginRefused
        self.user = self._named
        verifier = _hmac(_hmac(salted, b"Server Key"), message)
        return b"v=" + base64.b64encode(verifier)


def _values(message: bytes) -> dict[str, str]:
    return {
        part[:1]: part[2:].replace("=2C", ",").replace("=3D", "=")
        for part in message.decode().split(",")
    }


def _hmac(key: bytes, message: bytes) -> bytes:
    return hmac.new(key, message, hashlib.sha1).digest()
