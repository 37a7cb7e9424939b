"""The items of a feed, whatever its format, and functions that clean their values. Pure.

An invalid value is left out, and a broken item is reported: a fault never costs more than the part
that has it.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urljoin

from msgspec import Struct
from msgspec.structs import replace

from publisher.config import Person, is_language, is_person_uri
from publisher.text.characters import legal, short_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from publisher.post import EarlierReadings

T = TypeVar("T")

MAX_BYTES = 30_000_000  # of a whole feed
MAX_ITEMS = 20_000
# Seconds since 1970 of the years 1000 to 9998, which every zone can show.
EARLIEST, LATEST = -30_610_224_000, 253_370_764_799
# Larger values are certainly wrong.
_DATE_LENGTH = 60
_MOST_BYTES, _MOST_SECONDS = 2**53, 10.0**7
LONGEST_REASON = 200  # characters of a parser's error, which may quote the feed
LINK_IDS = (
    "{count} no id, so publisher uses {links}; if a link changes, readers will see the post as new"
)
NO_ID = "has neither id nor link, so it cannot be told from other items"
TWICE = "has the same id as an earlier item, so readers would show only one; it is not read"
ODD = "has elements or values that no feed may have; check the feed with a validator"

_BLANKS = re.compile(r"[ \t\r\n]+")
_BETWEEN = re.compile(r"\n\s*\n")
_MAIL = re.compile(r"[^\s@<>()]+@[^\s@<>()]+")
_WEB = ("http://", "https://")


class File(Struct, frozen=True, kw_only=True):
    """An enclosure of an item, with its length in bytes and its duration in seconds if known."""

    href: str
    type: str | None = None
    length: int | None = None
    duration: float | None = None
    title: str | None = None


class FeedItem(Struct, frozen=True, kw_only=True):
    """One item of a feed. Dates are seconds since 1970; `body` is HTML.

    `source` is that of a Post; empty in the memory of an older version.
    """

    id: str
    link: str
    title: str
    body: str
    base: str
    published: int
    updated: int
    summary: str = ""
    authors: tuple[Person, ...] = ()
    categories: tuple[str, ...] = ()
    language: str | None = None
    enclosures: tuple[File, ...] = ()
    image: File | None = None
    source: str = ""


class Broken(Struct, frozen=True):
    """An item that cannot be read, and the reason. `id` is its id if it has one.

    `is_gone` means that a post is missing because of it: then nothing may be concluded from the
    absence of an item.
    """

    name: str
    reason: str
    is_gone: bool = True
    id: str = ""


class Channel(Struct, frozen=True, kw_only=True):
    """The metadata of a feed about its site; a missing value is empty."""

    title: str = ""
    link: str = ""
    description: str = ""
    language: str = ""


class Parsed(Struct, frozen=True, kw_only=True):
    """A parsed feed: its items in their order, and the broken ones. `warning` is a warning.

    `ids` are the ids of both in the order of the feed.
    `link_ids` is how many items have no id, so that their link is their id.
    `has_contents` tells whether any item has a content, and not only a summary or description.
    `earlier` returns, by the ids of the items, what earlier versions of publisher made of them.
    """

    items: tuple[FeedItem, ...]
    broken: tuple[Broken, ...] = ()
    ids: tuple[str, ...] = ()
    warning: str = ""
    channel: Channel = Channel()
    link_ids: int = 0
    has_contents: bool = False
    earlier: Callable[[], Mapping[str, EarlierReadings]] = dict


def collected(
    written: Iterable[T], read: Callable[[T], FeedItem | Broken], about: Channel, warning: str = ""
) -> Parsed:
    """Read each item with `read`. Of several items with one id the first counts, as in readers."""
    items: dict[str, FeedItem] = {}
    broken: list[Broken] = []
    ids: dict[str, None] = {}
    for item in (_item_or_broken(part, read) for part in written):
        ids[item.id] = None
        if isinstance(item, Broken):
            broken.append(item)
        elif item.id not in items and len(items) == MAX_ITEMS:
            warning = f"has more than {MAX_ITEMS:,} items; the others are not read"
            break
        elif not _is_same(item, items.setdefault(item.id, item)):
            broken.append(Broken(item.id[:100], TWICE, is_gone=False, id=item.id))
    return Parsed(
        items=tuple(items.values()),
        broken=tuple(broken),
        ids=tuple(filter(None, ids)),
        warning=warning,
        channel=about,
    )


def _is_same(one: FeedItem, other: FeedItem) -> bool:
    return replace(one, source="") == replace(other, source="")


def _item_or_broken(part: T, read: Callable[[T], FeedItem | Broken]) -> FeedItem | Broken:
    try:
        return read(part)
    except Exception:  # an unforeseen fault in an item must not cost the other items
        return Broken("an item", ODD)


def person_of_mailbox(written: str) -> Person | None:
    """The person in an author element of RSS, `ada@blog.example (Ada)` or `Ada <ada@...>`.

    None if there is no email address in it.
    """
    match = _MAIL.search(written)
    if not match:
        return None
    name = line(written[: match.start()] + written[match.end() :]).strip(' ()<>,;:"')
    return person(name, match[0], "")


def when(published: int | None, updated: int | None) -> tuple[int, int] | None:
    """The instants (published, updated), each in place of the other if it is missing, else None.

    `updated` is never earlier than `published`.
    """
    first = updated if published is None else published
    if first is None:
        return None
    return first, max(first, first if updated is None else updated)


def without_instant(ident: str, *written: object) -> Broken:
    """The item with this id, none of whose dates can be read; `written` are the dates."""
    date = next(filter(None, map(line, written)), "")
    unread = f"its date '{short_line(date, _DATE_LENGTH)}' cannot be read"
    fault = unread if date else "has no date"
    reason = f"{fault}; readers would show it as new after every run"
    return Broken(ident[:100], reason, id=ident)


def instant(seconds: int | None) -> int | None:
    """Seconds since 1970; None outside of the years that every zone can show."""
    return seconds if seconds is not None and EARLIEST <= seconds <= LATEST else None


def text(value: object) -> str:
    """A text or a number as a string that XML can carry; empty for any other value."""
    is_text = isinstance(value, str | int | float) and not isinstance(value, bool)
    return legal(str(value)) if is_text else ""


def line(value: object) -> str:
    """A text or a number on one line; empty for any other value."""
    return _BLANKS.sub(" ", text(value)).strip(" ")


def paragraphs(plain: str) -> str:
    """Plain text as HTML paragraphs, which blank lines separate."""
    parts = _BETWEEN.split(html.escape(plain.strip(), quote=False))
    return "".join(f"<p>{part}</p>" for part in parts if part)


def page(base: str, *written: object) -> str:
    """The first of the values that is an http or https URL, resolved against `base`, else empty."""
    absolute = (joined(base, url) for url in map(line, written) if url)
    return next(filter(is_http_url, absolute), "")


def is_http_url(address: str) -> bool:
    return address.startswith(_WEB)


def joined(base: str, written: str) -> str:
    """The URL resolved against `base`; empty if it is invalid."""
    try:
        return urljoin(base, written)
    except ValueError:  # http://[
        return ""


def language(*written: object) -> str | None:
    """The first value that is not empty, if it is a BCP 47 tag, else None."""
    tag = next(filter(None, map(line, written)), "")
    return tag if is_language(tag) else None


def size(value: object) -> int | None:
    """A number of bytes, from a number or its digits; None if missing, 0 or impossible."""
    number = _number(value)
    return int(number) if number and number < _MOST_BYTES else None


def seconds(value: object) -> float | None:
    """A duration in seconds, from a number or from `3723`, `62:03`, `1:02:03`, else None."""
    parts = [_number(part) for part in line(value).split(":")]
    if len(parts) > 3 or None in parts:
        return None
    total = sum((part or 0.0) * 60.0**power for power, part in enumerate(reversed(parts)))
    return total if 0 < total < _MOST_SECONDS else None


def _number(value: object) -> float | None:
    digits = line(value)
    return float(digits) if re.fullmatch(r"\d{1,20}(?:\.\d{1,20})?", digits, re.ASCII) else None


def person(name: object, email: object, uri: object) -> Person | None:
    """A person, named by the email or the URI if there is no name; None if all are empty."""
    name, email, uri = line(name), line(email), line(uri)
    display_name = name or email or uri
    if not display_name:
        return None
    return Person(
        name=display_name,
        email=email if _MAIL.fullmatch(email) else None,
        uri=uri if is_person_uri(uri) else None,
    )


def terms(values: Iterable[object]) -> tuple[str, ...]:
    """The terms of categories, without repetitions."""
    return tuple(dict.fromkeys(filter(None, map(line, values))))
