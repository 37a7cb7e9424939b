"""Which entries belong to a feed or a node, and for which nodes a pattern of names stands. Pure.

Whatever is compared is normalised first, so that neither case nor Unicode form nor order makes a
difference. The entries of a group are those that its selection selects: a feed with the same
selection has the same entries.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import msgspec

from publisher.config import Selection
from publisher.text import globs

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from publisher.config import Config, FeedFile, NodeConfig, Pattern, Site
    from publisher.entry import Entry

_KEYS: Final = {
    "tag": "tags",
    "category": "categories",
    "language": "languages",
    "author": "authors",
}

_NOT_IN_NODE = re.compile(r"[\s/]+")
# What a file system, or who types an address, takes for something else.
_NOT_IN_PATH = re.compile(r"[\s/\\:*?\"<>|#%\x00-\x1f\x7f]+|^\.+")
_NAME_BYTES = 120


@dataclass(frozen=True, slots=True)
class Group:
    """One node: its name, its title, what it selects of the posts, and those entries, in order.

    `only` says nothing of `NodeConfig.since`; `entries` respects it. `value` is what a placeholder
    stands for, in the spelling of the oldest entry that has it (see `_written`).
    """

    node: str
    title: str
    only: Selection | None
    entries: tuple[Entry, ...]
    value: str = ""


def select(
    entries: Sequence[Entry], only: Selection | None, *, site: Site, since: dt.date | None = None
) -> tuple[Entry, ...]:
    """Those that `only` selects and that were published on the day `since` (or later) at the site.

    In their order. None selects all. An entry's language is its own or the site's.
    """
    wanted, zone = _wanted(only), site.zone
    return tuple(
        one
        for one in entries
        if (since is None or one.published.astimezone(zone).date() >= since)
        and all(_has(one, key, values, site) for key, values in wanted.items())
    )


def _wanted(only: Selection | None) -> Mapping[str, AbstractSet[str]]:
    """The keys that are given, with their values normalised: equal if they mean the same."""
    given = {} if only is None else msgspec.structs.asdict(only)
    return {key: {normal(key, one) for one in some} for key, some in given.items() if some}


def normal(key: str, value: str) -> str:
    """Paths keep their case. NFD first: casefold alone knows no equivalents (Unicode D145)."""
    if key == "paths":
        return unicodedata.normalize("NFC", value)
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", value).casefold())


def _has(entry: Entry, key: str, wanted: AbstractSet[str], site: Site) -> bool:
    return any(_selects(key, wanted, value) for value in _values(entry, key, site))


def _values(entry: Entry, key: str, site: Site) -> list[str]:
    """What an entry has of a key, normalised."""
    return [normal(key, value) for value in _raw(entry, key, site)]


def _raw(entry: Entry, key: str, site: Site) -> tuple[str, ...]:
    language = entry.language or site.language
    match key:
        case "tags":
            return entry.post.tags
        case "categories":
            return entry.post.categories
        case "languages":
            return (language,) if language else ()
        case "authors":
            return tuple(author.name for author in entry.authors)
        case _:
            return (str(entry.post.path),)


def _selects(key: str, wanted: AbstractSet[str], value: str) -> bool:
    match key:
        case "languages":
            return not wanted.isdisjoint(_ranges(value))
        case "paths":
            return any(globs.matches(pattern, value) for pattern in wanted)
        case _:
            return value in wanted


def _ranges(language: str) -> list[str]:
    """The ranges that match a language (RFC 4647 section 3.3.1): of `en-gb` `en` and `en-gb`."""
    parts = language.split("-")
    return ["-".join(parts[:length]) for length in range(1, len(parts) + 1)]


def node_groups(
    config: Config, entries: Sequence[Entry], *, deleted: Sequence[Entry] = ()
) -> tuple[tuple[NodeConfig, Group], ...]:
    """Every configured node with the groups that it stands for, in the order of accounts."""
    return tuple(
        (node, group)
        for xmpp in config.xmpp
        for node in xmpp.nodes
        for group in groups(node, entries, config.site, deleted=deleted)
    )


def groups(
    config: NodeConfig, entries: Sequence[Entry], site: Site, *, deleted: Sequence[Entry] = ()
) -> tuple[Group, ...]:
    """The nodes of a configured node: itself, or those that its pattern makes, by their names.

    A pattern makes a node for every value that a selected entry has. Where `only` names values of
    the pattern's own key, these are all that it makes nodes for. Entries before `since`, and those
    that are `deleted`, only count for the spelling of the titles: a node and the feed with the same
    selection have the same title.
    """
    chosen = select(entries, config.only, site=site, since=config.since)
    if config.pattern is None:
        return (Group(config.node, config.title or site.title, config.only, chosen),)
    every = select((*entries, *deleted), config.only, site=site)
    found = _groups(config, config.pattern, chosen, site, spell=_in_node, every=every)
    return tuple(group for group in found if group.entries)


def feeds(
    feed: FeedFile, entries: Sequence[Entry], site: Site, *, deleted: Sequence[Entry] = ()
) -> tuple[tuple[FeedFile, tuple[Entry, ...]], ...]:
    """The feeds of a configured feed, as `groups` makes nodes, each with its entries.

    A feed that a pattern makes has no placeholder left: not in its path, its address, its title,
    its archive or its selection. One whose last entries are `deleted` says so, and is empty.
    """
    chosen = select(entries, feed.only, site=site)
    gone = select(deleted, feed.only, site=site)
    if feed.pattern is None:
        return ((feed, chosen),)
    every = (*chosen, *gone)
    found = _groups(feed, feed.pattern, chosen, site, spell=in_path, every=every)
    return tuple((_filled(feed, feed.pattern, group), group.entries) for group in found)


def _filled(feed: FeedFile, pattern: Pattern, group: Group) -> FeedFile:
    placeholder = f"{{{pattern.name}}}"
    in_path = pattern.value_in(group.node) or ""

    def path(written: Path) -> Path:
        return type(written)(str(written).replace(placeholder, in_path))

    return msgspec.structs.replace(
        feed,
        path=path(feed.path),
        url=feed.url.replace(placeholder, quote(in_path, safe="")),
        title=group.title,
        description=feed.description and feed.description.replace(placeholder, group.value),
        archive=feed.archive and path(feed.archive),
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
    """The groups of all values that `every` has, each with those of the `chosen` that belong to it.

    `spell` makes what stands for a normalised value in the name of a group.
    """
    key = _KEYS[pattern.name]
    wanted = _wanted(config.only).get(key)
    written = _written(key, every, site)
    names = {
        value: f"{pattern.head}{spell(value)}{pattern.tail}"
        for value in written
        if value and (wanted is None or _selects(key, wanted, value))
    }
    members = _members(key, names, chosen, site)
    firsts = {name: value for value, name in sorted(names.items(), reverse=True)}
    placeholder = f"{{{pattern.name}}}"
    title = config.title or f"{site.title}: {placeholder}"
    for name, first in sorted(firsts.items()):
        value = written[first]
        only = _narrowed(config.only, key, names, name)
        entries = tuple(members.get(name, ()))
        yield Group(name, title.replace(placeholder, value), only, entries, value)


def _written(key: str, entries: Sequence[Entry], site: Site) -> dict[str, str]:
    """Every value, normalised -> its spelling: that of the oldest entry which has the value.

    So a new post that spells a tag in another way changes no title.
    """
    found: dict[str, str] = {}
    for one in sorted(entries, key=lambda one: (one.published, one.item_id)):
        for value in _raw(one, key, site):
            found.setdefault(normal(key, value), value)
    return found


def _in_node(value: str) -> str:
    """What stands for a normalised value in a node's name: `free-software`."""
    return _NOT_IN_NODE.sub("-", value)


def in_path(value: str) -> str:
    """What stands for it in a path, which it never leaves, and where it is not hidden.

    A long one is cut, because file systems take no name of more than 255 bytes.
    """
    name = _NOT_IN_PATH.sub("-", value)
    if len(name.encode()) <= _NAME_BYTES:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{name.encode()[: _NAME_BYTES - 9].decode(errors='ignore')}-{digest}"


def _members(
    key: str, names: Mapping[str, str], entries: Sequence[Entry], site: Site
) -> Mapping[str, list[Entry]]:
    members: dict[str, list[Entry]] = defaultdict(list)
    for one in entries:
        values = _values(one, key, site)
        if key == "languages":
            values = [broader for value in values for broader in _ranges(value)]
        for name in {names[value] for value in values if value in names}:
            members[name].append(one)
    return members


def _narrowed(only: Selection | None, key: str, names: Mapping[str, str], name: str) -> Selection:
    values = tuple(sorted(value for value, made in names.items() if made == name))
    return msgspec.structs.replace(only or Selection(), **{key: values})


def of_pattern(config: NodeConfig, node: str) -> bool:
    """Whether the pattern could have made a node of this name, whatever `only` said then."""
    value = config.value_in(node)
    return value is not None and _in_node(normal("tags", value)) == value


def nodes_of(
    feed: FeedFile, nodes: Sequence[tuple[NodeConfig, Group]]
) -> tuple[tuple[NodeConfig, Group], ...]:
    """The nodes to which a feed belongs: they select the same. `since` makes no difference."""
    wanted = _wanted(feed.only)
    return tuple((config, group) for config, group in nodes if _wanted(group.only) == wanted)
