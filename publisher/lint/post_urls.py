"""Find posts that readers cannot tell apart by their URLs: two at one, or one without a slug. Pure.

An engine leaves the slug out of a URL if nothing of a title remains in it, as of `???`. The post
then has the URL of a folder, e.g. `/2026/01/`, and takes the place of the page that lists it.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from publisher.entry import link
from publisher.identity import own_url
from publisher.post import Diagnostic
from publisher.text.counts import number_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import PurePosixPath

    from publisher.config import Site
    from publisher.entry import Entries, Entry
    from publisher.post import Post

NAMED = 3  # posts with one URL that get a warning each; if there are more, one warning counts them


def check(entries: Sequence[Entry], site: Site) -> list[Diagnostic]:
    """Return the diagnostics in the order of paths."""
    found = [*same(entries), *_without_slug(entries, site)]
    return sorted(found, key=lambda one: (one.path, one.message))


def same(entries: Sequence[Entry]) -> Iterator[Diagnostic]:
    """Report posts that share a URL: the site has only one page there."""
    if len({entry.link for entry in entries}) == len(entries):
        return
    by_url: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_url[entry.link].append(entry)
    for url, (first, *others) in by_url.items():
        named = others if len(others) <= NAMED else others[:1]
        more = len(others) - len(named)
        also = f", as {number_of(more, 'more post')} have" if more else ""
        message = (
            f"has the same URL as {first.post.path}, {url}{also}; readers open one page for all of "
            "these: change the permalinks"
        )
        yield from (Diagnostic(other.post.path, 1, message) for other in named)


def unbuilt(entries: Entries, site: Site) -> Iterator[Diagnostic]:
    """Report posts without a page because the site has that of another post at their URL."""
    skipped = [(skip.path, skip.post) for skip in entries.skipped if skip.status == "no-page"]
    posts = [(path, post) for path, post in skipped if post]
    if not posts:
        return
    by_url: dict[str, PurePosixPath] = {}
    for one in entries.entries:
        by_url |= {one.link: one.post.path, _link_by_rules(one.post, site): one.post.path}
    for path, post in posts:
        url = _link_by_rules(post, site)
        other = by_url.setdefault(url, path)
        if other != path:
            message = (
                f"has the same URL as {other}, {url}, and the site shows only one of them there: "
                "change one of the permalinks"
            )
            yield Diagnostic(path, 1, message)


def _link_by_rules(post: Post, site: Site) -> str:
    """The URL that the rules of the engine give, whatever page was built."""
    return link(post.at(None), site)


def _without_slug(entries: Sequence[Entry], site: Site) -> Iterator[Diagnostic]:
    """Report URLs that end before the name of the post; posts that share one get one warning."""
    by_url = {entry.link: entry for entry in reversed(entries)}
    unnamed = {
        url: entry
        for url, entry in by_url.items()
        if not _is_named(entry, site) and entry.post.link is None
    }
    if not unnamed:
        return
    paths = {url: own_url.path_of(url, site.root) for url in by_url}
    folders = {folder for path in paths.values() for folder in _folders(path)}
    for url, entry in unnamed.items():
        if not _has_slug(paths[url], entry, site, folders):
            message = f"has a URL without a slug, {url}, {_reason(entry, site)}"
            yield Diagnostic(entry.post.path, 1, message)


def _is_named(entry: Entry, site: Site) -> bool:
    """Whether the URL has a part that names the post."""
    known = entry.post.known
    if known and known.link == entry.link:
        return known.is_named
    return own_url.names_post(entry.post, entry.link, site.root)


def _reason(entry: Entry, site: Site) -> str:
    """Why the URL has no slug, and what to do, as the end of a sentence."""
    if entry.link.rstrip("/") != _link_by_rules(entry.post, site).rstrip("/"):
        return (
            "because its page is there; if that is the page of other posts, too, give the post one "
            "of its own"
        )
    return (
        "because nothing in its name can stand in one; add e.g. `slug: my-post` to its front matter"
    )


def _has_slug(path: str, entry: Entry, site: Site, folders: Collection[str]) -> bool:
    """Whether the last part of a URL path, which does not name the post, is the post's own.

    It is not if it is empty or only marks, or part of the date of the post, one of its categories,
    or a folder that holds other posts.
    """
    page = own_url.page_of(path)
    if not own_url.has_slug(page):
        return False
    last = page.rpartition("/")[2]
    local = entry.published.astimezone(site.zone)
    date = {f"{number:{width}}" for number in (local.year, local.month, local.day)
            for width in ("", "02")}  # fmt: skip
    categories = [own_url.words(one) for one in entry.post.categories]
    return not (
        page in folders
        or last == _folder(entry.post)
        or last in date
        or own_url.words(last) in categories
    )


def _folders(path: str) -> Iterator[str]:
    """Yield the folders of a URL path, without a slash at their ends."""
    while path := path.rstrip("/").rpartition("/")[0]:
        yield path


def _folder(post: Post) -> str:
    """The name of the folder that holds the post or, for a bundle, the folder of the bundle."""
    location = post.location or post.path
    return (location.parents[1] if location.stem == "index" else location.parent).name
