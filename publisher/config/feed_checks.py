"""Check the feeds: their URLs, archives and podcast metadata, and the page that lists them.

Each check is a generator of problems, as in `config.checks`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from publisher.config.keys import (
    EXAMPLE_URL,
    PERIOD_PLACEHOLDERS,
    PLACEHOLDER,
    VALUE_PLACEHOLDERS,
)
from publisher.config.value_forms import (
    MAIL,
    braced,
    check_placeholders,
    email_problem,
    is_picture_url,
    is_web_url,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from publisher.text import yaml_document


def check_feed(feed: dict[str, Any]) -> Iterator[tuple[yaml_document.Key, str]]:
    placeholders = PLACEHOLDER.findall(str(feed.get("path", "")))
    own = [name for name in placeholders if name in VALUE_PLACEHOLDERS]
    yield from _check_url(feed, own)
    for key in ("title", "description"):
        for name in {*PLACEHOLDER.findall(feed.get(key, ""))} & {*VALUE_PLACEHOLDERS} - {*own}:
            yield (key,), f"has {{{name}}}, which has no value: it is not in the path of the feed"
    if len({*feed.get("enclosures", ())}) < len(feed.get("enclosures", ())):
        yield ("enclosures",), "names a codec twice; remove one"
    if "archive" in feed:
        yield from _check_archive(feed, own)
    if feed.get("content_type") == "html" and feed.get("format", "atom") != "atom":
        yield ("content_type",), "needs format: atom; the other formats always contain HTML"
    if "podcast" in feed and feed.get("format", "rss") != "rss":
        yield ("podcast",), "needs format: rss; podcast apps read no other format"


def _check_url(feed: dict[str, Any], own: Sequence[str]) -> Iterator[tuple[yaml_document.Key, str]]:
    """`own` are the placeholders of the path."""
    url = feed.get("url", EXAMPLE_URL)
    if not is_web_url(url):
        yield ("url",), f"is {url!r}; it must be absolute, e.g. https://blog.example/feed.atom"
    if len(own) > 1:
        yield ("path",), f"has {len(own)} placeholders; use one of {braced(VALUE_PLACEHOLDERS)}"
        return
    yield from check_placeholders("path", url, known=VALUE_PLACEHOLDERS)
    if own and not PLACEHOLDER.search(url):
        yield ("url",), f"is {url!r}, the same for several feeds; add {{{own[0]}}}"
    for name in {*PLACEHOLDER.findall(url)} & {*VALUE_PLACEHOLDERS} - {*own}:
        yield ("url",), f"has {{{name}}}, which has no value: it is not in the path of the feed"


def _check_archive(
    feed: dict[str, Any], own: Sequence[str]
) -> Iterator[tuple[yaml_document.Key, str]]:
    names = PLACEHOLDER.findall(str(feed["archive"]))
    if "year" not in names:
        yield ("archive",), "has no {year}; give e.g. archive/{year}.atom or {year}/{month}.atom"
    for name in own:
        if name not in names:
            yield ("archive",), f"is the same for several feeds; add {{{name}}}"
    for name in {*names} & {*VALUE_PLACEHOLDERS} - {*own}:
        known = braced([*PERIOD_PLACEHOLDERS, *own])
        yield ("archive",), f"has {{{name}}}, which has no value; use {known}"
    if feed.get("limit") == "all":
        yield ("archive",), "stays empty with limit: all; remove one of the two"


def check_page(page: dict[str, Any]) -> Iterator[tuple[yaml_document.Key, str]]:
    if "url" in page and not is_web_url(page["url"]):
        yield ("url",), f"is {page['url']!r}; it must be absolute, e.g. https://blog.example/feeds/"


def check_podcast(podcast: dict[str, Any]) -> Iterator[tuple[yaml_document.Key, str]]:
    image = podcast.get("image", "/cover.png")
    if not is_picture_url(image) or not urlsplit(image).path.lower().endswith((".png", ".jpg")):
        example = "/media/cover.jpg: podcast apps show no other format"
        yield ("image",), f"is {image!r}; it must be a .jpg or .png file, e.g. {example}"
    for category in podcast.get("categories", ()):
        if category.count(">") > 1:
            example = "Music > Music History"
            yield ("categories",), f"has {category!r}; two levels are allowed, e.g. {example}"
    if "email" in podcast and not MAIL.fullmatch(podcast["email"]):
        yield ("email",), email_problem(podcast["email"])
