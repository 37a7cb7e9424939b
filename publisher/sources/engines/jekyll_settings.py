"""The settings of Jekyll that rename the folders of a site, and those that are not read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from publisher.sources import site_settings
from publisher.sources.engines.detected import inside
from publisher.sources.engines.unread import changes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from publisher.text.yaml_document import Value

_LANGUAGES = changes("posts", "URLs", "languages")
UNREAD = {
    "show_drafts": changes("posts"),
    "unpublished": changes("posts"),
    "limit_posts": changes("posts", unless=("0",)),
    # Names that no folder of posts has.
    "include": changes("posts", unless=(".htaccess", ".well-known", "_pages", "_redirects")),
    "markdown_ext": changes(
        "posts", unless=("md",), harmless=("markdown", "mkdown", "mkdn", "mkd")
    ),
    "encoding": changes("titles", "bodies", unless=("utf-8", "utf8")),
    "csv_reader.csv_converters": changes("bodies"),
    "csv_reader.encoding": changes("bodies", unless=("utf-8", "utf8")),
    "markdown": changes("bodies", unless=("kramdown",)),
    "kramdown.input": changes("bodies", unless=("gfm",)),
    "kramdown.parse_span_html": changes("bodies", unless=("true",)),
    "kramdown.gfm_quirks": changes("bodies", unless=("paragraph_end",)),
    "kramdown.math_engine": changes("bodies", unless=("mathjax",)),
    "relative_links.enabled": changes("bodies", unless=("true",)),
    "emoji.src": changes("bodies"),
    "safe": changes("bodies"),  # without most plugins
    "kramdown.footnote_nr": changes("bodies", unless=("1",)),
    **{
        f"kramdown.{name}": changes("bodies")
        for name in (
            "auto_id_stripping", "html_to_native", "transliterated_header_ids", "link_defs",
            "remove_line_breaks_for_cjk", "typographic_symbols.laquo", "typographic_symbols.raquo",
            "typographic_symbols.laquo_space", "typographic_symbols.raquo_space",
        )
    },
    **{
        f"{key}.{name}": parts
        for key in ("plugins", "gems")
        for name, parts in {
            "jekyll-last-modified-at": changes("dates"),
            "jekyll-auto-image": changes("bodies"),
            "jekyll-gfm-admonitions": changes("bodies"),
            "jekyll-mentions": changes("bodies"),
            "jekyll-multiple-languages-plugin": _LANGUAGES,
            "jekyll-polyglot": _LANGUAGES,
            "jekyll-postfiles": changes("bodies"),
            "jekyll-scholar": changes("bodies"),
            "jekyll-spaceship": changes("bodies"),
            "jekyll-titles-from-headings": changes("titles"),
            "premonition": changes("bodies"),
        }.items()
    },
}  # fmt: skip


class JekyllFolders(Struct, frozen=True):
    """Folders below the site, without slashes at their ends; the site itself is empty.

    All others are in `source`, and `collections` contains the folders of posts. A folder that the
    settings put outside of the site has its usual name.
    """

    source: str
    collections: str
    data: str
    includes: str
    plugins: tuple[str, ...]


def folders(settings: Mapping[str, Value]) -> JekyllFolders:
    def named(key: str) -> str:
        return inside(site_settings.text(settings, key) or "")

    source = named("source")

    def below(name: str) -> str:
        return "/".join(filter(None, (source, name)))

    plugins = site_settings.texts(dict(settings), "plugins_dir") or ["_plugins"]
    return JekyllFolders(
        source=source,
        collections=below(named("collections_dir")),
        data=below(named("data_dir") or "_data"),
        includes=below(named("includes_dir") or "_includes"),
        plugins=tuple(below(folder) for folder in map(inside, plugins) if folder),
    )
