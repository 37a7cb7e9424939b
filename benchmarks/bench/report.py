"""The table: what each row shows, its bar, and whether it is met."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.bench.measuring import Spread

HEADINGS = ("row", "what", "posts", "measured", "least-most", "unit", "bar", "", "rounds", "of")
RIGHT = {"posts", "measured", "rounds"}


@dataclass(frozen=True, slots=True)
class Bar:
    """What a figure must be: at most, or at least, this."""

    kind: Literal["at most", "at least"]
    limit: float

    def __str__(self) -> str:
        return f"{self.kind} {_number(self.limit)}"

    def is_met(self, figure: float) -> bool:
        return figure <= self.limit if self.kind == "at most" else figure >= self.limit


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table.

    `unit` says what is compared, e.g. "x find -printf", and `of` the two figures whose ratio it is.
    Without a `bar` the line only shows how the figure grows.
    """

    row: str
    what: str
    posts: int
    measured: Spread
    unit: str
    rounds: int
    bar: Bar | None = None
    of: str = ""

    def cells(self) -> tuple[str, ...]:
        low, high = _number(self.measured.least), _number(self.measured.most)
        return (
            self.row,
            self.what,
            f"{self.posts:,}",
            _number(self.measured.median),
            f"{low}-{high}" if self.rounds > 1 else "",
            self.unit,
            str(self.bar or ""),
            self._verdict(),
            str(self.rounds),
            self.of,
        )

    def _verdict(self) -> str:
        if self.bar is None:
            return ""
        return "met" if self.bar.is_met(self.measured.median) else "MISSED"


@dataclass(slots=True)
class Report:
    """What was measured so far: the lines of the table, and what shows growth."""

    figures: list[Figure] = field(default_factory=list)
    _growth: dict[str, dict[int, float]] = field(default_factory=lambda: defaultdict(dict))

    def add(self, figure: Figure) -> None:
        self.figures.append(figure)

    def grow(self, what: str, posts: int, cpu: float) -> None:
        """Record the CPU seconds of something for this many posts."""
        self._growth[what][posts] = cpu

    def table(self) -> str:
        return _aligned([HEADINGS, *(figure.cells() for figure in self.figures)], RIGHT)

    def growth(self) -> str:
        """A line for each thing that was measured: its CPU seconds for each number of posts.

        Nothing if there is none.
        """
        if not self._growth:
            return ""
        sizes = sorted({posts for seconds in self._growth.values() for posts in seconds})
        headings = ("CPU seconds", *(f"{posts:,}" for posts in sizes))
        lines = [
            (what, *(_number(seconds[posts]) if posts in seconds else "" for posts in sizes))
            for what, seconds in self._growth.items()
        ]
        return _aligned([headings, *lines], {*headings[1:]})


def _number(value: float) -> str:
    """Three digits, which is more than a measurement is worth."""
    if value == int(value):
        return f"{value:,.0f}"
    return f"{value:.{2 if abs(value) < 10 else 1 if abs(value) < 100 else 0}f}"


def _aligned(lines: Sequence[Sequence[str]], right: set[str]) -> str:
    """Lines of cells as text; the columns with these headings are aligned at their right."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]

    def padded(line: Sequence[str]) -> Iterator[str]:
        for heading, cell, width in zip(lines[0], line, widths, strict=True):
            yield cell.rjust(width) if heading in right else cell.ljust(width)

    return "\n".join("  ".join(padded(line)).rstrip() for line in lines)
