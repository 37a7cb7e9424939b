"""Compare nodes with their configuration; delete nodes, or forget them."""

from __future__ import annotations

import asyncio
import itertools
from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct

from publisher import selection
from publisher.app import logins, sessions, targets
from publisher.app.events import WaitingForLock, ignore
from publisher.app.options import LOCK_SECONDS, NodeOptions
from publisher.app.watch import watch_state as watcher
from publisher.config import NodeConfig
from publisher.config.value_forms import near
from publisher.errors import (
    ConfigError,
    Forbidden,
    NotFound,
    PublisherError,
    Refused,
    WrongAddress,
)
from publisher.sync.ledger import Ledger
from publisher.system.event_loop import run_async
from publisher.system.lock import lock
from publisher.text.nearest_name import did_you_mean
from publisher.text.node_address import NodeAddress
from publisher.xmpp import XmppNode, data_forms, diagnosed

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from publisher.app.events import OnEvent
    from publisher.app.project import Project
    from publisher.app.targets import Target
    from publisher.config import Config, Xmpp
    from publisher.sync import State
    from publisher.xmpp import Connection


class ComparedField(Struct, frozen=True):
    """A field of a node's configuration; `wanted` is None if publisher leaves it to the service."""

    name: str
    wanted: str | None
    actual: str | None
    differs: bool


class ComparedNode(Struct, frozen=True):
    """A node as it is at the service, or the error that kept it from being read.

    A node that does not exist yet has no fields. `hides_publisher`: its items do not say who
    published them.
    """

    address: NodeAddress
    source: str = ""
    affiliation: str = ""
    items: int = 0
    exists: bool = True
    fields: tuple[ComparedField, ...] = ()
    hides_publisher: bool = False
    error: PublisherError | None = None


def show(
    project: Project, name: str | None = None, on_event: OnEvent = ignore
) -> list[ComparedNode]:
    """Compare every node of the configuration, or those with this name.

    Raises ConfigError if no node has the name, and LedgerError.
    """
    return run_async(_look_at_all(project.config, _named(project, name), on_event))


def delete(config: Config, address: NodeAddress, on_event: OnEvent = ignore) -> None:
    """Delete a node with its items and subscriptions from its service, and from the ledger.

    This cannot be undone. Raises ConfigError, LedgerError, LockedError, ServiceError.
    """
    watcher.require_none(config.state)
    with (
        lock(config.state, wait=LOCK_SECONDS, on_wait=lambda: on_event(WaitingForLock())),
        Ledger(config.state) as ledger,
    ):
        run_async(_delete_at(config, address, _known(config, ledger)))
        # Only after the answer: if the service refuses, the items are still there, and still ours.
        ledger.forget_node(address)


def _known(config: Config, ledger: Ledger) -> set[NodeAddress]:
    """The nodes of the configuration, without patterns, and those of the ledger."""
    single = (node for xmpp in config.xmpp for node in xmpp.nodes if not node.pattern)
    return {NodeAddress(node.service, node.node) for node in single} | {*ledger.nodes()}


def configured(config: Config, address: NodeAddress) -> NodeConfig | None:
    """The node of the configuration that has this address; it may be a pattern."""
    return next(
        (
            node
            for xmpp in config.xmpp
            for node in xmpp.nodes
            if node.service == address.service
            and (node.node == address.node or selection.matches_pattern(node, address.node))
        ),
        None,
    )


def forget(config: Config, address: NodeAddress, on_event: OnEvent = ignore) -> int:
    """Remove a node from the ledger. The node itself stays as it is.

    Returns how many items of ours it still has, according to the ledger. Raises ConfigError if the
    configuration names the node or the ledger does not know it, LedgerError and LockedError.
    """
    _require_left_behind(config, address)
    watcher.require_none(config.state)
    with (
        lock(config.state, wait=LOCK_SECONDS, on_wait=lambda: on_event(WaitingForLock())),
        Ledger(config.state) as ledger,
    ):
        items = ledger.item_counts().get(address, 0)
        ledger.forget_node(address)
    return items


def _require_left_behind(config: Config, address: NodeAddress) -> None:
    if node := configured(config, address):
        raise ConfigError(
            f"{config.path}: xmpp.nodes has {node.node!r}, so publisher publishes to {address}; "
            "remove it there before you forget the node"
        )
    # Read only, so that a mistyped name creates no ledger.
    with Ledger(config.state, read_only=True) as ledger:
        known = ledger.nodes()
    if address not in known:
        left = [str(one) for one in known if not configured(config, one)]
        others = near(str(address), left) if left else "; it knows no node to forget"
        raise ConfigError(f"the ledger in {config.state} does not know {address}{others}")


def _named(project: Project, name: str | None) -> list[Target]:
    with Ledger(project.config.state, read_only=True) as ledger:
        configured = targets.targets(project, ledger, NodeOptions())
    chosen = [target for target in configured if name in {None, target.address.node}]
    if not chosen:
        known = ", ".join(target.address.node for target in configured) or "none"
        node = f"node {name!r}" if name else "node"
        meant = did_you_mean(name or "", (target.address.node for target in configured))
        raise ConfigError(f"the configuration has no {node}{meant}; its nodes are: {known}")
    return chosen


async def _look_at_all(
    config: Config, chosen: Sequence[Target], on_event: OnEvent
) -> list[ComparedNode]:
    """Ask accounts, and the services of one account, side by side: a silent one delays no other."""
    accounts = [(xmpp, [t for t in chosen if t.xmpp is xmpp]) for xmpp in config.xmpp]
    compared = await asyncio.gather(
        *(_look_at_account(config, xmpp, mine, on_event) for xmpp, mine in accounts if mine)
    )
    return [*itertools.chain.from_iterable(compared)]


async def _look_at_account(
    config: Config, xmpp: Xmpp, chosen: Sequence[Target], on_event: OnEvent
) -> list[ComparedNode]:
    try:
        async with logins.Account(xmpp).login() as connection:
            compared = await asyncio.gather(
                *(
                    _look_at_service(config, connection, one, on_event)
                    for one in sessions.by_service(chosen)
                )
            )
    except PublisherError as error:
        return [ComparedNode(target.address, error=error) for target in chosen]
    by_address = {one.address: one for one in itertools.chain.from_iterable(compared)}
    return [by_address[target.address] for target in chosen]


async def _look_at_service(
    config: Config, connection: Connection, chosen: Sequence[Target], on_event: OnEvent
) -> list[ComparedNode]:
    """Ask for one node after the other. If the service falls silent, the rest fail at once."""
    title = config.site.title
    return [
        await _look(
            connection,
            XmppNode(
                connection,
                targets.config_of(target),
                site_title=title,
                on_read=partial(sessions.report_reading, on_event, target.address),
            ),
            target.entries,
        )
        for target in chosen
    ]


async def _look(connection: Connection, node: XmppNode, posts: Collection[str]) -> ComparedNode:
    try:
        state = await node.look()
        description = await node.describe()
        affiliation = await node.affiliation()
        hides_publisher = await _hides_publisher(node, state, posts)
    except NotFound:
        return await _look_at_missing(node)
    except WrongAddress as error:
        wrong = await diagnosed(error, connection, node.address)
        return ComparedNode(node.address, error=wrong)
    except PublisherError as error:
        return ComparedNode(node.address, error=error)
    unmet = data_forms.unmet(description.wanted, description.actual)
    # `max` is a different number on each server, so no number counts as a difference.
    wanted = {**description.wanted, "max_items": description.wanted.get("max_items", "max")}
    names = (*wanted, *sorted(description.actual.keys() - wanted.keys()))
    fields = tuple(
        ComparedField(name, wanted.get(name), description.actual.get(name), name in unmet)
        for name in names
    )
    return ComparedNode(
        node.address,
        description.source,
        affiliation,
        len(state.ids),
        fields=fields,
        hides_publisher=hides_publisher,
    )


async def _hides_publisher(node: XmppNode, state: State, posts: Collection[str]) -> bool:
    """Whether the items of a service do not say who published them.

    Those of an account (PEP) need not: there is nobody else.
    """
    if "@" in node.address.service:
        return False
    # An item of ours: a server may not survive the request for a hostile one.
    ours = next((id_ for id_ in reversed(state.ids) if id_ in posts), None)
    return ours is not None and not await node.names_publisher(ours)


async def _look_at_missing(node: XmppNode) -> ComparedNode:
    """A node that does not exist; it has an error if the account cannot create it, as in a plan."""
    try:
        state = await node.prospect()
    except PublisherError as error:
        return ComparedNode(node.address, exists=False, error=error)
    refusal = Forbidden(state.refusal) if state.refusal else None
    return ComparedNode(node.address, exists=False, error=refusal)


async def _delete_at(config: Config, address: NodeAddress, known: Collection[NodeAddress]) -> None:
    """Delete a node as the account with nodes at its service, or else as the first account.

    Raises ConfigError if it does not exist; `known` are nodes that may be meant.
    """
    wanted = NodeConfig(service=address.service, node=address.node)
    owners = [x for x in config.xmpp if any(n.service == address.service for n in x.nodes)]
    async with logins.Account((owners or config.xmpp)[0]).login() as connection:
        try:
            await _deleted(XmppNode(connection, wanted, site_title=config.site.title))
        except WrongAddress as error:
            raise await diagnosed(error, connection, address) from error
        except NotFound as error:
            meant = did_you_mean(str(address), (str(one) for one in known if one != address))
            raise ConfigError(f"{address} does not exist{meant}; nothing was deleted") from error


async def _deleted(node: XmppNode) -> None:
    try:
        await node.delete()
    except Refused as error:
        if error.condition == "not-allowed":
            # COMPAT(Prosody): it answers this for a service that it cannot reach, and then a look
            # raises WrongAddress.
            await node.look()
        raise
