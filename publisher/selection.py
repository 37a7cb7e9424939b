"""Which entries belong to a feed or a node, and for which nodes a pattern of names stands. Pure.

Whatever is compared is normalised first, so that neither case nor Unicode form nor order makes a
difference. The entries of a group are those that its selection selects: a feed with the same
selection has the same entries.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from publisher import globs
from publisher.config import Selection

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from publisher.config import FeedFile, NodeConfig, Site
    from publisher.entry import Entry

_KEYS: Final = {"tag": "tags", "category": "categories", "language": "languages"}

_NOT_IN_NODE = re.compile(r"[\s/]+")


@dataclass(frozen=True, slots=True)
class Group:
    """One node's name, what it selects of the posts, and those entries, in their order.

    `only` says nothing of `NodeConfig.since`; `entries` respects it.
    """

    node: str
    only: Selection | None
    entries: tuple[Entry, ...]


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
    return {key: {_normal(key, one) for one in some} for key, some in given.items() if some}


def _normal(key: str, value: str) -> str:
    """Paths keep their case. NFD first: casefold alone knows no equivalents (Unicode D145)."""
    if key == "paths":
        return unicodedata.normalize("NFC", value)
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", value).casefold())


def _has(entry: Entry, key: str, wanted: AbstractSet[str], site: Site) -> bool:
    return any(_selects(key, wanted, value) for value in _values(entry, key, site))


def _values(entry: Entry, key: str, site: Site) -> list[str]:
    """What an entry has of a key, normalised."""
    language = entry.language or site.language
    values = {
        "tags": entry.post.tags,
        "categories": entry.post.categories,
        "languages": (language,) if language else (),
        "paths": (str(entry.post.path),),
    }
    return [_normal(key, value) for value in values[key]]


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


def groups(config: NodeConfig, entries: Sequence[Entry], site: Site) -> tuple[Group, ...]:
    """The nodes of a configured node: itself, or those that its pattern makes, by their names.

    A pattern makes a node for every value that a selected entry has. Where `only` names values of
    the pattern's own key, these are all that it makes nodes for.
    """
    chosen = select(entries, config.only, site=site, since=config.since)
    if config.pattern is None:
        return (Group(config.node, config.only, chosen),)
    key = _KEYS[config.pattern[1]]
    nodes = _nodes(config, key, chosen, site)
    members = _members(key, nodes, chosen, site)
    return tuple(
        Group(name, _narrowed(config.only, key, nodes, name), tuple(members[name]))
        for name in sorted(members)
    )


def _nodes(config: NodeConfig, key: str, entries: Sequence[Entry], site: Site) -> dict[str, str]:
    """Every value that makes a node, with the node's name. Several values may make the same."""
    head, _, tail = config.pattern or ("", "", "")
    wanted = _wanted(config.only).get(key)
    values = {value for one in entries for value in _values(one, key, site)}
    return {
        value: f"{head}{_in_node(value)}{tail}"
        for value in values
        if value and (wanted is None or _selects(key, wanted, value))
    }


def _in_node(value: str) -> str:
    """What stands for a normalised value in a node's name: `free-software`."""
    return _NOT_IN_NODE.sub("-", value)


def _members(
    key: str, nodes: Mapping[str, str], entries: Sequence[Entry], site: Site
) -> Mapping[str, list[Entry]]:
    members: dict[str, list[Entry]] = defaultdict(list)
    for one in entries:
        values = _values(one, key, site)
        if key == "languages":
            values = [broader for value in values for broader in _ranges(value)]
        for name in {nodes[value] for value in values if value in nodes}:
            members[name].append(one)
    return members


def _narrowed(only: Selection | None, key: str, nodes: Mapping[str, str], name: str) -> Selection:
    values = tuple(sorted(value for value, node in nodes.items() if node == name))
    return msgspec.structs.replace(only or Selection(), **{key: values})


def of_pattern(config: NodeConfig, node: str) -> bool:
    """Whether the pattern could have made a node of this name, whatever `only` said then."""
    value = config.value_in(node)
    return value is not None and _in_node(_normal("tags", value)) == value


def nodes_of(
    feed: FeedFile, nodes: Sequence[tuple[NodeConfig, Group]]
) -> tuple[tuple[NodeConfig, Group], ...]:
    """The nodes to which a feed belongs: they select the same. `since` makes no difference."""
    wanted = _wanted(feed.only)
    return tuple((config, group) for config, group in nodes if _wanted(group.only) == wanted)
