"""Read posts from an Atom, RSS or JSON Feed, which is a file or a URL.

Ids, dates, content and enclosures are those of the feed.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import html
import itertools
import re
from functools import cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from msgspec.structs import replace

from publisher.config import is_iri, is_url
from publisher.errors import ConfigError
from publisher.post import Diagnostic, EarlierReadings, Medium, Post, Reading, Skip
from publisher.sources.feed import earlier_ids, json_feed, remembered_items, repair, xml_feed
from publisher.sources.feed.items import LINK_IDS, MAX_BYTES
from publisher.text.characters import damage
from publisher.text.shortening import count_words
from publisher.text.timestamps import z

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from publisher.config import Config, Site
    from publisher.sources.feed.items import Broken, Channel, FeedItem, File, Parsed

_NOT_IN_ID = re.compile(r"[^A-Za-z0-9._~-]+")
_SCHEME = re.compile(r"^\w+:(//)?")
_TAG = re.compile(r"<[^<>]*>")
_HEAD = 10_000  # bytes
# A longer description is probably a whole post: simple RSS has no other element for its text.
_MAX_SUMMARY = 100  # words
_MINTED = re.compile(r"tag:([^,:]+),\d{4}(?:-\d\d){0,2}:([A-Za-z0-9._~-]{8,100})")
_DATED = re.compile(r"\d{4}-\d{2}-\d{2}(?=-|$)", re.ASCII)


def read(
    config: Config,
    *,
    now: dt.datetime,
    was_published: Callable[[Post], bool],
    published_ids: Callable[[], Collection[str]],
) -> Reading:
    """Read the posts of the configured feed.

    Posts dated after `now` are skipped, unless each `was_published` already. `published_ids`
    returns the item ids of all published posts, as far as they are known.

    Raises ConfigError if it is not a feed, and Unavailable if it cannot be downloaded now.
    """
    complete = config.posts.complete
    # Recalled before the download: if another run remembers a newer feed meanwhile, it must win.
    known = remembered_items.Memory() if complete else remembered_items.recall(config.state)
    parsed = _parsed(
        config.posts.feed or "", config.state / remembered_items.FOLDER, config.site.root
    )
    kept = _kept_ids(parsed, known, config, published_ids)
    parsed = earlier_ids.with_kept_ids(parsed, kept)
    own_ids = {earlier: ident for ident, earlier in kept.items()}
    items, warnings = (_complete if complete else _remembered)(parsed, known, config)
    all_posts = [_post_with_earlier_ids(item, config.site) for item in items]
    idents = {
        post.path: own_ids.get(item.id, item.id)
        for post, item in zip(all_posts, items, strict=True)
    }
    present = {item.id for item in items}
    skipped = [_skip(item, is_known=item.id in present) for item in parsed.broken]
    if parsed.warning and complete:  # items may be missing from a feed that is cut short
        skipped.append(Skip(PurePosixPath(), parsed.warning, broken=True))
    early = [(post, was_published(post)) for post in all_posts if post.published > now]
    not_due = [post for post, is_published in early if is_published]
    skipped += [_scheduled(post) for post, is_published in early if not is_published]
    posts = [post for post in all_posts if post.published <= now] + not_due
    posts.sort(key=lambda post: post.path)
    skipped.sort(key=lambda skip: skip.path)
    diagnostics = [Diagnostic(PurePosixPath(), 1, warning) for warning in warnings if warning]
    diagnostics += itertools.chain.from_iterable(map(_damage, posts))
    return Reading(
        tuple(posts),
        tuple(skipped),
        tuple(diagnostics),
        not_due=tuple(not_due),
        origin="feed",
        earlier=lambda path: parsed.earlier().get(idents.get(path, ""), EarlierReadings()),
    )


def _scheduled(post: Post) -> Skip:
    return Skip(post.path, f"scheduled for {z(post.published)}", status="future", post=post)


def _kept_ids(
    parsed: Parsed,
    known: remembered_items.Memory,
    config: Config,
    published_ids: Callable[[], Collection[str]],
) -> dict[str, str]:
    """The ids that differ from those of an earlier version, each with that one, which it keeps."""
    remembered = {item.id for item in known.items if known.source == config.posts.feed}
    recorded = cache(published_ids)

    def is_known(ident: str) -> bool:
        return ident in remembered or name_of(ident, config.site) in recorded()

    return earlier_ids.kept(parsed.ids, remembered, is_known)


def _skip(item: Broken, *, is_known: bool) -> Skip:
    """Why an item is not read; `is_known` means that an earlier version of it stays."""
    path = PurePosixPath(_SCHEME.sub("", item.name))  # a path would lose a slash of `https://`
    if item.is_gone and is_known:
        return Skip(path, f"{item.reason}; until it is repaired, its last version stays")
    return Skip(path, item.reason, broken=item.is_gone)


def _damage(post: Post) -> Iterator[Diagnostic]:
    """Warn of characters that were decoded wrongly before the feed was written, or in it."""
    names = (author.name for author in post.authors)
    text = " ".join([post.title or "", post.body, post.summary or "", *post.tags, *names])
    for message in dict.fromkeys(message for _, message in damage(text)):
        yield Diagnostic(post.path, 1, message)


def _remembered(
    parsed: Parsed, known: remembered_items.Memory, config: Config
) -> tuple[Sequence[FeedItem], list[str]]:
    """The items of the feed and those that dropped out of it before, and warnings."""
    updated, warning = _with_link_ids(
        parsed, remembered_items.joined(parsed, known, config.posts.feed or "")
    )
    return updated.items, [
        parsed.warning,
        warning,
        remembered_items.remember(updated, known, config.state),
    ]


def _complete(
    parsed: Parsed, _: remembered_items.Memory, config: Config
) -> tuple[Sequence[FeedItem], list[str]]:
    """The items of the feed alone, and warnings. Their memory stays as it is."""
    try:
        known = remembered_items.recall(config.state)
    except ConfigError:  # what it holds does not matter
        return parsed.items, []
    source = config.posts.feed or ""
    own = known if known.source == source else remembered_items.Memory(source=source)
    updated, warning = _with_link_ids(parsed, own)
    failed = remembered_items.remember(updated, known, config.state) if updated != own else ""
    return parsed.items, [warning, failed]


def _with_link_ids(
    parsed: Parsed, known: remembered_items.Memory
) -> tuple[remembered_items.Memory, str]:
    """The memory, and the warning that links are ids, which the first run gives that remembers."""
    if not parsed.link_ids or known.has_link_ids:
        return known, ""
    return replace(known, has_link_ids=True), _link_ids(parsed.link_ids)


def _link_ids(count: int) -> str:
    if count == 1:
        return LINK_IDS.format(count="1 item has", links="its link")
    return LINK_IDS.format(count=f"{count} items have", links="their links")


def channel(source: str, cache: Path) -> tuple[Channel, int | None]:
    """The metadata of a feed about its site, and the words of its longest summary.

    None if it has whole posts. Raises ConfigError, Unavailable, and WebPageError for a page.
    """
    parsed = _parsed(source, cache, "")
    return parsed.channel, _words_of_summaries(parsed)


def _words_of_summaries(parsed: Parsed) -> int | None:
    """The number of words of the longest text, if all texts are summaries of posts."""
    if parsed.has_contents or not parsed.items:
        return None
    texts = (html.unescape(_TAG.sub(" ", item.body)) or item.summary for item in parsed.items)
    longest = max(map(count_words, texts))
    # Notes have no title, and are whole in a description.
    are_posts = all(item.title for item in parsed.items)
    return longest if are_posts and longest <= _MAX_SUMMARY else None


def _parsed(source: str, cache: Path, root: str) -> Parsed:
    """Read and parse a feed. Relative URLs in a file resolve against `root`."""
    if not is_url(source):
        return parse(_bytes(Path(source)), root, name=source)
    from publisher.sources.feed import download as downloads  # noqa: PLC0415 - not for a file

    download = downloads.fetch(source, cache)
    parsed = parse(download.body, download.url, download.type, source)
    if not parsed.warning:  # a feed that is cut short must be downloaded again
        downloads.keep(download, cache)
    return parsed


def _bytes(file: Path) -> bytes:
    try:
        if file.is_dir():
            raise ConfigError(
                f"{file}: is a folder; give a feed in it or its URL, or for a folder of posts its "
                "path (posts.path, `publisher init --posts`)"
            )
        if file.exists() and not file.is_file():  # reading a pipe or a device may never end
            raise ConfigError(f"{file}: is not a file; set posts.feed to a feed or its URL")
        if file.stat().st_size > MAX_BYTES:
            raise ConfigError(f"{file}: has more than {MAX_BYTES:,} bytes")
        return file.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"{file}: cannot be read: {error.strerror}; set posts.feed to a feed or its URL"
        ) from error


def parse(data: bytes, address: str, kind: str = "", name: str = "") -> Parsed:
    """Parse a feed in any format. `kind` is its content type. Raises ConfigError for no feed."""
    if "json" in kind or data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{" or _is_json_feed(data):
        return json_feed.parse(data, address, name or address)
    return xml_feed.parse(data, address, kind, name or address)


def _is_json_feed(data: bytes) -> bool:
    """Whether the version of a JSON Feed is behind a text, and no element of XML in front of it."""
    version = json_feed.VERSION.search(data, 0, _HEAD)
    return version is not None and not repair.has_root(data[: version.start()])


def _post_with_earlier_ids(item: FeedItem, site: Site) -> Post:
    ids = earlier_ids.of(item.id)
    earlier = tuple(_post(replace(item, id=ident), site) for ident in ids)
    return dataclasses.replace(_post(item, site), earlier_ids=earlier)


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
        # An atom:id is an IRI (RFC 4287 section 4.2.6), but a guid of RSS may be any text.
        id=(item.id, 1) if is_iri(item.id) else None,
        templates="off",
        enclosures=tuple(map(_medium, item.enclosures)),
        image=_medium(item.image) if item.image else None,
        link=item.link or None,
        base=item.base,
        summary=item.summary or None,
        source=item.source,
    )


def _date(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _medium(file: File) -> Medium:
    return Medium(file.href, 1, file.type, file.length, file.duration, file.title)


def name_of(ident: str, site: Site) -> str:
    """An item id for an atom:id: the one in a tag: URI that we minted, else text and a hash.

    It has the form that `entry` requires of item ids.
    """
    minted = _MINTED.fullmatch(ident)
    if minted and minted[1].lower() == site.host:
        return minted[2]
    readable = _NOT_IN_ID.sub("-", _SCHEME.sub("", ident)).strip("-")
    # Ids may differ only in characters that an item id cannot have; the hash keeps them apart.
    digest = hashlib.sha256(ident.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{readable[:80].rstrip('-')}-{digest}".lstrip("-")
