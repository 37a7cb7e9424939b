"""The base of all engines: the record of a site generator, and the rules by which it reads posts.

The methods of PostReader are the rules for a plain folder of Markdown; the reader of an engine
overrides those that differ. `file_reader` reads a file by them.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from publisher.errors import ConfigError, PostError
from publisher.post import NO_OPTIONS
from publisher.sources import site_settings
from publisher.sources.engines import ignored, markups
from publisher.sources.engines.markups import MARKUPS, NOTEBOOK
from publisher.sources.engines.names import (
    Name,
    begins_with_date,
    date_and_words,
    date_fault,
    date_in_path,
    dated_part,
    without_language,
)
from publisher.sources.engines.unread import SettingsFile
from publisher.sources.front_matter import block, formats, headers, source_forms, source_text
from publisher.sources.front_matter.values import FrontMatter, one_line, unique
from publisher.system.symlinks import LinkError
from publisher.text import permalinks, setting_lines
from publisher.text.characters import legal
from publisher.text.dates import DateError, WrittenDate
from publisher.text.markers import marker_of
from publisher.text.site_patterns import SitePatternError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from publisher.config import Engine, Person
    from publisher.post import (
        BodySyntax,
        Diagnostic,
        MarkdownOptions,
        Markup,
        Post,
        Status,
        TemplateFiles,
    )
    from publisher.sources.engines.detected import DetectedSite
    from publisher.sources.engines.ignored import FindIgnored, Ignored
    from publisher.sources.engines.scripts import AddressScript
    from publisher.sources.engines.unread import Unread
    from publisher.sources.front_matter.block import FrontMatterReader
    from publisher.sources.front_matter.source_text import SourceReader, SourceText
    from publisher.sources.front_matter.values import Place
    from publisher.sources.post_files import PostFiles
    from publisher.system.symlinks import Reach
    from publisher.text.setting_lines import Keys
    from publisher.text.yaml_document import Value

LATE_DATES = (
    "created_at", "created", "publishdate", "publishDate", "pubdate", "pubDate", "published_at",
)  # fmt: skip
UPDATED = ("updated", "last_modified_at", "lastmod", "modified")

# Values of the key `status` in Pelican and Nikola.
_HIDDEN = frozenset({"draft", "hidden", "private", "skip"})
FindScripts: TypeAlias = (
    "Callable[[Path, Path, Reach], Sequence[AddressScript]]"  # site, posts, what may be read
)


class UndatedError(PostError):
    """A file has no date, and its engine needs none, so it is a page."""


class UnknownDateError(UndatedError):
    """A file without a date of its own is meant as a post, and nothing else tells its date."""


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant in UTC, and the same instant in the zone whose date shows in the URL."""

    instant: dt.datetime
    local: dt.datetime


@dataclass(frozen=True, slots=True)
class UrlParts:
    """What the URL of a post is made of, apart from its front matter."""

    name: Name
    published: Moment
    slug: str
    categories: Sequence[str]


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

    `unread_settings` are those that change posts and are not read, see `unread.find`. `markdown`
    is what the settings change in Markdown, and `future` are the paths of keys, one of which is
    true if a post with a date in the future is published at once.

    `has_rules` is false if the addresses of posts are only guesses. `address_scripts` finds the
    programs of a site that compute these addresses: its arguments are the folders of the site and
    of the posts, and what may be read.

    `builds` is the shell command that builds a site for deployment, empty if it is not known.
    `reads_history`: dates may come from git even if `posts.updated` does not ask for them.
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
    source_readers: Sequence[SourceReader] = source_forms.FENCES
    dates: Sequence[str] = ("date",)
    late_dates: Sequence[str] = LATE_DATES
    has_rules: bool = True
    address_scripts: FindScripts = field(default=lambda *_: ())
    ignored: FindIgnored = ignored.nothing
    unread_settings: Mapping[str, Unread] = field(default_factory=dict)
    markdown: Callable[[Mapping[str, Value]], MarkdownOptions] = field(default=lambda _: NO_OPTIONS)
    future: Sequence[Sequence[str]] = ()
    builds: str = ""
    reads_history: bool = False

    @property
    def site_files(self) -> Sequence[str]:
        """The files that mark the folder of a site."""
        return (*self.settings, *self.programs)


class PostReader:
    """Reads the posts of one folder.

    `shares_looks` is false if the reader remembers nothing of a file that it reads for a post
    beside the post's own, see `traces`.

    The constructor raises ConfigError if the settings of the site cannot be read.
    """

    shares_looks: ClassVar[bool] = True

    def __init__(self, folder: PostFiles, record: EngineRecord) -> None:
        self.folder = folder
        folder.trace.shares = self.shares_looks
        self.record = record
        self.config = folder.config
        self.zone: dt.tzinfo = folder.config.site.zone
        # The folder of the posts, relative to the folder of the site's content.
        self.location = PurePosixPath()
        self._lines: dict[tuple[Path | str | int, ...], int] = {}
        # When posts that were read expire, or are deleted.
        self.deadlines: list[dt.datetime] = []

    @cached_property
    def settings(self) -> dict[str, Value]:
        """The site's own settings; empty if there are none. Raises ConfigError."""
        return self.folder.settings(*self.record.settings)

    def settings_files(self) -> list[SettingsFile]:
        """The files of the site with its settings."""
        names = (self.record.settings, self.record.programs)
        found = (site_settings.find(self.folder.site, kind) for kind in names)
        return [SettingsFile(file) for file in found if file]

    @property
    def unread_settings(self) -> Mapping[str, Unread]:
        """The settings that change posts and are not read, see `unread.find`."""
        return self.record.unread_settings

    @property
    def root(self) -> Path:
        """The folder with the files of the site; see `location`."""
        return self.folder.site

    @property
    def template_files(self) -> TemplateFiles | None:
        """The files that templates of posts read; None if there are none."""
        return None

    @cached_property
    def languages(self) -> frozenset[str]:
        """The languages that a file name may end with, in lower case."""
        return frozenset(
            tag.lower() for tag in self.config.posts.languages or self.site_languages()
        )

    def site_languages(self) -> list[str]:
        """The languages that the settings name."""
        return []

    @cached_property
    def ignored(self) -> Ignored:
        """What the settings of the site leave out."""
        folder = self.folder
        return self.record.ignored(folder.site, folder.posts, folder.reach)

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

    @property
    def first_commits(self) -> Mapping[PurePosixPath, dt.datetime]:
        """The dates that files without one have from their first commits, once they are read."""
        return {}

    def require_history(self, lost: Sequence[PurePosixPath]) -> None:
        """Raise Unavailable if the dates of these files are only in commits that are not there."""

    @property
    def shows_future(self) -> bool:
        """Whether the settings publish a post with a date in the future at once."""
        future = self.record.future
        return any(site_settings.text(self.settings, *keys) == "true" for keys in future)

    @cached_property
    def persons(self) -> Mapping[str, Person]:
        """The authors by the short names that posts use."""
        return {}

    def syntax(self, path: PurePosixPath) -> BodySyntax:
        """How the engine reads the body of the post."""
        return self._syntax

    @cached_property
    def _syntax(self) -> BodySyntax:
        return replace(self.record.syntax, options=self.record.markdown(self.settings))

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

    def file_with(self, setting: str) -> Path:
        """The file of the settings that has one of them; the first one wins."""
        files, reach = [one.path for one in self.settings_files()], self.folder.reach
        return next((one for one in files if setting in site_settings.read(one, reach)), files[-1])

    @contextmanager
    def patterns_of(self, setting: str) -> Iterator[None]:
        """Within, SitePatternErrors become ConfigErrors about a setting."""
        try:
            yield
        except SitePatternError as error:
            file, line = self.place(self.file_with(setting), (setting,))
            raise ConfigError(f"{file}:{line}: {setting} {error}") from error

    def setting_problems(self) -> Iterable[Diagnostic]:
        """Warnings about settings that name what does not exist."""
        return ()

    def place(self, file: Path, keys: Keys) -> Place:
        """The file and line of a setting. Raises ConfigError."""
        named = (file, *keys)
        if named not in self._lines:
            text = site_settings.text_of(file, self.folder.reach)
            self._lines[named] = setting_lines.line(text, file.suffix, keys)
        return PurePosixPath(file), self._lines[named]

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

    def attachment(self, name: str, note: PurePosixPath) -> str | None:
        """The absolute URL path of a file that a note calls by its name; None if there is none."""
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
