"""What a feed had once: what falls off its end is no retraction.

An item has fallen off if by its dates it is older than all that are left, or if nothing is left of
what stood behind it, and something newer stood in front: so a post that is pinned to the top, and
older than all others, makes no difference. What has fallen off once stays. Whatever else is missing
was taken away by its author, unless the feed could not be read to its end.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from publisher import disk
from publisher.errors import ConfigError
from publisher.sources.syndication.items import LATEST, Item

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from publisher.sources.syndication.items import Parsed


class _Memory(Struct, frozen=True, kw_only=True):
    """Of one feed: the first `window` of the items were in it when it was read last."""

    source: str
    items: tuple[Item, ...]
    window: int


def remembered(parsed: Parsed, source: str, folder: Path) -> Sequence[Item]:
    """The items of the feed, and those that have fallen off its end; from now on remembered.

    Raises ConfigError if the memory cannot be read or written.
    """
    file = folder / "items.msgpack"
    known = _read(file)
    if known.source != source:
        known = _Memory(source=source, items=(), window=0)
    made = _joined(parsed, known)
    if made != known:
        disk.keep(file, msgspec.msgpack.encode(made))
    return made.items


def _read(file: Path) -> _Memory:
    try:
        return msgspec.msgpack.decode(file.read_bytes(), type=_Memory)
    except (FileNotFoundError, NotADirectoryError):
        return _Memory(source="", items=(), window=0)
    except (OSError, msgspec.MsgspecError) as error:
        raise ConfigError(
            f"{file} cannot be read: {getattr(error, 'strerror', None) or error}; it has what fell "
            "off the end of the feed. Bring it back, or remove it: without it these posts are "
            "retracted"
        ) from error


def _joined(parsed: Parsed, known: _Memory) -> _Memory:
    here = {item.id for item in parsed.items} | {one.name for one in parsed.broken}
    window, before = known.items[: known.window], known.items[known.window :]
    seen, fallen = parsed.items, tuple(_fallen(window, parsed.items, here))
    if parsed.remark:  # nobody knows what else was in it
        seen, fallen = (*seen, *(item for item in window if item.id not in here)), ()
    items = (*seen, *fallen, *(item for item in before if item.id not in here))
    return _Memory(source=known.source, items=items, window=len(seen))


def _fallen(window: Sequence[Item], left: Sequence[Item], here: AbstractSet[str]) -> Iterator[Item]:
    published = min((item.published for item in left), default=LATEST)
    updated = min((item.updated for item in left), default=LATEST)
    last = max((place for place, item in enumerate(window) if item.id in here), default=-1)
    in_front = itertools.accumulate((item.published for item in window), max)
    for place, (item, newest) in enumerate(zip(window, in_front, strict=True)):
        is_oldest = item.published < published or item.updated < updated
        is_last = place > last and newest > item.published
        if item.id not in here and (is_oldest or is_last):
            yield item
