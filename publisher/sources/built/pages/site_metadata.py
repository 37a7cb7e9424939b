"""What the built pages say of the site: its URL, title, description and language. Pure."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from msgspec import Struct

from publisher.sources.built.pages import site_url

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import PurePosixPath

    from publisher.sources.built.pages.head import Head

_MOST = 2 / 3  # of the pages must agree
_SEPARATOR = re.compile(r"\s+[|\-\u2013\u2014\u00b7:\u2022\u00bb/]\s+")


class SiteMetadata(Struct, frozen=True, kw_only=True):
    """What the site says of itself; None: nothing. `url_from` and `title_from` say where."""

    url: str | None = None
    url_from: str = ""
    title: str | None = None
    title_from: str = ""
    description: str | None = None
    language: str | None = None


def metadata(
    heads: Mapping[PurePosixPath, Head],
    home: Head | None,
    *,
    sitemap: Iterable[str],
    feeds: Iterable[str],
    output: Collection[PurePosixPath] = (),
) -> SiteMetadata:
    """The metadata by the pages of the posts, the home page, and URLs of the sitemap and feeds.

    `output` are all pages of the built site.
    """
    url, url_from = site_url.of_pages(heads), "the pages"
    if not url:
        url, url_from = site_url.of_sitemap(heads, sitemap, output), "the sitemap"
    if not url:
        url, url_from = site_url.of_feeds(heads, feeds, output), "the feeds of the site"
    title, title_from = _site_name([*heads.values()], home), "the pages"
    if not title and home and home.title:
        title, title_from = _title(home.title, [*heads.values()]), "the home page"
    return SiteMetadata(
        url=url,
        url_from=url_from,
        title=title,
        title_from=title_from,
        description=home.description if home else None,
        language=home.language if home else None,
    )


def _site_name(heads: list[Head], home: Head | None) -> str | None:
    """The name (`og:site_name`) of the home page, or that of most other pages."""
    if home and home.site_name:
        return home.site_name
    return _most([head.site_name for head in heads])


def _title(home: str, heads: list[Head]) -> str:
    """The title of the home page, or the part of it that the titles of most other pages end with.

    `Welcome | My site` is `My site` if there are pages like `A post | My site`.
    """
    parts = _SEPARATOR.split(home)
    ends = [_SEPARATOR.split(head.title) for head in heads if head.title]
    name = _most([end[-1] if len(end) > 1 else None for end in ends])
    return name if name and name in {parts[0], parts[-1]} else home


def _most(values: list[str | None]) -> str | None:
    ((value, count),) = Counter(values).most_common(1) or [(None, 0)]
    return value if count >= _MOST * len(values) else None
