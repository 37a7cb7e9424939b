"""Parse Atom and RSS with feedparser. No other module imports feedparser.

feedparser mixes elements that it does not know with its own keys, and fails at some elements. So
every value is checked for its type before it is used.
"""

from __future__ import annotations

import calendar
import contextlib
import html
import io
import re
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from publisher.errors import ConfigError
from publisher.sources.feed import item_source, items, unread_elements
from publisher.sources.feed.items import Broken, Channel, FeedItem, File, Parsed, line
from publisher.text.characters import legal, short_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.config import Person

_RSS = re.compile(rb"<(?:\w+:)?(?:rss|RDF)[\s>]", re.IGNORECASE)
# The root element is searched for in so many bytes; further on, `<rss` may be the text of a post.
_HEAD = 10_000
REASON = 200  # characters of an error of the parser, which may quote the feed
_PAGE = re.compile(rb"<!doctype html|<html[\s>]", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*>")
_END = re.compile(rb"</(?:[\w.-]+:)?(?:entry|item)\s*>", re.IGNORECASE)
_REFERENCE = re.compile(rb"&#(?:[xX]([0-9a-fA-F]++)|([0-9]++));?")


def parse(data: bytes, address: str, kind: str, name: str) -> Parsed:
    """Parse the feed at the URL `address` with the content type `kind`.

    Raises ConfigError if it is not a feed.
    """
    import feedparser  # noqa: PLC0415 - few sites need it

    document = _document(data, address, kind, name)
    bozo = document.get("bozo_exception")
    if not document.get("version"):
        page = ", but a web page" if _PAGE.search(data[:_HEAD]) else ""
        raise ConfigError(f"{name} is not a feed{page}; give an Atom, RSS or JSON Feed")
    channel = _map(document.get("feed"))
    about = Channel(
        title=_text(_detail(channel, "title")),
        link=_page(channel, address),
        description=_text(_detail(channel, "subtitle")),
        language=line(_value(channel, "language")),
    )
    # The encoding and type in HTTP headers are often wrong; feedparser reads the document anyway.
    odd = (feedparser.CharacterEncodingOverride, feedparser.NonXMLContentType)
    is_broken = bozo is not None and not isinstance(bozo, odd)
    warning = f"is not well-formed: {short_line(str(bozo), REASON)}" if is_broken else ""
    entries = _maps(document.get("entries"))
    # The last item of a feed that is cut short may be incomplete.
    whole = entries[: _ended(data)] if is_broken else entries
    is_rss = line(document.get("version")).startswith("rss")
    sources = item_source.of_xml(data)
    if len(sources) != len(entries):  # a broken feed: which item is which is unknown
        sources = [""] * len(entries)

    def item(written: tuple[dict[str, Any], str]) -> FeedItem | Broken:
        entry, source = written
        found = _item(entry, channel, address, is_rss=is_rss)
        return replace(found, source=source) if isinstance(found, FeedItem) else found

    return items.collected(zip(whole, sources, strict=False), item, about, warning)


def _document(data: bytes, address: str, kind: str, name: str) -> dict[str, Any]:
    """The feed as feedparser returns it. If it fails, a second try without unread elements.

    Raises ConfigError.
    """
    data = _REFERENCE.sub(_legal_reference, data)
    with contextlib.suppress(Exception):  # e.g. a TypeError for an element in an odd place
        return _parsed(data, address, kind or "application/xml")
    try:
        data, fault = unread_elements.without_unread(data)
        document = _parsed(data, address, "application/xml; charset=utf-8")
    except Exception as error:
        raise ConfigError(
            f"{name} has elements that no feed may have; check it with a validator"
        ) from error
    return {**document, "bozo_exception": fault} if fault else document


def _parsed(data: bytes, address: str, kind: str) -> dict[str, Any]:
    import feedparser  # noqa: PLC0415

    # feedparser would resolve the guid of an RSS item against the base, and change the id.
    base = "" if _RSS.search(data[:_HEAD]) else address
    document: dict[str, Any] = feedparser.parse(
        io.BytesIO(data),
        response_headers={"content-location": base, "content-type": kind},
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


def _ended(data: bytes) -> int:
    """The number of items that have an end tag."""
    # UTF-16 has a zero byte beside each letter of a tag.
    return len(_END.findall(data.replace(b"\0", b"")))


def _legal_reference(reference: re.Match[bytes]) -> bytes:
    """A character reference, or nothing if XML cannot carry the character."""
    # COMPAT(feedparser 6.0.14): it fails at such a reference.
    hexadecimal, decimal = reference.groups()
    digits = (hexadecimal or decimal).lstrip(b"0")
    code = int(digits or b"0", 16 if hexadecimal else 10) if len(digits) < 8 else 0
    return reference[0] if 0 < code < 0x11_0000 and legal(chr(code)) == chr(code) else b""


def _item(
    entry: dict[str, Any], channel: dict[str, Any], address: str, *, is_rss: bool
) -> FeedItem | Broken:
    link = _page(entry, address)
    title = _text(_detail(entry, "title"))
    ident = line(_value(entry, "id")) or link
    name = (ident or title or "an item")[:100]
    if not ident:
        return Broken(name, items.NO_ID)
    instants = _instants(entry)
    if instants is None:
        dates = (_value(entry, key) for key in ("published", "created", "updated"))
        return items.without_instant(name, *dates)
    contents = [content for content in _maps(_value(entry, "content")) if _is_text(content)]
    lead = _text(_map(_value(entry, "summary_detail"))) if contents else ""
    body, base, language = _fullest([*contents, _detail(entry, "summary")])
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
        enclosures=tuple(_enclosures(entry).values()),
        image=_image(entry),
    )


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
    published = _seconds(entry, "published") or _seconds(entry, "created")
    return items.when(published, _seconds(entry, "updated"))


def _seconds(entry: dict[str, Any], key: str) -> int | None:
    parsed = _value(entry, f"{key}_parsed")
    try:
        return items.instant(calendar.timegm(parsed)) if isinstance(parsed, tuple) else None
    except (ValueError, OverflowError):
        return None


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
        value = html.unescape(_TAG.sub(" " if "</p>" in value else "", value))
    return line(value)
