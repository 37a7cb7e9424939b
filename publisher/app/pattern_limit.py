"""Limit how many feeds or nodes a pattern makes: a single post may have thousands of tags.

A feed that is on disk and a node that the ledger knows are always made, so that no subscriber loses
anything. Of the others those with the most posts are made first, and of these the oldest.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from publisher import selection
from publisher.config import NodeConfig
from publisher.feeds import outputs
from publisher.text.characters import short_line

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from publisher.config import Config, FeedFile
    from publisher.entry import Entries, Entry
    from publisher.text.yaml_document import Key

    # The entries of each feed or node that a pattern makes, by its path or its name.
    Made = Mapping[str, Sequence[Entry]]

SHOWN = 80  # characters of a path or of the name of a node
_LAST = dt.datetime.max.replace(tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class OverLimit:
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
        if left_out := _left_out(made, service, config):
            message = _message(pattern, made, left_out, config)
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


def _left_out(made: Made, service: str, config: Config) -> tuple[str, ...]:
    if len(made) <= config.pattern_limit:
        return ()
    existing = _recorded(config, service) if service else {*filter(_is_on_disk, made)}
    new = sorted(
        (name for name in made if name not in existing), key=lambda name: _rank(made[name])
    )
    room = max(0, config.pattern_limit - (len(made) - len(new)))
    return tuple(new[room:])


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
    pattern: FeedFile | NodeConfig, made: Made, left_out: Sequence[str], config: Config
) -> str:
    kind = "nodes" if isinstance(pattern, NodeConfig) else "feeds"
    entries = {entry.item_id: entry for chosen in made.values() for entry in chosen}
    largest = max(
        entries.values(), key=lambda entry: len(_values(entry, pattern, config)), default=None
    )
    cause = ""
    if largest:
        place = config.posts.where(largest.post.path)
        cause = f"{place} alone has {len(_values(largest, pattern, config)):,} {_key(pattern)}. "
    return (
        f"makes {len(made):,} {kind}, and pattern_limit is {config.pattern_limit:,}; "
        f"{len(left_out):,} are left out, e.g. {short_line(left_out[-1], SHOWN)}. {cause}"
        f"Remove some, or set pattern_limit: {len(made)}"
    )
