"""What the metadata of a page say about the post that it shows: title, authors, tags. Pure."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from msgspec import Struct

from publisher.config import Person
from publisher.sources.front_matter.typed_values import language_tag, unique

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from publisher.sources.built.pages.head import Head
    from publisher.sources.built.pages.page import BuiltPage

_MAX_TAGS = 100
_MAX_LENGTH = 200  # characters of a tag or a name
_FEWEST_WITH_CARD = 3
_BLANKS = re.compile(r"\s+")
_WEB = ("http://", "https://")


class PageFacts(Struct, frozen=True, kw_only=True):
    """The metadata of a post. None and empty values: the page does not say, or says it of the site.

    `image` is an absolute URL.
    """

    title: str | None = None
    description: str | None = None
    language: str | None = None
    image: str | None = None
    authors: tuple[Person, ...] = ()


def facts_of(head: Head, url: str, site_title: str, home: Head | None) -> PageFacts:
    """The metadata of the page at a URL. What the home page has, too, is about the site."""
    language = language_tag(head.language) if head.language else None
    image = absolute(url, head.image) if head.image else ""
    home_image = absolute(url, home.image) if home and home.image else None
    description = head.description
    author = head.author if head.author and not head.author.startswith(_WEB) else None
    return PageFacts(
        title=title_of(head, site_title),
        description=None if home and description == home.description else description,
        language=language,
        image=image if image and image.startswith(_WEB) and image != home_image else None,
        authors=(Person(name=author[:_MAX_LENGTH]),) if author else (),
    )


def site_card(images: Sequence[str | None]) -> str | None:
    """The picture that most pages of posts have in common; None if there is none.

    It is the card of the site, for posts without a picture of their own. `images` has None for a
    page without any. A few pages say nothing: they may be of a series.
    """
    image, count = next(iter(Counter(filter(None, images)).most_common(1)), (None, 0))
    return image if count >= _FEWEST_WITH_CARD and 2 * count > len(images) else None


def shared(descriptions: Iterable[str | None]) -> frozenset[str]:
    """The descriptions that several pages have: they say nothing of one post."""
    counts = Counter(filter(None, descriptions))
    return frozenset(one for one, count in counts.items() if count > 1)


def base_of(url: str, written: str) -> str:
    """The base of the URLs on the page at `url`, whose `<base href>` is `written`.

    One that is invalid or no web address is ignored (HTML 4.2.3).
    """
    base = absolute(url, written)
    return base if base.startswith(_WEB) else url


def absolute(base: str, written: str) -> str:
    """A URL of the page, resolved against `base`; empty if it is invalid."""
    try:
        return urljoin(base, written)
    except ValueError:  # http://[
        return ""


def title_of(head: Head, site_title: str) -> str | None:
    """The only heading of first level if a title contains it, else the title without the site's.

    The heading of some pages is the name of the site.
    """
    titles = [title for title in (head.og_title, head.title) if title]
    (heading,) = head.h1s if len(head.h1s) == 1 else (site_title,)
    if heading != site_title and (not titles or any(heading in title for title in titles)):
        return heading
    name = re.compile(rf"\s+[|\-\u2013\u2014\u00b7:\u2022\u00bb/]\s+{re.escape(site_title)}$")
    return next((name.sub("", title) for title in titles), None)


def tags_of(page: BuiltPage) -> tuple[str, ...]:
    """The tags of the metadata, else the texts of links to tags."""
    return unique([*_metas(page, "article:tag")] or [*_links(page)])[:_MAX_TAGS]


def categories_of(page: BuiltPage) -> tuple[str, ...]:
    return unique([*_metas(page, "article:section")])[:_MAX_TAGS]


def _metas(page: BuiltPage, name: str) -> Iterator[str]:
    for meta in page.tree.iter("meta"):
        if name in {meta.get("property"), meta.get("name")} and (value := meta.get("content")):
            yield _one_line(value)


def _links(page: BuiltPage) -> Iterator[str]:
    """The texts of links to tags (https://microformats.org/wiki/rel-tag)."""
    for link in page.tree.iter("a"):
        if "tag" in (link.get("rel") or "").lower().split():
            yield _one_line("".join(map(str, link.itertext()))).lstrip("#").strip()


def _one_line(text: str) -> str:
    return _BLANKS.sub(" ", text).strip()[:_MAX_LENGTH]
