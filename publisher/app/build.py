"""Build the feeds on disk. A file whose bytes would not change is not written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from publisher import config as configs
from publisher.app import no_posts
from publisher.errors import FeedError, UnsafePlanError
from publisher.feeds import outputs
from publisher.post import UNBUILT
from publisher.system import atomic_files, symlinks
from publisher.system.symlinks import LinkError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from publisher.app.project import Project
    from publisher.config import Config
    from publisher.entry import Entry
    from publisher.feeds.outputs import Output
    from publisher.rendering import Rendered


class Built(Struct, frozen=True):
    """A file on disk, the number of its entries, and the outcome of building it."""

    path: Path
    format: str
    entries: int = 0
    state: Literal["written", "unchanged", "removed", "failed"] = "failed"
    warning: str = ""
    error: FeedError | UnsafePlanError | None = None


def build(
    project: Project,
    *,
    allow_empty: bool = False,
    new_ids: bool = False,
    between: Callable[[], object] = lambda: None,
) -> list[Built]:
    """Build all files, and remove stale ones. An error with one file does not stop the others.

    `between` is called after each entry, once it is sure that the files will be built.

    A feed that has entries on disk stays as it is if it would lose all of them, unless the caller
    allows empty feeds. Raises UnsafePlanError if there are no posts at all or most published ones
    are gone, and IdsChangedError if the ids of published posts change and `new_ids` does not say
    so.
    """
    if project.config.xmpp and not new_ids:  # without nodes nothing is recorded of posts
        from publisher.app import changed_ids  # noqa: PLC0415 - a build without nodes needs none of it

        changed_ids.require_kept_ids(project)
    if project.config.xmpp and not allow_empty:
        from publisher.app import lost_posts  # noqa: PLC0415 - a build without nodes needs none of it

        lost_posts.require_most_posts(project)
    wanted = project.outputs
    built = _built(project, wanted, allow_empty=allow_empty, writes=True, between=between)
    # A post that cannot be read may have the tag of a feed that looks stale. If no entry is left,
    # something is probably wrong with the posts.
    knows_all_posts = (project.entries.entries or allow_empty) and not project.entries.broken
    stale = outputs.stale(project.config, wanted) if knows_all_posts else []
    # The feed of a tag may be stale only because a rule of publisher takes a file for no post.
    if stale:
        stale = [path for path in stale if not outputs.has_any(path, project.skipped.by_id)]
    for path in {output.path.parent: output.path for output in wanted}.values():
        atomic_files.sweep(path.parent, shared=outputs.shared(project.config, path))
    project.renderings.forget_others(project.entries.entries)
    removed = (_remove(path, project.config) for path in stale)
    return [*built, *removed]


def preview(project: Project, *, allow_empty: bool = False) -> list[Built]:
    """What `build` would report of each file, without writing.

    Only an attempt shows that a file or a folder cannot be written. Raises UnsafePlanError if there
    are no posts at all, and feeds on disk would become empty.
    """
    return _built(project, project.outputs, allow_empty=allow_empty, writes=False)


def _built(
    project: Project,
    wanted: Sequence[Output],
    *,
    allow_empty: bool,
    writes: bool,
    between: Callable[[], object] = lambda: None,
) -> list[Built]:
    if not (project.entries.posts or allow_empty):
        _refuse_to_empty(project, wanted)
    # Reversed, so that of several outputs with one path the first in the configuration is its
    # owner.
    owners = {output.path: output for output in reversed(wanted)}
    # Archives are written before the feeds that link to them.
    built = {
        id(output): _build(
            project,
            output,
            clash=owners[output.path] is not output,
            allow_empty=allow_empty,
            writes=writes,
            between=between,
        )
        for output in sorted(wanted, key=lambda output: output.kind != "archive")
    }
    return [built[id(output)] for output in wanted]


def _refuse_to_empty(project: Project, wanted: Sequence[Output]) -> None:
    """Raise UnsafePlanError if a feed on disk has entries.

    A folder without any post is more likely a failed checkout than the end of a blog.
    """
    filled = (one.path for one in wanted if one.document and outputs.has_entries(one.path))
    if path := next(filled, None):
        raise UnsafePlanError(
            f"{no_posts.reason(project)}, but {path} has entries; publisher built nothing. If you "
            "removed all posts on purpose, run `publisher build --allow-empty` or `publisher "
            "publish --allow-retracts`"
        )


def _build(
    project: Project,
    output: Output,
    *,
    clash: bool,
    allow_empty: bool,
    writes: bool,
    between: Callable[[], object],
) -> Built:
    path = output.path
    if clash:
        message = f"{path} is already the file of another feed; give each a path of its own"
        return Built(path, output.format, error=FeedError(message))

    def render(entry: Entry) -> Rendered:
        rendered = project.renderings.of(entry)
        between()
        return rendered

    content = output.build(project.config, render)
    try:
        symlinks.require_file(path, outputs.shared(project.config, path))
        if not outputs.may_replace(path):
            message = f"{path} exists and is not from publisher; choose another path, or move it"
            return Built(path, output.format, error=FeedError(message))
        may_be_empty = allow_empty or content.entries or _is_deleted(project, output)
        if not may_be_empty and outputs.has_entries(path):
            return Built(path, output.format, error=UnsafePlanError(_would_be_empty(project, path)))
        written = writes and atomic_files.write(
            path, content.data, shared=outputs.shared(project.config, path)
        )
    except (UnicodeEncodeError, OSError) as error:
        failed = _failed(project.config, path, error)
        return Built(path, output.format, content.entries, error=failed)
    return Built(
        path, output.format, content.entries, "written" if written else "unchanged", content.warning
    )


def _is_deleted(project: Project, output: Output) -> bool:
    """Whether a feed is empty because its authors marked posts as deleted, and for no other reason.

    Such a feed tells its readers which entries were deleted.
    """
    has_tombstones = output.document is not None and bool(output.document.deleted)
    return has_tombstones and not (project.entries.broken or project.skipped.by_id)


def _would_be_empty(project: Project, path: Path) -> str:
    """Say that a file stays as it is, because it would lose all of its entries."""
    return (
        f"{path} stays as it is: it would lose all of its entries, because "
        f"{_cause_of_emptiness(project)}. If that is right, run `publisher build --allow-empty` or "
        "`publisher publish --allow-retracts`"
    )


def _cause_of_emptiness(project: Project) -> str:
    broken = sum(skip.broken for skip in project.entries.skipped)
    unread = len(project.skipped.by_path)
    if broken:
        return f"{broken} of {project.entries.posts} posts cannot be read"
    if pages := sum(skip.status in UNBUILT for skip in project.entries.skipped):
        return f"{pages} {'post has' if pages == 1 else 'posts have'} no page that is built"
    if unread:
        return f"{unread} {'file is' if unread == 1 else 'files are'} not read as a post"
    return "none of the posts that are published now is in it"


def _failed(config: Config, path: Path, error: OSError | UnicodeEncodeError) -> FeedError:
    match error:
        case LinkError(message=reason):
            return refused(config, path, reason)
        case UnicodeEncodeError():
            reason = "this locale allows only ASCII file names; run with LC_ALL=C.UTF-8"
            return FeedError(f"{path} cannot be written: {reason}")
        case _:
            return FeedError(f"{path} cannot be written: {error.strerror or error}")


def refused(config: Config, path: Path, reason: str) -> FeedError:
    """The error for an output that a symbolic link keeps from being written."""
    advice = configs.link_advice(config, "the path in the configuration")
    return FeedError(f"{path} is not written: {reason}; {advice}")


def _remove(path: Path, config: Config) -> Built:
    try:
        atomic_files.remove(path, shared=outputs.shared(config, path))
    except OSError as error:
        message = f"{path} is no longer needed, but cannot be removed: {error.strerror or error}"
        return Built(path, "", error=FeedError(message))
    return Built(path, "", state="removed")
