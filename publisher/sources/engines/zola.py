"""Zola's posts: front matter in TOML or YAML, sections that may be drafts, dates in file names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from publisher.sources import site_settings
from publisher.sources.engines.engine import Engine, Name, encoded
from publisher.sources.front_matter.values import TRUE, unique
from publisher.text.slugs import zola_slug

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import PurePosixPath

    from publisher.post import Status
    from publisher.sources.engines.engine import Folder, Moment
    from publisher.sources.front_matter.values import Matter
    from publisher.text.yaml_document import Value

# RFC 3339 in front of the name, `:` written as `-` or left out where a file system wants that.
_NAME = re.compile(r"(\d{4}-\d\d-\d\d)(?:T[\d:.-]+(?:Z|[+-]\d\d:?\d\d)?)?[_-](.+)", re.ASCII)


class Zola(Engine):
    SETTINGS = ("zola.toml", "config.toml")

    def __init__(self, folder: Folder) -> None:
        super().__init__(folder)
        self.location = folder.below("content")
        self._sections: dict[PurePosixPath, dict[str, Value]] = {}

    def site_languages(self) -> list[str]:
        return [*site_settings.section(self.settings, "languages")]

    def kept_by_path(self, path: PurePosixPath) -> tuple[Status, str] | None:
        """A section that is a draft hides all that is below it."""
        for folder in path.parents:
            if str(self._section(folder).get("draft")) in TRUE:
                return "draft", f"in {folder / '_index.md'}, a draft"
        return super().kept_by_path(path)

    def _section(self, folder: PurePosixPath) -> dict[str, Value]:
        if folder not in self._sections:
            page = folder / "_index.md"
            known = page in self.folder.paths
            self._sections[folder] = self.section(page) if known else {}
        return self._sections[folder]

    def kept_back(self, matter: Matter) -> tuple[Status, str] | None:
        if matter.is_false("render"):
            return "hidden", "render = false"
        return super().kept_back(matter)

    def name(self, path: PurePosixPath) -> Name:
        """The date is no part of the slug, unless the settings keep it there."""
        found = super().name(path)
        stem, language = self.without_language(path)
        stem = path.parts[-2] if stem == "index" and path.parts[1:] else stem
        dated = _NAME.fullmatch(stem)
        keeps = site_settings.text(self.settings, "slugify", "paths_keep_dates") in TRUE
        return Name(found.date, dated[2] if dated and not keeps else stem, language)

    def page(
        self,
        matter: Matter,
        name: Name,
        published: Moment,
        *,
        slug: str,
        categories: Sequence[str],
    ) -> str:
        if self.config.posts.permalink:
            return super().page(matter, name, published, slug=slug, categories=categories)
        main = site_settings.text(self.settings, "default_language") or "en"
        prefix = f"{name.language}/" if name.language not in {None, main} else ""
        given = matter.wanted("path")
        if given is not None:
            return encoded(f"{given.strip('/')}/")
        path = self.location / matter.path
        folders = path.parts[: -2 if path.name.partition(".")[0] == "index" else -1]
        parts = [*map(self._slug, folders), self._slug(slug)]
        return encoded(prefix + "/".join(filter(None, parts)) + "/")

    def _slug(self, text: str) -> str:
        return zola_slug(text, site_settings.text(self.settings, "slugify", "paths") or "on")

    def categories(self, matter: Matter) -> tuple[str, ...]:
        return unique([*super().categories(matter), *_taxonomy(matter, "categories")])

    def tags(self, matter: Matter) -> tuple[str, ...]:
        return unique([*super().tags(matter), *_taxonomy(matter, "tags")])


def _taxonomy(matter: Matter, name: str) -> list[str]:
    found = matter.value("taxonomies")
    return site_settings.texts(found, name) if isinstance(found, dict) else []
