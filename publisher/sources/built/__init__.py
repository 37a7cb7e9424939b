"""The pages that the site's generator built: which page is a post's, its address and its body.

`located` adds the addresses to what was read of the sources, `examined` the bodies, `report` tells
what the user must know, and `remember` ends a run that may write.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.errors import Unavailable
from publisher.post import PagesReport
from publisher.sources.built.finding.words_cache import FOLDER
from publisher.sources.built.folder.home_links import HomeLinks
from publisher.sources.built.folder.output_folder import OutputFolder
from publisher.sources.built.page_bodies import PageBodies
from publisher.sources.built.site import BuiltSite
from publisher.system.reasons import reason

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path, PurePosixPath

    from publisher.config import Config
    from publisher.post import Reading
    from publisher.sources.built.folder.source_files import SourceFiles
    from publisher.sources.built.undated_files import Schedule

_NOTHING = PagesReport()


def located(
    reading: Reading,
    config: Config,
    folder: Path,
    files: SourceFiles,
    schedule: Schedule | None,
    *,
    anew: bool,
) -> Reading:
    """The reading with the addresses of the posts, and without those that have no page.

    `folder` is the output folder. With a schedule, files without a date are posts, too, if their
    pages state one. With `anew`, pages are opened that are as they were, too.

    Raises Unavailable if it is missing or not the whole site, and LedgerError.
    """
    ours = [feed.path for feed in config.feeds] + ([config.page.path] if config.page else [])
    links = HomeLinks(config.state / FOLDER, config.site.root)
    output = OutputFolder(folder, config.site.root, ours, links)
    try:
        output.pages()
    except OSError as error:
        raise Unavailable(
            f"{config.path}: site.output: {folder} cannot be read: {reason(error)}. Build the "
            "site, and run again; if it is built into another folder, correct site.output. The "
            "feeds and the items at the nodes stay as they are"
        ) from error
    return BuiltSite(config, output, files, anew=anew).located(reading, schedule)


def examined(reading: Reading, needed: Collection[PurePosixPath]) -> Reading:
    """The reading with the needed posts as they go out; the same one if none changes.

    Raises UnsafePlanError if the output must not be published, and LedgerError.
    """
    site = reading.bodies
    return site.examined(reading, needed) if isinstance(site, BuiltSite) else reading


def report(reading: Reading) -> PagesReport:
    """What the examined posts give to say; nothing if the site has no output folder."""
    bodies = reading.bodies
    return bodies.report if isinstance(bodies, BuiltSite | PageBodies) else _NOTHING


def remember(reading: Reading) -> None:
    """Write what was learned of the pages, in one transaction. Raises LedgerError."""
    match reading.bodies:
        case BuiltSite() as site:
            site.remember(reading)
        case PageBodies() as pages:
            pages.remember()
        case _:
            pass
