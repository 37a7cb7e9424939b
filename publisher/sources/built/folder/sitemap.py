"""Read the sitemap of a built site: which URLs it names, and whether it is written whole. Pure."""

from __future__ import annotations

import re
import zlib
from html import unescape
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from msgspec import Struct

from publisher.sources.built.pages.page import MAX_SIZE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from urllib.parse import SplitResult

_MAX_SITEMAPS = 200
_ENTRIES = ("sitemap.xml", "sitemap_index.xml", "sitemap-index.xml", "sitemap.txt")
_PARTS = (".xml", ".xml.gz")
_LOCATION = re.compile(r"<loc>\s*(?:<!\[CDATA\[)?\s*([^<>\s\]]+)|^(https?://\S+)$", re.MULTILINE)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_ROOT = re.compile(r"<([A-Za-z_][\w:.-]*)[^<>]*>")
_INDEX = re.compile(r"<(?:\w+:)?sitemapindex\b")


class Sitemap(Struct, frozen=True):
    """What the sitemap in the output folder names.

    `urls` are absolute, and empty without a sitemap. `cut` is a file of it that is not written
    whole, and `missing` one that an index names as a part of the site and that is not there; both
    are empty if there is none.
    """

    urls: frozenset[str] = frozenset()
    cut: str = ""
    missing: str = ""


def read_sitemap(read: Callable[[str], bytes | None], site_url: str) -> Sitemap:
    """Read the sitemap and the parts that it names.

    `read` returns the bytes of a file of the output folder, None if there is none. The site may
    have been built for another URL than `site_url`, so files are found by their names, too.
    """
    root = site_url.rstrip("/")
    path_of_root = urlsplit(root).path
    urls: set[str] = set()
    cut, missing = "", ""
    waiting, seen = [(name, False) for name in _ENTRIES], set[str]()
    while waiting and len(seen) < _MAX_SITEMAPS:
        file, is_part = waiting.pop()
        if file in seen:
            continue
        seen.add(file)
        found = read(file)
        data = read(PurePosixPath(file).name) if found is None else found
        data = _unpacked(data) if data and file.endswith(".gz") else data
        if data is None:
            missing = missing or (file if is_part else "")
            continue
        text = data.decode("utf-8", "replace")
        cut = cut or ("" if len(data) > MAX_SIZE or _is_whole(text) else file)
        is_index = _INDEX.search(text) is not None
        for url in _locations(text):
            if url.path.endswith(_PARTS):
                name = unquote(url.path.removeprefix(path_of_root)).lstrip("/")
                # Another program may write the sitemaps of other parts of the host.
                waiting.append((name, is_index and url.geturl().startswith(f"{root}/")))
            else:
                urls.add(url.geturl())
    return Sitemap(frozenset(urls), cut, missing)


def _locations(text: str) -> Iterator[SplitResult]:
    for location in _LOCATION.finditer(text):
        try:
            yield urlsplit(unescape(location[1] or location[2]))
        except ValueError:  # http://[
            continue


def _unpacked(data: bytes) -> bytes:
    """The start of a compressed file, as far as it can be read; a whole one is seen by its end."""
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)  # gzip (RFC 1952)
    try:
        return unpacker.decompress(data, MAX_SIZE + 1)
    except zlib.error:
        return b""


def _is_whole(text: str) -> bool:
    """Whether a sitemap has its end. Of a plain text only an empty one shows that it has none."""
    written = _COMMENT.sub("", text).strip("\ufeff \t\r\n")
    if not written.startswith("<"):
        return bool(written)
    root = _ROOT.search(written)
    return root is not None and (root[0].endswith("/>") or f"</{root[1]}" in written)
