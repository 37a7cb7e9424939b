"""The source of each item of a feed: a hash of its own elements that show, as they are written.

It becomes `Post.source`, which tells an edit of the author from a change in how we read the feed.
So nothing here uses what feedparser made of the item. Never change the results: the next run would
take every published item that they concern for edited. Pure.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from lxml import etree

from publisher.sources.front_matter.source_text import hashed

if TYPE_CHECKING:
    from collections.abc import Iterator

_ATOM = frozenset({
    "title", "link", "id", "content", "summary", "published", "updated", "issued", "modified",
    "created", "author", "contributor", "category", "rights",
})  # fmt: skip
_RSS = frozenset({
    "title", "link", "description", "guid", "pubDate", "category", "enclosure", "author",
})  # fmt: skip
_DUBLIN = frozenset({
    "title", "creator", "contributor", "date", "subject", "language", "created", "issued",
    "modified", "description", "rights",
})  # fmt: skip
_ITUNES = frozenset({
    "title", "author", "duration", "image", "summary", "subtitle", "episode", "season",
    "episodeType", "explicit", "keywords",
})  # fmt: skip
_MEDIA = frozenset({"group", "content", "thumbnail", "title", "description"})
# The elements of an item that show, by their namespaces.
_SHOWN = {
    "": _RSS,
    "http://www.w3.org/2005/Atom": _ATOM,
    "http://purl.org/atom/ns#": _ATOM,
    "http://purl.org/rss/1.0/": _RSS,
    "http://purl.org/rss/1.0/modules/content/": frozenset({"encoded"}),
    "http://purl.org/dc/elements/1.1/": _DUBLIN,
    "http://purl.org/dc/terms/": _DUBLIN,
    "http://www.itunes.com/dtds/podcast-1.0.dtd": _ITUNES,
    "http://search.yahoo.com/mrss/": _MEDIA,
}
_HOLDERS = frozenset({"feed", "channel", "RDF", "rss"})
_LANGUAGE, _BASE = (f"{{http://www.w3.org/XML/1998/namespace}}{name}" for name in ("lang", "base"))
# The members of an item of JSON Feed that show.
_MEMBERS = frozenset({
    "id", "url", "external_url", "title", "content_html", "content_text", "summary", "image",
    "banner_image", "date_published", "date_modified", "author", "authors", "tags", "language",
    "attachments",
})  # fmt: skip
_BLANKS = re.compile(r"[ \t\r\n]+")
_ENDS = re.compile(r"[ \t\r]+$", re.MULTILINE)


def of_xml(data: bytes) -> list[str]:
    """The source of each item of an Atom or RSS feed, in the order of the document."""
    # Entities of a feed must not read files or expand without end.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, huge_tree=True)
    try:
        root = etree.fromstring(data, parser)
    except (ValueError, etree.XMLSyntaxError):
        return []
    # `recover` returns no element if nothing of the document can be read.
    return [_of_element(item) for item in _items(root)] if root is not None else []


def of_json(item: dict[str, Any]) -> str:
    """The source of an item of JSON Feed."""
    return hashed({key: _plain(value) for key, value in item.items() if key in _MEMBERS})


def _items(root: etree._Element) -> Iterator[etree._Element]:
    for element in root.iter("{*}item", "{*}entry"):
        parent = element.getparent()
        if parent is not None and etree.QName(parent).localname in _HOLDERS:
            yield element


def _of_element(item: etree._Element) -> str:
    """The source of an item; empty if it has characters that no text may have."""
    try:
        return hashed([_inherited(item), _shown(item)])
    except UnicodeDecodeError:  # libxml2 keeps a reference to a surrogate, e.g. `&#xD800;`
        return ""


def _shown(item: etree._Element) -> list[object]:
    shown = [child for child in item if isinstance(child.tag, str) and _is_shown(child)]
    # Authors and categories have an order that readers see, elements of different names have none.
    shown.sort(key=lambda child: str(child.tag))
    return [_written(child) for child in shown]


def _inherited(item: etree._Element) -> list[str]:
    return [str(item.get(name) or "") for name in (_LANGUAGE, _BASE)]


def _is_shown(element: etree._Element) -> bool:
    name = etree.QName(element)
    if name.localname == "link" and element.get("rel") not in {None, "alternate", "enclosure"}:
        return False
    return name.localname in _SHOWN.get(name.namespace or "", ())


def _written(element: etree._Element) -> list[object]:
    """The names, attributes and texts of an element and those in it, without prefixes."""
    parts: list[object] = []
    text: list[str] = []
    # Not by recursion: a hostile feed may nest elements deeper than the stack of Python.
    for event, node in etree.iterwalk(element, events=("start", "end", "comment", "pi")):
        is_start = event == "start"
        if isinstance(node, etree._Entity):
            text += ["" if is_start else node.text or "", "" if is_start else node.tail or ""]
            continue
        if event in {"start", "end"}:
            parts += [_text("".join(text)), str(node.tag) if is_start else "/"]
            text = []
        if is_start:
            parts.append(sorted((str(key), str(value)) for key, value in node.attrib.items()))
            text.append(node.text or "")
        elif node is not element:
            text.append(node.tail or "")
    return parts


def _plain(value: Any) -> Any:
    """A value of JSON whose texts have no white space that does not show."""
    match value:
        case str():
            return _text(value)
        case list():
            return [_plain(part) for part in value]
        case dict():
            return {key: _plain(part) for key, part in value.items()}
        case _:
            return value


def _text(text: str | None) -> str:
    """The text with its white space joined, except in a text with preformatted parts."""
    if text and "<pre" in text:
        return _ENDS.sub("", text.replace("\r\n", "\n")).strip()
    return _BLANKS.sub(" ", text or "").strip()
