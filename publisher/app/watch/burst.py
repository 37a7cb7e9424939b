"""When files that are being written have come to rest. Pure: the clock is an argument."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

# A burst of writes that never ends, e.g. of a log file in the folder, is published after so many
# times the rest that was asked for.
LONGEST = 30


class Burst(Struct, frozen=True):
    """Changes that came one after another, between the moments `first` and `last`.

    Both are in seconds of a monotonic clock. `has_writes` is False while files have only vanished.
    """

    first: float
    last: float
    has_writes: bool

    def due(self, *, settle: float, removal: float) -> float:
        """When it is published: `settle` seconds after the last write, `removal` after a removal.

        A file that is only away for a moment, as during `git stash`, is not to be missed.
        """
        if not self.has_writes:
            return self.first + max(settle, removal)
        return min(self.last + settle, self.first + LONGEST * settle)


def grown(burst: Burst | None, *, now: float, is_write: bool) -> Burst:
    """The burst with one change more; `is_write` is False if the file is gone."""
    if burst is None:
        return Burst(now, now, is_write)
    return replace(burst, last=now, has_writes=burst.has_writes or is_write)


def vanished(burst: Burst | None, *, now: float) -> float:
    """When the files that are gone had vanished at the latest.

    Of a burst that is its end: a file that vanishes after minutes of writing is as likely to come
    back as any other.
    """
    return burst.last if burst else now
