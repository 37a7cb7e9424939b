"""JSON Feed 1.0 and 1.1 -> items."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

from publisher.errors import ConfigError
from publisher.sources.feed import items
from publisher.sources.feed.items import Broken, Channel, FeedItem, File, Parsed, line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from publisher.config import Person


def parse(data: bytes, address: str, name: str) -> Parsed:
    """The feed at `address`. Raises ConfigError if it is none."""
    try:
        # Numbers stay as they are written: 5,000 digits are no reason to read nothing.
        document = json.loads(data, parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{name} is no JSON: {error}; name a feed in posts.feed") from error
    version = document.get("version") if isinstance(document, dict) else None
    if "jsonfeed.org/version/" not in line(version) or not isinstance(document.get("items"), list):
        raise ConfigError(f"{name} is JSON, but no JSON Feed; name a feed in posts.feed")
    about = Channel(
        title=line(document.get("title")),
        link=line(document.get("home_page_url")),
        description=line(document.get("description")),
        language=line(document.get("language")),
    )
    return items.gathered(document["items"], lambda one: _item(one, document, address), about)


def _item(found: Any, document: dict[str, Any], address: str) -> FeedItem | Broken:
    if not isinstance(found, dict):
        return Broken("an item", items.NO_ID)
    link = items.page(address, found.get("url"), found.get("external_url"))
    ident = _id(found.get("id")) or link
    if not ident:
        return Broken(line(found.get("title"))[:100] or "an item", items.NO_ID)
    instants = items.when(
        _instant(found.get("date_published")), _instant(found.get("date_modified"))
    )
    if instants is None:
        return Broken(ident[:100], items.NO_DATE)
    image = line(found.get("image")) or line(found.get("banner_image"))
    return FeedItem(
        id=ident,
        link=link,
        title=line(found.get("title")),
        body=_body(found),
        base=link or address,
        published=instants[0],
        updated=instants[1],
        summary=line(found.get("summary")),
        authors=tuple(_authors(found) or _authors(document)),
        categories=items.terms(_listed(found.get("tags"))),
        language=items.language(found.get("language"), document.get("language")),
        enclosures=tuple(_attachments(found)),
        image=File(href=image) if image else None,
    )


def _id(given: object) -> str:
    """A string, or a number, which the standard makes one of."""
    return line(given) if isinstance(given, str) else ""


def _body(found: dict[str, Any]) -> str:
    body = found.get("content_html")
    if isinstance(body, str):
        return items.text(body)
    return items.paragraphs(items.text(found.get("content_text")))


def _listed(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else []


def _authors(part: dict[str, Any]) -> list[Person]:
    found = (*_listed(part.get("authors")), part.get("author"))
    return [
        made
        for one in found
        if isinstance(one, dict)
        and (made := items.person(one.get("name"), one.get("email"), one.get("url")))
    ]


def _attachments(found: dict[str, Any]) -> Iterator[File]:
    for one in _listed(found.get("attachments")):
        if isinstance(one, dict) and (href := line(one.get("url"))):
            yield File(
                href=href,
                type=line(one.get("mime_type")) or None,
                length=items.size(one.get("size_in_bytes")),
                duration=items.seconds(one.get("duration_in_seconds")),
                title=line(one.get("title")) or None,
            )


def _instant(value: Any) -> int | None:
    try:
        found = dt.datetime.fromisoformat(line(value))
        aware = found if found.tzinfo else found.replace(tzinfo=dt.UTC)
        return items.instant(aware.timestamp())
    except (ValueError, OverflowError):
        return None
