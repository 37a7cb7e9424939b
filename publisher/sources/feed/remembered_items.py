"""Remember the items of a feed, so that an item which drops out of its window is not retracted.

A feed holds only its newest items. An item has dropped out if it is older than all items that are
left; or if all items behind it are gone, too, and an item in front of it was newer (so an old post
that is pinned to the top does not confuse us). Such an item stays for ever. Any other missing item
was removed by its author, unless the feed was cut short.

The memory is written only under the lock of the state folder. A command that does not hold the
lock takes it if it is free, and else remembers nothing.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from publisher.errors import ConfigError, LedgerError, LockedError
from publisher.sources.feed.items import LATEST, FeedItem
from publisher.system import atomic_files
from publisher.system.lock import is_held, lock

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from publisher.sources.feed.items import Parsed

FOLDER = "source"  # of the state folder


class Memory(Struct, frozen=True, kw_only=True):
    """The items of the feed `source`; the first `window` of them are those of the last download.

    `has_link_ids` tells whether the user knows that items without an id have their link as one.
    """

    source: str = ""
    items: tuple[FeedItem, ...] = ()
    window: int = 0
    has_link_ids: bool = False


def recall(state: Path) -> Memory:
    """Read the memory from the state folder. Raises ConfigError if it cannot be read."""
    file = _file(state)
    try:
        return msgspec.msgpack.decode(file.read_bytes(), type=Memory)
    except (FileNotFoundError, NotADirectoryError):
        return Memory()
    except (OSError, msgspec.MsgspecError) as error:
        raise ConfigError(
            f"{file} cannot be read: {getattr(error, 'strerror', None) or error}; it holds the "
            "posts that dropped out of the feed. Restore it; if you remove it, these posts are "
            "retracted"
        ) from error


def remember(updated: Memory, known: Memory, state: Path) -> str:
    """Write the memory that was `updated` from the `known` one. Returns a warning, or nothing.

    Raises ConfigError if this run holds the lock and cannot write: a run that publishes must not
    forget which items it published.
    """
    if updated == known:
        return ""
    if is_held(state):
        _write(updated, state)
        return ""
    try:
        with lock(state, wait=0):
            if recall(state) == known:  # else another run has updated it meanwhile
                _write(updated, state)
    except LockedError:  # the run that holds the lock remembers
        return ""
    except (ConfigError, LedgerError) as error:
        return f"posts that drop out of the feed are not remembered: {error}"
    return ""


def _write(memory: Memory, state: Path) -> None:
    atomic_files.keep(_file(state), msgspec.msgpack.encode(memory))


def _file(state: Path) -> Path:
    return state / FOLDER / "items.msgpack"


def joined(parsed: Parsed, known: Memory, source: str) -> Memory:
    """The items of the feed, followed by those that have dropped out of it.

    An item that cannot be read any more stays as it was when it could be read.
    """
    known = known if known.source == source else Memory(source=source)
    present = frozenset(parsed.ids)
    readable = {item.id: item for item in (*known.items, *parsed.items)}
    current = tuple(readable[ident] for ident in parsed.ids if ident in readable)
    window, older = known.items[: known.window], known.items[known.window :]
    dropped = tuple(_dropped(window, current, present))
    if parsed.warning:  # the feed is cut short: the rest of the window may still be in it
        current, dropped = (*current, *(item for item in window if item.id not in present)), ()
    items = (*current, *dropped, *(item for item in older if item.id not in present))
    return replace(known, items=items, window=len(current))


def _dropped(
    window: Sequence[FeedItem], left: Sequence[FeedItem], present: AbstractSet[str]
) -> Iterator[FeedItem]:
    """The items of the last window that dropped out of the feed, by the rules above."""
    published = min((item.published for item in left), default=LATEST)
    updated = min((item.updated for item in left), default=LATEST)
    last = max((index for index, item in enumerate(window) if item.id in present), default=-1)
    newest_so_far = itertools.accumulate((item.published for item in window), max)
    for index, (item, newest) in enumerate(zip(window, newest_so_far, strict=True)):
        is_oldest = item.published < published or item.updated < updated
        is_last = index > last and newest > item.published
        if item.id not in present and (is_oldest or is_last):
            yield item
