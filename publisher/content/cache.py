"""What was rendered once, kept for the runs to come: a file for each post, in the state folder.

Deleting it changes no byte of any output, but the time that the next run takes. So nothing that
goes wrong here is an error.
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

from publisher.content import render

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from publisher.content.html import Resolve
    from publisher.post import Dialect

# The libraries that make what is kept, as their folders of metadata are called.
_LIBRARIES = ("docutils-", "lxml-", "markdown-", "markdown_it_py-", "mdit_py_plugins-", "nh3-")
_ENDING = ".rendered"


class _Rendering(msgspec.Struct, frozen=True, array_like=True):
    """`key` stands for all that was rendered, `asked` for the addresses that it led to then."""

    key: bytes
    asked: dict[str, str | None]
    xhtml: str
    text: str
    summary: str | None
    warnings: tuple[tuple[int, str], ...]


class Kept:
    """The renderings of one site's posts, by their item ids, which name their files."""

    def __init__(self, folder: Path, *, writes: bool) -> None:
        self._folder = folder
        self._writes = writes

    def render(
        self,
        item_id: str,
        body: str,
        *,
        markup: Dialect,
        marker: str | None,
        base: str,
        resolve: Resolve,
    ) -> render.Content:
        """The same as `content.render.render` gives, with the item id as the prefix."""
        key = _key(markup, marker, base, item_id, body)
        known = self._known(item_id, key)
        if known and all(resolve(one) == found for one, found in known.asked.items()):
            return render.Content(known.xhtml, known.text, known.summary, known.warnings)
        asked: dict[str, str | None] = {}

        def recorded(address: str) -> str | None:
            asked[address] = resolve(address)
            return asked[address]

        made = render.render(
            body, markup=markup, marker=marker, base=base, prefix=item_id, resolve=recorded
        )
        self._keep(
            item_id, _Rendering(key, asked, made.xhtml, made.text, made.summary, made.warnings)
        )
        return made

    def sweep(self, item_ids: Collection[str]) -> None:
        """Forget the posts that are no more."""
        if not self._writes:
            return
        names = {f"{item_id}{_ENDING}" for item_id in item_ids}
        with suppress(OSError):
            for entry in os.scandir(self._folder):
                if entry.name.endswith(_ENDING) and entry.name not in names:
                    Path(entry).unlink()

    def _known(self, item_id: str, key: bytes) -> _Rendering | None:
        try:
            data = (self._folder / f"{item_id}{_ENDING}").read_bytes()
            found = msgspec.msgpack.decode(data, type=_Rendering)
        except (OSError, msgspec.MsgspecError, ValueError):  # not there, or half of it
            return None
        return found if found.key == key else None

    def _keep(self, item_id: str, rendering: _Rendering) -> None:
        """Without waiting for the disk: half a file is none."""
        if not self._writes:
            return
        temporary = self._folder / f".{secrets.token_hex(8)}"
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            temporary.write_bytes(msgspec.msgpack.encode(rendering))
            temporary.replace(self._folder / f"{item_id}{_ENDING}")


NOTHING = Kept(Path(os.devnull), writes=False)


def _key(*parts: str | None) -> bytes:
    digest = hashlib.sha256(_renderer())
    for part in parts:
        data = b"-" if part is None else part.encode("utf-8", "surrogatepass")
        digest.update(b"%d:%b" % (len(data), data))
    return digest.digest()


@functools.cache
def _renderer() -> bytes:
    """Stands for the programs that render: another version may render differently."""
    facts = [sys.version, *sorted(_libraries()), *sorted(_modules(Path(__file__).parent))]
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
