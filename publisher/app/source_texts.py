"""Say what readers miss if the texts of a site without rules are rendered from their sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.lint import generator_syntax
from publisher.sources.engines import RECORDS
from publisher.text.counts import number_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from publisher.app.project import Project
    from publisher.post import Diagnostic, Post

_UNBUILT = (
    "has no rules for the texts of this site, and no built site is known (site.output), so texts "
    "are rendered from their sources; build the site, and run `publisher init --learn`"
)
_OF_UNBUILT = (
    "take the texts from the built pages: build the site, and run `publisher init --learn`"
)
_OF_BUILT = (
    "take the texts from the built pages: set posts.body to the CSS selector of the element that "
    "holds the text, e.g. `body: article`, posts.drop to what else is in it, and remove "
    "posts.from; `publisher check` then names what readers would get beside the text"
)


def warnings(project: Project) -> Iterator[Diagnostic]:
    """Warn of a site whose built pages are not known, and of each kind of syntax of its texts."""
    config = project.config
    if not _is_without_rules(project):
        return
    key = ("posts", "engine")
    if not config.site.output:
        yield project.of_setting(key, _UNBUILT)
    advice = _OF_BUILT if config.site.output else _OF_UNBUILT
    for kind, posts in _syntax(project).items():
        name = kind.replace(" (", "s (", 1)
        example = f", e.g. {posts[0].path}" if len(posts) > 1 else f", {posts[0].path}"
        message = (
            f"does not render {name}: readers of {number_of(len(posts), 'post')}{example}, see "
            f"what you wrote instead; {advice}"
        )
        yield project.of_setting(key, message)


def in_short(project: Project) -> str:
    """How many posts show syntax that only the site's generator renders; empty if none."""
    posts = {post.path for found in _syntax(project).values() for post in found}
    if not posts:
        return ""
    show = "1 post shows" if len(posts) == 1 else f"{len(posts)} posts show"
    return (
        f"{show} syntax that only your site's generator renders, as it is written; `publisher "
        "check` names it"
    )


def _syntax(project: Project) -> Mapping[str, Sequence[Post]]:
    """The posts with each kind of such syntax; none if texts come from the pages."""
    if project.config.posts.from_pages or not _is_without_rules(project):
        return {}
    return generator_syntax.of_posts(entry.post for entry in project.entries.entries)


def _is_without_rules(project: Project) -> bool:
    posts = project.config.posts
    return not (posts.feed or posts.pages or RECORDS[posts.engine].has_rules)
