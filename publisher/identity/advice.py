"""Say how an author gives a post the id of an item, or another id. Pure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, assert_never

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import PurePosixPath

    from publisher.post import Origin


def own_id(
    origin: Origin, path: PurePosixPath, free: str, given: Mapping[PurePosixPath, str]
) -> str:
    """How a post that disputes an id gets another one; `free` is an item id that no post has."""
    match origin:
        case "files":
            return "rename one of the files, or give this one an `id:` of its own"
        case "pages":
            return f"to give this page an id of its own, {page_line(path, free, given)}"
        case "feed":
            return "give one of them another id in the feed"
        case _:
            assert_never(origin)


def page_line(
    path: PurePosixPath,
    item_id: str,
    given: Mapping[PurePosixPath, str],
    *,
    file: str = "publisher.yaml",
) -> str:
    """The line of publisher.yaml that gives a page this id; `given` are the lines that it has."""
    line = f"{json.dumps(str(path), ensure_ascii=False)}: {item_id}"
    if path in given:
        return f"replace its line in posts.ids in {file} by: {line}"
    if given:
        return f"add to posts.ids in {file}: {line}"
    return f"write into `posts` in {file}: ids: {{{line}}}"
