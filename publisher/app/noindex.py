"""Find the posts whose built pages ask search engines not to list them.

Such a post is published all the same: who has subscribed is no search engine, and most such pages
have the request from a theme, e.g. because they are old. It is named, because its author may have
meant that nobody should find it. In the front matter `noindex` keeps a post out.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

from publisher.post import Diagnostic
from publisher.sources.built.pages.head import noindex_names
from publisher.sources.built.pages.page import PageError, parse

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import PurePosixPath

    from publisher.app.project import Project
    from publisher.entry import Entry

_MANY = 0.5  # of the posts: then the whole build seems to ask for it
_FEWEST = 3  # posts of which a part means anything
# What every such page holds in some encoding. Others need not be parsed.
_MAY_ASK = re.compile(rb"noindex|none", re.IGNORECASE)
_MESSAGE = (
    'its page asks search engines not to list it (`<meta name="{}" content="noindex">`), but '
    "readers get it; if it is not for them either, write `noindex: true` into its front matter"
)
_OF_SITE = (
    "holds pages of {1} posts, and {0} of them ask search engines not to list them (`noindex`), as "
    "a build for a test address often does. Readers get these posts all the same, so take the "
    "build that you deploy"
)


def warnings(project: Project) -> tuple[Sequence[Diagnostic], str]:
    """Warn of each such post; or, if they are many, a text about the whole output folder."""
    if project.config.posts.pages:  # then such a page is no post
        return (), ""
    entries = project.entries.entries
    asking = {one.post.path: names for one in entries if (names := _names(project, one))}
    if len(asking) >= max(_FEWEST, _MANY * len(entries)):
        return (), _OF_SITE.format(len(asking), len(entries))
    return [_warning(path, names) for path, names in asking.items()], ""


def _warning(path: PurePosixPath, names: Sequence[str]) -> Diagnostic:
    name = "robots" if "robots" in names else names[0]
    return Diagnostic(path, 1, _MESSAGE.format(name))


def _names(project: Project, entry: Entry) -> Sequence[str]:
    """Which robots the page of a post asks not to list it."""
    page = project.renderings.built_page(entry)
    if page and _MAY_ASK.search(page.data.replace(b"\0", b"")):
        with suppress(PageError):  # too large, too deep
            return noindex_names(parse(page.data, page.path).tree)
    return ()
