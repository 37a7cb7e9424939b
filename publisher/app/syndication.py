"""Posts that nodes get later than feeds: `syndicate: DATE` in their front matter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from publisher.sync.skipped import SkippedFiles
from publisher.text.timestamps import z

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Container, Iterable, Sequence
    from pathlib import PurePosixPath

    from publisher.app.project import Project
    from publisher.entry import Entry
    from publisher.selection import Group
    from publisher.sync import Task


def later(project: Project, entries: Sequence[Entry], published: Container[str]) -> list[Entry]:
    """The entries whose date has not come.

    It delays only the first publish: one of the item ids that the ledger has as `published` stays.
    """
    now = project.now
    return [
        one
        for one in entries
        if now and (date := one.post.syndicate) and date > now and one.item_id not in published
    ]


def without(group: Group, later: Sequence[Entry]) -> Group:
    """The entries of a node without these."""
    ids = {one.item_id for one in later}
    entries = tuple(one for one in group.entries if one.item_id not in ids)
    return replace(group, entries=entries) if ids else group


def keeping(task: Task, later: Sequence[Entry]) -> Task:
    """The task, which leaves alone what a node without a ledger has of these entries."""
    if not later:
        return task
    files = {one.item_id: f"{one.post.path}: {_why(one)}" for one in later}
    skipped = SkippedFiles({**task.skipped.by_id, **files}, task.skipped.by_path)
    return replace(task, skipped=skipped)


class Delayed(Struct, frozen=True):
    """A post that nodes get later, at `date` (aware)."""

    path: PurePosixPath
    item_id: str
    date: dt.datetime

    @property
    def text(self) -> str:
        return f"{self.path}: goes to nodes at {z(self.date)}"


def delayed(later: Iterable[Entry]) -> list[Delayed]:
    """Each of the entries that `syndicate` delays once, the next one first."""
    found = {
        one.item_id: Delayed(one.post.path, one.item_id, one.post.syndicate)
        for one in later
        if one.post.syndicate
    }
    return sorted(found.values(), key=lambda one: (one.date, one.path))


def _why(entry: Entry) -> str:
    date = entry.post.syndicate
    return f"goes to nodes at {z(date)}" if date else ""
