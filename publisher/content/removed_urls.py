"""Find the URLs of an author that readers do not get, because only some schemes are allowed. Pure.

The body may come from a built page, which says nothing of lines. So the URLs are looked for in the
source, and those count that the page has, too: a theme adds others.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from publisher.content.allowed_html import SCHEMES, URL_ATTRIBUTES, absolute, tags
from publisher.content.dropped_markup import LineNumbers, url_message

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_MOST = 300  # in one source
# In Markdown, HTML and other markup a URL begins behind one of these.
_WRITTEN = re.compile(
    r"(?:(?<=[\s(\"'<=\[`:])|^)([a-z][a-z0-9+.-]{1,30}):(?=\S)[^\s\"'<>()\[\]`]{1,2000}",
    re.IGNORECASE,
)


def written(body: str) -> tuple[tuple[int, str], ...]:
    """What may be a URL with a forbidden scheme in a source: (line from 0, URL)."""
    lines = LineNumbers(body, 0)
    found = (match for match in _WRITTEN.finditer(body) if match[1].lower() not in SCHEMES)
    return tuple((lines.line(match.start()), match[0]) for match in itertools.islice(found, _MOST))


def warnings(html: str, base: str, found: Sequence[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Warn of those that are in the HTML of the page and are removed from it: (line, message)."""
    if not found:
        return
    removed = {
        unquote(attributes[name])
        for tag in tags(html)
        for attributes in ({} if tag.closes else tag.attributes,)
        for name in attributes.keys() & URL_ATTRIBUTES
        if not absolute(attributes[name], base)
    }
    for line, url in found:
        if unquote(url) in removed:
            yield line, url_message(url)
