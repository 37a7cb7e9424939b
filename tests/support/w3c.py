"""Three warnings of the W3C feed validator, which is in no registry: ContainsHTML, ContainsRelRef
and BadCharacters.
"""

from __future__ import annotations

import json
import re
from html.entities import name2codepoint
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Iterator

_ATOM = "{http://www.w3.org/2005/Atom}"
_PLAIN = {
    *("title", "category", "{http://purl.org/dc/elements/1.1/}creator"),
    *(f"{_ATOM}{name}" for name in ("title", "subtitle", "summary", "rights", "name")),
}
_HTML = {"description", "{http://purl.org/rss/1.0/modules/content/}encoded"}
_END_TAG = re.compile(r"</(?:a|abbr|b|code|del|em|i|img|kbd|p|q|s|small|span|strong|sub|sup|u)>")
_REFERENCE = re.compile(r"&(#?\w+);")
_BAD = re.compile("[\ufffd\x80-\x9f]")
_URLS = {"cite", "href", "poster", "src"}


def warnings(document: bytes) -> list[str]:
    """The warnings about an Atom, RSS or JSON feed: each names what the reader sees."""
    text = document.decode("utf-8")
    found = [f"BadCharacters: {match[0]!a}" for match in _BAD.finditer(text)]
    if text.startswith("{"):
        for item in json.loads(text)["items"]:
            found += _relative(item.get("content_html", ""))
        return found
    for element in ET.fromstring(document).iter():  # noqa: S314 - our own
        if element.tag in _PLAIN and element.get("type", "text") == "text":
            found += _html_in(element.text or "")
        if element.tag in _HTML:
            found += _relative(element.text or "")
    return found


def _html_in(text: str) -> Iterator[str]:
    names = [name for name in _REFERENCE.findall(text) if name[0] == "#" or name in name2codepoint]
    if names or _END_TAG.search(text.lower()):
        yield f"ContainsHTML: {text}"


def _relative(html: str) -> list[str]:
    parser = _Urls()
    parser.feed(html)
    return [f"ContainsRelRef: {url}" for url in parser.urls if not urlsplit(url).scheme]


class _Urls(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.urls: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.urls += [value or "" for name, value in attrs if name in _URLS]
