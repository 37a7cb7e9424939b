"""Find the pages that Nikola makes beside posts, for `link://tag/a` and its kin.

See https://getnikola.com/path_handlers.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.sources import site_settings
from publisher.text.slugs import nikola_slug

if TYPE_CHECKING:
    from collections.abc import Mapping

    from publisher.text.yaml_document import Value

# The setting with the folder of each kind of list, and its default.
_FOLDERS = {
    "tag": ("TAG_PATH", "categories"),
    "category": ("CATEGORY_PATH", "categories"),
    "author": ("AUTHOR_PATH", "authors"),
    "archive": ("ARCHIVE_PATH", ""),
    "index": ("INDEX_PATH", ""),
    "rss": ("RSS_PATH", ""),
}


def page(
    settings: Mapping[str, Value], kind: str, name: str, language: str | None
) -> str | None:  # fmt: skip
    """The path of a page below the site, with a slash at its beginning; None if there is none.

    `kind` is that of the link: the page of a tag, a category, an author or a year, the page `root`
    or `index` of the site, or a feed such as `rss` or `tag_rss`.
    """
    language = language or site_settings.text(settings, "DEFAULT_LANG") or "en"
    own = site_settings.text(settings, "TRANSLATIONS", language) or ""
    of_language = own.removeprefix("./").strip("/")
    what, _, feed = kind.partition("_")
    if kind == "root":
        return f"/{of_language}/".replace("//", "/")
    if what not in _FOLDERS or feed not in {"", "rss"}:
        return None
    folder = _of_language(settings, *_FOLDERS[what], language)
    if what == "category" and "CATEGORY_PATH" not in settings:
        folder = _of_language(settings, *_FOLDERS["tag"], language)
    is_feed = feed == "rss" or kind == "rss"
    last = _last(settings, what, name, language, is_feed=is_feed)
    folders = "/".join(part.strip("/") for part in (of_language, folder) if part)
    return f"/{folders}/{last}".replace("//", "/")


def _last(
    settings: Mapping[str, Value], what: str, name: str, language: str, *, is_feed: bool
) -> str:
    """The path of a page in the folder of its kind."""
    ending = _of_language(settings, "RSS_EXTENSION", ".xml", language)
    match what:
        case "rss":
            return _of_language(settings, "RSS_FILENAME_BASE", "rss", language) + ending
        case "index":
            return ""
        case "archive" if not name:
            return _of_language(settings, "ARCHIVE_FILENAME", "archive.html", language)
        case "archive":
            return f"{name}/"
    prefix = "CATEGORY_PREFIX" if what == "category" else ""
    begin = _of_language(settings, prefix, "cat_", language) if prefix else ""
    is_kept = what != "category" and site_settings.is_false(settings, f"SLUG_{what.upper()}_PATH")
    slug = begin + (name if is_kept else nikola_slug(name))
    if is_feed:
        return slug + ending
    return f"{slug}.html" if site_settings.is_false(settings, "PRETTY_URLS") else f"{slug}/"


def _of_language(settings: Mapping[str, Value], key: str, default: str, language: str) -> str:
    """The text of a setting, which may differ by language."""
    value = settings.get(key)
    if isinstance(value, dict):
        value = value.get(language)
    return value if isinstance(value, str) else default
