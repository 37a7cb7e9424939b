"""Post -> Entry, in the terms of RFC 4287: ids, title, link, dates, fingerprint. Pure."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from publisher import identity
from publisher.config import Person
from publisher.content import templates
from publisher.identity.claims import Claimant, Claims
from publisher.post import Diagnostic, Reading, Skip
from publisher.sources.front_matter.values import one_line
from publisher.text.uris import uri

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from publisher.config import Site
    from publisher.identity.claims import PublishedItem, Standing
    from publisher.post import Medium, Post, Status
    from publisher.text.yaml_document import Value


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
    warnings: tuple[Diagnostic, ...]
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
    claims = Claims(files, published, identity.keys(site))
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
        makes = partial(identity.makes, post, site)
        return Claimant(post.path, outcome.item_id, outcome.atom_id, (), makes, body)
    item, atom, _ = identity.ids(post, site)
    keys, may_make = identity.keys_of(post.path), identity.may_make(post.path, site)
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
            item, keys = identity.item_id(skip.path), identity.keys_of(skip.path)
            may_make = identity.may_make(skip.path, site)
            yield Claimant(skip.path, item, None, keys, may_make, body, standing)


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
    for name in (made.item_id, made.atom_id):
        keeper = claims.keeper(name)
        if keeper is claimant:
            continue
        return Skip(made.post.path, _loss(name, claimant, claims), broken=True, post=made.post)
    return None


def _loss(disputed: str, loser: Claimant, claims: Claims) -> str:
    """Why a post does not keep an id, and what to do about it."""
    keeper = claims.keeper(disputed)
    others = [keeper] if keeper else [o for o in claims.claimants(disputed) if o is not loser]
    names = ", ".join(sorted({_name(one, beside=loser) for one in others}))
    if keeper:
        return _TAKEN.format(id=disputed, others=names)
    if others:
        return _DISPUTED.format(id=disputed, others=names)
    unreadable = ", ".join(map(str, claims.unknown_origin(disputed)))
    return _UNKNOWN.format(id=disputed, others=unreadable)


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
) -> tuple[Entry | Skip, list[Diagnostic]]:
    """The entry of one post, or why it has none; and what is odd about its id.

    `settings` are those of the site's engine.
    """
    item, atom, warnings = identity.ids(post, site)
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


def authors(post: Post, site: Site) -> tuple[Person, ...]:
    """The post's, else the site's, which is never nobody."""
    return post.authors or (site.author or Person(name=site.title),)


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
        "values": templates.used_values(post),
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
