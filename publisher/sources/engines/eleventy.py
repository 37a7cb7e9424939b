"""Eleventy's posts: YAML or JSON front matter, directory data, `/folder/slug/`.

JavaScript is never run: a site that computes its addresses there names them in `permalink`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from publisher.post import BodySyntax
from publisher.sources import site_settings
from publisher.sources.engines.detected import DetectedSite, first_folder
from publisher.sources.engines.engine import EngineRecord, PostReader
from publisher.sources.front_matter.values import unique
from publisher.text.dates import DateError
from publisher.text.permalinks import encoded
from publisher.text.slugs import slugify

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path, PurePosixPath

    from publisher.post import Status
    from publisher.sources.engines.engine import Moment
    from publisher.sources.engines.folder import Folder
    from publisher.sources.engines.names import Name
    from publisher.sources.front_matter.values import Matter
    from publisher.text.dates import WrittenDate
    from publisher.text.yaml_document import Value

# They are not run, so there are no settings to read.
PROGRAMS = tuple(
    f"{name}.{kind}"
    for name in (".eleventy", "eleventy.config")
    for kind in ("js", "cjs", "mjs", "ts")
)
_POSTS = ("src/posts", "posts", "src/blog", "blog", "content/blog", "content/posts", "src")
_INPUT = re.compile(r"\binput:\s*[\"'`]([^\"'`]+)[\"'`]")
_VARIABLE = re.compile(r"\{\{-?\s*([\w.]+)\s*((?:\|[^{}]*)?)-?\}\}")
_DATED = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MOVING = frozenset({"last modified", "created", "git last modified", "git created"})
_COLLECTIONS = frozenset({"all", "post", "posts", "nav"})


class Eleventy(PostReader):
    def __init__(self, folder: Folder, record: EngineRecord) -> None:
        super().__init__(folder, record)
        self.location = folder.below(self._input)
        self._data: dict[PurePosixPath, dict[str, Value]] = {}

    @property
    def _input(self) -> str:
        """The folder of the sources, if the program says it in plain words."""
        file = site_settings.find(self.folder.site, PROGRAMS)
        data = site_settings.data(file, self.folder.reach) if file else b""
        found = _INPUT.search(data.decode("utf-8", "replace"))
        return found[1] if found else ""

    def add_defaults(self, values: dict[str, Value], path: PurePosixPath) -> None:
        """The data of the nearest folder first. The tags there only gather pages."""
        for folder in path.parents:
            for key, value in self._directory(folder).items():
                if key != "tags" and values.get(key) is None:
                    values[key] = value

    def _directory(self, folder: PurePosixPath) -> dict[str, Value]:
        if folder not in self._data:
            name = folder.name or self.folder.posts.name
            names = (f"{name}.11tydata.json", f"{name}.json")
            file = site_settings.find(self.folder.posts / folder, names)
            self._data[folder] = site_settings.read(file, self.folder.reach) if file else {}
        return self._data[folder]

    def kept_back(self, matter: Matter) -> tuple[Status, str] | None:
        if matter.is_false("permalink"):
            return "hidden", "permalink: false"
        if matter.is_true("eleventyExcludeFromCollections"):
            return "hidden", "eleventyExcludeFromCollections: true"
        return super().kept_back(matter)

    def page(
        self,
        matter: Matter,
        name: Name,
        published: Moment,
        *,
        slug: str,
        categories: Sequence[str],
    ) -> str:
        template = None if matter.is_false("permalink") else matter.wanted("permalink")
        known = self._known(matter, name, published)
        if template is not None:
            filled = _VARIABLE.sub(lambda found: _value(found, known), template)
            if "{{" not in filled and "{%" not in filled:
                return encoded(filled.removesuffix("index.html"))
            message = "permalink is computed by the site's own program; posts.permalink is used"
            matter.warn("permalink", message)
        if self.config.posts.permalink:
            return super().page(matter, name, published, slug=slug, categories=categories)
        path = self.location / matter.path
        last = () if path.stem == "index" else (path.stem,)
        return encoded("/".join([*path.parts[:-1], *last, ""]))

    def _known(self, matter: Matter, name: Name, published: Moment) -> dict[str, str]:
        """What a permalink may ask for."""
        path = self.location / matter.path
        slug = name.slug
        stem = "/".join([*path.parts[:-1], _undated(path.stem)])
        return {
            "page.fileSlug": slug,
            "page.filePathStem": f"/{stem}",
            "page.date": published.local.isoformat(),
            "title": matter.text("title") or "",
            "slug": matter.text("slug") or slug,
            **{key: one for key in matter.document.values if (one := matter.text(key))},
        }

    def written(self, matter: Matter, key: str) -> WrittenDate:
        text = matter.text(key) or ""
        if text.lower() in _MOVING:
            raise DateError(f"{text!r} moves with every change")
        return super().written(matter, key)

    def tags(self, matter: Matter) -> tuple[str, ...]:
        """One text is one tag. The names of the site's collections are none."""
        found = unique([*matter.texts("tags"), *matter.texts("tag")])
        structural = {*_COLLECTIONS}
        for folder in matter.path.parents:
            structural |= {*site_settings.texts(self._directory(folder), "tags")}
        return tuple(tag for tag in found if tag not in structural)


def _undated(stem: str) -> str:
    found = _DATED.match(stem)
    return stem[11:] if found and stem[10:11] == "-" and stem[11:] else stem


def _value(found: re.Match[str], known: dict[str, str]) -> str:
    value = known.get(found[1])
    filters = [part.strip() for part in found[2].split("|")[1:]]
    if value is None or not {*filters} <= {"slug", "slugify"}:
        return found[0]
    return slugify(value, mode="default").lower() if filters else value


def _detect(folder: Path) -> DetectedSite | None:
    file = site_settings.find(folder, PROGRAMS)
    if file is None:
        return None
    note = f"{file.name} is a program, which is not run: name the address of your site with --url"
    return DetectedSite(engine=RECORD.name, posts=first_folder(folder, _POSTS), notes=(note,))


RECORD = EngineRecord(
    name="eleventy",
    reader=Eleventy,
    detect=_detect,
    syntax=BodySyntax(dialect="commonmark", template_language="liquid-top-level"),
    programs=PROGRAMS,
)
