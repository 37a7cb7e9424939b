"""Find the file of the built site that a request asks for, as static web servers do.

Refuses dotfiles other than `.well-known`, and symbolic links that end outside of the output folder.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import unquote, urlsplit

from msgspec import Struct

from publisher.system.symlinks import LinkError, Reach

if TYPE_CHECKING:
    from collections.abc import Sequence


class MovedTo(Struct, frozen=True):
    """The path of a folder lacks its slash, without which relative links lead elsewhere."""

    path: str


Found: TypeAlias = Path | MovedTo | None


def find(output: Path, root: str, path: str) -> Found:
    """The file for the decoded path of a request. `root` is the URL of the site, with a slash."""
    base = unquote(urlsplit(root).path)
    if f"{path}/" == base:
        return MovedTo(base)
    if not path.startswith(base) or "\0" in path:
        return None
    name = path.removeprefix(base)
    if any(_is_hidden(part) for part in name.split("/")):
        return None
    return _readable(output, path, name)


def not_found_page(output: Path) -> Path | None:
    """The site's own page for what does not exist, as Jekyll, Hugo and their hosts name it."""
    return _inside(output, output / "404.html")


def _readable(output: Path, path: str, name: str) -> Found:
    if not name or name.endswith("/"):
        return _inside(output, output / name / "index.html")
    if file := _inside(output, output / name):
        return file
    if _inside(output, output / name / "index.html"):
        return MovedTo(f"{path}/")
    return _inside(output, output / f"{name}.html")


def _is_hidden(part: str) -> bool:
    return part.startswith(".") and part != ".well-known"


def _inside(output: Path, file: Path) -> Path | None:
    """The file with links resolved; None if there is none, or it lies outside of the folder."""
    reach = Reach((output,), (output,), f"outside of {output}")
    try:
        real = reach.reached(file)
        return real if real.is_file() else None
    except (LinkError, OSError, ValueError):  # also a name that is too long
        return None


def is_below(path: Path, roots: Sequence[str]) -> bool:
    """Whether a file lies in one of the folders; the watch follows links that lead out of them.

    `roots` are without links.
    """
    inner = os.path.realpath(path.parent)
    return any(os.path.commonpath([inner, root]) == root for root in roots)
