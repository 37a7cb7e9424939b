"""Find the files that an article of Pelican names, and where its page takes them along."""

from __future__ import annotations

import posixpath
import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_KIND = r"(?:\{|\||%7B)(static|attach)(?:\}|\||%7D)"
_LINK = re.compile(rf"""(?:(["'])|(<)|){_KIND}((?(1)[^"'\n]|(?(2)[^>\n]|[^\s)>"'`\]]))*)""")


def named(body: str, folder: PurePosixPath) -> Iterator[tuple[str, str]]:
    """Each file that the body names, relative to the content of the site, with its kind of link.

    `folder` is that of the article.
    """
    if "static" not in body and "attach" not in body:
        return
    for match in _LINK.finditer(body):
        path = unquote(re.split("[?#]", match[4], maxsplit=1)[0])
        if path:
            whole = path if path.startswith("/") else f"/{folder}/{path}"
            yield match[3], posixpath.normpath(whole).lstrip("/")


def placed(
    files: Iterable[tuple[str, str]], folder: PurePosixPath, page: PurePosixPath
) -> tuple[tuple[str, str], ...]:
    """The files for `Post.files`, by the folders of the article and of its page.

    An attached file keeps its path below the article; one from elsewhere lies beside the page.
    """
    places: dict[str, str] = {}
    for kind, file in files:
        is_below = PurePosixPath(file).is_relative_to(folder)
        tail = posixpath.relpath(file, folder) if is_below else posixpath.basename(file)
        places.setdefault(file, str(page / tail) if kind == "attach" else "")
    return (*places.items(),)
