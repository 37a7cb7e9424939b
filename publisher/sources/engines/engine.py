"""The base of all engines: the rules by which they read posts.

The methods of PostReader are the rules for a plain folder of Markdown; the reader of an engine
overrides those that differ. `file_reader` reads a file by them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, ClassVar

from msgspec import Struct

from publisher.errors import PostError
from publisher.sources.engines import markups
from publisher.sources.engines.for_path import for_path
from publisher.sources.engines.markups import NOTEBOOK
from publisher.sources.engines.names import (
    Name,
    begins_with_date,
    date_and_words,
    date_fault,
    date_in_path,
    dated_part,
    without_language,
)
from publisher.sources.engines.record import EngineFacts
from publisher.sources.engines.site_reader import SiteReader
from publisher.sources.front_matter import block, headers, source_forms, source_text
from publisher.sources.front_matter.typed_values import FrontMatter, one_line, unique
from publisher.system.symlinks import LinkError
from publisher.text import permalinks
from publisher.text.author_dates import DateError, WrittenDate
from publisher.text.characters import legal
from publisher.text.lead_markers import marker_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping, Sequence

    from publisher.post import BodySyntax, Markup, Post, Status
    from publisher.sources.front_matter.source_text import SourceText
    from publisher.sources.front_matter.typed_values import Place
    from publisher.sources.post_files import PostFiles
    from publisher.text.yaml_document import Value

UPDATED = ("updated", "last_modified_at", "lastmod", "modified")

# Values of the key `status` in Pelican and Nikola.
_HIDDEN = frozenset({"draft", "hidden", "private", "skip"})


class UndatedError(PostError):
    """A file has no date, and its engine needs none, so it is a page."""


class UnknownDateError(UndatedError):
    """A file without a date of its own is meant as a post, and nothing else tells its date."""


class Moment(Struct, frozen=True):
    """An instant in UTC, and the same instant in the zone whose date shows in the URL."""

    instant: dt.datetime
    local: dt.datetime


class UrlParts(Struct, frozen=True):
    """What the URL of a post is made of, apart from its front matter."""

    name: Name
    published: Moment
    slug: str
    categories: Sequence[str]


class PostReader(SiteReader):
    """Reads the posts of one folder.

    `shares_looks` is false if the reader remembers nothing of a file that it reads for a post
    beside the post's own, see `traces`.

    The constructor raises ConfigError if the settings of the site cannot be read.
    """

    shares_looks: ClassVar[bool] = True

    def __init__(self, folder: PostFiles, record: EngineFacts) -> None:
        super().__init__(folder, record)
        folder.trace.shares = self.shares_looks
        # The folder of the posts, relative to the folder of the site's content.
        self.location = PurePosixPath()
        # The folder of the site with all of its content, if posts link to the files in it.
        self.content = ""
        # When posts that were read expire, or are deleted.
        self.deadlines: list[dt.datetime] = []

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

    @for_path
    def markup_of(self, path: PurePosixPath) -> Markup:
        """The markup of a file, by the extension of its name."""
        return markups.of(path, self.record.markups)

    @property
    def first_commits(self) -> Mapping[PurePosixPath, dt.datetime]:
        """The dates that files without one have from their first commits, once they are read."""
        return {}

    def require_history(self, lost: Sequence[PurePosixPath]) -> None:
        """Raise Unavailable if the dates of these files are only in commits that are not there."""

    def syntax(self, path: PurePosixPath) -> BodySyntax:
        """How the engine reads the body of the post."""
        return self._syntax

    def is_post(self, path: PurePosixPath) -> bool:
        """Whether a file of this name is meant as a post."""
        return True

    def unpublished_by_path(self, path: PurePosixPath) -> tuple[Status, str] | None:
        """The status and reason if the path keeps the post from being published, else None."""
        return ("draft", "a draft") if "_drafts" in path.parts else None

    def add_defaults(self, values: dict[str, Value], path: PurePosixPath) -> None:
        """Add the values that the settings set for all posts of a folder."""

    def origin(self, path: PurePosixPath, key: str) -> Place | None:
        """The file and line of the setting from which `add_defaults` takes the value of a key."""
        return None

    def unpublished_by_front_matter(self, front_matter: FrontMatter) -> tuple[Status, str] | None:
        """The status and reason if the front matter keeps the post from being published."""
        if front_matter.is_true("draft"):
            return self.hidden(front_matter, "draft", "draft", "a draft")
        if front_matter.is_false("published"):
            return self.hidden(front_matter, "published", "hidden", "published: false")
        text = (front_matter.text("status") or "").lower()
        if text in _HIDDEN:
            status: Status = "draft" if text == "draft" else "hidden"
            return self.hidden(front_matter, "status", status, f"status: {text}")
        return None

    def hidden(
        self, front_matter: FrontMatter, key: str, status: Status, reason: str
    ) -> tuple[Status, str]:
        """The status and reason of a post that a key keeps from being published.

        If a setting has the key that older versions of publisher did not read, the item that they
        published stays.
        """
        name = front_matter.name(key)
        setting = self.newer_settings(front_matter.path).get(name)
        if setting is None or self.document(front_matter.path).values.get(name) is not None:
            return status, reason
        return "ignored", f"{reason}, see {setting} in the settings of the site"

    def newer_settings(self, path: PurePosixPath) -> Mapping[str, str]:
        """The keys that settings give the post and older versions did not read, and the setting."""
        return {}

    def expiry(self, front_matter: FrontMatter) -> dt.datetime | None:
        """The instant from which the site does not show the post, or None."""
        return None

    def finished(self, front_matter: FrontMatter, post: Post) -> Post:
        """The post with the changes that no other rule makes."""
        return post

    def addressed(self, post: Post) -> Post:
        """The post with its `address`, if its page is not below the URL of the site."""
        return post

    def source_text(self, path: PurePosixPath, text: str) -> SourceText:
        """The text of the post's file, with what the author wrote about it in other files."""
        if path.suffix.lower() == NOTEBOOK:
            return source_text.read(text, (source_forms.notebook,))
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
        """The file name without extension and language, and the language."""
        return without_language(path, self.languages)

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
        if fault := date_fault(dated_part(path)):
            message = f"has no date: {fault}; rename the file, or add e.g. `date: 2008-10-21`"
        elif self.markup_of(path) == "unrendered":  # few of them have a place for one
            message = "has no date, so it is taken for no post"
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

    def page(self, front_matter: FrontMatter, parts: UrlParts) -> str:
        """The absolute URL path of the post's page, percent-encoded."""
        if self.config.posts.permalink:
            return self.by_permalink(front_matter, parts)
        return self.site_page(front_matter, parts)

    def site_page(self, front_matter: FrontMatter, parts: UrlParts) -> str:
        """The URL path by the rules of the site, if the configuration has no permalink."""
        return self.by_permalink(front_matter, parts)

    def by_permalink(self, front_matter: FrontMatter, parts: UrlParts) -> str:
        """The URL path by the permalink of the post, the configuration or the site."""
        template = self.template(front_matter)
        return permalinks.expand(
            template or self.config.posts.permalink or self.site_permalink(),
            published=parts.published.local,
            slug=parts.slug,
            path=front_matter.path,
            categories=parts.categories,
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

    @property
    def main_language(self) -> str:
        """The language of pages whose paths name none."""
        return ""

    def section_address(self, path: PurePosixPath) -> str | None:
        """The URL path of the page of a section, by its file `_index.md`, there or not.

        None if the site shows no such page.
        """
        return None

    def attachment(self, name: str, note: PurePosixPath) -> str | None:
        """The absolute URL path of a file that a note calls by its name; None if there is none."""
        return None

    def list_page(self, kind: str, name: str, language: str | None) -> str | None:
        """The URL path of the page for a tag, category or author; see `Reading.list_page`."""
        return None

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


def _date_of_folders(front_matter: FrontMatter) -> dt.date | None:
    """The date `2015/04/03` in the folders of the post, or in the URL in its front matter."""
    written = (front_matter.text(key) or "" for key in ("path", "permalink", "url"))
    return next(filter(None, map(date_in_path, (str(front_matter.path.parent), *written))), None)


@dataclass(frozen=True, kw_only=True)
class EngineRecord(EngineFacts):
    """The properties of one site generator, and what reads the posts of its sites."""

    reader: Callable[[PostFiles, EngineRecord], PostReader]
