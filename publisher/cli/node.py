"""Look after the nodes: what they are beside what they should be, or the end of one.

`show` prints the configuration that is wanted beside the one that is; `publish` repairs what we
created or what config.yaml names, and reports the rest. `delete` removes a node with its items and
subscribers from the service, for good, and forgets it.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from publisher.cli import nodes, report, visits
from publisher.cli import site as sites
from publisher.cli.choice import Choice
from publisher.cli.options import add_config
from publisher.config import NodeConfig
from publisher.errors import ConfigError, NotFound, PublisherError, UnsafePlanError
from publisher.sync.ledger import Ledger
from publisher.system.event_loop import run_async
from publisher.system.lock import lock
from publisher.text.node_address import NodeAddress
from publisher.xmpp import XmppNode, forms

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from publisher.cli.nodes import Target
    from publisher.cli.site import Site
    from publisher.config import Config, Xmpp
    from publisher.xmpp import Connection

EXAMPLE = """\
  publisher node show
  publisher node delete pubsub.example.org old-blog --yes"""

ABSENT = "-"  # the service offers no such field, or does not show it


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(metavar="ACTION", required=True, title="actions")
    show = actions.add_parser("show", help="the configuration wanted, beside the actual one")
    show.add_argument("name", nargs="?", metavar="NODE", help="only this node (default: all)")
    sites.add_arguments(show)
    add_config(show)
    show.set_defaults(act=_show, shows=True)
    delete = actions.add_parser("delete", help="remove a node from its service, for good")
    delete.add_argument("service", metavar="SERVICE", help="e.g. pubsub.example.org")
    delete.add_argument("name", metavar="NODE")
    delete.add_argument("--yes", action="store_true", help="yes, with its items and subscribers")
    add_config(delete)
    delete.set_defaults(act=_delete)


def run(arguments: argparse.Namespace) -> int:
    code: int = arguments.act(arguments)
    return code


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the configuration. Without a wanted value it is as the service likes it."""

    name: str
    wanted: str | None
    actual: str | None
    differs: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """A node and what was seen of it, or why nothing was."""

    address: NodeAddress
    source: str = ""
    affiliation: str = ""
    items: int = 0
    fields: tuple[Field, ...] = ()
    error: PublisherError | None = None


def _show(arguments: argparse.Namespace) -> int:
    site = sites.load(arguments)
    seen = run_async(_look_at_all(site.config, _named(site, arguments.name)))
    if arguments.json:
        print(json.dumps({"nodes": [_as_json(one) for one in seen]}, ensure_ascii=False, indent=2))
    else:
        for one in seen:
            _tell(one)
    report.tell_errors(seen)
    return max((one.error.exit_code for one in seen if one.error), default=0)


def _named(site: Site, name: str | None) -> list[Target]:
    with Ledger(site.config.state, read_only=True) as ledger:
        found = nodes.targets(site, ledger, Choice())
    chosen = [target for target in found if name in {None, target.address.node}]
    if not chosen:
        known = ", ".join(target.address.node for target in found) or "none"
        raise ConfigError(f"the configuration has no such node; it has: {known}")
    return chosen


async def _look_at_all(config: Config, found: Sequence[Target]) -> list[Shown]:
    """Accounts side by side, and so the services of an account: a silent one delays no other."""
    accounts = [(xmpp, [t for t in found if t.xmpp is xmpp]) for xmpp in config.xmpp]
    seen = await asyncio.gather(
        *(_look_at_account(config, xmpp, mine) for xmpp, mine in accounts if mine)
    )
    return [one for some in seen for one in some]


async def _look_at_account(config: Config, xmpp: Xmpp, found: Sequence[Target]) -> list[Shown]:
    try:
        async with visits.Account(xmpp).login() as connection:
            seen = await asyncio.gather(
                *(_look_at_service(config, connection, some) for some in visits.by_service(found))
            )
    except PublisherError as error:
        return [Shown(target.address, error=error) for target in found]
    shown = {one.address: one for some in seen for one in some}
    return [shown[target.address] for target in found]


async def _look_at_service(
    config: Config, connection: Connection, found: Sequence[Target]
) -> list[Shown]:
    """One node after the other. Where the service went silent, the rest fail at once."""
    wanted = [nodes.config_of(target) for target in found]
    return [await _look(XmppNode(connection, one, site_title=config.site.title)) for one in wanted]


async def _look(node: XmppNode) -> Shown:
    try:
        state = await node.look()
        seen = await node.describe()
        affiliation = await node.affiliation()
    except PublisherError as error:
        return Shown(node.address, error=error)
    unmet = forms.unmet(seen.wanted, seen.actual)
    # How much `max` is depends on the server, so that a number cannot be said to differ.
    wanted = {**seen.wanted, "max_items": seen.wanted.get("max_items", "max")}
    names = (*wanted, *sorted(seen.actual.keys() - wanted.keys()))
    fields = (Field(n, wanted.get(n), seen.actual.get(n), n in unmet) for n in names)
    return Shown(node.address, seen.source, affiliation, len(state.ids), tuple(fields))


def _tell(shown: Shown) -> None:
    print(shown.address.uri)
    if shown.error:
        missing = isinstance(shown.error, NotFound)
        print("  is not there; publish creates it" if missing else "  cannot be shown")
        return
    rights = f"; our affiliation: {report.one_line(shown.affiliation)}" if shown.affiliation else ""
    print(f"  {sites.count(shown.items, 'item')}{rights}; as of {shown.source}")
    rows = [("", "field", "wanted", "actual")]
    rows += [
        ("!" if f.differs else "", report.one_line(f.name), _cell(f.wanted), _cell(f.actual))
        for f in shown.fields
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = (text.ljust(width) for text, width in zip(row, widths, strict=True))
        print(f"  {'  '.join(cells)}".rstrip())


def _cell(value: str | None) -> str:
    return ABSENT if value is None else report.one_line(value)


def _as_json(shown: Shown) -> dict[str, object]:
    return {
        "service": shown.address.service,
        "node": shown.address.node,
        "uri": shown.address.uri,
        "source": shown.source,
        "affiliation": shown.affiliation or None,
        "items": shown.items,
        "fields": [
            {"name": f.name, "wanted": f.wanted, "actual": f.actual, "differs": f.differs}
            for f in shown.fields
        ],
        "error": str(shown.error) if shown.error else None,
    }


def _delete(arguments: argparse.Namespace) -> int:
    address = NodeAddress(arguments.service, arguments.name)
    config = sites.load_config(arguments)
    if not config.xmpp:
        raise ConfigError(f"{config.path}: has no xmpp section: there is no account to log in with")
    if not arguments.yes:
        raise UnsafePlanError(
            f"this would delete {address} with all its items and subscribers, for good; nothing "
            "was sent. If that is meant, run again with --yes"
        )
    with lock(config.state, wait=60.0), Ledger(config.state) as ledger:
        run_async(_delete_at(config, address))
        ledger.drop(address)
    print(f"deleted  {address.uri}")
    return 0


async def _delete_at(config: Config, address: NodeAddress) -> None:
    """By the account that has nodes at that service, or else by the first."""
    wanted = NodeConfig(service=address.service, node=address.node)
    owners = [x for x in config.xmpp if any(n.service == address.service for n in x.nodes)]
    async with visits.Account((owners or config.xmpp)[0]).login() as connection:
        await XmppNode(connection, wanted, site_title=config.site.title).delete()
