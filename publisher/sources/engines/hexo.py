"""Read posts by the rules of Hexo 7 and 8.

The setting `new_post_name` describes file names, permalinks have placeholders of Hexo's own, and
front matter may lack its first fence. Hexo dates a post without a date by the time of its file, so
its URL differs in every copy of the site; here such a file is no post.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import itertools
import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from msgspec.structs import replace

from publisher.post import BodySyntax
from publisher.sources import site_settings
from publisher.sources.engines import hexo_dates, scripts
from publisher.sources.engines.detected import (
    DetectedSite,
    output_folder,
    reach_of,
    settings_in,
)
from publisher.sources.engines.engine import EngineRecord, PostReader
from publisher.sources.engines.markups import HTML
from publisher.sources.engines.names import Name
from publisher.sources.engines.unread import changes
from publisher.sources.front_matter import open_fences, source_forms
from publisher.sources.front_matter.typed_values import one_line, person, unique
from publisher.text import globs, permalinks
from publisher.text.permalinks import encoded
from publisher.text.slugs import hexo_slug

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from publisher.post import Post
    from publisher.sources.engines.engine import Moment, UrlParts
    from publisher.sources.engines.scripts import AddressScript
    from publisher.sources.front_matter.typed_values import FrontMatter
    from publisher.sources.post_files import PostFiles
    from publisher.system.symlinks import Reach
    from publisher.text.author_dates import WrittenDate
    from publisher.text.yaml_document import Value

_SETTINGS = ("_config.yml", "_config.yaml", "_config.json")
# Settings of Hexo that Jekyll does not have, to recognise a site without package.json.
_OWN_KEYS = frozenset({"source_dir", "public_dir", "new_post_name", "permalink_defaults"})
# Values that `hexo init` writes into the settings.
_SAMPLES = frozenset({"Hexo", "John Doe", "http://example.com", "https://example.com"})
_MARKDOWN = (".md", ".markdown", ".mkd", ".mkdn", ".mdwn", ".mdtxt", ".mdtext")
_PROGRAMS = (".js", ".cjs", ".mjs")
# How a script changes the addresses of posts.
_ADDRESS = re.compile(
    r"\bpost_permalink\b|\b(?:post|data)\.(?:permalink|path|slug)\s*=(?!=)"
    r"|\bconfig\.permalink\s*=(?!=)"
)
_NUNJUCKS = (".njk", ".j2")

# A placeholder does not end with an underscore: `:year_:title` has two placeholders.
_PLACEHOLDER = re.compile(r":(\w*[^\W_])", re.ASCII)
_PARTS_OF_NAMES = {
    "year": r"\d{4}",
    "month": r"\d{2}",
    "day": r"\d{2}",
    "i_month": r"\d{1,2}",
    "i_day": r"\d{1,2}",
    "hash": r"[0-9a-f]{12}",
}
_MAX_OPEN = 3  # placeholders of any length in `new_post_name`; each multiplies the matching time
_DATES = ("year", "month", "day", "i_month", "i_day", "hour", "minute", "second")
_DEFAULTS = (
    "gfm", "breaks", "autolink", "smartypants", "descriptionLists", "prependRoot", "headerIds",
)  # fmt: skip
_OTHERS = (
    "pedantic", "figcaption", "postAsset", "disableNunjucks", "modifyAnchors", "anchorAlias",
    "dompurify",
)  # fmt: skip
_UNREAD = {
    "include": changes("posts"),
    "exclude": changes("posts"),
    "render_drafts": changes("posts"),
    "encrypt.tags": changes("posts"),
    "titlecase": changes("titles"),
    "i18n_dir": changes("languages", unless=(":lang",)),
    "markdown": changes("bodies"),
    "kramed": changes("bodies"),
    "pandoc": changes("bodies"),
    **{f"marked.{name}": changes("bodies", unless=("true",)) for name in _DEFAULTS},
    **{f"marked.{name}": changes("bodies", unless=("false", "0")) for name in _OTHERS},
    "marked.quotes": changes("bodies"),
    **dict.fromkeys(("highlight.tab_replace", "prismjs.tab_replace"), changes("bodies")),
}


class Hexo(PostReader):
    def __init__(self, folder: PostFiles, record: EngineRecord) -> None:
        super().__init__(folder, record)
        source = site_settings.text(self.settings, "source_dir") or "source"
        self.location = folder.below(source)
        self._folders = _folders_of_posts(folder, source)
        rule = site_settings.text(self.settings, "new_post_name") or ":title.md"
        self._names = _Names(rule)
        # With this setting a folder beside each post, with the name of the post, has its pictures.
        self._has_assets = self.settings.get("post_asset_folder") == "true"
        self._filled_folders = folder.paths.folders("filled", _above) if self._has_assets else ()

    def syntax(self, path: PurePosixPath) -> BodySyntax:
        """Pictures resolve against the root of the site, or against the post's own folder."""
        if self._has_assets and path.with_suffix("") in self._filled_folders:
            return replace(self.record.syntax, links="asset-images")
        return self.record.syntax

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
        """The path below the folder of the posts; None if the file is not in it."""
        folders = (folder for folder in self._folders if path.is_relative_to(folder))
        folder = next(folders, None)
        return None if folder is None else path.relative_to(folder)

    def _stem(self, path: PurePosixPath) -> str:
        return str((self._below(path) or path).with_suffix(""))

    def name(self, path: PurePosixPath) -> Name:
        """The parts of the file name by `new_post_name`, else its path as a slug."""
        _, language = self.without_language(path)
        stem = self._stem(path)
        parts = self._names.read(stem)
        return Name(_date_of(parts), parts.get("title") or hexo_slug(stem), language)

    def add_defaults(self, values: dict[str, Value], path: PurePosixPath) -> None:
        """Add the values in the file name, which override front matter: `:lang/:title.md`."""
        parts = self._names.read(self._stem(path))
        values.update({key: parts[key] for key in parts.keys() - {*_PARTS_OF_NAMES, "title"}})

    def finished(self, front_matter: FrontMatter, post: Post) -> Post:
        if front_matter.is_true("disableNunjucks"):
            post = dataclasses.replace(post, templates="off")
        wants_slug = self.settings.get("use_slug_as_post_title") == "true"
        if wants_slug and "title" not in front_matter.document.values:
            post = dataclasses.replace(post, name=self.name(front_matter.path).slug)
        return post

    def published(self, front_matter: FrontMatter, name: Name) -> Moment:
        if front_matter.first("date") is None and name.date is None:
            message = (
                "has no date, so Hexo uses the time of the file, which differs in every copy of "
                "the site; add e.g. `date: 2008-10-21 18:00:00`"
            )
            raise self.undated(front_matter.path, message)
        return super().published(front_matter, name)

    def written(self, front_matter: FrontMatter, key: str) -> WrittenDate:
        own = hexo_dates.written(front_matter.value(key))
        return own or super().written(front_matter, key)

    def moment(self, front_matter: FrontMatter, key: str, time: dt.time | None = None) -> Moment:
        moment = super().moment(front_matter, key, time)
        return hexo_dates.shown(moment, front_matter.value(key), self.zone)

    def page(self, front_matter: FrontMatter, parts: UrlParts) -> str:
        """The URL path. In front matter `permalink` has no placeholders, and `slug` no effect."""
        given = None if front_matter.is_false("permalink") else front_matter.wanted("permalink")
        if given is None and self.config.posts.permalink:
            return self.by_permalink(front_matter, replace(parts, slug=parts.name.slug))
        path = given or self._filled(front_matter, parts.name.slug, parts.published)
        if self._has_assets and not path.endswith(("/", ".html")):
            path += "/"
        return encoded(self._pretty(path))

    def _filled(self, front_matter: FrontMatter, slug: str, published: Moment) -> str:
        rule = site_settings.text(self.settings, "permalink") or ":year/:month/:day/:title/"
        defaults = site_settings.section(self.settings, "permalink_defaults")
        own = {
            **{name: permalinks.DATES[name](published.local) for name in _DATES},
            "timestamp": str(int(published.local.timestamp())),
            "title": slug,
            "slug": slug,
            "name": slug.rpartition("/")[2],
            "post_title": hexo_slug(front_matter.text("title") or "").lower(),
            "hash": _hash(slug, published),
            "category": self._category(front_matter),
            "source": f"_posts/{self._below(front_matter.path)}",
        }

        def fill(match: re.Match[str]) -> str:
            name = match[1]
            if name in own:
                return own[name]
            if name == "id" and front_matter.text("id") is None:
                message = "Hexo generates the :id of a permalink; add `id`, or set posts.permalink"
                front_matter.warn("id", message)
            written = front_matter.text(name) or site_settings.text(defaults, name)
            return written or ("post" if name == "layout" else "undefined")

        return _PLACEHOLDER.sub(fill, rule)

    def _category(self, front_matter: FrontMatter) -> str:
        """The path of the last category: the slugs of its parents and its own."""
        names = _last_hierarchy(front_matter.value("categories") or front_matter.value("category"))
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
        """The path without `index.html` or `.html`, if the setting `pretty_urls` removes it."""
        pretty = site_settings.section(self.settings, "pretty_urls")
        if path == "index.html" or path.endswith("/index.html"):
            key, ending = "trailing_index", "index.html"
        else:
            key, ending = "trailing_html", ".html"
        return path.removesuffix(ending) if pretty.get(key) == "false" else path

    def marker(self, front_matter: FrontMatter) -> str | None:
        """The marker; none if the front matter has an excerpt, which replaces the lead."""
        return super().marker(front_matter) if front_matter.value("excerpt") is None else None

    def categories(self, front_matter: FrontMatter) -> tuple[str, ...]:
        """The categories. `[a, b]` is b below a; feeds show both as categories."""
        return unique([*front_matter.texts("categories")] or [*front_matter.texts("category")])

    def tags(self, front_matter: FrontMatter) -> tuple[str, ...]:
        """The tags. A text is a single tag."""
        return unique([*front_matter.texts("tags")] or [*front_matter.texts("tag")])


class _Names:
    """Splits file names by the setting `new_post_name`."""

    def __init__(self, rule: str) -> None:
        self.suffix = PurePosixPath(rule).suffix
        # The odd ones are names of placeholders, the others the text between them.
        literals = _PLACEHOLDER.split(rule.removesuffix(self.suffix))
        self._placeholders = literals[1::2]
        self._pattern = re.compile(
            "".join(
                f"({_PARTS_OF_NAMES.get(part, '.+?')})" if number % 2 else re.escape(part)
                for number, part in enumerate(literals)
            ),
            re.ASCII,
        )

    def read(self, stem: str) -> dict[str, str]:
        """The text of each placeholder; empty if the name does not match the rule."""
        if sum(name not in _PARTS_OF_NAMES for name in self._placeholders) > _MAX_OPEN:
            return {}
        match = self._pattern.fullmatch(stem)
        return dict(zip(self._placeholders, match.groups(), strict=True)) if match else {}


def _folders_of_posts(folder: PostFiles, source: str) -> Sequence[PurePosixPath]:
    """The folders with posts, relative to posts.path: `_posts` and `_drafts`, or that itself."""
    names = ("_posts", "_drafts")
    is_within = not {*names}.isdisjoint(folder.posts.parts)
    if is_within or not folder.paths.have("_posts"):
        return (PurePosixPath(),)
    try:
        above = PurePosixPath((folder.site / source).relative_to(folder.posts))
    except ValueError:
        above = PurePosixPath()
    return [above / name for name in names]


def _above(paths: Iterable[str]) -> set[str]:
    """The folders that hold something."""
    filled: set[str] = set()
    for path in paths:
        folder = path.rpartition("/")[0]
        while folder and folder not in filled:
            filled.add(folder)
            folder = folder.rpartition("/")[0]
    return filled


def _hash(slug: str, published: Moment) -> str:
    """Hexo's `:hash`: SHA-1 of the slug and the seconds since 1970."""
    text = f"{slug}{int(published.local.timestamp())}"
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()[:12]


def _date_of(parts: dict[str, str]) -> dt.date | None:
    month, day = (parts.get(name) or parts.get(f"i_{name}") for name in ("month", "day"))
    try:
        return dt.date(int(parts.get("year", "")), int(month or ""), int(day or ""))
    except ValueError:
        return None


def _last_hierarchy(value: Value) -> list[str]:
    """The last hierarchy of categories: `[a, b]` is one, `[[a, b], c]` are two."""
    if isinstance(value, list) and any(isinstance(part, list) for part in value):
        value = value[-1]
    parts = value if isinstance(value, list) else [value]
    return [name for part in parts if (name := one_line(part))]


def _address_scripts(site: Path, _: Path, reach: Reach) -> list[AddressScript]:
    """The scripts of the site and its themes that change the addresses of posts."""
    try:
        themes = sorted(one / "scripts" for one in (site / "themes").iterdir())
    except OSError:  # a theme may be a package
        themes = []
    files = (scripts.programs_in(folder, _PROGRAMS) for folder in (site / "scripts", *themes))
    return scripts.matching(itertools.chain.from_iterable(files), _ADDRESS, reach)


def _detect(folder: Path) -> DetectedSite | None:
    named_settings = settings_in(folder, _SETTINGS)
    if named_settings is None or not _is_hexo(folder, named_settings[1]):
        return None
    source, written = named_settings
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
        author=person(settings.get("author")),
        output=output_folder(text(settings, "public_dir")),
    )


def _is_hexo(folder: Path, settings: dict[str, Value]) -> bool:
    """Whether the settings are Hexo's; Jekyll's are in a file of the same name."""
    package = site_settings.readable(folder / "package.json", reach_of(folder))
    if "hexo" in package or not _OWN_KEYS.isdisjoint(settings):
        return True
    is_jekyll = not {"source", "collections_dir"}.isdisjoint(settings)
    return (folder / "source" / "_posts").is_dir() and not is_jekyll


RECORD = EngineRecord(
    name="hexo",
    reader=Hexo,
    detect=_detect,
    syntax=BodySyntax(
        dialect="marked",
        template_language="nunjucks",
        links="root-images",
        titles="elements",
        footnotes="labels",
    ),
    settings=_SETTINGS,
    address_scripts=_address_scripts,
    posts_folder="source/_posts",
    markups={
        **dict.fromkeys(_MARKDOWN, "markdown"),
        **dict.fromkeys((*HTML, *_NUNJUCKS), "html"),
    },
    front_matter_readers=(open_fences.between, open_fences.above),
    source_readers=(source_forms.open_fences,),
    late_dates=(),
    unread_settings=_UNREAD,
    future=(("future",),),
    builds="npx hexo generate",
)
