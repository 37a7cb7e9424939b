"""What was read of a file, as values that can be written down and read again in microseconds.

The text of a post is no part of it: `Post.later` has it. What cannot be written down in this way is
not kept, and the file is read again.
"""

from __future__ import annotations

import datetime as dt
from operator import attrgetter
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Literal, TypeAlias

import msgspec
from msgspec import Struct

from publisher.config import Person
from publisher.post import Diagnostic, Episode, KnownFacts, Medium, Page, Post, Skip, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from publisher.post import BodySyntax

    Later = Callable[[Post, str], Mapping[str, object]]

# What a file is, and its warnings.
Outcome: TypeAlias = "tuple[Post | Skip | Page | None, Sequence[Diagnostic]]"
KeptDiagnostic: TypeAlias = tuple[str, int, str]
KeptEpisode: TypeAlias = tuple[
    int | None, int | None, Literal["full", "trailer", "bonus"] | None, bool | None
]


class KeptMedium(Struct, array_like=True, frozen=True):
    """The fields of Medium."""

    href: str
    line: int
    type: str | None
    length: int | None
    duration: float | None
    title: str | None
    name: str | None
    file: str | None


class KeptFields(Struct, array_like=True, frozen=True):
    """The fields of Post that every run needs of every post, in any order."""

    published: dt.datetime
    updated: dt.datetime
    page: str
    categories: tuple[str, ...]
    tags: tuple[str, ...]
    authors: tuple[Person, ...]
    language: str | None
    id: tuple[str, int] | None
    syndicate: dt.datetime | None
    address: str | None


class MoreFields(Struct, array_like=True, frozen=True):
    """The fields of Post that runs need of few posts, in any order."""

    body_line: int
    markup: str
    marker: str | None
    title: str | None
    slug: str
    file_date: dt.date | None
    name: str | None
    lines: tuple[int, int]
    templates: str
    content: str | None
    license: str | None
    body_from_source: bool
    files: tuple[tuple[str, str], ...]
    source: str


class KeptMore(Struct, array_like=True, frozen=True):
    """What runs need of few posts. Few have media or are episodes."""

    fields: MoreFields
    enclosures: tuple[KeptMedium, ...]
    image: KeptMedium | None
    episode: KeptEpisode | None


class KeptPost(Struct, array_like=True, frozen=True):
    """A post without its text. `more` is a KeptMore that is decoded if somebody needs it."""

    fields: KeptFields
    known: KnownFacts | None
    more: msgspec.Raw


class KeptSkip(Struct, array_like=True, frozen=True):
    """The fields of Skip that one can have which is kept."""

    reason: str
    line: int | None
    status: Status
    warnings: tuple[KeptDiagnostic, ...]
    on_web: bool


class KeptPage(Struct, array_like=True, frozen=True):
    """The fields of Page that one can have which is kept."""

    reason: str
    has_url: bool


class KeptOutcome(Struct, array_like=True, frozen=True):
    """What a file is: a post, or a skip or a page with or without a post, or nothing of these."""

    post: KeptPost | None
    skip: KeptSkip | None
    page: KeptPage | None
    warnings: tuple[KeptDiagnostic, ...]


# What only posts have that are not kept.
_EMPTY: Mapping[str, object] = {"link": None, "base": None, "summary": None, "earlier_ids": ()}
_NO_EPISODE = Episode()

_fields_of = attrgetter(*KeptFields.__struct_fields__)
_more_of = attrgetter(*MoreFields.__struct_fields__)
_read_more = msgspec.msgpack.Decoder(KeptMore).decode


def _plain(value: object) -> str:
    """The text of a value of a subclass of str, e.g. one without quotes in YAML."""
    if isinstance(value, str):
        return str(value)
    raise TypeError(f"a value of {type(value)} cannot be kept")


_write = msgspec.msgpack.Encoder(enc_hook=_plain).encode


def written(value: Struct | str) -> msgspec.Raw | None:
    """The value as MessagePack; None if it holds what cannot be written, e.g. a lone surrogate."""
    try:
        return msgspec.Raw(_write(value))
    except (UnicodeEncodeError, TypeError):
        return None


def kept(outcome: Outcome, syntax: BodySyntax, location: PurePosixPath) -> KeptOutcome | None:
    """What was read of a file, without facts; None if it depends on more than files.

    `syntax` and `location` are those that the path gives to a post.
    """
    found, warnings = outcome
    if found is None:
        return KeptOutcome(None, None, None, _warnings(warnings))
    if isinstance(found, Page):
        # One that is meant as a post depends on the history of git.
        of_page = None if found.is_meant else _kept_post(found.post, found.path, syntax, location)
        page = KeptPage(found.reason, found.has_url)
        return KeptOutcome(of_page, None, page, _warnings(warnings)) if of_page else None
    if isinstance(found, Post):
        post = _kept_post(found, found.path, syntax, location)
        return KeptOutcome(post, None, None, _warnings(warnings)) if post else None
    return _kept_skip(found, warnings, syntax, location)


def _kept_skip(
    skip: Skip, warnings: Sequence[Diagnostic], syntax: BodySyntax, location: PurePosixPath
) -> KeptOutcome | None:
    # What a broken file is may depend on the rights of the user, the others on the clock.
    if skip.broken or skip.deleted or skip.status in {"future", "expired", "deleted"}:
        return None
    post = _kept_post(skip.post, skip.path, syntax, location) if skip.post else None
    if skip.post and post is None:
        return None
    own = KeptSkip(skip.reason, skip.line, skip.status, _warnings(skip.warnings), skip.on_web)
    return KeptOutcome(post, own, None, _warnings(warnings))


def _kept_post(
    post: Post, path: PurePosixPath, syntax: BodySyntax, location: PurePosixPath
) -> KeptPost | None:
    is_plain = post.path == path and post.syntax == syntax and post.location == location
    is_plain &= post.published.tzinfo is dt.UTC and post.updated.tzinfo is dt.UTC
    if not is_plain or any(getattr(post, name) != value for name, value in _EMPTY.items()):
        return None
    episode = post.episode
    more = KeptMore(
        MoreFields(*_more_of(post)),
        tuple(map(_kept_medium, post.enclosures)),
        _kept_medium(post.image) if post.image else None,
        None
        if episode == _NO_EPISODE
        else (episode.number, episode.season, episode.type, episode.explicit),
    )
    raw = written(more)
    return KeptPost(KeptFields(*_fields_of(post)), None, raw) if raw else None


def _kept_medium(medium: Medium) -> KeptMedium:
    return KeptMedium(
        medium.href,
        medium.line,
        medium.type,
        medium.length,
        medium.duration,
        medium.title,
        medium.name,
        str(medium.file) if medium.file else None,
    )


def with_facts(outcome: KeptOutcome, facts: KnownFacts | None) -> KeptOutcome:
    """The same file with what is known of its post."""
    if facts is None or outcome.post is None:
        return outcome
    post = msgspec.structs.replace(outcome.post, known=facts)
    return msgspec.structs.replace(outcome, post=post)


class Shared(Struct):
    """Values that many posts have, each once: for thousands of posts they would be megabytes."""

    texts: dict[tuple[str, ...], tuple[str, ...]] = msgspec.field(default_factory=dict)


def read_again(outcome: KeptOutcome, path: str, later: Later, shared: Shared) -> Outcome:
    """What `kept` was made of; `later` has what few runs need of the post, and its text."""
    post = _post(outcome.post, path, later, shared) if outcome.post else None
    warnings = _diagnostics(outcome.warnings)
    if skip := outcome.skip:
        return (
            Skip(
                PurePosixPath(path),
                skip.reason,
                skip.line,
                status=skip.status,
                post=post,
                warnings=_diagnostics(skip.warnings),
                on_web=skip.on_web,
            ),
            warnings,
        )
    if outcome.page and post:
        return Page(
            PurePosixPath(path), outcome.page.reason, post, has_url=outcome.page.has_url
        ), warnings
    return post, warnings


def _post(kept: KeptPost, path: str, later: Later, shared: Shared) -> Post:
    """The post, made without its constructor, which needs the text."""
    post = object.__new__(Post)
    fields = kept.fields
    for set_, value in zip(_setters, msgspec.structs.astuple(fields), strict=True):
        set_(post, value)
    if fields.updated == fields.published:
        _set_updated(post, fields.published)
    if fields.tags:
        _set_tags(post, shared.texts.setdefault(fields.tags, fields.tags))
    if fields.categories:
        _set_categories(post, shared.texts.setdefault(fields.categories, fields.categories))
    _set_file(post, path)
    _set_loaded(post, ())
    _set_known(post, kept.known)
    _set_later(post, later)
    return post


_setters = [getattr(Post, name).__set__ for name in KeptFields.__struct_fields__]
_set_file, _set_loaded, _set_known, _set_later, _set_updated, _set_tags, _set_categories = (
    getattr(Post, name).__set__
    for name in ("file", "loaded", "known", "later", "updated", "tags", "categories")
)


def more_of(kept: KeptPost) -> dict[str, object]:
    """The fields of the post that are decoded later, but for those that its path gives."""
    more = _read_more(kept.more)
    return {
        **msgspec.structs.asdict(more.fields),
        **_EMPTY,
        "enclosures": tuple(map(_medium, more.enclosures)),
        "image": _medium(more.image) if more.image else None,
        "episode": _episode(more.episode) if more.episode else _NO_EPISODE,
    }


def _medium(kept: KeptMedium) -> Medium:
    return Medium(
        kept.href,
        kept.line,
        kept.type,
        kept.length,
        kept.duration,
        kept.title,
        kept.name,
        PurePosixPath(kept.file) if kept.file else None,
    )


def _episode(values: KeptEpisode) -> Episode:
    number, season, type_, explicit = values
    return Episode(number=number, season=season, type=type_, explicit=explicit)


def _warnings(diagnostics: Sequence[Diagnostic]) -> tuple[KeptDiagnostic, ...]:
    return tuple((str(one.path), one.line, one.message) for one in diagnostics)


def _diagnostics(kept: Sequence[KeptDiagnostic]) -> tuple[Diagnostic, ...]:
    return tuple(Diagnostic(PurePosixPath(path), line, text) for path, line, text in kept)
