"""Find the posts to which neither the sitemap nor the feeds of the built site link.

A site may build a page that it shows nowhere, e.g. because its list of posts is another folder.
That is no certain sign, so such a post is published, and only named.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from publisher.post import Diagnostic
from publisher.sources.built.folder.output_folder import OutputFolder
from publisher.sources.built.pages.page_url import bare_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.app.project import Project

_NEARLY_ALL = 0.9  # of the posts are listed; else the list is not one of all posts
_MESSAGE = (
    "is built, but neither the site's sitemap nor its feeds link to it; if it is not to be "
    "published, list it in posts.exclude"
)


def warnings(project: Project) -> Iterator[Diagnostic]:
    """Warn of the posts that the site does not list, if it lists nearly all others."""
    config = project.config
    if config.site.output is None or config.posts.pages:  # then the sitemap decides already
        return
    ours = [feed.path for feed in config.feeds]
    output = OutputFolder(config.site.output, config.site.root, ours)
    listed = {_path(url) for url in output.sitemap_urls | output.feed_urls}
    entries = project.entries.entries
    unlisted = [one for one in entries if _path(one.link) not in listed]
    if len(entries) - len(unlisted) >= _NEARLY_ALL * len(entries):
        yield from (Diagnostic(one.post.path, 1, _MESSAGE) for one in unlisted)


def _path(url: str) -> str:
    """The path of a URL in a form that can be compared."""
    return bare_path(unquote(urlsplit(url).path))
