"""What a command costs. The rounds of commands that are compared are interleaved.

So other load on the machine affects all of them alike, and each ratio is one of the same minute.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

SHOWN_BYTES = 2_000


class BenchError(Exception):
    """A measurement is impossible. The text says what to do."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run took.

    `wall` and `cpu` are seconds; `cpu` includes the processes that it started and waited for.
    `peak` is the most bytes that one of these processes had in memory. It is never less than what
    the program that measures has, because a process begins as a copy of its parent.
    """

    wall: float
    cpu: float = 0.0
    peak: int = 0


@dataclass(frozen=True, slots=True)
class Contender:
    """Something that is measured: `run` gets the number of the round, from 0.

    The work of `prepare` is not measured. `rounds` limits how often it runs, for programs
    that take minutes.
    """

    name: str
    run: Callable[[int], Cost]
    prepare: Callable[[int], object] = lambda _: None
    rounds: int = 1_000


Costs = dict[str, list[Cost]]


def interleaved(
    contenders: Sequence[Contender],
    rounds: int,
    *,
    before: Callable[[int], object] = lambda _: None,
    advance: Callable[[], object] = lambda: None,
) -> Costs:
    """Run all contenders in turn, `rounds` times. `before` prepares a round for all of them."""
    costs: Costs = {contender.name: [] for contender in contenders}
    for number in range(rounds):
        before(number)
        for contender in contenders:
            if number < contender.rounds:
                contender.prepare(number)
                costs[contender.name].append(contender.run(number))
            advance()
    return costs


@dataclass(frozen=True, slots=True)
class Command:
    """A command line, where it runs, and what it has in its environment in addition."""

    arguments: Sequence[str]
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    def run(self, _: int = 0) -> Cost:
        return self.with_output()[0]

    def with_output(self) -> tuple[Cost, str]:
        """Run the command; what it costs, and what it prints. Raises BenchError if it fails."""
        with tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
            start = time.perf_counter()
            process = subprocess.Popen(  # noqa: S603 - our own command lines
                self.arguments,
                cwd=self.folder,
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
            )
            _, status, usage = os.wait4(process.pid, 0)
            wall = time.perf_counter() - start
            process.returncode = os.waitstatus_to_exitcode(status)
            stdout.seek(0)
            printed = stdout.read().decode()
            if process.returncode:
                stderr.seek(0)
                raise self._failed(process.returncode, printed + stderr.read().decode())
        return Cost(wall, usage.ru_utime + usage.ru_stime, 1024 * usage.ru_maxrss), printed

    def _failed(self, code: int, output: str) -> BenchError:
        command = " ".join(self.arguments)
        return BenchError(f"{command}\nended with exit code {code}:\n{output[-SHOWN_BYTES:]}")


@dataclass(frozen=True, slots=True)
class Spread:
    """The median of several rounds, the least and the most."""

    median: float
    least: float
    most: float


def spread(values: Sequence[float]) -> Spread:
    return Spread(statistics.median(values), min(values), max(values))


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> Spread:
    """The ratio of the medians; its spread is that of the ratios of single rounds.

    A contender that ran in fewer rounds than the other is compared with the other's first rounds.
    """
    rounds = range(min(len(ours), len(theirs)))
    each = [ours[number] / theirs[number] for number in rounds]
    medians = (statistics.median(values[: len(each)]) for values in (ours, theirs))
    numerator, denominator = medians
    return Spread(numerator / denominator, min(each), max(each))
