"""Select the entries of a feed or a node, and find the nodes that a pattern makes. Pure.

All values are normalised before they are compared, so case, Unicode form and order make no
difference. The entries of a group are exactly those that its selection selects, so a feed with the
same selection has the same entries.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import defaultdict
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import msgspec
from msgspec import Struct

from publisher.config import Selection
from publisher.entry import authors
from publisher.text import globs

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from publisher.config import Config, FeedFile, NodeConfig, Pattern, Site
    from publisher.entry import Entry
    from publisher.post import Post

# The placeholders of patterns, each with the key of a selection that has its values.
KEYS: Final = {
    "tag": "tags",
    "category": "categories",
    "language": "languages",
    "author": "authors",
}

_NOT_IN_NODE = re.compile(r"[\s/]+")
# Characters with a meaning in paths, shells or URLs.
_NOT_IN_PATH = re.compile(r"[\s/\\:*?\"<>|#%\x00-\x1f\x7f]+|^\.+")
_SEGMENT_BYTES = 120


class Group(Struct, frozen=True):
    """One feed or node of a pattern: its title, its selection, and the entries in their order.

    `name` is that of the node, or the path of the feed. `entries` respects `NodeConfig.since`,
    which is not part of `only`. `value` is what the placeholder of a pattern stands for, spelled
    as in the oldest entry that has it.
    """

    name: str
    title: str
    only: Selection | None
    entries: tuple[Entry, ...]
    value: str = ""


def select(
    entries: Sequence[Entry], only: Selection | None, *, site: Site, since: dt.date | None = None
) -> tuple[Entry, ...]:
    """The entries that `only` selects, in their order. None selects all entries.

    `since` is a day in the site's time zone, and leaves out entries that were published earlier.
    An entry without a language has the site's.
    """
    wanted, zone = _wanted(only), site.zone
    return tuple(
        entry
        for entry in entries
        if (since is None or entry.published.astimezone(zone).date() >= since)
        and all(_has(entry, key, values, site) for key, values in wanted.items())
    )


def _wanted(only: Selection | None) -> Mapping[str, AbstractSet[str]]:
    """The keys of a selection with normalised values: equal if the selections mean the same."""
    keys = {} if only is None else msgspec.structs.asdict(only)
    return {key: {normal(key, value) for value in values} for key, values in keys.items() if values}


def normal(key: str, value: str) -> str:
    """The normalised value. Paths keep their case."""
    if key == "paths":
        return unicodedata.normalize("NFC", value)
    # NFD comes before casefold, which alone does not match canonical equivalents (Unicode D145).
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", value).casefold())


def _has(entry: Entry, key: str, wanted: AbstractSet[str], site: Site) -> bool:
    return any(selects(key, wanted, value) for value in _values(entry, key, site))


def _values(entry: Entry, key: str, site: Site) -> list[str]:
    """The normalised values that an entry has for a key."""
    return [normal(key, value) for value in spelled_values(entry.post, key, site)]


def spelled_values(post: Post, key: str, site: Site) -> tuple[str, ...]:
    """The values that a post has for a key of a selection, as its author spelled them."""
    language = post.language or site.language
    match key:
        case "tags":
            return post.tags
        case "categories":
            return post.categories
        case "languages":
            return (language,) if language else ()
        case "authors":
            return tuple(author.name for author in authors(post, site))
        case _:
            return (str(post.path),)


def selects(key: str, wanted: AbstractSet[str], value: str) -> bool:
    """Whether a selection of the `wanted` values selects a value; all of them are normalised."""
    match key:
        case "languages":
            return not wanted.isdisjoint(_ranges(value))
        case "paths":
            return any(globs.matches(pattern, value) for pattern in wanted)
        case _:
            return value in wanted


def _ranges(language: str) -> list[str]:
    """The ranges that match a language (RFC 4647 section 3.3.1): `en` and `en-gb` match `en-gb`."""
    parts = language.split("-")
    return ["-".join(parts[:length]) for length in range(1, len(parts) + 1)]


def node_groups(
    config: Config, entries: Sequence[Entry], *, deleted: Sequence[Entry] = ()
) -> tuple[tuple[NodeConfig, Group], ...]:
    """Every configured node with each of its groups, in the order of the configuration."""
    return tuple(
        (node, group)
        for xmpp in config.xmpp
        for node in xmpp.nodes
        for group in groups(node, entries, config.site, deleted=deleted)
    )


def groups(
    config: NodeConfig, entries: Sequence[Entry], site: Site, *, deleted: Sequence[Entry] = ()
) -> tuple[Group, ...]:
    """The node itself, or all nodes that its pattern makes, in the order of their names.

    A pattern makes a node for each value that a selected entry has. If `only` lists values for the
    pattern's own key, it makes nodes for these alone. Entries before `since` and `deleted` entries
    count only for the spelling of titles, so that a node and the feed with the same selection have
    the same title.
    """
    chosen = select(entries, config.only, site=site, since=config.since)
    if config.pattern is None:
        return (Group(config.node, config.title or site.title, config.only, chosen),)
    every = select((*entries, *deleted), config.only, site=site)
    found = _groups(config, config.pattern, chosen, site, spell=_node_segment, every=every)
    return tuple(group for group in found if group.entries)


def feeds(
    feed: FeedFile, entries: Sequence[Entry], site: Site, *, deleted: Sequence[Entry] = ()
) -> tuple[tuple[FeedFile, tuple[Entry, ...]], ...]:
    """The feed itself, or all feeds that its pattern makes, each with its entries.

    The placeholder is filled in: in the path, the URL, the title, the description, the archive and
    the selection. If all entries of a feed are `deleted`, the feed is there and empty.
    """
    chosen = select(entries, feed.only, site=site)
    gone = select(deleted, feed.only, site=site)
    if feed.pattern is None:
        return ((feed, chosen),)
    every = (*chosen, *gone)
    found = _groups(feed, feed.pattern, chosen, site, spell=path_segment, every=every)
    return tuple((_filled(feed, feed.pattern, group), group.entries) for group in found)


def _filled(feed: FeedFile, pattern: Pattern, group: Group) -> FeedFile:
    placeholder = f"{{{pattern.name}}}"
    segment = pattern.value_in(group.name) or ""

    def fill(path: Path) -> Path:
        return type(path)(str(path).replace(placeholder, segment))

    return msgspec.structs.replace(
        feed,
        path=fill(feed.path),
        url=feed.url.replace(placeholder, quote(segment, safe="")),
        title=group.title,
        description=feed.description and feed.description.replace(placeholder, group.value),
        archive=feed.archive and fill(feed.archive),
        only=group.only,
    )


def _groups(
    config: FeedFile | NodeConfig,
    pattern: Pattern,
    chosen: Sequence[Entry],
    site: Site,
    *,
    spell: Callable[[str], str],
    every: Sequence[Entry],
) -> Iterator[Group]:
    """A group for each value that an entry of `every` has, with the `chosen` entries that have it.

    `spell` turns a normalised value into the part of the name that replaces the placeholder.
    """
    key = KEYS[pattern.name]
    wanted = _wanted(config.only).get(key)
    spellings = _spellings(key, every, site)
    names = {
        value: f"{pattern.head}{spell(value)}{pattern.tail}"
        for value in spellings
        if value and (wanted is None or selects(key, wanted, value))
    }
    members = _members(key, names, chosen, site)
    firsts: dict[str, str] = {}
    for value, name in names.items():  # in the order of the oldest entries
        firsts.setdefault(name, value)
    placeholder = f"{{{pattern.name}}}"
    title = config.title or f"{site.title}: {placeholder}"
    for name, first in sorted(firsts.items()):
        value = spellings[first]
        only = _narrowed(config.only, key, names, name)
        entries = tuple(members.get(name, ()))
        yield Group(name, title.replace(placeholder, value), only, entries, value)


def _spellings(key: str, entries: Sequence[Entry], site: Site) -> dict[str, str]:
    """Each normalised value with its spelling in the oldest entry that has it, oldest first.

    So a new post that spells a tag differently changes no title.
    """
    spellings: dict[str, str] = {}
    for entry in sorted(entries, key=lambda entry: (entry.published, entry.item_id)):
        for value in spelled_values(entry.post, key, site):
            spellings.setdefault(normal(key, value), value)
    return spellings


def _node_segment(value: str) -> str:
    """A normalised value as part of a node's name, e.g. `free-software`."""
    return _NOT_IN_NODE.sub("-", value)


def path_segment(value: str) -> str:
    """A normalised value as part of a path: without separators, and not a hidden file.

    A long value is cut, because file systems allow at most 255 bytes for a name.
    """
    segment = _NOT_IN_PATH.sub("-", value)
    if len(segment.encode()) <= _SEGMENT_BYTES:
        return segment
    digest = hashlib.sha256(segment.encode()).hexdigest()[:8]
    return f"{segment.encode()[: _SEGMENT_BYTES - 9].decode(errors='ignore')}-{digest}"


def _members(
    key: str, names: Mapping[str, str], entries: Sequence[Entry], site: Site
) -> Mapping[str, list[Entry]]:
    members: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        values = _values(entry, key, site)
        if key == "languages":
            values = [broader for value in values for broader in _ranges(value)]
        for name in {names[value] for value in values if value in names}:
            members[name].append(entry)
    return members


def _narrowed(only: Selection | None, key: str, names: Mapping[str, str], name: str) -> Selection:
    values = tuple(sorted(value for value, other in names.items() if other == name))
    return msgspec.structs.replace(only or Selection(), **{key: values})


def matches_pattern(config: NodeConfig, node: str) -> bool:
    """Whether the pattern could have made a node of this name, with any `only`."""
    value = config.value_in(node)
    return value is not None and _node_segment(normal("tags", value)) == value


def nodes_for_feed(
    feed: FeedFile, nodes: Sequence[tuple[NodeConfig, Group]]
) -> tuple[tuple[NodeConfig, Group], ...]:
    """The nodes with the same selection as the feed, whatever their `since`."""
    wanted = _wanted(feed.only)
    return tuple((config, group) for config, group in nodes if _wanted(group.only) == wanted)
