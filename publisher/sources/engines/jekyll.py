"""Read posts by the rules of Jekyll 4.

The date is in the name of the file, and front matter overrides it; `_config.yml` has defaults for
front matter and the template of permalinks.
"""

from __future__ import annotations

import datetime as dt
import itertools
import posixpath
import re
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import quote

from publisher.errors import ConfigError, PostError
from publisher.post import BodySyntax, Diagnostic
from publisher.sources import site_settings
from publisher.sources.engines import (
    jekyll_defaults,
    jekyll_excludes,
    jekyll_markdown,
    jekyll_settings,
    scripts,
)
from publisher.sources.engines.detected import (
    POSTS,
    DetectedSite,
    first_folder,
    folders_named,
    output_folder,
    reach_of,
    settings_in,
)
from publisher.sources.engines.engine import EngineRecord, PostReader, UndatedError
from publisher.sources.engines.jekyll_files import JekyllFiles
from publisher.sources.engines.likely_posts import dated
from publisher.sources.engines.names import Name, begins_with_date, date_fault, dated_part
from publisher.sources.front_matter import block, source_forms
from publisher.sources.front_matter.typed_values import person, unique
from publisher.text import permalinks
from publisher.text.author_dates import WrittenDate
from publisher.text.counts import number_of
from publisher.text.permalinks import encoded
from publisher.text.yaml_document import PlainScalar

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path, PurePosixPath

    from publisher.config import Person
    from publisher.post import Status
    from publisher.sources.engines.engine import Moment
    from publisher.sources.engines.scripts import AddressScript
    from publisher.sources.front_matter.typed_values import FrontMatter, Place
    from publisher.sources.post_files import PostFiles
    from publisher.system.symlinks import Reach
    from publisher.text.yaml_document import Value

_DATED = re.compile(r"[0-9]{2,4}-[0-9]{1,2}-[0-9]{1,2}-")  # the names of posts
_SHORT_YEAR = re.compile(r"([0-9]{2})-[0-9]{1,2}-[0-9]{1,2}-")
_AUTHORS = ("yml", "yaml", "json", "toml")  # the formats of the file in the folder of the data
_SETTINGS = ("_config.yml", "_config.yaml", "_config.toml")
_POSTS = {"_posts", "_drafts"}
# How a plugin changes the addresses of posts, in Ruby.
_ADDRESS = re.compile(
    r"[\"'](?:permalink|slug)[\"']\]?\s*(?:\|\|)?=(?![=~])|:permalink\s*=>|\burl_placeholders\b"
    r"|\bUrlDrop\b|\bdef\s+(?:permalink|url_template)\b"
)
_FENCE = re.compile(r"---[ \t]*\r?\n")
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)  # for pages, which have no date
# A plain scalar that YAML reads as a timestamp. Ruby's YAML takes it for UTC; a quoted text is
# a time in the zone of the site.
_INSTANT = re.compile(r"\d{4}-\d\d?-\d\d?(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d(?:\.\d*)?", re.ASCII)


class Jekyll(PostReader):
    def __init__(self, folder: PostFiles, record: EngineRecord) -> None:
        super().__init__(folder, record)
        self._folders = jekyll_settings.folders(self.settings)
        # In the folder of the collections as Jekyll names it; in the folder of the site if the
        # posts lie elsewhere.
        collections = self._folders.collections
        is_inside = folder.posts.is_relative_to(folder.site / collections)
        self.location = folder.below(collections if is_inside else "")
        self._below_site = folder.below("")
        inside = not _POSTS.isdisjoint(folder.posts.parts)
        self._mixed = not inside and folder.paths.have("_posts")
        self._defaults = jekyll_defaults.scopes(self.settings)

    @cached_property
    def persons(self) -> Mapping[str, Person]:
        authors = self.folder.settings(*_author_files(self._folders.data))
        return {key: author for key, value in authors.items() if (author := person(value))}

    def is_post(self, path: PurePosixPath) -> bool:
        """Whether the file is a post: not excluded and, in a site's folder, below `_posts`."""
        is_old = jekyll_excludes.left_out_before(self._excludes, self._below_site / path)
        if is_old and self._is_excluded(path):
            return False
        if not self._mixed:
            return True
        index = next((n for n, part in enumerate(path.parts) if part in _POSTS), None)
        # Jekyll reads no `_posts` in a folder whose name begins with one of these characters.
        return index is not None and not any(part[0] in "_.#~" for part in path.parts[:index])

    @cached_property
    def _excludes(self) -> list[str]:
        return site_settings.texts(self.settings, "exclude")

    def _is_excluded(self, path: PurePosixPath) -> bool:
        below = self._below_site / path
        if below.is_relative_to(self._folders.source):
            below = below.relative_to(self._folders.source)
        return jekyll_excludes.leaves_out(self._excludes, below, _POSTS)

    def unpublished_by_path(self, path: PurePosixPath) -> tuple[Status, str] | None:
        # Earlier versions of publisher published it, so there may be an item, which stays.
        if self._is_excluded(path):
            return "ignored", "the site does not build it, see exclude in its settings"
        return super().unpublished_by_path(path)

    def add_defaults(self, values: dict[str, Value], path: PurePosixPath) -> None:
        jekyll_defaults.add(values, self._defaults, str(self.location / path), _kind(path))

    def origin(self, path: PurePosixPath, key: str) -> Place | None:
        location = str(self.location / path)
        keys = jekyll_defaults.origin(self._defaults, location, _kind(path), key)
        file = site_settings.find(self.folder.site, self.record.settings)
        return self.place(file, keys) if file and keys else None

    def newer_settings(self, path: PurePosixPath) -> Mapping[str, str]:
        location = str(self.location / path)
        keys = jekyll_defaults.newer_keys(self._defaults, location, _kind(path))
        return dict.fromkeys(keys, "defaults")

    def default_title(self, name: Name) -> str | None:
        """The title of a post without one: the words of the slug, capitalised."""
        return " ".join(word.capitalize() for word in name.slug.split("-") if word) or None

    def name(self, path: PurePosixPath) -> Name:
        """The name as Jekyll reads it: a year may have two digits, and there are no bundles."""
        name = super().name(path)
        short = _SHORT_YEAR.match(path.stem)
        if short and not name.date:
            # Ruby's rule for years of two digits.
            century = "20" if int(short[1]) < 69 else "19"
            full = super().name(path.with_name(f"{century}{path.name}"))
            name = full if full.date else name
        return Name(None, "index", name.language) if path.stem == "index" else name

    def published(self, front_matter: FrontMatter, name: Name) -> Moment:
        is_named = _DATED.match(front_matter.path.name)
        if not is_named and site_settings.find(self.folder.site, self.record.settings):
            lack = "hyphen behind the date" if name.date else "date"
            message = (
                f"has no {lack} in its name, so Jekyll builds no page; its link will be broken"
            )
            front_matter.warnings.append(
                Diagnostic(front_matter.path, 1, f"{message}; rename the file")
            )
        return super().published(front_matter, name)

    def undated(self, path: PurePosixPath, message: str) -> PostError:
        """An undated file without front matter is no post, but e.g. one that posts include."""
        error = super().undated(path, message)
        is_dated = begins_with_date(path.stem) or date_fault(dated_part(path))
        if is_dated or _FENCE.match(self.folder.head(path)):
            return error
        return UndatedError(path, "has no front matter, so Jekyll makes no post of it", line=1)

    def needs_date(self, path: PurePosixPath) -> bool:
        return not _POSTS.isdisjoint((*self.folder.posts.parts, *path.parts))

    def written(self, front_matter: FrontMatter, key: str) -> WrittenDate:
        written = super().written(front_matter, key)
        text = front_matter.text(key) or ""
        if isinstance(front_matter.value(key), PlainScalar) and _INSTANT.fullmatch(text):
            return WrittenDate(written.day, written.time, dt.UTC)
        return written

    def site_permalink(self) -> str:
        collection = site_settings.section(self.settings, "collections", "posts")
        template = site_settings.text(collection, "permalink") or site_settings.text(
            self.settings, "permalink"
        )
        if template is None or template in permalinks.STYLES:
            return template or "date"
        if unknown := permalinks.unknown_placeholders(template):
            message = f"permalink has :{unknown[0]}, which has no value; set posts.permalink"
            raise ConfigError(f"{self.folder.site / self.record.settings[0]}: {message}")
        return "/" + template

    def url_path_of(self, file: PurePosixPath) -> str | None:
        """The URL path of a page, a document of a collection, or a file that Jekyll copies."""
        own = self._head(file)
        if own is None:
            return encoded(str(file))
        collection = file.parts[0][1:] if file.parts[0].startswith("_") else None
        if collection and collection not in self._collections:
            return None
        jekyll_defaults.add(own, self._defaults, str(file), collection or "pages")
        template = site_settings.text(own, "permalink") or self._template(file, collection)
        if not collection:  # in the permalink of a page `:path` is the folder of the file
            template = template.replace(":path", quote(f"{file.parent}"))
            template = template.replace(":basename", quote(file.stem))
        if permalinks.needs_date(template) or permalinks.unknown_placeholders(template):
            return None
        return permalinks.expand(
            f"/{template}",
            published=_EPOCH,
            slug=site_settings.text(own, "slug") or file.stem,
            path=file.relative_to(file.parts[0]) if collection else file,
            categories=(),
            collection=collection or "",
        )

    @cached_property
    def _collections(self) -> frozenset[str]:
        """The names of the collections; the setting is a map, or a list of names."""
        return frozenset(
            [
                *site_settings.section(self.settings, "collections"),
                *site_settings.texts(self.settings, "collections"),
            ]
        )

    @property
    def root(self) -> Path:
        return self.folder.site / self._folders.source

    @property
    def template_files(self) -> JekyllFiles:
        csv = site_settings.section(self.settings, "csv_reader")
        return JekyllFiles(self.folder, self._folders, csv.get("headers") != "false")

    def _head(self, file: PurePosixPath) -> dict[str, Value] | None:
        """The front matter of a page; empty if the file is missing.

        None if the file has no front matter, so that Jekyll copies it.
        """
        if file.suffix.lower() not in self.record.markups:
            return None
        place = self.root / file
        try:
            data = self.folder.reach.read(place) if place.is_file() else b"---\n---"
            text = block.decoded(data, file)
            file_parts = block.fenced(text.split("\n"), file)
        except (OSError, ValueError, PostError):  # ValueError: a null character in the name
            return {}
        return file_parts.values if file_parts else None

    def _template(self, file: PurePosixPath, collection: str | None) -> str:
        """The permalink of the collection, else that of a page by the style of the site."""
        given = collection and site_settings.text(
            self.settings, "collections", collection, "permalink"
        )
        if given:
            return given
        if not collection and file.stem == "index":
            return ":path/"
        style = site_settings.text(self.settings, "permalink") or "date"
        if style in permalinks.STYLES:
            ending = "/" if style == "pretty" else ":output_ext"
        else:
            ending = next((end for end in ("/", ":output_ext") if style.endswith(end)), "")
        return f"{':collection/:path' if collection else ':path/:basename'}{ending}"

    def marker(self, front_matter: FrontMatter) -> str | None:
        """The marker, which may also be `excerpt_separator` if that is a line of the body."""
        separator = front_matter.text("excerpt_separator") or site_settings.text(
            self.settings, "excerpt_separator"
        )
        lines = front_matter.document.body.split("\n")
        if front_matter.value("extended") is None and separator in {
            line.rstrip() for line in lines
        }:
            return separator
        return super().marker(front_matter)

    def categories(self, front_matter: FrontMatter) -> tuple[str, ...]:
        """The categories in Jekyll's order, which the URL shows.

        First the folders above `_posts`, then `categories`, which splits at spaces, then
        `category`, which does not.
        """
        parts = (self.location / front_matter.path).parts
        index = next((number for number, part in enumerate(parts) if part in _POSTS), 0)
        texts = list(front_matter.texts("categories"))
        if isinstance(front_matter.value("categories"), str):
            texts = " ".join(texts).split(" ")
        return unique([*parts[:index], *texts, *front_matter.texts("category")])

    def tags(self, front_matter: FrontMatter) -> tuple[str, ...]:
        """The tags. A text splits at commas; without commas `tags` splits at spaces, `tag` not."""
        return unique([*front_matter.listed("tag", ","), *front_matter.listed("tags", ", ")])


def _kind(path: PurePosixPath) -> str:
    """The type of the file in the setting `defaults`."""
    return "drafts" if "_drafts" in path.parts else "posts"


def _address_scripts(site: Path, _: Path, reach: Reach) -> list[AddressScript]:
    """The plugins of the site that change the addresses of posts."""
    file = site_settings.find(site, _SETTINGS)
    settings = site_settings.readable(file, reach) if file else {}
    folders = jekyll_settings.folders(settings).plugins
    files = (scripts.programs_in(site / folder, (".rb",)) for folder in folders)
    return scripts.matching(itertools.chain.from_iterable(files), _ADDRESS, reach)


def _detect(folder: Path) -> DetectedSite | None:
    named_settings = settings_in(folder, _SETTINGS)
    if named_settings is None:
        return None
    source, settings = named_settings
    text = site_settings.text
    url = (text(settings, "url") or "") + (text(settings, "baseurl") or "")
    return DetectedSite(
        engine=RECORD.name,
        posts=_posts_folder(folder, settings),
        source=source,
        title=text(settings, "title") or text(settings, "name"),
        url=url.rstrip("/") or None,
        base=(text(settings, "baseurl") or "").strip("/"),
        description=text(settings, "description"),
        language=text(settings, "lang") or text(settings, "locale"),
        timezone=text(settings, "timezone"),
        permalink=text(settings, "permalink"),
        output=output_folder(text(settings, "destination")),
        copied=jekyll_settings.folders(settings).source,
        author=_known_author(folder, settings),
        notes=[*_unread_collections(folder, settings)],
    )


def _posts_folder(folder: Path, settings: dict[str, Value]) -> str | None:
    """The `_posts` folder; if there are several, the source folder that contains them."""
    source = jekyll_settings.folders(settings).collections
    places = [*folders_named(folder / source, "_posts")]
    if len(places) > 1:
        return source or "."
    return posixpath.join(source, places[0]) if places else first_folder(folder, POSTS)


def _unread_collections(folder: Path, settings: dict[str, Value]) -> Iterator[str]:
    """A note for each collection beside the posts that has dated files and pages of its own."""
    source = jekyll_settings.folders(settings).collections
    for name in site_settings.section(settings, "collections"):
        place = posixpath.join(source, f"_{name}")
        has_pages = site_settings.is_true(settings, "collections", name, "output")
        count = dated(folder / place) if has_pages and name != "posts" else 0
        if count:
            yield (
                f"the collection {place} is not read ({number_of(count, 'file')} with a date); for "
                f"it write a second configuration, with `path: {place}`, `engine: any`, "
                f"`permalink`, `state: .publisher-{name}` and feeds of its own"
            )


def _author_files(data: str) -> tuple[str, ...]:
    return tuple(f"{data}/authors.{ending}" for ending in _AUTHORS)


def _known_author(folder: Path, settings: dict[str, Value]) -> Person | None:
    """The author in the settings, who may be a short name from `_data/authors.yml`."""
    value = settings.get("author")
    names = _author_files(jekyll_settings.folders(settings).data)
    file = site_settings.find(folder, names)
    known = site_settings.read(file, reach_of(folder)) if file else {}
    return person(known.get(value, value) if isinstance(value, str) else value)


RECORD = EngineRecord(
    name="jekyll",
    reader=Jekyll,
    detect=_detect,
    syntax=BodySyntax(
        dialect="kramdown",
        template_language="liquid",
        titles="html",
        footnotes="kramdown",
        program="jekyll",
    ),
    settings=_SETTINGS,
    address_scripts=_address_scripts,
    unread_settings=jekyll_settings.UNREAD,
    markdown=jekyll_markdown.options,
    future=(("future",), ("collections", "posts", "future")),
    posts_folder="_posts",
    front_matter_readers=(block.fenced,),
    source_readers=(source_forms.fenced,),
    builds="JEKYLL_ENV=production jekyll build",
)
