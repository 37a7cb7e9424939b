"""The names of the media of a post, in its source and on its page. Pure.

Photos and recordings often have the same title and no words. Then what they show tells them apart:
the file that both name, whatever folder, size, hash or format its copy on the page has, or the page
of another site.
"""

from __future__ import annotations

import posixpath
import re
from itertools import islice
from typing import TYPE_CHECKING
from unicodedata import normalize
from urllib.parse import unquote, urlsplit

from publisher.sources.built.pages.page_url import without_www
from publisher.text.lazy_attributes import POSTERS, SETS, SOURCES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml import etree

    from publisher.post import Post

_MAX_NAMES = 200  # of a page
_MAX_SOUGHT = 2_000  # URLs of a page
_MAX_NAMED = 50  # by a source
_MAX_URL = 2_000  # characters
_MEDIA = re.compile(
    r"\.(?:3gp|aac|avif|bmp|flac|gif|heic|jfif|jpe?g|m4[abv]|mkv|mov|mp[34]|og[agv]|opus|pdf|png|"
    r"svg|tiff?|wav|web[mp])$",
    re.IGNORECASE,
)
_ATTRIBUTES = (*SOURCES, *SETS, *POSTERS, "href", "data")
_TAGS = ("img", "source", "video", "audio", "embed", "iframe", "object", "a")
# What may be a URL in a source; `=` stands in queries and between an attribute and its value.
_TARGET = re.compile(r"""[^\s"'()<>\[\]{}|,=?]+(?:\?[^\s"'()<>\[\]{}|]*)?""")
_MARKS = ".,;:!?"  # of the sentence in which a URL stands
_DESCRIPTORS = re.compile(r"\s+|,(?=\S)")
# What generators put between the name of a file and its ending: a hash, a size, a number.
_MARK = re.compile(
    r"[._@-](?:hu_?[0-9a-f]+|(?=[\w-]*[0-9A-Z])[\w-]{8}|(?=[a-f]*[0-9])[0-9a-f]{6,64}"
    r"|[0-9]{2,4}(?:w|px|x[0-9]{1,4})?|[0-9]x)(?:[._-].*)?$"
)


def of_post(post: Post) -> frozenset[str]:
    """The names in the text of a post, and those of its picture and its recordings."""
    media = [one.href for one in (*post.enclosures, *filter(None, (post.image,)))]
    found = _TARGET.finditer("\n".join((post.body, *media)))
    targets = (one[0].replace("&amp;", "&").rstrip(_MARKS) for one in found)
    named = (name for target in targets if (name := _name(target)))
    return frozenset(islice(dict.fromkeys(named), _MAX_NAMED))


def of_page(tree: etree._Element, site_url: str) -> tuple[str, ...]:
    """The names on a page in its order; of links only those to files and to other sites."""
    host = _host(site_url)
    found: dict[str, None] = {}
    for url in islice(_targets(tree), _MAX_SOUGHT):
        if (name := _name(url)) and not ("/" in name and name.partition("/")[0] == host):
            found[name] = None
            if short := _MARK.sub("", name) if "/" not in name else "":
                found[short] = None
    return tuple(islice(found, _MAX_NAMES))


def _targets(tree: etree._Element) -> Iterator[str]:
    for element in tree.iter(*_TAGS):
        for attribute in _ATTRIBUTES:
            value = (element.get(attribute) or "").strip()
            if value.startswith("data:"):
                continue
            yield from _DESCRIPTORS.split(value) if attribute in SETS else (value,)


def _name(target: str) -> str:
    """The name of a file of media without its ending, or the URL of a page elsewhere; or empty."""
    if len(target) > _MAX_URL or not ("." in target or "/" in target):
        return ""
    try:
        parts = urlsplit(target)
    except ValueError:  # http://[
        return ""
    path = unquote(parts.path)
    if _MEDIA.search(path):
        stem = posixpath.splitext(posixpath.basename(path))[0]
        return re.sub(r"[\s_/]", "-", normalize("NFC", stem)).lower()
    if parts.scheme not in {"http", "https"} or not path.strip("/"):
        return ""
    query = f"?{parts.query}" if parts.query else ""
    return f"{without_www(parts.netloc)}{path.rstrip('/')}{query}"


def _host(url: str) -> str:
    try:
        return without_www(urlsplit(url).netloc)
    except ValueError:  # http://[
        return ""
