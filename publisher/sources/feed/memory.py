"""What a feed had once: what falls off its end is no retraction.

An item has fallen off if by its dates it is older than all that are left, or if nothing is left of
what stood behind it, and something newer stood in front: so a post that is pinned to the top, and
older than all others, makes no difference. What has fallen off once stays. Whatever else is missing
was taken away by its author, unless the feed could not be read to its end.

It is written under the lock of the state folder only. A run that does not hold it just looks: it
remembers what it can.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

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
    """Of one feed: the first `window` of the items were in it when it was read last."""

    source: str = ""
    items: tuple[FeedItem, ...] = ()
    window: int = 0


def recall(state: Path) -> Memory:
    """What is remembered in the state folder. Raises ConfigError if it cannot be read."""
    file = _file(state)
    try:
        return msgspec.msgpack.decode(file.read_bytes(), type=Memory)
    except (FileNotFoundError, NotADirectoryError):
        return Memory()
    except (OSError, msgspec.MsgspecError) as error:
        raise ConfigError(
            f"{file} cannot be read: {getattr(error, 'strerror', None) or error}; it has what fell "
            "off the end of the feed. Bring it back, or remove it: without it these posts are "
            "retracted"
        ) from error


def remember(made: Memory, known: Memory, state: Path) -> str:
    """Write `made` down, which was made of `known`; what hinders that.

    Raises ConfigError where the run holds the lock: who publishes must know later what it was.
    """
    if made == known:
        return ""
    if is_held(state):
        _write(made, state)
        return ""
    try:
        with lock(state, wait=0):
            if recall(state) == known:  # else another run has looked since
                _write(made, state)
    except LockedError:  # the other run remembers
        return ""
    except (ConfigError, LedgerError) as error:
        return f"what falls off its end is not remembered: {error}"
    return ""


def _write(made: Memory, state: Path) -> None:
    atomic_files.keep(_file(state), msgspec.msgpack.encode(made))


def _file(state: Path) -> Path:
    return state / FOLDER / "items.msgpack"


def joined(parsed: Parsed, known: Memory, source: str) -> Memory:
    """The items of the feed, and those that have fallen off its end."""
    known = known if known.source == source else Memory(source=source)
    here = {item.id for item in parsed.items} | {one.name for one in parsed.broken}
    window, before = known.items[: known.window], known.items[known.window :]
    seen, fallen = parsed.items, tuple(_fallen(window, parsed.items, here))
    if parsed.remark:  # nobody knows what else was in it
        seen, fallen = (*seen, *(item for item in window if item.id not in here)), ()
    items = (*seen, *fallen, *(item for item in before if item.id not in here))
    return Memory(source=source, items=items, window=len(seen))


def _fallen(
    window: Sequence[FeedItem], left: Sequence[FeedItem], here: AbstractSet[str]
) -> Iterator[FeedItem]:
    published = min((item.published for item in left), default=LATEST)
    updated = min((item.updated for item in left), default=LATEST)
    last = max((place for place, item in enumerate(window) if item.id in here), default=-1)
    in_front = itertools.accumulate((item.published for item in window), max)
    for place, (item, newest) in enumerate(zip(window, in_front, strict=True)):
        is_oldest = item.published < published or item.updated < updated
        is_last = place > last and newest > item.published
        if item.id not in here and (is_oldest or is_last):
            yield item
