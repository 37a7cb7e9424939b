"""Remove the elements of a feed that publisher does not read. Pure.

feedparser fails at some of them, which would cost the whole feed.
"""

from __future__ import annotations

from lxml import etree

_ATOM = frozenset({
    "feed", "entry", "title", "id", "link", "author", "name", "uri", "url", "email", "category",
    "updated", "published", "modified", "issued", "created", "content", "summary", "subtitle",
    "tagline",
})  # fmt: skip
_RSS = frozenset({
    "rss", "channel", "item", "title", "link", "description", "guid", "pubDate", "category",
    "enclosure", "author", "language",
})  # fmt: skip
_DUBLIN = frozenset({"title", "creator", "date", "subject", "language", "created", "issued"})
_ITUNES = frozenset({"author", "duration", "image", "summary", "subtitle"})
_MEDIA = frozenset({"group", "content", "thumbnail"})
_MEDIA_RSS = "http://search.yahoo.com/mrss/"
_KNOWN = {
    "": _RSS,
    "http://www.w3.org/2005/Atom": _ATOM,
    "http://purl.org/atom/ns#": _ATOM,
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": frozenset({"RDF"}),
    "http://purl.org/rss/1.0/": _RSS,
    "http://purl.org/rss/1.0/modules/content/": frozenset({"encoded"}),
    "http://purl.org/dc/elements/1.1/": _DUBLIN,
    "http://purl.org/dc/terms/": _DUBLIN,
    "http://www.itunes.com/dtds/podcast-1.0.dtd": _ITUNES,
    _MEDIA_RSS: _MEDIA,
}
_XHTML = "http://www.w3.org/1999/xhtml"
_MARKUP = frozenset({
    _XHTML, "http://www.w3.org/1998/Math/MathML", "http://www.w3.org/2000/svg",
})  # fmt: skip
_NO_ELEMENTS = (etree._Comment, etree._ProcessingInstruction, etree._Entity)
# Elements that contain elements. The others contain text, those in _RICH text with markup.
_HOLDERS = frozenset({"feed", "entry", "rss", "RDF", "channel", "item", "author", "group"})
_RICH = frozenset({"title", "summary", "subtitle", "content", "description", "encoded"})


def without_unread(data: bytes) -> bytes:
    """The well-formed feed without unread elements."""
    # Entities of a feed must not read files or expand without end.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    root = etree.fromstring(data, parser)
    waiting = [root]
    while waiting:
        parent = waiting.pop()
        _clean(parent)
        waiting += parent
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def _clean(parent: etree._Element) -> None:
    """Remove the unknown children of an element; in an element with text their text stays."""
    kept: list[etree._Element] = []
    texts = [[parent.text or ""]]  # the text before the first child, then that behind each child
    for child in parent:
        if _is_known(child, parent):
            kept.append(child)
            texts.append([])
        elif not _is_holder(parent) and not isinstance(child, _NO_ELEMENTS):
            texts[-1] += map(str, child.itertext())
        texts[-1].append(child.tail or "")
    parent[:] = kept
    parent.text = "".join(texts[0])
    for child, text in zip(kept, texts[1:], strict=True):
        child.tail = "".join(text)


def _is_known(child: etree._Element, parent: etree._Element) -> bool:
    if isinstance(child, _NO_ELEMENTS):
        return False
    name, above = etree.QName(child), etree.QName(parent)
    if above.namespace in _MARKUP:
        return name.namespace in _MARKUP
    if _is_holder(parent):
        return name.localname in _KNOWN.get(name.namespace or "", ())
    return name.namespace == _XHTML and above.localname in _RICH


def _is_holder(element: etree._Element) -> bool:
    name = etree.QName(element)
    return name.localname in _HOLDERS or name.namespace == _MEDIA_RSS
