"""Hexo's posts, by the rules of Hexo 7 and 8.

The name of a post's file is read by `new_post_name`, the permalink is a template of Hexo's own, and
front matter may have no first fence. Hexo dates a post without a date by its file, so that the page
has another address in every copy of the site: here such a post is refused.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from dataclasses import replace
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from publisher.errors import ConfigError, PostError
from publisher.post import BodySyntax
from publisher.sources import site_settings
from publisher.sources.engines.detected import DetectedSite, author_of, settings_in
from publisher.sources.engines.engine import EngineRecord, PostReader
from publisher.sources.engines.markups import HTML
from publisher.sources.engines.names import Name
from publisher.sources.front_matter import open_fences
from publisher.sources.front_matter.values import one_line, unique
from publisher.text import dates, globs
from publisher.text.permalinks import encoded
from publisher.text.slugs import hexo_slug

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from publisher.post import Post
    from publisher.sources.engines.engine import Moment
    from publisher.sources.engines.folder import Folder
    from publisher.sources.front_matter.values import Matter
    from publisher.text.dates import WrittenDate
    from publisher.text.yaml_document import Value

_SETTINGS = ("_config.yml", "_config.yaml", "_config.json")
# Of a site whose package.json is missing: keys that the settings of Jekyll do not have.
_OWN_KEYS = frozenset({"source_dir", "public_dir", "new_post_name", "permalink_defaults"})
# What `hexo init` writes into the settings.
_SAMPLES = frozenset({"Hexo", "John Doe", "http://example.com", "https://example.com"})
_MARKDOWN = (".md", ".markdown", ".mkd", ".mkdn", ".mdwn", ".mdtxt", ".mdtext")
_NUNJUCKS = (".njk", ".j2")

# A name does not end with an underscore: `:year_:title` has two.
_PLACEHOLDER = re.compile(r":(\w*[^\W_])", re.ASCII)
_PARTS_OF_NAMES = {
    "year": r"\d{4}",
    "month": r"\d{2}",
    "day": r"\d{2}",
    "i_month": r"\d{1,2}",
    "i_day": r"\d{1,2}",
    "hash": r"[0-9a-f]{12}",
}
_MAX_OPEN = 3  # placeholders of any length in the rule for names, each of which is tried anywhere
_MONTH_FIRST = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})(?!\d)(.*)", re.ASCII | re.DOTALL)
_DATES: dict[str, Callable[[dt.datetime], str]] = {
    "year": lambda at: f"{at.year:04}",
    "month": lambda at: f"{at.month:02}",
    "day": lambda at: f"{at.day:02}",
    "i_month": lambda at: str(at.month),
    "i_day": lambda at: str(at.day),
    "hour": lambda at: f"{at.hour:02}",
    "minute": lambda at: f"{at.minute:02}",
    "second": lambda at: f"{at.second:02}",
    "timestamp": lambda at: str(int(at.timestamp())),
}


class Hexo(PostReader):
    def __init__(self, folder: Folder, record: EngineRecord) -> None:
        super().__init__(folder, record)
        source = site_settings.text(self.settings, "source_dir") or "source"
        self.location = folder.below(source)
        self._folders = _folders_of_posts(folder, source)
        rule = site_settings.text(self.settings, "new_post_name") or ":title.md"
        self._names = _Names(rule)
        # Beside the posts there are the pictures of each, in a folder of its name.
        self._has_assets = self.settings.get("post_asset_folder") == "true"

    @property
    def shows_future(self) -> bool:
        return self.settings.get("future") == "true"

    def syntax(self, path: PurePosixPath) -> BodySyntax:
        """A picture is one of the whole site, unless the post has a folder of its own pictures."""
        if self._has_assets and path.with_suffix("") in self._filled_folders:
            return replace(self.record.syntax, links="asset-images")
        return self.record.syntax

    @cached_property
    def _filled_folders(self) -> frozenset[PurePosixPath]:
        return frozenset(parent for path in self.folder.paths for parent in path.parents)

    def is_post(self, path: PurePosixPath) -> bool:
        below = self._below(path)
        if below is None or any(part[0] in "_." for part in below.parts):
            return False
        if self._has_assets and path.suffix != self._names.suffix:
            return False
        skipped = site_settings.texts(self.settings, "skip_render")
        ignored = site_settings.texts(self.settings, "ignore")
        return not (
            any(globs.matches(pattern, f"_posts/{below}") for pattern in skipped)
            or any(globs.matches(pattern, str(self.folder.posts / path)) for pattern in ignored)
        )

    def _below(self, path: PurePosixPath) -> PurePosixPath | None:
        """The path below the folder of the posts; None if it is not there."""
        folders = (folder for folder in self._folders if path.is_relative_to(folder))
        folder = next(folders, None)
        return None if folder is None else path.relative_to(folder)

    def _stem(self, path: PurePosixPath) -> str:
        return str((self._below(path) or path).with_suffix(""))

    def name(self, path: PurePosixPath) -> Name:
        """A name that `new_post_name` does not fit becomes a slug with its folders."""
        _, language = self.without_language(path)
        stem = self._stem(path)
        parts = self._names.read(stem)
        return Name(_date_of(parts), parts.get("title") or hexo_slug(stem), language)

    def add_defaults(self, values: dict[str, Value], path: PurePosixPath) -> None:
        """What the file's name says wins, as in `:lang/:title.md`."""
        parts = self._names.read(self._stem(path))
        values.update({key: parts[key] for key in parts.keys() - {*_PARTS_OF_NAMES, "title"}})

    def post(self, matter: Matter) -> Post:
        made = super().post(matter)
        if matter.is_true("disableNunjucks"):
            made = replace(made, templates="off")
        wants_slug = self.settings.get("use_slug_as_post_title") == "true"
        if wants_slug and "title" not in matter.document.values:
            made = replace(made, name=self.name(matter.path).slug)
        return made

    def published(self, matter: Matter, name: Name) -> Moment:
        if matter.first("date") is None and name.date is None:
            message = (
                "has no date, so that Hexo takes that of the file, which is another one in every "
                "copy of the site; add e.g. `date: 2008-10-21 18:00:00`"
            )
            raise PostError(matter.path, message, line=1)
        return super().published(matter, name)

    def written(self, matter: Matter, key: str) -> WrittenDate:
        """JavaScript reads `05/06/2020` as the 6th of May."""
        if found := _MONTH_FIRST.fullmatch(matter.text(key) or ""):
            return dates.read(f"{found[3]}-{found[1]:0>2}-{found[2]:0>2}{found[4]}")
        return super().written(matter, key)

    def page(
        self,
        matter: Matter,
        name: Name,
        published: Moment,
        *,
        slug: str,
        categories: Sequence[str],
    ) -> str:
        """Front matter has an address without placeholders, and its `slug` means nothing."""
        given = None if matter.is_false("permalink") else matter.wanted("permalink")
        if given is None and self.config.posts.permalink:
            return super().page(matter, name, published, slug=name.slug, categories=categories)
        path = given or self._filled(matter, name.slug, published)
        if self._has_assets and not path.endswith(("/", ".html")):
            path += "/"
        return encoded(self._pretty(path))

    def _filled(self, matter: Matter, slug: str, published: Moment) -> str:
        rule = site_settings.text(self.settings, "permalink") or ":year/:month/:day/:title/"
        defaults = site_settings.section(self.settings, "permalink_defaults")
        own = {
            **{name: form(published.local) for name, form in _DATES.items()},
            "title": slug,
            "slug": slug,
            "name": slug.rpartition("/")[2],
            "post_title": hexo_slug(matter.text("title") or "").lower(),
            "hash": _hash(slug, published),
            "category": self._category(matter),
            "source": f"_posts/{self._below(matter.path)}",
        }

        def fill(found: re.Match[str]) -> str:
            name = found[1]
            if name in own:
                return own[name]
            if name == "id" and matter.text("id") is None:
                message = "Hexo makes up the :id of a permalink; give `id`, or set posts.permalink"
                matter.warn("id", message)
            written = matter.text(name) or site_settings.text(defaults, name)
            return written or ("post" if name == "layout" else "undefined")

        return _PLACEHOLDER.sub(fill, rule)

    def _category(self, matter: Matter) -> str:
        """The slugs of the last category and of those above it."""
        names = _last_hierarchy(matter.value("categories") or matter.value("category"))
        if not names:
            return site_settings.text(self.settings, "default_category") or "uncategorized"
        known = site_settings.section(self.settings, "category_map")
        slugs = "/".join(hexo_slug(site_settings.text(known, name) or name) for name in names)
        match self.settings.get("filename_case"):
            case "1":
                return slugs.lower()
            case "2":
                return slugs.upper()
            case _:
                return slugs

    def _pretty(self, path: str) -> str:
        """`pretty_urls` may take the end of an address away."""
        pretty = site_settings.section(self.settings, "pretty_urls")
        if path == "index.html" or path.endswith("/index.html"):
            key, ending = "trailing_index", "index.html"
        else:
            key, ending = "trailing_html", ".html"
        return path.removesuffix(ending) if pretty.get(key) == "false" else path

    def marker(self, matter: Matter) -> str | None:
        """An excerpt in the front matter takes the place of the lead."""
        return super().marker(matter) if matter.value("excerpt") is None else None

    def categories(self, matter: Matter) -> tuple[str, ...]:
        """`[a, b]` is b within a; for readers both are categories."""
        return unique([*matter.texts("categories")] or [*matter.texts("category")])

    def tags(self, matter: Matter) -> tuple[str, ...]:
        """One text is one tag."""
        return unique([*matter.texts("tags")] or [*matter.texts("tag")])


class _Names:
    """The setting `new_post_name`: how the name of a post's file is taken apart."""

    def __init__(self, rule: str) -> None:
        self.suffix = PurePosixPath(rule).suffix
        literals = _PLACEHOLDER.split(rule.removesuffix(self.suffix))  # with names between them
        self._placeholders = literals[1::2]
        self._pattern = re.compile(
            "".join(
                f"({_PARTS_OF_NAMES.get(part, '.+?')})" if number % 2 else re.escape(part)
                for number, part in enumerate(literals)
            ),
            re.ASCII,
        )

    def read(self, stem: str) -> dict[str, str]:
        """The text of each placeholder; nothing if the rule does not fit the name."""
        if sum(name not in _PARTS_OF_NAMES for name in self._placeholders) > _MAX_OPEN:
            return {}
        found = self._pattern.fullmatch(stem)
        return dict(zip(self._placeholders, found.groups(), strict=True)) if found else {}


def _folders_of_posts(folder: Folder, source: str) -> Sequence[PurePosixPath]:
    """Where posts are below the folder that is read: that folder itself, or those of the site."""
    names = ("_posts", "_drafts")
    is_within = not {*names}.isdisjoint(folder.posts.parts)
    if is_within or not any("_posts" in path.parts for path in folder.paths):
        return (PurePosixPath(),)
    try:
        above = PurePosixPath((folder.site / source).relative_to(folder.posts))
    except ValueError:
        above = PurePosixPath()
    return [above / name for name in names]


def _hash(slug: str, published: Moment) -> str:
    """Hexo's `:hash`, of the slug and the seconds since 1970."""
    text = f"{slug}{int(published.instant.timestamp())}"
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()[:12]


def _date_of(parts: dict[str, str]) -> dt.date | None:
    month, day = (parts.get(name) or parts.get(f"i_{name}") for name in ("month", "day"))
    try:
        return dt.date(int(parts.get("year", "")), int(month or ""), int(day or ""))
    except ValueError:
        return None


def _last_hierarchy(value: Value) -> list[str]:
    """`[a, b]` is one; `[[a, b], c]` are two."""
    if isinstance(value, list) and any(isinstance(part, list) for part in value):
        value = value[-1]
    parts = value if isinstance(value, list) else [value]
    return [name for part in parts if (name := one_line(part))]


def _detect(folder: Path) -> DetectedSite | None:
    found = settings_in(folder, _SETTINGS)
    if found is None or not _is_hexo(folder, found[1]):
        return None
    source, written = found
    settings = {key: value for key, value in written.items() if str(value) not in _SAMPLES}
    text = site_settings.text
    return DetectedSite(
        engine=RECORD.name,
        posts=f"{(text(settings, 'source_dir') or 'source').strip('/')}/_posts",
        source=source,
        title=text(settings, "title"),
        url=text(settings, "url"),
        description=text(settings, "description") or text(settings, "subtitle"),
        language=next(iter(site_settings.texts(settings, "language")), None),
        timezone=text(settings, "timezone"),
        author=author_of(settings.get("author")),
    )


def _is_hexo(folder: Path, settings: dict[str, Value]) -> bool:
    """Whether Hexo would run here, or the settings are none of Jekyll, which has the same file."""
    if _has_package(folder) or not _OWN_KEYS.isdisjoint(settings):
        return True
    is_jekyll = not {"source", "collections_dir"}.isdisjoint(settings)
    return (folder / "source" / "_posts").is_dir() and not is_jekyll


def _has_package(folder: Path) -> bool:
    """What cannot be read is the package of something else."""
    try:
        found = settings_in(folder, ("package.json",))
    except ConfigError:
        return False
    return found is not None and "hexo" in found[1]


RECORD = EngineRecord(
    name="hexo",
    reader=Hexo,
    detect=_detect,
    syntax=BodySyntax(dialect="marked", template_language="nunjucks", links="root-images"),
    settings=_SETTINGS,
    posts_folder="source/_posts",
    markups={
        **dict.fromkeys(_MARKDOWN, "markdown"),
        **dict.fromkeys((*HTML, *_NUNJUCKS), "html"),
    },
    heads=(open_fences.between, open_fences.above),
    late_dates=(),
)
