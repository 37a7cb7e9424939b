"""Detect the generator of a site, the folder of its posts, and what its settings say.

Only `init` uses it: it writes the guesses into publisher.yaml, where the user can check them.
"""

from __future__ import annotations

import shlex
from dataclasses import replace
from typing import TYPE_CHECKING

from publisher.app.init import other_generators
from publisher.app.init.other_generators import GENERATORS
from publisher.config import DEFAULT_ENGINE
from publisher.errors import ConfigError
from publisher.sources.engines import RECORDS, build_scripts
from publisher.sources.engines.any import RECORD as ANY
from publisher.sources.engines.detected import POSTS, DetectedSite
from publisher.sources.engines.likely_posts import common_folder, posts_folder
from publisher.system.paths import is_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_MOST_FOLDERS = 50  # below a folder without a site, in which one may be


def detect(folder: Path) -> DetectedSite | None:
    """The site in a folder, or its folder of posts; None if there is neither.

    Raises ConfigError if the settings of the site cannot be read.
    """
    site = _by_settings(folder) or _usual_posts(folder)
    # An option of a command comes before the settings.
    return site and replace(site, output=(*build_scripts.outputs(folder), *site.output))


def _by_settings(folder: Path) -> DetectedSite | None:
    """The site as the first generator describes it that recognises the folder.

    Those that publisher does not know come first: their settings have names of their own.
    """
    if site := other_generators.detect(folder):
        return site
    detected = (record.detect(folder) for record in RECORDS.values())
    return next(filter(None, detected), None)


def _usual_posts(folder: Path) -> DetectedSite | None:
    """A folder of posts with one of the usual names. Only Jekyll's says who builds the site."""
    usual = [name for name in POSTS if is_folder(folder / name)]
    posts = posts_folder(folder, usual)
    if not usual or posts not in {*usual, None}:
        return None
    posts = posts or usual[0]  # of a blog that is still empty
    is_default = posts == RECORDS[DEFAULT_ENGINE].posts_folder
    engine = DEFAULT_ENGINE if is_default else ANY.name
    return DetectedSite(engine=engine, posts=posts, is_known=False)


def without_settings() -> DetectedSite:
    """A site about which nothing is known but its folder of posts."""
    return DetectedSite(engine=ANY.name, is_known=False)


def looked_for() -> list[str]:
    """What makes a folder a site, in words."""
    settings = {name for record in RECORDS.values() for name in record.site_files[:1]}
    # The first of a generator; the others are in other folders.
    settings.update({one.name: one.marks[0] for one in reversed(GENERATORS)}.values())
    return [
        f"settings of a site generator, e.g. {', '.join(sorted(settings))}",
        f"folder with posts: {', '.join(POSTS)}",
    ]


def near(folder: Path) -> Iterator[str]:
    """What may have been meant by a folder without a site, in words."""
    for place in _folders(folder):
        if site := _by_settings_or_none(place):
            yield f"{place.name} has a site of {site.name}; run `publisher init` there"
    if posts := common_folder(folder):
        yield f"most files with a date are in {posts}; name it with --posts {shlex.quote(posts)}"


def _folders(folder: Path) -> list[Path]:
    try:
        places = sorted(place for place in folder.iterdir() if not place.name.startswith("."))
    except OSError:
        return []
    return [place for place in places if place.is_dir() and not place.is_symlink()][:_MOST_FOLDERS]


def _by_settings_or_none(folder: Path) -> DetectedSite | None:
    try:
        return _by_settings(folder)
    except ConfigError:
        return None
