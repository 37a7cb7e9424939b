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
)
from rich.table import Column
from rich.text import Text

from publisher.cli.rate import Rate
from publisher.text.characters import short_line

if TYPE_CHECKING:
    from rich.progress import Task
    from rich.progress_bar import ProgressBar

    from publisher.app.events import PagesRead, PostsRead
    from publisher.sync import ItemsRead
    from publisher.text.node_address import NodeAddress

LABEL = 40  # cells; a wide character takes two


class Bar:
    """A row for the posts that are read, one for the changes at all nodes, and one for each node.

    It clears itself at the end.
    """

    def __init__(self, console: Console | None = None) -> None:
        """`console` is the terminal of stderr by default."""
        self._rate = Rate(time.monotonic)
        self._rows = Progress(
            _Label(table_column=Column(max_width=LABEL)),
            _Bar(bar_width=20, table_column=_fixed()),
            MofNCompleteColumn(table_column=_fixed()),
            _Estimate(self._rate),
            console=console or Console(stderr=True),
            transient=True,
            # On a terminal rich must print the lines above the bar. A file or a pipe gets them
            # unchanged.
            redirect_stdout=sys.stdout.isatty(),
        )
        self._changes = self._rows.add_task("publishing", total=None, visible=False)
        self._posts = self._rows.add_task("reading posts", total=None, visible=False)
        self._nodes: dict[NodeAddress, TaskID] = {}
        self._rows.start()

    def close(self) -> None:
        self._rows.stop()

    def show_changes(self, done: int, total: int, *, is_new: bool) -> None:
        """Show how many changes are done. `is_new`: one was made just now, which took time."""
        if is_new:
            self._rate.count()
        self._rows.update(self._changes, completed=done, total=total, visible=True)

    def show_posts(self, posts: PostsRead) -> None:
        """Show how many posts are read; no longer once all of them are."""
        is_shown = posts.read < posts.total
        self._rows.update(
            self._posts, completed=posts.read, total=posts.total, visible=is_shown, refresh=True
        )

    def show_reading(self, address: NodeAddress, items: ItemsRead) -> None:
        """Show how many items of a node are listed or read; no longer once all of them are."""
        label = f"{items.action} {short_line(address.node, LABEL)}"
        if address not in self._nodes:
            self._nodes[address] = self._rows.add_task(label, total=None, visible=False)
        self._rows.update(
            self._nodes[address],
            description=label,
            completed=items.read,
            total=items.total,
            visible=items.read != items.total,
            refresh=True,
            is_pulsing=items.awaits_rest,
        )


class PageBar:
    """A row for the pages of the built site that are read. It clears itself at the end."""

    def __init__(self) -> None:
        self._rows = Progress(
            _Label(table_column=Column(max_width=LABEL)),
            BarColumn(bar_width=20, table_column=_fixed()),
            MofNCompleteColumn(table_column=_fixed()),
            console=Console(stderr=True),
            transient=True,
        )
        self._folders: dict[str, TaskID] = {}
        self._rows.start()

    def close(self) -> None:
        self._rows.stop()

    def show(self, pages: PagesRead) -> None:
        label = f"{pages.step} {short_line(pages.folder, LABEL)}"
        if label not in self._folders:
            self._folders[label] = self._rows.add_task(label, total=pages.total)
        self._rows.update(
            self._folders[label],
            completed=pages.read,
            visible=pages.read < pages.total,
        )


def _fixed() -> Column:
    """A column that a narrow terminal does not make narrower, as long as it can cut the labels."""
    return Column(no_wrap=True)


class _Label(ProgressColumn):
    """What is done, cut to the cells of the terminal that the other columns leave."""

    def render(self, task: Task) -> Text:
        return Text(task.description, no_wrap=True, overflow="ellipsis")


class _Bar(BarColumn):
    """A bar that only pulses while one answer brings all that are left."""

    def render(self, task: Task) -> ProgressBar:
        bar = super().render(task)
        bar.pulse = bar.pulse or bool(task.fields.get("is_pulsing"))
        return bar


class _Estimate(ProgressColumn):
    """The rate of the changes and the time left. What is read has none."""

    def __init__(self, rate: Rate) -> None:
        super().__init__(table_column=_fixed())
        self._rate = rate

    def render(self, task: Task) -> Text:
        if task.description != "publishing" or task.total is None:
            return Text()
        return Text(self._rate.text(int(task.total - task.completed)))
