"""The URL of the site, as its pages, its sitemap or its feeds name it. Pure.

A page names its own URL. If that ends in the path of the page's file, what is before it is the URL
of the output folder. A page may name another site instead, where its text was first published, so
one page proves nothing.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from publisher.config import EXAMPLE_URL
from publisher.sources.built.pages.page_url import bare_path, without_www
from publisher.text.permalinks import encoded
from publisher.text.stand_in_urls import stand_in
from publisher.text.uris import is_loopback_url

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from pathlib import PurePosixPath

    from publisher.sources.built.pages.head import Head

_MOST = 2 / 3  # of the pages must agree
_FEW = 3  # pages in feeds; fewer prove nothing, unless there are no more
_MAX_DEPTH = 30  # folders in a URL of a page


def of_pages(heads: Mapping[PurePosixPath, Head]) -> str | None:
    """The URL of the site, without a slash at the end, on which most of the pages agree."""
    counts = Counter(url for path, head in heads.items() if (url := _named(path, head)))
    return _agreed(counts, len(heads))


def of_several(heads: Mapping[PurePosixPath, Head]) -> str:
    """The URL of the site as `of_pages`; empty if not at least two pages name it."""
    url = of_pages(heads)
    return url if url and sum(_names(path, head, url) for path, head in heads.items()) > 1 else ""


def names_other(path: PurePosixPath, head: Head, url: str) -> bool:
    """Whether a page names its own URL, and that is not below the `url` of a site."""
    return _named(path, head) is not None and not _names(path, head, url)


def _names(path: PurePosixPath, head: Head, url: str) -> bool:
    named = _named(path, head)
    return named is not None and is_same(named, url)


def of_sitemap(
    pages: Collection[PurePosixPath], urls: Iterable[str], output: Iterable[PurePosixPath] = ()
) -> str | None:
    """The URL of the site, below which the sitemap has most of the pages.

    `output` are all pages of the built site, of which `pages` are some.
    """
    own = _bare(pages)
    found = _found(urls, own, _bare(output))
    return _agreed(Counter(site for site, _ in found), len(own))


def of_feeds(
    pages: Collection[PurePosixPath], urls: Iterable[str], output: Iterable[PurePosixPath] = ()
) -> str | None:
    """The URL of the site, below which its feeds have most of the pages that they have at all.

    `output` are all pages of the built site, of which `pages` are some.
    """
    own = _bare(pages)
    # The feed of an earlier run of publisher may have the URL that stands for an unknown one.
    known = [url for url in urls if not url.startswith(f"{EXAMPLE_URL}/")]
    found = _found(known, own, _bare(output))
    listed = len({page for _, page in found})
    if listed < min(_FEW, len(own)):
        return None
    return _agreed(Counter(site for site, _ in found), listed)


def difference(url: str, stated: str) -> str | None:
    """What is wrong about the configured URL, as a predicate of `site.url`; None if nothing.

    `stated` is the URL of the site by its pages.
    """
    if is_same(url, stated):
        return None
    if why := stand_in(stated):
        return (
            f"is {url}, but the pages of the site say {stated}, {why}; correct it in the settings "
            "of the site, and build that again"
        )
    return (
        f"is {url}, but the pages of the site say {stated}; links and ids of posts are made of it, "
        "so correct it before you publish"
    )


def is_same(url: str, other: str) -> bool:
    """Whether two URLs are those of one site: `www.` and the scheme do not count."""
    return _comparable(url) == _comparable(other)


def _comparable(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return without_www(parts.netloc), parts.path.strip("/")


def _agreed(counts: Counter[str], pages: int) -> str | None:
    """The URL that most pages have, with the scheme and the `www.` that are the most frequent.

    A site in several languages has the same pages below `/` and below `/de/`: the URL is the
    shorter one, which has all of them.
    """
    agreeing: Counter[tuple[str, str]] = Counter()
    for url, count in counts.items():
        agreeing[_comparable(url)] += count
    agreed = [url for url in counts if agreeing[_comparable(url)] >= _MOST * pages]
    return min(agreed, key=lambda url: (url.count("/"), -counts[url], url), default=None)


def _named(path: PurePosixPath, head: Head) -> str | None:
    """The URL of the site by what one page names as its own URL."""
    own = bare_path(str(path))
    for url in (head.canonical, head.og_url):
        if url and (split := _split(url)):
            site, named = split
            if named == own:
                return site
            if not own or named.endswith(f"/{own}"):
                return _below(site, named.removesuffix(own).rstrip("/"))
    return None


def _bare(pages: Iterable[PurePosixPath]) -> frozenset[str]:
    return frozenset(bare_path(str(path)) for path in pages)


def _found(
    urls: Iterable[str], own: Collection[str], output: Collection[str]
) -> set[tuple[str, str]]:
    """The pages that may be at the URLs, each with the URL of the site in that case."""
    return {(site, page) for url in urls for site, page in _pages_at(url, own, output)}


def _pages_at(url: str, own: Collection[str], output: Collection[str]) -> Iterator[tuple[str, str]]:
    split = _split(url)
    parts = split[1].split("/") if split else []
    if split is None or len(parts) > _MAX_DEPTH:
        return
    for start in range(len(parts)):
        page = "/".join(parts[start:])
        if page in own:
            yield _below(split[0], "/".join(parts[:start])), page
        if page in output:  # the pages of a language may have the names of others
            return


def _below(site: str, folder: str) -> str:
    return f"{site}{encoded(folder)}" if folder else site


def _split(url: str) -> tuple[str, str] | None:
    """The scheme with the host, and the bare path, of an absolute URL of another machine."""
    try:
        parts = urlsplit(url)
    except ValueError:  # http://[
        return None
    is_web = parts.scheme in {"http", "https"} and parts.netloc and not parts.query
    if not is_web or is_loopback_url(url):
        return None
    return f"{parts.scheme}://{parts.netloc.lower()}", bare_path(unquote(parts.path))
