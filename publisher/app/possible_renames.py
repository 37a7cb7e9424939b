"""Find the posts of a project that may have been renamed, and keep their ids in feeds meanwhile."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections import defaultdict
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from msgspec.structs import replace

from publisher import entry as entry_
from publisher import identity
from publisher.app import readable_ledger
from publisher.identity.advice import page_line
from publisher.post import UNBUILT
from publisher.sync.renames import LEAST_WORDS, NewPost, Renames, front_matter_line
from publisher.text.characters import short_line

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from publisher.config import Config, Site
    from publisher.entry import Entries, Entry
    from publisher.identity.claims import PublishedItem
    from publisher.post import Post
    from publisher.sync.ledger import Ledger

SHOWN_ID = 100  # characters of an `id:` in a message
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def find(entries: Entries, config: Config, ledger: Ledger, as_new: Collection[str]) -> Renames:
    """What the whole folder of the posts and the ledger show about renames. Raises LedgerError.

    A post whose publication was accepted by an earlier run is not new. One that waits for its page,
    or has none, may be a renamed one, too: its item must not be retracted meanwhile.
    """
    published, accepted = ledger.published_items(), ledger.accepted_anywhere()
    known = {item.item_id for item in published}
    has_file = entry_.file_finder(entries, config.site)
    unbuilt = unbuilt_posts(entries, config.site)
    posts = {**unbuilt, **{one.item_id: one.post for one in entries.entries}}
    accepted_ids = {item_id for item_id, _ in accepted}
    atom_ids = {item.item_id: item.atom_id for item in published}

    def advice(new: NewPost, item_id: str, atom_id: str) -> str:
        return _advice(posts[new.id], item_id, atom_id or atom_ids.get(item_id, ""), config)

    return Renames(
        new={
            item_id: _unbuilt(item_id, post)
            for item_id, post in unbuilt.items()
            if item_id not in known | accepted_ids and entry_.words_of(post) >= LEAST_WORDS
        }
        | {
            one.item_id: _new_post(one)
            for one in entries.entries
            if one.item_id not in known
            and (one.item_id, one.fingerprint) not in accepted
            and entry_.words_of(one.post) >= LEAST_WORDS
        },
        vanished=_by_text(item for item in published if not has_file(item.item_id)),
        has_file=has_file,
        advice=advice,
        keeping=partial(_keeping, config),
        as_new=frozenset(as_new),
        with_id=frozenset(id_ for id_, post in posts.items() if post.id is not None),
    )


def unbuilt_posts(entries: Entries, site: Site) -> Mapping[str, Post]:
    """The posts that wait for their pages or have none, by the ids that their items would have."""
    return {
        identity.ids(skip.post, site)[0]: skip.post
        for skip in entries.skipped
        if skip.status in UNBUILT and skip.post
    }


def _advice(post: Post, item_id: str, atom_id: str, config: Config) -> str:
    """How a renamed post keeps its item."""
    if config.posts.feed:
        return "if it is an older post with a new id, give it its old id in the feed again"
    line = (
        f"replace its line `id: {short_line(post.id[0], SHOWN_ID)}` by: id: {item_id}"
        if post.id
        else f"add this line to its front matter: id: {item_id}"
    )
    if config.posts.pages:  # which have no front matter
        line = page_line(post.path, item_id, config.posts.given_ids, file=config.path.name)
    _, kept, _ = identity.ids(dataclasses.replace(post, id=(item_id, 1)), config.site)
    if not atom_id or kept == atom_id:
        return f"if it was renamed, {line}"
    ids = f"its atom:id was {atom_id} and becomes {kept}, so feed readers show it again"
    if post.id and identity.ids(post, config.site)[1] == atom_id:
        return (
            "if it was renamed, give the file its old name; no line keeps both ids. If you "
            f"{line}, the item stays, but {ids}"
        )
    if date := _date_that_keeps(dataclasses.replace(post, id=(item_id, 1)), atom_id, config.site):
        return f"if it was renamed, {line} ({ids}, unless its file name has the date {date})"
    return f"if it was renamed, {line} ({ids})"


def _keeping(config: Config, path: str, items: Sequence[str]) -> str:
    """How the post with this path keeps one of these items."""
    if config.posts.feed:
        return "give it its old id in the feed again"
    if config.posts.pages:
        page, file = PurePosixPath(path), config.path.name
        keep = page_line(page, items[0], config.posts.given_ids, file=file)
        return f"{keep} (or {' or '.join(items[1:])})" if items[1:] else keep
    return front_matter_line(items)


def _date_that_keeps(post: Post, atom_id: str, site: Site) -> str:
    """The date in the file name with which the post has this atom:id; empty if there is none."""
    for date in _DATE.findall(atom_id):
        try:
            dated = dataclasses.replace(post, file_date=dt.date.fromisoformat(date))
        except ValueError:
            continue
        if identity.ids(dated, site)[1] == atom_id:
            return str(date)
    return ""


def _new_post(entry: Entry) -> NewPost:
    # A post without a title would have to be rendered to find one.
    title, path = entry.title or "", str(entry.post.path)
    return NewPost(entry.item_id, title, path, entry_.body_hash(entry.post), entry.published)


def _unbuilt(item_id: str, post: Post) -> NewPost:
    path = str(post.path)
    return NewPost(item_id, post.title or "", path, entry_.body_hash(post), post.published)


def _by_text(items: Iterable[PublishedItem]) -> Mapping[str, frozenset[str]]:
    """The ids of the items by the hash of their text. Old ledgers do not have every text."""
    by_text: defaultdict[str, frozenset[str]] = defaultdict(frozenset)
    for item in items:
        if item.body:
            by_text[item.body] |= {item.item_id}
    return by_text


def with_kept_ids(entries: Entries, config: Config, as_new: Collection[str]) -> Entries:
    """The entries as feeds show them: a held post has the ids of the item that it may be.

    So feed readers see the post only once, whatever the author decides. Without a ledger that can
    be read, no post is known to be held.
    """

    def kept_items(ledger: Ledger) -> Mapping[str, PublishedItem]:
        held = find(entries, config, ledger, as_new).recorded
        items = {item.item_id: item for item in ledger.published_items()}
        return {new: items[old] for new, old in held.items()}

    nothing: Mapping[str, PublishedItem] = {}
    kept = readable_ledger.ask(config.state, kept_items, otherwise=nothing)
    return (
        dataclasses.replace(entries, entries=tuple(_shown(entries.entries, kept)))
        if kept
        else entries
    )


def _shown(entries: Sequence[Entry], kept: Mapping[str, PublishedItem]) -> Iterator[Entry]:
    """The entries with their kept ids. If two posts would have the same id, the first has it."""
    taken: set[str] = set()
    for entry in entries:
        item = kept.get(entry.item_id)
        if item is None:
            yield entry
        elif item.item_id not in taken:
            taken.add(item.item_id)
            yield replace(entry, item_id=item.item_id, atom_id=item.atom_id)
