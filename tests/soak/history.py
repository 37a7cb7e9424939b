"""What the files of a blog said and when, what a subscriber saw of it, and what of that is wrong.

Pure: moments are arguments, in seconds of time.monotonic(). A version is the text of a post that
was written once; it has a number of its own.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# A removal that nobody has confirmed is believed after so long.
REMOVAL = 60.0
# What a server has acknowledged so shortly before it was killed may be lost, and is sent again.
DURABLE = 30.0
# A request may be on its way for so long when the file comes back.
UNDERWAY = 5.0

# here: a file has this item id. gone: none has. held: its post was renamed, and nobody has decided.
# meant: it is gone, and somebody has said that this is right.
Presence: TypeAlias = Literal["here", "gone", "held", "meant"]


@dataclass(frozen=True, slots=True)
class Seen:
    """An event of the subscriber. `version` is None for a retract, and -1 for half a text."""

    id: str
    version: int | None
    at: float


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that must not happen. `id` is that of the item, if it is about one."""

    text: str
    at: float
    id: str = ""


@dataclass(slots=True)
class History:
    """The files of one blog: `shown` is item id -> version, as they are now."""

    shown: dict[str, int] = field(default_factory=dict)
    written: Counter[tuple[str, int]] = field(default_factory=Counter)
    kills: list[float] = field(default_factory=list)  # of the server
    _spans: dict[str, list[tuple[float, Presence]]] = field(default_factory=dict)
    _pending: set[str] = field(default_factory=set)

    def look(self, found: Mapping[str, int], *, before: float, now: float) -> None:
        """Note the files that are there `now`; `before` they were as at the last look."""
        for id_ in self.shown.keys() - found.keys():
            if self._presence(id_) == "here":
                self._enter(id_, "gone", before)
        for id_, version in found.items():
            if id_ not in self._pending and self._is_new(id_, version, now):
                self.written[id_, version] += 1
        for id_ in found.keys() - self._pending:
            if self._presence(id_) != "here":
                self._enter(id_, "here", now)
        kept = {id_: version for id_, version in self.shown.items() if id_ not in found}
        self.shown = {**kept, **found}

    def _is_new(self, id_: str, version: int, now: float) -> bool:
        """Whether the file says something that it did not say, or was away for long enough."""
        if self.shown.get(id_) != version:
            return True
        since, presence = self._last(id_)
        return presence == "meant" or (presence == "gone" and now >= since + REMOVAL)

    def rename(self, old: str, new: str, at: float) -> None:
        """The file of a published post got another name: its item is held, the new one waits."""
        self._enter(old, "held", at)
        self._pending.add(new)

    def keep(self, old: str, new: str) -> None:
        """The renamed file says in its front matter which item it has.

        That line, and the other URL, are an edit: the item is sent once more.
        """
        self._pending.discard(new)
        self.written[old, self.shown.pop(new)] += 1

    def let_go(self, old: str, new: str, at: float) -> None:
        """The renamed file is said to be a new post."""
        self._pending.discard(new)
        self.written[new, self.shown[new]] += 1
        self._enter(new, "here", at)
        self._enter(old, "meant", at)
        self.mean_removals(at)

    def mean_removals(self, at: float) -> None:
        """Somebody runs `publish`: what is gone may be retracted at once."""
        for id_ in self._spans:
            if self._presence(id_) == "gone":
                self._enter(id_, "meant", at)

    def expected(self) -> dict[str, int]:
        """What the node must hold: item id -> version."""
        there = {id_ for id_ in self._spans if self._presence(id_) in {"here", "held"}}
        return {id_: version for id_, version in self.shown.items() if id_ in there}

    def away(self) -> set[str]:
        """The items whose files are gone, and may still come back."""
        return {id_ for id_ in self._spans if self._presence(id_) == "gone"}

    def faults(self, seen: list[Seen]) -> Iterator[Fault]:
        """What the subscriber should not have seen."""
        times: dict[tuple[str, int], list[float]] = {}
        for one in seen:
            if one.version is None:
                yield from self._wrong_retract(one)
            elif one.version < 0:
                yield Fault(f"half of the text of {one.id} was published", one.at, one.id)
            else:
                times.setdefault((one.id, one.version), []).append(one.at)
        for (id_, version), moments in times.items():
            yield from self._too_often(id_, version, moments)

    def _wrong_retract(self, seen: Seen) -> Iterator[Fault]:
        since, presence = self._last(seen.id, at=seen.at)
        if presence == "here":  # it may have come back while the request was on its way
            since, presence = self._last(seen.id, at=min(since, seen.at - UNDERWAY))
        if presence == "gone" and seen.at < since + REMOVAL:
            text = f"{seen.id} was retracted {seen.at - since:.1f} s after its file had vanished"
            yield Fault(text, seen.at, seen.id)
        elif presence in {"here", "held"}:
            yield Fault(f"{seen.id} was retracted, although it is {presence}", seen.at, seen.id)

    def _too_often(self, id_: str, version: int, moments: list[float]) -> Iterator[Fault]:
        lost = sum(self._may_be_lost(moment) for moment in moments)
        if len(moments) > self.written[id_, version] + lost:
            often = f"{len(moments)} times, and was written {self.written[id_, version]} times"
            yield Fault(f"version {version} of {id_} was seen {often}", moments[-1], id_)

    def _may_be_lost(self, moment: float) -> bool:
        return any(moment <= kill <= moment + DURABLE for kill in self.kills)

    def _enter(self, id_: str, presence: Presence, at: float) -> None:
        self._spans.setdefault(id_, []).append((at, presence))

    def _presence(self, id_: str) -> Presence | None:
        return self._last(id_)[1]

    def _last(self, id_: str, *, at: float = float("inf")) -> tuple[float, Presence | None]:
        """How the item is at a moment, and since when."""
        spans = [span for span in self._spans.get(id_, []) if span[0] <= at]
        return spans[-1] if spans else (0.0, None)
