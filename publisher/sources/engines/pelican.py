"""Read articles by the rules of Pelican, in Markdown, reStructuredText (rst) and HTML.

The settings are a Python program, which is never run; only literals in it are read.
"""

from __future__ import annotations

import dataclasses
import itertools
from contextlib import suppress
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, ClassVar, Literal

from msgspec.structs import replace

from publisher.post import BodySyntax, Diagnostic
from publisher.sources import site_settings
from publisher.sources.engines import (
    pelican_code,
    pelican_files,
    pelican_ignores,
    pelican_metadata,
    pelican_unread,
    scripts,
)
from publisher.sources.engines.detected import DetectedSite, output_folder, settings_in
from publisher.sources.engines.engine import EngineRecord, Moment, PostReader, UrlParts
from publisher.sources.engines.markups import HTML, MARKDOWN
from publisher.sources.engines.unread import SettingsFile
from publisher.sources.front_matter import block, docinfo, formats, source_forms, source_text
from publisher.sources.front_matter.typed_values import person, unique
from publisher.system.paths import exists
from publisher.text import author_dates
from publisher.text.author_dates import DateError
from publisher.text.characters import short_line
from publisher.text.permalinks import encoded
from publisher.text.slugs import pelican_slug

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping, Sequence

    from publisher.post import Post, Status
    from publisher.sources.engines.names import Name
    from publisher.sources.engines.scripts import AddressScript
    from publisher.sources.front_matter.block import FrontMatterReader
    from publisher.sources.front_matter.source_text import SourceReader, SourceText
    from publisher.sources.front_matter.typed_values import FrontMatter, Place
    from publisher.sources.post_files import PostFiles
    from publisher.system.symlinks import Reach
    from publisher.text.author_dates import WrittenDate
    from publisher.text.yaml_document import Value

_SETTINGS = ("pelicanconf.py",)
# By convention this file imports the other one, and overrides it for the published site.
_PUBLISHED_SETTINGS = ("publishconf.py",)
# The settings from which addresses are made.
_ADDRESSES = frozenset({
    "ARTICLE_LANG_SAVE_AS", "ARTICLE_LANG_URL", "ARTICLE_SAVE_AS", "ARTICLE_URL",
    "AUTHOR_REGEX_SUBSTITUTIONS", "CATEGORY_REGEX_SUBSTITUTIONS", "DEFAULT_CATEGORY",
    "EXTRA_PATH_METADATA", "FILENAME_METADATA", "PATH_METADATA", "SLUGIFY_PRESERVE_CASE",
    "SLUGIFY_SOURCE", "SLUGIFY_USE_UNICODE", "SLUG_REGEX_SUBSTITUTIONS",
})  # fmt: skip
_STATUSES = frozenset({"published", "draft", "hidden", "skip"})


class Pelican(PostReader):
    _READERS: ClassVar[Mapping[str, Sequence[FrontMatterReader]]] = {
        "markdown": (block.fenced, formats.toml, formats.metadata),
        "rest": (docinfo.docinfo,),
        "html": (formats.html,),
    }
    # The same forms for `Post.source`; must stay as they are.
    _SOURCE_READERS: ClassVar[Mapping[str, Sequence[SourceReader]]] = {
        "markdown": (source_forms.fenced, source_forms.toml, source_forms.metadata),
        "rest": (source_forms.docinfo,),
        "html": (source_forms.html,),
    }

    def __init__(self, folder: PostFiles, record: EngineRecord) -> None:
        super().__init__(folder, record)
        self.content = site_settings.text(self.settings, "PATH") or "content"
        self.location = folder.below(self.content)

    @cached_property
    def settings(self) -> dict[str, Value]:
        """The settings; those of the published site have priority."""
        return {**super().settings, **self.folder.settings(*_PUBLISHED_SETTINGS)}

    def settings_files(self) -> list[SettingsFile]:
        """The settings of the published site first, as they have priority."""
        published = site_settings.find(self.folder.site, _PUBLISHED_SETTINGS)
        return [*([SettingsFile(published)] if published else []), *super().settings_files()]

    def document(self, path: PurePosixPath) -> block.PostFile:
        markup = self.markup_of(path)
        if markup == "unrendered":
            post_file = super().document(path)
        else:
            post_file = block.read(self.folder.bytes(path), path, self._READERS[markup])
        values = pelican_metadata.with_lists(
            {key.lower(): value for key, value in post_file.values.items()}
        )
        # Pelican takes the `keywords` of an HTML article for its tags.
        values.setdefault("tags", values.pop("keywords", None))
        return replace(
            post_file,
            values=values,
            lines={key.lower(): line for key, line in post_file.lines.items()},
        )

    def source_text(self, path: PurePosixPath, text: str) -> SourceText:
        markup = self.markup_of(path)
        if markup == "unrendered":
            return super().source_text(path, text)
        return source_text.read(text, self._SOURCE_READERS[markup])

    def is_post(self, path: PurePosixPath) -> bool:
        """Whether the file is an article, by `ARTICLE_PATHS` and `PAGE_PATHS`.

        Among all files of the content, pages are looked for, too.
        """
        articles = self._folders("ARTICLE")
        is_page = self._is_page(path)
        is_article = not articles or any(_is_below(self.location / path, one) for one in articles)
        if is_page or not is_article:
            return is_page and self.folder.is_whole
        return self.markup_of(path) != "unrendered" or self._is_read_by_plugin(path)

    def _is_page(self, path: PurePosixPath) -> bool:
        folders = self._folders("PAGE") or ["pages"]
        return any(_is_below(self.location / path, folder) for folder in folders)

    def _folders(self, kind: str) -> list[str]:
        """The folders of one kind of text, by a setting, or by its former name."""
        texts = site_settings.texts
        return texts(self.settings, f"{kind}_PATHS") or texts(self.settings, f"{kind}_DIR")

    def _is_read_by_plugin(self, path: PurePosixPath) -> bool:
        """Whether `MARKUP` has the file's ending, if it is set: Pelican 4 leaves it to plugins."""
        endings = site_settings.texts(self.settings, "MARKUP")
        return not endings or path.suffix.lower().removeprefix(".") in map(str.lower, endings)

    def add_defaults(self, values: dict[str, Value], path: PurePosixPath) -> None:
        found = pelican_metadata.defaults(self.settings, self.location / path, self.patterns_of)
        for key, value in pelican_metadata.with_lists(found).items():
            if values.get(key) is None and not (key == "author" and values.get("authors")):
                values[key] = value

    def origin(self, path: PurePosixPath, key: str) -> Place | None:
        keys = pelican_metadata.origin(self.settings, self.location / path, self.patterns_of, key)
        return self.place(self.file_with(str(keys[0])), keys) if keys else None

    def setting_problems(self) -> Iterator[Diagnostic]:
        """Name the `ARTICLE_PATHS` with no article."""
        content = self.folder.site / (site_settings.text(self.settings, "PATH") or "content")
        lacking = [one for one in self._folders("ARTICLE") if not exists(content / one)]
        for folder in lacking:
            setting = "ARTICLE_PATHS" if "ARTICLE_PATHS" in self.settings else "ARTICLE_DIR"
            place = self.place(self.file_with(setting), (setting,))
            message = f"{setting} names '{short_line(folder, 60)}', which is not in {content.name}"
            yield Diagnostic(*place, f"{message}; correct or remove it")

    def newer_settings(self, path: PurePosixPath) -> Mapping[str, str]:
        return pelican_metadata.newer_settings(
            self.settings, self.location / path, self.patterns_of
        )

    def unpublished_by_front_matter(self, front_matter: FrontMatter) -> tuple[Status, str] | None:
        return super().unpublished_by_front_matter(front_matter) or self._without_page(front_matter)

    def _without_page(self, front_matter: FrontMatter) -> tuple[Status, str] | None:
        """Why Pelican makes no page of the article, apart from its date. Raises PostError."""
        block.require_no_conflict(front_matter.document, front_matter.path)
        markup = self.markup_of(front_matter.path)
        # One of reStructuredText has a title, which may be empty. Of others, few files are posts.
        may_lack_title = markup == "rest" or (
            markup == "unrendered" and not front_matter.text("date")
        )
        is_named = "title" in front_matter.document.values
        if not (may_lack_title or is_named or front_matter.text("title")):
            return "ignored", "Pelican makes no page without a title; add e.g. `Title: A title`"
        has_own_names = pelican_metadata.has_own_names(self.settings)
        if has_own_names and not front_matter.text("date") and self.name(front_matter.path).date:
            return "ignored", "FILENAME_METADATA finds no date in it; add e.g. `Date: 2020-01-31`"
        if markup == "rest" and (fault := self._fault_of_rst(front_matter.document)):
            return "ignored", fault
        setting = f"{self._kind(front_matter)[0]}_SAVE_AS"
        is_saved = front_matter.wanted("save_as") or self.settings.get(setting) != ""
        if not (is_saved or self.config.site.output):
            return "ignored", f"Pelican makes no page, because {setting} is empty"
        status = front_matter.text("status")
        if status and status not in _STATUSES:
            return "ignored", f"Pelican makes no page with the status {status}"
        return None

    def _fault_of_rst(self, document: block.PostFile) -> str | None:
        """What docutils refuses in the text; pages and plugins know better."""
        has_plugins = pelican_unread.SETTINGS["PLUGINS"].is_changed_by(self.settings.get("PLUGINS"))
        language = site_settings.text(self.settings, "DEFAULT_LANG") or "en"
        if self.config.site.output or has_plugins:
            return None
        if line := docinfo.second_title(document.text):
            return (
                f"line {line} is a second title, so Pelican finds no date; underline it otherwise"
            )
        found = pelican_code.fault(document.body, is_english=language == "en")
        if not found:
            return None
        line, what = found
        return f"Pelican makes no page, because line {document.body_line + line} {what}; correct it"

    def written(self, front_matter: FrontMatter, key: str) -> WrittenDate:
        text = (front_matter.text(key) or "").replace("_", " ")
        return author_dates.read(text, month_first=True)

    def clock(self, written: WrittenDate) -> dt.tzinfo:
        return written.zone or self.zone

    def needs_date(self, path: PurePosixPath) -> bool:
        return not self._is_page(path)

    def finished(self, front_matter: FrontMatter, post: Post) -> Post:
        """The post with the files that `{attach}` moves to its page."""
        folder = (self.location / post.path).parent
        files = [*pelican_files.named(post.body, folder)]
        if not files:
            return post
        zone = self.zone
        with suppress(DateError):  # then the date is that of the file's name
            zone = self.written(front_matter, "date").zone or zone
        moment = Moment(post.published, post.published.astimezone(zone))
        parts = UrlParts(self.name(post.path), moment, post.slug, post.categories)
        page = PurePosixPath(self._place(front_matter, parts, "save_as") + "x")
        return dataclasses.replace(post, files=pelican_files.placed(files, folder, page.parent))

    def url_path_of(self, file: PurePosixPath) -> str | None:
        """The URL path of a static file; `EXTRA_PATH_METADATA` may give it another one."""
        extra = pelican_metadata.extra_values(self.settings, file)
        return super().url_path_of(PurePosixPath(site_settings.text(extra, "path") or file))

    def list_page(self, kind: str, name: str, language: str | None) -> str | None:
        template = site_settings.text(self.settings, f"{kind.upper()}_URL")
        slug = self._slugified(name, kind.upper())
        return encoded((template or f"{kind}/{{slug}}.html").replace("{slug}", slug))

    def site_page(self, front_matter: FrontMatter, parts: UrlParts) -> str:
        return encoded(self._place(front_matter, parts, "url").removesuffix("index.html"))

    def _place(
        self, front_matter: FrontMatter, parts: UrlParts, key: Literal["url", "save_as"]
    ) -> str:
        """The URL of the article, or the path of its page, whichever is given."""
        keys = (key, "save_as" if key == "url" else "url")
        if own := next(filter(None, map(front_matter.wanted, keys)), None):
            return own  # Pelican fills no fields in
        kind, language, main = self._kind(front_matter)
        is_page = kind.startswith("PAGE")
        default = "{slug}.html" if language == main else "{slug}-{lang}.html"
        default = f"pages/{default}" if is_page else default
        settings = (site_settings.text(self.settings, f"{kind}_{one.upper()}") for one in keys)
        template = next(filter(None, settings), default)
        other = site_settings.text(self.settings, "DEFAULT_CATEGORY") or "misc"
        category = (*parts.categories, other)[0]
        authors = [author.name for author in front_matter.authors()]
        own = site_settings.text(self.settings, "AUTHOR")
        values = {
            "path": str(self.location / front_matter.path),
            "lang": language,
            "author": self._slugified((*authors, own or "")[0], "AUTHOR"),
            **{
                key: text
                for key in front_matter.document.values
                if (text := front_matter.text(key))
            },
            "date": None,
        }
        # The front matter may have these keys, too, but a URL needs slugs.
        values["slug"] = self._slug(front_matter, parts.name)
        values["category"] = self._slugified(category, "CATEGORY")
        return pelican_metadata.filled(template, values, parts.published.local)

    def _kind(self, front_matter: FrontMatter) -> tuple[str, str, str]:
        """How settings of the text begin, e.g. `ARTICLE_LANG`; its language, and the main one."""
        main = (site_settings.text(self.settings, "DEFAULT_LANG") or "en").lower()
        language = front_matter.language() or main
        kind = "PAGE" if self._is_page(front_matter.path) else "ARTICLE"
        return kind + ("" if language == main else "_LANG"), language, main

    def _slug(self, front_matter: FrontMatter, name: Name) -> str:
        """The slug of the article, else of its title, or of its file name by `SLUGIFY_SOURCE`."""
        given = front_matter.wanted("slug")
        if given:
            return given
        if site_settings.text(self.settings, "SLUGIFY_SOURCE") == "basename":
            return self._slugified(front_matter.path.stem)
        return self._slugified(front_matter.wanted("title") or name.slug)

    def _slugified(self, text: str, kind: str = "SLUG") -> str:
        """The text as a part of a URL, by the substitutions for its kind. Raises ConfigError."""
        keys = (f"{kind}_REGEX_SUBSTITUTIONS", "SLUG_REGEX_SUBSTITUTIONS")
        key = next((key for key in keys if key in self.settings), keys[0])
        with self.patterns_of(key):
            return pelican_slug(
                text,
                use_unicode=site_settings.is_true(self.settings, "SLUGIFY_USE_UNICODE"),
                preserve_case=site_settings.is_true(self.settings, "SLUGIFY_PRESERVE_CASE"),
                substitutions=pelican_metadata.pairs(self.settings.get(key)),
            )

    def categories(self, front_matter: FrontMatter) -> tuple[str, ...]:
        """The category of the article. `DEFAULT_CATEGORY` shows only in URLs."""
        category = front_matter.wanted("category")
        return (category,) if category else ()

    def tags(self, front_matter: FrontMatter) -> tuple[str, ...]:
        return unique([*front_matter.texts("tags")])


def _is_below(path: PurePosixPath, folder: str) -> bool:
    """Whether the path is the folder, which may be a file, or below it."""
    return folder in {".", ""} or PurePosixPath(folder.strip("/")) in {path, *path.parents}


def _address_scripts(site: Path, _: Path, reach: Reach) -> list[AddressScript]:
    """The settings whose values are computed, so that they are not read."""
    files = (site / name for name in (*_SETTINGS, *_PUBLISHED_SETTINGS))
    read = ("pelicanconf",)
    found = (scripts.computed_names(file, _ADDRESSES, reach, read=read) for file in files)
    return [*itertools.chain.from_iterable(found)]


def _detect(folder: Path) -> DetectedSite | None:
    named_settings = settings_in(folder, _SETTINGS)
    if named_settings is None:
        return None
    _, published = settings_in(folder, _PUBLISHED_SETTINGS) or ("", {})
    source, settings = named_settings[0], {**named_settings[1], **published}
    text = site_settings.text
    return DetectedSite(
        engine=RECORD.name,
        posts=text(settings, "PATH") or "content",
        source=source,
        title=text(settings, "SITENAME"),
        url=text(settings, "SITEURL"),
        description=text(settings, "SITESUBTITLE"),
        language=text(settings, "DEFAULT_LANG"),
        timezone=text(settings, "TIMEZONE"),
        author=person(settings.get("AUTHOR")),
        output=output_folder(text(settings, "OUTPUT_PATH")),
    )


RECORD = EngineRecord(
    name="pelican",
    reader=Pelican,
    detect=_detect,
    syntax=BodySyntax(dialect="markdown", template_language="none", links="braces", titles="html"),
    settings=_SETTINGS,
    address_scripts=_address_scripts,
    ignored=pelican_ignores.of_site,
    unread_settings=pelican_unread.SETTINGS,
    future=(("WITH_FUTURE_DATES",),),
    markups={
        **dict.fromkeys(MARKDOWN, "markdown"),
        ".rst": "rest",
        **dict.fromkeys(HTML, "html"),
    },
    builds="pelican content",
)
