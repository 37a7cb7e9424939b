"""Read posts by the rules of Zola: front matter in TOML or YAML, draft sections, dated names."""

from __future__ import annotations

import re
from dataclasses import replace
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
from publisher.sources.engines.engine import EngineRecord, PostReader
from publisher.sources.engines.names import Name
from publisher.sources.front_matter.values import TRUE, unique
from publisher.text.permalinks import encoded
from publisher.text.slugs import zola_slug

if TYPE_CHECKING:
    from pathlib import Path, PurePosixPath

    from publisher.post import Status
    from publisher.sources.engines.engine import UrlParts
    from publisher.sources.front_matter.values import FrontMatter
    from publisher.sources.post_files import PostFiles
    from publisher.text.yaml_document import Value

_SETTINGS = ("zola.toml", "config.toml")
_CONTENT = ("content/posts", "content/post", "content/blog")
# A date of RFC 3339 before the name; for file systems `:` may be `-` or missing.
_NAME = re.compile(r"(\d{4}-\d\d-\d\d)(?:T[\d:.-]+(?:Z|[+-]\d\d:?\d\d)?)?[_-](.+)", re.ASCII)


class Zola(PostReader):
    def __init__(self, folder: PostFiles, record: EngineRecord) -> None:
        super().__init__(folder, record)
        self.location = folder.below("content")
        self._sections: dict[PurePosixPath, dict[str, Value]] = {}

    def site_languages(self) -> list[str]:
        return [*site_settings.section(self.settings, "languages")]

    def syntax(self, path: PurePosixPath) -> BodySyntax:
        """With `bottom_footnotes` Zola moves footnotes to the end, and gives them other ids."""
        if site_settings.text(self.settings, "markdown", "bottom_footnotes") in TRUE:
            return replace(self.record.syntax, footnotes="bottom")
        return super().syntax(path)

    def unpublished_by_path(self, path: PurePosixPath) -> tuple[Status, str] | None:
        """Drafts by path: all posts below a section that is a draft."""
        for folder in path.parents:
            if str(self._section(folder).get("draft")) in TRUE:
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
        dated_name = super().name(path)
        stem, language = self.without_language(path)
        stem = path.parts[-2] if stem == "index" and path.parts[1:] else stem
        dated = _NAME.fullmatch(stem)
        keeps = site_settings.text(self.settings, "slugify", "paths_keep_dates") in TRUE
        return Name(dated_name.date, dated[2] if dated and not keeps else stem, language)

    def site_page(self, front_matter: FrontMatter, parts: UrlParts) -> str:
        main = site_settings.text(self.settings, "default_language") or "en"
        prefix = f"{parts.name.language}/" if parts.name.language not in {None, main} else ""
        given = front_matter.wanted("path")
        if given is not None:
            return encoded(f"{given.strip('/')}/")
        path = self.location / front_matter.path
        folders = path.parts[: -2 if path.name.partition(".")[0] == "index" else -1]
        segments = [*map(self._slug, folders), self._slug(parts.slug)]
        return encoded(prefix + "/".join(filter(None, segments)) + "/")

    def _slug(self, text: str) -> str:
        return zola_slug(text, site_settings.text(self.settings, "slugify", "paths") or "on")

    def categories(self, front_matter: FrontMatter) -> tuple[str, ...]:
        return unique([*super().categories(front_matter), *_taxonomy(front_matter, "categories")])

    def tags(self, front_matter: FrontMatter) -> tuple[str, ...]:
        return unique([*super().tags(front_matter), *_taxonomy(front_matter, "tags")])


def _taxonomy(front_matter: FrontMatter, name: str) -> list[str]:
    taxonomies = front_matter.value("taxonomies")
    return site_settings.texts(taxonomies, name) if isinstance(taxonomies, dict) else []


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
        author=author_of(text(settings, "author") or text(settings, "extra", "author")),
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
)
