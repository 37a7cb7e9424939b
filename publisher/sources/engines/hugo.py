"""Read posts by the rules of Hugo: page bundles, sections, cascades and its own permalinks.

Keys are case-insensitive. The date in a URL is that of the zone in which the author wrote it.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from publisher.post import BodySyntax
from publisher.sources import site_settings
from publisher.sources.engines.detected import (
    DetectedSite,
    author_of,
    first_folder,
    output_folder,
    settings_in,
    unread_sections,
)
from publisher.sources.engines.engine import UPDATED, EngineRecord, PostReader, UndatedError
from publisher.sources.engines.markups import MARKUPS
from publisher.sources.engines.unread import SettingsFile
from publisher.sources.front_matter import source_text
from publisher.text.dates import DateError
from publisher.text.permalinks import DAYS, MONTHS, encoded
from publisher.text.slugs import hugo_slug

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from publisher.post import Status
    from publisher.sources.engines.engine import Moment, UrlParts
    from publisher.sources.engines.names import Name
    from publisher.sources.front_matter import block
    from publisher.sources.front_matter.source_text import SourceText
    from publisher.sources.front_matter.values import FrontMatter
    from publisher.sources.post_files import PostFiles
    from publisher.text.dates import WrittenDate
    from publisher.text.yaml_document import Value

_TOKEN = re.compile(r":([a-z0-9_]+)(?:\[([^\]]*)\])?")
_DATES: dict[str, Callable[[dt.datetime], str]] = {
    "year": lambda at: f"{at.year:04}",
    "month": lambda at: f"{at.month:02}",
    "monthname": lambda at: MONTHS[at.month - 1],
    "day": lambda at: f"{at.day:02}",
    # Go counts the days of the week from Sunday, which is 0.
    "weekday": lambda at: str(at.isoweekday() % 7),
    "weekdayname": lambda at: DAYS[at.weekday()],
    "yearday": lambda at: str(at.timetuple().tm_yday),
    # Go's layouts of time, https://pkg.go.dev/time#Layout
    "2006": lambda at: f"{at.year:04}",
    "06": lambda at: f"{at.year % 100:02}",
    "01": lambda at: f"{at.month:02}",
    "1": lambda at: str(at.month),
    "02": lambda at: f"{at.day:02}",
    "2": lambda at: str(at.day),
}
_KINDS = ("toml", "yaml", "yml", "json")
_SETTINGS = tuple(
    f"{name}.{kind}"
    for name in ("hugo", "config", "config/_default/hugo", "config/_default/config")
    for kind in _KINDS
)
_PARTS = ("permalinks", "params", "languages", "frontmatter")  # that may have files of their own
_CONTENT = ("content/posts", "content/post", "content/blog")


class Hugo(PostReader):
    def __init__(self, folder: PostFiles, record: EngineRecord) -> None:
        super().__init__(folder, record)
        self._content = site_settings.text(self.settings, "contentdir") or "content"
        self.location = folder.below(self._content)
        self._bundles = {path.parent for path in folder.paths if _is_index(path)} - {
            PurePosixPath()
        }
        self._sections: dict[PurePosixPath, dict[str, Value]] = {}
        self._section_sources: dict[PurePosixPath, SourceText] = {}

    @cached_property
    def settings(self) -> dict[str, Value]:
        settings = site_settings.folded(super().settings)
        for part in _PARTS:
            if part_settings := self.folder.settings(*_names(part)):
                settings.setdefault(part, site_settings.folded(part_settings))
        return settings

    def settings_files(self) -> list[SettingsFile]:
        found = ((part, site_settings.find(self.folder.site, _names(part))) for part in _PARTS)
        parts = [SettingsFile(file, (part,)) for part, file in found if file]
        return [*super().settings_files(), *parts]

    def site_languages(self) -> list[str]:
        return [*site_settings.section(self.settings, "languages")]

    @property
    def shows_future(self) -> bool:
        return self.settings.get("buildfuture") == "true"

    def document(self, path: PurePosixPath) -> block.PostFile:
        """The file with keys in lower case, and custom values from below `params`."""
        post_file = super().document(path)
        values = {key.lower(): value for key, value in post_file.values.items()}
        for key, value in site_settings.section(values, "params").items():
            values.setdefault(key.lower(), value)
        return replace(
            post_file,
            values=values,
            lines={key.lower(): line for key, line in post_file.lines.items()},
        )

    def is_post(self, path: PurePosixPath) -> bool:
        """Whether the file is a post: not a resource of a bundle, and in a main section."""
        parents = {*path.parents}
        if _is_index(path):
            parents.discard(path.parent)
        main = site_settings.texts(site_settings.section(self.settings, "params"), "mainsections")
        section = (self.location / path).parts[0]
        whole = self.location == PurePosixPath() and len(path.parts) > 1
        return self._bundles.isdisjoint(parents) and not (whole and main and section not in main)

    def name(self, path: PurePosixPath) -> Name:
        """The parts of the file name.

        The date stays in the slug unless the setting `frontmatter.date` has `:filename`.
        """
        dated_name = super().name(path)
        order = site_settings.texts(site_settings.section(self.settings, "frontmatter"), "date")
        if dated_name.date and ":filename" in order:
            return dated_name
        stem, _ = self.without_language(path)
        return replace(
            dated_name, slug=path.parts[-2] if _is_index(path) and path.parts[1:] else stem
        )

    def add_defaults(self, values: dict[str, Value], path: PurePosixPath) -> None:
        """Add the values of cascades: the nearest section first, the settings last."""
        for folder in path.parents:
            for key, value in self._cascade(folder).items():
                values.setdefault(key, value)
        for key, value in _targetless(self.settings.get("cascade")).items():
            values.setdefault(key, value)

    def _cascade(self, folder: PurePosixPath) -> dict[str, Value]:
        if folder not in self._sections:
            page = next((path for path in _indexes(folder) if path in self.folder.paths), None)
            values = self.section(page) if page else {}
            self._sections[folder] = _targetless(values.get("cascade"))
        return self._sections[folder]

    def source_text(self, path: PurePosixPath, text: str) -> SourceText:
        """The text of the file, with the cascades in the pages of its sections."""
        own = super().source_text(path, text)
        for folder in path.parents:
            own = source_text.with_defaults(own, self._cascade_source(folder))
        return own

    def _cascade_source(self, folder: PurePosixPath) -> SourceText:
        """The text of the cascade in the page of a section."""
        if folder not in self._section_sources:
            page = next((path for path in _indexes(folder) if path in self.folder.paths), None)
            data = self.folder.bytes(page) if page else b""
            text = super().source_text(folder, data.decode("utf-8", "replace"))
            keys = {
                key.removeprefix("cascade."): lines
                for key, lines in text.keys.items()
                if key.startswith("cascade.")
            }
            self._section_sources[folder] = source_text.SourceText(keys, ())
        return self._section_sources[folder]

    def unpublished_by_front_matter(self, front_matter: FrontMatter) -> tuple[Status, str] | None:
        build = front_matter.value("build") or front_matter.value("_build")
        options = {build.get("list"), build.get("render")} if isinstance(build, dict) else set()
        if options & {"never", "false"}:
            return "hidden", "build: not listed"
        if front_matter.is_true("headless"):
            return "hidden", "headless: true"
        return super().unpublished_by_front_matter(front_matter)

    def expiry(self, front_matter: FrontMatter) -> dt.datetime | None:
        key = front_matter.first("expirydate", "unpublishdate")
        if key is None or self.settings.get("buildexpired") == "true":
            return None
        try:
            return self.moment(front_matter, key).instant
        except DateError as error:
            front_matter.warn(key, f"{key}: {error}; the post does not expire")
            return None

    def clock(self, written: WrittenDate) -> dt.tzinfo:
        return written.zone or self.zone

    def published(self, front_matter: FrontMatter, name: Name) -> Moment:
        """The instant of `publishDate`, else of `date`. The URL always shows `date`."""
        keys = ("date", "publishdate", "pubdate", "published", *UPDATED[1:])
        date = self._first_moment(front_matter, *keys)
        if date is None:
            date = self._date_of_name(front_matter, name, keys)
        shown = self._first_moment(front_matter, "publishdate", "pubdate", "published")
        return replace(date, instant=shown.instant) if shown else date

    def _date_of_name(self, front_matter: FrontMatter, name: Name, keys: Sequence[str]) -> Moment:
        """The date in the name of the file. Raises PostError, also if a key has no usable date."""
        try:
            return super().published(front_matter, name)
        except UndatedError:
            key = next((key for key in keys if _has_value(front_matter, key)), None)
            if key is None:
                raise
            message = f"{key} is no date; write e.g. `date: 2008-10-21`"
            raise front_matter.error(key, message) from None

    def _first_moment(self, front_matter: FrontMatter, *keys: str) -> Moment | None:
        for key in keys:
            if not _has_value(front_matter, key):
                continue
            try:
                return self.moment(front_matter, key)
            except DateError as error:
                if key != "date":  # `super().published` reports a wrong `date`
                    front_matter.warn(key, f"{key}: {error}; it is not used")
        return None

    def site_page(self, front_matter: FrontMatter, parts: UrlParts) -> str:
        name, published = parts.name, parts.published
        location = self.location / front_matter.path
        bundle = _is_index(front_matter.path)
        folders = location.parts[: -2 if bundle and len(location.parts) > 1 else -1]
        language = self._prefix(name.language)
        folders = folders[1:] if name.language and folders[:1] == (name.language,) else folders
        given = front_matter.wanted("url")
        if given is not None:
            filled = _filled(given, self._tokens(front_matter, name, published, folders))
            filled = filled if filled.startswith("/") else f"{language}/{filled}"
            return encoded(filled if _has_ending(filled) else filled.rstrip("/") + "/")
        template = self._template(folders)
        if template is not None:
            path = _filled(template, self._tokens(front_matter, name, published, folders))
            return self._pretty(language + "/" + path)
        last = hugo_slug(front_matter.wanted("slug") or name.slug)
        return self._pretty("/".join([language, *map(hugo_slug, folders), last]))

    def _prefix(self, language: str | None) -> str:
        main = site_settings.text(self.settings, "defaultcontentlanguage") or "en"
        inside = self.settings.get("defaultcontentlanguageinsubdir") == "true"
        return f"/{(language or main).lower()}" if inside or language not in {None, main} else ""

    def _template(self, folders: Sequence[str]) -> str | None:
        templates = site_settings.section(self.settings, "permalinks")
        pages = {**templates, **site_settings.section(templates, "page")}
        section = folders[0].lower() if folders else ""
        return site_settings.text(pages, section)

    def _tokens(
        self, front_matter: FrontMatter, name: Name, published: Moment, folders: Sequence[str]
    ) -> Callable[[str, str | None], str | None]:
        base = hugo_slug(name.slug)
        slug = hugo_slug(front_matter.wanted("slug") or "")
        title = hugo_slug(front_matter.wanted("title") or name.slug)
        texts = {
            "section": folders[0] if folders else "", "title": title, "slug": slug or title,
            "filename": base, "contentbasename": base, "slugorfilename": slug or base,
            "slugorcontentbasename": slug or base,
            "sectionslug": hugo_slug(folders[0]) if folders else "",
        }  # fmt: skip

        def value(token: str, part: str | None) -> str | None:
            if token in {"sections", "sectionslugs"}:
                return "/".join(map(hugo_slug, _sliced(self._section(folders), part)))
            if token in _DATES:
                return _DATES[token](published.local)
            return texts.get(token)

        return value

    def _section(self, folders: Sequence[str]) -> Sequence[str]:
        """The folders down to the nearest one with an `_index` page, but at least the first."""
        above = len(self.location.parts)
        for depth in range(len(folders), max(above, 1), -1):
            indexes = _indexes(PurePosixPath(*folders[above:depth]))
            if not self.folder.paths.isdisjoint(indexes):
                return folders[:depth]
        return folders[:1]

    def _cased(self, text: str) -> str:
        return text if self.settings.get("disablepathtolower") == "true" else text.lower()

    def _pretty(self, path: str) -> str:
        path = self._cased(path)
        if re.search(r"\.[A-Za-z0-9]+$", path) and path.endswith(
            (".html", ".htm", ".xml", ".json")
        ):
            return encoded(path)
        if self.settings.get("uglyurls") == "true":
            return encoded(path.rstrip("/") + ".html")
        return encoded(path.rstrip("/") + "/")


def _names(part: str) -> list[str]:
    """The possible files with a part of the settings."""
    return [f"config/_default/{part}.{kind}" for kind in _KINDS]


def _has_value(front_matter: FrontMatter, key: str) -> bool:
    """Whether the key has a value that may be a date, unlike `published: true` of others."""
    return front_matter.value(key) is not None and not front_matter.is_true(key)


def _indexes(folder: PurePosixPath) -> list[PurePosixPath]:
    """The possible paths of the page of a section."""
    return [folder / f"_index{kind}" for kind in (".md", ".markdown", ".html")]


def _has_ending(path: str) -> bool:
    return re.search(r"\.[A-Za-z0-9]+$", path) is not None


def _is_index(path: PurePosixPath) -> bool:
    """Whether the file is the page of a bundle: `index.md`, `index.fr.md`."""
    return path.name.partition(".")[0] == "index" and path.suffix.lower() in MARKUPS


def _targetless(cascade: Value) -> dict[str, Value]:
    """The values of a cascade for all pages below it, including its `params`."""
    parts = cascade if isinstance(cascade, list) else [cascade]
    collected: dict[str, Value] = {}
    for part in parts:
        if isinstance(part, dict) and "target" not in part and "_target" not in part:
            values = {key.lower(): value for key, value in part.items()}
            collected |= {**site_settings.section(values, "params"), **values}
    return collected


def _filled(template: str, value: Callable[[str, str | None], str | None]) -> str:
    def fill(match: re.Match[str]) -> str:
        text = value(match[1], match[2])
        return match[0] if text is None else text

    return _TOKEN.sub(fill, template)


def _sliced(folders: Sequence[str], part: str | None) -> Sequence[str]:
    """The folders that an index selects: `:sections[1:]`, `[:last]`, `[0]`."""
    if part is None:
        return folders
    first, colon, last = part.partition(":")
    try:
        start = len(folders) - 1 if first == "last" else int(first or 0)
        end = len(folders) - 1 if last == "last" else int(last or len(folders))
    except ValueError:
        return folders
    return folders[start:end] if colon else folders[start : start + 1]


def _detect(folder: Path) -> DetectedSite | None:
    named_settings = settings_in(folder, _SETTINGS)
    if named_settings is None:
        return None
    source, settings = named_settings[0], site_settings.folded(named_settings[1])
    if "base_url" in settings or not ("baseurl" in settings or source.startswith("hugo")):
        return None  # the settings of Zola or another program
    text, params = site_settings.text, site_settings.section(settings, "params")
    content = text(settings, "contentdir") or "content"
    posts, notes = _posts_folder(folder, content, site_settings.texts(params, "mainsections"))
    return DetectedSite(
        engine=RECORD.name,
        posts=posts,
        source=source,
        title=text(settings, "title"),
        url=text(settings, "baseurl"),
        description=text(params, "description"),
        language=text(settings, "languagecode")
        or text(settings, "locale")
        or text(settings, "defaultcontentlanguage"),
        timezone=text(settings, "timezone"),
        author=author_of(params.get("author") or settings.get("author")),
        output=output_folder(text(settings, "publishdir")),
        notes=notes,
    )


def _posts_folder(folder: Path, content: str, main: Sequence[str]) -> tuple[str, Sequence[str]]:
    """The section with the posts, else the content folder; and notes on unread sections."""
    sections = [f"{content}/{name}" for name in main] or _CONTENT
    posts = (content if len(main) > 1 else None) or first_folder(folder, sections) or content
    return posts, () if main else [*unread_sections(folder, content, posts)]


RECORD = EngineRecord(
    name="hugo",
    reader=Hugo,
    detect=_detect,
    syntax=BodySyntax(
        dialect="goldmark",
        template_language="angle-shortcodes",
        titles="elements",
        footnotes="goldmark",
    ),
    settings=_SETTINGS,
    late_dates=(),
)
