"""A cache of rendered posts for the runs to come: a file for each post, in the state folder.

It is asked before a template is evaluated. Deleting it changes no byte of any output, but the time
that the next run takes. So nothing that goes wrong here is an error.
"""

from __future__ import annotations

import functools
import hashlib
import os
import secrets
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

import publisher
from publisher.content.render import Content

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from publisher.content.links import PostLinks

# The libraries that make what is cached, and those that they use, as their folders of metadata are
# called.
_LIBRARIES = (
    "babel-", "docutils-", "lxml-", "markdown-", "markdown_it_py-", "markupsafe-",
    "mdit_py_plugins-", "mdurl-", "nh3-", "pygments-", "python_dateutil-", "python_liquid-",
    "pytz-", "tzdata-",
)  # fmt: skip
_ENDING = ".rendered"


class _Rendering(msgspec.Struct, frozen=True, array_like=True):
    """`key` stands for all that was rendered, `asked` for the pages that its links led to then."""

    key: bytes
    asked: tuple[tuple[str, str, str | None], ...]
    content: Content


class Cache:
    """The content of one site's posts, by their item ids, which name the files."""

    def __init__(self, folder: Path, *, writes: bool) -> None:
        self._folder = folder
        self._writes = writes

    def find(self, item_id: str, key: bytes, links: PostLinks) -> Content | None:
        """The content that was rendered under this key, if the links lead where they led then."""
        try:
            data = (self._folder / f"{item_id}{_ENDING}").read_bytes()
            found = msgspec.msgpack.decode(data, type=_Rendering)
        except (OSError, msgspec.MsgspecError, ValueError):  # not there, or half of it
            return None
        if found.key != key:
            return None
        is_current = all(links.answer((kind, name)) == page for kind, name, page in found.asked)
        return found.content if is_current else None

    def store(self, item_id: str, key: bytes, links: PostLinks, content: Content) -> None:
        """Keep what was rendered, and what `links` were asked meanwhile.

        Does not wait for the disk: half a file is none.
        """
        if not self._writes:
            return
        asked = tuple((kind, name, page) for (kind, name), page in links.asked.items())
        temporary = self._folder / f".{secrets.token_hex(8)}"
        with suppress(OSError, UnicodeError):
            data = msgspec.msgpack.encode(_Rendering(key, asked, content))
            self._folder.mkdir(parents=True, exist_ok=True)
            temporary.write_bytes(data)
            temporary.replace(self._folder / f"{item_id}{_ENDING}")

    def sweep(self, item_ids: Collection[str]) -> None:
        """Forget the posts that are no more."""
        if not self._writes:
            return
        names = {f"{item_id}{_ENDING}" for item_id in item_ids}
        with suppress(OSError):
            for entry in os.scandir(self._folder):
                if entry.name.endswith(_ENDING) and entry.name not in names:
                    Path(entry).unlink()


NO_CACHE = Cache(Path(os.devnull), writes=False)


def key(*parts: str | None) -> bytes:
    """Stands for everything that is rendered, and for the programs that render."""
    digest = hashlib.sha256(_renderer())
    for part in parts:
        data = b"-" if part is None else part.encode("utf-8", "surrogatepass")
        digest.update(b"%d:%b" % (-1 if part is None else len(data), data))
    return digest.digest()


@functools.cache
def _renderer() -> bytes:
    """Stands for the programs that render: another version may render differently."""
    facts = [sys.version, *sorted(_libraries()), *sorted(_modules(Path(publisher.__file__).parent))]
    return hashlib.sha256("\n".join(facts).encode("utf-8", "surrogateescape")).digest()


def _libraries() -> Iterator[str]:
    for folder in sys.path:
        with suppress(OSError):
            if folder.endswith("-packages"):
                names = (name.lower() for name in os.listdir(folder))  # noqa: PTH208 - 10 x faster
                yield from (name for name in names if name.startswith(_LIBRARIES))


def _modules(folder: Path) -> Iterator[str]:
    for entry in os.scandir(folder):
        if entry.is_dir():
            yield from _modules(Path(entry))
        elif entry.name.endswith(".py"):
            status = entry.stat()
            yield f"{entry.path} {status.st_size} {status.st_mtime_ns}"
