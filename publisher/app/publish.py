"""Build the feeds, then make every node equal to the posts.

Safe to run twice at once: the second run waits for the first.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from publisher import sync
from publisher.app import project as projects
from publisher.app import targets
from publisher.app.build import build
from publisher.app.events import FeedsBuilt, NodesOpen, StepTaken, WaitingForLock, ignore
from publisher.app.options import PublishOptions
from publisher.errors import UnsafePlanError
from publisher.sync import Clock, Result
from publisher.sync.ledger import Ledger
from publisher.sync.plan import Publish
from publisher.system.lock import lock

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from publisher.app.build import Built
    from publisher.app.events import OnEvent
    from publisher.app.project import Project
    from publisher.app.targets import Target
    from publisher.config import Config
    from publisher.sync import Node, Step, Task
    from publisher.text.node_address import NodeAddress

    HoldBack = Callable[[Sequence[str]], Awaitable[Mapping[str, str]]]

_DEFAULTS = PublishOptions()


@dataclass(frozen=True, slots=True)
class PublishResult:
    """What a run did: to the files on disk, and at each node in the order of the configuration."""

    project: Project
    built: Sequence[Built]
    results: Sequence[Result]


def publish(
    config: Config, options: PublishOptions = _DEFAULTS, on_event: OnEvent = ignore
) -> PublishResult:
    """Run once, holding the lock of the state folder where there are nodes.

    What fails at one file or node is in the result, and costs no other. Raises ConfigError,
    LedgerError, LockedError, Unavailable if a feed as the source cannot be had, and
    UnsafePlanError if there are no posts at all where some were published.
    """
    if not config.xmpp:
        return _publish(config, options, on_event)
    with lock(config.state, wait=options.waits.lock, on_wait=lambda: on_event(WaitingForLock())):
        return _publish(config, options, on_event)


def _publish(config: Config, options: PublishOptions, on_event: OnEvent) -> PublishResult:
    may_be_empty = options.nodes.allow_retracts or not config.xmpp
    if not (may_be_empty or config.posts.feed or config.posts.path.is_dir()):
        _refuse_to_empty(config, "is not there")
    project = projects.read(config, now=options.now, write_cache=True)
    if not (may_be_empty or project.entries.posts):
        _refuse_to_empty(config, "is empty")
    built = build(project, allow_empty=options.nodes.allow_retracts)
    on_event(FeedsBuilt(project, built))
    return PublishResult(project, built, _push(project, options, on_event))


def _refuse_to_empty(config: Config, what: str) -> None:
    """No posts at all are a checkout gone wrong, sooner than a blog's end. UnsafePlanError."""
    kind = "feed" if config.posts.feed else "folder"
    with Ledger(config.state, read_only=True) as ledger:
        if any(ledger.item_counts().values()):
            raise UnsafePlanError(
                f"the {kind} {config.posts.place} {what}, but posts of it were published; nothing "
                "was built or sent. If they are meant to go, let it be there and empty, and run "
                "again with --allow-retracts"
            )


def _push(project: Project, options: PublishOptions, on_event: OnEvent) -> list[Result]:
    """Look only where something may have to be done."""
    if not project.config.xmpp:
        return []
    with Ledger(project.config.state) as ledger:
        found = targets.targets(project, ledger, options.nodes)
        with ledger.transaction():
            for target in found:
                sync.record_paths(target.address, target.task, ledger)
        now = Clock().now()
        results = {one.address: sync.offline(one.address, one.task, ledger) for one in found}
        if open_ := [one for one in found if not targets.is_settled(one, ledger, now=now)]:
            on_event(NodesOpen(len(found)))
            results |= _reconcile(project, ledger, open_, options, on_event)
        return [results[target.address] for target in found]


def _reconcile(
    project: Project,
    ledger: Ledger,
    open_: Sequence[Target],
    options: PublishOptions,
    on_event: OnEvent,
) -> dict[NodeAddress, Result]:
    from publisher.app import sessions  # noqa: PLC0415 - slow, with all that goes out

    hold_back = _waiting(project, ledger, open_, options.waits.for_url)

    async def work(node: Node, task: Task) -> Result:
        return await sync.reconcile(
            node,
            task,
            ledger,
            hold_back=hold_back,
            on_step=partial(_report, on_event, node.address),
            retry_seconds=options.waits.retry,
        )

    return {result.address: result for result in sessions.work_at(project, open_, work)}


def _report(on_event: OnEvent, address: NodeAddress, step: Step, total: int) -> None:
    on_event(StepTaken(address, step, total))


def _waiting(
    project: Project, ledger: Ledger, open_: Sequence[Target], seconds: float | None
) -> HoldBack:
    """Which posts have no page yet, and why. All nodes together wait for `seconds`, not each."""
    links = {entry.item_id: entry.link for entry in project.entries.entries}
    if seconds is None:
        return _hold_nothing_back
    from publisher.app.pages import Pages  # noqa: PLC0415 - slow, and few ask for it

    expected = [links[id_] for id_ in _expected(ledger, open_)]
    pages = Pages(seconds=seconds)

    async def hold_back(ids: Sequence[str]) -> Mapping[str, str]:
        if not ids:
            return {}
        missing = await pages.unreachable([links[id_] for id_ in ids], expected=expected)
        return {
            id_: f"{links[id_]} is not there yet ({missing[links[id_]]})"
            for id_ in ids
            if links[id_] in missing
        }

    return hold_back


async def _hold_nothing_back(_: Sequence[str]) -> Mapping[str, str]:
    return {}


def _expected(ledger: Ledger, open_: Sequence[Target]) -> list[str]:
    """The ids of the posts that will be published, as far as the ledger knows."""
    planned = (sync.offline(one.address, one.task, ledger).steps for one in open_)
    return [
        step.change.id for steps in planned for step in steps if isinstance(step.change, Publish)
    ]
