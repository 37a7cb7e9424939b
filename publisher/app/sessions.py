"""Sessions: one login for each account, and the work at its nodes.

Accounts, and the services of one account, are worked on side by side, so that a dead one delays no
other. The nodes of one service come one after the other. The module imports slixmpp, so a run
imports it only when there is work.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from msgspec import Struct, field
from msgspec.structs import replace

from publisher import xmpp
from publisher.app.events import NodeRead, Note
from publisher.app.logins import OneRun
from publisher.app.targets import config_of
from publisher.errors import (
    AnswerTooBig,
    NoAnswer,
    PageMissing,
    PublisherError,
    StreamBroken,
    StreamReset,
    Unavailable,
    WrongAddress,
)
from publisher.sync import Result, Task
from publisher.sync import item as items

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine, Iterator, Sequence

    from publisher.app.events import OnEvent
    from publisher.app.logins import Logins
    from publisher.app.project import Project
    from publisher.app.targets import Target
    from publisher.config import Xmpp
    from publisher.sync import ItemsRead, Node
    from publisher.sync.item import Item
    from publisher.text.node_address import NodeAddress

NOTE_SECONDS = 5.0  # at the end of a session, for a note that is almost there

MAX_LOGINS = 10  # at one account in one run; each new session avoids what broke the last one


class Work(Protocol):
    """The work at one node. It raises nothing: errors are in its result."""

    async def __call__(self, node: Node, task: Task) -> Result: ...


def work_at(
    project: Project,
    targets: Sequence[Target],
    work: Work,
    on_event: OnEvent,
    logins: Logins | None = None,
) -> list[Result]:
    """Do `work` at every target. Return the results in the same order; errors are in them.

    The sessions come from `logins`; without any, each account logs in for this work alone.
    """
    if not targets:
        return []
    logins = logins or OneRun()
    return logins.run(all_work(project, targets, work, on_event, logins))


def all_work(
    project: Project, targets: Sequence[Target], work: Work, on_event: OnEvent, logins: Logins
) -> Coroutine[Any, Any, list[Result]]:
    """The same, for the event loop of the sessions that `logins` lends."""
    return _work_at_all(_Run(project, work, on_event, logins), targets)


class _Run(Struct, frozen=True):
    """What all sessions of a run have in common. `results` is filled by them."""

    project: Project
    work: Work
    on_event: OnEvent
    logins: Logins
    results: dict[NodeAddress, Result] = field(default_factory=dict)


async def _work_at_all(run: _Run, targets: Sequence[Target]) -> list[Result]:
    async with asyncio.TaskGroup() as accounts:
        for xmpp in run.project.config.xmpp:
            mine = [target for target in targets if target.xmpp is xmpp]
            if mine:
                accounts.create_task(_work_at_account(run, xmpp, mine))
    return [run.results[target.address] for target in targets]


async def _work_at_account(run: _Run, xmpp: Xmpp, targets: Sequence[Target]) -> None:
    """Work at the nodes of one account.

    If the server closes the stream because of an item, log in again and continue with the other
    items; suspect items are sent alone. If all items of a node were too many for one answer, log in
    again and fetch some at a time. If a session from before this run has ended, do its work again
    in a new one, which looks at the nodes first.
    """
    account = run.logins.account(xmpp)
    pace = _PaceReport(run.on_event)
    left = list(targets)
    for _ in range(MAX_LOGINS):
        try:
            async with (
                account.login() as connection,
                pace.during(connection),
                asyncio.TaskGroup() as services,
            ):
                for at_service in by_service(left):
                    services.create_task(_work_at_service(run, connection, at_service))
        except PublisherError as error:
            for target in left:
                _keep(run.results, Result(target.address, error=error))
        if any(isinstance(run.results[t.address].error, AnswerTooBig) for t in left):
            # The connection was lost for all of them.
            unanswered = [t for t in left if isinstance(run.results[t.address].error, NoAnswer)]
            left = [replace(t, task=replace(t.task, fetches_all=False)) for t in unanswered]
            continue
        lost = [t for t in left if _is_lost(run.results[t.address])]
        if lost and account.may_repeat():
            left = lost
            continue
        broken = [t for t in left if isinstance(run.results[t.address].error, StreamBroken)]
        ended = [run.results[target.address] for target in broken]
        # Without a culprit or a suspect, the next session would do the same as this one.
        if not any(result.culprit_recorded or result.suspect_id for result in ended):
            return
        suspects = frozenset(result.suspect_id for result in ended)
        left = [
            replace(t, task=replace(t.task, send_alone=t.task.send_alone | suspects))
            for t in broken
        ]


def _is_lost(result: Result) -> bool:
    """Whether the service did not answer, and none of our stanzas is the reason."""
    error = result.error
    if isinstance(error, StreamBroken):  # a server that is stopped resets connections, too
        is_ours = bool(result.suspect_id) or result.culprit_recorded
        return isinstance(error, StreamReset) and not is_ours
    return isinstance(error, NoAnswer)


class _PaceReport:
    """Reports once, in whatever session, that the server of an account sets the pace."""

    def __init__(self, on_event: OnEvent) -> None:
        self._on_event = on_event
        self._is_reported = False

    @asynccontextmanager
    async def during(self, connection: xmpp.Connection) -> AsyncIterator[None]:
        if connection.backlog.rate.done():  # an earlier run in this session has reported it
            yield
            return
        report = asyncio.create_task(self._report(connection))
        try:
            yield
            if connection.backlog.rate.done():  # the server is being asked for its version
                await asyncio.wait({report}, timeout=NOTE_SECONDS)
        finally:
            report.cancel()
            await asyncio.wait({report})

    async def _report(self, connection: xmpp.Connection) -> None:
        note = await xmpp.pace_note(connection)
        if not self._is_reported:
            self._is_reported = True
            self._on_event(Note(note))


def by_service(targets: Sequence[Target]) -> Iterator[list[Target]]:
    """Group the targets by their service, in their order."""
    services: dict[str, list[Target]] = defaultdict(list)
    for target in targets:
        services[target.address.service].append(target)
    yield from services.values()


async def _work_at_service(
    run: _Run, connection: xmpp.Connection, targets: Sequence[Target]
) -> None:
    dead: PublisherError | None = None
    for target in targets:
        if dead:
            _keep(run.results, Result(target.address, error=dead))
            continue
        node = xmpp.XmppNode(
            connection,
            config_of(target),
            site_title=run.project.config.site.title,
            on_read=partial(report_reading, run.on_event, target.address),
        )
        task = replace(target.task, make_item=Maker(run.project, target, connection))
        result = await run.work(node, task)
        if isinstance(result.error, WrongAddress):
            result.error = await xmpp.diagnosed(result.error, connection, target.address)
        _keep(run.results, result)
        # A missing page says nothing about the service.
        if isinstance(result.error, Unavailable) and not isinstance(result.error, PageMissing):
            dead = result.error


def report_reading(on_event: OnEvent, address: NodeAddress, read: ItemsRead) -> None:
    on_event(NodeRead(address, read))


def _keep(results: dict[NodeAddress, Result], result: Result) -> None:
    """Keep a result, with the steps that an earlier session of this run has done at the node."""
    earlier = results.get(result.address)
    if earlier:
        repeated = {step.change.id for step in result.steps}
        done = [step for step in earlier.steps if step.outcome == "done" or not result.steps]
        result.steps = [*(step for step in done if step.change.id not in repeated), *result.steps]
    results[result.address] = result


class Maker(Struct, frozen=True):
    """Makes the item of an item id when it is sent, within the limits of one connection."""

    project: Project
    target: Target
    connection: xmpp.Connection

    def __call__(self, id_: str, level: int) -> Item:
        entry = self.target.entries[id_]
        return items.item(
            self.project.renderings.of(entry),
            self.project.config.site,
            self.target.address,
            account=self.connection.jid,
            contents=items.contents(entry.post, self.target.config),
            level=level,
            limit=min(items.STANZA_LIMIT, self.connection.max_bytes or items.STANZA_LIMIT),
        )
