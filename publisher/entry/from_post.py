"""Turn a post into an Atom entry (RFC 4287): ids, title, link, dates, authors, fingerprint."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from publisher import identity
from publisher.config import Person
from publisher.content import templates
from publisher.identity import own_url
from publisher.post import SUMMARY_KEYS, Diagnostic, KnownFacts, Skip
from publisher.sources.front_matter.typed_values import one_line
from publisher.text.shortening import count_words
from publisher.text.titles import plain_title
from publisher.text.uris import uri

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from publisher.config import Site
    from publisher.post import Medium, Post
    from publisher.text.yaml_document import Value


_encoded = json.JSONEncoder(ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode


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


def facts_of(
    entries: Iterable[Entry], site: Site, settings: Mapping[str, Value]
) -> Callable[[Post], KnownFacts | None]:
    """Return a function that tells what the next run need not find out again of a post."""
    made = {id(one.post): one for one in entries}

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
            categories=_categories(post),
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
        categories=_categories(post),
        language=post.language,
        fingerprint=fingerprint(post, site, settings),
        post=post,
    )
    return result, warnings


def _categories(post: Post) -> tuple[str, ...]:
    """The categories and tags of the post, each once; the same object as those if it can be."""
    both = (*post.categories, *post.tags)
    if len({*both}) < len(both):
        return tuple(dict.fromkeys(both))
    return post.tags if not post.categories else post.categories if not post.tags else both


def authors(post: Post, site: Site) -> tuple[Person, ...]:
    """The authors of the post, else the site's author, else a person with the site's title.

    RFC 4287 section 4.1.2 requires an author.
    """
    return post.authors or _alone(site.author or Person(name=site.title))


@lru_cache(maxsize=1)
def _alone(author: Person) -> tuple[Person, ...]:
    """Nearly all posts of a site have one author, so they share the object."""
    return (author,)


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
    return hashlib.sha256(_encoded(given).encode("ascii")).hexdigest()


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
