"""Read posts by the rules of Nikola.

Metadata are lines of `.. key: value` above the text or in a `.meta` file beside it. The settings
are a Python program, which is never run; only literals in it are read.
"""

from __future__ import annotations

import fnmatch
import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from msgspec.structs import replace

from publisher.post import BodySyntax, MarkdownOptions
from publisher.sources import site_settings
from publisher.sources.engines import nikola_lists, scripts
from publisher.sources.engines.detected import DetectedSite, output_folder, settings_in
from publisher.sources.engines.engine import EngineRecord, PostReader
from publisher.sources.engines.ignored import Ignored, UnreadSetting
from publisher.sources.engines.markups import HTML, MARKDOWN
from publisher.sources.engines.unread import adds, changes, if_computed
from publisher.sources.front_matter import block, docinfo, formats, source_forms, source_text
from publisher.sources.front_matter.typed_values import FALSE, person, unique
from publisher.text import site_patterns
from publisher.text.permalinks import encoded
from publisher.text.slugs import nikola_slug

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from publisher.post import Markup, Status
    from publisher.sources.engines.engine import UrlParts
    from publisher.sources.engines.scripts import AddressScript
    from publisher.sources.front_matter.source_text import SourceText
    from publisher.sources.front_matter.typed_values import FrontMatter
    from publisher.sources.post_files import PostFiles
    from publisher.system.symlinks import Reach
    from publisher.text.author_dates import WrittenDate
    from publisher.text.yaml_document import Value

_SETTINGS = ("conf.py",)
# Addresses are made from these.
_ADDRESSES = frozenset({
    "FILE_METADATA_REGEXP", "INDEX_FILE", "POSTS", "PRETTY_URLS", "STRIP_INDEXES", "TRANSLATIONS",
    "USE_SLUGIFY",
})  # fmt: skip
_MARKDOWN_EXTENSIONS = ("codehilite", "extra", "fenced_code")  # by default
_UNREAD = {
    "TRANSLATIONS_PATTERN": changes("posts", "languages", unless=("{path}.{lang}.{ext}",)),
    **dict.fromkeys(
        ("METADATA_MAPPING", "METADATA_VALUE_MAPPING"),
        changes("dates", "titles", "tags", "authors"),
    ),
    "CATEGORY_DESTPATH_AS_DEFAULT": changes("categories"),
    "MARKDOWN_EXTENSIONS": adds(
        "bodies",
        known=[p + name for p in ("", "markdown.extensions.") for name in _MARKDOWN_EXTENSIONS],
    ),
    **dict.fromkeys(("HYPHENATE", "MARKDOWN_EXTENSION_CONFIGS"), changes("bodies")),
    "DEMOTE_HEADERS": changes("bodies", unless=("1", "true")),
    "EXTRA_PLUGINS_DIRS": changes("bodies"),
    "FILES_FOLDERS.*": changes("bodies", unless=("",)),
    "IMAGE_FOLDERS.*": changes("bodies", unless=("images",)),
    "LISTINGS_FOLDERS.*": changes("bodies", unless=("listings",)),
    **dict.fromkeys(("COMPILERS", "FUTURE_IS_NOW"), if_computed("posts")),
    "FILE_METADATA_UNSLUGIFY_TITLES": if_computed("titles"),
    "MULTIPLE_AUTHORS_PER_POST": if_computed("authors"),
}
_COMPILERS: Mapping[str, Markup] = {"rest": "rest", "markdown": "markdown", "html": "html"}


class Nikola(PostReader):
    shares_looks = False  # each post has its own `.meta` file, and its own original

    def __init__(self, folder: PostFiles, record: EngineRecord) -> None:
        super().__init__(folder, record)
        self.content = "."
        self.location = folder.below("")

    def site_languages(self) -> list[str]:
        return [*site_settings.section(self.settings, "TRANSLATIONS")]

    def is_post(self, path: PurePosixPath) -> bool:
        """Whether the file is a post; in the folder of the site it must match `POSTS`."""
        whole = self.location == PurePosixPath() and "POSTS" in self.settings
        return not whole or self._rule(path) is not None

    def _rule(self, path: PurePosixPath) -> list[Value] | None:
        """The entry of `POSTS` that the file matches: pattern, destination, template.

        Among all files of the site, those of `PAGES` are looked for, too. Nikola looks for the name
        in all folders below the one of the pattern, which is no pattern.
        """
        location = str(self.location / path)
        kinds = ("POSTS", "PAGES") if self.folder.is_whole else ("POSTS",)
        for rule in (rule for kind in kinds for rule in site_settings.listed(self.settings, kind)):
            match rule:
                case [str(pattern), *others]:
                    text = pattern.removeprefix("./")
                    base, _, name = text.rpartition("/")
                    is_below = base and location.startswith(f"{base}/")
                    if is_below and fnmatch.fnmatchcase(path.name, name):
                        return [text, *others]
                case _:
                    pass
        return None

    def markup_of(self, path: PurePosixPath) -> Markup:
        """The markup by `COMPILERS`, if it has the extension."""
        for compiler, endings in site_settings.section(self.settings, "COMPILERS").items():
            if isinstance(endings, list) and path.suffix.lower() in endings:
                return _COMPILERS.get(compiler, "unrendered")
        return super().markup_of(path)

    def document(self, path: PurePosixPath) -> block.PostFile:
        """The file with all its metadata; those in the `.meta` file have priority."""
        post_file = super().document(path)
        original, beside = self._original(path), self._beside(path)
        values = {**original, **post_file.values, **beside}
        is_read = bool(post_file.values) and self._is_dated(path, values)
        if self.markup_of(path) == "rest" and not is_read:
            post_file = _with_fields(post_file, self.folder.bytes(path), path)
            values = {**original, **post_file.values, **beside}
        several = site_settings.is_true(self.settings, "MULTIPLE_AUTHORS_PER_POST")
        if several and isinstance(author := values.get("author"), str):
            values["author"] = [*author.split(",")]
        # Values from other files have no lines in this one; messages about them name line 1.
        return replace(post_file, values=values)

    def _is_dated(self, path: PurePosixPath, values: Mapping[str, Value]) -> bool:
        """Whether these values, those in the path or the name of the file are a date."""
        found = {**self._metadata_of(path), **values}
        return found.get("date") is not None or self.name(path).date is not None

    def _beside(self, path: PurePosixPath) -> dict[str, Value]:
        """The metadata in the `.meta` file beside the post."""
        beside = path.with_suffix(".meta")
        if beside not in self.folder.paths:
            return {}
        data, readers = self.folder.bytes(beside), self.record.front_matter_readers
        document = block.read(data, beside, readers)
        block.require_no_conflict(document, beside)
        return document.values

    def _original(self, path: PurePosixPath) -> dict[str, Value]:
        """The metadata of the post of which this one is a translation."""
        original = self._translated(path)
        if original is None:
            return {}
        if original in self.folder.paths:
            return self.document(original).values
        return self._beside(original)

    def _translated(self, path: PurePosixPath) -> PurePosixPath | None:
        """The file of which this one is a translation."""
        stem, language = self.without_language(path)
        original = path.with_name(f"{stem}{path.suffix}")
        return None if language is None or original == path else original

    def source_text(self, path: PurePosixPath, text: str) -> SourceText:
        """The text of the file, with the keys that `document` takes from other files."""
        own = super().source_text(path, text)
        if self.markup_of(path) == "rest":
            own = source_text.read(text, (*self.record.source_readers, source_forms.docinfo))
        beside = self._source_of(path.with_suffix(".meta"))
        return replace(own, keys={**self._original_source(path), **own.keys, **beside})

    def _source_of(self, beside: PurePosixPath) -> Mapping[str, str]:
        """The keys in a `.meta` file."""
        if beside not in self.folder.paths:
            return {}
        text = self.folder.bytes(beside).decode("utf-8", "replace")
        return source_text.read(text, self.record.source_readers).keys

    def _original_source(self, path: PurePosixPath) -> Mapping[str, str]:
        """The keys of the post of which this one is a translation."""
        original = self._translated(path)
        if original is None:
            return {}
        if original in self.folder.paths:
            text = self.folder.bytes(original).decode("utf-8", "replace")
            return self.source_text(original, text).keys
        return self._source_of(original.with_suffix(".meta"))

    def unpublished_by_path(self, path: PurePosixPath) -> tuple[Status, str] | None:
        if isinstance(self.settings.get("POSTS"), list) and self._rule(path) is None:
            return "ignored", "no pattern of POSTS in conf.py matches it"
        return super().unpublished_by_path(path)

    def unpublished_by_front_matter(self, front_matter: FrontMatter) -> tuple[Status, str] | None:
        marks = {tag.lower() for tag in front_matter.listed("tags", ",")} & {"draft", "private"}
        if marks:
            mark = min(marks)
            status: Status = "draft" if mark == "draft" else "hidden"
            return self.hidden(front_matter, "tags", status, f"the tag {mark}")
        return super().unpublished_by_front_matter(front_matter)

    def written(self, front_matter: FrontMatter, key: str) -> WrittenDate:
        return front_matter.written(key, month_first=True)

    def needs_date(self, path: PurePosixPath) -> bool:
        return not self.folder.is_whole

    def site_page(self, front_matter: FrontMatter, parts: UrlParts) -> str:
        rule = self._rule(front_matter.path) or [f"{self.location}/*", str(self.location)]
        base = str(rule[0]).rpartition("/")[0].strip("/")
        inside = (self.location / front_matter.path).parent
        folders = str(inside).removeprefix(base).strip("/.")
        language = parts.name.language or site_settings.text(self.settings, "DEFAULT_LANG") or "en"
        last = front_matter.wanted("slug") or self._slug(front_matter.path)
        is_pretty = self._is_pretty(front_matter, last)
        own = self._language_folder(language)
        name = f"{last}/index.html" if is_pretty else f"{last}.html"
        segments = [own, *_destination(rule, language), folders, name]
        path = "/" + "/".join(part.strip("/") for part in segments if part)
        index = site_settings.text(self.settings, "INDEX_FILE") or "index.html"
        is_kept = site_settings.is_false(self.settings, "STRIP_INDEXES")
        is_cut = path.endswith(f"/{index}") and not is_kept
        return encoded(path.removesuffix(index) if is_cut else path)

    def _is_pretty(self, front_matter: FrontMatter, slug: str) -> bool:
        """Whether the page is the index of a folder of its own."""
        if front_matter.text("pretty_url"):
            return front_matter.is_true("pretty_url")
        return slug != "index" and not site_settings.is_false(self.settings, "PRETTY_URLS")

    def list_page(self, kind: str, name: str, language: str | None) -> str | None:
        return nikola_lists.page(self.settings, kind, name, language)

    def _slug(self, path: PurePosixPath) -> str:
        name, _ = self.without_language(path)
        original = self._translated(path)
        beside = {original, original.with_suffix(".meta")} if original else set()
        if beside and not beside & {*self.folder.paths}:  # a translation of nothing
            name = path.stem
        if site_settings.is_false(self.settings, "USE_SLUGIFY"):
            return re.sub(r"""[/\\?#"'\r\n\t*:<>|]""", "-", name)
        return nikola_slug(name)

    def _language_folder(self, language: str) -> str:
        translations = site_settings.section(self.settings, "TRANSLATIONS")
        return (site_settings.text(translations, language) or "").removeprefix("./")

    def add_defaults(self, values: dict[str, Value], path: PurePosixPath) -> None:
        """Add what `FILE_METADATA_REGEXP` finds in the path, and the name of the file as title."""
        stem, _ = self.without_language(path)
        for key, value in {"title": stem, **self._metadata_of(path)}.items():
            if values.get(key) is None:
                values[key] = value

    def newer_settings(self, path: PurePosixPath) -> Mapping[str, str]:
        return dict.fromkeys(self._metadata_of(path), "FILE_METADATA_REGEXP")

    def _metadata_of(self, path: PurePosixPath) -> dict[str, str]:
        """The metadata in the path relative to the site, without language. Raises ConfigError."""
        stem, _ = self.without_language(path)
        original = self.location / path.with_name(f"{stem}{path.suffix}")
        pattern = self.settings.get("FILE_METADATA_REGEXP")
        if not isinstance(pattern, str) or pattern in {"", *FALSE}:
            return {}
        with self.patterns_of("FILE_METADATA_REGEXP"):
            found = site_patterns.groups(pattern, str(original))
        values = {key.lower().strip(): value for key, value in found.items()}
        is_kept = site_settings.is_false(self.settings, "FILE_METADATA_UNSLUGIFY_TITLES")
        if "title" in values and not is_kept:
            values["title"] = re.sub(r"[_.-]", " ", values["title"]).strip().capitalize()
        return values

    def categories(self, front_matter: FrontMatter) -> tuple[str, ...]:
        return unique([*front_matter.texts("category"), *front_matter.listed("categories", ",")])

    def tags(self, front_matter: FrontMatter) -> tuple[str, ...]:
        tags = front_matter.listed("tags", ",")
        # These tags switch something in Nikola; they are no topics.
        return unique([tag for tag in tags if tag.lower() not in {"mathjax", "draft", "private"}])


def _with_fields(post_file: block.PostFile, data: bytes, path: PurePosixPath) -> block.PostFile:
    """The file with the title and the fields of rst below its lines of `.. key: value`.

    Targets of links and comments look like such lines, so all of them stay in the body.
    Raises PostError.
    """
    fields = block.read(data, path, (docinfo.docinfo,))
    if post_file.values and not {*fields.values} - {"title"}:
        return post_file
    own = {key: value for key, value in post_file.values.items() if value is not None}
    values, lines = {**fields.values, **own}, {**fields.lines, **post_file.lines}
    return replace(fields, values=values, lines=lines)


def _destination(rule: list[Value], language: str) -> list[str]:
    """The folder of the pages; it may differ by language."""
    match rule[1:2]:
        case [str(folder)]:
            return [folder]
        case [dict(folders)]:
            return [site_settings.text(folders, language) or ""]
        case _:
            return []


def _address_scripts(site: Path, _: Path, reach: Reach) -> list[AddressScript]:
    """The settings whose values are computed, so that they are not read."""
    return scripts.computed_names(site / _SETTINGS[0], _ADDRESSES, reach)


def _ignored(site: Path, _: Path, reach: Reach) -> Ignored:
    """`POSTS` and `COMPILERS` say which files are posts. They are not known if computed."""
    file = site / _SETTINGS[0]
    names = scripts.unread_names(file, ("POSTS", "COMPILERS"), reach)
    reasons = dict.fromkeys(names.values())
    return Ignored(unread=[UnreadSetting(file, line, why) for line, why in reasons])


def _detect(folder: Path) -> DetectedSite | None:
    # Other programs, e.g. Sphinx, have a conf.py, too.
    named_settings = settings_in(folder, _SETTINGS)
    if named_settings is None or not {"POSTS", "BLOG_TITLE"} & {*named_settings[1]}:
        return None
    source, settings = named_settings
    text = site_settings.text
    main = text(settings, "DEFAULT_LANG") or "en"
    # These may differ by language.
    own = {
        key: value.get(main) if isinstance(value := settings.get(key), dict) else value
        for key in ("BLOG_TITLE", "BLOG_DESCRIPTION", "BLOG_AUTHOR")
    }
    return DetectedSite(
        engine=RECORD.name,
        posts=_posts_folder(settings.get("POSTS")),
        source=source,
        title=text(own, "BLOG_TITLE"),
        url=text(settings, "SITE_URL"),
        description=text(own, "BLOG_DESCRIPTION"),
        language=text(settings, "DEFAULT_LANG"),
        timezone=text(settings, "TIMEZONE"),
        author=person(own.get("BLOG_AUTHOR")),
        output=output_folder(text(settings, "OUTPUT_FOLDER")),
    )


def _posts_folder(rules: Value) -> str:
    """The folder with which all patterns of `POSTS` begin, else the folder of the site."""
    listed = rules if isinstance(rules, list) else []
    patterns = [rule[0] for rule in listed if isinstance(rule, list)]
    folders = {pattern.rpartition("/")[0] for pattern in patterns if isinstance(pattern, str)}
    folders = {folder for folder in folders if "*" not in folder}  # Nikola finds nothing in others
    return folders.pop() if len(folders) == 1 else "." if folders else "posts"


RECORD = EngineRecord(
    name="nikola",
    reader=Nikola,
    detect=_detect,
    syntax=BodySyntax(
        dialect="markdown",
        template_language="percent-shortcodes",
        links="link-urls",
        titles="elements",
    ),
    settings=_SETTINGS,
    address_scripts=_address_scripts,
    ignored=_ignored,
    unread_settings=_UNREAD,
    markdown=lambda _: MarkdownOptions(deleted=True),
    future=(("FUTURE_IS_NOW",),),
    markups={
        ".rst": "rest",
        ".rest": "rest",
        ".txt": "rest",
        **dict.fromkeys(MARKDOWN, "markdown"),
        **dict.fromkeys(HTML, "html"),
    },
    front_matter_readers=(formats.comments, block.fenced, formats.toml, formats.named),
    source_readers=(source_forms.comments, *source_forms.FENCES),
    builds="nikola build",
)
