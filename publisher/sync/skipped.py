"""Items that stay at a node because the file of their post is still there. Pure.

A new rule of publisher may read a file as no post: a kind of markup that is not rendered, a page.
That must not retract what an older version published. Nothing else waits for such an item, because
the file may stay as it is for years. The same holds for a post whose built page is missing, or is
not built yet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct, field

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from publisher.sync.ledger_records import Recorded

NAMED = 3  # files that a note names


class Unbuilt(Struct, frozen=True):
    """The file of a post without a built page, or that `waits` for it. A run has named it."""

    path: str
    waits: bool


class Restricted(Struct, frozen=True):
    """The file of a post that is not for every reader."""

    path: str


class Doubted(Struct, frozen=True):
    """A file that has vanished so recently that it may be back in a moment."""

    path: str


class DoubtedEdit(Struct, frozen=True):
    """A file that went back so recently that it may change again in a moment."""

    path: str


Skipped: TypeAlias = "str | Unbuilt | Restricted | Doubted | DoubtedEdit"


class SkippedFiles(Struct, frozen=True):
    """The files that are there and are no posts, each as `PATH: REASON` or of a kind of its own.

    They are listed by the item ids that their paths make, and by their paths, which the ledger may
    have recorded with another id.
    """

    by_id: Mapping[str, Skipped] = field(default_factory=dict)
    by_path: Mapping[str, Skipped] = field(default_factory=dict)

    def items(self, recorded: Mapping[str, Recorded]) -> Mapping[str, Skipped]:
        """The ids of the items that stay if there is no post with the id, each with its file."""
        if not self.by_path:
            return self.by_id
        of_paths = (
            (id_, self.by_path[record.path])
            for id_, record in recorded.items()
            if record.path in self.by_path
        )
        return {**self.by_id, **dict(of_paths)}


NONE_SKIPPED = SkippedFiles()


def messages(skipped: Sequence[Skipped]) -> Iterator[str]:
    """Say which items stay although no post has them now, and why."""
    if files := [one for one in skipped if isinstance(one, str)]:
        yield _of_files(files)
    if restricted := [one.path for one in skipped if isinstance(one, Restricted)]:
        yield _of_restricted(restricted)
    if doubted := sum(isinstance(one, Doubted) for one in skipped):
        yield (
            "1 item stays for a minute: its file has just vanished, and may come back"
            if doubted == 1
            else f"{doubted} items stay for a minute: their files have just vanished, and may come "
            "back"
        )
    if back := sum(isinstance(one, DoubtedEdit) for one in skipped):
        yield (
            "1 item stays for a minute: its post went back to an earlier text, or lost its text"
            if back == 1
            else f"{back} items stay for a minute: their posts went back to earlier texts, or lost "
            "their texts"
        )
    unbuilt = [one for one in skipped if isinstance(one, Unbuilt)]
    if waiting := sum(one.waits for one in unbuilt):
        yield (
            "1 item stays as it is until the page of its post is built"
            if waiting == 1
            else f"{waiting} items stay as they are until the pages of their posts are built"
        )
    if count := len(unbuilt) - waiting:
        yield (
            "1 item stays, whose post has no page; to retract it, remove or hide its post"
            if count == 1
            else f"{count} items stay, whose posts have no pages; to retract them, remove or hide "
            "their posts"
        )


def _of_restricted(paths: Sequence[str]) -> str:
    count, more = len(paths), len(paths) - NAMED
    items = "1 item stays, whose post is" if count == 1 else f"{count} items stay, whose posts are"
    named = ", ".join(paths[:NAMED]) + (f" and {more} more" if more > 0 else "")
    which = "it, add `draft: true` to its" if count == 1 else "them, add `draft: true` to their"
    return f"{items} not for every reader: {named}. To retract {which} front matter"


def _of_files(files: Sequence[str]) -> str:
    count, more = len(files), len(files) - NAMED
    items = "1 item stays, whose file is" if count == 1 else f"{count} items stay, whose files are"
    named = "; ".join(files[:NAMED]) + (f"; and {more} more" if more > 0 else "")
    return f"{items} there but no post: {named}. Repair the file, or remove it to retract its item"
