"""What one file of the folder is, as a run needs it: with what depends on the clock."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, TypeAlias

from publisher.post import Skip
from publisher.sources.engines.file_reader import read_file

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence

    from publisher.post import Diagnostic, Page, Post
    from publisher.sources.engines.engine import PostReader
    from publisher.sources.kept import Kept

# What a file is, its warnings, and whether it is due.
FileRead: TypeAlias = "tuple[Post | Skip | Page | None, Sequence[Diagnostic], bool]"


def read_and_keep(kept: Kept, path: str, was_published: Callable[[Post], bool]) -> FileRead:
    """Read a file, and keep what it is for the next run if that depends on files alone."""
    reader = kept.reader
    dated = len(reader.deadlines), len(reader.first_commits)
    outcome, warnings, is_due = read(reader, PurePosixPath(path), kept.now, was_published)
    # What depends on the clock, on what was published or on git is read in every run.
    if is_due and dated == (len(reader.deadlines), len(reader.first_commits)):
        kept.add(path, (outcome, warnings))
    return outcome, warnings, is_due


def read(
    reader: PostReader,
    path: PurePosixPath,
    now: dt.datetime,
    was_published: Callable[[Post], bool],
) -> FileRead:
    """Read a file. A post that is dated after `now` is read, too, if it was published before."""
    reader.folder.trace.begin(path)
    outcome, warnings = read_file(reader, path, now=now)
    early = _scheduled(outcome)
    if early is None or not was_published(early):
        return outcome, warnings, True
    return *read_file(reader, path, now=early.published), False


def _scheduled(outcome: Post | Skip | Page | None) -> Post | None:
    """The post that is not published because it is dated in the future, else None."""
    return outcome.post if isinstance(outcome, Skip) and outcome.status == "future" else None
