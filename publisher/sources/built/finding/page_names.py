"""The names of files, their pages and their sites."""

from __future__ import annotations

from pathlib import PurePosixPath
from urllib.parse import urlsplit

from publisher.sources.engines.names import date_and_words
from publisher.text.slugs import slugify

# The files of a folder that is a page, in the output and among the sources of most generators.
_OF_FOLDERS = frozenset({"index", "page", "+page"})
_NO_PAGE = PurePosixPath()


def names_of(path: PurePosixPath) -> set[str]:
    """The slugs that a file or its page has, with and without a date in front."""
    stem = path.name.partition(".")[0]
    name = path.parent.name if stem in _OF_FOLDERS and path.parent.name else stem
    return {slugify(one, mode="default").lower() for one in (name, date_and_words(name)[1])}


def url_root(url: str) -> tuple[str, str]:
    """The scheme and the authority of a URL, without `www.`."""
    scheme, authority, *_ = urlsplit(url)
    return scheme, authority.removeprefix("www.")


def path_of(page: str) -> PurePosixPath:
    """The path of a remembered page; nearly all posts have none."""
    return PurePosixPath(page) if page else _NO_PAGE


def is_form_of(other: PurePosixPath, page: PurePosixPath) -> bool:
    """Whether one page lies where generators put another form of a page, e.g. for printing.

    Beside `a/index.html` that is `a/print.html`, `a/amp/index.html`, or `a.html`.
    """
    name = page.parent if page.stem in _OF_FOLDERS else page.with_suffix("")
    if other == page or not name.name:
        return False
    is_beside = other.parent == name.parent and other.name.startswith(f"{name.name}.")
    return is_beside or name in other.parents
