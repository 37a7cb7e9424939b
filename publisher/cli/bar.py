"""A progress bar below the lines on a terminal. Importing it takes 0.1 s, so few runs do."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TaskID,
    TextColumn,
)
from rich.text import Text

from publisher.cli.rate import Rate

if TYPE_CHECKING:
    from rich.progress import Task

    from publisher.text.node_address import NodeAddress


class Bar:
    """A row for the changes at all nodes together, and one for each node that is being read.

    It clears itself at the end.
    """

    def __init__(self) -> None:
        self._rate = Rate(time.monotonic)
        self._rows = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=20),
            MofNCompleteColumn(),
            _Estimate(self._rate),
            console=Console(stderr=True),
            transient=True,
            # On a terminal rich must print the lines above the bar. A file or a pipe gets them
            # unchanged.
            redirect_stdout=sys.stdout.isatty(),
        )
        self._changes = self._rows.add_task("publishing", total=None, visible=False)
        self._nodes: dict[NodeAddress, TaskID] = {}
        self._rows.start()

    def close(self) -> None:
        self._rows.stop()

    def show_changes(self, done: int, total: int, *, is_new: bool) -> None:
        """Show how many changes are done. `is_new`: one was made just now, which took time."""
        if is_new:
            self._rate.count()
        self._rows.update(self._changes, completed=done, total=total, visible=True)

    def show_reading(self, address: NodeAddress, name: str, read: int, total: int | None) -> None:
        """Show how many items of a node are read; no longer once all of them are."""
        if address not in self._nodes:
            self._nodes[address] = self._rows.add_task(f"reading {name}")
        row, is_shown = self._nodes[address], read != total
        self._rows.update(row, completed=read, total=total, visible=is_shown, refresh=True)


class _Estimate(ProgressColumn):
    """The rate of the changes and the time left. What is read has none."""

    def __init__(self, rate: Rate) -> None:
        super().__init__()
        self._rate = rate

    def render(self, task: Task) -> Text:
        if task.description != "publishing" or task.total is None:
            return Text()
        return Text(self._rate.text(int(task.total - task.completed)))
