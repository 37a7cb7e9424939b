"""Look after the nodes: what they are beside what they should be, or the end of one."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.app import sessions, targets
from publisher.app.events import WaitingForLock, ignore
from publisher.app.options import LOCK_SECONDS, NodeOptions
from publisher.config import NodeConfig
from publisher.errors import ConfigError, PublisherError
from publisher.sync.ledger import Ledger
from publisher.system.event_loop import run_async
from publisher.system.lock import lock
from publisher.xmpp import XmppNode, forms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.app.events import OnEvent
    from publisher.app.project import Project
    from publisher.app.targets import Target
    from publisher.config import Config, Xmpp
    from publisher.text.node_address import NodeAddress
    from publisher.xmpp import Connection


@dataclass(frozen=True, slots=True)
class ComparedField:
    """A field of the configuration. Without a wanted value it is as the service likes it."""

    name: str
    wanted: str | None
    actual: str | None
    differs: bool


@dataclass(frozen=True, slots=True)
class ComparedNode:
    """A node and what was seen of it, or why nothing was."""

    address: NodeAddress
    source: str = ""
    affiliation: str = ""
    items: int = 0
    fields: tuple[ComparedField, ...] = ()
    error: PublisherError | None = None


def show(project: Project, name: str | None = None) -> list[ComparedNode]:
    """Every node of the configuration, or those of one name. Raises ConfigError, LedgerError."""
    return run_async(_look_at_all(project.config, _named(project, name)))


def delete(config: Config, address: NodeAddress, on_event: OnEvent = ignore) -> None:
    """Remove a node with its items and subscribers from its service, for good, and forget it.

    Raises ConfigError, LedgerError, LockedError, ServiceError.
    """
    with (
        lock(config.state, wait=LOCK_SECONDS, on_wait=lambda: on_event(WaitingForLock())),
        Ledger(config.state) as ledger,
    ):
        run_async(_delete_at(config, address))
        ledger.forget_node(address)


def _named(project: Project, name: str | None) -> list[Target]:
    with Ledger(project.config.state, read_only=True) as ledger:
        found = targets.targets(project, ledger, NodeOptions())
    chosen = [target for target in found if name in {None, target.address.node}]
    if not chosen:
        known = ", ".join(target.address.node for target in found) or "none"
        raise ConfigError(f"the configuration has no such node; it has: {known}")
    return chosen


async def _look_at_all(config: Config, found: Sequence[Target]) -> list[ComparedNode]:
    """Accounts side by side, and so the services of an account: a silent one delays no other."""
    accounts = [(xmpp, [t for t in found if t.xmpp is xmpp]) for xmpp in config.xmpp]
    seen = await asyncio.gather(
        *(_look_at_account(config, xmpp, mine) for xmpp, mine in accounts if mine)
    )
    return [one for some in seen for one in some]


async def _look_at_account(
    config: Config, xmpp: Xmpp, found: Sequence[Target]
) -> list[ComparedNode]:
    try:
        async with sessions.Account(xmpp).login() as connection:
            seen = await asyncio.gather(
                *(_look_at_service(config, connection, some) for some in sessions.by_service(found))
            )
    except PublisherError as error:
        return [ComparedNode(target.address, error=error) for target in found]
    shown = {one.address: one for some in seen for one in some}
    return [shown[target.address] for target in found]


async def _look_at_service(
    config: Config, connection: Connection, found: Sequence[Target]
) -> list[ComparedNode]:
    """One node after the other. Where the service went silent, the rest fail at once."""
    wanted = [targets.config_of(target) for target in found]
    return [await _look(XmppNode(connection, one, site_title=config.site.title)) for one in wanted]


async def _look(node: XmppNode) -> ComparedNode:
    try:
        state = await node.look()
        seen = await node.describe()
        affiliation = await node.affiliation()
    except PublisherError as error:
        return ComparedNode(node.address, error=error)
    unmet = forms.unmet(seen.wanted, seen.actual)
    # How much `max` is depends on the server, so that a number cannot be said to differ.
    wanted = {**seen.wanted, "max_items": seen.wanted.get("max_items", "max")}
    names = (*wanted, *sorted(seen.actual.keys() - wanted.keys()))
    fields = (ComparedField(n, wanted.get(n), seen.actual.get(n), n in unmet) for n in names)
    return ComparedNode(node.address, seen.source, affiliation, len(state.ids), tuple(fields))


async def _delete_at(config: Config, address: NodeAddress) -> None:
    """By the account that has nodes at that service, or else by the first."""
    wanted = NodeConfig(service=address.service, node=address.node)
    owners = [x for x in config.xmpp if any(n.service == address.service for n in x.nodes)]
    async with sessions.Account((owners or config.xmpp)[0]).login() as connection:
        await XmppNode(connection, wanted, site_title=config.site.title).delete()
