"""Which pages publisher.yaml makes posts of, and the ids in it that it gives to no post. Pure."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from publisher.text import globs

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from publisher.config import Config, Posts
    from publisher.post import Post


def idle_ids(
    config: Config,
    pages: Collection[PurePosixPath],
    no_posts: Mapping[PurePosixPath, str],
    undated: Collection[Post],
) -> Iterator[tuple[str, str]]:
    """Yield the keys of `posts.ids` that name no post, each with the reason.

    `pages` are those below `site.output`, `no_posts` those that are none, and why, and `undated`
    those without a date.
    """
    without_date = {post.path for post in undated}
    for name in config.posts.ids:
        path = PurePosixPath(name)
        if path not in pages:
            yield name, f"is no page below site.output; {_advice(name, config, pages)}"
        elif not is_selected(path, config.posts):
            yield name, "is no post by posts.pages and posts.exclude; correct them, or remove it"
        elif why := no_posts.get(path):
            yield name, f"is no post: {why}; remove this line if that is intended"
        elif path in without_date:
            yield name, "is no post, because the page states no date of publication"


def _advice(name: str, config: Config, pages: Collection[PurePosixPath]) -> str:
    """Name the page that is meant, if an author wrote its URL or the path of its URL."""
    path = name.removeprefix(config.site.root)
    path = unquote(path.removeprefix(urlsplit(config.site.root).path)).strip("/")
    meant = (PurePosixPath(f"{path}{end}") for end in ("", "/index.html", ".html"))
    if page := next((one for one in meant if one in pages), None):
        return f'write "{page}", the path of its file'
    return "correct the path, or remove this line"


def is_selected(path: PurePosixPath, posts: Posts) -> bool:
    """Whether `posts.pages` matches the page, and `posts.exclude` does not."""
    return any(globs.matches(pattern, str(path)) for pattern in posts.pages) and not any(
        globs.excludes(pattern, str(path)) for pattern in posts.exclude or ()
    )
