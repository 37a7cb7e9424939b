"""Atom and RSS, as feedparser reads them -> items. Its only importer.

Refuses to rely on it: what it does not know it puts beside what it makes of the others, under names
of its own, and at some elements it fails. So each value counts only if it has the right shape.
"""

from __future__ import annotations

import calendar
import contextlib
import html
import io
import re
from typing import TYPE_CHECKING, Any

from publisher.errors import ConfigError
from publisher.sources.feed import items, unread_elements
from publisher.sources.feed.items import Broken, Channel, FeedItem, File, Parsed, line
from publisher.text.characters import legal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.config import Person

_RSS = re.compile(rb"<(?:\w+:)?(?:rss|RDF)[\s>]", re.IGNORECASE)
_HEAD = 10_000
_TAG = re.compile(r"<[^<>]*>")
_END = re.compile(rb"</(?:[\w.-]+:)?(?:entry|item)\s*>", re.IGNORECASE)
_REFERENCE = re.compile(rb"&#(?:[xX]([0-9a-fA-F]++)|([0-9]++));?")


def parse(data: bytes, address: str, kind: str, name: str) -> Parsed:
    """The feed at `address`, of the content type `kind`. Raises ConfigError if it is none."""
    import feedparser  # noqa: PLC0415 - few need it

    found = _found(data, address, kind, name)
    bozo = found.get("bozo_exception")
    if not found.get("version"):
        reason = f": {bozo}" if bozo else ""
        raise ConfigError(f"{name} is no feed{reason}; name one of Atom, RSS or JSON Feed")
    channel = _map(found.get("feed"))
    about = Channel(
        title=_text(_detail(channel, "title")),
        link=_page(channel, address),
        description=_text(_detail(channel, "subtitle")),
        language=line(_value(channel, "language")),
    )
    # What HTTP says of the encoding is wrong more often than right, and is not used then.
    odd = (feedparser.CharacterEncodingOverride, feedparser.NonXMLContentType)
    is_broken = bozo is not None and not isinstance(bozo, odd)
    remark = f"is not well-formed: {bozo}" if is_broken else ""
    entries = _maps(found.get("entries"))
    # Of what stops half-way, the last item may be a half.
    whole = entries[: _ended(data)] if is_broken else entries
    is_rss = line(found.get("version")).startswith("rss")
    return items.gathered(
        whole, lambda entry: _item(entry, channel, address, is_rss=is_rss), about, remark
    )


def _found(data: bytes, address: str, kind: str, name: str) -> dict[str, Any]:
    """What feedparser makes of it, if need be without what it fails at. Raises ConfigError."""
    data = _REFERENCE.sub(_carried, data)
    with contextlib.suppress(Exception):  # it raises what Python does, at elements in odd places
        return _parsed(data, address, kind or "application/xml")
    try:
        data, fault = unread_elements.alone(data)
        found = _parsed(data, address, "application/xml; charset=utf-8")
    except Exception as error:
        raise ConfigError(
            f"{name} has elements that no feed has, and cannot be read; check it with a validator"
        ) from error
    return {**found, "bozo_exception": fault} if fault else found


def _parsed(data: bytes, address: str, kind: str) -> dict[str, Any]:
    import feedparser  # noqa: PLC0415

    # The guid of an item of RSS is no address, and feedparser would make one of it.
    base = "" if _RSS.search(data[:_HEAD]) else address
    found: dict[str, Any] = feedparser.parse(
        io.BytesIO(data),
        response_headers={"content-location": base, "content-type": kind},
        resolve_relative_uris=False,
        sanitize_html=False,
    )
    return found


def _value(part: dict[str, Any], key: str) -> Any:
    """As it is kept: what feedparser works out on the way fails where others are odd."""
    return dict.get(part, key)


def _map(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _maps(value: object) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _detail(part: dict[str, Any], key: str) -> dict[str, Any]:
    """A text with its type, base and language; where these are lost plain text."""
    return _map(_value(part, f"{key}_detail")) or {"value": _value(part, key)}


def _ended(data: bytes) -> int:
    """How many items have their end."""
    return len(_END.findall(data.replace(b"\0", b"")))


def _carried(reference: re.Match[bytes]) -> bytes:
    """A reference to a character, if XML can carry it: feedparser 6.0.14 fails at others."""
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
        return Broken(name, items.NO_DATE)
    contents = [one for one in _maps(_value(entry, "content")) if _is_text(one)]
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
    """And not a document of another kind, in base64, or elsewhere."""
    kind = line(_value(content, "type"))
    return "html" in kind or kind.startswith("text") or not kind


def _authors(part: dict[str, Any], *, is_rss: bool) -> list[Person]:
    """feedparser 6.0.14 knows endings of mail addresses of four letters at most."""
    listed = _maps(_value(part, "authors"))
    if is_rss and len(listed) < 2 and (one := items.address_of(line(_value(part, "author")))):
        return [one]
    found = (
        items.person(*(_value(one, key) for key in ("name", "email", "href"))) for one in listed
    )
    return [*filter(None, found)]


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
    """The first alternate that is a page; never the feed's own address."""
    links = [_value(one, "href") for one in _links(part, "alternate")]
    if (link := line(_value(part, "link"))) != line(_value(part, "id")) or items.is_web(link):
        links.append(link)  # else it is a guid that does not say that it is no address
    return items.page(address, *links)


def _links(part: dict[str, Any], relation: str) -> list[dict[str, Any]]:
    return [one for one in _maps(_value(part, "links")) if _value(one, "rel") == relation]


def _fullest(contents: list[dict[str, Any]]) -> tuple[str, str, str]:
    """HTML, its base, its language; of the first that has any text, HTML before plain text."""
    rich = [one for one in contents if "html" in line(_value(one, "type"))]
    for one in (*rich, *contents):
        value = items.text(_value(one, "value"))
        if value.strip():
            # feedparser 6.0.14: of XHTML it writes `<br></br>`, which is two of them in HTML.
            body = value.replace("></br>", ">") if one in rich else items.paragraphs(value)
            return body, line(_value(one, "base")), line(_value(one, "language"))
    return "", "", ""


def _enclosures(entry: dict[str, Any]) -> dict[str, File]:
    """By address; what Media RSS says of a recording completes what its enclosure says."""
    files: dict[str, File] = {}
    seconds = items.seconds(_value(entry, "itunes_duration"))
    for one in _links(entry, "enclosure"):
        if href := line(_value(one, "href")):
            files[href] = File(
                href=href,
                type=line(_value(one, "type")) or None,
                length=items.size(_value(one, "length")),
                duration=seconds,
                title=line(_value(one, "title")) or None,
            )
    for href, one in _recordings(entry):
        given = files.get(href) or File(href=href)
        files[href] = File(
            href=href,
            type=line(_value(one, "type")) or given.type,
            length=items.size(_value(one, "filesize")) or given.length,
            duration=items.seconds(_value(one, "duration")) or seconds,
            title=given.title,
        )
    return files


def _recordings(entry: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for one in _maps(_value(entry, "media_content")):
        kind = line(_value(one, "type")) or line(_value(one, "medium"))
        if (href := line(_value(one, "url"))) and kind.startswith(("audio", "video")):
            yield href, one


def _image(entry: dict[str, Any]) -> File | None:
    pictures = [
        one
        for one in _maps(_value(entry, "media_content"))
        if _value(one, "medium") == "image" or "image/" in line(_value(one, "type"))
    ]
    for one in (*pictures, *_maps(_value(entry, "media_thumbnail"))):
        if href := line(_value(one, "url")):
            return File(href=href, type=line(_value(one, "type")) or None)
    href = line(_value(_map(_value(entry, "image")), "href"))
    return File(href=href) if href else None


def _text(detail: dict[str, Any]) -> str:
    """One line of plain text."""
    value = items.text(_value(detail, "value"))
    if "html" in line(_value(detail, "type")):
        value = html.unescape(_TAG.sub(" " if "</p>" in value else "", value))
    return line(value)
