"""Atom and RSS, as feedparser reads them -> items. Its only importer."""

from __future__ import annotations

import calendar
import html
import io
import re
from typing import TYPE_CHECKING, Any

from publisher.characters import legal
from publisher.errors import ConfigError
from publisher.sources.syndication import items
from publisher.sources.syndication.items import Broken, Channel, File, Item, Parsed, line

if TYPE_CHECKING:
    import time
    from collections.abc import Iterator

_TAG = re.compile(r"<[^<>]*>")
_END = re.compile(rb"</(?:[\w.-]+:)?(?:entry|item)\s*>", re.IGNORECASE)
_REFERENCE = re.compile(rb"&#(?:[xX]([0-9a-fA-F]++)|([0-9]++));?")


def parse(data: bytes, address: str, kind: str, name: str) -> Parsed:
    """The feed at `address`, of the content type `kind`. Raises ConfigError if it is none."""
    import feedparser  # noqa: PLC0415 - few need it

    headers = {"content-location": address, "content-type": kind or "application/xml"}
    try:
        found = feedparser.parse(
            io.BytesIO(_REFERENCE.sub(_carried, data)),
            response_headers=headers,
            resolve_relative_uris=False,
            sanitize_html=False,
        )
    except (ValueError, LookupError) as error:
        raise ConfigError(f"{name} cannot be read as a feed: {error}; mend it") from error
    if not found.get("version"):
        reason = f": {found.bozo_exception}" if found.get("bozo") else ""
        raise ConfigError(f"{name} is no feed{reason}; name one of Atom, RSS or JSON Feed")
    # What HTTP says of the encoding is wrong more often than right, and is not used then.
    odd = (feedparser.CharacterEncodingOverride, feedparser.NonXMLContentType)
    is_broken = found.bozo and not isinstance(found.bozo_exception, odd)
    remark = f"is not well-formed: {found.bozo_exception}" if is_broken else ""
    about = Channel(
        title=_text(found.feed.get("title_detail")),
        link=_page(found.feed, address),
        description=_text(found.feed.get("subtitle_detail")),
        language=line(found.feed.get("language")),
    )
    # Of what stops half-way, the last item may be a half.
    whole = found.entries[: _ended(data)] if is_broken else found.entries
    read = (_item(entry, found.feed, address) for entry in whole)
    return items.gathered(read, about, remark)


def _ended(data: bytes) -> int:
    """How many items have their end."""
    return len(_END.findall(data.replace(b"\0", b"")))


def _carried(reference: re.Match[bytes]) -> bytes:
    """A reference to a character, if XML can carry it: feedparser 6.0.14 fails at others."""
    hexadecimal, decimal = reference.groups()
    digits = (hexadecimal or decimal).lstrip(b"0")
    code = int(digits or b"0", 16 if hexadecimal else 10) if len(digits) < 8 else 0
    return reference[0] if 0 < code < 0x11_0000 and legal(chr(code)) == chr(code) else b""


def _item(entry: Any, channel: Any, address: str) -> Item | Broken:
    link = _page(entry, address)
    title = _text(entry.get("title_detail"))
    ident = line(entry.get("id")) or link
    name = (ident or title or "an item")[:100]
    if not ident:
        return Broken(name, items.NO_ID)
    instants = _instants(entry)
    if instants is None:
        return Broken(name, items.NO_DATE)
    body, base, language = _content(entry)
    return Item(
        id=ident,
        link=link,
        title=title,
        body=body,
        base=base if base not in {"", address} else link or address,
        published=instants[0],
        updated=instants[1],
        summary=_text(entry.get("summary_detail")) if entry.get("content") else "",
        authors=tuple(
            made
            for one in entry.get("authors") or channel.get("authors") or ()
            if (made := items.person(one.get("name"), one.get("email"), one.get("href")))
        ),
        categories=items.terms(tag.get("term") for tag in entry.get("tags", ())),
        language=items.language(entry.get("language"), language, channel.get("language")),
        enclosures=tuple(_enclosures(entry).values()),
        image=_image(entry),
    )


def _instants(entry: Any) -> tuple[int, int] | None:
    published = _seconds(entry.get("published_parsed") or entry.get("created_parsed"))
    # feedparser gives `published` in its place, with a warning.
    return items.when(published, _seconds(dict.get(entry, "updated_parsed")))


def _seconds(parsed: time.struct_time | None) -> int | None:
    try:
        return items.instant(calendar.timegm(parsed)) if parsed else None
    except (ValueError, OverflowError):
        return None


def _page(entry: Any, address: str) -> str:
    """The first alternate that is a page; never the feed's own address."""
    links = [one for one in entry.get("links", ()) if one.get("rel") == "alternate"]
    return items.page(address, *(one.get("href") for one in links), entry.get("link"))


def _content(entry: Any) -> tuple[str, str, str]:
    """The fullest HTML, its base, its language."""
    contents = [*entry.get("content", ())]
    if entry.get("summary_detail"):
        contents.append(entry.summary_detail)
    rich = [one for one in contents if "html" in (one.get("type") or "")]
    for one in (*rich, *contents):
        value = legal(one.get("value") or "")
        if value.strip():
            # feedparser 6.0.14: of XHTML it writes `<br></br>`, which is two of them in HTML.
            body = value.replace("></br>", ">") if one in rich else items.paragraphs(value)
            return body, one.get("base") or "", one.get("language") or ""
    return "", "", ""


def _enclosures(entry: Any) -> dict[str, File]:
    """By address; what Media RSS says of a recording completes what its enclosure says."""
    files: dict[str, File] = {}
    seconds = items.seconds(entry.get("itunes_duration"))
    for one in entry.get("enclosures", ()):
        if href := line(one.get("href")):
            files[href] = File(
                href=href,
                type=line(one.get("type")) or None,
                length=items.size(one.get("length")),
                duration=seconds,
                title=line(one.get("title")) or None,
            )
    for href, one in _recordings(entry):
        known = files.get(href) or File(href=href)
        files[href] = File(
            href=href,
            type=line(one.get("type")) or known.type,
            length=items.size(one.get("filesize")) or known.length,
            duration=items.seconds(one.get("duration")) or seconds,
            title=known.title,
        )
    return files


def _recordings(entry: Any) -> Iterator[tuple[str, Any]]:
    for one in entry.get("media_content", ()):
        kind = line(one.get("type") or one.get("medium"))
        if (href := line(one.get("url"))) and kind.startswith(("audio", "video")):
            yield href, one


def _image(entry: Any) -> File | None:
    pictures = [
        one
        for one in entry.get("media_content", ())
        if one.get("medium") == "image" or "image/" in (one.get("type") or "")
    ]
    for one in (*pictures, *entry.get("media_thumbnail", ())):
        if href := line(one.get("url")):
            return File(href=href, type=line(one.get("type")) or None)
    href = line(entry.get("image", {}).get("href"))
    return File(href=href) if href else None


def _text(detail: Any) -> str:
    """One line of plain text."""
    if not detail:
        return ""
    value = str(detail.get("value") or "")
    if "html" in (detail.get("type") or ""):
        value = html.unescape(_TAG.sub(" " if "</p>" in value else "", value))
    return line(value)
