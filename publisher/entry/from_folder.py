"""The entries of a folder: which of its posts keep the ids that they claim, and which files do not.

Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from publisher import identity
from publisher.entry.from_post import Entry, Tombstone, body_hash, entry, with_earlier_ids
from publisher.identity.advice import own_id
from publisher.identity.claims import Claimant, Claims
from publisher.post import Diagnostic, Reading, Skip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import PurePosixPath

    from publisher.config import Site
    from publisher.identity.claims import PublishedItem, Standing
    from publisher.post import Page, Post, Status


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
