"""Refuse an output folder that is not the site as it is deployed. Pure.

It may be missing, half built, written by a development server, or built with another theme than the
one whose pages publisher knows. Then nothing of it may reach readers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from publisher.errors import Unavailable, UnsafePlanError
from publisher.sources.built.pages.site_url import is_same
from publisher.text.counts import number_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path, PurePosixPath

_LEAST_PAGES = 0.5  # of those at the last run
_MOST_LOST = 0.1  # of the posts that had a page
_LEAST_ACCEPTED = 0.9  # of the pages of posts
_NAMED = 3  # pages in a message

_STAY = "The feeds and the items at the nodes stay as they are"


class OutputCounts(Struct, frozen=True, kw_only=True):
    """What the output has: pages now and at the last run, and posts.

    Of the `known` posts, which had a page at the last run, `lost` have none now. `found` of all
    `posts` have a page.
    """

    pages: int
    pages_before: int
    known: int
    lost: int
    posts: int
    found: int


def require_site(counts: OutputCounts, folder: Path, memory: Path) -> None:
    """Raise Unavailable if the site is not built, or only a part of it.

    A site may well lose half of its pages, e.g. those of tags, but not those of its posts, too.
    """
    shrinks = counts.pages < _LEAST_PAGES * counts.pages_before
    loses_some = counts.lost > _MOST_LOST * counts.known
    loses_most = counts.lost > _LEAST_PAGES * counts.known
    if (shrinks and loses_some) or (loses_most and counts.lost > 1):
        raise Unavailable(
            f"{folder} has {number_of(counts.pages, 'page')} now and had {counts.pages_before} at "
            f"the last run, and {counts.lost} of {counts.known} posts have lost theirs, so it "
            "seems that the site is being built, or that its build failed. Build it, and run "
            f"again. {_STAY}. If that is the whole site now, move {memory} away"
        )
    if counts.posts and not counts.found:
        raise Unavailable(
            f"{folder} has {number_of(counts.pages, 'page')}, but none of a post. Build the site, "
            "and run again; if it is built into another folder, correct site.output. "
            f"{_STAY}"
        )


def require_pages(
    lost: Mapping[PurePosixPath, str], known: int, folder: Path, removes: str
) -> None:
    """Raise UnsafePlanError if several pages that are posts vanished, or are no posts any more.

    `lost` are those of the `known` pages of the last run, and why they are no posts; empty if they
    vanished. `removes` is the command that accepts it. A page that is its own source and is missing
    from a build for once would be retracted, and announced as new by the next run.
    """
    if are_many(len(lost), known):
        named = [f"{path} ({why})" if why else str(path) for path, why in sorted(lost.items())]
        more = f" and {len(named) - _NAMED} more" if len(named) > _NAMED else ""
        raise UnsafePlanError(
            f"{folder} has lost {len(lost)} of the {known} pages that are posts: "
            f"{', '.join(named[:_NAMED])}{more}; nothing was built or sent. If the site is being "
            "built, or its build failed, run again after the build. If you removed or hid these "
            f"posts, run `{removes}`"
        )


def are_many(lost: int, known: int) -> bool:
    """Whether so many of the known posts are lost that a failed build is the likely cause."""
    return lost > 1 and lost > _MOST_LOST * known


def require_whole_sitemap(cut: str, folder: Path) -> None:
    """Raise Unavailable if a file of the sitemap is not written whole; `cut` is empty if none is.

    Pages that such a sitemap does not name yet would be retracted.
    """
    if cut:
        raise Unavailable(
            f"{folder / cut} is not written whole, so it seems that the site is being built, or "
            f"that its build failed. Build it, and run again. {_STAY}"
        )


def require_sitemap_parts(missing: str, lost: int, folder: Path, removes: str) -> None:
    """Raise Unavailable if posts are lost because a part of the sitemap is missing.

    `missing` is that part, empty if there is none. As long as no post is lost, another program may
    write it. `removes` is the command that accepts the loss.
    """
    if missing and lost:
        raise Unavailable(
            f"{folder} has no {missing}, which the sitemap names as a part of it, and no other "
            f"part names {number_of(lost, 'published post')}, so it seems that the site is being "
            f"built. Build it, and run again. {_STAY}. If you removed or hid these posts, run "
            f"`{removes}`"
        )


def require_sitemap(unlisted: Sequence[PurePosixPath], folder: Path, memory: Path) -> None:
    """Raise Unavailable if pages were no posts because of a sitemap that is gone now.

    `unlisted` are those that would be posts without it.
    """
    if unlisted:
        raise Unavailable(
            f"{folder} has no sitemap with the posts any more, and the last one did not name "
            f"{_names(unlisted)}, so it seems that the site is being built. Build it, and run "
            f"again. {_STAY}. If there is no sitemap any more, list the pages that are no posts in "
            f"posts.exclude; if all are posts, move {memory} away"
        )


def _names(paths: Sequence[PurePosixPath]) -> str:
    more = f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else ""
    return f"{', '.join(map(str, paths[:_NAMED]))}{more}"


def require_deployed(page: PurePosixPath | None, folder: Path) -> None:
    """Raise UnsafePlanError if a development server wrote the page; None if it wrote none."""
    if page:
        raise UnsafePlanError(
            f"{folder / page} was written by a development server, because it has addresses of "
            "this machine or reloads itself; nothing was built or sent. Stop the server, build the "
            "site as you deploy it, and run again"
        )


def require_own_url(stated: str, before: str, url: str, folder: Path, memory: Path) -> None:
    """Raise UnsafePlanError if the site was built for another URL than its pages named before.

    `stated` and `before` are the URLs of the site by its pages, now and at the last run; empty if
    they are unknown. `url` is that of the configuration.
    """
    if stated and before and is_same(before, url) and not is_same(stated, url):
        raise UnsafePlanError(
            f"the pages in {folder} say that the site is at {stated}; before, they said {before}, "
            "as site.url does, so it was probably built for a preview or a test. Nothing was built "
            "or sent. Build the site as you deploy it, and run again. If it has moved, correct "
            "site.url. If your pages rightly name another site as the original of their text, move "
            f"{memory} away once"
        )


def require_bodies(
    accepted: int,
    refused: int,
    excused: int,
    example: tuple[PurePosixPath, str] | None,
    *,
    of_pages: bool = False,
) -> None:
    """Raise UnsafePlanError if too few pages show the text of their post where it should be.

    `excused` of the `refused` pages are not judged: they ask for a password, or never showed the
    text, and were named by the last run. `example` is a page that is refused, and the reason.
    `of_pages`: the posts have no sources (`posts.pages`).
    """
    total = accepted + refused
    judged = refused - not_judged(excused, accepted=accepted)
    is_normal = accepted >= _LEAST_ACCEPTED * (accepted + judged) or (judged == 1 and accepted)
    if example and not is_normal:
        raise UnsafePlanError(
            f"only {accepted} of {total} pages show the text of their post where posts.body says; "
            f"e.g. {example[0]} {example[1]}. Nothing was built or sent. If the theme of the site "
            f"has changed, or posts.body or posts.drop, {_OF_PAGES if of_pages else _OF_SOURCES}"
        )


_OF_PAGES = (
    "correct posts.body and posts.drop. If these pages never show a text, list them in "
    "posts.exclude; without posts.body, entries have no texts, but summaries and links"
)
_OF_SOURCES = (
    "correct posts.body and posts.drop, or run `publisher init --learn`. If these are the pages of "
    "other posts, give the posts titles of their own, or set posts.permalink. If not everybody may "
    "read these posts, add `private: true` to their front matter, which keeps them out; if "
    "everybody may read their whole text, add `body: source`"
)


def not_judged(excused: int, *, accepted: int) -> int:
    """How many pages say nothing about the selectors, e.g. because they ask for a password.

    None do if most pages do: then it is the site that has changed.
    """
    return excused if excused < accepted else 0
