"""Read posts of a site whose generator publisher does not know: Next.js, Astro, Docusaurus, ...

Front matter has the keys that such sites use. The address of a page is a guess by the folders,
which the page that the generator built corrects (`site.output`).
"""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from msgspec.structs import replace

from publisher.post import BodySyntax
from publisher.sources import site_settings
from publisher.sources.engines import generator_ignores
from publisher.sources.engines.engine import EngineRecord, PostReader
from publisher.sources.engines.markups import MARKUPS
from publisher.sources.engines.names import Name, date_of
from publisher.sources.front_matter import block, formats, source_forms
from publisher.sources.front_matter.typed_values import FALSE, TRUE, one_line, person
from publisher.text import mdx
from publisher.text.permalinks import encoded
from publisher.text.titles import plain_heading

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from publisher.config import Person
    from publisher.post import Status
    from publisher.sources.engines.engine import UrlParts
    from publisher.sources.front_matter.source_text import SourceText
    from publisher.sources.front_matter.typed_values import FrontMatter
    from publisher.sources.post_files import PostFiles
    from publisher.text.yaml_document import Value

_MDX = (".mdx", ".svx")
_POSTS = {"_posts", "_drafts"}
# The spellings of a key by priority, in lower case, without `_` and `-`.
_SPELLINGS: Mapping[str, Sequence[str]] = {
    "title": ("title", "headline"),
    "date": (
        "date", "datepublished", "publishdate", "publisheddate", "pubdate", "publishedat",
        "publishedon", "publishedtime", "published", "postedat", "posted", "created", "createdat",
        "createdon", "createddate", "datecreated",
    ),
    "updated": (
        "updated", "updatedat", "updatedon", "updateddate", "dateupdated", "lastmod",
        "lastmodified", "lastmodifiedat", "modified", "modifiedat", "modifiedtime", "datemodified",
        "lastupdated", "lastupdate",
    ),
    "tags": ("tags", "keywords", "topics"),
    "categories": ("categories",),
    "category": ("category",),
    "authors": ("authors",),
    "author": ("author", "by", "writer", "byline"),
    "description": ("description", "summary", "excerpt", "abstract", "metadescription"),
    "lang": ("lang", "language", "locale"),
    "slug": ("slug",),
    "draft": ("draft", "isdraft"),
    "hidden": ("hidden",),
    "publish": ("publish", "ispublished"),
    "image": (
        "image", "coverimage", "cover", "heroimage", "hero", "featuredimage", "featureimage",
        "banner", "ogimage", "socialimage", "thumbnail",
    ),
}  # fmt: skip
_SWITCHES = {"draft", "hidden", "publish"}  # they decide whether, and not how, a post shows
# The keys of a map in which a generator keeps a date, e.g. `date: {created: 2024-01-02}`.
_DATES_IN = {"date": ("created", "published"), "updated": ("date", "updated", "modified")}
_AUTHORS = ("authors.yml", "authors.yaml", "authors.json", ".authors.yml")
# The content below these folders has its own path as its address; the first that fits counts.
_ROOTS = (
    "src/content", "src/pages", "src/routes", "src/app", "src", "content", "pages", "app", "docs",
    "",
)  # fmt: skip
# The files of a folder that is a page: those of most generators, of Next.js and of SvelteKit.
_INDEXES = frozenset({"index", "page", "+page"})
# A date that Docusaurus reads in the folders and the name: `2024/01-02-name`, `2024-01-02/name`.
_DATED = re.compile(
    r"(?:^|/)(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[-_/](?=[^/])|$)((?:.*/)?)([^/]*)$", re.ASCII
)
# Its attributes are those of MkDocs and Docusaurus: `{#id}`, `{ .class }`.
_HEADING = re.compile(
    r"\s*#[ \t]+([^\n]+?)(?:[ \t]+#+|[ \t]*\{:?[ \t]*[#.][^{}\n]*\})?[ \t]*(?:\n|\Z)"
)
_TRUNCATE = re.compile(r"^[ \t]*(<!--[ \t]*truncate[ \t]*-->)[ \t]*$", re.MULTILINE)
# Folders of Next.js that are no part of the address: `(blog)`, `@modal`.
_NO_PART = re.compile(r"\(.*\)|@.*")


class Any(PostReader):
    def __init__(self, folder: PostFiles, record: EngineRecord) -> None:
        super().__init__(folder, record)
        below = (
            folder.below(root) for root in _ROOTS if folder.posts.is_relative_to(folder.site / root)
        )
        self.location = next(below, PurePosixPath())

    @cached_property
    def persons(self) -> Mapping[str, Person]:
        """The authors of Docusaurus and of MkDocs, whose files lie with the posts or above them."""
        posts, reach = self.folder.posts, self.folder.reach
        found = (site_settings.find(folder, _AUTHORS) for folder in (posts, posts.parent))
        # What lies above the posts is read only if it belongs to the site for certain.
        file = next((file for file in found if file and not reach.refusal(file)), None)
        listed = site_settings.read(file, self.folder.reach) if file else {}
        known = site_settings.section(listed, "authors") or listed
        return {key: author for key, value in known.items() if (author := person(value))}

    def is_post(self, path: PurePosixPath) -> bool:
        """Whether the file is a page: most generators build none of a name that begins with `_`."""
        return not any(part[0] == "_" and part not in _POSTS for part in path.parts)

    def document(self, path: PurePosixPath) -> block.PostFile:
        """The file with its keys in one spelling, and MDX as Markdown."""
        document = _as_spelt(super().document(path))
        if path.suffix.lower() in _MDX:
            document = _without_components(document, says_so=not self.config.posts.from_pages)
        return _with_own_title(document) if self.markup_of(path) == "markdown" else document

    def unpublished_by_front_matter(self, front_matter: FrontMatter) -> tuple[Status, str] | None:
        if front_matter.is_true("hidden"):
            return "hidden", "hidden: true"
        if front_matter.is_false("publish"):
            return "hidden", "publish: false"
        if self.ignored.needs_publish and not front_matter.is_true("publish"):
            return "hidden", "has no `publish: true`, which ExplicitPublish asks for"
        return super().unpublished_by_front_matter(front_matter)

    def name(self, path: PurePosixPath) -> Name:
        """The parts of the path; the file of a page's folder has the name of that folder."""
        stem, language = self.without_language(path)
        is_index = stem in _INDEXES and len(path.parts) > 1
        whole = path.parent if is_index else path.with_name(stem)
        if (dated := _DATED.search(str(whole))) and (day := date_of(dated)):
            return Name(day, dated[5] or whole.name, language)
        return replace(super().name(whole.with_name(f"{whole.name}.md")), language=language)

    def site_page(self, front_matter: FrontMatter, parts: UrlParts) -> str:
        """The URL path: the permalink, else the folders and the slug, without a slash at the end.

        A slug that begins with a slash is the whole path.
        """
        if front_matter.value("permalink"):
            return self.by_permalink(front_matter, parts)
        if parts.slug.startswith("/"):
            return encoded(parts.slug)
        path = self.location / front_matter.path
        is_index = self.without_language(path)[0] in _INDEXES
        folders = path.parts[: -2 if is_index and len(path.parts) > 1 else -1]
        segments = [part.lstrip("_") for part in folders if not _NO_PART.fullmatch(part)]
        return encoded("/".join([*segments, parts.slug.strip("/")]))

    def marker(self, front_matter: FrontMatter) -> str | None:
        """The marker, which may also be that of Docusaurus."""
        truncate = _TRUNCATE.search(front_matter.document.body)
        return super().marker(front_matter) or (truncate[1] if truncate else None)

    @property
    def own_keys(self) -> Sequence[str]:
        named = (_SPELLINGS[name] for name in _SPELLINGS if name not in _SWITCHES)
        return [spelling for spellings in named for spelling in spellings]

    def source_text(self, path: PurePosixPath, text: str) -> SourceText:
        """The text of the file, whose keys have the one spelling of `own_keys`."""
        own = super().source_text(path, text)
        folded: dict[str, list[str]] = {}
        for key, lines in own.keys.items():
            folded.setdefault(_folded(key), []).append(lines)
        return replace(own, keys={key: "\n".join(lines) for key, lines in folded.items()})


def _as_spelt(document: block.PostFile) -> block.PostFile:
    """The file with each key also in the spelling that `PostReader` knows."""
    written: dict[str, list[str]] = {}
    for key in document.values:
        written.setdefault(_folded(key), []).append(key)
    values, lines = dict(document.values), dict(document.lines)
    for name, spellings in _SPELLINGS.items():
        candidates = [key for spelling in spellings for key in written.get(spelling, [])]
        for key in candidates:
            value = _usable(name, document.values[key])
            if value is not None:
                values[name], lines[name] = value, document.line(key)
                break
    return replace(document, values=values, lines=lines)


def _folded(key: str) -> str:
    return key.lower().replace("_", "").replace("-", "")


def _usable(name: str, value: Value) -> Value:
    """The value of a key, else None. `published: true` is no date."""
    if name not in _DATES_IN:
        return value
    if isinstance(value, dict):
        return next((value[key] for key in _DATES_IN[name] if value.get(key) is not None), None)
    return None if (one_line(value) or "").lower() in TRUE | FALSE else value


def _without_components(document: block.PostFile, *, says_so: bool) -> block.PostFile:
    """The file with Markdown; what is left out is not missed if the body comes from the page."""
    found = mdx.as_markdown(document.body)
    warnings = [
        (document.body_line + line - 1, f"{name} is evaluated only by the site; left out")
        for line, name in (found.dropped if says_so else ())
    ]
    return replace(document, body=found.text, warnings=(*document.warnings, *warnings))


def _with_own_title(document: block.PostFile) -> block.PostFile:
    """The file with the title that stands as a heading above the text; then that goes."""
    heading = _HEADING.match(document.body)
    title = plain_heading(heading[1]) if heading else ""
    if not heading or not title or one_line(document.values.get("title")):
        return document
    line = document.body_line + document.body.count("\n", 0, heading.start(1))
    rest = "\n" * heading[0].count("\n") + document.body[heading.end() :]
    return replace(
        document,
        values={**document.values, "title": title},
        lines={**document.lines, "title": line},
        body=rest,
    )


RECORD = EngineRecord(
    name="any",
    reader=Any,
    syntax=BodySyntax(dialect="commonmark", template_language="none", titles="elements"),
    markups={**MARKUPS, **dict.fromkeys(_MDX, "markdown")},
    front_matter_readers=(
        block.fenced, formats.toml, formats.named, formats.braced, formats.exported,
    ),
    source_readers=(*source_forms.FENCES, source_forms.exported),
    late_dates=(),
    has_rules=False,
    ignored=generator_ignores.of_site,
)  # fmt: skip
