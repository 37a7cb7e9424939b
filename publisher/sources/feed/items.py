"""What any format says of a feed and of its items, cleaned. Pure.

A value that makes no sense is none; it never costs the item, nor an item the feed.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urljoin

from msgspec import Struct

from publisher.config import Person, is_language, is_person_uri
from publisher.text.characters import legal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

T = TypeVar("T")

MAX_BYTES = 30_000_000  # of a whole feed
MAX_ITEMS = 20_000
# The years 1000 to 9998.
EARLIEST, LATEST = -30_610_224_000, 253_370_764_799
# No file is bigger, and no recording longer.
_MOST_BYTES, _MOST_SECONDS = 2**53, 10.0**7
NO_ID = "has no id and no link, so nobody can tell it from others"
TWICE = "has the id of an item before it, which readers take it for; it is not read"
NO_DATE = "has no date; readers would take it for new at every run"
ODD = "has elements or values that no feed has, and cannot be read; check the feed with a validator"

_BLANKS = re.compile(r"[ \t\r\n]+")
_BETWEEN = re.compile(r"\n\s*\n")
_MAIL = re.compile(r"[^\s@<>()]+@[^\s@<>()]+")
_WEB = ("http://", "https://")


class File(Struct, frozen=True, kw_only=True):
    """What an item encloses: bytes and seconds, where they are known."""

    href: str
    type: str | None = None
    length: int | None = None
    duration: float | None = None
    title: str | None = None


class FeedItem(Struct, frozen=True, kw_only=True):
    """One item of a feed. Dates are seconds since 1970; `body` is HTML."""

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


class Broken(Struct, frozen=True):
    """An item that cannot be read, and why. `is_gone`: nothing is concluded from its absence."""

    name: str
    reason: str
    is_gone: bool = True


class Channel(Struct, frozen=True, kw_only=True):
    """What a feed says of the site that it belongs to; empty where it says nothing."""

    title: str = ""
    link: str = ""
    description: str = ""
    language: str = ""


class Parsed(Struct, frozen=True, kw_only=True):
    """A feed: its items in its order, and those that cannot be read."""

    items: tuple[FeedItem, ...]
    broken: tuple[Broken, ...] = ()
    remark: str = ""
    channel: Channel = Channel()


def gathered(
    written: Iterable[T], read: Callable[[T], FeedItem | Broken], about: Channel, remark: str = ""
) -> Parsed:
    """Each read by itself. Of one id the first counts, as in readers."""
    items: dict[str, FeedItem] = {}
    broken: list[Broken] = []
    for one in (_unless_odd(one, read) for one in written):
        if isinstance(one, Broken):
            broken.append(one)
        elif one.id not in items and len(items) == MAX_ITEMS:
            remark = f"has more than {MAX_ITEMS:,} items; the others are not read"
            break
        elif one != items.setdefault(one.id, one):
            broken.append(Broken(one.id[:100], TWICE, is_gone=False))
    return Parsed(items=tuple(items.values()), broken=tuple(broken), remark=remark, channel=about)


def _unless_odd(one: T, read: Callable[[T], FeedItem | Broken]) -> FeedItem | Broken:
    """Whatever nobody foresaw of an item costs the feed no other."""
    try:
        return read(one)
    except Exception:  # feeds are written by others
        return Broken("an item", ODD)


def address_of(written: str) -> Person | None:
    """`ada@blog.example (Ada)` of RSS, or the other way round; None: there is no mail address."""
    found = _MAIL.search(written)
    if not found:
        return None
    name = line(written[: found.start()] + written[found.end() :]).strip(' ()<>,;:"')
    return person(name, found[0], "")


def when(published: int | None, updated: int | None) -> tuple[int, int] | None:
    """Both instants, if there is one: nothing is updated before it is published."""
    first = updated if published is None else published
    if first is None:
        return None
    return first, max(first, first if updated is None else updated)


def instant(seconds: float) -> int | None:
    """Seconds since 1970, if they are in a year that any zone can show."""
    return int(seconds) if EARLIEST <= seconds <= LATEST else None


def text(value: object) -> str:
    """What XML can carry of a text or a number; empty for everything else."""
    is_text = isinstance(value, str | int | float) and not isinstance(value, bool)
    return legal(str(value)) if is_text else ""


def line(value: object) -> str:
    """One line of a text or a number; empty for everything else."""
    return _BLANKS.sub(" ", text(value)).strip(" ")


def paragraphs(plain: str) -> str:
    """Plain text as HTML."""
    parts = _BETWEEN.split(html.escape(plain.strip(), quote=False))
    return "".join(f"<p>{part}</p>" for part in parts if part)


def page(base: str, *written: object) -> str:
    """The first of the addresses that is one of the web, in full; empty if none is."""
    absolute = (joined(base, one) for one in map(line, written) if one)
    return next(filter(is_web, absolute), "")


def is_web(address: str) -> bool:
    return address.startswith(_WEB)


def joined(base: str, written: str) -> str:
    """The address as seen from `base`; empty if it is none."""
    try:
        return urljoin(base, written)
    except ValueError:  # http://[
        return ""


def language(*written: object) -> str | None:
    """The first that is given, if it is a language (BCP 47)."""
    found = next(filter(None, map(line, written)), "")
    return found if is_language(found) else None


def size(value: object) -> int | None:
    """Bytes, of a number or its digits; None for none, and for what no file has."""
    number = _number(value)
    return int(number) if number and number < _MOST_BYTES else None


def seconds(value: object) -> float | None:
    """Of a number, or of `3723`, `62:03`, `1:02:03`."""
    parts = [_number(part) for part in line(value).split(":")]
    if len(parts) > 3 or None in parts:
        return None
    found = sum((part or 0.0) * 60.0**power for power, part in enumerate(reversed(parts)))
    return found if 0 < found < _MOST_SECONDS else None


def _number(value: object) -> float | None:
    digits = line(value)
    return float(digits) if re.fullmatch(r"\d{1,20}(?:\.\d{1,20})?", digits, re.ASCII) else None


def person(name: object, email: object, uri: object) -> Person | None:
    """Whoever has one of them."""
    name, email, uri = line(name), line(email), line(uri)
    called = name or email or uri
    if not called:
        return None
    return Person(
        name=called,
        email=email if _MAIL.fullmatch(email) else None,
        uri=uri if is_person_uri(uri) else None,
    )


def terms(found: Iterable[object]) -> tuple[str, ...]:
    """Each once."""
    return tuple(dict.fromkeys(filter(None, map(line, found))))
