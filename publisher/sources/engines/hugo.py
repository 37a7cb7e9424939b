"""Read posts by the rules of Hugo: page bundles, sections, cascades and its own permalinks.

Keys are case-insensitive. The date in a URL is that of the zone in which the author wrote it. Where
versions of Hugo differ, these are the rules of the newest one.
"""

from __future__ import annotations

import dataclasses
import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from msgspec.structs import replace

from publisher.post import BodySyntax
from publisher.sources import site_settings
from publisher.sources.engines import hugo_markdown, hugo_settings, hugo_urls
from publisher.sources.engines.detected import DetectedSite, output_folder, reach_of
from publisher.sources.engines.engine import UPDATED, EngineRecord, UndatedError
from publisher.sources.engines.hugo_content import HugoContent, is_index
from publisher.sources.front_matter.typed_values import person, unique
from publisher.text.author_dates import DateError, WrittenDate
from publisher.text.characters import short_line
from publisher.text.permalinks import encoded
from publisher.text.slugs import go_lower, hugo_slug

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from publisher.post import Post, Status
    from publisher.sources.engines.engine import Moment, UrlParts
    from publisher.sources.engines.names import Name
    from publisher.sources.front_matter import block
    from publisher.sources.front_matter.typed_values import FrontMatter
    from publisher.sources.post_files import PostFiles
    from publisher.text.yaml_document import Value

_PUBLISHED = ("publishdate", "pubdate", "published")
_OFF = frozenset({"never", "false"})  # of `build`
# The dates that Hugo reads of those that begin with a year.
_HUGO_DATE = re.compile(
    r"\d{4}-\d\d-\d\d"
    r"(?:[Tt ] *\d{1,2}:\d\d:\d\d(?:\.\d+)?(?: *(?:[Zz]|[+-]\d\d:?\d\d))?(?: [A-Z]+)?)?",
    re.ASCII,
)
_DATES = {"date": ("date", *_PUBLISHED, *UPDATED[1:]), "publishdate": (*_PUBLISHED, "date")}
_WITH_DATE = (*_DATES["date"], "expirydate", "unpublishdate")


class Hugo(HugoContent):
    def __init__(self, folder: PostFiles, record: EngineRecord) -> None:
        super().__init__(folder, record)
        self._date_keys: dict[str, list[str]] = {}

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

    def name(self, path: PurePosixPath) -> Name:
        """The parts of the file name.

        The date stays in the slug unless the setting `frontmatter.date` has `:filename`.
        """
        dated_name = super().name(path)
        if dated_name.date and ":filename" in self._keys_of("date"):
            return dated_name
        stem, _ = self.without_language(path)
        return replace(
            dated_name, slug=path.parts[-2] if is_index(path) and path.parts[1:] else stem
        )

    def unpublished_by_front_matter(self, front_matter: FrontMatter) -> tuple[Status, str] | None:
        build = front_matter.value("build") or front_matter.value("_build")
        options = build if isinstance(build, dict) else {}
        if any(site_settings.text(options, key) in _OFF for key in ("list", "render")):
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
        keys = self._keys_of("date")
        date = self._first_moment(front_matter, name, keys)
        if date is None:
            date = self._date_of_name(front_matter, name, keys)
        others = self._keys_of("publishdate")
        if "date" in others:  # which is read already, and counts more than the keys behind it
            at = others.index("date")
            others = others[:at] if _has_value(front_matter, "date") else others
        shown = self._first_moment(front_matter, name, others)
        return replace(date, instant=shown.instant) if shown else date

    def _keys_of(self, date: str) -> list[str]:
        """The keys with a date in their order, and `:filename`, by the setting `frontmatter`."""
        if date not in self._date_keys:
            order = site_settings.texts(site_settings.section(self.settings, "frontmatter"), date)
            names = (
                [*_DATES[date]] if name == ":default" else [name] for name in order or [":default"]
            )
            self._date_keys[date] = [key.lower() for keys in names for key in keys]
        return self._date_keys[date]

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

    def _first_moment(
        self, front_matter: FrontMatter, name: Name, keys: Sequence[str]
    ) -> Moment | None:
        for key in keys:
            try:
                if key == ":filename" and name.date:
                    return self._shown(WrittenDate(name.date), None)
                if _has_value(front_matter, key):
                    return self.moment(front_matter, key)
            except DateError as error:
                if key != "date":  # `super().published` reports a wrong `date`
                    front_matter.warn(key, f"{key}: {error}; it is not used")
        return None

    def tags(self, front_matter: FrontMatter) -> tuple[str, ...]:
        """The terms; a text is a single one, whatever is in it."""
        return unique(
            [*front_matter.listed("tag", ";,"), *self._terms(front_matter, "tag", "tags")]
        )

    def categories(self, front_matter: FrontMatter) -> tuple[str, ...]:
        terms = self._terms(front_matter, "category", "categories")
        return unique([*terms, *front_matter.texts("category")])

    def _terms(self, front_matter: FrontMatter, taxonomy: str, default: str) -> Iterator[str]:
        name = site_settings.text(self.settings, "taxonomies", taxonomy)
        return front_matter.texts((name or default).lower())

    def finished(self, front_matter: FrontMatter, post: Post) -> Post:
        """The post with its address.

        Warns of dates that Hugo cannot read: older versions show none on the page, newer ones fail.
        """
        is_rendered = self.markup_of(front_matter.path) != "unrendered"  # Org has its own dates
        for key in front_matter.given(*_WITH_DATE) if is_rendered else ():
            text = front_matter.text(key) or ""
            if text[:4].isdecimal() and not _HUGO_DATE.fullmatch(text):
                fix = f"write e.g. `{key}: 2008-10-21T18:00:00Z`"
                front_matter.warn(key, f"{key}: Hugo cannot read '{short_line(text, 40)}'; {fix}")
        return self.addressed(post)

    def addressed(self, post: Post) -> Post:
        """The post at the address of its language, if that has a host of its own."""
        host = self._host(self.language_of(post.path))
        return dataclasses.replace(post, address=host + post.page) if host else post

    def site_page(self, front_matter: FrontMatter, parts: UrlParts) -> str:
        path, language = front_matter.path, self._prefix(parts.name.language)
        folders, base = self.names(path)
        given = front_matter.wanted("url")
        if given is not None:
            page = self._filled(given, front_matter, parts) if ":" in given else given
            page = page if page.startswith("/") else f"{language}/{page}"
            is_file = "." in page and not page.endswith(("/", "/index.html"))
            return encoded(page if is_file else page.removesuffix("index.html").rstrip("/") + "/")
        permalinks = self.setting(self.language_of(path), "permalinks")
        template = hugo_urls.pattern(permalinks, self.logical(path), self.language_of(path))
        if template:
            page = self._filled(template, front_matter, parts)
        else:
            page = "/".join([*folders, self._slug(front_matter, parts.name) or base])
            page = page if self.has_capitals else page.replace(" ", "-")
        page = language + self._clean(page)
        is_ugly = page and self._is_ugly(folders[0].lower().replace(" ", "-") if folders else "")
        return encoded(page + (".html" if is_ugly else "/"))

    def section_address(self, path: PurePosixPath) -> str | None:
        folder, language = path.parent, self.language_of(path)
        if self.index(folder, language) is None and not self.is_section(folder):
            return None
        values, own = self.section_page(folder, language), self.setting(language, "permalinks")
        templates = own.get("section") if isinstance(own, dict) else None
        is_off = site_settings.text(values, "build", "render") in _OFF
        # Permalinks of sections are not read.
        if is_off or values.get("draft") == "true" or templates:
            return None
        prefix, given = self._prefix(language), site_settings.text(values, "url")
        if given:
            page = given if given[0] == "/" else f"{prefix}/{given}"
        else:
            page = prefix + self._clean("/".join(folder.parts).replace(" ", "-"))
            page += "/index.html" if self._is_ugly("".join(folder.parts[:1]).lower()) else ""
        end = "" if page.endswith(".html") else "/"
        return self._host(language) + encoded(page.rstrip("/") + end)

    def _host(self, language: str) -> str:
        """The URL of the language's own host, without the slash at its end, or nothing."""
        languages = site_settings.section(self.settings, "languages")
        base = site_settings.text(languages, language, "baseurl") or ""
        is_url = base.lower().startswith(("http://", "https://"))
        return base.rstrip("/") if is_url else ""

    def _clean(self, path: str) -> str:
        has_accents = self.settings.get("removepathaccents") != "true"
        return hugo_urls.clean(path, accents=has_accents, capitals=self.has_capitals)

    def _cased(self, slug: str) -> str:
        return slug if self.has_capitals else go_lower(slug)

    def _is_ugly(self, section: str) -> bool:
        ugly = self.settings.get("uglyurls")
        return (ugly.get(section) if isinstance(ugly, dict) else ugly) == "true"

    def _prefix(self, language: str | None) -> str:
        own = (language or self.main_language).lower()
        if site_settings.text(self.settings, "languages", own, "baseurl") and not self._disabled:
            return ""  # it has a site of its own; Hugo makes none if a language is disabled
        inside = self.settings.get("defaultcontentlanguageinsubdir") == "true"
        return f"/{own}" if inside or own != self.main_language else ""

    def _slug(self, front_matter: FrontMatter, name: Name) -> str:
        """The slug in the front matter, else that in the file name if its date counts."""
        keys = self._keys_of("date")
        before = keys[: keys.index(":filename")] if name.date and ":filename" in keys else None
        is_named = before is not None and not any(_has_value(front_matter, key) for key in before)
        given = (front_matter.wanted("slug") or "").strip("-")
        return hugo_slug(given or (name.slug if is_named else ""))

    def _filled(self, template: str, front_matter: FrontMatter, parts: UrlParts) -> str:
        """A permalink with the values of a post."""
        names, slugs = self._section(front_matter.path)
        base, title, slug = map(
            self._cased,
            (
                hugo_slug(self.names(front_matter.path)[1]),
                hugo_urls.title_slug(front_matter.wanted("title") or ""),
                self._slug(front_matter, parts.name),
            ),
        )
        texts = {
            "section": "".join(names[:1]), "sectionslug": "".join(slugs[:1]),
            "title": title, "slug": slug or title,
            "filename": base, "contentbasename": base,
            "slugorfilename": slug or base, "slugorcontentbasename": slug or base,
        }  # fmt: skip
        lists = {"sections": names, "sectionslugs": slugs}
        return hugo_urls.filled(template, parts.published.local, texts, lists)

    def _section(self, path: PurePosixPath) -> tuple[list[str], list[str]]:
        """The names and the slugs of the folders down to the nearest section, at least the first.

        A section has an `_index` page, which may have a slug or a title.
        """
        folders, _ = self.names(path)
        inner = path.parents[1 if is_index(path) and path.parts[1:] else 0].parts
        above = len(folders) - len(inner)  # folders above the posts, or less than none
        pages = [PurePosixPath(*inner[: max(at - above, 0)]) for at in range(1, len(folders) + 1)]
        indexed = [at for at, page in enumerate(pages, 1) if at > above and self.index(page)]
        names = [name.replace(" ", "-") for name in folders[: max(indexed, default=1)]]
        values = [self.section_page(page) if at >= above else {} for at, page in enumerate(pages)]
        return names, [_section_slug(*both) for both in zip(names, values, strict=False)]


def _section_slug(name: str, page: Mapping[str, Value]) -> str:
    slug = str(page.get("slug") or "").strip("-")
    return hugo_slug(slug) or hugo_urls.title_slug(str(page.get("title") or name))


def _has_value(front_matter: FrontMatter, key: str) -> bool:
    """Whether the key has a value that may be a date, unlike `published: true` of others."""
    return front_matter.value(key) is not None and not front_matter.is_true(key)


def _detect(folder: Path) -> DetectedSite | None:
    """The site in a folder, if it is one of Hugo. Raises ConfigError."""
    found = hugo_settings.files(folder)
    if not found:
        return None
    source, settings = (
        found[0].path.relative_to(folder),
        hugo_settings.read(folder, reach_of(folder)),
    )
    if "base_url" in settings or not ("baseurl" in settings or source.name.startswith("hugo.")):
        return None  # the settings of Zola or another program
    text, params = site_settings.text, site_settings.section(settings, "params")
    own = site_settings.section(settings, "languages", hugo_settings.main_language(settings))
    both = {**settings, **own}
    posts, notes = hugo_settings.posts_folder(folder, settings)
    return DetectedSite(
        engine=RECORD.name,
        posts=posts,
        source=str(source),
        title=text(both, "title"),
        url=text(both, "baseurl"),
        description=text(own, "params", "description") or text(params, "description"),
        language=text(both, "locale")
        or text(both, "languagecode")
        or text(settings, "defaultcontentlanguage"),
        timezone=text(both, "timezone"),
        author=person(params.get("author") or settings.get("author")),
        output=output_folder(text(settings, "publishdir")),
        notes=notes,
    )


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
    settings=hugo_settings.NAMES,
    ignored=hugo_settings.ignored,
    unread_settings=hugo_settings.UNREAD,
    markdown=hugo_markdown.options,
    future=(("buildfuture",),),
    late_dates=(),
    builds="hugo",
)
