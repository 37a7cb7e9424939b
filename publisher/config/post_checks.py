"""Check the section `posts`, and which posts a feed or a node selects.

Each check is a generator of problems, as in `config.checks`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from publisher.config.keys import (
    POST_KEYS,
)
from publisher.config.value_forms import check_globs, check_languages, is_url, is_web_url, near
from publisher.text import permalinks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from publisher.text import yaml_document


def check_posts(posts: dict[str, Any]) -> Iterator[tuple[yaml_document.Key, str]]:
    if "permalink" in posts:
        yield from _check_permalink(posts["permalink"])
    if is_url(posts.get("feed", "")) and not is_web_url(posts["feed"]):
        yield ("feed",), "must be an http or https URL without user name and password"
    if posts.get("complete") and "feed" not in posts:
        yield ("complete",), "needs posts.feed; a folder is always complete"
    yield from check_languages(posts)
    yield from check_globs("exclude", posts)
    yield from check_globs("pages", posts, below="site.output", example="blog/*/index.html")
    yield from _check_built(posts)
    if "ids" in posts and "pages" not in posts:
        yield ("ids",), "needs posts.pages; other posts have `id:` in their front matter"
    for name in posts.get("keys", {}):
        if name not in POST_KEYS:
            yield ("keys", name), f"is not a key of posts{near(name, POST_KEYS)}"


def _check_built(posts: dict[str, Any]) -> Iterator[tuple[yaml_document.Key, str]]:
    """Check the keys that say how bodies are read from built pages."""
    for key in ("body", "drop"):
        if key in posts:
            yield from _check_selectors(key, posts[key])
    if posts.get("drop") and "body" not in posts:
        yield ("drop",), "needs posts.body, the element from which it removes others; add it"
    if posts.get("from") == "pages" and "body" not in posts:
        yield ("from",), "is pages, which needs posts.body; add it, e.g. body: .post-content"
    if posts.get("from") == "source" and "pages" in posts:
        yield ("from",), "is source, but posts.pages makes posts that have none; remove it"
    for key in ("body", "from"):
        if key in posts and "feed" in posts:
            yield (key,), "cannot be used with posts.feed, which has the bodies; remove it"


def _check_selectors(
    key: str, written: Sequence[str | None]
) -> Iterator[tuple[yaml_document.Key, str]]:
    from publisher.text import css_selectors  # noqa: PLC0415 - imports lxml, at every start

    if len(written) > css_selectors.MAX_SELECTORS:
        yield (key,), f"has more than {css_selectors.MAX_SELECTORS} selectors; remove some"
        return
    for index, selector in enumerate(written):
        try:
            css_selectors.compiled(selector or "*")
        except css_selectors.BadSelector as error:
            yield (key, index), f"is {selector!r}, which {error}"


def _check_permalink(template: str) -> Iterator[tuple[yaml_document.Key, str]]:
    if template in permalinks.STYLES:
        return
    unknown = permalinks.unknown_placeholders(template)
    is_unique = any(f":{name}" in template for name in ("title", "slug", "name", "path"))
    # A misspelt placeholder may be the one that makes the URLs differ.
    if not is_unique and not unknown:
        yield ("permalink",), f"is {template!r}: all posts have the same URL; add :title"
    if not template.startswith("/"):
        styles = ", ".join(permalinks.STYLES)
        yield ("permalink",), f"is {template!r}: start it with a slash, or use one of {styles}"
    for name in unknown:
        hint = near(name, permalinks.PLACEHOLDERS)
        yield ("permalink",), f"has :{name}, which has no value{hint}"


def check_selection(only: dict[str, Any]) -> Iterator[tuple[yaml_document.Key, str]]:
    yield from check_languages(only)
    yield from check_globs("paths", only)
