"""Say which settings of a site may leave files out and could not be read.

A program of the site computes them, and publisher runs none. Then it must see the built pages
(`site.output`), or somebody must write down what is left out (`posts.exclude`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher import sources
from publisher.errors import UnsafePlanError
from publisher.sources.engines import RECORDS
from publisher.text.counts import limited

if TYPE_CHECKING:
    from publisher.config import Config
    from publisher.sources.engines.ignored import Ignored


def doubt(config: Config) -> str:
    """What may leave files out and why it is not read, with files and lines; else empty."""
    return _told(_ignored(config), config)


def risk(config: Config) -> str:
    """The doubt if because of it a file may be published that its author did not release."""
    ignored = _ignored(config)
    return "" if ignored and ignored.needs_publish else _told(ignored, config)


def require_known(config: Config) -> None:
    """Raise UnsafePlanError if a file may go out that its author did not release.

    The settings of a site may begin to be computed long after `init` asked about them.
    """
    if found := risk(config):
        ways = [
            'list these files in posts.exclude, e.g. exclude: ["private/**"]',
            "set site.output to the folder with the built site",
            "if every post may be published, set exclude: [] below posts",
        ]
        raise UnsafePlanError(f"{config.path}: {found}. Nothing was built or sent", ways)


def _ignored(config: Config) -> Ignored | None:
    posts = config.posts
    if config.site.output or posts.feed or posts.exclude is not None:
        return None
    site, reach = sources.site_of(config), sources.reach_of(config)
    return RECORDS[posts.engine].ignored(site, posts.path, reach)


def _told(ignored: Ignored | None, config: Config) -> str:
    """A clause; empty if everything is read."""
    if not ignored or not ignored.unread:
        return ""
    folder = config.path.absolute().parent
    reasons = [
        f"{one.file}:{one.line}: {one.problem}".removeprefix(f"{folder}/") for one in ignored.unread
    ]
    named = "; ".join(limited(reasons))
    return f"publisher cannot tell which files your site leaves out ({named})"


def advice(doubt: str) -> str:
    """What a user must know and do, as the rest of a sentence about `posts.exclude`."""
    return (
        f'is not set, but {doubt}. List these files, e.g. exclude: ["private/**"], or set '
        "site.output to the folder with the built site; `exclude: []` publishes every post"
    )
