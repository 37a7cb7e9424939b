"""Parse JSON Feed 1.0 and 1.1 (https://www.jsonfeed.org/version/1.1/)."""

from __future__ import annotations

import json
import re
from functools import partial
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from publisher.errors import ConfigError
from publisher.sources.feed import item_source, items
from publisher.sources.feed.items import Broken, Channel, FeedItem, File, Parsed, line
from publisher.text import feed_dates
from publisher.text.characters import legal, short_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from publisher.config import Person

# Numbers stay text: Python refuses an int of 5,000 digits, which would cost the whole feed.
_decoder = partial(json.JSONDecoder, parse_int=str, parse_float=str, parse_constant=str)
# A string, in which a comma is text; or a comma in front of the end of a list or an object.
_COMMA = re.compile(r'(?P<string>"(?:[^"\\]++|\\.)*+"?)|,(?=\s*+[\]}])', re.DOTALL)
VERSION = re.compile(rb'"version"\s*+:\s*+"https?:\\?/\\?/(?:www\.)?jsonfeed\.org\\?/version')


def parse(data: bytes, address: str, name: str) -> Parsed:
    """Parse the feed at the URL `address`. Raises ConfigError if it is not a JSON Feed."""
    document, fault = _document(data, name)
    version = document.get("version") if isinstance(document, dict) else None
    if "jsonfeed.org/version/" not in line(version) or not isinstance(document.get("items"), list):
        raise ConfigError(f"{name} is JSON, but not a JSON Feed; set posts.feed to a feed")
    about = Channel(
        title=line(document.get("title")),
        link=line(document.get("home_page_url")),
        description=line(document.get("description")),
        language=line(document.get("language")),
    )
    warning = f"is not valid JSON: {fault}" if fault else ""
    parsed = items.collected(
        document["items"], lambda item: _item(item, document, address), about, warning
    )
    given = [one for one in document["items"] if isinstance(one, dict)]
    return replace(
        parsed,
        link_ids=sum(not _id(one.get("id")) for one in given if _link(one, address)),
        has_contents=any(item.body for item in parsed.items),
    )


def _document(data: bytes, name: str) -> tuple[Any, str]:
    """The document, and its first fault if it had to be repaired. Raises ConfigError."""
    encoding = json.detect_encoding(data)
    try:
        return _decoder().decode(data.decode(encoding, "surrogatepass")), ""
    except (ValueError, RecursionError) as error:
        try:
            repaired = _repaired(data.decode(encoding, "replace"))
        except (ValueError, RecursionError):  # the first error names the place better
            where = f"{name}:{getattr(error, 'lineno', 1)}"
            raise ConfigError(
                f"{where}: the file is not JSON from here on; repair it, or set posts.feed to a "
                "feed"
            ) from error
        return repaired, short_line(str(error), items.LONGEST_REASON)


def _repaired(text: str) -> Any:
    """The document without control characters, trailing commas and what is around it.

    Raises ValueError and RecursionError.
    """
    text = _COMMA.sub(lambda match: match["string"] or "", legal(text))
    return _decoder(strict=False).raw_decode(text, max(text.find("{"), 0))[0]


def _item(item: Any, document: dict[str, Any], address: str) -> FeedItem | Broken:
    if not isinstance(item, dict):
        return Broken("an item", items.NO_ID)
    link = _link(item, address)
    ident = _id(item.get("id")) or link
    if not ident:
        return Broken(line(item.get("title"))[:100] or "an item", items.NO_ID)
    dates = item.get("date_published"), item.get("date_modified")
    instants = items.when(*map(_instant, dates))
    if instants is None:
        return items.without_instant(ident, *dates)
    image = line(item.get("image")) or line(item.get("banner_image"))
    return FeedItem(
        id=ident,
        link=link,
        title=line(item.get("title")),
        body=_body(item),
        base=link or address,
        published=instants[0],
        updated=instants[1],
        summary=line(item.get("summary")),
        authors=tuple(_authors(item) or _authors(document)),
        categories=items.terms(_listed(item.get("tags"))),
        language=items.language(item.get("language"), document.get("language")),
        enclosures=tuple(_attachments(item)),
        image=File(href=image) if image else None,
        source=item_source.of_json(item),
    )


def _link(item: dict[str, Any], address: str) -> str:
    return items.page(address, item.get("url"), item.get("external_url"))


def _id(value: object) -> str:
    """An id; a number becomes a string, as the standard says."""
    return line(value) if isinstance(value, str) else ""  # `parse` keeps numbers as strings


def _body(item: dict[str, Any]) -> str:
    body = item.get("content_html")
    if isinstance(body, str):
        return items.text(body)
    return items.paragraphs(items.text(item.get("content_text")))


def _listed(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else []


def _authors(part: dict[str, Any]) -> list[Person]:
    authors = (*_listed(part.get("authors")), part.get("author"))  # `author` is of version 1.0
    return [
        person
        for author in authors
        if isinstance(author, dict)
        and (person := items.person(author.get("name"), author.get("email"), author.get("url")))
    ]


def _attachments(item: dict[str, Any]) -> Iterator[File]:
    for attachment in _listed(item.get("attachments")):
        if isinstance(attachment, dict) and (href := line(attachment.get("url"))):
            yield File(
                href=href,
                type=line(attachment.get("mime_type")) or None,
                length=items.size(attachment.get("size_in_bytes")),
                duration=items.seconds(attachment.get("duration_in_seconds")),
                title=line(attachment.get("title")) or None,
            )


def _instant(value: Any) -> int | None:
    return items.instant(feed_dates.seconds(line(value)))
