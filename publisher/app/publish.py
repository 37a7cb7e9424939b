"""Build the feeds, then make every node equal to the posts; `push` does both in turns if it pays.

Two runs may start at the same time: the second waits for the first.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from msgspec import Struct

from publisher.app import chosen_changes, no_posts
from publisher.app import project as projects
from publisher.app.build import build
from publisher.app.doubts import ignored_files
from publisher.app.events import FeedsBuilt, WaitingForLock, ignore, posts_read
from publisher.app.options import PublishOptions
from publisher.app.push import Push
from publisher.errors import GitAtWorkError, UnsafePlanError
from publisher.sync.ledger import Ledger
from publisher.system import git_work
from publisher.system.lock import lock

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from publisher.app.build import Built
    from publisher.app.doubted import DoubtedChanges
    from publisher.app.events import OnEvent
    from publisher.app.logins import Logins
    from publisher.app.project import Project
    from publisher.config import Config
    from publisher.sync import Result, Step

    Doubt = Callable[[Project], DoubtedChanges]

_DEFAULTS = PublishOptions()


class PublishResult(Struct, frozen=True):
    """The outcome of a run for each file and for each node, in the order of the configuration.

    `settled_until` is when the next run must look at a node, in seconds since the epoch, if nothing
    changes until then; None if this run had to.
    """

    project: Project
    built: Sequence[Built]
    results: Sequence[Result]
    settled_until: float | None

    @property
    def steps(self) -> Sequence[Step]:
        """The changes at all nodes."""
        return [step for result in self.results for step in result.steps]


def publish(
    config: Config, options: PublishOptions = _DEFAULTS, on_event: OnEvent = ignore
) -> PublishResult:
    """Run once. With nodes in the configuration the run holds the lock of the state folder.

    An error with one file or node is in the result, and does not stop the others. Raises
    ConfigError, LedgerError, LockedError, GitAtWorkError, Unavailable if the feed with the posts
    cannot be downloaded, and UnsafePlanError if there are no posts at all but some were published.
    """
    if not config.xmpp:  # without nodes the ledger does not change
        return _publish(config, options, on_event)
    # The posts are read under the lock, so that a run that had to wait does not publish old
    # versions.
    with lock(config.state, wait=options.waits.lock, on_wait=lambda: on_event(WaitingForLock())):
        _require_rest(config)
        return _publish(config, options, on_event)


def _require_rest(config: Config) -> None:
    """Raise GitAtWorkError if git is at work in the folder of the posts.

    In the middle of a rebase posts are missing that will be back, and a merge may have left marks
    of conflicts in them.
    """
    why = git_work.in_progress(config.posts.path, wait=git_work.LOCK_SECONDS)
    if why:
        raise GitAtWorkError(f"{why}; nothing was sent; run it again when git has finished")


def publish_under_lock(
    config: Config,
    options: PublishOptions,
    on_event: OnEvent,
    *,
    logins: Logins,
    doubt: Doubt | None = None,
) -> PublishResult:
    """Like `publish`, for a caller that holds the lock, in the sessions of the caller.

    `doubt` says which changes may be taken back in a moment: the items of those posts stay.
    """
    return _publish(config, options, on_event, logins, doubt)


def read(
    config: Config, options: PublishOptions, on_event: OnEvent = ignore, *, writes: bool = False
) -> Project:
    """Read the posts as a run does.

    Raises UnsafePlanError if nobody knows which files the site leaves out, or the folder is gone or
    there are no posts at all, but some were published, and what `project.read` raises.
    """
    ignored_files.require_known(config)
    may_be_empty = options.nodes.allow_retracts or not config.xmpp
    is_folder = not (config.posts.feed or config.posts.pages)
    if is_folder and not (may_be_empty or _may_exist(config.posts.path)):
        folder = config.posts.place
        advice = "create the folder, and run again with --allow-retracts"
        _refuse_to_empty(config, f"the folder {folder} does not exist", advice)
    allowed = options.nodes.allow_retracts
    project = projects.read(
        config,
        now=options.now,
        writes=writes,
        may_lose_pages=allowed,
        anew=options.nodes.verify,
        on_read=posts_read(on_event),
    )
    project = chosen_changes.decided(project, options.nodes)
    if not (may_be_empty or project.entries.posts):
        _refuse_to_empty(config, no_posts.reason(project), "run again with --allow-retracts")
    return project


def _publish(
    config: Config,
    options: PublishOptions,
    on_event: OnEvent,
    kept: Logins | None = None,
    doubt: Doubt | None = None,
) -> PublishResult:
    project = read(config, options, on_event, writes=True)
    if doubt:
        project = replace(project, doubts=doubt(project))
    _require_posts(project, options)
    with Push(project, options, on_event, kept) as push:
        built = build(
            project,
            allow_empty=options.nodes.allow_retracts,
            new_ids=options.nodes.new_ids,
            between=push.turn,
        )
        on_event(FeedsBuilt(project, built))
        results, settled_until = push.finish()
        return PublishResult(project, built, results, settled_until)


def _require_posts(project: Project, options: PublishOptions) -> None:
    """Raise ConfigError if `--only` names a post that does not exist: before a file is written."""
    if options.nodes.only:
        with Ledger(project.config.state, read_only=True) as ledger:
            known = {id_ for address in ledger.item_counts() for id_ in ledger.recorded(address)}
        chosen_changes.asked(options.nodes, project, known)


def _may_exist(folder: Path) -> bool:
    """Whether the folder exists, or nobody knows: then reading the posts reports the error."""
    try:
        return folder.is_dir()
    except OSError:  # a folder above it cannot be searched
        return True


def _refuse_to_empty(config: Config, reason: str, advice: str) -> None:
    """Raise UnsafePlanError if posts were published: a failed checkout is the likely cause."""
    with Ledger(config.state, read_only=True) as ledger:
        if any(ledger.item_counts().values()):
            raise UnsafePlanError(
                f"{reason}, but posts from it were published; publisher built and sent nothing. "
                f"If you removed all posts on purpose, {advice}"
            )
