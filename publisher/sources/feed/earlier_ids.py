"""Keep the ids under which items were published by earlier versions of publisher. Pure.

These read a feed with a fault by feedparser's lenient parser, which leaves `&amp;` and the like in
ids. Readers would show the items again if they got their right ids now.
"""

from __future__ import annotations

import html
import itertools
import re
from html.entities import name2codepoint
from typing import TYPE_CHECKING

from msgspec.structs import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from publisher.sources.feed.items import Parsed

_BARE = re.compile(r"&([A-Za-z][A-Za-z0-9.-]*)(?![A-Za-z0-9.;-])")

# References that the lenient parser closed, and those that it kept.
_CLOSED = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)([A-Za-z][A-Za-z0-9.-]*);")
_MAX_MIXED = 3  # `&` in an id; the number of forms doubles with each


def of(ident: str) -> tuple[str, ...]:
    """The ids that earlier versions gave to the item with this id, the likeliest first."""
    # As it was written in the feed: everything escaped, only what must be, or not at all.
    escaped = html.escape(ident, quote=False)
    quoted = escaped.replace('"', "&quot;").replace("'", "&apos;")
    forms = (quoted, escaped, _BARE.sub(_closed, ident), *_mixed(ident))
    return tuple(dict.fromkeys(form for form in forms if form != ident))


def _mixed(ident: str) -> Iterator[str]:
    """The forms of an id in which each `&` was escaped, or not."""
    first, *others = ident.split("&")
    if 2 <= len(others) <= _MAX_MIXED:
        choices = ((f"&amp;{part}", _BARE.sub(_closed, f"&{part}")) for part in others)
        for parts in itertools.product(*choices):
            yield first + "".join(parts)


def _closed(reference: re.Match[str]) -> str:
    """What the lenient parser made of `&name` without a semicolon."""
    code = name2codepoint.get(reference[1])
    is_markup = reference[1] in {"amp", "lt", "gt", "quot"}
    return chr(code) if code and not is_markup else f"&{reference[1]};"


def kept(
    ids: Collection[str], remembered: Collection[str], is_known: Callable[[str], bool]
) -> dict[str, str]:
    """The ids of items that keep the id of an earlier version, each with that id.

    `is_known` tells whether an item was published under an id; not all of these are `remembered`.
    """
    present = frozenset(ids)
    meant = {_as_meant(one): one for one in remembered if one not in present and "&" in one}
    found: dict[str, str] = {}
    for ident in present:
        earlier = [one for one in of(ident) if one not in present]
        if not earlier or is_known(ident):
            continue
        if known := meant.get(ident) or next(filter(is_known, earlier), None):
            found[ident] = known
    return found


def _as_meant(earlier: str) -> str:
    """The right id for one that the lenient parser read."""
    return html.unescape(_CLOSED.sub(r"&amp;\1", earlier))


def with_kept_ids(parsed: Parsed, ids: Mapping[str, str]) -> Parsed:
    """The feed with the ids that its items keep."""
    return replace(
        parsed,
        items=tuple(replace(one, id=ids.get(one.id, one.id)) for one in parsed.items),
        broken=tuple(replace(one, id=ids.get(one.id, one.id)) for one in parsed.broken),
        ids=tuple(ids.get(one, one) for one in parsed.ids),
    )
