"""The content of a folder of posts: its posts, and the files that are none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

from msgspec import Struct, field

from publisher.post.built import NO_BUILT_BODIES
from publisher.post.post import nothing_earlier

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping
    from pathlib import PurePosixPath

    from publisher.post.built import BuiltBodies
    from publisher.post.diagnostic import Diagnostic
    from publisher.post.post import EarlierReadings, KnownFacts, Post
    from publisher.system.site_files import Files
    from publisher.text.yaml_document import Value

# Why a post is not published. `waiting`: the site was not built since the post changed. `no-page`:
# the site has no page for it. `restricted`: not every reader may see it. `ignored`: the settings of
# the site leave it out. `skipped`: the author did not intend that.
Status: TypeAlias = Literal[
    "draft",
    "future",
    "expired",
    "deleted",
    "hidden",
    "restricted",
    "ignored",
    "waiting",
    "no-page",
    "skipped",
]
# What posts are made of: files with front matter, built pages (`posts.pages`), the items of a feed.
Origin: TypeAlias = Literal["files", "pages", "feed"]
# Of posts that are not published because the site that was built has no page of them.
UNBUILT: frozenset[Status] = frozenset({"waiting", "no-page"})


class TemplateFiles(Protocol):
    """The files of the site that templates read.

    `problems` says which data cannot be read, and why, by the paths in templates, e.g.
    `site.data.authors`.
    """

    @property
    def data(self) -> Mapping[str, Value]: ...

    @property
    def problems(self) -> Mapping[str, str]: ...

    def include(self, name: str, beside: PurePosixPath | None = None) -> str | None:
        """Return a text of the site, or one `beside` a post; None if there is none."""
        ...

    def include_problem(self, name: str, beside: PurePosixPath | None = None) -> str:
        """Why there is none; empty if no file has the name."""
        ...


class Skip(Struct, frozen=True):
    """A file that is not published, and the reason.

    `broken` means that the file cannot be read, which the author did not intend. `post` is the post
    that it would be, if it can be read, with its `warnings`. `on_web` means that the site shows its
    page nevertheless. `deleted` is the instant at which the post was deleted.
    """

    path: PurePosixPath
    reason: str
    line: int | None = None
    broken: bool = False
    status: Status = "skipped"
    post: Post | None = None
    warnings: tuple[Diagnostic, ...] = ()
    on_web: bool = False
    deleted: dt.datetime | None = None


class Page(Struct, frozen=True):
    """A file that the site shows as a page and not among its posts, because it has no date.

    `post` is the post that it would be if it had one; its dates mean nothing. `has_url` tells
    whether `post.page` is the URL path of the page, which is unknown if it would show the date.
    `is_meant`: its author published it as a post.
    """

    path: PurePosixPath
    reason: str
    post: Post
    has_url: bool = True
    is_meant: bool = False


def keep_nothing(_: Callable[[Post], KnownFacts | None]) -> None:
    """Keep nothing of what was read, for posts that are read in every run."""


class Reading(Struct, frozen=True):
    """The content of a folder of posts, in the order of paths. A file is a post, a skip or a page.

    `settings` are those of the site generator. `files` finds files of the site. `url_path_of`
    returns the absolute URL path of a file that is not a post, or None if it is unknown, and
    `attachment` that of a file which the note with a path calls by its name. `list_page` returns
    the URL path, relative to the site, of the page of a tag, category or author, by that kind, its
    name and the language of the post that links to it. `other_page` returns the URL, or its path
    below that of the site, of a page that is no post; see `OtherPages.find`. `not_due` are the
    posts with a date in the future that stay, because they were published already.
    `template_files` is None if the templates of the engine read no files. `earlier` returns what
    earlier versions made of the post with a path, which takes time. `bodies` has the bodies of
    posts that come from built pages. `first_commits` are the dates of posts that have no others.
    `given_ids` are the ids that publisher.yaml gives to the posts with these paths, which may be
    gone.
    `deadlines` are the instants after that of the reading at which posts expire or are deleted.
    `keep` lets the next run read only what has changed; it asks what is known of posts.
    """

    posts: tuple[Post, ...]
    skipped: tuple[Skip, ...]
    warnings: tuple[Diagnostic, ...]
    settings: Mapping[str, Value] = field(default_factory=dict)
    files: Files | None = None
    url_path_of: Callable[[PurePosixPath], str | None] | None = None
    attachment: Callable[[str, PurePosixPath], str | None] | None = None
    list_page: Callable[[str, str, str | None], str | None] | None = None
    other_page: Callable[[str, str, str | None], str | None] | None = None
    pages: tuple[Page, ...] = ()
    not_due: tuple[Post, ...] = ()
    earlier: Callable[[PurePosixPath], EarlierReadings] = nothing_earlier
    bodies: BuiltBodies = NO_BUILT_BODIES
    template_files: TemplateFiles | None = None
    first_commits: Mapping[PurePosixPath, dt.datetime] = field(default_factory=dict)
    origin: Origin = "files"
    given_ids: Mapping[PurePosixPath, str] = field(default_factory=dict)
    deadlines: tuple[dt.datetime, ...] = ()
    keep: Callable[[Callable[[Post], KnownFacts | None]], None] = keep_nothing

    @property
    def broken(self) -> bool:
        """Whether a file could not be read. Then a missing post must not be taken for removed."""
        return any(skip.broken for skip in self.skipped)
