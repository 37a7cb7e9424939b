"""What was read of each file, so that the next run reads only the files that have changed.

A file is read again unless all of this is as it was:

* its state: times, size, inode, mode (`walk.FileState`). A file that was written within a tick of
  the clock before it was looked at may be written again in the same tick, so it is not kept;
* the files beside it that its reading looked at, there or not (`traces`), in the same way;
* the date of its last commit, if that dates posts.

Where a folder leads that is a symbolic link is looked at in every run (`walk`).

Nothing counts unless all of this is as it was, too:

* publisher.yaml, the program, the zone, the user and the encoding of file names, as one digest;
* whatever else the reader looked at on disk (`system.disk_traces`), by its content: settings, data
  files, the pages of sections, and what was not there;
* what the reader made of the paths of all files.

Nothing is kept of what depends on more than files: posts that are scheduled, expire or are deleted,
posts whose dates come from git, files that cannot be read, and symbolic links. The text of a post
is not kept either: it is read again when somebody needs it (`Post.later`).

Without this file, or with a damaged one, a run takes longer and does the same. It is replaced
atomically, and says by itself what it is valid for, so two runs may write it at once.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from publisher.errors import Unavailable
from publisher.post import Post
from publisher.sources.kept import blocks, values
from publisher.sources.kept.blocks import Blocks
from publisher.sources.kept.rows import Common, Row, SentRows, read_row
from publisher.sources.kept.values import Shared
from publisher.sources.walk import UNKNOWN, last_change_of, state_of
from publisher.system import disk_traces, private_file, private_folder, program, snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from publisher.config import Config
    from publisher.post import KnownFacts
    from publisher.sources.engines.engine import PostReader
    from publisher.sources.kept.values import Later, Outcome
    from publisher.sources.walk import FileState, Listing
    from publisher.system.disk_traces import DiskLook

FOLDER, NAME = "read", "posts"  # in the state folder
_VERSION = 5
_ZONES = ("/etc/localtime", "/usr/share/zoneinfo/tzdata.zi")
_VARIABLES = ("TZ", "TZDIR", "LANG", "LC_ALL", "LC_CTYPE")

# What of a post is in its file only.
_OF_FILE = frozenset({"body", "values"})

Facts: TypeAlias = "Callable[[Post], KnownFacts | None]"


@dataclass
class Kept:
    """What an earlier run kept, and what this one is going to keep.

    Posts dated after `now` are read again. `read` reads the file of a post. A file must have been
    written before `horizon`, in nanoseconds since the epoch, to be kept.
    """

    reader: PostReader
    listing: Listing
    now: dt.datetime
    read: Callable[[PurePosixPath], Outcome]
    horizon: int = 0
    _before: Blocks | None = None
    _taken: dict[str, msgspec.Raw] = field(default_factory=dict)  # from other processes
    _looks: dict[DiskLook, str] = field(default_factory=dict)
    _changed: frozenset[str] = frozenset()
    _left: set[str] = field(default_factory=set)  # files that are not as they were
    _new: dict[str, tuple[Row, Post | None]] = field(default_factory=dict)
    _shared: Shared = field(default_factory=Shared)

    def load(self) -> None:
        """Load what an earlier run kept, if it counts."""
        before = Blocks.open(self.reader.config.state, FOLDER, NAME)
        if before is None or not self._counts(before.common):
            return
        was_seen = _looks_of(before.common)
        if disk_traces.are_the_same(was_seen):
            self._before = before
            self._add(before.common, was_seen)
            self._changed = frozenset(self._changed_folders(before.common))

    def take(self, data: bytes, seen: Mapping[DiskLook, str]) -> bool:
        """Take what another process has just read for this run, and return whether it counts.

        `data` is of `document`, and `seen` is what this process has looked at beside the posts.
        """
        try:
            document = msgspec.msgpack.decode(data, type=SentRows)
        except msgspec.DecodeError:  # of another version, which was installed during the run
            return False
        was_seen = _looks_of(document.common)
        if (
            not self._counts(document.common)
            or document.common.folders != self.reader.folder.trace.folders
            or any(seen.get(look, was) != was for look, was in was_seen.items())
        ):
            return False
        self._add(document.common, was_seen)
        self._taken.update(document.rows)
        return True

    def _counts(self, common: Common) -> bool:
        """Whether what counts for all files is as it was, but for other files that were read."""
        trace, files = self.reader.folder.trace, self.listing.files
        return (
            common.version == _VERSION
            and common.context == _context(self.reader.config)
            and common.facts == trace.facts
            and common.folders.keys() == trace.folders.keys()
            and (not common.names or common.names == self._names)
            and all(files.get(one) == was for one, was in common.shared.items())
        )

    def _add(self, common: Common, was_seen: Mapping[DiskLook, str]) -> None:
        trace = self.reader.folder.trace
        self._looks.update(was_seen)
        trace.shared |= common.shared.keys()
        trace.needs_all |= bool(common.names)

    @cached_property
    def _names(self) -> bytes:
        """A digest of the paths of all files."""
        names = "\0".join(self.listing.paths)
        return hashlib.sha256(names.encode("utf-8", "surrogateescape")).digest()

    def _changed_folders(self, common: Common) -> Iterator[str]:
        """The folders that are of another kind: their files are read again."""
        for name, folders in self.reader.folder.trace.folders.items():
            yield from folders ^ common.folders[name]

    def outcome(self, path: str) -> Outcome | None:
        """What was read of the file the last time; None if it must be read."""
        row = self._row(path)
        if row is None:
            return None
        if not self._is_current(row, path):
            self._left.add(path)
            return None
        if self._before and path not in self._taken:
            self._before.take()
        return values.read_again(row.outcome, path, self._later, self._shared)

    def _row(self, path: str) -> Row | None:
        if raw := self._taken.get(path):
            return read_row(raw)
        return self._before.row(path) if self._before else None

    def _is_current(self, row: Row, path: str) -> bool:
        files, post = self.listing.files, row.outcome.post
        if row.state != files[path] or (self._changed and self._is_concerned(path)):
            return False
        if post and post.fields.published > self.now and not self.reader.shows_future:
            return False
        if row.beside and any(files.get(one) != was for one, was in row.beside.items()):
            return False
        committed = self.reader.folder.committed
        return not (row.committed or committed) or (
            row.committed == committed.get(PurePosixPath(path))
        )

    def _is_concerned(self, path: str) -> bool:
        """Whether the file lies in one of the changed folders, or has the name of one."""
        folder = path.rpartition("/")[0]
        named = str(PurePosixPath(path).with_suffix(""))
        above = (parent.as_posix() for parent in PurePosixPath(path).parents)
        return not self._changed.isdisjoint((folder, named, *above))

    @cached_property
    def _later(self) -> Later:
        return self._read_later  # a bound method is an object, so not one for each post

    def _read_later(self, post: Post, name: str) -> Mapping[str, object]:
        """A part of a post that was kept. Raises Unavailable if its file was changed since."""
        if name not in _OF_FILE:
            return self._more_of(post.path)
        self.reader.folder.trace.begin(post.path)  # else it would count as a file beside another
        found, _ = self.read(post.path)
        full = found if isinstance(found, Post | None) else found.post
        file = self.reader.folder.posts / post.path
        with suppress(OSError):
            is_same = state_of(file.lstat()) == self.listing.files[str(post.path)]
            if is_same and full:
                return {"body": full.body, "values": full.values}
        raise Unavailable(f"{file} was changed while publisher read it; run it again")

    def _more_of(self, path: PurePosixPath) -> Mapping[str, object]:
        """What was kept of a post and is not decoded for all posts."""
        row = self._row(str(path))
        if row is None or row.outcome.post is None:
            file = self.reader.config.state / FOLDER / NAME
            raise Unavailable(f"{file} cannot be read any more; run it again")
        location = self.reader.location / path
        more = values.more_of(row.outcome.post)
        return {**more, "location": location, "syntax": self.reader.syntax(path)}

    def add(self, path: str, outcome: Outcome) -> None:
        """Keep what was read just now, if it may be kept."""
        state, trace = self.listing.files[path], self.reader.folder.trace
        beside = {one: self.listing.files.get(one) for one in trace.own}
        if not all(map(self._may_be_kept, (state, *beside.values()))):
            return
        pure = PurePosixPath(path)
        kept = values.kept(outcome, self.reader.syntax(pure), self.reader.location / pure)
        if kept:
            committed = self.reader.folder.committed.get(pure)
            post = outcome[0] if isinstance(outcome[0], Post) else None
            self._new[path] = Row(state, beside, committed, kept), post

    def _may_be_kept(self, state: FileState | None) -> bool:
        """Whether a change of a file in this state, which may be that it is missing, would show."""
        if state is None:
            return True
        return state != UNKNOWN and last_change_of(state) < self.horizon

    def write(self, seen: Mapping[DiskLook, str], facts: Facts) -> None:
        """Keep what was read for the next run; `seen` is what this one looked at beside the posts.

        That it cannot be written is no error.
        """
        before = self._before
        if not (self._new or self._taken) and (before is None or before.is_all_taken):
            return
        if any(self._looks.get(look, was) != was for look, was in seen.items()):
            return  # something was changed during the run: what was read before has the old version
        if common := self._written_common(seen):
            rows = {**self._taken, **self._rows(facts)}
            parts = blocks.parts(common, rows, before, self._is_as_it_was)
            with suppress(OSError):
                private_file.write(self.reader.config.state / FOLDER / NAME, parts)

    def document(self, seen: Mapping[DiskLook, str], facts: Facts) -> bytes | None:
        """What was read, for `take`; None if it depends on a file that may be written again."""
        common = self._common(seen)
        return values.written(SentRows(common, self._rows(facts))) if common else None

    def _written_common(self, seen: Mapping[DiskLook, str]) -> msgspec.Raw | None:
        common = self._common(seen)
        return values.written(common) if common else None

    def _common(self, seen: Mapping[DiskLook, str]) -> Common | None:
        """What counts for all files; None if one of those may be written again."""
        folder, trace = self.reader.folder, self.reader.folder.trace
        shared = {path: self.listing.files.get(path) for path in trace.shared}
        if not all(map(self._may_be_kept, shared.values())):
            return None
        return Common(
            _VERSION,
            _context(folder.config),
            [(*look, was) for look, was in {**seen, **self._looks}.items()],
            shared,
            trace.facts,
            trace.folders,
            self._names if trace.needs_all else b"",
        )

    def _rows(self, facts: Facts) -> dict[str, msgspec.Raw]:
        """What was read by this process, apart from what cannot be written."""
        rows: dict[str, msgspec.Raw] = {}
        for path, (row, post) in self._new.items():
            outcome = values.with_facts(row.outcome, facts(post) if post else None)
            raw = values.written(msgspec.structs.replace(row, outcome=outcome))
            if raw and values.written(path):
                rows[path] = raw
        return rows

    def _is_as_it_was(self, path: str) -> bool:
        return path in self.listing.files and path not in self._left

    def forget(self) -> None:
        """Forget what was read so far, and what that depends on: `document` has it."""
        self._new.clear()
        self.reader.folder.trace.shared.clear()


def horizon(state: Path) -> int:
    """The time before which a file must have been written to be kept, by the clock of the disk.

    Zero if the folder cannot be written. Must be asked before the files are looked at.
    """
    try:
        private_folder.make_in_state(state / FOLDER)
        return snapshot.clock_ns(os.fspath(state / FOLDER)) - snapshot.TICK_NS
    except OSError:
        return 0


def _looks_of(common: Common) -> dict[DiskLook, str]:
    return {
        (path, "names" if question == "names" else "path"): seen
        for path, question, seen in common.looks
    }


def _context(config: Config) -> bytes:
    """A digest of what decides how all files are read, apart from the files of the site."""
    facts = [
        program.version().hex(),
        repr((config.path, config.site, config.posts)),
        *(f"{name}={os.environ.get(name)}" for name in _VARIABLES),
        *map(_zone, _ZONES),
        sys.getfilesystemencoding(),
        f"{os.geteuid()} {os.getgid()} {os.getgroups()}",
    ]
    return hashlib.sha256("\0".join(facts).encode("utf-8", "surrogateescape")).digest()


def _zone(file: str) -> str:
    """The state of a file with rules of zones."""
    try:
        return str(state_of(os.stat(file)))  # noqa: PTH116 - no folder is joined
    except OSError:
        return ""
