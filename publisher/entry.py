"""Turn posts into Atom entries (RFC 4287): ids, title, link, dates, authors, fingerprint. Pure."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from publisher import identity
from publisher.config import Person
from publisher.content import templates
from publisher.identity import own_url
from publisher.identity.advice import own_id
from publisher.identity.claims import Claimant, Claims
from publisher.post import SUMMARY_KEYS, Diagnostic, KnownFacts, Reading, Skip
from publisher.sources.front_matter.values import one_line
from publisher.text.shortening import count_words
from publisher.text.titles import plain_title
from publisher.text.uris import uri

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import PurePosixPath

    from publisher.config import Site
    from publisher.identity.claims import PublishedItem, Standing
    from publisher.post import Medium, Page, Post, Status
    from publisher.text.yaml_document import Value


class Entry(Struct, frozen=True, kw_only=True):
    """An Atom entry without its content; `rendering` adds the content.

    Instants are aware, in UTC, and have whole seconds. `title` is plain text, None if neither the
    author nor the engine gave one. `authors` is never empty. `link` is the absolute URL of the
    post's page. `language` is None if the post has the site's language. `fingerprint` is a hash of
    the post's source: it changes when the author changes something that readers see, and it does
    not change when publisher renders the same source differently.
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


class Tombstone(Struct, frozen=True):
    """A deleted entry, and the instant at which its author deleted it (RFC 6721)."""

    entry: Entry
    when: dt.datetime


@dataclass(frozen=True, slots=True)
class Entries:
    """The entries of a folder in path order, the posts that have no entry, and the pages.

    `given_ids` are those of the reading.
    """

    entries: tuple[Entry, ...]
    skipped: tuple[Skip, ...]
    warnings: tuple[Diagnostic, ...]
    deleted: tuple[Tombstone, ...] = ()
    pages: tuple[Page, ...] = ()
    given_ids: Mapping[PurePosixPath, str] = field(default_factory=dict)

    @property
    def broken(self) -> bool:
        """Whether any post could not be read: then a missing entry may still have its post."""
        return any(skip.broken for skip in self.skipped)

    @property
    def posts(self) -> int:
        """The number of posts in the folder, published or not."""
        return len(self.entries) + len(self.skipped)


def nothing_published() -> tuple[PublishedItem, ...]:
    """Return no items, for callers without a ledger."""
    return ()


def entries(
    reading: Reading,
    site: Site,
    published: Callable[[], Iterable[PublishedItem]] = nothing_published,
) -> Entries:
    """Turn all posts of a reading into entries.

    If several posts claim one id, `claims` decides which of them gets it; the others are skipped.
    `published` returns the items that the ledger has recorded. It is called only if posts dispute
    an id, so that other runs do not open the ledger for it.
    """
    warnings = list(reading.warnings)
    candidates: list[Entry | Skip] = []
    for post in reading.posts:
        candidate, id_warnings = entry(post, site, reading.settings)
        if reading.origin == "files":  # else the author has written no `id:`
            warnings += id_warnings
        candidates.append(candidate)
    kept, lost, deleted = _settled(candidates, reading, site, published)
    skipped = sorted((*reading.skipped, *lost), key=lambda skip: skip.path)
    return Entries(
        tuple(kept), tuple(skipped), tuple(warnings), deleted, reading.pages, reading.given_ids
    )


def _settled(
    candidates: Sequence[Entry | Skip],
    reading: Reading,
    site: Site,
    published: Callable[[], Iterable[PublishedItem]],
) -> tuple[Sequence[Entry], Sequence[Skip], tuple[Tombstone, ...]]:
    """The entries that keep their ids, the posts that have none or lose them, and the tombstones.

    `candidates` are those of the posts of the reading, in the same order.
    """
    own = [one for one in candidates if isinstance(one, Entry)]
    if len(own) == len(candidates) and _are_undisputed(own, reading):
        return own, (), ()
    kept: list[Entry] = []
    lost: list[Skip] = []
    posts = zip(reading.posts, candidates, strict=True)
    claimants = [_with_given(_claimant(post, site, one), reading) for post, one in posts]
    unpublished = (*_unpublished(reading, site), *_pages(reading, site), *_gone(reading))
    claims = Claims((*claimants, *unpublished), published, identity.keys(site))
    for candidate, claimant in zip(candidates, claimants, strict=True):
        if isinstance(candidate, Skip):
            lost.append(candidate)
        elif skip := _lost(candidate, claimant, claims, reading):
            lost.append(skip)
        else:
            kept.append(candidate)
    return kept, lost, tuple(_tombstones(reading, site, claims))


def _are_undisputed(own: Sequence[Entry], reading: Reading) -> bool:
    """Whether each post keeps its ids, as in nearly all folders; then `claims` need not be asked.

    Each id is made by the path of one post, nothing gives ids to others, and no file that cannot be
    read may claim one. A post that was deleted leaves a tombstone, for which its id is looked up.
    """
    if reading.given_ids or any(skip.broken or skip.deleted for skip in reading.skipped):
        return False
    if any(one.post.id for one in own):
        return False
    ids = {one.item_id for one in own}
    ids.update(one.atom_id for one in own)
    return len(ids) == 2 * len(own)


def _claimant(post: Post, site: Site, candidate: Entry | Skip) -> Claimant:
    """Return the ids that a post claims.

    A post whose atom:id lacks a date has no entry, but it still claims its item id: no other file
    may take over the item meanwhile.
    """
    body = partial(body_hash, post)
    if isinstance(candidate, Entry):
        makes = partial(identity.makes, post, site)
        return Claimant(post.path, candidate.item_id, candidate.atom_id, (), makes, body)
    item, atom, _ = identity.ids(post, site)
    keys, may_make = identity.keys_of(post.path), identity.may_make(post.path, site)
    return Claimant(post.path, item, atom, keys, may_make, body, "unreadable")


_STANDINGS: dict[Status, Standing] = {
    "future": "scheduled",
    "draft": "hidden",
    "hidden": "hidden",
    "expired": "hidden",
    "waiting": "scheduled",  # both may have been published before
    "no-page": "scheduled",
    "restricted": "scheduled",
    "ignored": "scheduled",
}


def _unpublished(reading: Reading, site: Site) -> Iterator[Claimant]:
    """Yield the files without an entry whose items no other file may take over.

    Deleted posts are not among them: another file may claim their ids.
    """
    for skip in reading.skipped:
        standing = _STANDINGS.get(skip.status) if not skip.broken else "unreadable"
        if standing:
            yield _with_given(_absent(skip.path, skip.post, site, standing), reading)


def _pages(reading: Reading, site: Site) -> Iterator[Claimant]:
    for page in reading.pages:
        yield _with_given(_absent(page.path, page.post, site, "hidden"), reading)


def _gone(reading: Reading) -> Iterator[Claimant]:
    """Yield the posts to which publisher.yaml gives ids, and that are not there."""
    if not reading.given_ids:
        return
    there = {post.path for post in reading.posts}
    there |= {skip.path for skip in reading.skipped} | {page.path for page in reading.pages}
    for path in reading.given_ids.keys() - there:
        gone = Claimant(path, "", None, (), lambda _: False, str, "gone")
        yield _with_given(gone, reading)


def _with_given(claimant: Claimant, reading: Reading) -> Claimant:
    text = reading.given_ids.get(claimant.path) if reading.given_ids else None
    if text is None:
        return claimant
    return replace(claimant, given=identity.given_identities(text, claimant.atom_id))


def _absent(path: PurePosixPath, post: Post | None, site: Site, standing: Standing) -> Claimant:
    body = partial(body_hash, post) if post else str
    item, keys = identity.item_id(path), identity.keys_of(path)
    return Claimant(path, item, None, keys, identity.may_make(path, site), body, standing)


def file_finder(found: Entries, site: Site) -> Callable[[str], bool]:
    """Return a function that tells whether a file of the folder may be the post of an item id.

    That may also be the file of a post that is not published, a page, and any file in a folder that
    cannot be read.
    """
    ids = {one.item_id for one in found.entries}
    ids |= {earlier.item_id for one in found.entries for earlier in with_earlier_ids(one, site)}
    files = [(skip.path, skip.post) for skip in found.skipped]
    files += [(page.path, page.post) for page in found.pages]
    for path, post in files:
        ids.add(identity.item_of(path, post, found.given_ids))
    unreadable = [identity.may_make(skip.path, site) for skip in found.skipped if skip.broken]

    def has_file(item_id: str) -> bool:
        return item_id in ids or any(may_make(item_id) for may_make in unreadable)

    return has_file


def _tombstones(reading: Reading, site: Site, claims: Claims) -> Iterator[Tombstone]:
    """Yield a tombstone for each deleted post, unless another file claims its atom:id now."""
    for skip in reading.skipped:
        if skip.post and skip.deleted:
            deleted, _ = entry(skip.post, site, reading.settings)
            if isinstance(deleted, Entry) and not claims.claimants(deleted.atom_id):
                yield Tombstone(deleted, skip.deleted)


def link(post: Post, site: Site) -> str:
    """The absolute URL of the post's page: of the page that was built, if that is known."""
    return uri(post.address) if post.address else rule_link(post, site)


def rule_link(post: Post, site: Site) -> str:
    """The absolute URL that the rules of the engine give to the post's page.

    The fingerprint has this one, because it must not depend on what was built.
    """
    if post.known:
        return post.known.link
    return uri(post.link or site.url.rstrip("/") + post.page)


def _lost(candidate: Entry, claimant: Claimant, claims: Claims, reading: Reading) -> Skip | None:
    """Skip the post unless it keeps both its item id and its atom:id."""
    for claimed in (candidate.item_id, candidate.atom_id):
        if claims.keeper(claimed) is not claimant:
            reason = _reason_of_loss(claimed, claimant, claims, reading)
            return Skip(candidate.post.path, reason, broken=True, post=candidate.post)
    return None


def _reason_of_loss(disputed: str, loser: Claimant, claims: Claims, reading: Reading) -> str:
    """Explain why a post does not keep an id, and how to resolve the dispute."""
    keeper = claims.keeper(disputed)
    others = [keeper] if keeper else [o for o in claims.claimants(disputed) if o is not loser]
    names = ", ".join(sorted({_name(other, beside=loser) for other in others}))
    if others:
        free = claims.free_item_id(loser.item_id)
        advice = own_id(reading.origin, loser.path, free, reading.given_ids)
        return (_TAKEN if keeper else _DISPUTED).format(id=disputed, others=names, advice=advice)
    unreadable = ", ".join(map(str, claims.unknown_origin(disputed)))
    return _UNKNOWN.format(id=disputed, others=unreadable)


def _name(claimant: Claimant, *, beside: Claimant) -> str:
    """The claimant's path, or its atom:id where two items of a feed share one path."""
    return str(claimant.path) if claimant.path != beside.path else str(claimant.atom_id)


_TAKEN = "has the id {id}, which belongs to {others}; {advice}"
_DISPUTED = (
    "claims the id {id}, and so does {others}; publisher cannot tell which of them owns it, so "
    "it publishes neither under this id; {advice}"
)
_UNKNOWN = (
    "claims the id {id} of an item with a different text, which may have been made from a file "
    "that cannot be read now ({others}); the item stays as it is until that file can be read"
)


def facts_of(
    entries: Entries, site: Site, settings: Mapping[str, Value]
) -> Callable[[Post], KnownFacts | None]:
    """Return a function that tells what the next run need not find out again of a post."""
    made = {id(one.post): one for one in entries.entries}

    def facts(post: Post) -> KnownFacts | None:
        one = made.get(id(post)) or entry(post, site, settings)[0]
        if isinstance(one, Skip) or post.id:
            return None
        url = rule_link(post, site)
        return KnownFacts(
            one.item_id,
            one.atom_id,
            one.title,
            url,
            one.fingerprint,
            body_hash(post),
            words_of(post),
            is_named=own_url.names_post(post, url, site.root),
        )

    return facts


def entry(
    post: Post, site: Site, settings: Mapping[str, Value]
) -> tuple[Entry | Skip, list[Diagnostic]]:
    """Return the entry of one post, or the reason why it has none; and warnings about its id.

    `settings` are the settings of the site's engine; the fingerprint includes those that the body
    shows.
    """
    known = post.known
    if known:  # it was made of the same post for the same site
        return Entry(
            item_id=known.item_id,
            atom_id=known.atom_id,
            title=known.title,
            link=link(post, site),
            published=post.published,
            updated=post.updated,
            authors=authors(post, site),
            categories=tuple(dict.fromkeys([*post.categories, *post.tags])),
            language=post.language,
            fingerprint=known.fingerprint,
            post=post,
        ), []
    item, atom, warnings = identity.ids(post, site)
    if atom is None:
        # A tag: URI names a day on which its minter owned the authority (RFC 4151 section 2.1).
        reason = (
            "has no date in its file name, so its id needs site.since; set it to a day on which "
            f"you already owned {site.host}, e.g. `since: 2008-01-01`"
        )
        return Skip(post.path, reason, broken=True, post=post), warnings
    result = Entry(
        item_id=item,
        atom_id=atom,
        title=plain_title(post.title or post.name or "", post.syntax.titles) or None,
        link=link(post, site),
        published=post.published,
        updated=post.updated,
        authors=authors(post, site),
        categories=tuple(dict.fromkeys([*post.categories, *post.tags])),
        language=post.language,
        fingerprint=fingerprint(post, site, settings),
        post=post,
    )
    return result, warnings


def authors(post: Post, site: Site) -> tuple[Person, ...]:
    """The authors of the post, else the site's author, else a person with the site's title.

    RFC 4287 section 4.1.2 requires an author.
    """
    return post.authors or (site.author or Person(name=site.title),)


def body_hash(post: Post) -> str:
    """The SHA-256 of the body in hex; posts with the same text share it. Empty without a text."""
    if post.known:
        return post.known.body_hash
    text = post.body.strip()
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest() if text else ""


def words_of(post: Post) -> int:
    """The number of words in the body."""
    return post.known.words if post.known else count_words(post.body)


def fingerprint(post: Post, site: Site, settings: Mapping[str, Value]) -> str:
    """Hash what the author wrote, and the options of the site that show in the entry.

    Empty values are left out: so a later version can add a key without changing the fingerprint of
    every post, which would send all of them to subscribers again.
    """
    parts = {
        "title": post.title,
        "link": rule_link(post, site),
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
        # An empty value would be left out, so a hyphen stands for a missing summary.
        "content": (own_summary(post) or "-") if post.content == "summary" else None,
        # The summary is the content of a post whose body is empty.
        "words": None if post.body.strip() else own_summary(post),
        "license": post.license,
    }
    given = {key: value for key, value in parts.items() if value}
    canonical = json.dumps(given, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


def with_earlier_ids(entry: Entry, site: Site) -> Iterator[Entry]:
    """The entry with the ids that earlier versions of publisher may have given it."""
    for post in entry.post.earlier_ids:
        item, atom, _ = identity.ids(post, site)
        if atom and item != entry.item_id:
            yield replace(entry, item_id=item, atom_id=atom)


def own_summary(post: Post) -> str | None:
    """The summary that the front matter gives, on one line."""
    summaries = (post.values.get(key) for key in SUMMARY_KEYS)
    return next(filter(None, map(one_line, summaries)), None)


def shown_summary(post: Post) -> str | None:
    """The summary that the front matter gives, as readers see it."""
    summary = own_summary(post)
    return summary and plain_title(summary, post.syntax.titles)


def _medium(medium: Medium) -> dict[str, str | float]:
    parts = {
        name: getattr(medium, name) for name in ("href", "type", "length", "duration", "title")
    }
    return {key: value for key, value in parts.items() if value is not None}


def _person(person: Person) -> dict[str, str]:
    parts = {"name": person.name, "email": person.email, "uri": person.uri}
    return {key: value for key, value in parts.items() if value}
