"""Read posts by the rules of Zola: front matter in TOML or YAML, draft sections, dated names."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec.structs import replace

from publisher.post import BodySyntax, MarkdownOptions
from publisher.sources import site_settings
from publisher.sources.engines import ignore_settings
from publisher.sources.engines.detected import (
    DetectedSite,
    first_folder,
    output_folder,
    settings_in,
    unread_sections,
)
from publisher.sources.engines.engine import EngineRecord, PostReader
from publisher.sources.engines.ignored import Ignored
from publisher.sources.engines.names import Name
from publisher.sources.engines.unread import changes
from publisher.sources.front_matter.typed_values import person, unique
from publisher.text import ignore_patterns, setting_lines
from publisher.text.permalinks import encoded
from publisher.text.slugs import zola_slug

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path, PurePosixPath

    from publisher.post import Status
    from publisher.sources.engines.engine import UrlParts
    from publisher.sources.front_matter.typed_values import FrontMatter
    from publisher.sources.post_files import PostFiles
    from publisher.system.symlinks import Reach
    from publisher.text.yaml_document import Value

_SETTINGS = ("zola.toml", "config.toml")
_CONTENT = ("content/posts", "content/post", "content/blog")
# A date of RFC 3339 before the name.
_NAME = re.compile(
    r"(\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d))?)(?:\s?[_-](.+))?",
    re.ASCII,
)
_UNREAD = {"slugify.anchors": changes("bodies", unless=("on",))}


class Zola(PostReader):
    def __init__(self, folder: PostFiles, record: EngineRecord) -> None:
        super().__init__(folder, record)
        self.content = "content"
        self.location = folder.below(self.content)
        self._sections: dict[PurePosixPath, dict[str, Value]] = {}

    def site_languages(self) -> list[str]:
        return [*site_settings.section(self.settings, "languages")]

    def without_language(self, path: PurePosixPath) -> tuple[str, str | None]:
        """The name and its language, which is behind a dot unless `posts.languages` is set."""
        if self.config.posts.languages:
            return super().without_language(path)
        stem, _, language = path.stem.rpartition(".")
        is_language = stem and language.lower() in self.languages
        return (stem, language) if is_language else (path.stem, None)

    def syntax(self, path: PurePosixPath) -> BodySyntax:
        """With `bottom_footnotes` Zola moves footnotes to the end, and gives them other ids."""
        syntax = super().syntax(path)
        if site_settings.is_true(self.settings, "markdown", "bottom_footnotes"):
            return replace(syntax, footnotes="bottom")
        return syntax

    def is_post(self, path: PurePosixPath) -> bool:
        """Whether the file is a page. Others are assets, but with front matter they are named."""
        if path.suffix == ".md":
            return True
        has_markup = self.markup_of(path) != "unrendered"
        return has_markup and self.folder.head(path).startswith(("+++", "---"))

    def unpublished_by_path(self, path: PurePosixPath) -> tuple[Status, str] | None:
        """Drafts by path, which are all posts below a section that is a draft, and assets."""
        if path.suffix != ".md":
            return "ignored", "Zola makes pages of .md files only"
        for folder in path.parents:
            if site_settings.is_true(self._section(folder), "draft"):
                return "draft", f"in {folder / '_index.md'}, a draft"
        return super().unpublished_by_path(path)

    def _section(self, folder: PurePosixPath) -> dict[str, Value]:
        if folder not in self._sections:
            page = folder / "_index.md"
            known = page in self.folder.paths
            self._sections[folder] = self.section(page) if known else {}
        return self._sections[folder]

    def unpublished_by_front_matter(self, front_matter: FrontMatter) -> tuple[Status, str] | None:
        if front_matter.is_false("render"):
            return "hidden", "render = false"
        return super().unpublished_by_front_matter(front_matter)

    def name(self, path: PurePosixPath) -> Name:
        """The parts of the file name; `slugify.paths_keep_dates` keeps the date in the slug."""
        stem, language = self.without_language(path)
        stem = path.parts[-2] if stem == "index" and path.parts[1:] else stem
        dated = _NAME.match(stem)
        keeps = site_settings.is_true(self.settings, "slugify", "paths_keep_dates")
        slug = dated[3] if dated and dated[3] and not keeps else stem
        return Name(super().name(path).date, slug, language)

    def add_defaults(self, values: dict[str, Value], path: PurePosixPath) -> None:
        """Add the date and time in the file name, if it has a time."""
        stem = path.parts[-2] if path.stem == "index" and path.parts[1:] else path.name
        if (dated := _NAME.match(stem)) and dated[2]:
            values.setdefault("date", dated[1])

    @cached_property
    def main_language(self) -> str:
        return site_settings.text(self.settings, "default_language") or "en"

    def _prefix(self, language: str | None) -> str:
        return f"{language}/" if language not in {None, self.main_language} else ""

    def section_address(self, path: PurePosixPath) -> str | None:
        if path not in self.folder.paths:
            return None
        folder = (self.location / path).parent
        page = self._prefix(self.without_language(path)[1]) + "/".join(folder.parts)
        return encoded(f"{page.rstrip('/')}/")

    def site_page(self, front_matter: FrontMatter, parts: UrlParts) -> str:
        prefix = self._prefix(parts.name.language)
        given = front_matter.wanted("path")
        if given is not None:
            return encoded(f"{given.strip('/')}/")
        path = self.location / front_matter.path
        folders = path.parts[: -2 if path.name.partition(".")[0] == "index" else -1]
        mode = site_settings.text(self.settings, "slugify", "paths") or "on"
        segments = [*folders, zola_slug(parts.slug, mode)]
        return encoded(prefix + "/".join(filter(None, segments)) + "/")

    def categories(self, front_matter: FrontMatter) -> tuple[str, ...]:
        return unique([*super().categories(front_matter), *_taxonomy(front_matter, "categories")])

    def tags(self, front_matter: FrontMatter) -> tuple[str, ...]:
        return unique([*super().tags(front_matter), *_taxonomy(front_matter, "tags")])


def markdown_options(settings: Mapping[str, Value]) -> MarkdownOptions:
    """What the section `markdown` changes."""
    section = site_settings.section(settings, "markdown")
    on = {name for name in section if site_settings.is_true(section, name)}
    return MarkdownOptions(
        emoji="render_emoji" in on,
        punctuation="smart_punctuation" in on,
        alerts="github_alerts" in on,
        off=frozenset(() if "definition_list" in on else ("definition lists",)),
    )


def _taxonomy(front_matter: FrontMatter, name: str) -> list[str]:
    taxonomies = front_matter.value("taxonomies")
    return site_settings.texts(taxonomies, name) if isinstance(taxonomies, dict) else []


def _ignored(site: Path, posts: Path, reach: Reach) -> Ignored:
    """What `ignored_content` leaves out. Its globs match whole paths, and `*` matches slashes."""
    file = site_settings.find(site, _SETTINGS)
    if file is None:
        return Ignored()
    name = "ignored_content"
    listed = site_settings.texts(site_settings.readable(file, reach), name)
    patterns = [_anywhere(one) for one in listed if one.startswith("*")]
    compiled = ignore_patterns.of_globs
    at = setting_lines.in_text(site_settings.readable_text(file, reach), [name])
    return ignore_settings.ruled(compiled, patterns, site, file=file, line=at, setting=name)


def _anywhere(pattern: str) -> str:
    """A glob of Zola as one in which only `**` matches slashes."""
    start = "" if pattern.startswith("**/") else "**/"
    return start + re.sub(r"/\*$", "/**", pattern)


def _detect(folder: Path) -> DetectedSite | None:
    named_settings = settings_in(folder, _SETTINGS)
    if named_settings is None or "base_url" not in named_settings[1]:
        return None
    source, settings = named_settings
    text, posts = site_settings.text, first_folder(folder, _CONTENT) or "content"
    return DetectedSite(
        engine=RECORD.name,
        posts=posts,
        source=source,
        title=text(settings, "title"),
        url=text(settings, "base_url"),
        description=text(settings, "description"),
        language=text(settings, "default_language"),
        author=person(text(settings, "author") or text(settings, "extra", "author")),
        output=output_folder(text(settings, "output_dir")),
        notes=[*unread_sections(folder, "content", posts)],
    )


RECORD = EngineRecord(
    name="zola",
    reader=Zola,
    detect=_detect,
    syntax=BodySyntax(
        dialect="commonmark",
        template_language="call-shortcodes",
        links="at-paths",
        titles="elements",
        footnotes="pulldown-cmark",
    ),
    settings=_SETTINGS,
    ignored=_ignored,
    unread_settings=_UNREAD,
    markdown=markdown_options,
    builds="zola build",
)
