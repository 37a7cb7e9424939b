"""The base of all engines: the record of a site generator, and the reader of its posts.

The reader turns a file into a Post, or into a Skip with the reason. The methods of PostReader are
the rules for a plain folder of Markdown; the reader of an engine overrides those that differ.
Nothing is guessed: a file without a date is a page or an error, and is not dated today.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, TypeAlias

from publisher.errors import PostError
from publisher.post import Diagnostic, Page, Post, Skip
from publisher.sources.engines import ignored, markups
from publisher.sources.engines.markups import (
    ASSETS,
    MARKUPS,
    NOTEBOOK,
    PLAIN_TEXT,
    RUBY_TEMPLATES,
    UNRENDERED,
    unrendered,
)
from publisher.sources.engines.names import (
    Name,
    begins_with_date,
    date_and_words,
    date_fault,
    date_in_path,
)
from publisher.sources.front_matter import (
    block,
    feed_options,
    formats,
    headers,
    media_keys,
    source_text,
)
from publisher.sources.front_matter.values import FrontMatter, language_tag, one_line, unique
from publisher.system.symlinks import LinkError
from publisher.text import permalinks
from publisher.text.characters import legal
from publisher.text.dates import DateError, WrittenDate
from publisher.text.markers import marker_of
from publisher.text.timestamps import z

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from publisher.config import Engine, Person
    from publisher.post import BodySyntax, Markup, Status
    from publisher.sources.engines.detected import DetectedSite
    from publisher.sources.engines.ignored import FindIgnored, Ignored
    from publisher.sources.engines.scripts import AddressScript
    from publisher.sources.front_matter.block import FrontMatterReader
    from publisher.sources.front_matter.source_text import SourceReader, SourceText
    from publisher.sources.post_files import PostFiles
    from publisher.system.symlinks import Reach
    from publisher.text.yaml_document import Value

LATE_DATES = (
    "created_at", "created", "publishdate", "publishDate", "pubdate", "pubDate", "published_at",
)  # fmt: skip
UPDATED = ("updated", "last_modified_at", "lastmod", "modified")

_FENCE = re.compile(r"\ufeff?(?:---|\+\+\+)[ \t]*\r?\n")
_DATE_KEY = re.compile(r"^date[ \t]*[:=]", re.MULTILINE)
# Values of the key `status` in Pelican and Nikola.
_HIDDEN = frozenset({"draft", "hidden", "private", "skip"})
FindScripts: TypeAlias = (
    "Callable[[Path, Path, Reach], Sequence[AddressScript]]"  # site, posts, what may be read
)
ReadFile = tuple["Post | Skip | Page | None", "list[Diagnostic]"]
# Two instants whose URLs differ in every part of a date, for files that have none.
_PLACEHOLDERS = (
    dt.datetime(1970, 1, 1, 1, 1, 1, tzinfo=dt.UTC),
    dt.datetime(1983, 11, 23, 12, 13, 14, tzinfo=dt.UTC),
)


class UndatedError(PostError):
    """A file has no date, and its engine needs none, so it is a page."""


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant in UTC, and the same instant in the zone whose date shows in the URL."""

    instant: dt.datetime
    local: dt.datetime


@dataclass(frozen=True, kw_only=True)
class EngineRecord:
    """The properties of one site generator.

    `settings` are the possible names of its settings file; the first that exists is read.
    `programs` are files that mark the folder of a site, too, but are never run. `posts_folder` is
    the usual folder of the posts, relative to the site. `detect` describes the site in a folder if
    it belongs to this engine; it raises ConfigError if the settings cannot be read.

    `markups` maps the extension of a file to its markup. `front_matter_readers` are the forms of
    front matter, in the order in which they are tried; `source_readers` are the same forms for
    `Post.source`, and must stay as they are. The keys `dates` have priority over the date in the
    file name, which has priority over the keys `late_dates`.

    `has_rules` is false if the addresses of posts are only guesses. `address_scripts` finds the
    programs of a site that compute these addresses: its arguments are the folders of the site and
    of the posts, and what may be read.
    """

    name: Engine
    reader: Callable[[PostFiles, EngineRecord], PostReader]
    detect: Callable[[Path], DetectedSite | None]
    syntax: BodySyntax
    settings: Sequence[str] = ()
    programs: Sequence[str] = ()
    posts_folder: str | None = None
    markups: Mapping[str, Markup] = field(default_factory=lambda: MARKUPS)
    front_matter_readers: Sequence[FrontMatterReader] = (
        block.fenced,
        formats.toml,
        formats.named,
        formats.braced,
    )
    source_readers: Sequence[SourceReader] = source_text.FENCES
    dates: Sequence[str] = ("date",)
    late_dates: Sequence[str] = LATE_DATES
    has_rules: bool = True
    address_scripts: FindScripts = field(default=lambda *_: ())
    ignored: FindIgnored = ignored.nothing

    @property
    def site_files(self) -> Sequence[str]:
        """The files that mark the folder of a site."""
        return (*self.settings, *self.programs)


class PostReader:
    """Reads the posts of one folder.

    The constructor raises ConfigError if the settings of the site cannot be read.
    """

    def __init__(self, folder: PostFiles, record: EngineRecord) -> None:
        self.folder = folder
        self.record = record
        self.config = folder.config
        self.zone: dt.tzinfo = folder.config.site.zone
        self._templates = folder.config.posts.templates
        # The folder of the posts, relative to the folder of the site's content.
        self.location = PurePosixPath()

    @cached_property
    def settings(self) -> dict[str, Value]:
        """The site's own settings; empty if there are none. Raises ConfigError."""
        return self.folder.settings(*self.record.settings)

    @cached_property
    def languages(self) -> frozenset[str]:
        """The languages that a file name may end with, in lower case."""
        return frozenset(
            tag.lower() for tag in self.config.posts.languages or self.site_languages()
        )

    def site_languages(self) -> list[str]:
        """The languages that the settings name."""
        return []

    def read(self, path: PurePosixPath, *, now: dt.datetime) -> ReadFile:
        """Read a file as a Post, a Skip, a Page, or None if it is none of these; and the warnings.

        Never raises: a file that cannot be read is a broken Skip.
        """
        if not self._is_readable(path):
            return None, []
        is_unrendered = self.markup_of(path) == "unrendered"
        if is_unrendered and not self._has_built_bodies:
            return Skip(path, unrendered(path.suffix.lower())), []
        unpublished: tuple[Status, str] | None = None
        try:
            unpublished = self._ignored_by_site(path) or self.unpublished_by_path(path)
            return self._read_post(self._front_matter(path), unpublished, now)
        except PostError as error:
            if unpublished:
                return Skip(path, unpublished[1], status=unpublished[0]), []
            if is_unrendered:  # whether the site publishes such a file is unknown
                return Skip(path, error.message, error.line), []
            return _unreadable(path, error), []

    @cached_property
    def ignored(self) -> Ignored:
        """What the settings of the site leave out."""
        folder = self.folder
        return self.record.ignored(folder.site, folder.posts, folder.reach)

    def _ignored_by_site(self, path: PurePosixPath) -> tuple[Status, str] | None:
        reason = self.ignored.reason(self.folder.posts / path)
        return ("ignored", reason) if reason else None

    def _is_readable(self, path: PurePosixPath) -> bool:
        """Whether a file may be a post, by its name or, if its markup is unknown, by its head."""
        if self.markup_of(path) == "unrendered" and path.suffix.lower() in ASSETS:
            return False
        if _is_about_the_folder(path.name) or not self.is_post(path):
            return False
        return self.markup_of(path) != "unrendered" or self._looks_like_post(path)

    @property
    def _has_built_bodies(self) -> bool:
        """Whether posts get the bodies of pages, so that any markup can be published."""
        return self.config.posts.from_pages

    def _looks_like_post(self, path: PurePosixPath) -> bool:
        """Whether a file that we do not render is probably a post.

        The layouts of a site, too, may be templates, but they have no dates.
        """
        kind = path.suffix.lower()
        if kind in PLAIN_TEXT:  # e.g. robots.txt
            return begins_with_date(path.stem)
        if kind in UNRENDERED or kind in RUBY_TEMPLATES:
            return True
        return begins_with_date(path.stem) or self._has_dated_head(path)

    def _has_dated_head(self, path: PurePosixPath) -> bool:
        """Whether the file begins with front matter that has a date, or lies in `_posts`."""
        in_posts = "_posts" in (*self.folder.posts.parts, *path.parts)
        head = self.folder.head(path)
        return _FENCE.match(head) is not None and (in_posts or _DATE_KEY.search(head) is not None)

    def _front_matter(self, path: PurePosixPath) -> FrontMatter:
        """The front matter with the defaults of the settings. Raises PostError."""
        document = self.document(path)
        _refuse_foreign(path)
        self.add_defaults(document.values, path)
        keys = self.config.posts.keys
        return FrontMatter(document, path, keys=keys, known=self.persons)

    def section(self, page: PurePosixPath) -> dict[str, Value]:
        """The front matter of a section's page; empty if it cannot be read.

        Raises PostError if the page lies behind a link that is not followed, or has a merge
        conflict: it may say that the posts of the section are drafts, which must not be published
        then.
        """
        try:
            return self.document(page).values
        except PostError as error:
            if isinstance(error, block.ConflictError) or isinstance(error.__cause__, LinkError):
                raise
            return {}

    def document(self, path: PurePosixPath) -> block.PostFile:
        """The file, split into front matter and body. Raises PostError."""
        read = block.read if self.markup_of(path) != "unrendered" else headers.read
        return read(self.folder.bytes(path), path, self.record.front_matter_readers)

    def markup_of(self, path: PurePosixPath) -> Markup:
        """The markup of a file, by the extension of its name."""
        return markups.of(path, self.record.markups)

    def _read_post(
        self, front_matter: FrontMatter, unpublished: tuple[Status, str] | None, now: dt.datetime
    ) -> ReadFile:
        unpublished = unpublished or self.unpublished_by_front_matter(front_matter)
        try:
            post = self.post(front_matter)
        except PostError as error:
            # A draft may be incomplete: it is not published anyway.
            if unpublished:
                diagnostics = front_matter.diagnostics()
                return Skip(
                    front_matter.path, unpublished[1], status=unpublished[0], warnings=diagnostics
                ), []
            if isinstance(error, UndatedError):
                is_misspelt = date_fault(_dated_part(front_matter.path))
                warnings = [Diagnostic(front_matter.path, 1, error.message)] if is_misspelt else []
                return self._page(front_matter, error), warnings
            raise
        unpublished = unpublished or self._not_now(front_matter, post, now)
        if unpublished:
            skip: Skip | None = Skip(front_matter.path, unpublished[1], status=unpublished[0])
        else:
            skip = self._taken_out(front_matter, post, now)
        diagnostics = front_matter.diagnostics()
        return (
            (replace(skip, post=post, warnings=diagnostics), []) if skip else (post, [*diagnostics])
        )

    def _page(self, front_matter: FrontMatter, error: UndatedError) -> Page:
        """The page that a file without a date is. Raises PostError."""
        name = self.name(front_matter.path)
        one, other = (
            self.dated_post(front_matter, name, Moment(instant, instant.astimezone(self.zone)))
            for instant in _PLACEHOLDERS
        )
        return Page(front_matter.path, error.message, one, has_url=one.page == other.page)

    def _taken_out(self, front_matter: FrontMatter, post: Post, now: dt.datetime) -> Skip | None:
        """A Skip if the post is, or was, on the web but does not belong into feeds.

        A post that is not for everybody is `restricted`, not `hidden`: its item stays, which may
        have been published before publisher knew the key.
        """
        deleted = feed_options.deleted(front_matter, self.zone)
        if deleted == "undated":
            return Skip(front_matter.path, "deleted", status="deleted")
        if deleted and deleted <= now:
            if post.published > deleted:
                front_matter.warn(
                    "deleted", "deleted is before the date of the post; check both dates"
                )
            reason = f"deleted on {front_matter.text('deleted')}"
            return Skip(front_matter.path, reason, status="deleted", deleted=deleted)
        if feed_options.is_left_out(front_matter):
            return Skip(front_matter.path, "feed: false", status="hidden", on_web=True)
        if key := feed_options.restriction(front_matter):
            reason = f"{key} is set, so it is not for every reader; remove the key to publish it"
            return Skip(front_matter.path, reason, status="restricted", on_web=True)
        return None

    def _not_now(
        self, front_matter: FrontMatter, post: Post, now: dt.datetime
    ) -> tuple[Status, str] | None:
        if post.published > now and not self.shows_future:
            return "future", f"scheduled for {z(post.published)}"
        expiry = self.expiry(front_matter)
        if expiry and expiry <= now:
            return "expired", f"expired on {z(expiry)}"
        return None

    # --- what engines override ---

    @property
    def shows_future(self) -> bool:
        """Whether the settings publish a post with a date in the future at once."""
        return False

    @cached_property
    def persons(self) -> Mapping[str, Person]:
        """The authors by the short names that posts use."""
        return {}

    def syntax(self, path: PurePosixPath) -> BodySyntax:
        """How the engine reads the body of the post."""
        return self.record.syntax

    def is_post(self, path: PurePosixPath) -> bool:
        """Whether a file of this name is meant as a post."""
        return True

    def unpublished_by_path(self, path: PurePosixPath) -> tuple[Status, str] | None:
        """The status and reason if the path keeps the post from being published, else None."""
        return ("draft", "a draft") if "_drafts" in path.parts else None

    def add_defaults(self, values: dict[str, Value], path: PurePosixPath) -> None:
        """Add the values that the settings set for all posts of a folder."""

    def unpublished_by_front_matter(self, front_matter: FrontMatter) -> tuple[Status, str] | None:
        """The status and reason if the front matter keeps the post from being published."""
        if front_matter.is_true("draft"):
            return "draft", "a draft"
        if front_matter.is_false("published"):
            return "hidden", "published: false"
        status = (front_matter.text("status") or "").lower()
        if status in _HIDDEN:
            return "draft" if status == "draft" else "hidden", f"status: {status}"
        return None

    def expiry(self, front_matter: FrontMatter) -> dt.datetime | None:
        """The instant from which the site does not show the post, or None."""
        return None

    def post(self, front_matter: FrontMatter) -> Post:
        """The post of a file. Raises PostError."""
        block.require_no_conflict(front_matter.document, front_matter.path)
        name = self.name(front_matter.path)
        return self.dated_post(front_matter, name, self.published(front_matter, name))

    def dated_post(self, front_matter: FrontMatter, name: Name, published: Moment) -> Post:
        """The post of a file, published at that moment. Raises PostError."""
        slug = front_matter.wanted("slug") or name.slug
        categories, tags = self.categories(front_matter), self.tags(front_matter)
        language = front_matter.language() or name.language
        markup = self.markup_of(front_matter.path)
        is_off = markup == "unrendered" or front_matter.is_false("render_with_liquid")
        return Post(
            path=front_matter.path,
            body=front_matter.document.body,
            body_line=front_matter.document.body_line,
            markup=markup,
            marker=self.marker(front_matter) if markup != "unrendered" else None,
            title=front_matter.wanted("title"),
            slug=slug,
            published=published.instant,
            updated=self.updated(front_matter, published),
            file_date=name.date,
            page=self.page(front_matter, name, published, slug=slug, categories=categories),
            categories=categories,
            tags=tags,
            authors=front_matter.authors(),
            language=language,
            name=self.default_title(name),
            id=front_matter.id(),
            syntax=self.syntax(front_matter.path),
            location=self.location / front_matter.path,
            lines=(
                front_matter.line(
                    front_matter.first(*self.record.dates, *self.record.late_dates) or ""
                ),
                front_matter.line(front_matter.first(*UPDATED) or ""),
            ),
            values=front_matter.document.values,
            enclosures=media_keys.enclosures(front_matter),
            image=media_keys.image(front_matter),
            content=feed_options.content(front_matter),
            license=feed_options.license_of(front_matter),
            episode=feed_options.episode(front_matter),
            body_from_source=feed_options.body_from_source(front_matter),
            templates="off" if is_off else self._templates,
            source=self._source(front_matter),
        )

    def _source(self, front_matter: FrontMatter) -> str:
        """The hash of the author's text, for `Post.source`."""
        text = self.source_text(front_matter.path, front_matter.document.text)
        names = self.config.posts.keys
        own = [*self.own_keys, *(name for key, name in names.items() if key != "draft")]
        has_templates = self.record.syntax.template_language != "none"
        return source_text.digest(text, own, has_templates=has_templates)

    def source_text(self, path: PurePosixPath, text: str) -> SourceText:
        """The text of the post's file, with what the author wrote about it in other files."""
        if path.suffix.lower() == NOTEBOOK:
            return source_text.read(text, (source_text.notebook,))
        return source_text.read(text, self.record.source_readers)

    @property
    def own_keys(self) -> Sequence[str]:
        """Keys that readers see and that only this engine knows, for `Post.source`."""
        return ()

    def default_title(self, name: Name) -> str | None:
        """The title of a post without one; None means the first words of its body."""
        return None

    def name(self, path: PurePosixPath) -> Name:
        """The parts of the file name. The file `index` of a bundle has the name of its folder."""
        stem, language = self.without_language(path)
        if stem == "index" and len(path.parts) > 1:
            stem = path.parts[-2]
        date, words = date_and_words(stem)
        return Name(date, one_line((words or stem).rstrip(".")) or "", language)

    def without_language(self, path: PurePosixPath) -> tuple[str, str | None]:
        """The file name without extension and language, and the language.

        The language is a suffix as in `x.fr.md`, `x-fr.md`, `x_fr.md`, or a folder `fr`.
        """
        whole = markups.stem(path)
        for separator in (".", "-", "_"):
            stem, _, suffix = whole.rpartition(separator)
            if stem and suffix.lower().replace("_", "-") in self.languages:
                return stem, language_tag(suffix)
        folder = next((part for part in path.parts[:-1] if part.lower() in self.languages), None)
        return whole, folder

    def published(self, front_matter: FrontMatter, name: Name) -> Moment:
        """The date in the front matter, else in the file name, else in the folders.

        Raises PostError if there is none.
        """
        time = front_matter.time()
        key = front_matter.first(*self.record.dates) or (
            None if name.date else front_matter.first(*self.record.late_dates)
        )
        fallback = name.date or _date_of_folders(front_matter)
        if key:
            try:
                return self.moment(front_matter, key, time)
            except DateError as error:
                if fallback is None:
                    example = f"{key}: 2008-10-21 18:00:00 +0000"
                    raise front_matter.error(
                        key, f"{key}: {error}; write e.g. `{example}`"
                    ) from error
                source = "the file's name" if name.date else "its folders"
                front_matter.warn(key, f"{key}: {error}; {fallback}, from {source}, is used")
        if fallback is None:
            message = "has no date; add e.g. `date: 2008-10-21` or start the file's name with one"
            raise self.undated(front_matter.path, message)
        try:
            return self._shown(WrittenDate(fallback), time)
        except DateError as error:
            raise PostError(front_matter.path, f"{error}; rename the file", line=1) from error

    def undated(self, path: PurePosixPath, message: str) -> PostError:
        """The error about a file without a date: an UndatedError, unless it must be a post."""
        if fault := date_fault(_dated_part(path)):
            message = f"has no date: {fault}; rename the file, or add e.g. `date: 2008-10-21`"
        must_be_post = self.needs_date(path) or begins_with_date(path.stem)  # an impossible date
        return (PostError if must_be_post else UndatedError)(path, message, line=1)

    def needs_date(self, path: PurePosixPath) -> bool:
        """Whether the engine shows no page of this file unless it has a date."""
        return False

    def moment(self, front_matter: FrontMatter, key: str, time: dt.time | None = None) -> Moment:
        """The date of a key; `time` is used if the value has no time. Raises DateError."""
        return self._shown(self.written(front_matter, key), time)

    def _shown(self, written: WrittenDate, time: dt.time | None) -> Moment:
        instant = written.instant(self.zone, time=time)
        return Moment(instant, instant.astimezone(self.clock(written)))

    def clock(self, written: WrittenDate) -> dt.tzinfo:
        """The zone whose date and time show in the URL of a post."""
        return self.zone

    def written(self, front_matter: FrontMatter, key: str) -> WrittenDate:
        """The date of a key as the author wrote it. Raises DateError."""
        return front_matter.written(key)

    def updated(self, front_matter: FrontMatter, published: Moment) -> dt.datetime:
        """The date of the last change, by a key, else by git if that is configured.

        Never earlier than `published`.
        """
        key = front_matter.first(*UPDATED)
        if key is None:
            committed = self.folder.committed.get(front_matter.path)
            return max(committed, published.instant) if committed else published.instant
        try:
            written = self.written(front_matter, key)
            updated = written.instant(self.zone)
        except DateError as error:
            front_matter.warn(key, f"{key}: {error}; the date of the post is used")
            return published.instant
        # A date without a time means midnight, but does not contradict a post later that day.
        same_day = written.time is None and written.day == published.local.date()
        if updated < published.instant and not same_day:
            front_matter.warn(key, f"{key} is before the date of the post, which is used")
        return max(updated, published.instant)

    def page(
        self,
        front_matter: FrontMatter,
        name: Name,
        published: Moment,
        *,
        slug: str,
        categories: Sequence[str],
    ) -> str:
        """The absolute URL path of the post's page, percent-encoded."""
        template = self.template(front_matter)
        return permalinks.expand(
            template or self.config.posts.permalink or self.site_permalink(),
            published=published.local,
            slug=slug,
            path=front_matter.path,
            categories=categories,
        )

    def template(self, front_matter: FrontMatter) -> str | None:
        """The permalink in the front matter: a template, but never the name of a style."""
        template = front_matter.wanted("permalink")
        if template is None:
            return None
        for name in permalinks.unknown_placeholders("/" + template):
            front_matter.warn("permalink", f"permalink has :{name}, which has no value")
        return "/" + template

    def site_permalink(self) -> str:
        """The permalink template of the settings, or the engine's default."""
        return "/:sections/:slug/"

    def url_path_of(self, file: PurePosixPath) -> str | None:
        """The absolute URL path of another file of the site; None if it is unknown."""
        return permalinks.encoded(str(file))

    def marker(self, front_matter: FrontMatter) -> str | None:
        """The line that separates the lead of the post from the rest.

        Lines are compared exactly, except for spaces at their end.
        """
        value = front_matter.value("extended")
        if isinstance(value, str):
            return legal(value).rstrip() or None
        return marker_of(front_matter.document.body)

    def categories(self, front_matter: FrontMatter) -> tuple[str, ...]:
        return unique([*front_matter.listed("categories", ",;"), *front_matter.texts("category")])

    def tags(self, front_matter: FrontMatter) -> tuple[str, ...]:
        """The tags. A text splits at semicolons or commas; else `tags` splits at spaces."""
        return unique([*front_matter.listed("tag", ";,"), *front_matter.listed("tags", ";, ")])


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


def _dated_part(path: PurePosixPath) -> str:
    """The name that may begin with a date: a bundle's is that of its folder."""
    return path.parts[-2] if path.stem == "index" and len(path.parts) > 1 else path.stem


def _date_of_folders(front_matter: FrontMatter) -> dt.date | None:
    """The date `2015/04/03` in the folders of the post, or in the URL in its front matter."""
    written = (front_matter.text(key) or "" for key in ("path", "permalink", "url"))
    return next(filter(None, map(date_in_path, (str(front_matter.path.parent), *written))), None)
