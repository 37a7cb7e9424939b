"""Posts whose items stay for now, because their edits may be taken back in a moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from publisher.sync.skipped import DoubtedEdit, SkippedFiles

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.app.project import Project
    from publisher.entry import Entry
    from publisher.selection import Group
    from publisher.sync import Task


def edits(project: Project, group: Group) -> list[Entry]:
    """The entries of a node whose edits are doubted."""
    back = project.doubts.back
    return [one for one in group.entries if str(one.post.path) in back] if back else []


def keeping(task: Task, doubted: Sequence[Entry]) -> Task:
    """The task, which leaves alone the items of these entries."""
    if not doubted:
        return task
    files = {one.item_id: DoubtedEdit(str(one.post.path)) for one in doubted}
    skipped = SkippedFiles({**task.skipped.by_id, **files}, task.skipped.by_path)
    return replace(task, skipped=skipped)
