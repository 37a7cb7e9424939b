"""The payload of an item, and the values of attributes, as text in a stanza.

slixmpp's way of writing takes several times as long, and to receivers most payloads are the same.
"""

from __future__ import annotations

import html
import re
from xml.etree.ElementTree import fromstring

from slixmpp.xmlstream import tostring

# An element that only contains text, with a prefix that is declared there, as our marker.
_OWN_PREFIX = re.compile(
    r'<([A-Za-z0-9_.-]+):([A-Za-z0-9_.-]+) xmlns:\1="([^"]*)"([^<>]*)>([^<>]*)</\1:\2>'
)
# Begins of comments and instructions, which end the stream at Prosody; prefixes; and references to
# characters: servers pass line ends in attributes on unescaped. A text may look like one of these.
_UNUSUAL = re.compile(r'<[!?]|<[A-Za-z0-9_.-]+:|&#| (?!xml:)[A-Za-z0-9_.-]+:[A-Za-z0-9_.-]+="')
# Where one of these may be. Python searches several times as fast for a pattern that begins with a
# certain character as for one that begins with any of some.
_MAYBE_UNUSUAL = (
    re.compile("<[!?]"),
    re.compile("<[A-Za-z0-9_.-]+:"),
    re.compile("&#"),
    re.compile(r':(?<! xml:)[A-Za-z0-9_.-]+="'),
)
# A parser makes spaces of them (XML 1.0 section 3.3.3).
_WHITE_SPACE = {ord(char): f"&#{ord(char)};" for char in "\t\n\r"}


def text(payload: str) -> str:
    """The payload without comments, prefixes, and attributes of other namespaces than `xml:`."""
    without_prefix = _OWN_PREFIX.sub(r'<\2 xmlns="\3"\4>\5</\2>', payload)
    if not _is_unusual(without_prefix):
        return without_prefix
    return tostring(fromstring(payload))  # noqa: S314 - we wrote it


def _is_unusual(payload: str) -> bool:
    is_possible = any(pattern.search(payload) for pattern in _MAYBE_UNUSUAL)
    return is_possible and _UNUSUAL.search(payload) is not None


def quoted(value: str) -> str:
    """The value of an attribute in quotes. `xml.sax.saxutils` does the same, and imports HTTP."""
    return f'"{html.escape(value).translate(_WHITE_SPACE)}"'
