"""The push of a run: bring every node up to date, after the feeds are built or in turns with that.

The server works on an item about as long as the run on an entry of a feed. So a run with many posts
to send does both in turns.
"""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Self

from msgspec import Struct

from publisher import sync
from publisher.app import lookups, targets
from publisher.app.events import NodesOpen, StepTaken
from publisher.errors import PublisherError
from publisher.sync import Clock, NotDeployed
from publisher.sync.changes import Correct, Publish
from publisher.sync.ledger import Ledger

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
    from typing import Any

    from publisher.app.deployed_pages import PageProblem
    from publisher.app.events import OnEvent
    from publisher.app.logins import Logins, Turns
    from publisher.app.options import PublishOptions
    from publisher.app.project import Project
    from publisher.app.targets import Target
    from publisher.config import Xmpp
    from publisher.sync import Node, Result, Step, Task
    from publisher.text.node_address import NodeAddress

    FindNotDeployed = Callable[[Sequence[str]], Awaitable[Mapping[str, NotDeployed]]]

# A push of fewer posts is over soon, and the feeds are on disk before it begins.
MANY = 100


class Push:
    """One push, in a context that logs out of the accounts and closes the ledger.

    `finish` has the results, and may raise LedgerError. Until then, `turn` lets a push of many
    posts go on for a moment.
    """

    def __init__(
        self,
        project: Project,
        options: PublishOptions,
        on_event: OnEvent,
        kept: Logins | None = None,
    ) -> None:
        """`kept` are the sessions of a caller; otherwise the run logs in for itself."""
        self._project, self._options = project, options
        self._on_event = on_event
        self._known = _known_targets(project, options)
        self._logins = kept
        self._turns: Turns | None = None
        self._sessions = ExitStack()
        self._ledger = ExitStack()
        self._begun: _Begun | None = None
        self._problem: PublisherError | None = None

    def __enter__(self) -> Self:
        """Log in to the accounts that will probably be needed, while the feeds are built."""
        # A password command may wait for the user to type, so nothing else may happen meanwhile.
        accounts = self._known.accounts if self._known else []
        quick = [xmpp for xmpp in accounts if not xmpp.password_command]
        if self._logins or not (self._known and quick):
            return self
        from publisher.app import logins  # noqa: PLC0415 - imports slixmpp, which is slow

        if self._known.lacks_many and len(quick) == len(accounts):
            self._logins = self._turns = self._sessions.enter_context(logins.Turns())
        else:
            self._logins = self._sessions.enter_context(logins.EarlyLogins(quick))
        return self

    def __exit__(self, *_: object) -> None:
        # The work that is left uses the ledger until it is cancelled.
        with self._ledger, self._sessions:
            pass

    def turn(self) -> None:
        """Go on with a push of many posts, without waiting for a server."""
        if self._turns is None or self._problem:
            return
        if self._begun is None:
            try:
                self._begun = self._begin()
            except PublisherError as error:  # it must not stop the feeds
                self._problem = error
                return
            if self._begun.work:
                self._turns.begin(self._begun.work)
        self._turns.turn()

    def finish(self) -> tuple[list[Result], float | None]:
        """Bring every node up to date. Settled nodes need no connection.

        Returns the results, and when the next run must look at a node (`PublishResult`).
        """
        if not self._project.config.xmpp:
            return [], float("inf")
        if self._problem:
            raise self._problem
        begun = self._begun or self._begin()
        results = dict(begun.settled)
        if begun.work:
            looked = self._run(begun.work)
            results |= {result.address: result for result in looked}
            whole = not self._options.nodes.is_selective
            lookups.keep(self._project, looked, is_whole=whole)
        return [results[address] for address in begun.addresses], begun.until

    def _run(self, work: Coroutine[Any, Any, list[Result]]) -> list[Result]:
        from publisher.app import logins  # noqa: PLC0415 - imports slixmpp, which is slow

        if self._turns and self._turns.has_begun:
            results: list[Result] = self._turns.finish()
            return results
        return (self._logins or logins.OneRun()).run(work)

    def _begin(self) -> _Begun:
        project, options = self._project, self._options
        ledger = self._ledger.enter_context(Ledger(project.config.state))
        known = self._known
        all_targets = known.targets if known else targets.targets(project, ledger, options.nodes)
        for target in all_targets:
            sync.record_paths(target.address, target.task, ledger)
        now = Clock().now()
        # What was settled before the feeds were built is so now: this run holds the lock.
        open_ = known.unsettled if known else all_targets
        unsettled = [one for one in open_ if not targets.is_settled(one, ledger, now=now)]
        settled = (one for one in all_targets if one not in unsettled)
        results = {one.address: sync.offline(one.address, one.task, ledger) for one in settled}
        addresses = [one.address for one in all_targets]
        if not unsettled:
            return _Begun(addresses, results, sync.settled_until(addresses, ledger))
        self._on_event(NodesOpen(len(all_targets)))
        return _Begun(addresses, results, None, self._work(ledger, unsettled))

    def _work(
        self, ledger: Ledger, unsettled: Sequence[Target]
    ) -> Coroutine[Any, Any, list[Result]]:
        from publisher.app import logins, sessions  # noqa: PLC0415 - import slixmpp, which is slow

        project, options = self._project, self._options
        seconds = options.waits.for_url
        if seconds is None:
            seconds = project.config.publish.wait_for_url
        find_not_deployed = _waiting(project, ledger, unsettled, seconds)

        async def work(node: Node, task: Task) -> Result:
            return await sync.reconcile(
                node,
                task,
                ledger,
                find_not_deployed=find_not_deployed,
                on_step=partial(_report, self._on_event, node.address),
                on_read=partial(sessions.report_reading, self._on_event, node.address),
                retry_seconds=options.waits.retry,
            )

        lent = self._logins or logins.OneRun()
        return sessions.all_work(project, unsettled, work, self._on_event, lent)


class _Begun(Struct, frozen=True):
    """A push that has begun: the nodes in their order, the results of settled ones, and the work.

    `work` is None, and `until` is the time until which that holds, if all nodes are settled.
    """

    addresses: Sequence[NodeAddress]
    settled: Mapping[NodeAddress, Result]
    until: float | None
    work: Coroutine[Any, Any, list[Result]] | None = None


class _Known(Struct, frozen=True):
    """All nodes, those of them that probably need a look, and the accounts with such nodes.

    `lacks_many`: one of them lacks many posts, as far as the ledger tells.
    """

    targets: Sequence[Target]
    unsettled: Sequence[Target]
    accounts: Sequence[Xmpp]
    lacks_many: bool


def _known_targets(project: Project, options: PublishOptions) -> _Known | None:
    """List the nodes before the feeds are built.

    None without nodes, or if anything is wrong with the ledger or the options: the push reports
    that, when the feeds are built.
    """
    if not project.config.xmpp:
        return None
    try:
        with Ledger(project.config.state, read_only=True) as ledger:
            listed = targets.targets(project, ledger, options.nodes)
            now = Clock().now()
            unsettled = [one for one in listed if not targets.is_settled(one, ledger, now=now)]
            lacks_many = any(_lacks_many(one, ledger) for one in unsettled)
    except PublisherError:
        return None
    accounts = (x for x in project.config.xmpp if any(one.xmpp is x for one in unsettled))
    return _Known(listed, unsettled, [*accounts], lacks_many)


def _lacks_many(target: Target, ledger: Ledger) -> bool:
    if len(target.task.desired) < MANY:
        return False
    recorded = ledger.recorded(target.address)
    return sum(post.id not in recorded for post in target.task.desired) >= MANY


def _report(on_event: OnEvent, address: NodeAddress, step: Step, total: int) -> None:
    on_event(StepTaken(address, step, total))


def _waiting(
    project: Project, ledger: Ledger, unsettled: Sequence[Target], seconds: float | None
) -> FindNotDeployed:
    """Return a function that waits for the pages of posts, and holds back those without one.

    It waits for `seconds` in one run, however many nodes there are. None does not wait.
    """
    links = {id_: entry.link for one in unsettled for id_, entry in one.entries.items()}
    if seconds is None:
        return _all_deployed
    from publisher.app.deployed_pages import Pages  # noqa: PLC0415 - slow, and few runs wait for pages

    expected = [links[id_] for id_ in _expected(ledger, unsettled)]
    pages = Pages(project.config.site.url, seconds=seconds)

    async def find_not_deployed(ids: Sequence[str]) -> Mapping[str, NotDeployed]:
        if not ids:
            return {}
        missing = await pages.unreachable([links[id_] for id_ in ids], expected=expected)
        return {
            id_: _not_deployed(links[id_], missing[links[id_]])
            for id_ in ids
            if links[id_] in missing
        }

    return find_not_deployed


def _not_deployed(link: str, problem: PageProblem) -> NotDeployed:
    if problem.is_final:
        return NotDeployed(
            f"{link} is not requested: {problem.text}, and site.url does not lead there; correct "
            "the link of the post, or site.url",
            waits=False,
        )
    return NotDeployed(f"{link} is not deployed yet ({problem.text})")


async def _all_deployed(_: Sequence[str]) -> Mapping[str, NotDeployed]:
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
