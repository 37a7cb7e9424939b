"""slixmpp is imported in part, and computes less itself, while it is the slixmpp we know."""

from __future__ import annotations

import base64
import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import slixmpp
from slixmpp.util.sasl.mechanisms import SCRAM

from publisher.xmpp import lean_slixmpp
from tests.support import ROOT

SLOW = ("aiodns", "pycares", "pygments", "importlib.metadata", "http.client")


def python(code: str, path: Path | None = None) -> str:
    """What a Python prints that looks for modules in this folder first."""
    folders = [str(folder) for folder in (path, ROOT) if folder]
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(folders)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def changed_slixmpp(folder: Path, resolver: str) -> Path:
    """A copy of slixmpp with another resolver."""
    original = Path(slixmpp.__file__).parent
    package = folder / "slixmpp"
    (package / "xmlstream").mkdir(parents=True)
    for part in (original, original / "xmlstream"):
        for path in part.iterdir():
            copy = package / path.relative_to(original)
            if not copy.exists() and path.name != "resolver.py":
                copy.symlink_to(path)
    (package / "xmlstream" / "resolver.py").write_text(resolver)
    return folder


def test_a_client_is_imported_without_what_is_slow() -> None:
    code = f"import sys, publisher.xmpp; print([name for name in {SLOW} if name in sys.modules])"
    assert python(code) == "[]"


def test_later_imports_find_the_modules_that_were_left_out() -> None:
    code = "import publisher.xmpp, aiodns, slixmpp.version; print(slixmpp.version.__version__)"
    assert python(code)[0].isdigit()


def test_srv_records_are_looked_up_where_they_are_needed() -> None:
    code = (
        "from publisher.xmpp import lean_slixmpp\n"
        "from slixmpp.xmlstream import resolver\n"
        "import asyncio\n"
        "before = resolver.AIODNS_AVAILABLE\n"
        "lean_slixmpp.allow_srv_records()\n"
        "async def made(): return type(resolver.default_resolver(asyncio.get_running_loop()))\n"
        "print(before, asyncio.run(made()).__name__)"
    )
    assert python(code) == "False DNSResolver"


@pytest.mark.parametrize("change", ["needs aiodns", "no flag"])
def test_a_slixmpp_that_has_changed_is_imported_as_it_is(tmp_path: Path, change: str) -> None:
    stock = Path(slixmpp.__file__).parent / "xmlstream" / "resolver.py"
    text = stock.read_text(encoding="utf-8")
    changed = (
        f"import aiodns\n{text}" if change == "needs aiodns" else f"{text}\ndel AIODNS_AVAILABLE\n"
    )
    folder = changed_slixmpp(tmp_path, changed)
    code = (
        "import sys, publisher.xmpp, slixmpp\n"
        "print(slixmpp.__file__, 'aiodns' in sys.modules, 'importlib.metadata' in sys.modules)"
    )
    assert python(code, folder) == f"{folder}/slixmpp/__init__.py True True"


def test_the_answer_to_a_challenge_is_that_of_the_standard() -> None:
    """The example of RFC 5802 section 5."""
    mechanism: Any = object.__new__(SCRAM)
    mechanism.hash = hashlib.sha1
    mechanism.credentials = {"password": "pencil"}
    mechanism.use_channel_binding = False
    mechanism.cnonce = b"fyko+d2lbbFgONRv9qkxdawL"
    mechanism.gs2_header = b"n,,"
    mechanism.client_first_message_bare = b"n=user,r=" + mechanism.cnonce
    answer = mechanism.process_2(
        b"r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096"
    )
    assert answer.endswith(b",p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=")
    assert base64.b64encode(mechanism.server_signature) == b"rmF9pqV8S7suAoZWja4dJRkFsKQ="


def test_openssl_derives_the_keys() -> None:
    assert SCRAM.Hi.__module__ == lean_slixmpp.__name__


class Renamed:
    """A class SCRAM that derives keys by another method."""


class Changed:
    """One that derives other keys."""

    def Hi(self, _text: str, _salt: bytes, _iterations: int) -> bytes:  # noqa: N802
        return b""


class Asynchronous:
    """One whose method has other arguments."""

    def Hi(self, _text: str) -> bytes:  # noqa: N802
        return b""


@pytest.mark.parametrize("scram", [Renamed, Changed, Asynchronous])
def test_a_changed_mechanism_derives_its_keys_itself(scram: type) -> None:
    before = vars(scram).get("Hi")
    lean_slixmpp.hash_by_openssl(scram)
    assert vars(scram).get("Hi") is before
