"""Turn an Atom entry into a pubsub item: its id and its payload.

The payload (XEP-0277, XEP-0472) is the web feed's entry with additions for XMPP readers: the
plain-text alternative beside the XHTML content, the item's own xmpp: link, the publishing account
as the author's URI, and the marker. It has no summary beside full content, because Movim shows
both, one above the other. The settings of a node may leave the plain text out, or all of the
content (`contents`).

The marker shows a later run, even one without a ledger, what the item was made from. Its text is
the post's fingerprint. Its attributes are the hashes `source` and `body`, and the `link` that the
item has; `page` is there if the content comes from a built page, as a hash of that; `contents` is
there if the node's settings left something out. `text` is a hash of what the item shows, before
anything is shortened. Older versions wrote no `text`, and before that no attributes.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Literal, TypeAlias

from lxml import etree
from msgspec import Struct

from publisher import feeds
from publisher.content.allowed_html import MATH_NS
from publisher.content.formulas import formula_text
from publisher.entry import body_hash
from publisher.errors import TooBig
from publisher.feeds import ATOM, MEDIA
from publisher.sync.shown_text import keep_text
from publisher.sync.text_hash import text_hash
from publisher.sync.white_space import keep_blanks
from publisher.text import shortening
from publisher.text.characters import short_line

if TYPE_CHECKING:
    from publisher.config import NodeConfig, Shown, Site
    from publisher.post import Post
    from publisher.rendering import Rendered
    from publisher.text.node_address import NodeAddress

# Prosody and ejabberd close the stream at 262,144 bytes, and refuse payloads above 250,000.
STANZA_LIMIT = 240_000
SHORT_TEXT = 1_000
SUMMARY = 500

# Limits for the texts of other people's items. The title is only shown, and is cut; a longer id or
# fingerprint cannot be ours, and is ignored. So is a longer attribute of the marker.
SEEN_TITLE = 200
SEEN_ID = 2_000

# No longer item id is sent: a few of them in one request would exceed the stanza limit, which
# closes the stream.
MAX_ID = 1_000
# XML parsers turn these into spaces in an attribute (XML 1.0 section 3.3.3), and slixmpp does not
# escape them.
_BLANKS = frozenset("\t\n\r")

_XHTML = "{http://www.w3.org/1999/xhtml}"
_MATH = f"{{{MATH_NS}}}"

# The marker. Its namespace is a UUID, which nobody else can mint by accident (RFC 4122 section 3).
FINGERPRINT = "{urn:uuid:5c2b6ac1-9a6b-4e0b-8a3a-2f6d1d9b7e54}fingerprint"


# What the settings of a node leave of a post: all (empty), no plain text, only the summary.
Contents: TypeAlias = Literal["", "xhtml", "summary"]


def is_sendable(item_id: str) -> bool:
    """Whether an item id reaches the service unchanged. This holds for all ids of publisher."""
    return len(item_id) <= MAX_ID and _BLANKS.isdisjoint(item_id)


class Item(Struct, frozen=True):
    """An item to publish at a node: its id and its payload, XML without a declaration.

    `level` is how far the payload was shortened, from 0 (not at all) to `SHORTEST`, and `shortened`
    says so in words. `text` is that of its marker.
    """

    id: str
    payload: str
    shortened: str = ""
    level: int = 0
    text: str = ""


class Seen(Struct, frozen=True):
    """The parts of an item at a node by which `plan` recognises it; None for a missing part.

    `source`, `body`, `link`, `contents` and `page` are attributes of the marker, empty if it lacks
    them. So is `text`; if a marker of publisher lacks it, it is that of the item as it is.
    """

    id: str
    atom_id: str | None
    title: str | None
    fingerprint: str | None
    source: str = ""
    body: str = ""
    link: str = ""
    contents: str = ""
    page: str = ""
    text: str = ""


def contents(post: Post, node: NodeConfig) -> Contents:
    """What the settings of a node leave of a post.

    Empty if they make no difference: the front matter may ask for the whole post or the summary.
    """
    if node.content == "summary" and post.content is None:
        return "summary"
    return "xhtml" if node.alternatives == "xhtml" and post.content != "summary" else ""


def item(
    entry: Rendered,
    site: Site,
    address: NodeAddress,
    *,
    account: str,
    contents: Contents = "",
    level: int = 0,
    limit: int = STANZA_LIMIT,
) -> Item:
    """Make the item of an entry for one node. `account` is the publishing account's bare JID.

    `contents` is what the node's settings leave of it.

    A stanza bigger than `limit` bytes is shortened: first its plain-text alternative is cut, then a
    summary replaces its content. `level` is the least level to shorten to; a caller raises it when
    the service refused the item as too big.

    Raises TooBig if the shortest form exceeds the limit: the server would close the stream.
    """
    body: etree._Element | None = None
    whole = _body(entry, site, contents)
    _complete(whole, entry, address, account)
    text = text_hash(whole)
    payload, reached, shortened = _marked(whole, entry, contents, text), 0, ""
    for number, (message, shorten) in enumerate(_LEVELS, 1):
        if reached >= level and _stanza_size(payload) <= limit:
            break
        # Few items are too big, so the others need no copy.
        body = _body(entry, site, contents) if body is None else body
        if shorten(body, entry):
            shorter = copy.deepcopy(body)
            _complete(shorter, entry, address, account)
            payload = _marked(shorter, entry, contents, text)
            reached, shortened = number, message
    if _stanza_size(payload) > limit:
        raise TooBig(
            f"the entry is bigger than {limit:,} bytes even without its content; "
            "shorten its title, tags and authors"
        )
    return Item(entry.item_id, payload, shortened, reached, text)


def _body(entry: Rendered, site: Site, contents: Contents) -> etree._Element:
    """The entry with the texts that the node's settings leave of it; these can be shortened."""
    content: Shown = "summary" if contents == "summary" else "full"
    element: etree._Element = feeds.atom_entry(entry, site, content=content)
    # Without content the post (`feed: summary`) or the node asks for the summary alone.
    if element.find(f"{ATOM}content") is not None:
        _remove(element, "summary")
        if contents != "xhtml":
            _add_plain_text(element, entry.content.text)
    return element


def _complete(element: etree._Element, entry: Rendered, address: NodeAddress, account: str) -> None:
    """Make the payload of an entry element, without its marker.

    What is left of the content decides if the picture is an enclosure.
    """
    _unite_pictures(element, entry)
    _link_parts(element, entry)
    _replace_formulas(element)
    for text in element.iterfind(f"{ATOM}content/{_XHTML}div"):
        keep_text(text)
        keep_blanks(text)
    _simplify_types(element)
    _join_authors(element, account)
    _link_item(element, address.item_uri(entry.item_id))


def _marked(element: etree._Element, entry: Rendered, contents: Contents, text: str) -> str:
    """Mark a payload, and write it."""
    _mark(element, entry, contents, text)
    etree.cleanup_namespaces(element)
    return etree.tostring(element, encoding="unicode", with_tail=False)


def _stanza_size(payload: str) -> int:
    """An upper limit for the size of the whole IQ in bytes."""
    # slixmpp escapes quotes in text, too: 6 bytes for one.
    # The 1,000 bytes are for the rest of the IQ: the addresses, the node and the item id.
    return len(payload.encode()) + 5 * (payload.count('"') + payload.count("'")) + 1_000


def _shorten_plain_text(element: etree._Element, entry: Rendered) -> bool:
    """Cut the plain-text alternative. Returns whether there is one."""
    text = element.find(f"{ATOM}content[@type='text']")
    if text is None:
        return False
    text.text = f"{shortening.beginning(entry.content.text, SHORT_TEXT)} […]\n\n{entry.link}"
    return True


def _summarise(element: etree._Element, entry: Rendered) -> bool:
    """Replace the content by the summary that a node with `content: summary` has.

    RFC 4287 section 4.1.2 requires an alternate link of an entry without content; it has one.
    """
    _remove(element, "content")
    _remove(element, "summary")
    # The author's own summary has no limit, so it may be what makes the entry too big.
    summary = etree.SubElement(element, f"{ATOM}summary", type="text")
    summary.text = shortening.shortened(entry.teaser, SUMMARY)
    return True


# The plain text is cut first, because readers that show the XHTML lose nothing by that.
_LEVELS = (
    ("too big for one stanza: its plain-text alternative is shortened", _shorten_plain_text),
    ("too big for one stanza: a summary and the link are sent instead", _summarise),
)
SHORTEST = len(_LEVELS)


def seen(item_id: str, payload: str) -> Seen:
    """Read what identifies an item from any payload, also that of another program."""
    try:
        root = etree.fromstring(payload.encode())
    except etree.XMLSyntaxError:  # libxml2 limits e.g. the depth; our payloads stay below
        return Seen(item_id, None, None, None)
    marker = root.find(FINGERPRINT)
    fingerprint = _short_text(root, FINGERPRINT)
    return Seen(
        id=item_id,
        atom_id=_short_text(root, f"{ATOM}id"),
        title=short_line(root.findtext(f"{ATOM}title") or "", SEEN_TITLE) or None,
        fingerprint=fingerprint,
        source=_short_attribute(marker, "source"),
        body=_short_attribute(marker, "body"),
        link=_short_attribute(marker, "link"),
        contents=_short_attribute(marker, "contents"),
        page=_short_attribute(marker, "page"),
        text=_short_attribute(marker, "text") or (text_hash(root) if fingerprint else ""),
    )


def _short_text(root: etree._Element, name: str) -> str | None:
    text = root.findtext(name)
    return text if text is not None and len(text) <= SEEN_ID else None


def _short_attribute(marker: etree._Element | None, name: str) -> str:
    text = "" if marker is None else marker.get(name, "")
    return text if len(text) <= SEEN_ID else ""


def _remove(element: etree._Element, name: str) -> None:
    for child in element.findall(f"{ATOM}{name}"):
        element.remove(child)


def _link_parts(element: etree._Element, entry: Rendered) -> None:
    """Let links to parts of the post lead to its page: a stanza is no document, and has no base."""
    for link in element.iter(f"{_XHTML}a"):
        if (url := link.get("href", "")).startswith("#"):
            link.set("href", feeds.page_url(entry, url))


def _unite_pictures(element: etree._Element, entry: Rendered) -> None:
    """Leave one trace of the post's picture: an enclosure, or the image in the content.

    Movim shows enclosed pictures above the text, so that users would see such an image twice. No
    client reads `media:content`, and Movim counts it among the contents.
    """
    for duplicate in element.findall(f"{MEDIA}content"):
        element.remove(duplicate)
    image = entry.image
    if image is None or any(one.href == image.href for one in entry.enclosures):
        return
    if any(shown.get("src") == image.href for shown in element.iter(f"{_XHTML}img")):
        for link in element.findall(f"{ATOM}link[@rel='enclosure']"):
            if link.get("href") == image.href:
                element.remove(link)


def _replace_formulas(element: etree._Element) -> None:
    """Replace MathML by its alternative text, its TeX or its characters: Movim drops it whole."""
    for formula in [*element.iter(f"{_MATH}math")]:
        code = etree.Element(f"{_XHTML}code", {"class": "language-math"})
        code.text, code.tail = formula_text(formula), formula.tail
        parent = formula.getparent()
        if parent is not None:
            parent.replace(formula, code)


def _simplify_types(element: etree._Element) -> None:
    """Remove the codec from media types: Movim has a player for `audio/ogg` without parameters."""
    for link in element.findall(f"{ATOM}link[@rel='enclosure']"):
        link.set("type", link.get("type", "").partition(";")[0])


def _join_authors(element: etree._Element, account: str) -> None:
    """Join the authors into one whose URI is the account: readers take any other for a repost.

    Movim and Converse compare the URI with the account that published the item.
    """
    authors = element.findall(f"{ATOM}author")
    name = ", ".join(author.findtext(f"{ATOM}name") or "" for author in authors)
    index = element.index(authors[0])
    _remove(element, "author")
    joined = etree.Element(f"{ATOM}author")
    etree.SubElement(joined, f"{ATOM}name").text = name
    etree.SubElement(joined, f"{ATOM}uri").text = f"xmpp:{account}"
    element.insert(index, joined)


def _link_item(element: etree._Element, uri: str) -> None:
    """Add the item's xmpp: URI after the link to the page: readers open the first alternate."""
    page = element.find(f"{ATOM}link")
    index = len(element) if page is None else element.index(page) + 1
    element.insert(index, etree.Element(f"{ATOM}link", rel="alternate", href=uri))


def _mark(element: etree._Element, entry: Rendered, contents: Contents, text: str) -> None:
    attributes = {
        "source": entry.post.source,
        "body": body_hash(entry.post),
        "link": entry.link,
        "page": entry.page,
        "contents": contents,
        "text": text,
    }
    given = {name: value for name, value in attributes.items() if value}
    etree.SubElement(element, FINGERPRINT, given).text = entry.fingerprint


def _add_plain_text(element: etree._Element, text: str) -> None:
    """Add the plain-text alternative (XEP-0472 section 4.2) after the XHTML.

    RSS Guard shows the first content, whatever its type.
    """
    content = element.find(f"{ATOM}content")
    index = len(element) if content is None else element.index(content) + 1
    plain_text = etree.Element(f"{ATOM}content", type="text")
    plain_text.text = text
    element.insert(index, plain_text)
