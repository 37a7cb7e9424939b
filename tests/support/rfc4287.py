"""What an Atom document does wrong, by the rules of RFC 4287 that a schema does not hold, too.

Stricter in two points, because our documents have no xml:base and readers sort dates as text:
every IRI must be absolute, and every date must be in UTC and end in Z. Uses no code of ours, and
expat instead of libxml2.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ATOM = "{http://www.w3.org/2005/Atom}"
DIV = "{http://www.w3.org/1999/xhtml}div"

# Section 4.1.1, 4.1.2, 3.2: element -> child -> (at least, at most); None is without bound.
CHILDREN: dict[str, dict[str, tuple[int, int | None]]] = {
    "feed": {
        "id": (1, 1),
        "title": (1, 1),
        "updated": (1, 1),
        "generator": (0, 1),
        "icon": (0, 1),
        "logo": (0, 1),
        "rights": (0, 1),
        "subtitle": (0, 1),
        "author": (0, None),
        "category": (0, None),
        "contributor": (0, None),
        "link": (0, None),
        "entry": (0, None),
    },
    "entry": {
        "id": (1, 1),
        "title": (1, 1),
        "updated": (1, 1),
        "content": (0, 1),
        "published": (0, 1),
        "rights": (0, 1),
        "source": (0, 1),
        "summary": (0, 1),
        "author": (0, None),
        "category": (0, None),
        "contributor": (0, None),
        "link": (0, None),
    },
    "author": {"name": (1, 1), "uri": (0, 1), "email": (0, 1)},
    "contributor": {"name": (1, 1), "uri": (0, 1), "email": (0, 1)},
}
# Without a namespace; xml:lang and xml:base may be everywhere (section 2).
ATTRIBUTES = {
    "category": {"term", "scheme", "label"},
    "content": {"type", "src"},
    "generator": {"uri", "version"},
    "link": {"href", "rel", "type", "hreflang", "title", "length"},
    "rights": {"type"},
    "subtitle": {"type"},
    "summary": {"type"},
    "title": {"type"},
}
TEXT_CONSTRUCTS = {"rights", "subtitle", "summary", "title"}

IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")
DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
REL = re.compile(r"[a-z][a-z0-9.-]*|[A-Za-z][A-Za-z0-9+.-]*:\S+")
EMAIL = re.compile(r"[^\s@]+@[^\s@]+")
MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+")


def violations(document: bytes) -> list[str]:
    """Every violation, as `entry 2: has 0 title, not 1`; none is a good sign."""
    root = ET.fromstring(document)  # noqa: S314 - our own output
    if root.tag not in {f"{ATOM}feed", f"{ATOM}entry"}:
        return [f"the root is {root.tag}"]
    entries = [root] if root.tag == f"{ATOM}entry" else root.findall(f"{ATOM}entry")
    found = [] if root in entries else [f"feed: {text}" for text in _of_feed(root)]
    for number, entry in enumerate(entries, 1):
        found += [f"entry {number}: {text}" for text in _of_entry(entry, root)]
    return found


def _of_feed(feed: ET.Element) -> Iterator[str]:
    names = [child.tag for child in feed]
    if f"{ATOM}entry" in names and set(names[names.index(f"{ATOM}entry") :]) != {f"{ATOM}entry"}:
        yield "has metadata behind an entry"
    ids = Counter(entry.findtext(f"{ATOM}id") for entry in feed.findall(f"{ATOM}entry"))
    yield from (f"has {count} entries {id_}" for id_, count in ids.items() if count > 1)
    if not any(link.get("rel") == "self" for link in feed.findall(f"{ATOM}link")):
        yield "has no link to itself"
    yield from _of_links(feed)
    yield from _of_element(feed, "feed")


def _of_entry(entry: ET.Element, root: ET.Element) -> Iterator[str]:
    authors = (entry, root, *entry.findall(f"{ATOM}source"))
    if all(element.find(f"{ATOM}author") is None for element in authors):
        yield "has no author"
    content = entry.find(f"{ATOM}content")
    links = entry.findall(f"{ATOM}link")
    if content is None and not any(_is_alternate(link) for link in links):
        yield "has neither content nor an alternate link"
    if content is not None and "src" in content.attrib and entry.find(f"{ATOM}summary") is None:
        yield "has content elsewhere, but no summary"
    yield from _of_links(entry)
    yield from _of_element(entry, "entry")


def _is_alternate(link: ET.Element) -> bool:
    return link.get("rel", "alternate") == "alternate"


def _of_links(element: ET.Element) -> Iterator[str]:
    kinds = Counter(
        (link.get("type"), link.get("hreflang"))
        for link in element.findall(f"{ATOM}link")
        if _is_alternate(link)
    )
    yield from (f"has {count} alternates of {kind}" for kind, count in kinds.items() if count > 1)


def _of_element(element: ET.Element, name: str) -> Iterator[str]:
    """What is wrong with the element and what is in it, other entries aside."""
    for attribute in element.attrib:
        if not attribute.startswith("{") and attribute not in ATTRIBUTES.get(name, ()):
            yield f"{name} has an attribute {attribute}"
    for names, text, holds in RULES:
        if name in names and not holds(element):
            yield f"{name} {text}"
    if name in CHILDREN:
        yield from _of_children(element, name)


def _of_children(element: ET.Element, name: str) -> Iterator[str]:
    if (element.text or "").strip() or any((child.tail or "").strip() for child in element):
        yield f"{name} has text between its elements"
    counts = Counter(child.tag for child in element)
    for expected, (least, most) in CHILDREN[name].items():
        count = counts.pop(f"{ATOM}{expected}", 0)
        if count < least or (most is not None and count > most):
            yield f"{name} has {count} {expected}, not {least if count < least else most}"
    for tag in counts:
        if tag.startswith(ATOM) or not tag.startswith("{"):
            yield f"{name} has a child {tag}"
    for child in element:
        if child.tag.startswith(ATOM) and child.tag != f"{ATOM}entry":
            yield from _of_element(child, child.tag.removeprefix(ATOM))


def _is_date(element: ET.Element) -> bool:
    text = element.text or ""
    try:
        return bool(DATE.fullmatch(text) and dt.datetime.fromisoformat(text))
    except ValueError:
        return False


def _is_iri(text: str | None) -> bool:
    return bool(IRI.fullmatch(text or ""))


def _has_text_type(element: ET.Element) -> bool:
    return element.get("type", "text") in {"text", "html", "xhtml"}


def _is_of_its_type(element: ET.Element) -> bool:
    """Section 3.1.1 and 4.1.3.3."""
    match element.get("type", "text"):
        case "text" | "html":
            return len(element) == 0
        case "xhtml":
            text = (element.text or "") + "".join(child.tail or "" for child in element)
            divs = [child.tag for child in element]
            inside = {e.tag.rpartition("}")[0] for e in element.iter() if e is not element}
            return divs == [DIV] and not text.strip() and inside == {DIV.rpartition("}")[0]}
        case kind:
            return bool(MEDIA_TYPE.fullmatch(kind)) and not kind.startswith(
                ("multipart/", "message/")
            )


# What an element has to be, whatever it is in.
RULES: tuple[tuple[set[str], str, Callable[[ET.Element], bool]], ...] = (
    ({"published", "updated"}, "is not a date of RFC 3339 in UTC", _is_date),
    ({"icon", "id", "logo", "uri"}, "is not an absolute IRI", lambda e: _is_iri(e.text)),
    ({"link"}, "has no absolute IRI as href", lambda e: _is_iri(e.get("href"))),
    ({"content"}, "has no absolute IRI as src", lambda e: _is_iri(e.get("src", "x:x"))),
    ({"generator"}, "has no absolute IRI as uri", lambda e: _is_iri(e.get("uri", "x:x"))),
    ({"email"}, "is not an address", lambda e: bool(EMAIL.fullmatch(e.text or ""))),
    ({"name", "title"}, "is empty", lambda e: bool("".join(e.itertext()).strip())),
    ({"link"}, "has an odd rel", lambda e: bool(REL.fullmatch(e.get("rel", "alternate")))),
    ({"category"}, "has no term", lambda e: bool(e.get("term"))),
    ({"category", "generator", "id", "link", "name", "uri"}, "has children", lambda e: not len(e)),
    (TEXT_CONSTRUCTS, "has a type that is none of text, html and xhtml", _has_text_type),
    ({*TEXT_CONSTRUCTS, "content"}, "is not what its type says", _is_of_its_type),
)
