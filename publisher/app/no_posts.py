"""Say why a project has no post at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.text.characters import printable

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.app.project import Project

NAMED = 3  # pages that a message names


def reason(project: Project) -> str:
    """Why there is no post: `there is no post in /blog/posts: 1 file has no date (mill.md)`."""
    posts, pages = project.config.posts, project.entries.pages
    if pages:
        names = [printable(str(page.path)) for page in pages[:NAMED]]
        if len(pages) > NAMED:
            names.append(f"and {len(pages) - NAMED} more")
        files = "1 file has" if len(pages) == 1 else f"{len(pages)} files have"
        return f"there is no post in {posts.place}: {files} no date ({', '.join(names)})"
    if not posts.feed and _is_empty(posts.path):
        return f"the folder {posts.place} is empty"
    return f"there is no post in {posts.place}"


def _is_empty(folder: Path) -> bool:
    try:
        return not any(folder.iterdir())
    except OSError:
        return False
