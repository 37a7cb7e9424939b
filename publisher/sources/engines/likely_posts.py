"""Find the folder of a site that most likely has its posts."""

from __future__ import annotations

import os
import re
from collections import Counter
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from publisher.sources.engines.markups import MARKDOWN, UNRENDERED
from publisher.sources.engines.names import begins_with_date
from publisher.system.symlinks import open_regular
from publisher.text.counts import number_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_ENDINGS = frozenset({*MARKDOWN, *UNRENDERED, ".svx"} - {".txt", ".text"})
# Posts in these folders belong to a package, a built site or a test.
_NO_POSTS = frozenset({
    "_site", "build", "dist", "layouts", "node_modules", "out", "output", "public", "static",
    "templates", "test", "tests", "themes", "vendor",
})  # fmt: skip
_MOST_LEVELS = 6
_MOST_FILES = 5_000
_HEAD = 2_048  # bytes, in which the date of a post lies
_DATE = re.compile(
    r"^[\"']?(?:date|published|publish|pub|created|posted)\w*[\"']?[ \t]*[:=].*\d{4}",
    re.MULTILINE | re.IGNORECASE,
)
# Folders that also have pages which are no posts.
_BROAD = frozenset({"app", "content", "data", "docs", "lib", "pages", "routes", "src"})
_BLOGS = frozenset({"articles", "blog", "news", "post", "posts", "writing"})
_YEAR = re.compile(r"(?:^|/)\d{4}(?:/|$)")
_SHARE = 0.8  # of the dated files; a folder that holds fewer does not hold the posts


def posts_folder(folder: Path, usual: Sequence[str], static: str = "") -> str | None:
    """The first of the usual folders with a dated post, else the one that most of them are in.

    If there are no dated posts, the first of the usual folders with any post; else None. `static`
    is the folder of static files, where some sites keep their posts, too.
    """
    first = next((name for name in usual if any(_dated(folder / name))), None)
    if first:
        return _narrowed(folder, first)
    filled = next((name for name in usual if any(_texts(folder / name))), None)
    in_static = static if static and any(_dated(folder / static)) else None
    return filled or in_static or common_folder(folder)


def dated(folder: Path) -> int:
    """How many files with a date there are below a folder."""
    return sum(1 for _ in _dated(folder))


def unread_beside(folder: Path, posts: str | None) -> list[str]:
    """A note for each folder beside that of the posts that has dated posts, too."""
    above = PurePosixPath(posts or "").parent
    if not posts or posts == ".":
        return []
    try:
        places = sorted(one for one in (folder / above).iterdir() if one.is_dir())
    except OSError:
        return []
    counts = {one.name: dated(one) for one in places if _is_other(one, folder / posts)}
    return [
        f"{above / name} is not read ({number_of(count, 'file')} with a date); to read all folders "
        f"set `path: {above}`"
        for name, count in counts.items()
        if count
    ]


def _is_other(place: Path, posts: Path) -> bool:
    return place != posts and not place.is_symlink() and _may_have_posts(place.name)


def _narrowed(folder: Path, place: str) -> str:
    """The folder itself or, if that has all kinds of pages, the blog in it that has the posts."""
    if PurePosixPath(place).name not in _BROAD:
        return place
    full = _full(_counts(folder / place))
    blogs = [one for one in full if one.name in _BLOGS and _BROAD.issuperset(one.parts[:-1])]
    return str(PurePosixPath(place) / blogs[0]) if blogs else place


def common_folder(folder: Path) -> str | None:
    """The deepest folder with most of the dated posts below `folder`; None without such posts."""
    full = [place for place in _full(_counts(folder)) if not _YEAR.search(str(place))]
    return str(max(full, key=lambda place: len(place.parts))) if full else None


def _counts(folder: Path) -> Counter[PurePosixPath]:
    """How many dated posts there are below each folder in `folder`, and in itself."""
    counts: Counter[PurePosixPath] = Counter()
    for file in _dated(folder):
        counts.update(PurePosixPath(file.relative_to(folder)).parents)
    return counts


def _full(counts: Counter[PurePosixPath]) -> list[PurePosixPath]:
    """The folders that hold most of the posts."""
    total = counts[PurePosixPath()]
    return [place for place, count in counts.items() if count >= _SHARE * total]


def _dated(folder: Path) -> Iterator[Path]:
    """The files that look like posts of a blog, because they have a date."""
    for file in _texts(folder):
        if begins_with_date(file.stem) or _DATE.search(_head(file)):
            yield file


def _texts(folder: Path) -> Iterator[Path]:
    """The files of a kind that posts have, at most _MOST_FILES."""
    found = 0
    for here, folders, names in os.walk(folder):
        place = Path(here)
        depth = len(place.relative_to(folder).parts)
        folders[:] = sorted(filter(_may_have_posts, folders)) if depth < _MOST_LEVELS else []
        for name in sorted(names):
            if Path(name).suffix.lower() in _ENDINGS and not name.lower().startswith("readme"):
                yield place / name
                found += 1
                if found == _MOST_FILES:
                    return


def _may_have_posts(folder: str) -> bool:
    return folder.lower() not in _NO_POSTS and not folder.startswith(".")


def _head(file: Path) -> str:
    try:
        with open_regular(file) as opened:
            return opened.read(_HEAD).decode("utf-8", "replace")
    except OSError:
        return ""
