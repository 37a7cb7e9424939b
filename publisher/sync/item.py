"""An Atom entry element -> Item: the id, payload and fingerprint of one pubsub item.

The payload (XEP-0277, XEP-0472) is the web feed's entry with what XMPP readers want in addition:
the text twin beside the xhtml content, the item's own xmpp: link, the publishing account as the
author's URI, the fingerprint. No summary: Movim shows it above the full content, a second time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lxml import etree

from publisher import feeds
from publisher.content.html import MATH_NS
from publisher.errors import TooBig
from publisher.feeds import ATOM
from publisher.text.characters import short_line
from publisher.text.shortening import beginning

if TYPE_CHECKING:
    from publisher.config import Site
    from publisher.rendering import Rendered
    from publisher.text.node_address import NodeAddress

# Prosody and ejabberd close the stream at 262,144 bytes, and refuse payloads above 250,000.
STANZA_LIMIT = 240_000
SHORT_TEXT = 1_000
SUMMARY = 500

# What is longer is none of ours: a title is only shown, the others are compared and recorded.
SEEN_TITLE = 200
SEEN_ID = 2_000

# An item id that is longer is not sent: some of them would make a stanza that costs the stream.
MAX_ID = 1_000
# XML turns these into blanks in an attribute (XML 1.0 section 3.3.3), and slixmpp does not escape
# them.
_BLANKS = frozenset("\t\n\r")

_XHTML = "{http://www.w3.org/1999/xhtml}"
_MATH = f"{{{MATH_NS}}}"

# The fingerprint's own namespace, a name that nobody else mints (RFC 4122 section 3).
FINGERPRINT = "{urn:uuid:5c2b6ac1-9a6b-4e0b-8a3a-2f6d1d9b7e54}fingerprint"


def is_sendable(item_id: str) -> bool:
    """Whether a service that is sent this id reads the same one. Ids of ours always are."""
    return len(item_id) <= MAX_ID and _BLANKS.isdisjoint(item_id)


@dataclass(frozen=True, slots=True)
class Item:
    """What sits at a node: an id and a payload, serialised as XML without a declaration.

    `shortened` says what had to go, and `level` how much: 0 nothing, `SHORTEST` all that can.
    """

    id: str
    payload: str
    shortened: str = ""
    level: int = 0


@dataclass(frozen=True, slots=True)
class Seen:
    """What we can tell of an item that is at a node already. None: it does not say."""

    id: str
    atom_id: str | None
    title: str | None
    fingerprint: str | None


def item(
    entry: Rendered,
    site: Site,
    address: NodeAddress,
    *,
    account: str,
    level: int = 0,
    limit: int = STANZA_LIMIT,
) -> Item:
    """The item of an entry at a node. `account` is the publishing account's bare JID.

    What would be bigger than `limit` bytes as a stanza loses first most of its text twin, then its
    content; `level` asks for a loss where the service said that it is too big.

    Raises TooBig if nothing is left to lose: such a stanza would cost the stream.
    """
    element = _element(entry, site, address, account)
    payload, lost, shortened = _serialised(element), 0, ""
    while lost < SHORTEST and (lost < level or _stanza_size(payload) > limit):
        shortened, shorten = _LADDER[lost]
        shorten(element, entry)
        payload, lost = _serialised(element), lost + 1
    if _stanza_size(payload) > limit:
        raise TooBig(
            f"the entry is bigger than {limit:,} bytes even without its content; "
            "shorten its title, tags and authors"
        )
    return Item(entry.item_id, payload, shortened, lost)


def _element(entry: Rendered, site: Site, address: NodeAddress, account: str) -> etree._Element:
    element: etree._Element = feeds.atom_entry(entry, site)
    if element.find(f"{ATOM}content") is not None:  # else the post wants only its summary sent
        _remove(element, "summary")
        _add_text_twin(element, entry.content.text)
    _spell_formulas(element)
    _simplify_types(element)
    _join_authors(element, account)
    _link_item(element, address.item_uri(entry.item_id))
    etree.SubElement(element, FINGERPRINT).text = entry.fingerprint
    etree.cleanup_namespaces(element)
    return element


def _serialised(element: etree._Element) -> str:
    return etree.tostring(element, encoding="unicode", with_tail=False)


def _stanza_size(payload: str) -> int:
    """An upper bound of the whole IQ in bytes: slixmpp also escapes quotes in text, as 6 bytes."""
    return len(payload.encode()) + 5 * (payload.count('"') + payload.count("'")) + 1_000


def _shorten_text(element: etree._Element, entry: Rendered) -> None:
    twins = element.findall(f"{ATOM}content")
    if not twins:  # there is only a summary
        return
    twins[-1].text = f"{beginning(entry.content.text, SHORT_TEXT)} […]\n\n{entry.link}"


def _summarise(element: etree._Element, entry: Rendered) -> None:
    """RFC 4287 section 4.1.2: an entry without content has an alternate link; it has one."""
    _remove(element, "content")
    _remove(element, "summary")
    text = beginning(" ".join(entry.content.text.split()), SUMMARY)
    etree.SubElement(element, f"{ATOM}summary", type="text").text = f"{text} […]"


_LADDER = (
    ("too big for one stanza: its text twin is shortened", _shorten_text),
    ("too big for one stanza: a summary and the link are sent instead", _summarise),
)
SHORTEST = len(_LADDER)


def seen(item_id: str, payload: str) -> Seen:
    """Read back what identifies an item. Any payload will do, also a foreign one."""
    try:
        root = etree.fromstring(payload.encode())
    except etree.XMLSyntaxError:  # libxml2 has limits, e.g. of depth; nothing of ours exceeds them
        return Seen(item_id, None, None, None)
    return Seen(
        id=item_id,
        atom_id=_short_text(root, f"{ATOM}id"),
        title=short_line(root.findtext(f"{ATOM}title") or "", SEEN_TITLE) or None,
        fingerprint=_short_text(root, FINGERPRINT),
    )


def _short_text(root: etree._Element, name: str) -> str | None:
    text = root.findtext(name)
    return text if text is not None and len(text) <= SEEN_ID else None


def _remove(element: etree._Element, name: str) -> None:
    for child in element.findall(f"{ATOM}{name}"):
        element.remove(child)


def _spell_formulas(element: etree._Element) -> None:
    """Movim drops MathML with its text: what stands for it in words, or as TeX, is left."""
    for formula in [*element.iter(f"{_MATH}math")]:
        notes = formula.findall(f".//{_MATH}annotation")
        words = formula.get("alttext") or next((note.text for note in notes if note.text), None)
        for note in notes:
            note.text = None
        said = words or " ".join("".join(map(str, formula.itertext())).split())
        spelled = etree.Element(f"{_XHTML}code", {"class": "language-math"})
        spelled.text, spelled.tail = said, formula.tail
        parent = formula.getparent()
        if parent is not None:
            parent.replace(formula, spelled)


def _simplify_types(element: etree._Element) -> None:
    """Movim compares the types of recordings as they are: `audio/ogg`, without the codec."""
    for link in element.findall(f"{ATOM}link[@rel='enclosure']"):
        link.set("type", link.get("type", "").partition(";")[0])


def _join_authors(element: etree._Element, account: str) -> None:
    """One author, whose URI is the account: Movim and Converse take any other for a repost."""
    authors = element.findall(f"{ATOM}author")
    name = ", ".join(author.findtext(f"{ATOM}name") or "" for author in authors)
    place = element.index(authors[0])
    _remove(element, "author")
    joined = etree.Element(f"{ATOM}author")
    etree.SubElement(joined, f"{ATOM}name").text = name
    etree.SubElement(joined, f"{ATOM}uri").text = f"xmpp:{account}"
    element.insert(place, joined)


def _link_item(element: etree._Element, uri: str) -> None:
    """The item's own address, behind the page's: readers open the first alternate."""
    page = element.find(f"{ATOM}link")
    place = len(element) if page is None else element.index(page) + 1
    element.insert(place, etree.Element(f"{ATOM}link", rel="alternate", href=uri))


def _add_text_twin(element: etree._Element, text: str) -> None:
    """Behind the xhtml: RSS Guard shows the first content (XEP-0472 section 4.2 wants both)."""
    content = element.find(f"{ATOM}content")
    place = len(element) if content is None else element.index(content) + 1
    twin = etree.Element(f"{ATOM}content", type="text")
    twin.text = text
    element.insert(place, twin)
