"""Let the next run repeat this one's answer at once, if this one did nothing.

`places` must name everything that a run reads: one that is missing would hide a change. One too
many only costs a run that reads the posts.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from publisher import sources
from publisher.config.find import NAME, OLD_NAME
from publisher.config.keys import LEDGER_NAME, STATE_NAME
from publisher.content import cache
from publisher.errors import LedgerError, LockedError
from publisher.feeds import outputs
from publisher.sources import kept
from publisher.system import git, lock, private_folder, run_index, snapshot
from publisher.system.snapshot import Places

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from publisher.app.build import Built
    from publisher.app.project import Project
    from publisher.config import Config
    from publisher.system.run_index import Run
    from publisher.system.snapshot import Snapshot

# What the state folder holds that changes no output. The last are the words of built pages, whose
# module would import the parser of pages.
_CACHES = (
    *(run_index.FOLDER, kept.FOLDER, cache.FOLDER, "words"),
    *(lock.NAME, *private_folder.OF_WATCHER),
    f"{LEDGER_NAME}-shm",  # an index of the log of the ledger, which is beside it
)
# The zone of the machine, and the rules of all zones.
_ZONES = ("/etc/localtime", "/usr/share/zoneinfo/tzdata.zi")


class Before(Struct, frozen=True):
    """What a run is about to read, and when it began by the clock of the disk.

    What lies outside of folders that show each change by their times is looked at now: `points`.
    """

    places: Places
    points: str
    began_ns: int
    state: Path

    def unchanged(self) -> tuple[str, ...] | None:
        """The digests of the places if all is as it was before the run, which is over; else None.

        What was written shortly before it began counts as changed.
        """
        after = _take(self.places, self.began_ns)
        if after and after.is_final and after.digests[0] == self.points:
            return after.digests
        return None

    def keep(self, run: Run) -> None:
        """Write the run into the index."""
        if lock.is_held(self.state):  # by a watcher, whose run this is
            run_index.keep(self.state, run)
            return
        with suppress(LockedError, LedgerError), lock.lock(self.state, wait=0):
            run_index.keep(self.state, run)


def before(config: Config) -> Before | None:
    """What a run is about to read; None if it cannot be repeated.

    A feed in the place of the folder may be on the web.
    """
    seen = None if config.posts.feed else places(config)
    if seen is None:
        return None
    # The state folder may not be writable, and there may be too many files.
    with suppress(OSError, snapshot.TooManyFilesError):
        began = snapshot.clock_ns(os.fspath(config.state))
        return Before(seen, snapshot.points(seen), began, config.state)
    return None


def digests(config: Config) -> tuple[str, ...] | None:
    """The state of everything that a run reads; None if it may change without showing it."""
    seen = before(config)
    found = _take(seen.places, seen.began_ns) if seen else None
    return found.digests if found and found.is_final else None


def _take(seen: Places, since_ns: int) -> Snapshot | None:
    """None if there are too many files."""
    with suppress(snapshot.TooManyFilesError):
        return snapshot.take(seen, since_ns=since_ns)
    return None


def until(project: Project, built: Iterable[Built]) -> float | None:
    """When a run with these files would do or print something else, if nobody changes anything.

    In seconds since the epoch, infinite if no date comes; None if this run did something.
    """
    if project.clock_warning or any(one.state != "unchanged" for one in built):
        return None
    return project.next_date.timestamp() if project.next_date else float("inf")


def places(config: Config) -> Places | None:
    """Everything that a run with this configuration may read; None if that is not known."""
    history = git.places(config.posts.path)
    if history is None:
        return None
    site, posts = sources.site_of(config), config.posts.path
    trees = [posts, site, *([config.site.output] if config.site.output else [])]
    files = [
        *_configurations(config),
        *sources.settings_of(config),
        *_outputs(config),
        *history.files,
        *map(Path, _ZONES),
    ]
    return Places(
        trees=_texts([*trees, *outputs.folders(config), *history.trees]),
        files=_texts(files),
        left_out=_texts(config.state / name for name in _CACHES),
        own=os.fspath(config.state),
    )


def _configurations(config: Config) -> Iterator[Path]:
    """The configuration, those that would be found in its place, and the ledgers beside them."""
    here, posts = Path.cwd(), config.posts.path
    yield config.path
    for folder in dict.fromkeys((here, *here.parents, posts, *posts.parents, config.path.parent)):
        yield from (folder / name for name in (NAME, OLD_NAME, ".git"))
        yield folder / STATE_NAME / LEDGER_NAME


def _outputs(config: Config) -> Iterator[Path]:
    """The files that a run builds. Those that patterns make are in `outputs.folders`."""
    yield from (feed.path for feed in config.feeds)
    yield from (file.path for file in [config.page] if file)
    yield from (file for file in [config.stylesheet] if file)


def _texts(paths: Iterable[Path]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(os.fspath, paths)))
