"""Parse Atom and RSS with feedparser. No other module imports feedparser.

feedparser mixes elements that it does not know with its own keys, and fails at some elements. So
every value is checked for its type before it is used.
"""

from __future__ import annotations

import contextlib
import html
import io
import re
from functools import cache, partial
from typing import TYPE_CHECKING, Any
from xml.sax import SAXException

from msgspec.structs import replace

from publisher.errors import ConfigError
from publisher.post import EarlierReadings
from publisher.sources.feed import (
    item_source,
    items,
    repair,
    unread_elements,
    web_page,
)
from publisher.sources.feed.items import Broken, Channel, FeedItem, File, Parsed, line
from publisher.text import feed_dates
from publisher.text.characters import legal, short_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from publisher.config import Person

_RSS = re.compile(rb"<(?:\w+:)?(?:rss|RDF)[\s>]", re.IGNORECASE)
# The root element is searched for in so many bytes; further on, `<rss` may be the text of a post.
_HEAD = 10_000
_XML = "application/xml; charset=utf-8"
_DECLARATION = re.compile(r"<\?xml[^>]*>")  # what feedparser takes for it
# Elements of HTML that begin a line, or end one. Others may begin and end inside a word.
_BLOCK = re.compile(
    r"</?(?:address|article|aside|blockquote|br|caption|center|dd|details|dialog|div|dl|dt|fieldset"
    r"|figcaption|figure|footer|form|h[1-6]|header|hr|legend|li|main|nav|ol|option|p|pre|section"
    r"|summary|table|tbody|td|tfoot|th|thead|title|tr|ul)(?=[\s/>])[^<>]*>",
    re.IGNORECASE,
)
_TAG = re.compile(r"<[^<>]*>")
_REFERENCE = re.compile(rb"&#(?:[xX]([0-9a-fA-F]++)|([0-9]++));?")


def parse(data: bytes, address: str, kind: str, name: str) -> Parsed:
    """Parse the feed at the URL `address` with the content type `kind`.

    Raises ConfigError if it is not a feed.
    """
    decoded = _decoded(data, kind)
    written, fault, document = _read(decoded, address, name)
    if not document.get("version"):
        raise web_page.error(data, address, name)
    if _is_lenient(document):  # then every item would have another id
        raise ConfigError(f"{name} cannot be read; check it with a validator")
    channel = _map(document.get("feed"))
    about = Channel(
        title=_text(_detail(channel, "title")),
        link=_page(channel, address),
        description=_text(_detail(channel, "subtitle")),
        language=line(_value(channel, "language")),
    )
    warning = f"is not well-formed: {short_line(fault, items.LONGEST_REASON)}" if fault else ""
    entries = _maps(document.get("entries"))
    is_rss = line(document.get("version")).startswith("rss")
    sources = item_source.of_xml(written)
    lost = len(sources) - len(entries) if fault else 0
    if len(sources) != len(entries):  # an item in an odd place: which item is which is unknown
        sources = [""] * len(entries)

    def item(entry_and_source: tuple[dict[str, Any], str]) -> FeedItem | Broken:
        entry, source = entry_and_source
        found = _item(entry, channel, address, is_rss=is_rss)
        return replace(found, source=source) if isinstance(found, FeedItem) else found

    parsed = items.collected(zip(entries, sources, strict=True), item, about, warning)
    idents = [_id(entry, address) for entry in entries]
    return replace(
        parsed,
        broken=(*parsed.broken, *[Broken("an item", items.ODD)] * lost),
        link_ids=sum(not line(_value(entry, "id")) for entry in entries if _page(entry, address)),
        has_contents=any(map(_contents, entries)),
        earlier=cache(partial(_earlier, idents, decoded, written, address)),
    )


def _earlier(
    idents: Sequence[str], decoded: bytes, written: bytes, address: str
) -> dict[str, EarlierReadings]:
    """What earlier versions made of the items with these ids, in the order of the feed.

    As soon as a feed had a fault, feedparser's lenient parser read all of it. libxml2 left out
    `&amp;`, `&lt;` and the like behind the fault, which changed the sources of the items there. A
    feed that is well-formed now may have had a fault when it was published.
    """
    faulty = repair.with_fault(written)
    readings: dict[str, EarlierReadings] = {}
    with contextlib.suppress(Exception):  # else an earlier version could not read the feed either
        entries = _maps(_parsed(faulty if decoded == written else decoded, address).get("entries"))
        sources = [item_source.of_xml(document) for document in (decoded, faulty)]
        known = [one for one in sources if len(one) == len(entries)]
        for number, (ident, entry) in enumerate(zip(idents, entries, strict=False)):
            body = _content(entry)[0]
            readings[ident] = EarlierReadings(
                frozenset(one[number] for one in known), frozenset({body})
            )
    return readings


def _read(decoded: bytes, address: str, name: str) -> tuple[bytes, str, dict[str, Any]]:
    """The well-formed feed, its first fault before it was repaired, and what feedparser returns.

    Raises ConfigError.
    """
    written, fault = _well_formed(decoded)
    document = _document(written, address, name)
    if fault or not _is_lenient(document):
        return written, fault, document
    fault = str(document["bozo_exception"])  # feedparser's parser sees more than expat alone
    written = _repaired(decoded)
    return written, fault, _document(written, address, name)


def _is_lenient(document: dict[str, Any]) -> bool:
    """Whether feedparser took its lenient parser."""
    return isinstance(document.get("bozo_exception"), SAXException)


def _document(written: bytes, address: str, name: str) -> dict[str, Any]:
    """The feed as feedparser returns it. If it fails, a second try without unread elements.

    Raises ConfigError.
    """
    with contextlib.suppress(Exception):  # e.g. a TypeError for an element in an odd place
        return _parsed(written, address)
    try:
        return _parsed(unread_elements.without_unread(written), address)
    except Exception as error:
        raise ConfigError(
            f"{name} has elements that no feed may have; check it with a validator"
        ) from error


def _decoded(data: bytes, kind: str) -> bytes:
    """The document in UTF-8, without the references to characters that XML cannot carry."""
    from feedparser import encodings  # noqa: PLC0415 - few sites need it

    # The encoding in HTTP headers and in the document may be wrong; feedparser finds the right one.
    found: dict[str, str] = {}
    decoded: bytes = encodings.convert_to_utf8({"content-type": kind or _XML}, data, found)
    start = data[:_HEAD].decode(found.get("encoding") or "utf-8", "replace").lstrip("\ufeff")
    if not _DECLARATION.match(start):  # it was added, on a line of its own
        decoded = decoded.replace(b"\n", b"", 1)
    return _REFERENCE.sub(_legal_reference, decoded)


def _well_formed(decoded: bytes) -> tuple[bytes, str]:
    """The document, repaired if feedparser's strict parser would refuse it, and its first fault."""
    from feedparser import sanitizer  # noqa: PLC0415 - few sites need it

    _, document, _ = sanitizer.replace_doctype(decoded)
    moved = decoded.count(b"\n") - document.count(b"\n")
    fault = repair.fault(document.decode("utf-8", "replace"), moved=moved)
    return (_repaired(decoded), fault) if fault else (decoded, "")


def _repaired(decoded: bytes) -> bytes:
    return repair.repaired(decoded.decode("utf-8", "replace")).encode()


def _parsed(data: bytes, address: str) -> dict[str, Any]:
    import feedparser  # noqa: PLC0415

    # feedparser would resolve the guid of an RSS item against the base, and change the id.
    base = "" if _RSS.search(data[:_HEAD]) else address
    document: dict[str, Any] = feedparser.parse(
        io.BytesIO(data),
        response_headers={"content-location": base, "content-type": _XML},
        # Rendering makes the URLs absolute and the HTML safe, as in any other post.
        resolve_relative_uris=False,
        sanitize_html=False,
    )
    return document


def _value(part: dict[str, Any], key: str) -> Any:
    """The stored value of a key."""
    # FeedParserDict computes some keys from others when they are read, which may raise.
    return dict.get(part, key)


def _map(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _maps(value: object) -> list[dict[str, Any]]:
    return [part for part in value if isinstance(part, dict)] if isinstance(value, list) else []


def _detail(part: dict[str, Any], key: str) -> dict[str, Any]:
    """A text with its type, base and language; plain text if feedparser lost these."""
    return _map(_value(part, f"{key}_detail")) or {"value": _value(part, key)}


def _legal_reference(reference: re.Match[bytes]) -> bytes:
    """A character reference, or nothing if XML cannot carry the character."""
    # COMPAT(feedparser 6.0.14): it fails at such a reference.
    hexadecimal, decimal = reference.groups()
    digits = (hexadecimal or decimal).lstrip(b"0")
    code = int(digits or b"0", 16 if hexadecimal else 10) if len(digits) < 8 else 0
    return reference[0] if 0 < code < 0x11_0000 and legal(chr(code)) == chr(code) else b""


def _id(entry: dict[str, Any], address: str) -> str:
    return line(_value(entry, "id")) or _page(entry, address)


def _item(
    entry: dict[str, Any], channel: dict[str, Any], address: str, *, is_rss: bool
) -> FeedItem | Broken:
    link = _page(entry, address)
    title = _text(_detail(entry, "title"))
    ident = _id(entry, address)
    if not ident:
        return Broken((title or "an item")[:100], items.NO_ID)
    instants = _instants(entry)
    if instants is None:
        dates = (_value(entry, key) for key in ("published", "created", "updated"))
        return items.without_instant(ident, *dates)
    lead = _text(_map(_value(entry, "summary_detail"))) if _contents(entry) else ""
    body, base, language = _content(entry)
    image = _image(entry)
    return FeedItem(
        id=ident,
        link=link,
        title=title,
        body=body,
        base=base if base not in {"", address} else link or address,
        published=instants[0],
        updated=instants[1],
        summary=lead,
        authors=tuple(_authors(entry, is_rss=is_rss) or _authors(channel, is_rss=is_rss)),
        categories=items.terms(_value(tag, "term") for tag in _maps(_value(entry, "tags"))),
        language=items.language(_value(entry, "language"), language, _value(channel, "language")),
        # Feeds enclose the picture of a post for readers that know no Media RSS.
        enclosures=tuple(
            file for file in _enclosures(entry).values() if not image or file.href != image.href
        ),
        image=image,
    )


def _content(entry: dict[str, Any]) -> tuple[str, str, str]:
    """(HTML, base, language) of the content, else of the summary."""
    return _fullest([*_contents(entry), _detail(entry, "summary")])


def _contents(entry: dict[str, Any]) -> list[dict[str, Any]]:
    return [content for content in _maps(_value(entry, "content")) if _is_text(content)]


def _is_text(content: dict[str, Any]) -> bool:
    """Whether the content is a text, and not media (RFC 4287 section 4.1.3.3)."""
    kind = line(_value(content, "type"))
    return "html" in kind or kind.startswith("text") or not kind


def _authors(part: dict[str, Any], *, is_rss: bool) -> list[Person]:
    """The authors of an entry or a feed."""
    listed = _maps(_value(part, "authors"))
    # COMPAT(feedparser 6.0.14): it finds an email only if its top-level domain has at most four
    # letters, so the author element of RSS is read again.
    mailbox = items.person_of_mailbox(line(_value(part, "author")))
    if is_rss and len(listed) < 2 and mailbox:
        return [mailbox]
    keys = ("name", "email", "href")
    persons = (items.person(*(_value(author, key) for key in keys)) for author in listed)
    return [*filter(None, persons)]


def _instants(entry: dict[str, Any]) -> tuple[int, int] | None:
    published = _seconds(entry, "published")
    if published is None:
        published = _seconds(entry, "created")
    return items.when(published, _seconds(entry, "updated"))


def _seconds(entry: dict[str, Any], key: str) -> int | None:
    # feedparser guesses: it takes `2019年3月5日` for the 1st of November.
    return items.instant(feed_dates.seconds(line(_value(entry, key))))


def _page(part: dict[str, Any], address: str) -> str:
    """The URL of the page: the first alternate link that is an http or https URL."""
    links = [_value(link, "href") for link in _links(part, "alternate")]
    # feedparser takes a guid for a link unless it says isPermaLink="false".
    if (link := line(_value(part, "link"))) != line(_value(part, "id")) or items.is_http_url(link):
        links.append(link)
    return items.page(address, *links)


def _links(part: dict[str, Any], relation: str) -> list[dict[str, Any]]:
    return [link for link in _maps(_value(part, "links")) if _value(link, "rel") == relation]


def _fullest(contents: list[dict[str, Any]]) -> tuple[str, str, str]:
    """(HTML, base, language) of the first content that is not empty, HTML before plain text."""
    rich = [content for content in contents if "html" in line(_value(content, "type"))]
    for content in (*rich, *contents):
        value = items.text(_value(content, "value"))
        if value.strip():
            # COMPAT(feedparser 6.0.14): in XHTML it writes `<br></br>`, in HTML two line breaks.
            body = value.replace("></br>", ">") if content in rich else items.paragraphs(value)
            return body, line(_value(content, "base")), line(_value(content, "language"))
    return "", "", ""


def _enclosures(entry: dict[str, Any]) -> dict[str, File]:
    """The enclosures by URL. Media RSS may describe a file in more detail than its enclosure."""
    files: dict[str, File] = {}
    seconds = items.seconds(_value(entry, "itunes_duration"))
    for link in _links(entry, "enclosure"):
        if href := line(_value(link, "href")):
            files[href] = File(
                href=href,
                type=line(_value(link, "type")) or None,
                length=items.size(_value(link, "length")),
                duration=seconds,
                title=line(_value(link, "title")) or None,
            )
    for href, media in _recordings(entry):
        enclosed = files.get(href) or File(href=href)
        files[href] = File(
            href=href,
            type=line(_value(media, "type")) or enclosed.type,
            length=items.size(_value(media, "filesize")) or enclosed.length,
            duration=items.seconds(_value(media, "duration")) or seconds,
            title=enclosed.title,
        )
    return files


def _recordings(entry: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The audio and video files of Media RSS, each with its URL."""
    for media in _maps(_value(entry, "media_content")):
        kind = line(_value(media, "type")) or line(_value(media, "medium"))
        if (href := line(_value(media, "url"))) and kind.startswith(("audio", "video")):
            yield href, media


def _image(entry: dict[str, Any]) -> File | None:
    pictures = [
        media
        for media in _maps(_value(entry, "media_content"))
        if _value(media, "medium") == "image" or "image/" in line(_value(media, "type"))
    ]
    for picture in (*pictures, *_maps(_value(entry, "media_thumbnail"))):
        if href := line(_value(picture, "url")):
            return File(href=href, type=line(_value(picture, "type")) or None)
    href = line(_value(_map(_value(entry, "image")), "href"))
    return File(href=href) if href else None


def _text(detail: dict[str, Any]) -> str:
    """The text on one line, as plain text."""
    value = items.text(_value(detail, "value"))
    if "html" in line(_value(detail, "type")):
        value = html.unescape(_TAG.sub("", _BLOCK.sub(" ", value)))
    return line(value)
