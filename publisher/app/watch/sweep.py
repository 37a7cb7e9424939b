"""Find what was written without a report: the kernel drops reports when there are too many."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.app import repeatable

if TYPE_CHECKING:
    from publisher.app.watch.timing import Timing
    from publisher.config import Config


class Sweep:
    """Compares everything that a run reads with what it was like after the last run."""

    def __init__(self, timing: Timing) -> None:
        self._timing = timing
        self._after_run: tuple[str, ...] | None = None
        self._full_at = 0.0
        self._may_have_lost = False

    def note_flood(self) -> None:
        """So many files were written at once that some reports may be lost."""
        self._may_have_lost = True

    def begin(self, config: Config, now: float) -> float:
        """Note what everything is like after a run. Returns in how many seconds to compare it.

        `now` is of a monotonic clock.
        """
        seconds = self._timing.recheck if self._may_have_lost else self._timing.sweep
        self._full_at = now + self._timing.full
        self._after_run = None if self._may_have_lost else repeatable.digests(config)
        self._may_have_lost = False
        return seconds

    def has_changed(self, config: Config, now: float) -> bool:
        """Whether anything was written since, or nobody knows, or it is time to read all posts."""
        is_late = now >= self._full_at
        return is_late or self._after_run is None or repeatable.digests(config) != self._after_run
