"""What the watcher doubts: removals, and edits that bring an earlier version of a post back.

Both are believed after some time. Work that is handed over means them at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher import entry as entries
from publisher.app import absent_posts
from publisher.app.doubted import DoubtedChanges
from publisher.app.watch import versions
from publisher.app.watch.removals import Removals
from publisher.app.watch.versions import SentVersion, SentVersions
from publisher.sync.changes import Correct, Publish

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from publisher.app.project import Project
    from publisher.sync import Step
    from publisher.sync.ledger import Ledger


class Doubting:
    """The doubts of a watcher, each for so many `seconds`. Moments are of a monotonic clock."""

    def __init__(self, seconds: float, folder: Path) -> None:
        self._seconds, self._folder = seconds, folder
        self._versions = SentVersions()
        self.clear()

    def clear(self) -> None:
        """Believe all that has happened so far."""
        self._gone = self._back = Removals(self._seconds)

    def load(self, ledger: Ledger) -> None:
        """Read which versions were sent. Raises LedgerError."""
        records = ledger.published_records()
        last = {one.path: SentVersion(one.source, one.body) for one in records if one.path}
        self._versions = versions.load(self._folder, last)

    def anew(self, *, now: float) -> None:
        """Doubt all of it from now on."""
        self._gone, self._back = self._gone.anew(now=now), self._back.anew(now=now)

    def doubts(self, project: Project, *, at: float, now: float) -> DoubtedChanges:
        """What may be taken back. What is new to us has happened `at` this moment."""
        self._gone = self._gone.seen(absent_posts.paths(project), at=at)
        self._back = self._back.seen([*_back(project, self._versions)], at=at)
        return DoubtedChanges(self._gone.doubted(now=now), self._back.doubted(now=now))

    def next_belief(self, *, now: float) -> float | None:
        """When the next doubt ends; None if there is none."""
        found = (self._gone.next_belief(now=now), self._back.next_belief(now=now))
        return min((moment for moment in found if moment is not None), default=None)

    def note(self, steps: Iterable[Step]) -> None:
        """Note which versions a run has sent."""
        sent = {
            one.change.post.path: SentVersion(one.change.post.source, one.change.post.body)
            for one in steps
            if one.outcome == "done" and isinstance(one.change, Publish | Correct)
        }
        if sent:
            before, self._versions = self._versions.before, self._versions.sent(sent)
            if self._versions.before != before:
                versions.keep(self._folder, self._versions)


def _back(project: Project, known: SentVersions) -> Iterator[str]:
    """The paths of the posts that went back to an earlier version, or have lost their text."""
    for one in project.entries.entries:
        path = str(one.post.path)
        last = known.last.get(path)
        if last is None or not last.source or last.source == one.post.source:
            continue
        has_lost_text = bool(last.body) and not entries.body_hash(one.post)
        if has_lost_text or known.is_back(path, one.post.source):
            yield path
