"""What a run read and printed, so that the same run later need not read it again.

A run that wrote no file, asked no server and left every place as it found it depends on nothing but
these places, its arguments and the time. While they are the same, it would print the same and
return the same exit code. So the next run compares digests, and repeats the answer.

The index is a cache: deleting or damaging it costs time, and changes nothing else.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from publisher.system import private_file, snapshot
from publisher.system.snapshot import Places, TooManyFilesError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from typing import Any

FOLDER, NAME = "runs", "index.json"  # in the state folder
_VERSION = 2
_MOST_RUNS = 8  # of different arguments
_MOST_BYTES = 10_000_000


class Run(NamedTuple):
    """A run that can be repeated.

    `key` is a digest of its arguments and of the program. `places` are what it read, and `digests`
    those of their snapshot. It printed `output`, texts each with the number of its stream, 1 or 2,
    and returned `exit_code`. All that holds from `since` up to, but not including `until`, both in
    seconds since the epoch.
    """

    key: str
    places: Places
    digests: Sequence[str]
    output: Sequence[tuple[int, str]]
    exit_code: int
    since: float
    until: float

    @property
    def printed(self) -> Iterator[tuple[int, bytes]]:
        """The output as bytes."""
        return ((number, text.encode("utf-8", "surrogateescape")) for number, text in self.output)

    def is_current(self, now: float) -> bool:
        """Whether everything is as it was. `now` is in seconds since the epoch."""
        if not self.since <= now < self.until:
            return False
        try:
            return snapshot.is_same(self.places, self.digests)
        except TooManyFilesError:
            return False


def find(state: Path, key: str) -> Run | None:
    """The run with this key that the index in the state folder holds; None if it holds none."""
    return next((run for run in _runs(state) if run.key == key), None)


def keep(state: Path, run: Run) -> None:
    """Write a run into the index, in the place of an earlier one with its key.

    That it cannot be written is no error.
    """
    # Only a run that read the posts needs them.
    from publisher.system import atomic_files, private_folder  # noqa: PLC0415

    others = [other for other in _runs(state) if other.key != run.key]
    runs = [run, *others][:_MOST_RUNS]
    document = {"version": _VERSION, "runs": [_values(one) for one in runs]}
    data = json.dumps(document).encode()
    if len(data) <= _MOST_BYTES:
        with suppress(OSError):
            private_folder.make_in_state(state / FOLDER)
            atomic_files.write(state / FOLDER / NAME, data)


def _runs(state: Path) -> list[Run]:
    """The runs in the index, the latest first; none if it is missing, damaged or not ours."""
    try:
        document = json.loads(private_file.read(state, FOLDER, NAME, most=_MOST_BYTES))
        if document["version"] != _VERSION:
            return []
        return [_run(values) for values in document["runs"]]
    except (OSError, ValueError, LookupError, TypeError):
        return []


def _values(run: Run) -> dict[str, Any]:
    return {**run._asdict(), "places": run.places._asdict()}


def _run(values: dict[str, Any]) -> Run:
    """Raises TypeError for other keys than those of a run, and LookupError."""
    places = values.pop("places")
    trees, files, left_out = (tuple(places[name]) for name in ("trees", "files", "left_out"))
    return Run(places=Places(trees, files, left_out, places["own"]), **values)
