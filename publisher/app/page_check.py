"""Compare the posts of a project with the pages that the site's generator built of them."""

from __future__ import annotations

from contextlib import suppress
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from publisher.content.safe_xhtml import content_of_link
from publisher.entry import link
from publisher.feeds import newest
from publisher.lint import built
from publisher.post import Diagnostic
from publisher.sources.built.bodies.added_words import useless
from publisher.sources.built.bodies.body import find_body
from publisher.sources.built.folder.output_folder import OutputFolder
from publisher.sources.built.learning.element_names import selectors_in
from publisher.sources.built.pages import pattern, site_metadata, site_url
from publisher.sources.built.pages.page import PageError, parse
from publisher.sources.built.pages.pattern import PlacedPost
from publisher.sources.engines import RECORDS
from publisher.text.nearest_name import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from publisher.app.project import Project
    from publisher.entry import Entry
    from publisher.lint.built import BuiltReport, Comparison
    from publisher.sources.built.pages.head import Head
    from publisher.sources.built.pages.pattern import AddressDifference


_NOTHING = (
    "its page shows only what feed readers cannot show, e.g. a drawing (<svg>), an <object> or "
    "what a script makes, so they get the link alone; add a sentence or a picture"
)
_HOME = PurePosixPath("index.html")
_NAMES = 2_000  # among which one may be meant
_PAGES = 100  # that agree on the URL of a site as surely as all do


def compared(
    project: Project, watch: Callable[[Sequence[Entry]], Iterator[Entry]] = iter
) -> BuiltReport:
    """Compare every post with its page. `watch` passes the entries on.

    If bodies come from the sources, only what the page lacks counts.
    """
    if project.config.posts.pages:  # then the page is the source
        return built.BuiltReport()
    entries = watch(project.entries.entries)
    return built.report(one for entry in entries if (one := _comparison(project, entry)))


def _comparison(project: Project, entry: Entry) -> Comparison | None:
    """The post compared with its page; None if it has none that can be compared with it."""
    # A post with `body: source` says that its page does not show its text.
    if entry.post.body_from_source:
        return None
    try:
        if project.config.posts.from_pages:
            return _of_body(project, entry)
        page = project.renderings.built_page(entry)
        return built.compare_page(entry.post, page.data) if page else None
    except PageError:  # too large, too deep
        return None


def _of_body(project: Project, entry: Entry) -> Comparison | None:
    body, posts = project.renderings.built_body(entry), project.config.posts
    if not (body and body.html):
        return None
    found = built.compare(entry.post, body.html)
    page = project.renderings.built_page(entry) if posts.drop and found.differences else None
    if page is None:
        return found
    parsed = parse(page.data, page.path)
    return built.with_dropped(found, entry.post, parsed, posts.body, posts.drop)


def without_content(project: Project) -> Iterator[Diagnostic]:
    """Warn of the posts of which readers get a link, because they can show nothing of the page."""
    for entry in project.entries.entries if project.config.posts.from_pages else ():
        body = project.renderings.built_body(entry)
        if not (body and body.html.strip()):
            continue  # its page does not show its text, which is said already
        shown = project.renderings.of(entry).content.xhtml
        if shown == content_of_link(entry.link).xhtml:
            yield Diagnostic(entry.post.path, entry.post.body_line, _NOTHING)


def useless_drops(project: Project) -> str:
    """Which selectors of `posts.drop` match in no text, as a predicate; empty if all do."""
    posts = project.config.posts
    left, names, pages = {*posts.drop}, set[str](), 0
    for entry in project.entries.entries if posts.from_pages else ():
        page = project.renderings.built_page(entry) if left else None
        if page is None:
            continue
        with suppress(PageError):  # too large, too deep
            parsed = parse(page.data, page.path)
            if found := find_body(parsed, posts.body):
                pages += 1
                left &= useless(parsed, posts.body, posts.drop)
                names |= selectors_in(found[1]) if len(names) < _NAMES else set()
    if not (left and pages):
        return ""
    named = [f"`{one}`{did_you_mean(one, names)}" for one in posts.drop if one in left]
    verb = "matches" if len(named) == 1 else "match"
    return f"{' and '.join(named)} {verb} nothing in the text of any post; correct or remove it"


def site_url_difference(project: Project) -> str | None:
    """What is wrong about site.url by what the newest pages of posts name as their own URLs."""
    stated = site_url.of_pages(_heads(project))
    return site_url.difference(project.config.site.url, stated) if stated else None


def site_title(project: Project) -> str | None:
    """The title of the site by its home page and the newest pages of posts; None if they differ."""
    output = project.config.site.output
    if output is None:
        return None
    home = None
    with suppress(PageError, OSError):
        folder = OutputFolder(output, project.config.site.root, ())
        home = parse(folder.read(_HOME), _HOME).head
    return site_metadata.metadata(_heads(project), home, sitemap=(), feeds=()).title


def _heads(project: Project) -> dict[PurePosixPath, Head]:
    """The metadata of the newest pages of posts."""
    heads: dict[PurePosixPath, Head] = {}
    for entry in newest(project.entries.entries, _PAGES):
        page = project.renderings.built_page(entry)
        with suppress(PageError):  # too large, too deep
            heads |= {page.path: parse(page.data, page.path).head} if page else {}
    return heads


def addresses(project: Project) -> Sequence[AddressDifference]:
    """How the URLs of pages differ from those that the rules of the engine give."""
    config = project.config
    if not (RECORDS[config.posts.engine].has_rules or config.posts.permalink):
        return ()
    placed = [
        PlacedPost(post, link(post.at(None), config.site), post.address)
        for post in (entry.post for entry in project.entries.entries)
        if post.address
    ]
    return pattern.differences(placed, site_url=config.site.url, zone=config.site.zone)
