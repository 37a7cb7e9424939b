"""A folder of posts -> posts, skips and warnings; one module per engine.

Nothing is lost silently: a file or a folder that cannot be read is a broken skip, named with its
reason. Only a folder of posts that is not there at all is an error of the configuration.
"""

from __future__ import annotations

import heapq
import os
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, assert_never

from publisher.errors import ConfigError
from publisher.sources import jekyll
from publisher.sources.post import Post, Reading, Remark, Skip

if TYPE_CHECKING:
    import datetime as dt

    from publisher.config import Config

ENGINES = {"jekyll": jekyll.read}


def read(config: Config, *, now: dt.datetime) -> Reading:
    """Read all posts; those dated after `now` are skipped. Everything is in the order of paths.

    Raises ConfigError if there is no folder of posts.
    """
    folder = config.posts.path
    _require_folder(folder, config.path)
    paths, skipped = _walk(folder)
    posts: list[Post] = []
    warnings: list[Remark] = []
    for path in sorted(paths):
        outcome, remarks = ENGINES[config.posts.engine](folder, path, config=config, now=now)
        warnings += remarks
        match outcome:
            case Post():
                posts.append(outcome)
            case Skip():
                skipped.append(outcome)
            case None:
                pass
            case _:
                assert_never(outcome)
    skipped.sort(key=lambda skip: skip.path)
    return Reading(tuple(posts), tuple(map(_printable, skipped)), tuple(warnings))


def _require_folder(folder: Path, config: Path) -> None:
    try:
        problem = "is not a folder" if folder.exists() else "is not there"
        if folder.is_dir():
            return
    except OSError as error:
        problem = f"cannot be read: {error.strerror}"
    raise ConfigError(
        f"{config}: posts.path: the folder {folder} {problem}; "
        "name the folder that holds your posts, e.g. path: _posts"
    )


def _walk(folder: Path) -> tuple[list[PurePosixPath], list[Skip]]:
    """All files that are not hidden; what lies behind a link comes last, so that a loop ends.

    Every folder is entered once, by its own path where it has one: a link moves no post.
    """
    files: list[PurePosixPath] = []
    skipped: list[Skip] = []
    folders, links = [PurePosixPath()], list[PurePosixPath]()
    entered: set[tuple[int, int]] = set()
    while folders or links:
        here = folders.pop() if folders else heapq.heappop(links)
        try:
            entries = _enter(folder / here, entered)
        except OSError as error:
            reason = f"cannot be read: {error.strerror}; repair or remove the folder"
            skipped.append(Skip(here, reason, broken=True))
            continue
        for entry in entries:
            path = here / entry.name
            if not _is_folder(entry):
                files.append(path)
            elif entry.is_symlink():
                heapq.heappush(links, path)
            else:
                folders.append(path)
    return files, skipped


def _enter(folder: Path, entered: set[tuple[int, int]]) -> list[os.DirEntry[str]]:
    """What is in the folder, unless it was entered already. Raises OSError."""
    status = folder.stat()
    if (status.st_dev, status.st_ino) in entered:
        return []
    entered.add((status.st_dev, status.st_ino))
    with os.scandir(folder) as entries:
        return [entry for entry in entries if not _is_ignored(entry.name)]


def _is_ignored(name: str) -> bool:
    """Hidden, or what an editor leaves beside a file."""
    return name.startswith(".") or name.endswith("~") or (name[0] == name[-1] == "#")


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Also a link that leads nowhere, if no ending says that it is a file: it may hide posts."""
    try:
        return entry.is_dir() or (_is_nameless_link(entry) and not Path(entry).exists())
    except OSError:  # links in a circle, or through a folder that is closed to us
        return _is_nameless_link(entry)


def _is_nameless_link(entry: os.DirEntry[str]) -> bool:
    return entry.is_symlink() and not Path(entry).suffix


def _printable(skip: Skip) -> Skip:
    """A name that is not UTF-8 cannot be printed, or written into a document, as it is."""
    name = str(skip.path).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return replace(skip, path=PurePosixPath(name))
