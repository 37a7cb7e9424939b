"""When files that are being written have come to rest. Pure: the clock is an argument."""

from __future__ import annotations

from msgspec import Struct

# A burst of writes that never ends, e.g. of a log file in the folder, is published after so many
# times the rest that was asked for.
LONGEST = 30


class Burst(Struct, frozen=True):
    """Changes that came one after another, between the moments `first` and `last`.

    Both are in seconds of a monotonic clock. `has_writes` is False while files have only vanished,
    and `has_gaps` True once one has that the build of the site may be about to write again.
    """

    first: float
    last: float
    has_writes: bool
    has_gaps: bool

    @property
    def is_doubtful(self) -> bool:
        """Whether a build may have emptied its folder, and not have begun to write."""
        return self.has_gaps and not self.has_writes

    def due(self, *, settle: float, removal: float) -> float:
        """When it is published: `settle` seconds after the last change, `removal` if in doubt."""
        if self.is_doubtful:
            return self.first + max(settle, removal)
        return min(self.last + settle, self.first + LONGEST * settle)


def grown(burst: Burst | None, *, now: float, is_write: bool, is_gap: bool = False) -> Burst:
    """The burst with one change more. `is_write` is False if the file is gone.

    `is_gap`: it is gone, but may come back with the next build.
    """
    if burst is None:
        return Burst(now, now, is_write, is_gap)
    return Burst(burst.first, now, burst.has_writes or is_write, burst.has_gaps or is_gap)


def vanished(burst: Burst | None, *, now: float) -> float:
    """When the files that are gone had vanished at the latest.

    Of a burst that is its end: a file that vanishes after minutes of writing is as likely to come
    back as any other.
    """
    return burst.last if burst else now
