"""Read a file by the rules of its engine: as a post, a skip, a page, or as none of these.

A file that cannot be read becomes a Skip with the reason, so that one bad file stops no run.
Nothing is guessed: a file without a date is a page or an error, and is not dated today.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from publisher.errors import PostError
from publisher.post import Diagnostic, Page, Post, Skip
from publisher.sources.engines.engine import (
    UPDATED,
    Moment,
    UndatedError,
    UnknownDateError,
    UrlParts,
)
from publisher.sources.engines.markups import (
    ASSETS,
    PLAIN_TEXT,
    RUBY_TEMPLATES,
    UNRENDERED,
    unrendered,
)
from publisher.sources.engines.names import Name, begins_with_date, date_fault, dated_part
from publisher.sources.front_matter import block, feed_options, media_keys, source_text
from publisher.sources.front_matter.typed_values import FrontMatter
from publisher.text.timestamps import z

if TYPE_CHECKING:
    from pathlib import PurePosixPath

    from publisher.post import Status
    from publisher.sources.engines.engine import PostReader

_FENCE = re.compile(r"\ufeff?(?:---|\+\+\+)[ \t]*\r?\n")
# Keys that may keep a post from readers, in lower case.
_GATES = frozenset({
    "draft", "isdraft", "is_draft", "publish", "published", "ispublished", "status", "visibility",
    "hidden", "private", "unlisted", "noindex", "password", "encrypt", "encrypted", "protected",
    "robots", "robotsnoindex", "feed", "deleted", "headless", "render", "build", "_build",
    "expirydate", "publishdate", "eleventyexcludefromcollections",
})  # fmt: skip
EMPTY = (
    "is empty; write the post, or restore its text from a backup or the repository; to retract "
    "it, remove the file"
)
_DATE_KEY = re.compile(r"^date[ \t]*[:=]", re.MULTILINE)
ReadFile = tuple["Post | Skip | Page | None", "list[Diagnostic]"]
# Two instants whose URLs differ in every part of a date, for files that have none.
_PLACEHOLDERS = (
    dt.datetime(1970, 1, 1, 1, 1, 1, tzinfo=dt.UTC),
    dt.datetime(1983, 11, 23, 12, 13, 14, tzinfo=dt.UTC),
)


def read_file(reader: PostReader, path: PurePosixPath, *, now: dt.datetime) -> ReadFile:
    """Read a file as a Post, a Skip, a Page, or None if it is none of these; and the warnings.

    Never raises: a file that cannot be read is a broken Skip.
    """
    if not _is_readable(reader, path):
        return None, []
    is_unrendered = reader.markup_of(path) == "unrendered"
    if is_unrendered and not reader.config.posts.from_pages:
        return Skip(path, unrendered(path.suffix.lower())), []
    unpublished: tuple[Status, str] | None = None
    try:
        unpublished = _ignored_by_site(reader, path) or reader.unpublished_by_path(path)
        return _read_post(reader, _front_matter(reader, path), unpublished, now)
    except PostError as error:
        if unpublished:
            return Skip(path, unpublished[1], status=unpublished[0]), []
        if is_unrendered:  # whether the site publishes such a file is unknown
            return Skip(path, error.message, error.line), []
        return _unreadable(path, error), []


def _ignored_by_site(reader: PostReader, path: PurePosixPath) -> tuple[Status, str] | None:
    reason = reader.ignored.reason(reader.folder.posts / path)
    return ("ignored", reason) if reason else None


def _is_readable(reader: PostReader, path: PurePosixPath) -> bool:
    """Whether a file may be a post, by its name or, if its markup is unknown, by its head."""
    if reader.markup_of(path) == "unrendered" and path.suffix.lower() in ASSETS:
        return False
    if _is_about_the_folder(path.name) or not reader.is_post(path):
        return False
    return reader.markup_of(path) != "unrendered" or _looks_like_post(reader, path)


def _looks_like_post(reader: PostReader, path: PurePosixPath) -> bool:
    """Whether a file that we do not render is probably a post.

    The layouts of a site, too, may be templates, but they have no dates.
    """
    kind = path.suffix.lower()
    if kind in PLAIN_TEXT:  # e.g. robots.txt
        return begins_with_date(path.stem)
    if kind in UNRENDERED or kind in RUBY_TEMPLATES:
        return True
    return begins_with_date(path.stem) or _has_dated_head(reader, path)


def _has_dated_head(reader: PostReader, path: PurePosixPath) -> bool:
    """Whether the file begins with front matter that has a date, or lies in `_posts`."""
    in_posts = "_posts" in (*reader.folder.posts.parts, *path.parts)
    head = reader.folder.head(path)
    return _FENCE.match(head) is not None and (in_posts or _DATE_KEY.search(head) is not None)


def _front_matter(reader: PostReader, path: PurePosixPath) -> FrontMatter:
    """The front matter with the defaults of the settings. Raises PostError."""
    document = reader.document(path)
    _refuse_foreign(path)
    _refuse_empty(reader, document, path)
    keys = reader.config.posts.keys
    _refuse_lost(document, path, keys.get("draft"))
    own = {key for key, value in document.values.items() if value is not None}
    reader.add_defaults(document.values, path)
    return FrontMatter(
        document,
        path,
        keys=keys,
        known=reader.persons,
        origin=lambda key: None if key in own else reader.origin(path, key),
    )


def _refuse_empty(reader: PostReader, document: block.PostFile, path: PurePosixPath) -> None:
    """Refuse a file without a word, e.g. one that was cut by a full disk. Raises PostError.

    A post without a body has front matter at least. Where empty files are common, only those are
    refused whose names have dates, as posts have.
    """
    has_values = any(value is not None for value in document.values.values())
    if has_values or document.text.strip():
        return
    if not reader.record.has_empty_notes or reader.name(path).date:
        raise PostError(path, EMPTY, line=1)


def _refuse_lost(document: block.PostFile, path: PurePosixPath, own_draft: str | None) -> None:
    """Refuse a file in which a key that may make it a draft cannot be read. Raises PostError."""
    for key, line in document.lost_keys:
        if key.lower() in _GATES or key == own_draft:
            message = (
                f"{key} cannot be read; begin its line with `{key}:`, without spaces before, and "
                "put a value with a colon in quotes"
            )
            raise PostError(path, message, line=line)


def _read_post(
    reader: PostReader,
    front_matter: FrontMatter,
    unpublished: tuple[Status, str] | None,
    now: dt.datetime,
) -> ReadFile:
    unpublished = unpublished or reader.unpublished_by_front_matter(front_matter)
    try:
        post = _post(reader, front_matter)
    except PostError as error:
        # A draft may be incomplete: it is not published anyway.
        if unpublished:
            diagnostics = front_matter.diagnostics()
            return Skip(
                front_matter.path, unpublished[1], status=unpublished[0], warnings=diagnostics
            ), []
        if isinstance(error, UndatedError):
            is_misspelt = date_fault(dated_part(front_matter.path))
            warnings = [Diagnostic(front_matter.path, 1, error.message)] if is_misspelt else []
            return _page(reader, front_matter, error), warnings
        raise
    unpublished = unpublished or _not_now(reader, front_matter, post, now)
    if unpublished:
        skip: Skip | None = Skip(front_matter.path, unpublished[1], status=unpublished[0])
    else:
        skip = _taken_out(reader, front_matter, post, now)
    diagnostics = front_matter.diagnostics()
    return (replace(skip, post=post, warnings=diagnostics), []) if skip else (post, [*diagnostics])


def _post(reader: PostReader, front_matter: FrontMatter) -> Post:
    """The post of a file. Raises PostError."""
    block.require_no_conflict(front_matter.document, front_matter.path)
    name = reader.name(front_matter.path)
    post = _dated_post(reader, front_matter, name, reader.published(front_matter, name))
    return reader.finished(front_matter, post)


def _dated_post(
    reader: PostReader, front_matter: FrontMatter, name: Name, published: Moment
) -> Post:
    """The post of a file, published at that moment. Raises PostError."""
    slug = front_matter.wanted("slug") or name.slug
    categories, tags = reader.categories(front_matter), reader.tags(front_matter)
    language = front_matter.language() or name.language
    markup = reader.markup_of(front_matter.path)
    is_off = markup == "unrendered" or front_matter.is_false("render_with_liquid")
    return Post(
        path=front_matter.path,
        body=front_matter.document.body,
        body_line=front_matter.document.body_line,
        markup=markup,
        marker=reader.marker(front_matter) if markup != "unrendered" else None,
        title=front_matter.wanted("title"),
        slug=slug,
        published=published.instant,
        updated=reader.updated(front_matter, published),
        file_date=name.date,
        page=reader.page(front_matter, UrlParts(name, published, slug, categories)),
        categories=categories,
        tags=tags,
        authors=front_matter.authors(),
        language=language,
        name=reader.default_title(name),
        id=front_matter.id(),
        syntax=reader.syntax(front_matter.path),
        location=reader.location / front_matter.path,
        lines=_lines_of_dates(reader, front_matter),
        values=front_matter.document.values,
        enclosures=media_keys.enclosures(front_matter),
        image=media_keys.image(front_matter),
        content=feed_options.content(front_matter),
        license=feed_options.license_of(front_matter),
        syndicate=feed_options.syndicate(front_matter, reader.zone),
        episode=feed_options.episode(front_matter),
        body_from_source=feed_options.body_from_source(front_matter),
        templates="off" if is_off else reader.config.posts.templates,
        source=_source(reader, front_matter),
    )


def _lines_of_dates(reader: PostReader, front_matter: FrontMatter) -> tuple[int, int]:
    published = front_matter.first(*reader.record.dates, *reader.record.late_dates)
    updated = front_matter.first(*UPDATED)
    return front_matter.line(published or ""), front_matter.line(updated or "")


def _source(reader: PostReader, front_matter: FrontMatter) -> str:
    """The hash of the author's text, for `Post.source`."""
    text = reader.source_text(front_matter.path, front_matter.document.text)
    names = reader.config.posts.keys
    own = [*reader.own_keys, *(name for key, name in names.items() if key != "draft")]
    has_templates = reader.record.syntax.template_language != "none"
    return source_text.digest(text, own, has_templates=has_templates)


def _page(reader: PostReader, front_matter: FrontMatter, error: UndatedError) -> Page:
    """The page that a file without a date is. Raises PostError."""
    name = reader.name(front_matter.path)
    one, other = (
        _dated_post(reader, front_matter, name, Moment(instant, instant.astimezone(reader.zone)))
        for instant in _PLACEHOLDERS
    )
    return Page(
        front_matter.path,
        error.message,
        reader.addressed(one),
        has_url=one.page == other.page,
        is_meant=isinstance(error, UnknownDateError),
    )


def _taken_out(
    reader: PostReader, front_matter: FrontMatter, post: Post, now: dt.datetime
) -> Skip | None:
    """A Skip if the post is, or was, on the web but does not belong into feeds.

    A post that is not for everybody is `restricted`, not `hidden`: its item stays, which may
    have been published before publisher knew the key.
    """
    deleted = feed_options.deleted(front_matter, reader.zone)
    if deleted == "undated":
        return Skip(front_matter.path, "deleted", status="deleted")
    if deleted and deleted > now:
        reader.deadlines.append(deleted)
    elif deleted:
        if post.published > deleted:
            front_matter.warn("deleted", "deleted is before the date of the post; check both dates")
        reason = f"deleted on {front_matter.text('deleted')}"
        return Skip(front_matter.path, reason, status="deleted", deleted=deleted)
    if feed_options.is_left_out(front_matter):
        return Skip(front_matter.path, "feed: false", status="hidden", on_web=True)
    if key := feed_options.restriction(front_matter):
        reason = f"{key} is set, so it is not for every reader; remove the key to publish it"
        return Skip(front_matter.path, reason, status="restricted", on_web=True)
    return None


def _not_now(
    reader: PostReader, front_matter: FrontMatter, post: Post, now: dt.datetime
) -> tuple[Status, str] | None:
    if post.published > now and not reader.shows_future:
        return "future", f"scheduled for {z(post.published)}"
    expiry = reader.expiry(front_matter)
    if expiry and expiry <= now:
        return "expired", f"expired on {z(expiry)}"
    if expiry:
        reader.deadlines.append(expiry)
    return None


def _unreadable(path: PurePosixPath, error: PostError) -> Skip:
    """The broken Skip for an error."""
    # The error may be about another file, e.g. the page of the section; then the reason names it.
    if error.path == path:
        return Skip(path, error.message, error.line, broken=True)
    return Skip(path, str(error), broken=True)


def _is_about_the_folder(name: str) -> bool:
    # `_index.md` is the page of a section in Hugo and Zola.
    return name.startswith(("README", "_index.")) or name.lower().startswith("readme.")


def _refuse_foreign(path: PurePosixPath) -> None:
    """Refuse a file name that is not UTF-8, which no URL can contain. Raises PostError."""
    try:
        str(path).encode("utf-8")
    except UnicodeEncodeError as error:
        problem = (
            "has a name that this locale cannot read; run with LC_ALL=C.UTF-8"
            if _is_utf_8(os.fsencode(path))
            else "has a name that is not UTF-8; rename it"
        )
        raise PostError(path, problem) from error


def _is_utf_8(name: bytes) -> bool:
    try:
        name.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
