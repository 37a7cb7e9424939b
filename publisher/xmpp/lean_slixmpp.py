"""Import slixmpp without what a login does not need, and let OpenSSL do its hashing.

The package `publisher.xmpp` imports this module before any other that needs slixmpp. Each change of
slixmpp is tested as it is made. If slixmpp has changed, so that a test fails, it is used as it is:
a login takes longer then, and is otherwise the same.
"""

from __future__ import annotations

import hashlib
import importlib
import sys
from contextlib import contextmanager
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_VERSION = "slixmpp.version"
_RESOLVER = "slixmpp.xmlstream.resolver"
# Of RFC 5802 and RFC 7677; few iterations, because slixmpp computes them in Python.
_HASHES = (hashlib.sha1, hashlib.sha256, hashlib.sha512)
_SAMPLE = ("pencil é", b"salt", 3)


def load() -> None:
    """Import slixmpp, unless that is done already.

    Left out are aiodns, which only SRV records need (see `allow_srv_records`), pygments, which
    colours what slixmpp logs, and slixmpp's own version, for which it reads the metadata of the
    installed packages. They take longer than the rest of slixmpp.
    """
    if "slixmpp" in sys.modules:
        return
    try:
        with (
            _absent("aiodns"),
            _absent("pygments"),
            _replaced(_VERSION, __version__="unknown", __version_info__=()),
        ):
            resolver: Any = importlib.import_module(_RESOLVER)
            importlib.import_module("slixmpp")
        if resolver.AIODNS_AVAILABLE is False:
            return
    except (ImportError, AttributeError):
        pass
    _unload()
    importlib.import_module("slixmpp")


def allow_srv_records() -> None:
    """Let slixmpp look up SRV records, although it was imported without aiodns."""
    resolver: Any = importlib.import_module(_RESOLVER)
    if resolver.AIODNS_AVAILABLE:
        return
    try:
        resolver.aiodns = importlib.import_module("aiodns")
    except ImportError:  # then slixmpp asks for the address of the domain itself
        return
    resolver.AIODNS_AVAILABLE = True


def hash_by_openssl(scram: Any) -> None:
    """Let slixmpp's class SCRAM derive keys by OpenSSL, ten times faster than its loop in Python.

    Only if both come to the same.
    """
    try:
        if all(_hashes_alike(scram, function) for function in _HASHES):
            scram.Hi = _derived
    except (AttributeError, TypeError, ValueError):
        return


def _hashes_alike(scram: Any, function: Any) -> bool:
    mechanism = object.__new__(scram)
    mechanism.hash = function
    return bool(mechanism.Hi(*_SAMPLE) == _derived(mechanism, *_SAMPLE))


def _derived(mechanism: Any, text: str | bytes, salt: bytes, iterations: int) -> bytes:
    """`Hi` of RFC 5802 section 2.2, which is PBKDF2."""
    password = text.encode() if isinstance(text, str) else text
    return hashlib.pbkdf2_hmac(mechanism.hash().name, password, salt, max(iterations, 1))


@contextmanager
def _absent(name: str) -> Iterator[None]:
    """Let imports of a module fail as if it were not installed, unless it is imported already."""
    if name in sys.modules:
        yield
        return
    modules: dict[str, Any] = sys.modules
    modules[name] = None
    try:
        yield
    finally:
        del modules[name]


@contextmanager
def _replaced(name: str, **values: object) -> Iterator[None]:
    """Let imports of a module get one with these values instead."""
    stand_in = ModuleType(name)
    vars(stand_in).update(values)
    sys.modules[name] = stand_in
    try:
        yield
    finally:
        del sys.modules[name]


def _unload() -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "slixmpp"]:
        del sys.modules[name]


load()
