"""Keep the ids under which items were published by earlier versions of publisher. Pure.

These read a feed with a fault by feedparser's lenient parser, which leaves `&amp;` and the like in
ids. Readers would show the items again if they got their right ids now.
"""

from __future__ import annotations

import html
import re
from html.entities import name2codepoint
from typing import TYPE_CHECKING

from msgspec.structs import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from publisher.sources.feed.items import Parsed

_BARE = re.compile(r"&([A-Za-z][A-Za-z0-9.-]*)(?![A-Za-z0-9.;-])")


def of(ident: str) -> tuple[str, ...]:
    """The ids that earlier versions gave to the item with this id, the likeliest first."""
    # As it was written in the feed: everything escaped, only what must be, or not at all.
    escaped = html.escape(ident, quote=False)
    quoted = escaped.replace('"', "&quot;").replace("'", "&apos;")
    forms = (quoted, escaped, _BARE.sub(_closed, ident))
    return tuple(dict.fromkeys(form for form in forms if form != ident))


def _closed(reference: re.Match[str]) -> str:
    """What the lenient parser made of `&name` without a semicolon."""
    code = name2codepoint.get(reference[1])
    is_markup = reference[1] in {"amp", "lt", "gt", "quot"}
    return chr(code) if code and not is_markup else f"&{reference[1]};"


def kept(ids: Collection[str], is_known: Callable[[str], bool]) -> dict[str, str]:
    """The ids of items that keep the id of an earlier version, each with that id.

    `is_known` tells whether an item was published under an id.
    """
    present = frozenset(ids)
    found: dict[str, str] = {}
    for ident in present:
        earlier = [one for one in of(ident) if one not in present]
        if not earlier or is_known(ident):
            continue
        if known := next(filter(is_known, earlier), None):
            found[ident] = known
    return found


def with_kept_ids(parsed: Parsed, ids: Mapping[str, str]) -> Parsed:
    """The feed with the ids that its items keep."""
    return replace(
        parsed,
        items=tuple(replace(one, id=ids.get(one.id, one.id)) for one in parsed.items),
        broken=tuple(replace(one, id=ids.get(one.id, one.id)) for one in parsed.broken),
        ids=tuple(ids.get(one, one) for one in parsed.ids),
    )
