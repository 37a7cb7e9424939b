"""Find a picture or a recording on the built page of its post, under the name it has there. Pure.

A generator that processes pictures gives them new names: with a hash, a size or another format.
"""

from __future__ import annotations

import posixpath
import re
from itertools import chain, islice
from typing import TYPE_CHECKING
from unicodedata import normalize
from urllib.parse import parse_qsl, unquote, urljoin, urlsplit

from publisher.sources.built.bodies.opened_page import url_of
from publisher.sources.built.pages.page import PageError, parse
from publisher.sources.built.pages.page_facts import absolute, base_of
from publisher.text.lazy_attributes import POSTERS, SETS, SOURCES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lxml import etree

    from publisher.post import BuiltFile

MAX_URLS = 2_000  # of one page
_MAX_URL = 2_000  # characters
_WEB = ("http://", "https://")
_PICTURES = frozenset(
    {".avif", ".bmp", ".gif", ".jfif", ".jpeg", ".jpg", ".png", ".svg", ".tif", ".tiff", ".webp"}
)
_METAS = frozenset({"og:image", "og:image:url", "og:audio", "og:video", "twitter:image"})
_ATTRIBUTES = (*SOURCES, *SETS, *POSTERS)
_TAGS = ("a", "audio", "embed", "img", "link", "source", "video")
_BETWEEN = re.compile(r"\s+|(?<=[0-9][wx]),")  # the URLs and descriptors of a srcset
# What generators put between the name of a file and its ending, beside the hash behind a dot.
_MARK = re.compile(
    r"""[_-](?:hu_?[0-9a-f]+  # Hugo
    |(?=[\w-]*[0-9A-Z])[\w-]{8}  # Rollup, Vite
    |(?=[a-f]*[0-9])[0-9a-f]{6,64}  # webpack
    |[0-9]{3,4}(?:w|px|x[0-9]{1,4})?)  # a size
    (?:[._-].*)?""",
    re.VERBOSE,
)


def media_urls(file: BuiltFile, site_root: str) -> tuple[str, ...] | None:
    """The absolute URLs of the pictures and recordings that a page names; None if it is unreadable.

    Those that it shows come first, in its order.
    """
    try:
        page = parse(file.data, file.path)
    except PageError:
        return None
    base = base_of(url_of(file.path, site_root), page.head.base or "")
    # The card of a post in the social web is named last: it may be drawn from the title.
    elements = chain(page.tree.iter(*_TAGS), page.tree.iter("meta"))
    written = filter(None, chain.from_iterable(map(_written, elements)))
    resolved = (_file(absolute(base, url)) for url in islice(written, MAX_URLS))
    return tuple(dict.fromkeys(url for url in resolved if url.startswith(_WEB)))


def of_same_name(url: str, candidates: Sequence[str]) -> list[str]:
    """The URLs that may be those of a file that has another URL by our rules, the best first.

    A picture may have another format.
    """
    name, ending = _split(url)
    if not name:
        return []
    ranked = [
        (rank, candidate)
        for candidate in candidates
        if (rank := _rank(name, ending, *_split(candidate))) is not None
    ]
    return [candidate for _, candidate in sorted(ranked, key=lambda one: one[0])]


def _written(element: etree._Element) -> Iterator[str]:
    """The URLs of an element as they are written."""
    match element.tag:
        case "meta" if (element.get("property") or element.get("name")) in _METAS:
            yield _short(element.get("content"))
        case "link" if "preload" in (element.get("rel") or "").lower().split():
            yield _short(element.get("href"))
        case "a" if _split(_short(element.get("href")))[1] not in _PICTURES:
            yield _short(element.get("href"))
        case "audio" | "embed" | "img" | "source" | "video":
            for name in _ATTRIBUTES:
                value = element.get(name) or ""
                if name in SETS:
                    parts = _BETWEEN.split(value, MAX_URLS)
                    yield from (_short(part.strip(",")) for part in parts)
                else:
                    yield _short(value)
        case _:
            pass


def _short(url: str | None) -> str:
    return url.strip() if url and len(url) <= _MAX_URL and not url.startswith("data:") else ""


def _file(url: str) -> str:
    """The URL of the picture that a service of the site makes smaller: `/_next/image?url=...`."""
    try:
        query = urlsplit(url).query
        names = parse_qsl(query, max_num_fields=20) if "=" in query else []
        inner = next((value for key, value in names if key in {"url", "href"}), "")
        whole = urljoin(url, inner)
    except ValueError:
        return url
    is_service = _split(url)[1] not in _PICTURES and _split(whole)[1] in _PICTURES
    return whole if inner and is_service else url


def _split(url: str) -> tuple[str, str]:
    """The name of the file of a URL and its ending, in lower case; empty if there is none."""
    try:
        path = unquote(urlsplit(url).path)
    except ValueError:
        return "", ""
    name, ending = posixpath.splitext(posixpath.basename(path))
    return normalize("NFC", name), ending.lower()


def _rank(name: str, ending: str, other: str, other_ending: str) -> int | None:
    """0 if a file is surely the one of another name, 1 if it probably is; None if it is not."""
    both_pictures = ending in _PICTURES and other_ending in _PICTURES
    rest = other[len(name) :]
    if not (both_pictures or ending == other_ending) or _plain(name) != _plain(other[: len(name)]):
        return None
    if not rest or rest.startswith((".", "@", "_hu")):
        return 0
    return 1 if _MARK.fullmatch(rest) else None


def _plain(name: str) -> str:
    """A name without the differences that generators make."""
    return re.sub(r"[\s_]", "-", name).lower()
