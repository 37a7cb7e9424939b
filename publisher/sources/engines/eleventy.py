"""Read posts by the rules of Eleventy: front matter, directory data files, URLs by folder.

JavaScript is never run. If the site computes URLs there, `posts.permalink` must describe them.
"""

from __future__ import annotations

import re
from functools import cached_property, partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from publisher.errors import ConfigError, PostError
from publisher.post import BodySyntax
from publisher.sources import site_settings
from publisher.sources.engines import eleventy_data, eleventy_ignores, eleventy_programs
from publisher.sources.engines.detected import DetectedSite, reach_of
from publisher.sources.engines.eleventy_layouts import Layouts
from publisher.sources.engines.eleventy_programs import PROGRAMS, address_scripts
from publisher.sources.engines.engine import EngineRecord, PostReader
from publisher.sources.engines.likely_posts import posts_folder, unread_beside
from publisher.sources.engines.unread import SettingsFile, changes, if_computed
from publisher.sources.front_matter import source_forms, source_text
from publisher.sources.front_matter.typed_values import unique
from publisher.system.paths import is_file
from publisher.text.author_dates import DateError
from publisher.text.characters import short_line
from publisher.text.permalinks import encoded
from publisher.text.slugs import eleventy_old_slug, eleventy_slug

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path, PurePosixPath

    from publisher.post import Post, Status
    from publisher.sources.engines.engine import Moment, UrlParts
    from publisher.sources.engines.names import Name
    from publisher.sources.front_matter.source_text import SourceText
    from publisher.sources.front_matter.typed_values import FrontMatter, Place
    from publisher.sources.post_files import PostFiles
    from publisher.text.author_dates import WrittenDate
    from publisher.text.yaml_document import Value

_POSTS = ("src/posts", "posts", "src/blog", "blog", "content/blog", "content/posts", "src")
_IN_SOURCE = ("posts", "blog", "content/posts", "content/blog")
_VARIABLE = re.compile(r"\{\{-?\s*([\w.]+)\s*((?:\|[^{}]*)?)-?\}\}")
_DATED = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
# With these words Eleventy takes the date from the file system or from git.
_MOVING = frozenset({"last modified", "created", "git last modified", "git created"})
# In Eleventy a tag is the name of a collection; these are usual names that are no topics.
_DATA = (".11tydata.json", ".json")
_COLLECTIONS = frozenset({"all", "post", "posts", "nav"})
_COMPUTED = "eleventyComputed"  # whose values win over those of front matter and data files
# The other formats that Eleventy builds by default, which are no posts here.
_TEMPLATES = ("11ty.js", "ejs", "haml", "hbs", "liquid", "mustache", "njk", "pug")
_OF_DATA = changes("URLs", "dates", "titles", "tags")
_UNREAD = {
    **dict.fromkeys(
        ("templateFormats", "setTemplateFormats"),
        changes("posts", unless=("md", "html"), harmless=_TEMPLATES),
    ),
    "addPreprocessor": changes("posts", "bodies"),
    "addExtension": changes("posts", "bodies"),
    "addDateParsing": changes("dates"),
    "setDataDeepMerge": changes("tags", "authors", unless=("true",)),
    "setFrontMatterParsingOptions": changes("dates", "titles", "tags", "summaries"),
    "addDataExtension": _OF_DATA,
    "setDataFileBaseName": _OF_DATA,
    "setDataFileSuffixes": _OF_DATA,
    "dir.input": if_computed("URLs"),
    "setInputDirectory": if_computed("URLs"),
    "dynamicPermalinks": changes("URLs", unless=("true",)),
    "setDynamicPermalinks": changes("URLs", unless=("true",)),
    "addUrlTransform": changes("URLs"),
    "markdownTemplateEngine": changes("bodies", unless=("liquid",)),
    "htmlTemplateEngine": changes("bodies", unless=("liquid",)),
    "setLibrary": changes("bodies", unless=("njk", "liquid")),
    "amendLibrary": changes("bodies", unless=("njk", "liquid")),
    "addTransform": changes("bodies"),
}


_SLUGS: dict[str, Callable[[str], str]] = {"slug": eleventy_old_slug, "slugify": eleventy_slug}


class Eleventy(PostReader):
    def __init__(self, folder: PostFiles, record: EngineRecord) -> None:
        """Raises ConfigError if the configuration cannot be read."""
        super().__init__(folder, record)
        self._program = eleventy_programs.find(folder.site, folder.reach)
        file = folder.site / self._program.file if self._program else folder.site
        if is_file(file):
            site_settings.data(file, folder.reach)
        self._input = self._program.source if self._program else ""
        self.content = self._input or "."
        self.location = folder.below(self._input)
        self._layouts = self._found_layouts()
        self._data: dict[tuple[Path, str], Mapping[str, Value]] = {}
        self._data_sources: dict[PurePosixPath, SourceText] = {}

    @cached_property
    def settings(self) -> dict[str, Value]:
        """The data of all pages, which templates read."""
        program = self._program or eleventy_programs.Program("")
        folder = self.folder.site / self._input / program.data
        return eleventy_data.read(folder, self.folder.reach) if program.data else {}

    def _found_layouts(self) -> Layouts:
        program = self._program or eleventy_programs.Program("")
        site = self.folder.site / self._input
        folders = [site / name for name in (program.layouts, program.includes) if name]
        return Layouts(folders, program.aliases, self.folder.reach, _merged)

    def settings_files(self) -> list[SettingsFile]:
        """The configuration, wherever it lies."""
        program = self._program
        return [SettingsFile(self.folder.site / program.file)] if program and program.file else []

    def syntax(self, path: PurePosixPath) -> BodySyntax:
        syntax = super().syntax(path)
        has_containers = self._program and self._program.has_containers
        return replace(syntax, dialect="containers") if has_containers else syntax

    def add_defaults(self, values: dict[str, Value], path: PurePosixPath) -> None:
        """Merge the data of the folders, from the top one, those of the file, and front matter.

        Raises PostError for the data of the file, and ConfigError for that of a folder: they may
        say that posts are drafts.
        """
        try:
            own = self._values(self.folder.posts / path.parent, path.stem)
        except ConfigError as error:
            message = site_settings.shown(error, self.folder.site)
            raise PostError(path, message) from error
        # Tags in directory data only define collections, so they are not tags of the post.
        data = [{**self._directory(one), "tags": None} for one in reversed(self._folders(path))]
        merged: dict[str, Value] = {}
        for one in (*data, own, {**values}):
            merged = _merged(merged, _cleaned(one))
        # Here as well, tags are names of collections.
        layout = {**self._layouts.data(merged.get("layout")), "tags": None, "layout": None}
        values.update(_merged(layout, merged))

    def origin(self, path: PurePosixPath, key: str) -> Place | None:
        folder, stem = self.folder.posts / path.parent, path.stem
        named = [(folder, stem), *((folder, folder.name) for folder in self._folders(path))]
        # The same order as that of `add_defaults`; of the files of one folder the last one counts.
        files = (file for one in named for file in reversed(self._data_files(*one)))
        file = next((file for file in files if self._data_of(file).get(key) is not None), None)
        return self.place(file, (key,)) if file else None

    def _folders(self, path: PurePosixPath) -> list[Path]:
        """The folder of a file and those above it, up to the input folder."""
        top, here = self.folder.site / self._input, self.folder.posts / path.parent
        folders = [here, *here.parents]
        return folders[: folders.index(top if top in folders else self.folder.posts) + 1]

    def _directory(self, folder: Path) -> Mapping[str, Value]:
        """The directory data of a folder in JSON."""
        return self._values(folder, folder.name)

    def _values(self, folder: Path, name: str) -> Mapping[str, Value]:
        """The data in `NAME.11tydata.json`, then in `NAME.json`."""
        if (folder, name) not in self._data:
            read = map(self._data_of, self._data_files(folder, name))
            self._data[folder, name] = {key: value for one in read for key, value in one.items()}
        return self._data[folder, name]

    def _data_files(self, folder: Path, name: str) -> list[Path]:
        names = [f"{name}{ending}" for ending in reversed(_DATA)]
        return [*filter(None, (site_settings.find(folder, [one]) for one in names))]

    def _data_of(self, file: Path) -> dict[str, Value]:
        return site_settings.read(file, self.folder.reach)

    def source_text(self, path: PurePosixPath, text: str) -> SourceText:
        """The text of the file, with the keys in the data files of its folders."""
        own = super().source_text(path, text)
        for folder in path.parents:
            own = source_text.with_defaults(own, self._directory_source(folder))
        return own

    def _directory_source(self, folder: PurePosixPath) -> SourceText:
        """The text of the directory data, without tags: there they define collections."""
        if folder not in self._data_sources:
            place = self.folder.posts / folder
            files = self._data_files(place, place.name)
            data = site_settings.data(files[-1], self.folder.reach) if files else b"{}"
            text = source_text.read(data.decode("utf-8", "replace"), (source_forms.data,))
            keys = {key: lines for key, lines in text.keys.items() if key != "tags"}
            self._data_sources[folder] = source_text.SourceText(keys, ())
        return self._data_sources[folder]

    def unpublished_by_front_matter(self, front_matter: FrontMatter) -> tuple[Status, str] | None:
        if front_matter.is_false("permalink"):
            return "hidden", "permalink: false"
        if front_matter.is_true("eleventyExcludeFromCollections"):
            return "hidden", "eleventyExcludeFromCollections: true"
        return super().unpublished_by_front_matter(front_matter)

    def page(self, front_matter: FrontMatter, parts: UrlParts) -> str:
        key, template = _template(front_matter)
        known = self._known(front_matter, parts.name, parts.published)
        if template is not None:
            filled = _VARIABLE.sub(lambda match: _value(match, known), template)
            problem = ""
            if "{{" in filled or "{%" in filled:
                filled, problem = self._evaluated(template, known, front_matter, parts)
            if not problem:
                return encoded(filled.removesuffix("index.html"))
            use = "is used" if self.config.posts.permalink else "describes such URLs; set it"
            message = f"permalink needs what only the site's program has ({problem})"
            front_matter.warn(key, f"{message}; posts.permalink {use}")
        if self.config.posts.permalink:
            return self.by_permalink(front_matter, parts)
        path = self.location / front_matter.path
        # A file with the name of its folder is the page of that folder.
        is_of_folder = path.stem in {"index", *path.parts[-2:-1]}
        last = () if is_of_folder else (path.stem,)
        return encoded("/".join([*path.parts[:-1], *last, ""]))

    def finished(self, front_matter: FrontMatter, post: Post) -> Post:
        """The post; warns of a layout that does not exist, with which Eleventy builds nothing."""
        layout = front_matter.document.values.get("layout")
        may_be_added = self._program and self._program.adds_templates
        if not may_be_added and self._layouts.lacks(layout):
            folders = " and ".join(
                str(one.relative_to(self.folder.site)) for one in self._layouts.folders
            )
            name = short_line(str(layout), 60)
            front_matter.warn("layout", f"layout: '{name}' is no file of {folders}; correct it")
        return post

    def template(self, front_matter: FrontMatter) -> str | None:
        """None: a permalink of Eleventy is no template of ours."""
        return None

    def _evaluated(
        self, template: str, known: dict[str, str], front_matter: FrontMatter, parts: UrlParts
    ) -> tuple[str, str]:
        """The permalink as Liquid evaluates it, or why it cannot be evaluated."""
        from publisher.text import liquid_lines  # noqa: PLC0415 - few permalinks need the library

        page = {
            "date": parts.published.local,
            "fileSlug": known["page.fileSlug"],
            "filePathStem": known["page.filePathStem"],
        }
        values = {**self.settings, **front_matter.document.values, "page": page}
        slugs = {name: partial(_slug_of_value, slug) for name, slug in _SLUGS.items()}
        try:
            return liquid_lines.evaluated(template, values, slugs), ""
        except liquid_lines.LineError as error:
            return "", str(error)

    def _known(self, front_matter: FrontMatter, name: Name, published: Moment) -> dict[str, str]:
        """The variables of a permalink."""
        path = self.location / front_matter.path
        slug = name.slug
        stem = "/".join([*path.parts[:-1], _undated(path.stem)])
        return {
            "page.fileSlug": slug,
            "page.filePathStem": f"/{stem}",
            "page.date": published.local.isoformat(),
            "title": front_matter.text("title") or "",
            "slug": front_matter.text("slug") or slug,
            **{
                key: text
                for key in front_matter.document.values
                if (text := front_matter.text(key))
            },
        }

    def written(self, front_matter: FrontMatter, key: str) -> WrittenDate:
        text = front_matter.text(key) or ""
        if text.lower() in _MOVING:
            raise DateError(f"{text!r} changes with every edit")
        return super().written(front_matter, key)

    def tags(self, front_matter: FrontMatter) -> tuple[str, ...]:
        """The tags without names of collections."""
        tags = unique([*front_matter.texts("tags"), *front_matter.texts("tag")])
        structural = {*_COLLECTIONS}
        for folder in self._folders(front_matter.path):
            structural |= {*site_settings.texts(self._directory(folder), "tags")}
        layout = self._layouts.data(front_matter.document.values.get("layout"))
        structural |= {*site_settings.texts(layout, "tags")}
        return tuple(tag for tag in tags if tag not in structural)


def _cleaned(data: Mapping[str, Value]) -> dict[str, Value]:
    """The data with tags in a list."""
    tags = data.get("tags")
    return {**data, "tags": [*tags.split(",")]} if isinstance(tags, str) else {**data}


def _merged(below: Mapping[str, Value], above: Mapping[str, Value]) -> dict[str, Value]:
    """Eleventy's deep merge of data with those that win: it joins lists and maps.

    With `override:` before its name a key replaces. A key without a value changes nothing here.
    """
    merged = dict(below)
    for written, value in above.items():
        key = written.removeprefix("override:")
        match None if key != written else below.get(key), value:
            case _, None:
                merged.setdefault(key, None)
            case list(lower), list(upper):
                merged[key] = [*lower, *upper]
            case dict(lower), dict(upper):
                merged[key] = _merged(lower, upper)
            case dict(), _:  # which stays a map in Eleventy
                pass
            case _:
                merged[key] = value
    return merged


def _template(front_matter: FrontMatter) -> tuple[str, str | None]:
    """The key that gives the permalink, and the permalink; None if the page has none."""
    computed = front_matter.document.values.get(_COMPUTED)
    template = computed.get("permalink") if isinstance(computed, dict) else None
    if isinstance(template, str):
        return _COMPUTED, template
    is_false = front_matter.is_false("permalink")
    return "permalink", None if is_false else front_matter.wanted("permalink")


def _undated(stem: str) -> str:
    match = _DATED.match(stem)
    return stem[11:] if match and stem[10:11] == "-" and stem[11:] else stem


def _value(match: re.Match[str], known: dict[str, str]) -> str:
    value = known.get(match[1])
    filters = [part.strip() for part in match[2].split("|")[1:]]
    if value is None or not {*filters} <= _SLUGS.keys():
        return match[0]
    for name in filters:
        value = _SLUGS[name](value)
    return value


def _slug_of_value(slug: Callable[[str], str], value: object) -> str:
    return slug(str(value))


def _detect(folder: Path) -> DetectedSite | None:
    program = eleventy_programs.find(folder, reach_of(folder))
    if program is None:
        return None
    source = program.source
    is_certain = program.file in PROGRAMS or not source
    within = [f"{source}/{name}" for name in _IN_SOURCE] if source else []
    posts = posts_folder(folder, (*within, *_POSTS))
    return DetectedSite(
        engine=RECORD.name,
        posts=posts,
        site=None if is_certain else ".",
        base=program.base,
        output=(program.output,) if program.output else (),
        program=program.file,
        notes=unread_beside(folder, posts),
    )


RECORD = EngineRecord(
    name="eleventy",
    reader=Eleventy,
    detect=_detect,
    syntax=BodySyntax(
        dialect="commonmark", template_language="liquid-top-level", titles="elements"
    ),
    programs=PROGRAMS,
    address_scripts=address_scripts,
    ignored=eleventy_ignores.of_site,
    unread_settings=_UNREAD,
    builds="npx eleventy",
)
