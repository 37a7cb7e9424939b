"""Whether the URL of a post has a part of its own for the post, as far as it shows. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from publisher.post import Post

_MARKS = "-_.~"  # RFC 3986 section 2.3: what a URL carries unencoded beside letters and digits
_INDEX = re.compile(r"(?<=/)index\.html?$|\.html?$")
_DATE = re.compile(r"^\d{4}-\d{1,2}-\d{1,2}")  # at the beginning of a file's name
_DECODED = re.compile(r"[A-Za-z0-9/_.~-]*")  # a path in which there is nothing to decode
_WORD = re.compile(r"[^\W_]+")
# The keys with which a front matter gives the URL itself, or its last part.
_KEYS = ("permalink", "url", "path", "slug", "save_as")


def page_of(path: str) -> str:
    """A URL path without what only says that it is that of a page."""
    return _INDEX.sub("", path).removesuffix("/")


def has_slug(page: str) -> bool:
    """Whether the last part of a page's URL path is more than marks."""
    return bool(page.rpartition("/")[2].strip(_MARKS))


def path_of(link: str, root: str) -> str:
    """The decoded path of a URL below the root of the site."""
    rest = link.removeprefix(root)
    is_plain = rest.startswith("/") and not root.endswith("/")
    if is_plain and rest != link and _DECODED.fullmatch(rest):
        return rest
    return unquote(urlsplit(link).path).removeprefix(urlsplit(root).path.rstrip("/"))


def names_post(post: Post, link: str, root: str) -> bool:
    """Whether the last part of a URL has something in common with what names the post."""
    page = page_of(path_of(link, root))
    last = page.rpartition("/")[2]
    if not has_slug(page):
        return False
    is_slug = last.casefold() == post.slug.casefold() and _WORD.search(last)
    return bool(is_slug) or not words(last).isdisjoint(_names(post)) or _is_given(post, last)


def _is_given(post: Post, last: str) -> bool:
    """Whether the author wrote the last part of the URL."""
    written = (str(post.values.get(key) or "") for key in _KEYS)
    return any(unquote(one).strip("/").removesuffix(".html").endswith(last) for one in written)


def _names(post: Post) -> set[str]:
    """The words of everything from which an engine makes a slug."""
    location = post.location or post.path
    own = location.parent.name if location.stem == "index" else location.stem
    return set().union(*map(words, (post.slug, post.title or "", _DATE.sub("", own, count=1))))


def words(text: str) -> set[str]:
    """The words in a text, in lower case."""
    return set(_WORD.findall(text.casefold()))
