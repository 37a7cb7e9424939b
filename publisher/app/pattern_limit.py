"""Limit how many feeds or nodes a pattern makes: a single post may have thousands of tags.

A feed that is on disk and a node that the ledger knows are always made, so that no subscriber loses
anything. Of the others those with the most posts are made first, and of these the oldest.

Values that only posts with very many of them have come last, and those that exist already take no
room from others. Otherwise one post, once published, could keep all later values out for good.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from publisher import selection
from publisher.config import NodeConfig
from publisher.feeds import outputs
from publisher.text.characters import short_line

if TYPE_CHECKING:
    from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence

    from publisher.config import Config, FeedFile
    from publisher.entry import Entries, Entry
    from publisher.text.yaml_document import Key

    # The entries of each feed or node that a pattern makes, by its path or its name.
    Made = Mapping[str, Sequence[Entry]]

MANY = 100  # more values of one kind than this are no work of an author
SHOWN = 80  # characters of a path or of the name of a node
_LAST = dt.datetime.max.replace(tzinfo=dt.UTC)


class OverLimit(Struct, frozen=True):
    """A pattern that would make too many feeds or nodes.

    `key` is that of the pattern in publisher.yaml, and the message continues a sentence with it.
    `left_out` are the paths of feeds, or the names of nodes of `service`, which is empty for feeds.
    """

    key: Key
    service: str
    left_out: tuple[str, ...]
    message: str


def find(config: Config, entries: Entries) -> Iterator[OverLimit]:
    """Yield the patterns that exceed `pattern_limit`, in the order of the configuration.

    Raises LedgerError.
    """
    for key, pattern in _patterns(config):
        if not _may_exceed(pattern, config, entries):
            continue
        service = pattern.service if isinstance(pattern, NodeConfig) else ""
        made = _made(pattern, config, entries)
        counts = _counts(made, pattern, config)
        crowded = {
            name
            for name, chosen in made.items()
            if all(counts[entry.item_id] > MANY for entry in chosen)
        }
        if left_out := _left_out(made, service, crowded, config):
            message = _message(pattern, made, left_out, counts, config)
            yield OverLimit(key, service, left_out, message)


def _patterns(config: Config) -> Iterator[tuple[Key, FeedFile | NodeConfig]]:
    for number, feed in enumerate(config.feeds):
        if feed.pattern:
            yield ("feeds", number, "path"), feed
    for number, xmpp in enumerate(config.xmpp):
        for index, node in enumerate(xmpp.nodes):
            if node.pattern:
                yield ("xmpp", number, "nodes", index, "node"), node


def _may_exceed(pattern: FeedFile | NodeConfig, config: Config, entries: Entries) -> bool:
    """Whether posts have more values than the limit, whatever the pattern selects of them."""
    values: set[str] = set()
    for entry in (*entries.entries, *(one.entry for one in entries.deleted)):
        values.update(_values(entry, pattern, config))
    return len(values) > config.pattern_limit


def _values(entry: Entry, pattern: FeedFile | NodeConfig, config: Config) -> tuple[str, ...]:
    return selection.spelled_values(entry.post, _key(pattern), config.site)


def _key(pattern: FeedFile | NodeConfig) -> str:
    """`tags`, `categories`, `languages` or `authors`."""
    return selection.KEYS[pattern.pattern.name] if pattern.pattern else ""


def _made(pattern: FeedFile | NodeConfig, config: Config, entries: Entries) -> Made:
    """What the pattern makes without a limit."""
    deleted = [one.entry for one in entries.deleted]
    if isinstance(pattern, NodeConfig):
        groups = selection.groups(pattern, entries.entries, config.site, deleted=deleted)
        return {group.name: group.entries for group in groups}
    feeds = selection.feeds(pattern, entries.entries, config.site, deleted=deleted)
    return {str(feed.path): chosen for feed, chosen in feeds}


def _counts(made: Made, pattern: FeedFile | NodeConfig, config: Config) -> Mapping[str, int]:
    """How many values each post has, by its item id."""
    entries = {entry.item_id: entry for chosen in made.values() for entry in chosen}
    return {id_: len(_values(entry, pattern, config)) for id_, entry in entries.items()}


def _left_out(made: Made, service: str, crowded: Container[str], config: Config) -> tuple[str, ...]:
    """The feeds or nodes to leave out, those that are the first to be made first."""
    if len(made) <= config.pattern_limit:
        return ()
    existing = _recorded(config, service) if service else {*filter(_is_on_disk, made)}
    new = sorted(
        (name for name in made if name not in existing), key=lambda name: _rank(made[name])
    )
    usual, last = _split(new, crowded)
    usual_room = config.pattern_limit - len(_split(made.keys() & existing, crowded)[0])
    last_room = config.pattern_limit - (len(made) - len(new)) - len(usual)
    return (*usual[max(0, usual_room) :], *last[max(0, last_room) :])


def _split(names: Iterable[str], crowded: Container[str]) -> tuple[list[str], list[str]]:
    """The usual names, and those that are crowded."""
    split: tuple[list[str], list[str]] = ([], [])
    for name in names:
        split[name in crowded].append(name)
    return split


def _is_on_disk(path: str) -> bool:
    return outputs.is_built(Path(path))


def _recorded(config: Config, service: str) -> Collection[str]:
    """The nodes of the service that have items of ours. Raises LedgerError."""
    from publisher.sync.ledger import Ledger  # noqa: PLC0415 - few patterns exceed the limit

    with Ledger(config.state, read_only=True) as ledger:
        return {known.node for known in ledger.item_counts() if known.service == service}


def _rank(entries: Sequence[Entry]) -> tuple[int, dt.datetime]:
    """First what has the most posts, then what has the oldest one."""
    return -len(entries), min((entry.published for entry in entries), default=_LAST)


def _message(
    pattern: FeedFile | NodeConfig,
    made: Made,
    left_out: Sequence[str],
    counts: Mapping[str, int],
    config: Config,
) -> str:
    kind = "nodes" if isinstance(pattern, NodeConfig) else "feeds"
    are = "is" if len(left_out) == 1 else "are"
    return (
        f"makes {len(made):,} {kind}, and pattern_limit is {config.pattern_limit:,}; "
        f"{len(left_out):,} {are} left out, e.g. {short_line(left_out[-1], SHOWN)}. "
        f"{_advice(made, _key(pattern), counts, config)}pattern_limit: {len(made)}"
    )


def _advice(made: Made, key: str, counts: Mapping[str, int], config: Config) -> str:
    """What to do instead of raising the limit, if a few posts are the cause."""
    entries = {entry.item_id: entry for chosen in made.values() for entry in chosen}
    largest = max(counts, key=lambda id_: counts[id_], default="")
    many = {id_ for id_, count in counts.items() if count > MANY}
    cause = next((ids for ids in ({largest}, many) if _exceed_alone(ids, made, config)), set())
    if not cause:
        return "To make them, set "
    place = config.posts.where(entries[largest].post.path)
    if len(cause) == 1:
        return f"{place} alone has {counts[largest]:,} {key}. Remove some, or set "
    return (
        f"{len(cause):,} posts have more than {MANY} {key} each, e.g. {place} with "
        f"{counts[largest]:,}. Remove some, or set "
    )


def _exceed_alone(ids: Container[str], made: Made, config: Config) -> bool:
    """Whether the limit would not be exceeded without these posts."""
    others = sum(any(entry.item_id not in ids for entry in chosen) for chosen in made.values())
    return others <= config.pattern_limit
