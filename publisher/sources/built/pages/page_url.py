"""The address of a built page: the one that it names as its own, or that of its file. Pure."""

from __future__ import annotations

import unicodedata
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

from publisher.text.permalinks import encoded

if TYPE_CHECKING:
    from collections.abc import Container

    from publisher.sources.built.pages.head import Head

# What web servers show for the URL of a folder, and what they may show without its suffix.
INDEXES = ("index.html", "index.htm", "index.xhtml")
SUFFIXES = (".html", ".htm", ".xhtml")
HOME = PurePosixPath("index.html")


def address(path: PurePosixPath, head: Head, site_url: str, sitemap: Container[str]) -> str:
    """The absolute URL of the page whose file has this path below the output folder.

    `sitemap` holds the URL paths that the site names, see `url_path`. The page's
    canonical URL counts if it is one of the site, or of its twin with or without `www.`, and names
    this file: a copy for printing names another page.
    """
    site = urlsplit(site_url)
    full, bare = url_paths(path, site_url)
    file_url = _url(site, bare if bare in sitemap and full not in sitemap else full)
    for named in (head.canonical, head.og_url):
        own = _own(named, file_url, site) if named else None
        if own and names_file(own.path, path):
            # The scheme of the site: many canonical URLs are older than its certificate.
            return _url(own._replace(scheme=site.scheme), url_path(own.path))
    return file_url


def is_copy(path: PurePosixPath, head: Head, site_url: str) -> bool:
    """Whether the page names another page of the site as the original."""
    own = _own(head.canonical, site_url, urlsplit(site_url)) if head.canonical else None
    return own is not None and not names_file(own.path, path)


def _own(named: str, file_url: str, site: SplitResult) -> SplitResult | None:
    """The URL that a page names, if it is on the site's host or its twin."""
    try:
        url = urlsplit(urljoin(file_url, named))
        same = without_www(url.netloc) == without_www(site.netloc)
    except ValueError:  # http://[
        return None
    return url if same and url.scheme in {"http", "https"} and not url.query else None


def without_www(authority: str) -> str:
    return authority.lower().removeprefix("www.")


def names_file(url: str, path: PurePosixPath) -> bool:
    """Whether a URL path ends in the path of the file, without index.html and suffixes."""
    own, named = bare_path(str(path)), bare_path(unquote(url))
    return named == own or named.endswith(f"/{own}")


def bare_path(path: str) -> str:
    """A path without slashes at its ends, index files and suffixes, in one form of Unicode."""
    path = unicodedata.normalize("NFC", path)
    for index in INDEXES:
        if path == index or path.endswith(f"/{index}"):
            path = path.removesuffix(index)
    for suffix in SUFFIXES:
        path = path.removesuffix(suffix)
    return path.strip("/")


def url_paths(path: PurePosixPath, site_url: str) -> tuple[str, str]:
    """The URL path under which every server has the page, and the one without its ending.

    For `a/index.html` they are `/a/` and `/a`, for `a.html` `/a.html` and `/a`.
    """
    root = urlsplit(site_url).path.rstrip("/")
    above, _, name = str(path).rpartition("/")
    folder = f"{root}/{above}" if above else root
    if name in INDEXES:
        return url_path(f"{folder}/"), url_path(folder)
    return url_path(f"{folder}/{name}"), url_path(f"{folder}/{path.stem}")


def url_path(path: str) -> str:
    """A URL path, percent-encoded in one way, so that two of them can be compared."""
    if path.isascii() and "%" not in path:
        return encoded(path)
    return encoded(unicodedata.normalize("NFC", unquote(path)))


def _url(site: SplitResult, path: str) -> str:
    return f"{site.scheme}://{site.netloc}{path}"
