"""Translate the links in which a site generator names what it makes: `{attach}a.png`. Pure."""

from __future__ import annotations

import posixpath
import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from msgspec import Struct

from publisher.text.slugs import slugify

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from publisher.post import Post

PELICAN = re.compile(
    r"(?:\{|\||%7B)(filename|static|attach|tag|category|author|index)(?:\}|\||%7D)(.*)",
    re.IGNORECASE | re.DOTALL,
)
# https://getnikola.com/path_handlers.html; the role `:doc:` of reStructuredText becomes one, too.
# An absolute path is one below the site, which may lie in a folder of its host.
NIKOLA = re.compile(r"link://(\w+)(?:/([^#]*))?(#.*)?|/(?!/)(.*)")
NOTES = (".md", ".markdown", ".mkd", ".rst")
OTHER_TEXTS = (".txt", ".html", ".htm")
TEXT_FILES = (*NOTES, *OTHER_TEXTS)


class Targets(Struct, frozen=True):
    """What links lead to: URLs of pages by the paths of their files, and by names of the posts.

    `titles` are those of the posts, by the URLs of their pages.

    `moved` are the paths, relative to the site's `root`, to which posts move files; `file` is
    `url_path_of`, and `list_page` that of `Reading`. `other_page` is that of `Reading`, too, but
    returns whole URLs.
    """

    pages: Mapping[str, str]
    names: Mapping[str, str]
    titles: Mapping[str, str]
    root: str
    moved: Mapping[str, str]
    file: Callable[[PurePosixPath], str | None]
    list_page: Callable[[str, str, str | None], str | None]
    other_page: Callable[[str, str, str | None], str | None]


def moved(files: Iterable[tuple[dt.datetime, Sequence[tuple[str, str]]]]) -> dict[str, str]:
    """Where Pelican moves the files that its posts name, by the posts' dates and `Post.files`.

    A file with an empty path stays. The first link to a file decides; newer posts come first.
    """
    places: dict[str, str] = {}
    for _, named in sorted(files, key=lambda one: one[0], reverse=True):
        for file, place in named:
            places.setdefault(file, place)
    return places


def of_pelican(link: re.Match[str], post: Post, targets: Targets) -> str | None:
    """The URL of what a link names; None if that is a post which is not published."""
    kind, target = link[1].lower(), link[2]
    if kind == "index":
        return targets.root
    written, rest = apart(target)
    if kind in {"tag", "category", "author"}:
        path = targets.list_page(kind, unquote(written), post.language)
        return path and targets.root + path.lstrip("/") + rest
    here = (post.location or post.path).parent.as_posix()
    file = unquote(written.lstrip("/")) if written[:1] == "/" else relative_to(here, written)
    if kind == "filename" and file.lower().endswith(TEXT_FILES):
        page = targets.pages.get(file) or targets.other_page("path", file, None)
        return page and page + rest
    place = targets.moved.get(file)
    path = quote(place, safe="/=&") if place else targets.file(PurePosixPath(file))
    return path and targets.root + path.lstrip("/") + rest


def of_nikola(link: re.Match[str], post: Post, targets: Targets) -> str | None:
    """The URL of what a path handler names; None if that is unknown, or a post without a page."""
    kind, target, anchor = link[1], unquote(link[2] or ""), link[3] or ""
    match kind:
        case None:
            page: str | None = targets.root + link[4]
        case "listing":
            page = f"{targets.root}listings/{quote(target)}.html"
        case "filename":
            page = targets.pages.get(target) or targets.other_page("path", target, None)
        case "slug":
            page = _of_slug(target, targets) or targets.other_page("slug", target, post.language)
        case _:
            path = targets.list_page(kind, target, post.language)
            page = path and targets.root + quote(path[1:])
    return page and page + anchor


def title_of_slug(target: str, targets: Targets) -> str | None:
    """The title of the post of Nikola with this slug."""
    page = _of_slug(target, targets)
    return targets.titles.get(page) if page else None


def _of_slug(target: str, targets: Targets) -> str | None:
    """The URL of the post of Nikola with this slug, which may be written as a title."""
    slug = slugify(target, mode="default")
    return targets.names.get(target.lower()) or targets.names.get(slug.lower())


def files_of_hugo(name: str, language: str | None) -> Iterator[str]:
    """The files for which a reference of Hugo may stand; those in the post's language come first.

    A folder stands for the page of a bundle, or that of a section.
    """
    bare = name.removesuffix(".md")
    for end in (f".{language}.md", ".md") if language else (".md",):
        yield from ((f"{bare}{end}", f"{bare}/index{end}") if bare else ())
        yield f"{bare}/_index{end}".lstrip("/")
    yield name


def relative_to(folder: str, path: str) -> str:
    """Resolve a path against a folder."""
    return posixpath.normpath(posixpath.join(folder, unquote(path)))


def apart(url: str) -> tuple[str, str]:
    """The path of a relative URL, and its query and fragment."""
    path = url.partition("#")[0].partition("?")[0]
    return path, url[len(path) :]


def splits(url: str) -> Iterator[tuple[str, str, str]]:
    """Each way to read a URL as a path, `#` and a heading, the longest path first.

    A `#` may be in the name of a file. Without a heading the last two are empty.
    """
    yield url, "", ""
    for at in reversed([at for at, sign in enumerate(url) if sign == "#" and at]):
        yield url[:at], "#", url[at + 1 :]
