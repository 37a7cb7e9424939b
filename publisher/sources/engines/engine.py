"""What an engine is: the record of a site generator, and the reader of its posts.

A file becomes a post, or a skip that says why it is none. The methods of the reader here are the
rules of a folder of Markdown; the reader of each engine overrides those that differ. Refuses to
guess: a post that has no date is not dated today.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from publisher.errors import PostError
from publisher.post import Post, Skip
from publisher.sources.engines.markers import marker_of
from publisher.sources.engines.markups import MARKUPS, PLAIN_TEXT, UNRENDERED
from publisher.sources.engines.names import Name, begins_with_date, date_and_words, date_in_path
from publisher.sources.front_matter import block, feed_options, formats, recordings
from publisher.sources.front_matter.values import Matter, language_tag, one_line, unique
from publisher.system.symlinks import LinkError
from publisher.text import permalinks
from publisher.text.characters import legal
from publisher.text.dates import DateError, WrittenDate
from publisher.text.timestamps import z

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from publisher.config import Engine, Person
    from publisher.post import BodySyntax, Diagnostic, Markup, Status
    from publisher.sources.engines.detected import DetectedSite
    from publisher.sources.engines.folder import Folder
    from publisher.sources.front_matter.block import FrontMatterReader
    from publisher.text.yaml_document import Value

LATE_DATES = (
    "created_at", "created", "publishdate", "publishDate", "pubdate", "pubDate", "published_at",
)  # fmt: skip
UPDATED = ("updated", "last_modified_at", "lastmod", "modified")

_HIDDEN = frozenset({"draft", "hidden", "private", "skip"})
Outcome = tuple["Post | Skip | None", "list[Diagnostic]"]


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant in UTC, and how the author's clock showed it."""

    instant: dt.datetime
    local: dt.datetime


@dataclass(frozen=True, kw_only=True)
class EngineRecord:
    """What publisher knows of one site generator.

    `settings` are the files that may hold the settings of a site, of which the first that is there
    is read. `programs` are files that mark the folder of a site as well, but are never run.
    `posts_folder` is a folder of posts that lies in the folder of the site. `detect` looks into a
    folder for a site of this engine; it raises ConfigError if the settings cannot be read.

    By their ending `markups` says how texts are read. `heads` are the forms of front matter.
    `dates` are the keys that come before the date in the file's name, `late_dates` those after it.
    """

    name: Engine
    reader: Callable[[Folder, EngineRecord], PostReader]
    detect: Callable[[Path], DetectedSite | None]
    syntax: BodySyntax
    settings: Sequence[str] = ()
    programs: Sequence[str] = ()
    posts_folder: str | None = None
    markups: Mapping[str, Markup] = field(default_factory=lambda: MARKUPS)
    heads: Sequence[FrontMatterReader] = (block.fenced, formats.toml, formats.named, formats.braced)
    dates: Sequence[str] = ("date",)
    late_dates: Sequence[str] = LATE_DATES

    @property
    def site_files(self) -> Sequence[str]:
        """The files by which the folder of a site is known."""
        return (*self.settings, *self.programs)


class PostReader:
    """Reads the posts of one folder. Making one raises ConfigError if the settings are broken."""

    def __init__(self, folder: Folder, record: EngineRecord) -> None:
        self.folder = folder
        self.record = record
        self.config = folder.config
        self.zone: dt.tzinfo = folder.config.site.zone
        self._templates = folder.config.posts.templates
        # Where the posts are below the folder of the site's texts.
        self.location = PurePosixPath()

    @cached_property
    def settings(self) -> dict[str, Value]:
        """The site's own settings; empty if there are none. Raises ConfigError."""
        return self.folder.settings(*self.record.settings)

    @cached_property
    def languages(self) -> frozenset[str]:
        """The languages that a file's name may end with, in small letters."""
        return frozenset(
            tag.lower() for tag in self.config.posts.languages or self.site_languages()
        )

    def site_languages(self) -> list[str]:
        """The languages that the settings name."""
        return []

    def read(self, path: PurePosixPath, *, now: dt.datetime) -> Outcome:
        """What the file is; None is something that nobody takes for a post.

        Never raises: what cannot be read is a broken Skip.
        """
        kind = path.suffix.lower()
        known = kind in self.record.markups or kind in UNRENDERED
        if (
            kind in PLAIN_TEXT
            and kind not in self.record.markups
            and not begins_with_date(path.stem)
        ):
            return None, []  # robots.txt
        if not known or _is_about_the_folder(path.name) or not self.is_post(path):
            return None, []
        if kind not in self.record.markups:
            return Skip(path, f"{UNRENDERED[kind]} is not rendered"), []
        kept: tuple[Status, str] | None = None
        try:
            kept = self.kept_by_path(path)
            return self._outcome(self._matter(path), kept, now)
        except PostError as error:
            if kept:
                return Skip(path, kept[1], status=kept[0]), []
            return _unreadable(path, error), []

    def _matter(self, path: PurePosixPath) -> Matter:
        """Raises PostError."""
        document = self.document(path)
        _refuse_foreign(path)
        self.add_defaults(document.values, path)
        keys = self.config.posts.keys
        return Matter(document, path, keys=keys, known=self.persons)

    def section(self, page: PurePosixPath) -> dict[str, Value]:
        """The front matter of a section's page; empty if it cannot be read: it is no post.

        Raises PostError if it lies behind a link that is not followed, because it may say that the
        posts of its section are drafts.
        """
        try:
            return self.document(page).values
        except PostError as error:
            if isinstance(error.__cause__, LinkError):
                raise
            return {}

    def document(self, path: PurePosixPath) -> block.PostFile:
        """The file, taken apart. Raises PostError."""
        return block.read(self.folder.bytes(path), path, self.record.heads)

    def _outcome(
        self, matter: Matter, kept: tuple[Status, str] | None, now: dt.datetime
    ) -> Outcome:
        kept = kept or self.kept_back(matter)
        try:
            post = self.post(matter)
        except PostError:
            if not kept:
                raise
            return Skip(matter.path, kept[1], status=kept[0], warnings=matter.remarks()), []
        kept = kept or self._not_now(matter, post, now)
        if kept:
            skip: Skip | None = Skip(matter.path, kept[1], status=kept[0])
        else:
            skip = self._taken_out(matter, post, now)
        remarks = matter.remarks()
        return (replace(skip, post=post, warnings=remarks), []) if skip else (post, [*remarks])

    def _taken_out(self, matter: Matter, post: Post, now: dt.datetime) -> Skip | None:
        """What is, or was, on the web, but not in feeds."""
        deleted = feed_options.deleted(matter, self.zone)
        if deleted == "undated":
            return Skip(matter.path, "deleted", status="deleted")
        if deleted and deleted <= now:
            if post.published > deleted:
                matter.warn("deleted", "deleted is before the post was published; is that meant?")
            reason = f"deleted on {matter.text('deleted')}"
            return Skip(matter.path, reason, status="deleted", deleted=deleted)
        if feed_options.is_left_out(matter):
            return Skip(matter.path, "feed: false", status="hidden", on_web=True)
        return None

    def _not_now(self, matter: Matter, post: Post, now: dt.datetime) -> tuple[Status, str] | None:
        if post.published > now and not self.shows_future:
            return "future", f"scheduled for {z(post.published)}"
        expiry = self.expiry(matter)
        if expiry and expiry <= now:
            return "expired", f"expired on {z(expiry)}"
        return None

    # --- what engines override ---

    @property
    def shows_future(self) -> bool:
        """Whether the settings say that a post with a date in the future is published at once."""
        return False

    @cached_property
    def persons(self) -> Mapping[str, Person]:
        """Authors by the short names that posts give."""
        return {}

    def syntax(self, path: PurePosixPath) -> BodySyntax:
        """How the body of a post is read."""
        return self.record.syntax

    def is_post(self, path: PurePosixPath) -> bool:
        """Whether a file of this name is meant as a post."""
        return True

    def kept_by_path(self, path: PurePosixPath) -> tuple[Status, str] | None:
        """Why a file of this path is kept back, if it is."""
        return ("draft", "a draft") if "_drafts" in path.parts else None

    def add_defaults(self, values: dict[str, Value], path: PurePosixPath) -> None:
        """Add what the settings say about all posts of a folder."""

    def kept_back(self, matter: Matter) -> tuple[Status, str] | None:
        """Why the author keeps the post back, if so."""
        if matter.is_true("draft"):
            return "draft", "a draft"
        if matter.is_false("published"):
            return "hidden", "published: false"
        status = (matter.text("status") or "").lower()
        if status in _HIDDEN:
            return "draft" if status == "draft" else "hidden", f"status: {status}"
        return None

    def expiry(self, matter: Matter) -> dt.datetime | None:
        """From when on the post is not shown any more."""
        return None

    def post(self, matter: Matter) -> Post:
        """Raises PostError."""
        name = self.name(matter.path)
        published = self.published(matter, name)
        slug = matter.wanted("slug") or name.slug
        categories, tags = self.categories(matter), self.tags(matter)
        language = matter.language() or name.language
        return Post(
            path=matter.path,
            body=matter.document.body,
            body_line=matter.document.body_line,
            markup=self.record.markups[matter.path.suffix.lower()],
            marker=self.marker(matter),
            title=matter.wanted("title"),
            slug=slug,
            published=published.instant,
            updated=self.updated(matter, published),
            file_date=name.date,
            page=self.page(matter, name, published, slug=slug, categories=categories),
            categories=categories,
            tags=tags,
            authors=matter.authors(),
            language=language,
            name=self.called(name),
            id=matter.id(),
            syntax=self.syntax(matter.path),
            location=self.location / matter.path,
            lines=(
                matter.line(matter.first(*self.record.dates, *self.record.late_dates) or ""),
                matter.line(matter.first(*UPDATED) or ""),
            ),
            values=matter.document.values,
            enclosures=recordings.enclosures(matter),
            image=recordings.image(matter),
            content=feed_options.content(matter),
            license=feed_options.license_of(matter),
            episode=feed_options.episode(matter),
            templates="off" if matter.is_false("render_with_liquid") else self._templates,
        )

    def called(self, name: Name) -> str | None:
        """The title of a post that has none; None: its first words."""
        return None

    def name(self, path: PurePosixPath) -> Name:
        """What the file's name says; a bundle has the name of its folder."""
        stem, language = self.without_language(path)
        if stem == "index" and len(path.parts) > 1:
            stem = path.parts[-2]
        date, words = date_and_words(stem)
        return Name(date, one_line((words or stem).rstrip(".")) or "", language)

    def without_language(self, path: PurePosixPath) -> tuple[str, str | None]:
        """The name without extension and language: `x.fr`, `x-fr`, `x_fr`, or a folder `fr`."""
        for separator in (".", "-", "_"):
            head, found, tail = path.stem.rpartition(separator)
            if found and head and tail.lower().replace("_", "-") in self.languages:
                return head, language_tag(tail)
        folder = next((part for part in path.parts[:-1] if part.lower() in self.languages), None)
        return path.stem, folder

    def published(self, matter: Matter, name: Name) -> Moment:
        """By the front matter, else the file's name, else its folders. Raises PostError."""
        time = matter.time()
        key = matter.first(*self.record.dates) or (
            None if name.date else matter.first(*self.record.late_dates)
        )
        fallback = name.date or _date_of_folders(matter)
        if key:
            try:
                return self.moment(matter, key, time)
            except DateError as error:
                if fallback is None:
                    example = f"{key}: 2008-10-21 18:00:00 +0000"
                    raise matter.error(key, f"{key}: {error}; write e.g. `{example}`") from error
                source = "the file's name" if name.date else "its folders"
                matter.warn(key, f"{key}: {error}; {fallback}, from {source}, is used")
        if fallback is None:
            message = "has no date; add e.g. `date: 2008-10-21` or start the file's name with one"
            raise PostError(matter.path, message, line=1)
        try:
            return self._shown(WrittenDate(fallback), time)
        except DateError as error:
            raise PostError(matter.path, f"{error}; rename the file", line=1) from error

    def moment(self, matter: Matter, key: str, time: dt.time | None = None) -> Moment:
        """What a key says; `time` stands in for one that is not written. Raises DateError."""
        return self._shown(self.written(matter, key), time)

    def _shown(self, written: WrittenDate, time: dt.time | None) -> Moment:
        instant = written.instant(self.zone, time=time)
        return Moment(instant, instant.astimezone(self.clock(written)))

    def clock(self, written: WrittenDate) -> dt.tzinfo:
        """In which zone the parts of an address count."""
        return self.zone

    def written(self, matter: Matter, key: str) -> WrittenDate:
        """Raises DateError."""
        return matter.written(key)

    def updated(self, matter: Matter, published: Moment) -> dt.datetime:
        """Never before `published`: by a key, else by git if that is wanted."""
        key = matter.first(*UPDATED)
        if key is None:
            committed = self.folder.committed.get(matter.path)
            return max(committed, published.instant) if committed else published.instant
        try:
            written = self.written(matter, key)
            updated = written.instant(self.zone)
        except DateError as error:
            matter.warn(key, f"{key}: {error}; the date of the post is used")
            return published.instant
        # A day without a time is no contradiction to a post of that day.
        same_day = written.time is None and written.day == published.local.date()
        if updated < published.instant and not same_day:
            matter.warn(key, f"{key} is before the date of the post, which is used")
        return max(updated, published.instant)

    def page(
        self,
        matter: Matter,
        name: Name,
        published: Moment,
        *,
        slug: str,
        categories: Sequence[str],
    ) -> str:
        """The absolute path of the post's page, percent-encoded."""
        template = self.template(matter)
        return permalinks.expand(
            template or self.config.posts.permalink or self.site_permalink(),
            published=published.local,
            slug=slug,
            path=matter.path,
            categories=categories,
        )

    def template(self, matter: Matter) -> str | None:
        """The permalink of this post alone: a template, too, but never the name of a style."""
        template = matter.wanted("permalink")
        if template is None:
            return None
        for name in permalinks.unknown_placeholders("/" + template):
            matter.warn("permalink", f"permalink has :{name}, which has no value")
        return "/" + template

    def site_permalink(self) -> str:
        """The template of posts that have none, in a site without one."""
        return "/:sections/:slug/"

    def address_of(self, file: PurePosixPath) -> str | None:
        """Where the site has another of its files: an absolute path; None: that is not known."""
        return permalinks.encoded(str(file))

    def marker(self, matter: Matter) -> str | None:
        """The line between the lead and the rest: compared as it is, but for blanks at its end."""
        value = matter.value("extended")
        if isinstance(value, str):
            return legal(value).rstrip() or None
        return marker_of(matter.document.body)

    def categories(self, matter: Matter) -> tuple[str, ...]:
        return unique([*matter.listed("categories", ",;"), *matter.texts("category")])

    def tags(self, matter: Matter) -> tuple[str, ...]:
        """A text splits at semicolons or commas, else `tags` at blanks, and `tag` does not."""
        return unique([*matter.listed("tag", ";,"), *matter.listed("tags", ";, ")])


def _unreadable(path: PurePosixPath, error: PostError) -> Skip:
    """The error may be about another file: the page of the post's section, or one beside it."""
    if error.path == path:
        return Skip(path, error.message, error.line, broken=True)
    return Skip(path, str(error), broken=True)


def _is_about_the_folder(name: str) -> bool:
    return name.startswith(("README", "_index.")) or name.lower().startswith("readme.")


def _refuse_foreign(path: PurePosixPath) -> None:
    """A name in another encoding has no place in an address. Raises PostError."""
    try:
        str(path).encode("utf-8")
    except UnicodeEncodeError as error:
        raise PostError(path, "has a name that is not UTF-8; rename it") from error


def _date_of_folders(matter: Matter) -> dt.date | None:
    """`2015/04/03` in the post's path, or in the address that it gives itself."""
    written = (matter.text(key) or "" for key in ("path", "permalink", "url"))
    return next(filter(None, map(date_in_path, (str(matter.path.parent), *written))), None)
