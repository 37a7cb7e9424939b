"""When the next run is due, and why. Pure: both clocks are arguments.

What depends on the date is compared with the wall clock, which somebody may set, and which goes on
while the machine sleeps. Everything else follows the monotonic clock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from msgspec import Struct, field
from msgspec.structs import replace

if TYPE_CHECKING:
    from collections.abc import Mapping

Reason: TypeAlias = Literal[
    "start", "configuration", "connected", "change", "due", "removal", "retry", "recheck", "sweep"
]
# What waits until the files have settled, if some are being written: a run publishes all of them.
PATIENT: frozenset[Reason] = frozenset({"connected", "removal", "retry", "recheck", "sweep"})
# How long the watcher sleeps at most: then it looks at the wall clock, and at single files.
TICK = 1.0


class Instant(Struct, frozen=True):
    """A moment by both clocks, in seconds. `wall` is since the epoch."""

    monotonic: float
    wall: float


class Agenda(Struct, frozen=True):
    """The reasons for runs to come, each with its moment, and the next date of a post.

    The moments are of the monotonic clock. `date` is in seconds since the epoch: when a post
    becomes due, expires or is deleted.
    """

    moments: Mapping[Reason, float] = field(default_factory=dict)
    date: float | None = None

    def at(self, reason: Reason, moment: float | None) -> Agenda:
        """With this moment for a run, in the place of the one that had the same reason."""
        others = {one: at for one, at in self.moments.items() if one != reason}
        more = {} if moment is None else {reason: moment}
        return replace(self, moments={**others, **more})

    def with_change(self, due: float, *, is_doubtful: bool) -> Agenda:
        """With the moment for a run after changes; `is_doubtful` is that of their Burst."""
        if not is_doubtful:
            return self.at("change", due)
        known = self.moments.get("removal", due)
        return self.at("change", None).at("removal", min(known, due))

    def reason(self, now: Instant) -> Reason | None:
        """Why a run is due now; None if none is."""
        if self.date is not None and now.wall >= self.date:
            return "due"
        due = {reason: at for reason, at in self._moments.items() if at <= now.monotonic}
        return min(due, key=lambda reason: due[reason], default=None)

    def seconds(self, now: Instant) -> float:
        """How long to wait until the next run, at most a TICK."""
        waits = [at - now.monotonic for at in self._moments.values()]
        waits += [] if self.date is None else [self.date - now.wall]
        return max(0.0, min([*waits, TICK]))

    @property
    def _moments(self) -> Mapping[Reason, float]:
        """When each run may begin."""
        change = self.moments.get("change", 0.0)
        return {
            reason: max(at, change) if reason in PATIENT else at
            for reason, at in self.moments.items()
        }
