"""Say why a project has no post at all."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from publisher.text.characters import printable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from publisher.app.project import Project
    from publisher.post import Page

NAMED = 3  # pages that a message names
_NEARLY_ALL = 0.9  # of the files have the key
_DAY = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?:[T \t].*)?", re.ASCII)
# Keys with dates that are not those of the first publication.
_OTHER_DATES = re.compile(r"updat|modif|expir|until|end|due|review|delet", re.IGNORECASE)


def reason(project: Project) -> str:
    """Why there is no post: `there is no post in /blog/posts: 1 file has no date (mill.md)`."""
    posts, pages = project.config.posts, project.entries.pages
    if pages:
        names = [printable(str(page.path)) for page in pages[:NAMED]]
        if len(pages) > NAMED:
            names.append(f"and {len(pages) - NAMED} more")
        files = "1 file has" if len(pages) == 1 else f"{len(pages)} files have"
        key = date_key(pages)
        advice = f"; if {key} is their date, set posts.keys: {{date: {key}}}" if key else ""
        return f"there is no post in {posts.place}: {files} no date ({', '.join(names)}){advice}"
    if not posts.feed and _is_empty(posts.path):
        return f"the folder {posts.place} is empty"
    return f"there is no post in {posts.place}"


def date_key(pages: Sequence[Page]) -> str:
    """The key of nearly all these files that looks like their date; empty if there is none."""
    keys = Counter(
        key
        for page in pages
        for key, value in page.post.values.items()
        if _DAY.fullmatch(str(value).strip()) and not _OTHER_DATES.search(key)
    )
    key, count = next(iter(keys.most_common(1)), ("", 0))
    is_plain = re.fullmatch(r"[\w-]{1,60}", key, re.ASCII) is not None
    return key if is_plain and count >= _NEARLY_ALL * len(pages) else ""


def _is_empty(folder: Path) -> bool:
    try:
        return not any(folder.iterdir())
    except OSError:
        return False
