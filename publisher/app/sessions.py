"""Sessions: one login for each account, and the work at its nodes.

Accounts, and the services of one account, are worked on side by side, so that a dead one delays no
other. The nodes of one service come one after the other. The module imports slixmpp, so a run
imports it only when there is work.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections import defaultdict
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Protocol, Self

from publisher import xmpp
from publisher.app.events import NodeRead, Note
from publisher.app.targets import config_of
from publisher.errors import (
    AnswerTooBig,
    NoAnswer,
    PageMissing,
    PublisherError,
    StreamBroken,
    Unavailable,
    WrongAddress,
)
from publisher.sync import Result, Task
from publisher.sync import item as items
from publisher.system.event_loop import run_async
from publisher.xmpp import password

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping, Sequence

    from publisher.app.events import OnEvent
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
    logins: EarlyLogins | None = None,
) -> list[Result]:
    """Do `work` at every target. Return the results in the same order; errors are in them.

    Accounts of `logins` are logged in already, or will soon be.
    """
    if not targets:
        return []
    accounts = {id(xmpp): Account(xmpp) for xmpp in project.config.xmpp}
    accounts |= logins.accounts if logins else {}
    working = _work_at_all(_Run(project, work, on_event, accounts), targets)
    return run_async(working, logins.taken() if logins else None)


@dataclass(frozen=True, slots=True)
class _Run:
    """What all sessions of a run have in common. `results` is filled by them.

    `accounts` are by the identities of their configurations.
    """

    project: Project
    work: Work
    on_event: OnEvent
    accounts: Mapping[int, Account]
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
    again and fetch some at a time.
    """
    account = run.accounts[id(xmpp)]
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


class _PaceReport:
    """Reports once, in whatever session, that the server of an account sets the pace."""

    def __init__(self, on_event: OnEvent) -> None:
        self._on_event = on_event
        self._is_reported = False

    @asynccontextmanager
    async def during(self, connection: xmpp.Connection) -> AsyncIterator[None]:
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


class Account:
    """Logs in to one account. It gets the password once, at the first login."""

    def __init__(self, xmpp: Xmpp) -> None:
        self._xmpp = xmpp
        self._password: str | None = None
        self._early: asyncio.Task[_Login] | None = None

    def begin(self) -> None:
        """Begin the first login. `login` waits for its end."""
        self._early = asyncio.get_running_loop().create_task(self._opened())

    @asynccontextmanager
    async def login(self) -> AsyncIterator[xmpp.Connection]:
        """Yield a connection. Raises ConfigError, LoginFailed, Unavailable."""
        early, self._early = self._early, None
        login = await (early or self._opened())
        async with login.end:
            yield login.connection

    async def _opened(self) -> _Login:
        if self._password is None:
            # A password command may take a while, or wait for the user to type.
            self._password = await password.password(self._xmpp, os.environ)
        end = AsyncExitStack()
        connecting = xmpp.connect(self._xmpp, self._password)
        return _Login(await end.enter_async_context(connecting), end)

    async def leave(self) -> None:
        """Log out after a login that nobody has taken, whatever its outcome."""
        if self._early:
            self._early.cancel()
            with suppress(PublisherError, asyncio.CancelledError):
                async with self.login():
                    pass


@dataclass(frozen=True, slots=True)
class _Login:
    """A connection, and what closes it."""

    connection: xmpp.Connection
    end: AsyncExitStack


class EarlyLogins:
    """Logs in to accounts in a thread while the caller does something else, e.g. builds the feeds.

    `work_at` takes the accounts over, with the event loop. Otherwise they are left at the end of
    the context.
    """

    def __init__(self, accounts: Sequence[Xmpp]) -> None:
        self.accounts = {id(xmpp): Account(xmpp) for xmpp in accounts}
        self._runner: asyncio.Runner | None = None

    def __enter__(self) -> Self:
        self._runner = asyncio.Runner()
        self._loop = self._runner.get_loop()
        for account in self.accounts.values():
            self._loop.call_soon(account.begin)
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        if runner := self.taken():
            run_async(self._leave(), runner)

    def taken(self) -> asyncio.Runner | None:
        """Stop the thread, and return what runs its event loop from now on; once only."""
        runner, self._runner = self._runner, None
        if runner:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
        return runner

    async def _leave(self) -> None:
        await asyncio.gather(*(account.leave() for account in self.accounts.values()))


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


@dataclass(frozen=True, slots=True)
class Maker:
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
