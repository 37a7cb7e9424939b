"""What the commands that go to the nodes share: where to go, and one login for each account.

Accounts are visited side by side, and so are the services of an account: a dead one delays nobody.
The nodes of one service come one after the other.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections import defaultdict
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Protocol

import msgspec

from publisher import entry as entries
from publisher import hints, publish, secret, selection
from publisher import item as items
from publisher.commands import choice as choices
from publisher.errors import PublisherError, StreamBroken, Unavailable
from publisher.item import Address
from publisher.plan import Desired, Guard, Policy
from publisher.publish import Result, Task

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping, Sequence

    from publisher.commands.choice import Choice
    from publisher.commands.site import Site
    from publisher.config import NodeConfig, Xmpp
    from publisher.entry import Entry
    from publisher.item import Item, Seen
    from publisher.ledger import Ledger
    from publisher.publish import Node
    from publisher.pubsub import Connection

LOGINS = 10  # for one run at one account, each with something less to trip over


class Work(Protocol):
    """What is to be done at a node. Its errors are in the result."""

    async def __call__(self, node: Node, task: Task) -> Result: ...


@dataclass(frozen=True, slots=True)
class Target:
    """One node, who publishes there, and what it is to become."""

    xmpp: Xmpp
    config: NodeConfig
    address: Address
    task: Task
    entries: Mapping[str, Entry]
    site_title: str


def targets(site: Site, ledger: Ledger, choice: Choice) -> list[Target]:
    """Every node of the configuration, in its order; patterns stand for the nodes that they make.

    The node of a value that no post has any longer is one of them, as long as we have items there.
    Raises ConfigError if the choice names a post that does not exist.
    """
    held = ledger.counts()
    known = {id_ for address in held for id_ in ledger.recorded(address)}
    asked = choices.asked(choice, site, known)
    found: list[Target] = []
    for xmpp in site.config.xmpp:
        for config in xmpp.nodes:
            groups = selection.groups(config, site.entries.entries, site.config.site)
            nodes = {group.node: group.entries for group in groups}
            vanished = (a.node for a in held if _has_vanished(a, config, nodes))
            for node, chosen in (*nodes.items(), *((name, ()) for name in sorted(vanished))):
                address = Address(config.service, node)
                task = _task(site, xmpp, config, chosen, choice)
                by_id = {one.item_id: one for one in chosen}
                task = replace(task, asked=asked)
                found.append(Target(xmpp, config, address, task, by_id, site.config.site.title))
    return found


def _has_vanished(address: Address, config: NodeConfig, nodes: Mapping[str, object]) -> bool:
    return (
        address.service == config.service
        and address.node not in nodes
        and selection.of_pattern(config, address.node)
    )


def _task(
    site: Site, xmpp: Xmpp, config: NodeConfig, chosen: Sequence[Entry], choice: Choice
) -> Task:
    return Task(
        desired=[_desired(one) for one in chosen],
        policy=Policy(
            keep=config.keep,
            edits=config.edits,
            prune=config.pruning,
            exclusive=config.exclusive,
            refresh=choice.refresh,
            minted=partial(_is_minted, site),
        ),
        guard=Guard(
            allow_retracts=choice.allow_retracts,
            announce_limit=None if choice.announce_all else config.announce_limit,
        ),
        named=config.named,
        sound={name: config.options.get(name, "1") for name in publish.SOUND},
        wanted=_digest(site, xmpp, config),
        broken=site.entries.broken,
        verify=choice.verify,
        quiet="must" if choice.quiet else "prefer" if choice.refresh else "no",
    )


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes the item of an id, when it is needed, for one connection."""

    site: Site
    target: Target
    connection: Connection

    def __call__(self, id_: str, level: int) -> Item:
        return items.item(
            self.target.entries[id_],
            self.site.config.site,
            self.target.address,
            account=self.connection.jid,
            level=level,
            limit=min(items.STANZA_LIMIT, self.connection.max_bytes or items.STANZA_LIMIT),
        )


def _is_minted(site: Site, seen: Seen) -> bool:
    return seen.atom_id is not None and entries.is_minted(seen.id, seen.atom_id, site.config.site)


def _digest(site: Site, xmpp: Xmpp, config: NodeConfig) -> str:
    """Changes with whatever the configuration says about a node."""
    parts = (xmpp.jid, site.config.site.title, config)
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()


def _desired(entry: Entry) -> Desired:
    return Desired(
        entry.item_id,
        entry.atom_id,
        entry.title,
        entry.fingerprint,
        entry.published,
        path=str(entry.post.path),
        body=entries.body_hash(entry.post),
    )


def visit(site: Site, found: Sequence[Target], work: Work) -> list[Result]:
    """Do `work` at every target; what fails is in the results, which are in the same order.

    slixmpp is imported here, and not by commands that send nothing.
    """
    return asyncio.run(_visit(site, found, work)) if found else []


async def _visit(site: Site, found: Sequence[Target], work: Work) -> list[Result]:
    results: dict[Address, Result] = {}
    async with asyncio.TaskGroup() as accounts:
        for xmpp in site.config.xmpp:
            some = [target for target in found if target.xmpp is xmpp]
            if some:
                accounts.create_task(_visit_account(site, xmpp, some, work, results))
    return [results[target.address] for target in found]


async def _visit_account(
    site: Site,
    xmpp: Xmpp,
    found: Sequence[Target],
    work: Work,
    results: dict[Address, Result],
) -> None:
    """Log in again, if the server closed the stream at an item that will not break it twice."""
    left = list(found)
    for _ in range(LOGINS):
        try:
            async with login(xmpp) as connection, asyncio.TaskGroup() as services:
                for some in _by_service(left):
                    services.create_task(_visit_service(site, connection, some, work, results))
        except PublisherError as error:
            for target in left:
                _keep(results, Result(target.address, error=error))
        broken = [t for t in left if isinstance(results[t.address].error, StreamBroken)]
        ended = [results[target.address] for target in broken]
        if not any(result.blamed or result.suspect for result in ended):
            return
        suspects = frozenset(result.suspect for result in ended)
        left = [replace(t, task=replace(t.task, alone=t.task.alone | suspects)) for t in broken]


@asynccontextmanager
async def login(xmpp: Xmpp) -> AsyncIterator[Connection]:
    """A connection of an account. Raises ConfigError, LoginFailed, Unavailable."""
    from publisher.pubsub import connect  # noqa: PLC0415 - 0.1 s, see `visit`

    async with connect(xmpp, secret.password(xmpp, os.environ)) as connection:
        yield connection


def _by_service(found: Sequence[Target]) -> Iterator[list[Target]]:
    services: dict[str, list[Target]] = defaultdict(list)
    for target in found:
        services[target.address.service].append(target)
    yield from services.values()


async def _visit_service(
    site: Site,
    connection: Connection,
    found: Sequence[Target],
    work: Work,
    results: dict[Address, Result],
) -> None:
    from publisher.pubsub import XmppNode  # noqa: PLC0415 - see `visit`

    dead: PublisherError | None = None
    for target in found:
        if dead:
            _keep(results, Result(target.address, error=dead))
            continue
        node = XmppNode(connection, config_of(target), site_title=site.config.site.title)
        task = replace(target.task, make=Maker(site, target, connection))
        result = await work(node, task)
        _keep(results, result)
        dead = result.error if isinstance(result.error, Unavailable) else None


def _keep(results: dict[Address, Result], result: Result) -> None:
    """A second visit of one run adds to the first."""
    before = results.get(result.address)
    if before:
        again = {step.change.id for step in result.steps}
        kept = [step for step in before.steps if step.outcome == "done" or not result.steps]
        result.steps = [*(step for step in kept if step.change.id not in again), *result.steps]
    results[result.address] = result


def config_of(target: Target) -> NodeConfig:
    """The configuration of one node; a pattern's title may have the placeholder, too."""
    config, node = target.config, target.address.node
    if config.pattern is None:
        return config
    placeholder, value = f"{{{config.pattern.name}}}", config.value_in(node) or ""
    title = (config.title or f"{target.site_title}: {placeholder}").replace(placeholder, value)
    return msgspec.structs.replace(config, node=node, title=title)


def left_behind(found: Sequence[Target], ledger: Ledger) -> list[str]:
    """Hints at nodes with items of ours that no target is."""
    return list(hints.left_behind(ledger.counts(), {target.address for target in found}))


def is_settled(target: Target, ledger: Ledger, *, now: float) -> bool:
    """Whether there is no need to look at the target's node."""
    return publish.is_settled(target.address, target.task, ledger, now=now)
