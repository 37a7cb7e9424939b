"""The progress bar: the numbers that a user sees while a large node is read."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import pytest
from rich.cells import cell_len
from rich.console import Console

from publisher.app.events import PostsRead
from publisher.cli.progress_bar import Bar
from publisher.sync import ItemsRead
from publisher.text.node_address import NodeAddress

if TYPE_CHECKING:
    from collections.abc import Callable

NODE = NodeAddress("pubsub.blog.example", "blog")
_ESCAPES = re.compile(r"\x1b\[[\d;?]*[A-Za-z]")
# rich colours a pulsing bar cell by cell; one that does not pulse has two colours.
_COLOURS = re.compile(r"\x1b\[[\d;]*m━")


class Terminal:
    """A terminal in memory with a bar."""

    def __init__(self, width: int = 80) -> None:
        self._screen = io.StringIO()
        self.bar = Bar(
            Console(
                file=self._screen,
                force_terminal=True,
                color_system="truecolor",
                width=width,
                legacy_windows=False,
                _environ={},
            )
        )

    def shows(self, node: NodeAddress, items: ItemsRead) -> str:
        """The rows after this event, with their colours."""
        return self._after(lambda: self.bar.show_reading(node, items))

    def shows_posts(self, read: int, total: int) -> str:
        """The rows after so many posts are read."""
        return self._after(lambda: self.bar.show_posts(PostsRead(read, total)))

    def _after(self, event: Callable[[], None]) -> str:
        before = self._screen.tell()
        event()
        return self._screen.getvalue()[before:].rpartition("\r")[2]


def plain(written: str) -> str:
    return _ESCAPES.sub("", written).strip()


def test_listing_and_reading_are_two_words() -> None:
    terminal = Terminal()
    assert plain(terminal.shows(NODE, ItemsRead("listing", 250, 1200))).startswith("listing blog ")
    assert not plain(terminal.shows(NODE, ItemsRead("listing", 1200, 1200)))
    read = plain(terminal.shows(NODE, ItemsRead("reading", 20, 1200)))
    assert read.startswith("reading blog ")
    assert re.search(r"\s20/1200$", read)
    terminal.bar.close()


def test_posts_are_counted_until_all_are_read() -> None:
    terminal = Terminal()
    assert re.search(r"^reading posts .*\s300/1200$", plain(terminal.shows_posts(300, 1200)))
    assert not plain(terminal.shows_posts(1200, 1200))
    terminal.bar.close()


def test_no_total_is_shown_before_it_is_known() -> None:
    terminal = Terminal()
    shown = terminal.shows(NODE, ItemsRead("listing", 250, None))
    assert plain(shown).endswith("250/?")
    assert "/100" not in shown
    terminal.bar.close()


def test_the_bar_pulses_while_one_answer_brings_the_rest() -> None:
    terminal = Terminal()
    still = terminal.shows(NODE, ItemsRead("reading", 600, 1200))
    pulsing = terminal.shows(NODE, ItemsRead("reading", 600, 1200, awaits_rest=True))
    assert plain(pulsing).endswith("600/1200")
    assert len({*_COLOURS.findall(pulsing)}) > len({*_COLOURS.findall(still)})
    terminal.bar.close()


@pytest.mark.parametrize("width", [40, 80])
@pytest.mark.parametrize(
    "name", ["新着記事" * 10, "as-long-as-a-sentence-" * 4, "\U0001f352" * 40],
    ids=["wide", "long", "emoji"],
)  # fmt: skip
def test_a_long_name_leaves_room_for_the_count(width: int, name: str) -> None:
    terminal = Terminal(width)
    node = NodeAddress("pubsub.blog.example", name)
    shown = plain(terminal.shows(node, ItemsRead("reading", 20_250, 100_000)))
    assert shown.startswith("re")
    assert shown.endswith(" 20250/100000")
    assert "…" in shown
    assert cell_len(shown) <= width
    terminal.bar.close()
