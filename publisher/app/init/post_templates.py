"""Find the templates for new posts, by the names of their folders and by their placeholders."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from publisher import sources
from publisher.system.symlinks import open_regular

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from publisher.app.project import Project

_FOLDERS = frozenset({"archetypes", "template", "templates"})
_HEAD = 4_096  # bytes, in which the front matter of a template is
# `{{date}}` of Obsidian and Quartz, `{{ .Date }}` and `{{ now }}` of Hugo, `<% tp.date.now() %>` of
# Templater, `{{ title }}` of Hexo; and the same with filters and formats.
_PLACEHOLDER = re.compile(
    r"^[\w-]+:.*(?:\{\{-?\s*\.?(?:date|title|time|now|name|replace)\b.*\}\}|<%[-_*]?\s*tp\.)",
    re.MULTILINE | re.IGNORECASE,
)


def find(project: Project) -> list[str]:
    """The folders of templates, and the templates in other folders, as values of `posts.exclude`.

    A folder that holds a post is none, whatever its name; nor is one of readable pages.
    """
    entries = project.entries
    posts = {one.post.path for one in entries.entries}
    broken = {skip.path for skip in entries.skipped if skip.broken and skip.line is not None}
    others = broken | {page.path for page in entries.pages}
    marked = {path for path in others if _has_placeholder(project, path)}
    of_posts = {folder for path in posts for folder in path.parents}
    kept = of_posts | {folder for path in others - marked for folder in path.parents}
    named = {path: _named(path, of_posts) for path in broken | marked}
    found = {named[path] or _whole(path, kept) for path in named if named[path] or path in marked}
    return sorted(_outermost(found))


def _named(path: PurePosixPath, of_posts: set[PurePosixPath]) -> str:
    """The outermost folder around a file with the name of a folder of templates; else empty."""
    folders = [
        folder
        for folder in path.parents
        if folder.name.lower().lstrip("_") in _FOLDERS and folder not in of_posts
    ]
    return str(folders[-1]) if folders else ""


def _whole(path: PurePosixPath, kept: set[PurePosixPath]) -> str:
    """The folder of a template if there are only templates in it, else the template."""
    is_whole = path.parent not in kept and path.parent != PurePosixPath()
    return str(path.parent if is_whole else path)


def _outermost(found: Iterable[str]) -> Iterator[str]:
    """The paths that are in no other one."""
    paths = {*found}
    for path in paths:
        if paths.isdisjoint(map(str, PurePosixPath(path).parents)):
            yield path


def _has_placeholder(project: Project, path: PurePosixPath) -> bool:
    config = project.config
    try:
        file = sources.reach_of(config).reached(config.posts.path / path)
        with open_regular(file) as opened:
            head = opened.read(_HEAD).decode("utf-8", "replace")
    except OSError:
        return False
    return _PLACEHOLDER.search(head) is not None
