"""A feed as a source: Atom, RSS or JSON Feed, a file or an address -> posts.

Ids, dates, content and what is enclosed are the feed's.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from publisher.config import is_iri, is_url
from publisher.errors import ConfigError
from publisher.post import Diagnostic, Medium, Post, Reading, Skip
from publisher.sources.feed import json_feed, memory, xml_feed
from publisher.sources.feed.items import MAX_BYTES
from publisher.text.timestamps import z

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.config import Config, Site
    from publisher.sources.feed.items import Channel, FeedItem, File, Parsed

_NOT_IN_ID = re.compile(r"[^A-Za-z0-9._~-]+")
_MINTED = re.compile(r"tag:([^,:]+),\d{4}(?:-\d\d){0,2}:([A-Za-z0-9._~-]{8,100})")
_DATED = re.compile(r"\d{4}-\d{2}-\d{2}(?=-|$)", re.ASCII)


def read(config: Config, *, now: dt.datetime) -> Reading:
    """The posts of the configured feed; those dated after `now` are skipped.

    Raises ConfigError if it is no feed, Unavailable if it cannot be had now.
    """
    complete = config.posts.complete
    # Before the feed is asked for: what is remembered meanwhile is of a newer look.
    known = memory.Memory() if complete else memory.recall(config.state)
    parsed = _parsed(config.posts.feed or "", config.state / memory.FOLDER, config.site.root)
    items, remarks = (parsed.items, []) if complete else _remembered(parsed, known, config)
    posts: list[Post] = []
    skipped = [
        Skip(PurePosixPath(one.name), one.reason, broken=one.is_gone) for one in parsed.broken
    ]
    if parsed.remark and complete:  # who knows what else was in it
        skipped.append(Skip(PurePosixPath(), parsed.remark, broken=True))
    for item in items:
        post = _post(item, config.site)
        if post.published > now:
            reason = f"scheduled for {z(post.published)}"
            skipped.append(Skip(post.path, reason, status="future", post=post))
        else:
            posts.append(post)
    posts.sort(key=lambda post: post.path)
    skipped.sort(key=lambda skip: skip.path)
    warnings = (Diagnostic(PurePosixPath(), 1, remark) for remark in remarks if remark)
    return Reading(tuple(posts), tuple(skipped), tuple(warnings))


def _remembered(
    parsed: Parsed, known: memory.Memory, config: Config
) -> tuple[Sequence[FeedItem], list[str]]:
    """The items of the feed with those that fell off its end, and what is odd about that."""
    made = memory.joined(parsed, known, config.posts.feed or "")
    return made.items, [parsed.remark, memory.remember(made, known, config.state)]


def channel(source: str, cache: Path) -> Channel:
    """What a feed says of its site. Raises ConfigError, Unavailable."""
    return _parsed(source, cache, "").channel


def _parsed(source: str, cache: Path, root: str) -> Parsed:
    """Addresses in a file start at `root`. What is no feed, or half of one, is not kept."""
    if not is_url(source):
        return parse(_bytes(Path(source)), root, name=source)
    from publisher.sources.feed import download as downloads  # noqa: PLC0415 - not for a file

    download = downloads.fetch(source, cache)
    parsed = parse(download.body, download.url, download.type, source)
    if not parsed.remark:
        downloads.keep(download, cache)
    return parsed


def _bytes(file: Path) -> bytes:
    try:
        if file.exists() and not file.is_file():  # a pipe or a device may never end
            raise ConfigError(f"{file}: is no file; name a feed, or its address, in posts.feed")
        if file.stat().st_size > MAX_BYTES:
            raise ConfigError(f"{file}: has more than {MAX_BYTES:,} bytes")
        return file.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"{file}: cannot be read: {error.strerror}; name a feed, or its address, in posts.feed"
        ) from error


def parse(data: bytes, address: str, kind: str = "", name: str = "") -> Parsed:
    """The items of a feed in any format. Raises ConfigError if it is none."""
    if "json" in kind or data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        return json_feed.parse(data, address, name or address)
    return xml_feed.parse(data, address, kind, name or address)


def _post(item: FeedItem, site: Site) -> Post:
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
        slug=(path if item.link else item.id).rstrip("/").rpartition("/")[2] or name,
        published=published,
        updated=dt.datetime.fromtimestamp(item.updated, dt.UTC),
        file_date=_date(dated[0]) if dated else None,
        page=path,
        tags=item.categories,
        authors=item.authors,
        language=item.language if item.language != site.language else None,
        id=(item.id, 1) if is_iri(item.id) else None,
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
