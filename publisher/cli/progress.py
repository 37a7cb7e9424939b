"""Print a line for each change at a node, and on a terminal a progress bar below the lines."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from publisher.app.events import NodesOpen, StepTaken
from publisher.cli import report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from publisher.app.events import Event, OnEvent

LEAST_FOR_BAR = 5  # changes; fewer are done before anybody could read a progress bar


@contextmanager
def progress() -> Iterator[OnEvent]:
    """Yield a callback that prints changes, with the name of the node if there are several."""
    several = False
    with _bar_on_terminal() as advance:

        def show(event: Event) -> None:
            nonlocal several
            match event:
                case NodesOpen(nodes=number):
                    several = number > 1
                case StepTaken(address=address, step=step, total=total):
                    report.print_step(step, node=address.node if several else "")
                    advance(address.node, total)
                case _:
                    pass

        yield show


@contextmanager
def _bar_on_terminal() -> Iterator[Callable[[str, int], None]]:
    if not sys.stderr.isatty():
        yield lambda _node, _total: None
    else:
        with _bar() as advance:
            yield advance


@contextmanager
def _bar() -> Iterator[Callable[[str, int], None]]:
    """A bar with the number of changes at all nodes, their rate and the time left."""
    from rich.console import Console  # noqa: PLC0415 - 0.1 s, and only for terminals
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    bar = Progress(
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        TextColumn("left"),
        console=Console(stderr=True),
        transient=True,
        # On a terminal rich must print the lines above the bar. A file or a pipe gets them
        # unchanged.
        redirect_stdout=sys.stdout.isatty(),
    )
    totals: dict[str, int] = {}
    with bar:
        task = bar.add_task("publishing", total=None, visible=False, rate="")

        def advance(node: str, total: int) -> None:
            totals[node] = total
            all_changes = sum(totals.values())
            speed = bar.tasks[task].speed
            rate = f"{speed:.0f} a second" if speed else ""
            bar.update(
                task,
                total=all_changes,
                advance=1,
                visible=all_changes >= LEAST_FOR_BAR,
                rate=rate,
            )

        yield advance
