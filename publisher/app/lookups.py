"""What the texts of items depend on beside their posts, and whether that is as it was.

A post may include a file, show data, or link to another post. If only that changes, its item shows
an old text. To find that out by rendering would cost as much as all posts together, so a run keeps
what rendering looked up for each post, and what it found. The next run looks that up again, and
compares the texts of only those posts for which another answer comes.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, TypeAlias

import msgspec
from msgspec import Struct

from publisher.system import private_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from publisher.app.project import Project
    from publisher.config import Config
    from publisher.content.links import Lookup
    from publisher.entry import Entry
    from publisher.sync import Result

# Not among the caches: without it a run compares the texts of all items.
FOLDER, NAME = "lookups", "answers"  # in the state folder
_VERSION = 1
_MOST_BYTES = 500_000_000

# Lookups and answers by item id: all that rendering asked for, at least.
_Answers: TypeAlias = "dict[str, dict[Lookup, str | None]]"


class _Document(Struct, array_like=True, frozen=True):
    """The file: (kind, target, answer) of each lookup, by item id."""

    version: int
    answers: dict[str, tuple[tuple[str, str, str | None], ...]]


def reread(project: Project) -> frozenset[str]:
    """The ids of the items whose texts may differ although their posts are as they were.

    These are also the items of posts of which no run has kept anything.
    """
    kept = _load(project.config)
    return frozenset(
        one.item_id for one in _entries(project) if not _are_current(project, one, kept)
    )


def keep(project: Project, results: Iterable[Result], *, is_whole: bool) -> None:
    """Keep what rendering looked up in this run, for the next one.

    If a node may still have an old text, because of an error or if the run was not `is_whole`, the
    answers of earlier runs stay beside the new ones. That the file cannot be written is no error.
    """
    before = _load(project.config)
    is_done = is_whole and not any(result.error for result in results)
    after: _Answers = {}
    for entry in _entries(project):
        old = before.get(entry.item_id)
        new = project.renderings.answers(entry)
        if new is not None:
            after[entry.item_id] = new if is_done else {**new, **(old or {})}
        elif old is not None:
            after[entry.item_id] = old
    if after != before:
        _write(project.config, after)


def _entries(project: Project) -> Iterator[Entry]:
    """The entries that are at nodes, once for each node."""
    return (entry for _, group in project.node_groups for entry in group.entries)


def _are_current(project: Project, entry: Entry, kept: _Answers) -> bool:
    answers = kept.get(entry.item_id)
    if not answers:
        return answers is not None
    links = project.renderings.links(entry)
    return all(links.look_up(lookup) == answer for lookup, answer in answers.items())


def _load(config: Config) -> _Answers:
    """What an earlier run kept; nothing if there is no file, or it cannot be read."""
    try:
        data = private_file.read(config.state, FOLDER, NAME, most=_MOST_BYTES)
        document = msgspec.msgpack.decode(data, type=_Document)
    except (OSError, ValueError):  # msgspec's errors are ValueErrors
        return {}
    if document.version != _VERSION:
        return {}
    return {
        id_: {(kind, target): answer for kind, target, answer in rows}
        for id_, rows in document.answers.items()
    }


def _write(config: Config, answers: _Answers) -> None:
    rows = {
        id_: tuple((kind, target, answer) for (kind, target), answer in found.items())
        for id_, found in answers.items()
    }
    with suppress(OSError, ValueError):  # a name of a file may be no text
        data = msgspec.msgpack.encode(_Document(_VERSION, rows))
        private_file.write(config.state / FOLDER / NAME, [data])
