"""Find the programs of a site that decide at which addresses its posts are.

publisher runs no program of a site, so it cannot know these addresses unless it sees the built
pages (`site.output`), or unless somebody writes the rule down (`posts.permalink`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher import sources
from publisher.sources.engines import RECORDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.config import Config
    from publisher.sources.engines.scripts import AddressScript


def find(config: Config) -> Sequence[AddressScript]:
    """The programs that make addresses which this configuration does not know."""
    posts = config.posts
    if config.site.output or posts.feed or posts.permalink:
        return ()
    record = RECORDS[posts.engine]
    return record.address_scripts(sources.site_of(config), posts.path, sources.reach_of(config))


def warning(script: AddressScript) -> str:
    """What a user must know of a program, as the rest of a sentence about `posts.permalink`."""
    return (
        f"is not set, but {script.path}:{script.line} computes the addresses of posts. publisher "
        "runs no programs of the site, so the links to your posts may be wrong: set it, e.g. "
        "permalink: /:year/:slug/, or set site.output to the folder into which the site is built"
    )
