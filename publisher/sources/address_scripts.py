"""Say why publisher cannot know at which addresses the posts of a site are.

A program of the site may compute them, and publisher runs none; or the generator is unknown. Then
it must see the built pages (`site.output`), or somebody must write the rule down
(`posts.permalink`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher import sources
from publisher.sources.engines import RECORDS

if TYPE_CHECKING:
    from publisher.config import Config


EXAMPLE = "/:year/:slug/"


def doubts(config: Config) -> list[str]:
    """The reasons, each a clause, why this configuration may have wrong addresses; else none."""
    posts = config.posts
    if config.site.output or posts.feed or posts.permalink:
        return []
    record = RECORDS[posts.engine]
    if not record.has_rules:
        return ["publisher does not know by which rules your generator chooses the URLs of posts"]
    found = record.address_scripts(sources.site_of(config), posts.path, sources.reach_of(config))
    return [
        f"{script.path}:{script.line} computes the URLs of posts, and publisher runs no program of "
        "the site"
        for script in found
    ]


def advice(doubt: str) -> str:
    """What a user must know and do, as the rest of a sentence about `posts.permalink`."""
    return (
        f"is not set, but {doubt}, so links to your posts may be wrong; set it, e.g. permalink: "
        f"{EXAMPLE}, or set site.output to the folder into which the site is built"
    )
