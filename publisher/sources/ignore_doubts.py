"""Say which settings of a site may leave files out and could not be read.

A program of the site computes them, and publisher runs none. Then it must see the built pages
(`site.output`), or somebody must write down what is left out (`posts.exclude`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher import sources
from publisher.sources.engines import RECORDS

if TYPE_CHECKING:
    from publisher.config import Config
    from publisher.sources.engines.ignored import Ignored


def doubts(config: Config) -> list[str]:
    """What may leave files out, each a clause that names file and line; else none."""
    return _told(_ignored(config))


def risks(config: Config) -> list[str]:
    """The doubts because of which a file may be published that its author did not release."""
    ignored = _ignored(config)
    return [] if ignored and ignored.needs_publish else _told(ignored)


def _ignored(config: Config) -> Ignored | None:
    posts = config.posts
    if config.site.output or posts.feed or posts.exclude:
        return None
    site, reach = sources.site_of(config), sources.reach_of(config)
    return RECORDS[posts.engine].ignored(site, posts.path, reach)


def _told(ignored: Ignored | None) -> list[str]:
    return [f"{one.file}:{one.line}: {one.problem}" for one in (ignored.unread if ignored else ())]


def advice(doubt: str) -> str:
    """What a user must know and do, as the rest of a sentence about `posts.exclude`."""
    return (
        f"is not set, but {doubt}, so files may be published that your site leaves out; list "
        'them, e.g. exclude: ["private/**"], or set site.output to the folder of the built site'
    )
