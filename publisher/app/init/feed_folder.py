"""Decide where the feeds lie, so that they are deployed with the site."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from publisher import config as configs
from publisher.app.init.config_text import FEED_NAMES, FeedFolder
from publisher.config.keys import FEED_FOLDERS, OUTPUT_FOLDERS
from publisher.feeds import outputs
from publisher.sources.engines.detected import inside
from publisher.system.paths import is_folder

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.config import Engine
    from publisher.sources.engines.detected import DetectedSite

_BUILT = "In the folder that your generator builds, which may delete them: run publisher after it."
_COPIED = "In a folder whose files your generator copies into the site when it builds it."


def of_site(
    folder: Path, site: DetectedSite, engine: Engine, url: str | None, *, output: str = ""
) -> FeedFolder:
    """The folder that is deployed: the built site, or the static files if nothing is built here.

    `output` is the folder of the built site if it is known.
    """
    place, note = _place(folder, site, engine, output)
    known = output or OUTPUT_FOLDERS[engine]
    return _below(folder, place, note, url, is_known=not place or place == known)


def copied(folder: Path, site: DetectedSite, url: str) -> FeedFolder | None:
    """The folder of feeds that the generator copies into the site; None if it copies none."""
    usual = site.generator and site.static
    return _below(folder, site.static, _COPIED, url, is_known=False) if usual else None


def _below(folder: Path, place: str, note: str, url: str | None, *, is_known: bool) -> FeedFolder:
    """The folder `place`, or one in it in which the feeds replace no other file."""
    path = _free(folder, f"{place}/" if place else "")
    root = f"{(url or configs.EXAMPLE_URL).rstrip('/')}/"
    inside = path.removeprefix(f"{place}/") if place else path
    return FeedFolder(path, "" if is_known else f"{root}{inside}", note)


def _place(folder: Path, site: DetectedSite, engine: Engine, output: str) -> tuple[str, str]:
    """The folder, without a slash, and what the generator does with it."""
    usual = FEED_FOLDERS[engine]
    named = [name for name in site.output if inside(name) == name or is_folder(folder / name)]
    copies_root = OUTPUT_FOLDERS[engine] is not None and usual is None
    if output and not copies_root:
        return output, _BUILT
    if usual:
        return (named[0] if named else usual), _BUILT
    if not site.generator:
        return site.copied, _COPIED if site.copied else ""
    built = next((name for name in named if is_folder(folder / name)), "")
    if built:
        return built, _BUILT
    return (site.static, _COPIED) if site.static else (named[0], _BUILT)


def of_feed(folder: Path) -> FeedFolder:
    """A folder in which the built feeds replace no file: one may be the feed that is read."""
    return FeedFolder(next(path for path in _paths("") if not _exists(folder, path)))


def _free(folder: Path, start: str) -> str:
    """The first of the folders in which no file of somebody else has the name of a feed."""
    return next(path for path in _paths(start) if _may_replace(folder, path))


def _paths(start: str) -> itertools.chain[str]:
    numbered = (f"{start}feeds-{number}/" for number in itertools.count(2))
    return itertools.chain((start, f"{start}feeds/"), numbered)


def _exists(folder: Path, path: str) -> bool:
    return any((folder / f"{path}{name}").exists() for name in FEED_NAMES)


def _may_replace(folder: Path, path: str) -> bool:
    try:
        return all(outputs.may_replace(folder / f"{path}{name}") for name in FEED_NAMES)
    except OSError:  # building the feeds reports it
        return True
