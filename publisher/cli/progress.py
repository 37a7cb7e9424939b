"""Print a line for each change at a node, and on a terminal a progress bar below the lines."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, assert_never

from publisher.app.events import (
    FeedsBuilt,
    NodeRead,
    NodesOpen,
    Note,
    PagesRead,
    PostsRead,
    StepTaken,
    WaitingForLock,
)
from publisher.cli import node_results, output

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.app.events import Event, OnEvent
    from publisher.cli.progress_bar import Bar
    from publisher.sync import Step
    from publisher.text.node_address import NodeAddress

LEAST_CHANGES = 5  # fewer are made before anybody could read a progress bar
LEAST_ITEMS = 100  # and fewer are read


@contextmanager
def progress(*, prints_changes: bool = False) -> Iterator[OnEvent]:
    """Yield a callback that shows what a run does.

    `prints_changes` prints a line for each change, with the name of the node if there are several.
    Notes are printed at once on a terminal, where somebody waits, and otherwise at the end.
    """
    shown = _Progress(is_watched=sys.stderr.isatty(), prints_changes=prints_changes)
    try:
        yield shown.show
    finally:
        shown.end()


class _Progress:
    def __init__(self, *, is_watched: bool, prints_changes: bool) -> None:
        self._is_watched = is_watched
        self._prints_changes = prints_changes
        self._nodes = 1
        self._totals: dict[NodeAddress, int] = {}
        self._done = 0
        self._notes: list[str] = []
        self._bar: Bar | None = None

    def show(self, event: Event) -> None:
        match event:
            case NodesOpen(nodes=number):
                self._nodes = number
            case StepTaken(address=address, step=step, total=total):
                self._show_step(address, step, total)
            case NodeRead(address=address, items=items):
                if self._is_watched and (items.total is None or items.total >= LEAST_ITEMS):
                    self._with_bar().show_reading(address, items)
            case PostsRead():
                if self._is_watched:
                    self._with_bar().show_posts(event)
            case Note(text=text):
                self._notes.append(text)
                if self._is_watched:
                    self._print_notes()
            case WaitingForLock() | FeedsBuilt() | PagesRead():
                pass
            case _:
                assert_never(event)

    def end(self) -> None:
        if self._bar:
            self._bar.close()
        self._print_notes()

    def _show_step(self, address: NodeAddress, step: Step, total: int) -> None:
        if self._prints_changes:
            node_results.print_step(step, node=address.node if self._nodes > 1 else "")
        self._totals[address] = total
        self._done += 1
        everything = sum(self._totals.values())
        if self._is_watched and everything >= LEAST_CHANGES:
            # What changes only the ledger takes no time.
            is_sent = node_results.is_visible(step)
            self._with_bar().show_changes(self._done, everything, is_new=is_sent)

    def _with_bar(self) -> Bar:
        if self._bar is None:
            from publisher.cli.progress_bar import Bar  # noqa: PLC0415 - 0.1 s, and only on a terminal

            self._bar = Bar()
        return self._bar

    def _print_notes(self) -> None:
        for note in self._notes:
            output.print_message(f"note: {note}")
        self._notes.clear()
