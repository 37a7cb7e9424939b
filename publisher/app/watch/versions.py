"""Which versions of posts were sent, to tell an edit from a step back.

`git stash` and a checkout bring an earlier version of a post back for a moment. Subscribers would
get that, and then the version again that they have.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct, field

from publisher.system import atomic_files, lock

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

NAME = "versions.json"  # in the state folder
MOST = 5  # earlier versions of a post
MOST_POSTS = 10_000  # with earlier versions
MAX_BYTES = 10_000_000


class SentVersion(Struct, frozen=True):
    """What an item was made from: the `source` and the `body` of a `Desired`.

    `body` is empty if the post has no text.
    """

    source: str
    body: str


class SentVersions(Struct, frozen=True):
    """The version of each post that was sent last, and the sources of those `before` it, by path.

    The latest earlier one comes last, and so does the post that was edited last.
    """

    last: Mapping[str, SentVersion] = field(default_factory=dict)
    before: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def sent(self, versions: Mapping[str, SentVersion]) -> SentVersions:
        """With these versions, which were sent now."""
        before = {**self.before}
        for path, version in versions.items():
            old = self.last.get(path)
            if old and old.source and old.source != version.source:
                others = [one for one in before.pop(path, ()) if one != old.source]
                before[path] = (*others, old.source)[-MOST:]
        kept = [*before.items()][-MOST_POSTS:]
        return SentVersions({**self.last, **versions}, dict(kept))

    def is_back(self, path: str, source: str) -> bool:
        """Whether this source, which is not that of the last version, is an earlier one's."""
        return source in self.before.get(path, ())


def load(folder: Path, last: Mapping[str, SentVersion]) -> SentVersions:
    """The versions before these, as far as a watcher has noted them in the state folder."""
    before: Mapping[str, tuple[str, ...]] = {}
    with suppress(OSError, msgspec.DecodeError), (folder / NAME).open("rb") as file:
        before = msgspec.json.decode(file.read(MAX_BYTES), type=dict[str, tuple[str, ...]])
    return SentVersions(last, before)


def keep(folder: Path, versions: SentVersions) -> None:
    """Write them for the next watcher, unless the disk is full: then it doubts fewer edits."""
    if lock.is_in_place(folder):
        with suppress(OSError):
            atomic_files.write(folder / NAME, msgspec.json.encode(versions.before))
