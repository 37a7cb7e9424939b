"""Show names of emoji, such as `:tada:`, as characters, by the names of GitHub. Pure."""

from __future__ import annotations

import re

NAME = re.compile(r":[\w+-]+:", re.ASCII)
_TAG = re.compile(r"<(/?)([A-Za-z][\w-]*+)[^<>]*+>")
# In these elements a name is text.
_VERBATIM = frozenset({"code", "pre", "tt", "script", "style"})


def shown(html: str) -> str:
    """Return HTML in which the names of emoji are characters, except in code."""
    if not NAME.search(html):
        return html
    parts, at, depth = [], 0, 0
    for tag in _TAG.finditer(html):
        text = html[at : tag.start()]
        parts += [text if depth else _emojized(text), tag[0]]
        at = tag.end()
        if tag[2].lower() in _VERBATIM:
            depth = max(depth + (-1 if tag[1] else 1), 0)
    return "".join([*parts, html[at:] if depth else _emojized(html[at:])])


def _emojized(text: str) -> str:
    return NAME.sub(lambda name: character(name[0]) or name[0], text)


def character(name: str) -> str | None:
    """The character of a name such as `:tada:`; None if there is no such name."""
    from emoji import emojize  # noqa: PLC0415 - reads its data when it is first used

    found = emojize(name, language="alias")
    return found if found != name else None
