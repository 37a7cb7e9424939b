"""Say which posts wait for their pages, have none, or have one that does not show their text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.text.counts import number_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.app.project import Project

NAMED = 20  # posts without a page that a run names at once; `check` lists all
_WITHOUT_DATE = (
    "the page states no date of publication any more, so the post keeps the date that it stated "
    "before; if it is no post any more, list the page in posts.exclude"
)
_OTHER_URL = (
    "the pages of the site say that it is at {}, and site.url is {}; links and pictures in the "
    "texts may lead to the wrong place. Build the site as you deploy it, or correct site.url. "
    "Items that are sent meanwhile are corrected then"
)
NAMED_KEPT = 3  # posts whose text stays where `posts.drop` names a place
NAMED_ELSEWHERE = 3  # pages that lead to others


def lines(project: Project, *, counts: bool) -> Iterator[str]:
    """The lines about the pages of posts.

    With `counts` the pages that lead to other pages are counted, too.
    """
    built, where = project.built, project.config.posts.where
    yield from _other_url(project)
    for waiting in built.waiting:
        yield f"waiting: {where(waiting.path)}: {waiting.message}"
    for textless in built.without_text:
        yield f"warning: {where(textless.path)}: {textless.message}"
    if advised := [one for one in built.without_text if not one.is_known]:
        yield f"note: {advised[0].advice}"
    for unreadable in built.unreadable:
        yield f"warning: {where(unreadable.path)}: {unreadable.message}"
    for kept in built.kept[:NAMED_KEPT]:
        yield f"warning: {where(kept.path)}: {kept.message}"
    if len(built.kept) > NAMED_KEPT:
        more = number_of(len(built.kept) - NAMED_KEPT, "more post")
        place = project.config.posts.place
        yield f"warning: {place}: the same in {more}; `publisher check` lists all"
    for path in built.without_date:
        yield f"warning: {where(path)}: {_WITHOUT_DATE}"
    if built.without_page:
        yield f"note: {_without_page(project)}"
    if counts and built.elsewhere:
        yield f"note: {elsewhere(project)}"


def _other_url(project: Project) -> Iterator[str]:
    config, other = project.config, project.built.other_url
    if other:
        yield f"warning: {config.path}: {_OTHER_URL.format(other, config.site.url)}"


def _without_page(project: Project) -> str:
    """How many posts have no page that is recognised, and the names of those not named before."""
    built = project.built
    count = len(built.without_page)
    output = project.config.output_name
    posts = (
        f"1 post is not published, because no page in {output} was recognised as its page"
        if count == 1
        else f"{count} posts are not published, because no pages in {output} were recognised as "
        "theirs"
    )
    names = ", ".join(map(str, built.unsaid[:NAMED]))
    more = f" and {len(built.unsaid) - NAMED} more" if len(built.unsaid) > NAMED else ""
    named = f": {names}{more}" if names else ""
    return f"{posts}{named}"


def elsewhere(project: Project) -> str:
    """How many pages of `posts.pages` are no posts because they lead to others; empty if none."""
    pages = project.built.elsewhere
    if not pages:
        return ""
    names = ", ".join(map(str, pages[:NAMED_ELSEWHERE]))
    more = f" and {len(pages) - NAMED_ELSEWHERE} more" if len(pages) > NAMED_ELSEWHERE else ""
    lead = "1 page leads" if len(pages) == 1 else f"{len(pages)} pages lead"
    how = "by a redirect or a canonical URL"
    return f"{project.config.posts.place}: {lead} to other pages {how}: {names}{more}"


def as_json(project: Project) -> dict[str, object]:
    """The posts whose pages are missing, not built yet, or do not show their text.

    The pages of `without_date` have lost the dates that they stated. Of the pages of `posts.pages`,
    `elsewhere` are no posts because they lead to other pages. `moved` are files that are gone, each
    with a new one of nearly the same text, whose page is not built yet.
    """
    built = project.built
    return {
        "waiting": [
            {
                "path": str(one.path),
                "reason": one.reason,
                "stays": one.stays,
                "untouched": str(one.way_out.page) if one.way_out else None,
            }
            for one in built.waiting
        ],
        "without_text": [
            {
                "path": str(one.path),
                "page": str(one.page),
                "reason": one.reason,
                "stays": one.stays,
            }
            for one in built.without_text
        ],
        "kept_text": [{"path": str(one.path), "message": one.message} for one in built.kept],
        "unreadable": [
            {"path": str(one.path), "page": str(one.page), "reason": one.reason}
            for one in built.unreadable
        ],
        "without_page": [str(path) for path in built.without_page],
        "without_date": [str(path) for path in built.without_date],
        "elsewhere": [str(path) for path in built.elsewhere],
        "other_url": built.other_url or None,
        "moved": [{"path": str(one.path), "new": str(one.new)} for one in built.moved],
    }
