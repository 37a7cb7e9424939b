"""Sessions: one login for each account, and the work at its nodes. Imported when there is some.

Accounts, and the services of an account, are worked on side by side: a dead one delays nobody. The
nodes of one service come one after the other.
"""

from __future__ import annotations

import asyncio
import os
from collections import defaultdict
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Protocol

from publisher import xmpp
from publisher.app.targets import config_of
from publisher.errors import PageMissing, PublisherError, StreamBroken, Unavailable
from publisher.sync import Result, Task
from publisher.sync import item as items
from publisher.system.event_loop import run_async
from publisher.system.threads import in_thread
from publisher.xmpp import password

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence

    from publisher.app.project import Project
    from publisher.app.targets import Target
    from publisher.config import Xmpp
    from publisher.sync import Node
    from publisher.sync.item import Item
    from publisher.text.node_address import NodeAddress

LOGINS = 10  # for one run at one account, each with something less to trip over


class Work(Protocol):
    """What is to be done at a node. Its errors are in the result."""

    async def __call__(self, node: Node, task: Task) -> Result: ...


def work_at(project: Project, found: Sequence[Target], work: Work) -> list[Result]:
    """Do `work` at every target; what fails is in the results, which are in the same order."""
    return run_async(_work_at_all(project, found, work)) if found else []


async def _work_at_all(project: Project, found: Sequence[Target], work: Work) -> list[Result]:
    results: dict[NodeAddress, Result] = {}
    async with asyncio.TaskGroup() as accounts:
        for xmpp in project.config.xmpp:
            some = [target for target in found if target.xmpp is xmpp]
            if some:
                accounts.create_task(_work_at_account(project, xmpp, some, work, results))
    return [results[target.address] for target in found]


async def _work_at_account(
    project: Project,
    xmpp: Xmpp,
    found: Sequence[Target],
    work: Work,
    results: dict[NodeAddress, Result],
) -> None:
    """Log in again, if the server closed the stream at an item that will not break it twice."""
    account = Account(xmpp)
    left = list(found)
    for _ in range(LOGINS):
        try:
            async with account.login() as connection, asyncio.TaskGroup() as services:
                for some in by_service(left):
                    services.create_task(_work_at_service(project, connection, some, work, results))
        except PublisherError as error:
            for target in left:
                _keep(results, Result(target.address, error=error))
        broken = [t for t in left if isinstance(results[t.address].error, StreamBroken)]
        ended = [results[target.address] for target in broken]
        if not any(result.culprit_recorded or result.suspect_id for result in ended):
            return
        suspects = frozenset(result.suspect_id for result in ended)
        left = [
            replace(t, task=replace(t.task, send_alone=t.task.send_alone | suspects))
            for t in broken
        ]


class Account:
    """Logs in to one account. Its password is asked for at the first login only."""

    def __init__(self, xmpp: Xmpp) -> None:
        self._xmpp = xmpp
        self._password: str | None = None

    @asynccontextmanager
    async def login(self) -> AsyncIterator[xmpp.Connection]:
        """A connection. Raises ConfigError, LoginFailed, Unavailable."""
        if self._password is None:
            # A command may take a while, or wait for somebody to type.
            self._password = await in_thread(partial(password.password, self._xmpp, os.environ))
        async with xmpp.connect(self._xmpp, self._password) as connection:
            yield connection


def by_service(found: Sequence[Target]) -> Iterator[list[Target]]:
    """The targets of each service, in their order."""
    services: dict[str, list[Target]] = defaultdict(list)
    for target in found:
        services[target.address.service].append(target)
    yield from services.values()


async def _work_at_service(
    project: Project,
    connection: xmpp.Connection,
    found: Sequence[Target],
    work: Work,
    results: dict[NodeAddress, Result],
) -> None:
    dead: PublisherError | None = None
    for target in found:
        if dead:
            _keep(results, Result(target.address, error=dead))
            continue
        node = xmpp.XmppNode(connection, config_of(target), site_title=project.config.site.title)
        task = replace(target.task, make_item=Maker(project, target, connection))
        result = await work(node, task)
        _keep(results, result)
        if isinstance(result.error, Unavailable) and not isinstance(result.error, PageMissing):
            dead = result.error


def _keep(results: dict[NodeAddress, Result], result: Result) -> None:
    """A second session of one run adds to the first."""
    before = results.get(result.address)
    if before:
        again = {step.change.id for step in result.steps}
        kept = [step for step in before.steps if step.outcome == "done" or not result.steps]
        result.steps = [*(step for step in kept if step.change.id not in again), *result.steps]
    results[result.address] = result


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes the item of an id, when it is needed, for one connection."""

    project: Project
    target: Target
    connection: xmpp.Connection

    def __call__(self, id_: str, level: int) -> Item:
        return items.item(
            self.project.renderings.of(self.target.entries[id_]),
            self.project.config.site,
            self.target.address,
            account=self.connection.jid,
            level=level,
            limit=min(items.STANZA_LIMIT, self.connection.max_bytes or items.STANZA_LIMIT),
        )
