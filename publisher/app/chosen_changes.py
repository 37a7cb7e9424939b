"""Select the changes that a run makes: all of them, or those of the posts that the user names."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from publisher import identity
from publisher.app import possible_renames
from publisher.app.options import ALL
from publisher.errors import ConfigError
from publisher.sync.changes import Correct, Hold, Publish, Retract
from publisher.text.nearest_name import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from publisher.app.options import NodeOptions
    from publisher.app.project import Project
    from publisher.sync.changes import Change


def asked(
    options: NodeOptions, project: Project, known: Collection[str]
) -> Callable[[Change], bool] | None:
    """Return a function that tells whether the run makes a change; None if it makes all.

    `known` are the item ids in the ledger: `--only` may name a post that was removed. Raises
    ConfigError if it names a post that does not exist.
    """
    if not options.only and options.since is None:
        return None
    posts = _published(project)
    ids = {id_ for text in options.only for id_ in _named("--only", text, project, posts, known)}
    zone = project.config.site.zone
    start = options.since and dt.datetime.combine(options.since, dt.time(), zone)

    def is_asked(change: Change) -> bool:
        if isinstance(change, Hold):
            is_named = not ids or change.id in ids or change.item in ids
            return is_named and not (start and change.post.published < start)
        if not isinstance(change, Publish | Correct | Retract):
            return True  # the others change the ledger alone
        if ids and change.id not in ids:
            return False
        # A removed post may be of any age, so `--since` stops no retract.
        return not (start and not isinstance(change, Retract) and change.post.published < start)

    return is_asked


def decided(project: Project, options: NodeOptions) -> Project:
    """The project with the posts that the options publish as new ones.

    Raises ConfigError if the options name a post that does not exist.
    """
    # One that waits for its page is held, too, and goes out when it has one.
    unbuilt = possible_renames.unbuilt_posts(project.entries, project.config.site)
    posts = {**{id_: post.path for id_, post in unbuilt.items()}, **_published(project)}
    if ALL in options.as_new:
        as_new = frozenset(posts)
    else:
        found = (_named("--as-new", text, project, posts) for text in options.as_new)
        as_new = frozenset().union(*found)
    files = {post.path for id_, post in unbuilt.items() if id_ in as_new}
    return _without_moved(dataclasses.replace(project, as_new=as_new), files)


def _without_moved(project: Project, as_new: Collection[PurePosixPath]) -> Project:
    """The project without the files that are gone if these posts are not their new versions."""
    gone = {one.path for one in project.built.moved if one.new in as_new}
    if not gone:
        return project
    kept = tuple(one for one in project.entries.entries if one.post.path not in gone)
    return dataclasses.replace(project, entries=dataclasses.replace(project.entries, entries=kept))


def _published(project: Project) -> Mapping[str, PurePosixPath]:
    return {one.item_id: one.post.path for one in project.entries.entries}


def _named(
    option: str,
    text: str,
    project: Project,
    posts: Mapping[str, PurePosixPath],
    known: Collection[str] = (),
) -> set[str]:
    """The item ids that `text` stands for: an item id, or a path from here or the posts folder.

    `posts` has the paths of the posts that it may name by their item ids.
    """
    folder = _normal(project.config.posts.path)
    path = _normal(Path(text).absolute())
    published = {
        item_id
        for item_id, file in posts.items()
        if text in {item_id, str(file)} or path == folder / file
    }
    removed = {text, identity.item_id(PurePosixPath(_relative(text, folder)))} & set(known)
    if not published | removed:
        reasons = {skip.path: skip.reason for skip in project.entries.skipped}
        reasons |= {page.path: page.reason for page in project.entries.pages}
        for file, reason in reasons.items():
            if text == str(file) or path == folder / file:
                raise ConfigError(f"{option} {text}: this post is not published: {reason}")
        names = {*posts, *map(str, posts.values()), *known}
        meant = did_you_mean(text, names)
        raise ConfigError(
            f"{option} {text}: there is no such post{meant}; name a file of "
            f"{project.config.posts.place}, or an item id as `publisher plan` prints it"
        )
    return published | removed


def _relative(text: str, folder: Path) -> str:
    path = _normal(Path(text).absolute())
    return str(path.relative_to(folder)) if path.is_relative_to(folder) else text


def _normal(path: Path) -> Path:
    """The path without `..`, as paths of posts have none."""
    return Path(os.path.normpath(path))
