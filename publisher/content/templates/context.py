"""What a template can read about its post and the site."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from msgspec import Struct

from publisher.content.templates.site_content import NAMES as SITE_NAMES
from publisher.content.templates.site_content import NEIGHBOURS
from publisher.post import NO_OPTIONS

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Collection, Mapping
    from urllib.parse import SplitResult

    from publisher.post import Dialect, MarkdownOptions, TemplateLanguage

# Values that Jekyll computes for a page, and collections that it gathers from the whole site.
_COMPUTED_BY_JEKYLL = frozenset(
    {"content", "dir", "excerpt", "output", "relative_path", *NEIGHBOURS}
)
_COLLECTED_BY_JEKYLL = frozenset({
    "pages", "collections", "documents", "static_files", "html_pages", "html_files",
    "related_posts", "time", "github", *SITE_NAMES,
})  # fmt: skip


def collected(site: Mapping[str, object]) -> frozenset[str]:
    """What Jekyll gathers instead of a setting of the same name, by the settings of the site."""
    collections = site.get("collections")
    names = collections if isinstance(collections, (dict, list)) else ()
    return _COLLECTED_BY_JEKYLL - {"github"} | {name for name in names if isinstance(name, str)}


class TagValues(Struct, frozen=True):
    """Everything that the tags of a post can read besides its body.

    `url` and `timezone` are those of the site. With `has_settings`, `site` is complete: a setting
    that it lacks does not exist on the site either.
    """

    page: Mapping[str, object]
    site: Mapping[str, object]
    url: str = ""
    timezone: str = "UTC"
    has_settings: bool = False

    def as_text(self) -> str:
        """Return the values as text, in their order, because loops show the order."""
        parts = (self.page, self.site, self.url, self.timezone, self.has_settings)
        return json.dumps(parts, separators=(",", ":"))


class TemplateContext:
    """What a template can read.

    `zone` is the time zone of dates that name none, `dialect` the Markdown dialect of the site with
    its `options`, `language` the template language, and `program` that of `BodySyntax`. `page_of`
    finds the URL path of a post by the name or file that a tag gives, and `included` the text of a
    file, or `include_problem` why there is none. `has_settings` is that of `TagValues`,
    `data_problems` that of `PostLinks`. `unknown` are values of `site` that are not known.
    """

    def __init__(
        self,
        values: Mapping[str, object],
        *,
        root: SplitResult,
        zone: dt.tzinfo,
        dialect: Dialect,
        options: MarkdownOptions = NO_OPTIONS,
        language: TemplateLanguage,
        program: str = "",
        page_of: Callable[[str, str], str | None],
        has_settings: bool,
        unknown: Collection[str] = _COLLECTED_BY_JEKYLL,
        included: Callable[[str, str], str | None] = lambda *_: None,
        include_problem: Callable[[str, str], str] = lambda *_: "",
        data_problems: Mapping[str, str] | None = None,
    ) -> None:
        self.values = values
        self._unknown = unknown
        self.zone = zone
        self.dialect = dialect
        self.options = options
        self.language = language
        self._program = program
        self._has_settings = has_settings
        self.base = root.path.rstrip("/")
        self.origin = f"{root.scheme}://{root.netloc}"
        self.page_of = page_of
        self.included = included
        self.include_problem = include_problem
        self._data_problems = data_problems

    def knows(self, path: str) -> bool:
        """Whether a missing value is empty on the site, too, rather than unknown to us."""
        root, *keys = re.split(r"[.\[\]\"']+", path)
        match root, keys:
            case "site", [key, *_] if key in SITE_NAMES and self._data_problems is not None:
                return not self._problem(path)
            case "page", [key, *_] if key in NEIGHBOURS and self._data_problems is not None:
                return True
            case "site", [key, *_]:
                return self._has_settings and key not in self._unknown
            case "page", [key, *_]:
                return key not in _COMPUTED_BY_JEKYLL
            case _:
                return bool(keys) and root != self._program

    def problem(self, path: str) -> str:
        """Why the value at a path is not known."""
        return self._problem(path) or f"the value of {path} is not known here"

    def _problem(self, path: str) -> str:
        problems = self._data_problems or {}
        found = (why for name, why in problems.items() if f"{path}.".startswith(f"{name}."))
        return next(found, "")
