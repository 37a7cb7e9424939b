"""What a template may know of its post and of the site."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping
    from urllib.parse import SplitResult

    from publisher.post import Dialect, TemplateLanguage

# What Jekyll makes of the page itself, and gathers from the whole site.
_MADE = frozenset({"content", "dir", "excerpt", "next", "output", "previous", "relative_path"})
_COUNTED = frozenset({
    "posts", "pages", "data", "tags", "categories", "collections", "documents", "static_files",
    "html_pages", "html_files", "related_posts", "time", "github",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class TagValues:
    """All that the tags of a post can read beside its body: values of the page and of the site.

    `url` and `timezone` are those of the site. `has_settings`: what is not among the values of the
    site is not there.
    """

    page: Mapping[str, object]
    site: Mapping[str, object]
    url: str = ""
    timezone: str = "UTC"
    has_settings: bool = False

    def as_text(self) -> str:
        """The same text for the same values in the same order, which loops show."""
        known = (self.page, self.site, self.url, self.timezone, self.has_settings)
        return json.dumps(known, separators=(",", ":"))


class TemplateContext:
    """What a template may know. `page_of` finds a post's address by its name or by its file.

    `zone` is that of dates without one, `dialect` how the site reads Markdown, `language` that of
    the tags. `has_settings`: what is not among the values of the site is not there.
    """

    def __init__(
        self,
        values: Mapping[str, object],
        *,
        root: SplitResult,
        zone: dt.tzinfo,
        dialect: Dialect,
        language: TemplateLanguage,
        page_of: Callable[[str, str], str | None],
        has_settings: bool,
    ) -> None:
        self.values = values
        self.zone = zone
        self.dialect = dialect
        self.language = language
        self._has_settings = has_settings
        self.base = root.path.rstrip("/")
        self.origin = f"{root.scheme}://{root.netloc}"
        self.page_of = page_of

    def knows(self, path: str) -> bool:
        """Whether a value that is missing is missing on the page, too."""
        root, *keys = re.split(r"[.\[\]\"']+", path)
        match root, keys:
            case "site", [key, *_]:
                return self._has_settings and key not in _COUNTED
            case "page", [key, *_]:
                return key not in _MADE
            case _:
                return bool(keys)
