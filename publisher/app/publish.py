"""Build the feeds, then make every node equal to the posts.

Two runs may start at the same time: the second waits for the first.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct

from publisher import sync
from publisher.app import absent, choice, no_posts, targets
from publisher.app import project as projects
from publisher.app.build import build
from publisher.app.events import FeedsBuilt, NodesOpen, StepTaken, WaitingForLock, ignore
from publisher.app.options import PublishOptions
from publisher.errors import GitAtWorkError, PublisherError, UnsafePlanError
from publisher.sync import Clock, HeldBack, Result
from publisher.sync.changes import Correct, Publish
from publisher.sync.ledger import Ledger
from publisher.system import git_work
from publisher.system.lock import lock

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from publisher.app.build import Built
    from publisher.app.events import OnEvent
    from publisher.app.logins import Logins
    from publisher.app.pages import PageProblem
    from publisher.app.project import Project
    from publisher.app.targets import Target
    from publisher.config import Config, Xmpp
    from publisher.sync import Node, Step, Task
    from publisher.text.node_address import NodeAddress

    Doubt = Callable[[frozenset[str]], frozenset[str]]
    HoldBack = Callable[[Sequence[str]], Awaitable[Mapping[str, HeldBack]]]

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

    `doubt` gets the files of published posts that are gone, and returns those that may come back:
    their items stay.
    """
    return _publish(config, options, on_event, logins, doubt)


def read(config: Config, options: PublishOptions, *, writes: bool = False) -> Project:
    """Read the posts as a run does.

    Raises UnsafePlanError if the folder is gone or there are no posts at all, but some were
    published, and what `project.read` raises.
    """
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
    )
    project = choice.decided(project, options.nodes)
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
    project = read(config, options, writes=True)
    if doubt:
        project = replace(project, doubted=doubt(absent.paths(project)))
    _require_posts(project, options)
    known = _known_targets(project, options)
    with nullcontext(kept) if kept else _logins(known) as logins:
        may_be_empty = options.nodes.allow_retracts
        built = build(project, allow_empty=may_be_empty, new_ids=options.nodes.new_ids)
        on_event(FeedsBuilt(project, built))
        run = _Push(project, options, on_event, known, logins)
        results, settled_until = _push(run)
        return PublishResult(project, built, results, settled_until)


class _Targets(Struct, frozen=True):
    """All nodes, those of them that probably need a look, and the accounts with such nodes."""

    targets: Sequence[Target]
    unsettled: Sequence[Target]
    accounts: Sequence[Xmpp]


class _Push(Struct, frozen=True):
    """What a push works with. `known` is None if the nodes could not be listed before."""

    project: Project
    options: PublishOptions
    on_event: OnEvent
    known: _Targets | None
    logins: Logins | None


def _known_targets(project: Project, options: PublishOptions) -> _Targets | None:
    """List the nodes before the feeds are built.

    None without nodes, or if anything is wrong with the ledger or the options: `_push` reports
    that, when the feeds are built.
    """
    if not project.config.xmpp:
        return None
    try:
        with Ledger(project.config.state, read_only=True) as ledger:
            listed = targets.targets(project, ledger, options.nodes)
            now = Clock().now()
            unsettled = [one for one in listed if not targets.is_settled(one, ledger, now=now)]
    except PublisherError:
        return None
    accounts = (x for x in project.config.xmpp if any(one.xmpp is x for one in unsettled))
    return _Targets(listed, unsettled, [*accounts])


def _logins(known: _Targets | None) -> AbstractContextManager[Logins | None]:
    """Log in to the accounts that `_push` will need while the feeds are built."""
    # A password command may wait for the user to type, so nothing else may happen meanwhile.
    quick = [xmpp for xmpp in known.accounts if not xmpp.password_command] if known else []
    if not quick:
        return nullcontext()
    from publisher.app import logins  # noqa: PLC0415 - imports slixmpp, which is slow

    return logins.EarlyLogins(quick)


def _require_posts(project: Project, options: PublishOptions) -> None:
    """Raise ConfigError if `--only` names a post that does not exist: before a file is written."""
    if options.nodes.only:
        with Ledger(project.config.state, read_only=True) as ledger:
            known = {id_ for address in ledger.item_counts() for id_ in ledger.recorded(address)}
        choice.asked(options.nodes, project, known)


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


def _push(run: _Push) -> tuple[list[Result], float | None]:
    """Bring every node up to date. Settled nodes need no connection.

    Returns the results and `PublishResult.settled_until`.
    """
    project = run.project
    if not project.config.xmpp:
        return [], float("inf")
    with Ledger(project.config.state) as ledger:
        all_targets = (
            run.known.targets if run.known else targets.targets(project, ledger, run.options.nodes)
        )
        for target in all_targets:
            sync.record_paths(target.address, target.task, ledger)
        now = Clock().now()
        # What was settled before the feeds were built is so now: this run holds the lock.
        open_ = run.known.unsettled if run.known else all_targets
        unsettled = [one for one in open_ if not targets.is_settled(one, ledger, now=now)]
        settled = (one for one in all_targets if one not in unsettled)
        results = {one.address: sync.offline(one.address, one.task, ledger) for one in settled}
        until = sync.settled_until((one.address for one in all_targets), ledger)
        if unsettled:
            run.on_event(NodesOpen(len(all_targets)))
            results |= _reconcile(run, ledger, unsettled)
        return [results[one.address] for one in all_targets], None if unsettled else until


def _reconcile(
    run: _Push, ledger: Ledger, unsettled: Sequence[Target]
) -> dict[NodeAddress, Result]:
    from publisher.app import sessions  # noqa: PLC0415 - imports slixmpp, which is slow

    project, options, on_event = run.project, run.options, run.on_event
    seconds = options.waits.for_url
    if seconds is None:
        seconds = project.config.publish.wait_for_url
    hold_back = _waiting(project, ledger, unsettled, seconds)

    async def work(node: Node, task: Task) -> Result:
        return await sync.reconcile(
            node,
            task,
            ledger,
            hold_back=hold_back,
            on_step=partial(_report, on_event, node.address),
            on_read=partial(sessions.report_reading, on_event, node.address),
            retry_seconds=options.waits.retry,
        )

    looked = sessions.work_at(project, unsettled, work, on_event, run.logins)
    return {result.address: result for result in looked}


def _report(on_event: OnEvent, address: NodeAddress, step: Step, total: int) -> None:
    on_event(StepTaken(address, step, total))


def _waiting(
    project: Project, ledger: Ledger, unsettled: Sequence[Target], seconds: float | None
) -> HoldBack:
    """Return a function that waits for the pages of posts, and holds back those without one.

    It waits for `seconds` in one run, however many nodes there are. None does not wait.
    """
    links = {id_: entry.link for one in unsettled for id_, entry in one.entries.items()}
    if seconds is None:
        return _hold_nothing_back
    from publisher.app.pages import Pages  # noqa: PLC0415 - slow, and few runs wait for pages

    expected = [links[id_] for id_ in _expected(ledger, unsettled)]
    pages = Pages(project.config.site.url, seconds=seconds)

    async def hold_back(ids: Sequence[str]) -> Mapping[str, HeldBack]:
        if not ids:
            return {}
        missing = await pages.unreachable([links[id_] for id_ in ids], expected=expected)
        return {
            id_: _held_back(links[id_], missing[links[id_]]) for id_ in ids if links[id_] in missing
        }

    return hold_back


def _held_back(link: str, problem: PageProblem) -> HeldBack:
    if problem.is_final:
        return HeldBack(
            f"{link} is not requested: {problem.text}, and site.url does not lead there; correct "
            "the link of the post, or site.url",
            waits=False,
        )
    return HeldBack(f"{link} is not deployed yet ({problem.text})")


async def _hold_nothing_back(_: Sequence[str]) -> Mapping[str, HeldBack]:
    return {}


def _expected(ledger: Ledger, unsettled: Sequence[Target]) -> list[str]:
    """The ids of the posts that the run will publish, as far as the ledger can tell."""
    planned = (sync.offline(one.address, one.task, ledger).steps for one in unsettled)
    return [
        step.change.id
        for steps in planned
        for step in steps
        if isinstance(step.change, Publish | Correct)
    ]
