"""Where the site of the posts lies, which of its files a run may read, and whether it may do so."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from publisher.config import MAX_LEVELS_UP
from publisher.errors import ConfigError
from publisher.sources import site_settings
from publisher.sources.engines import RECORDS
from publisher.sources.walk import scanned
from publisher.system.paths import is_folder
from publisher.system.reasons import closed_by, permission_advice, reason
from publisher.system.symlinks import Reach

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.config import Config


def require_folder(folder: Path, config: Path) -> None:
    """Raise ConfigError if the folder of the posts is missing, or cannot be read."""
    try:
        problem = "is not a folder" if folder.exists() else "does not exist"
        if folder.is_dir():
            with scanned(folder):
                return
    except PermissionError as error:
        raise ConfigError(
            f"{config}: posts.path: {closed_by(folder)} cannot be read: {reason(error)}; "
            f"{permission_advice(folder)}"
        ) from error
    except OSError as error:
        problem = f"cannot be read: {reason(error)}"
    raise ConfigError(
        f"{config}: posts.path: {folder} {problem}; set it to the folder with your posts, "
        "e.g. path: _posts"
    )


def site_of(config: Config) -> Path:
    """The folder of the site: `posts.site`, else the nearest folder with the engine's settings.

    The search goes from the posts up to the configuration. If there are no settings, it is the
    folder of the configuration if the posts are below it, else the parent folder of the posts.
    """
    posts = config.posts
    if posts.site:
        return posts.site
    record = RECORDS[posts.engine]
    top = config.path.parent
    sites = (
        folder for folder in _candidates(config) if site_settings.find(folder, record.site_files)
    )
    if site := next(sites, None):
        return site
    if record.posts_folder and is_folder(posts.path / record.posts_folder):
        return posts.path
    return top if top in (posts.path, *posts.path.parents) else posts.path.parent


def settings_of(config: Config) -> list[Path]:
    """The files that mark the folder of a site, wherever `site_of` looks for them."""
    names = RECORDS[config.posts.engine].site_files
    return [folder / name for folder in _candidates(config) for name in names]


def _candidates(config: Config) -> list[Path]:
    """The folders that may be that of the site, if they hold settings, the nearest first."""
    return [config.posts.path, *_between(config.posts.path, config.path.parent)]


def reach_of(config: Config) -> Reach:
    """The files of the site and its posts that a run may read.

    If no settings were found, the folder of the site is a guess and may be a home folder. Then a
    symbolic link must end inside the folder of the posts.
    """
    posts, site = config.posts, _known_site(config)
    if site is None:
        advice = (
            f"outside {posts.path}; set posts.site if the link ends in the folder of the site, or "
            "posts.follow_links: true to follow every link"
        )
        return Reach(
            (posts.path, site_of(config)), (posts.path,), advice, follow_links=posts.follow_links
        )
    folders = (posts.path, site)
    advice = f"outside {site} and {posts.path}; set posts.follow_links: true to follow such links"
    return Reach(folders, folders, advice, follow_links=posts.follow_links)


def _known_site(config: Config) -> Path | None:
    """The folder of the site if it is certain: it is configured, or holds settings; else None."""
    posts, site = config.posts, site_of(config)
    files = RECORDS[posts.engine].site_files
    is_known = posts.site is not None or site_settings.find(site, files) is not None
    return site if is_known else None


def require_own_folder(config: Config) -> None:
    """Refuse a folder of posts inside the site that is a symbolic link out of it.

    An author who may add posts could have replaced the folder by a link. Raises ConfigError.
    """
    posts, site = config.posts, _known_site(config)
    if posts.follow_links or site is None:
        return
    inside = Path(os.path.normpath(posts.path)).is_relative_to(os.path.normpath(site))
    real = Path(os.path.realpath(posts.path))
    if inside and not real.is_relative_to(os.path.realpath(site)):
        raise ConfigError(
            f"{config.path}: posts.path: {posts.path} leads through a symbolic link to {real}, "
            f"outside of the site in {site}; if that is intended, set posts.path to {real}"
        )


def _between(posts: Path, top: Path) -> Sequence[Path]:
    """The folders above the posts, up to `top`, or MAX_LEVELS_UP of them if `top` is not above."""
    parents = [*posts.parents]
    return parents[: parents.index(top) + 1] if top in parents else parents[:MAX_LEVELS_UP]
