"""A feed as a source: Atom, RSS or JSON Feed, a file or an address -> posts.

Ids, dates, content and what is enclosed are the feed's. What falls off its end is remembered, so
that it is no retraction; what vanishes between others is gone. The only importer of feedparser.
"""

from __future__ import annotations

import calendar
import datetime as dt
import hashlib
import html
import io
import re
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

import msgspec
from msgspec import Struct

from publisher import fetch
from publisher.config import Person, is_address, is_person_uri
from publisher.errors import ConfigError
from publisher.sources.post import Medium, Post, Reading, Remark, Skip

if TYPE_CHECKING:
    import time
    from collections.abc import Iterator, Sequence

    from publisher.config import Config, Site

MAX_ITEMS = 20_000
# The years 1000 to 9998.
EARLIEST, LATEST = -30_610_224_000, 253_370_764_799
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")
_NOT_IN_ID = re.compile(r"[^A-Za-z0-9._~-]+")
_MINTED = re.compile(r"tag:([^,:]+),\d{4}(?:-\d\d){0,2}:([A-Za-z0-9._~-]{8,100})")
_DATED = re.compile(r"\d{4}-\d{2}-\d{2}(?=-|$)", re.ASCII)
_LANGUAGE = re.compile("[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")


class File(Struct, frozen=True, kw_only=True):
    """What an item encloses."""

    href: str
    type: str | None = None
    length: int | None = None
    duration: float | None = None
    title: str | None = None


class Item(Struct, frozen=True, kw_only=True):
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


class Channel(Struct, frozen=True, kw_only=True):
    """What a feed says of the site that it belongs to; empty where it says nothing."""

    title: str = ""
    link: str = ""
    description: str = ""
    language: str = ""


class Parsed(Struct, frozen=True, kw_only=True):
    """A feed: its items, and those that cannot be read, with the reason."""

    items: tuple[Item, ...]
    broken: tuple[tuple[str, str], ...] = ()
    remark: str = ""
    channel: Channel = Channel()


def read(config: Config, *, now: dt.datetime) -> Reading:
    """The posts of the configured feed; those dated after `now` are skipped.

    Raises ConfigError if it is no feed, Unavailable if it cannot be had now.
    """
    source = config.posts.feed or ""
    parsed = parse(*_document(source, config.state / "source", config.site.root), source)
    items = parsed.items if config.posts.complete else _remembered(parsed, config, source)
    posts: list[Post] = []
    skipped = [Skip(PurePosixPath(name), why, broken=True) for name, why in parsed.broken]
    if parsed.remark and config.posts.complete:  # who knows what else was in it
        skipped.append(Skip(PurePosixPath(), parsed.remark, broken=True))
    for item in items:
        post = _post(item, config.site)
        if post.published > now:
            reason = f"scheduled for {post.published.isoformat().replace('+00:00', 'Z')}"
            skipped.append(Skip(post.path, reason, status="future", post=post))
        else:
            posts.append(post)
    posts.sort(key=lambda post: post.path)
    skipped.sort(key=lambda skip: skip.path)
    told = parsed.remark and not config.posts.complete
    warnings = (Remark(PurePosixPath(), 1, parsed.remark),) if told else ()
    return Reading(tuple(posts), tuple(skipped), warnings)


def channel(source: str, cache: Path) -> Channel:
    """What a feed says of its site. Raises ConfigError, Unavailable."""
    return parse(*_document(source, cache, ""), source).channel


def _document(source: str, cache: Path, root: str) -> tuple[bytes, str, str]:
    """The bytes, where addresses in them start (of a file: at `root`), and their type."""
    if is_address(source):
        document = fetch.fetch(source, cache)
        return document.body, document.url, document.type
    file = Path(source)
    try:
        if file.stat().st_size > fetch.MAX_BYTES:
            raise ConfigError(f"{file}: has more than {fetch.MAX_BYTES:,} bytes")
        return file.read_bytes(), root, ""
    except OSError as error:
        raise ConfigError(
            f"{file}: cannot be read: {error.strerror}; name a feed, or its address, in posts.feed"
        ) from error


def parse(data: bytes, address: str, kind: str = "", name: str = "") -> Parsed:
    """The items of a feed in any format. Raises ConfigError if it is none."""
    name = name or address
    if "json" in kind or data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        return _json(data, address, name)
    import feedparser  # noqa: PLC0415 - few need it

    headers = {"content-location": address, "content-type": kind or "application/xml"}
    found = feedparser.parse(
        io.BytesIO(data), response_headers=headers, resolve_relative_uris=False, sanitize_html=False
    )
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
        language=_line(found.feed.get("language")),
    )
    items = (_of_entry(entry, found.feed, address) for entry in found.entries)
    return _gathered(items, about, remark)


class _Broken(Struct, frozen=True):
    name: str
    reason: str


def _gathered(found: Iterator[Item | _Broken], about: Channel, remark: str = "") -> Parsed:
    """Of one id the first counts, as in readers."""
    items: dict[str, Item] = {}
    broken: list[tuple[str, str]] = []
    for one in found:
        if isinstance(one, _Broken):
            broken.append((one.name, one.reason))
        else:
            items.setdefault(one.id, one)
        if len(items) > MAX_ITEMS:
            remark = f"has more than {MAX_ITEMS} items; the others are not read"
            break
    return Parsed(items=tuple(items.values()), broken=tuple(broken), remark=remark, channel=about)


# --- Atom and RSS ---


def _of_entry(entry: Any, channel: Any, address: str) -> Item | _Broken:
    link = _page(entry, address)
    ident = str(entry.get("id") or link or "").strip()
    title = _text(entry.get("title_detail"))
    name = (ident or title or "an item")[:100]
    if not ident:
        return _Broken(name, "has no id and no link, so nobody can tell it from others")
    published = _seconds(entry.get("published_parsed") or entry.get("created_parsed"))
    # feedparser gives `published` in its place, with a warning.
    updated = _seconds(dict.get(entry, "updated_parsed"))
    if published is None and updated is None:
        return _Broken(name, "has no date; readers would take it for new at every run")
    published = published if published is not None else (updated or 0)
    body, base, language = _content(entry)
    summary = _text(entry.get("summary_detail")) if entry.get("content") else ""
    authors = entry.get("authors") or channel.get("authors") or ()
    own = _LANGUAGE.fullmatch(entry.get("language") or language or channel.get("language") or "")
    return Item(
        id=ident,
        link=link,
        title=title,
        body=body,
        base=base if base not in {"", address} else link or address,
        published=published,
        updated=max(updated or published, published),
        summary=summary,
        authors=tuple(filter(None, map(_person, authors))),
        categories=tuple(
            dict.fromkeys(term for tag in entry.get("tags", ()) if (term := _line(tag.get("term"))))
        ),
        language=own[0] if own else None,
        enclosures=_enclosures(entry),
        image=_image(entry),
    )


def _page(entry: Any, address: str) -> str:
    """The first alternate that is a page; never the feed's own address."""
    links = [one for one in entry.get("links", ()) if one.get("rel") == "alternate"]
    addresses = [one.get("href", "") for one in links] + [entry.get("link") or ""]
    absolute = [urljoin(address, one) for one in addresses if one]
    return next((one for one in absolute if one.startswith(("http://", "https://"))), "")


def _content(entry: Any) -> tuple[str, str, str]:
    """The fullest HTML, its base, its language."""
    contents = [*entry.get("content", ())]
    if entry.get("summary_detail"):
        contents.append(entry.summary_detail)
    rich = [one for one in contents if "html" in (one.get("type") or "")]
    for one in (*rich, *contents):
        value = one.get("value") or ""
        if value.strip():
            # feedparser 6.0.14: of XHTML it writes `<br></br>`, which is two of them in HTML.
            body = value.replace("></br>", ">") if one in rich else _paragraphs(value)
            return body, one.get("base") or "", one.get("language") or ""
    return "", "", ""


def _paragraphs(text: str) -> str:
    parts = re.split(r"\n\s*\n", html.escape(text.strip(), quote=False))
    return "".join(f"<p>{part}</p>" for part in parts if part)


def _enclosures(entry: Any) -> tuple[File, ...]:
    files: dict[str, File] = {}
    seconds = _clock(str(entry.get("itunes_duration") or ""))
    for one in entry.get("enclosures", ()):
        if href := one.get("href"):
            length = str(one.get("length") or "")
            files[href] = File(
                href=href,
                type=one.get("type"),
                length=int(length) if length.isdecimal() and int(length) > 0 else None,
                duration=seconds,
                title=one.get("title"),
            )
    for one in entry.get("media_content", ()):
        href, kind = _line(one.get("url")), _line(one.get("type") or one.get("medium"))
        if href and kind.startswith(("audio", "video")):
            size = _line(one.get("filesize"))
            known = files.get(href) or File(href=href)
            files[href] = File(
                href=href,
                type=_line(one.get("type")) or known.type,
                length=int(size) if size.isdecimal() else known.length,
                duration=_clock(_line(one.get("duration"))) or seconds,
                title=known.title,
            )
    return tuple(files.values())


def _image(entry: Any) -> File | None:
    pictures = [
        one
        for one in entry.get("media_content", ())
        if one.get("url") and (one.get("medium") == "image" or "image/" in (one.get("type") or ""))
    ]
    found = next(iter([*pictures, *entry.get("media_thumbnail", ())]), None)
    if found:
        return File(href=found["url"], type=found.get("type"))
    href = entry.get("image", {}).get("href")
    return File(href=href) if href else None


def _clock(text: str) -> float | None:
    """`3723`, `62:03`, `1:02:03`."""
    parts = text.split(":")
    if not text or len(parts) > 3 or not all(re.fullmatch(r"\d{1,6}(\.\d+)?", p) for p in parts):
        return None
    return sum(float(part) * 60.0**power for power, part in enumerate(reversed(parts)))


def _seconds(parsed: time.struct_time | None) -> int | None:
    try:
        return _sane(calendar.timegm(parsed)) if parsed else None
    except (ValueError, OverflowError):
        return None


def _sane(seconds: float) -> int | None:
    """Of a year that any zone can show."""
    return int(seconds) if EARLIEST <= seconds <= LATEST else None


def _text(detail: Any) -> str:
    """One line of plain text."""
    if not detail:
        return ""
    value = str(detail.get("value") or "")
    if "html" in (detail.get("type") or ""):
        value = html.unescape(re.sub(r"<[^<>]*>", " " if "</p>" in value else "", value))
    return _line(value)


def _line(value: object) -> str:
    text = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", "", str(value or ""))
    return re.sub("[ \t\r\n]+", " ", text).strip(" ")


def _person(found: Any) -> Person | None:
    name, email = _line(found.get("name")), _line(found.get("email"))
    uri = _line(found.get("href") or found.get("url"))
    called = name or email or uri
    if not called:
        return None
    is_mail = re.fullmatch(r"[^\s@<>()]+@[^\s@<>()]+", email) is not None
    return Person(
        name=called, email=email if is_mail else None, uri=uri if is_person_uri(uri) else None
    )


# --- JSON Feed ---


def _json(data: bytes, address: str, name: str) -> Parsed:
    """JSON Feed 1.0 and 1.1. Raises ConfigError."""
    try:
        document = msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigError(f"{name} is no JSON: {error}; name a feed in posts.feed") from error
    version = document.get("version") if isinstance(document, dict) else None
    if "jsonfeed.org/version/" not in str(version) or not isinstance(document.get("items"), list):
        raise ConfigError(f"{name} is JSON, but no JSON Feed; name a feed in posts.feed")
    about = Channel(
        title=_line(document.get("title")),
        link=_line(document.get("home_page_url")),
        description=_line(document.get("description")),
        language=_line(document.get("language")),
    )
    return _gathered((_of_json(item, document, address) for item in document["items"]), about)


def _of_json(item: Any, document: dict[str, Any], address: str) -> Item | _Broken:
    if not isinstance(item, dict) or not _line(item.get("id")):
        return _Broken("an item", "has no id, so nobody can tell it from others")
    ident = _line(item["id"])
    published, updated = _instant(item.get("date_published")), _instant(item.get("date_modified"))
    if published is None and updated is None:
        return _Broken(ident[:100], "has no date; readers would take it for new at every run")
    published = published if published is not None else (updated or 0)
    given = _line(item.get("url") or item.get("external_url"))
    link = urljoin(address, given) if given else ""
    link = link if link.startswith(("http://", "https://")) else ""
    body = item.get("content_html")
    if not isinstance(body, str):
        body = _paragraphs(str(item.get("content_text") or ""))
    image = _line(item.get("image") or item.get("banner_image"))
    language = _LANGUAGE.fullmatch(_line(item.get("language") or document.get("language")))
    return Item(
        id=ident,
        link=link,
        title=_line(item.get("title")),
        body=body,
        base=link or address,
        published=published,
        updated=max(updated or published, published),
        summary=_line(item.get("summary")),
        authors=tuple(_json_authors(item) or _json_authors(document)),
        categories=tuple(dict.fromkeys(filter(None, map(_line, _listed(item.get("tags")))))),
        language=language[0] if language else None,
        enclosures=tuple(_attachments(item)),
        image=File(href=image) if image else None,
    )


def _listed(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else []


def _json_authors(part: dict[str, Any]) -> list[Person]:
    found = [*_listed(part.get("authors")), part.get("author")]
    return [made for one in found if isinstance(one, dict) and (made := _person(one))]


def _attachments(item: dict[str, Any]) -> Iterator[File]:
    for one in _listed(item.get("attachments")):
        if isinstance(one, dict) and _line(one.get("url")):
            size, seconds = one.get("size_in_bytes"), one.get("duration_in_seconds")
            yield File(
                href=_line(one["url"]),
                type=_line(one.get("mime_type")) or None,
                length=int(size) if isinstance(size, int | float) and size > 0 else None,
                duration=float(seconds) if isinstance(seconds, int | float) else None,
                title=_line(one.get("title")) or None,
            )


def _instant(value: Any) -> int | None:
    try:
        found = dt.datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return _sane((found if found.tzinfo else found.replace(tzinfo=dt.UTC)).timestamp())


# --- what falls off the end ---


class _Memory(Struct, frozen=True, kw_only=True):
    source: str
    items: tuple[Item, ...]


def _remembered(parsed: Parsed, config: Config, source: str) -> Sequence[Item]:
    """The items of the feed, and those before its oldest that it had once.

    What would be among them by its dates and is not there was taken away by its author, unless the
    feed could not be read to its end.
    """
    file = config.state / "source" / "items.msgpack"
    try:
        memory = msgspec.msgpack.decode(file.read_bytes(), type=_Memory)
        known = memory.items if memory.source == source else ()
    except (OSError, msgspec.MsgspecError):
        known = ()
    now = {item.id for item in parsed.items} | {name for name, _ in parsed.broken}
    published = min((item.published for item in parsed.items), default=LATEST)
    updated = min((item.updated for item in parsed.items), default=LATEST)
    fallen = [
        item
        for item in known
        if item.id not in now
        and (parsed.remark or item.published < published or item.updated < updated)
    ]
    items = (*parsed.items, *fallen)
    if items != known:
        fetch.replace(file, msgspec.msgpack.encode(_Memory(source=source, items=items)))
    return items


# --- an item as a post ---


def _post(item: Item, site: Site) -> Post:
    published = dt.datetime.fromtimestamp(item.published, dt.UTC)
    name = name_of(item.id, site)
    path = urlsplit(item.link).path or "/"
    dated = _DATED.match(name)
    return Post(
        path=PurePosixPath(f"{name}.html"),
        body=item.body,
        body_line=1,
        markup="html",
        marker=None,
        title=item.title or None,
        slug=path.rstrip("/").rpartition("/")[2] or name,
        published=published,
        updated=dt.datetime.fromtimestamp(item.updated, dt.UTC),
        file_date=_date(dated[0]) if dated else None,
        page=path,
        tags=item.categories,
        authors=item.authors,
        language=item.language if item.language != site.language else None,
        id=(item.id, 1) if _IRI.fullmatch(item.id) else None,
        templates="off",
        enclosures=tuple(map(_medium, item.enclosures)),
        image=_medium(item.image) if item.image else None,
        link=item.link or None,
        base=item.base,
        summary=item.summary or None,
    )


def _date(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _medium(file: File) -> Medium:
    return Medium(file.href, 1, file.type, file.length, file.duration, file.title)


def name_of(ident: str, site: Site) -> str:
    """A good item id (see `entry`): ours as we made it, else what is readable, and a hash."""
    minted = _MINTED.fullmatch(ident)
    if minted and minted[1].lower() == site.host:
        return minted[2]
    readable = _NOT_IN_ID.sub("-", re.sub(r"^\w+:(//)?", "", ident)).strip("-")
    digest = hashlib.sha256(ident.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{readable[:80].rstrip('-')}-{digest}".lstrip("-")
