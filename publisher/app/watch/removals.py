"""Which posts are gone for good. Pure: the clock is an argument.

A file may be away for a moment: an editor replaces it, git changes branches. So its item is
retracted only after some time, although other posts are published meanwhile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


class Removals(Struct, frozen=True):
    """The published posts whose files are gone, with the moment at which that was seen.

    Moments are in seconds of a monotonic clock; `seconds` is how long a removal is doubted.
    """

    seconds: float
    since: Mapping[str, float] = field(default_factory=dict)

    def seen(self, absent: Collection[str], *, at: float) -> Removals:
        """With the files that are gone now, which vanished `at` this moment if they are new."""
        return Removals(self.seconds, {path: self.since.get(path, at) for path in absent})

    def doubted(self, *, now: float) -> frozenset[str]:
        """The files whose removal is not believed yet."""
        return frozenset(path for path, at in self.since.items() if now < at + self.seconds)

    def next_belief(self, *, now: float) -> float | None:
        """When the next removal is believed; None if none is doubted."""
        moments = (at + self.seconds for at in self.since.values())
        return min((moment for moment in moments if moment > now), default=None)

    def anew(self, *, now: float) -> Removals:
        """Doubt all of them from now on."""
        return Removals(self.seconds, dict.fromkeys(self.since, now))
