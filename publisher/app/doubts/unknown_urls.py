"""Say why publisher cannot know at which addresses the posts of a site are.

A program of the site may compute them, and publisher runs none; or the generator is unknown. Then
it must see the built pages (`site.output`), or somebody must write the rule down
(`posts.permalink`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher import sources
from publisher.sources.engines import RECORDS
from publisher.text.counts import limited, listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.config import Config
    from publisher.sources.engines.scripts import AddressScript


EXAMPLE = "/:year/:slug/"
_RULES = "publisher does not know by which rules your generator chooses the URLs of posts"


def doubt(config: Config) -> str:
    """The reason, a clause, why this configuration may have wrong addresses; else empty."""
    posts = config.posts
    if config.site.output or posts.feed or posts.permalink:
        return ""
    record = RECORDS[posts.engine]
    if not record.has_rules:
        return _RULES
    found = record.address_scripts(sources.site_of(config), posts.path, sources.reach_of(config))
    return _named(found, config) if found else ""


def _named(scripts: Sequence[AddressScript], config: Config) -> str:
    folder = config.path.absolute().parent
    names = limited([_name(one).removeprefix(f"{folder}/") for one in scripts])
    verb = "compute" if names[1:] else "computes"
    return f"{listed(names)} {verb} the URLs of posts, and publisher runs no program of the site"


def _name(script: AddressScript) -> str:
    setting = f" ({script.setting})" if script.setting else ""
    return f"{script.path}:{script.line}{setting}"


def advice(doubt: str) -> str:
    """What a user must know and do, as the rest of a sentence about `posts.permalink`."""
    return (
        f"is not set, but {doubt}. Links may be wrong; set it, e.g. permalink: {EXAMPLE}, or "
        "set site.output to the folder with the built site"
    )
