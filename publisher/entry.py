"""Post -> Entry, in the terms of RFC 4287: ids, title, link, dates, fingerprint. Pure.

Identity is a function of the post's own path: never of its title, text, date or address, so that
an edit stays an edit.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
import unicodedata
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from publisher.claims import Claimant, Claims
from publisher.config import Person, is_iri
from publisher.content import templates
from publisher.post import Reading, Remark, Skip
from publisher.sources.front_matter.values import one_line
from publisher.text.uris import uri

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import PurePosixPath

    from publisher.claims import PublishedItem, Standing
    from publisher.config import Site
    from publisher.post import Medium, Post, Status
    from publisher.text.yaml_document import Value

# Movim breaks on "/" in item ids and on short ones; what is unreserved in RFC 3986 needs no
# escaping in an xmpp: URI.
MIN_ID, MAX_ID = 8, 100
_ITEM_ID = re.compile(rf"[A-Za-z0-9._~-]{{{MIN_ID},{MAX_ID}}}")
_NOT_IN_ID = re.compile(r"[^A-Za-z0-9._~-]+")
_DATED = re.compile(r"\d{4}-\d{2}-\d{2}(?=-|$)", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the world reads, without its content, which `rendering` makes.

    Instants are aware and in UTC, whole seconds. `title` is None where neither the author nor the
    engine gave one. `authors` is never empty. `link` is the absolute URL of the post's page.
    `language` is None where the site's holds. `fingerprint` is a hash of the source's meaning: it
    changes when a reader would see something else, and never because our output does.
    """

    item_id: str
    atom_id: str
    title: str | None
    link: str
    published: dt.datetime
    updated: dt.datetime
    authors: tuple[Person, ...]
    categories: tuple[str, ...]
    language: str | None
    fingerprint: str
    post: Post


@dataclass(frozen=True, slots=True)
class Tombstone:
    """An entry that was taken back, and when (RFC 6721)."""

    entry: Entry
    when: dt.datetime


@dataclass(frozen=True, slots=True)
class Entries:
    """What a folder gave: the entries in the order of their posts' paths, and what it did not."""

    entries: tuple[Entry, ...]
    skipped: tuple[Skip, ...]
    warnings: tuple[Remark, ...]
    deleted: tuple[Tombstone, ...] = ()

    @property
    def broken(self) -> bool:
        """Whether any post could not be read: then nothing may be concluded from absence."""
        return any(skip.broken for skip in self.skipped)

    @property
    def posts(self) -> int:
        """How many posts the folder holds, published or not."""
        return len(self.entries) + len(self.skipped)


def nothing_published() -> tuple[PublishedItem, ...]:
    """What the ledger has where there is none."""
    return ()


def entries(
    reading: Reading,
    site: Site,
    published: Callable[[], Iterable[PublishedItem]] = nothing_published,
) -> Entries:
    """All entries of a reading. Of the posts that claim one identity `claims` picks the keeper.

    `published` gives what the ledger has; it is called only where posts dispute an identity.
    """
    made: list[Entry] = []
    skipped, warnings = list(reading.skipped), list(reading.warnings)
    found: list[tuple[Entry | Skip, Claimant]] = []
    for post in reading.posts:
        outcome, more = entry(post, site, reading.settings)
        warnings += more
        found.append((outcome, _claimant(post, site, outcome)))
    files = (*(one for _, one in found), *_away(reading.skipped, site))
    claims = Claims(files, published, _keys(site))
    for outcome, claimant in found:
        lost = outcome if isinstance(outcome, Skip) else _lost(outcome, claimant, claims)
        if lost:
            skipped.append(lost)
        elif isinstance(outcome, Entry):
            made.append(outcome)
    skipped.sort(key=lambda skip: skip.path)
    gone = tuple(_tombstones(reading, site, claims))
    return Entries(tuple(made), tuple(skipped), tuple(warnings), gone)


def _claimant(post: Post, site: Site, outcome: Entry | Skip) -> Claimant:
    """What a post claims. One whose atom:id lacks a date is no entry, and claims its item id."""
    body = partial(body_hash, post)
    if isinstance(outcome, Entry):
        makes = partial(_makes, post, site)
        return Claimant(post.path, outcome.item_id, outcome.atom_id, (), makes, body)
    item, atom, _ = ids(post, site)
    keys, may_make = _keys_of(post.path), _may_make(post.path, site)
    return Claimant(post.path, item, atom, keys, may_make, body, "unreadable")


_STANDINGS: dict[Status, Standing] = {
    "future": "scheduled",
    "draft": "hidden",
    "hidden": "hidden",
    "expired": "hidden",
}


def _away(skipped: Iterable[Skip], site: Site) -> Iterator[Claimant]:
    """The files that give no post now, but whose items nobody may take over.

    Deleted posts claim nothing: their ids may move to another file.
    """
    for skip in skipped:
        standing = _STANDINGS.get(skip.status) if not skip.broken else "unreadable"
        if standing:
            body = partial(body_hash, skip.post) if skip.post else str
            item, keys = item_id(skip.path), _keys_of(skip.path)
            yield Claimant(skip.path, item, None, keys, _may_make(skip.path, site), body, standing)


def _makes(post: Post, site: Site, identity: str) -> bool:
    """Whether the post would have this identity without an `id:` of its own."""
    if post.id is None:
        return True
    item = item_id(post.path)
    return identity in {item, atom_id(post, site, item, date=post.file_date)}


def _keys(site: Site) -> Callable[[str], Iterator[str]] | None:
    """The item ids that are in an identity, and those of the folders in them; None: any may be."""
    if "{path}" in site.id_template:
        return None
    minted = re.compile(_minted(site, "([A-Za-z0-9._~-]+)"))

    def keys(identity: str) -> Iterator[str]:
        found = minted.fullmatch(identity)
        for item in (identity, *(found.groups() if found else ())):
            parts = item.split("~")
            yield from ("~".join(parts[:depth]) for depth in range(1, len(parts) + 1))

    return keys


def _keys_of(path: PurePosixPath) -> tuple[str, ...]:
    """As a file, and as a folder."""
    return (item_id(path), _readable([*path.parts])) if path.parts else ()


def _may_make(path: PurePosixPath, site: Site) -> Callable[[str], bool]:
    """The same of a file that cannot be read, so that its date is not known."""
    item = item_id(path)
    name = quote(str(path).removesuffix(path.suffix)) if "{path}" in site.id_template else item
    # What the files of a folder of this name make; of the whole folder nobody knows.
    inside = f"{_readable([*path.parts])}~" if path.parts else None

    def makes(identity: str) -> bool:
        # Looking for the name first is cheap, and rules out nearly all identities.
        if identity == item or (name in identity and is_minted(item, identity, site)):
            return True
        return inside is not None and (identity.startswith(inside) or f":{inside}" in identity)

    return makes


def _tombstones(reading: Reading, site: Site, claims: Claims) -> Iterator[Tombstone]:
    """Of the posts that were taken back, unless another file claims the id now."""
    for skip in reading.skipped:
        if skip.post and skip.deleted:
            gone, _ = entry(skip.post, site, reading.settings)
            if isinstance(gone, Entry) and not claims.claimants(gone.atom_id):
                yield Tombstone(gone, skip.deleted)


def link(post: Post, site: Site) -> str:
    """The absolute URL of the post's page."""
    return uri(post.link or site.url.rstrip("/") + post.page)


def _lost(made: Entry, claimant: Claimant, claims: Claims) -> Skip | None:
    """Why the post is no entry, if it does not keep both of its identities."""
    for identity in (made.item_id, made.atom_id):
        keeper = claims.keeper(identity)
        if keeper is claimant:
            continue
        return Skip(made.post.path, _loss(identity, claimant, claims), broken=True, post=made.post)
    return None


def _loss(identity: str, loser: Claimant, claims: Claims) -> str:
    """Why a post does not keep an identity, and what to do about it."""
    keeper = claims.keeper(identity)
    others = [keeper] if keeper else [o for o in claims.claimants(identity) if o is not loser]
    names = ", ".join(sorted({_name(one, beside=loser) for one in others}))
    if keeper:
        return _TAKEN.format(id=identity, others=names)
    if others:
        return _DISPUTED.format(id=identity, others=names)
    unreadable = ", ".join(map(str, claims.unknown_origin(identity)))
    return _UNKNOWN.format(id=identity, others=unreadable)


def _name(one: Claimant, *, beside: Claimant) -> str:
    """Its file; of two items of a feed that make one name, its atom:id."""
    return str(one.path) if one.path != beside.path else str(one.atom_id)


_TAKEN = (
    "has the id {id}, which belongs to {others}; "
    "rename one of the files, or give this one an `id:` of its own"
)
_DISPUTED = (
    "claims the id {id}, and so does {others}; publisher cannot tell which of them owns it, so "
    "nothing is published under it. Rename one of the files, or give one an `id:` of its own"
)
_UNKNOWN = (
    "claims the id {id} of an item with another text, which may have been made from a file that "
    "cannot be read now ({others}); the item stays as it is until that file can be read"
)


def entry(
    post: Post, site: Site, settings: Mapping[str, Value]
) -> tuple[Entry | Skip, list[Remark]]:
    """The entry of one post, or why it has none; and what is odd about its id.

    `settings` are those of the site's engine.
    """
    item, atom, warnings = ids(post, site)
    if atom is None:
        reason = (
            "has no date in its file name, so its id needs site.since; add a day on which "
            f"{site.host} was yours already to the configuration, e.g. `since: 2008-01-01`"
        )
        return Skip(post.path, reason, broken=True, post=post), warnings
    made = Entry(
        item_id=item,
        atom_id=atom,
        title=post.title or post.name,
        link=link(post, site),
        published=post.published,
        updated=post.updated,
        authors=authors(post, site),
        categories=tuple(dict.fromkeys([*post.categories, *post.tags])),
        language=post.language,
        fingerprint=fingerprint(post, site, settings),
        post=post,
    )
    return made, warnings


def ids(post: Post, site: Site) -> tuple[str, str | None, list[Remark]]:
    """The item id and the atom:id, None if a date is missing; and what is odd about them."""
    item, date, atom, warnings = item_id(post.path), post.file_date, None, []
    if post.id:
        text, line = post.id
        if is_iri(text):
            atom = unicodedata.normalize("NFC", text)
        elif _ITEM_ID.fullmatch(text):
            item, date = text, _date_of(text) or date
        else:
            message = (
                f"id: {text!r} is neither an absolute IRI nor {MIN_ID} to {MAX_ID} of the "
                "characters A-Z a-z 0-9 - . _ ~; it is not used"
            )
            warnings.append(Remark(post.path, line, message))
    return item, atom or atom_id(post, site, item, date=date), warnings


def authors(post: Post, site: Site) -> tuple[Person, ...]:
    """The post's, else the site's, which is never nobody."""
    return post.authors or (site.author or Person(name=site.title),)


def item_id(path: PurePosixPath) -> str:
    """The item id of a post at `path` (relative to the folder of the posts).

    The folders and the name without extension, joined by `~`; `index` drops out. Where that had
    to be changed to be a good id, 8 hex digits of the path's SHA-256 keep it unique.
    """
    normal = unicodedata.normalize("NFC", str(path))
    parts = normal.removesuffix(path.suffix).split("/")
    joined, safe = "~".join(_named(parts)), _readable(parts)
    if safe == joined and MIN_ID <= len(safe) <= MAX_ID:
        return safe
    digest = hashlib.sha256(normal.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{safe[: MAX_ID - 9]}-{digest}"


def _named(parts: list[str]) -> list[str]:
    """Without the folders in which Jekyll gathers posts, and the name that all bundles share."""
    folders = [part for part in parts[:-1] if part not in {"_posts", "_drafts"}]
    return folders if folders and parts[-1] == "index" else [*folders, parts[-1]]


def _readable(parts: list[str]) -> str:
    return _NOT_IN_ID.sub("-", "~".join(_named(parts)))


def _date_of(item: str) -> dt.date | None:
    """The date with which an item id begins: an id that is kept keeps the whole atom:id."""
    found = _DATED.match(item)
    try:
        return dt.date.fromisoformat(found[0]) if found else None
    except ValueError:
        return None


def atom_id(post: Post, site: Site, item: str, *, date: dt.date | None) -> str | None:
    """The atom:id (RFC 4287 section 4.2.6) by the site's template; None if it lacks a date.

    By default a tag: URI (RFC 4151) with `date`, that of the file's name, else the site's `since`.
    """
    date = date or site.since
    if date is None and ("{date}" in site.id_template or "{since}" in site.id_template):
        return None
    values = {
        "host": site.host,
        "date": date,
        "since": site.since or date,
        "id": item,
        "path": quote(str(post.path.with_suffix(""))),
    }
    return re.sub(r"\{(\w+)\}", lambda match: str(values[match[1]]), site.id_template)


def is_minted(item: str, atom: str, site: Site) -> bool:
    """Whether our site gives this atom:id to this item id, whatever post that may be."""
    found = re.fullmatch(_minted(site, re.escape(item)), atom)
    return found is not None and all(_is_id_of(item, unquote(path)) for path in found.groups())


def _minted(site: Site, item: str) -> str:
    """A pattern of the atom:ids that the site gives to an item id, itself a pattern."""
    day = r"\d{4}-\d{2}-\d{2}"
    values = {
        "host": re.escape(site.host),
        "date": day,
        "since": re.escape(str(site.since)) if site.since else day,
        "id": item,
        "path": "(.+)",
    }
    parts = re.split(r"(\{\w+\})", site.id_template)
    return "".join(values[p[1:-1]] if p.startswith("{") else re.escape(p) for p in parts)


def _is_id_of(item: str, path: str) -> bool:
    """Whether a file of this path, whatever its extension, may have this item id."""
    safe = _readable(path.split("/"))
    return item == safe or item[:-9] == safe[: MAX_ID - 9]


def body_hash(post: Post) -> str:
    """Tells posts of the same text; empty for a post without any."""
    text = post.body.strip()
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest() if text else ""


def fingerprint(post: Post, site: Site, settings: Mapping[str, Value]) -> str:
    """A hash of what the author wrote and of the site's options that show in the entry.

    Empty values are left out, so that a key added later does not announce the world again.
    """
    meaning = {
        "title": post.title,
        "link": link(post, site),
        "published": post.published.isoformat(),
        "updated": post.updated.isoformat() if post.updated != post.published else None,
        "authors": [_person(author) for author in post.authors or (site.author,) if author],
        "categories": post.categories,
        "tags": post.tags,
        "language": post.language or site.language,
        "markup": post.markup,
        "marker": post.marker,
        "body": post.body,
        "values": templates.used(post),
        "settings": templates.used_settings(post, settings, site),
        "enclosures": [_medium(medium) for medium in post.enclosures],
        "image": post.image.href if post.image else None,
        "summary": post.summary,
        "content": (own_summary(post) or "-") if post.content == "summary" else None,
        "words": None if post.body.strip() else own_summary(post),
        "license": post.license,
    }
    shown = {key: value for key, value in meaning.items() if value}
    canonical = json.dumps(shown, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


def own_summary(post: Post) -> str | None:
    """What the post says of itself in a sentence."""
    given = (post.values.get(key) for key in ("summary", "description", "excerpt"))
    return next(filter(None, map(one_line, given)), None)


def _medium(medium: Medium) -> dict[str, str | float]:
    parts = {
        name: getattr(medium, name) for name in ("href", "type", "length", "duration", "title")
    }
    return {key: value for key, value in parts.items() if value is not None}


def _person(person: Person) -> dict[str, str]:
    parts = {"name": person.name, "email": person.email, "uri": person.uri}
    return {key: value for key, value in parts.items() if value}
