"""A cache of rendered posts between runs: one file per post in the state folder.

Deleting the cache changes no byte of any output; the next run only takes longer. For that reason no
failure to read or write it is an error.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from publisher.content.safe_xhtml import Content
from publisher.system import private_folder, program

if TYPE_CHECKING:
    from collections.abc import Collection

    from publisher.content.links import PostLinks

FOLDER = "rendered"  # of the state folder
_SUFFIX = ".rendered"


class _Rendering(msgspec.Struct, frozen=True, array_like=True):
    """A cached rendering.

    `key` is the digest of everything that was rendered. `answers` are the lookups that rendering
    made, as (kind, target, page or None): the cached content is valid only while they stay the
    same.
    """

    key: bytes
    answers: tuple[tuple[str, str, str | None], ...]
    content: Content


class Cache:
    """The cached content of one site's posts, in files named by item id."""

    def __init__(self, folder: Path, *, writes: bool) -> None:
        self._folder = folder
        self._writes = writes
        self._is_made = False

    def find(self, item_id: str, key: bytes, links: PostLinks) -> Content | None:
        """Return the cached content if it has this key and its links lead to the same pages.

        Then `links` has the answers as if it had looked them up.
        """
        try:
            data = (self._folder / f"{item_id}{_SUFFIX}").read_bytes()
            cached = msgspec.msgpack.decode(data, type=_Rendering)
        except (OSError, msgspec.MsgspecError, ValueError):  # missing, or written in part
            return None
        is_current = cached.key == key and all(
            links.look_up((kind, target)) == page for kind, target, page in cached.answers
        )
        if not is_current:
            return None
        links.answers |= {(kind, target): page for kind, target, page in cached.answers}
        return cached.content

    def store(self, item_id: str, key: bytes, links: PostLinks, content: Content) -> None:
        """Cache `content` together with the lookups that `links` made to render it.

        The write is not synced to disk: after a crash, `find` ignores a file that it cannot decode.
        """
        if not self._writes:
            return
        answers = tuple((kind, target, page) for (kind, target), page in links.answers.items())
        # A random name: two runs at once must not write into one file.
        temporary = self._folder / f".{secrets.token_hex(8)}"
        with suppress(OSError, UnicodeError):
            data = msgspec.msgpack.encode(_Rendering(key, answers, content))
            self._make_folder()
            temporary.write_bytes(data)
            temporary.replace(self._folder / f"{item_id}{_SUFFIX}")

    def _make_folder(self) -> None:
        if self._is_made:
            return
        private_folder.make_in_state(self._folder)
        self._is_made = True

    def sweep(self, item_ids: Collection[str]) -> None:
        """Delete the cached content of all posts but those with these item ids."""
        if not self._writes:
            return
        names = {f"{item_id}{_SUFFIX}" for item_id in item_ids}
        with suppress(OSError):
            for entry in os.scandir(self._folder):
                if entry.name.endswith(_SUFFIX) and entry.name not in names:
                    Path(entry).unlink()


NO_CACHE = Cache(Path(os.devnull), writes=False)


def key(*parts: str | None) -> bytes:
    """Return a digest of `parts` and of the version of everything that renders."""
    digest = hashlib.sha256(program.version())
    for part in parts:
        data = b"-" if part is None else part.encode("utf-8", "surrogatepass")
        # The length separates the parts: ("ab", "c") must not equal ("a", "bc").
        digest.update(b"%d:%b" % (-1 if part is None else len(data), data))
    return digest.digest()
