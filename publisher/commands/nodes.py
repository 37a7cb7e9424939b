"""What the commands that go to the nodes share: one login, node after node, and what to print."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from typing import TYPE_CHECKING, Any

from publisher import item as items
from publisher import secret
from publisher.commands import site as sites
from publisher.errors import PublisherError
from publisher.item import Address
from publisher.plan import Desired
from publisher.publish import Result, Task

if TYPE_CHECKING:
    import argparse
    from collections.abc import Awaitable, Callable, Sequence

    from publisher.commands.site import Site
    from publisher.config import NodeConfig, Xmpp
    from publisher.entry import Entry
    from publisher.publish import Node, Step

SIGNS = {"new": "+", "missing": "+", "changed": "~", "removed": "-", "refused": "!"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of every command that takes the lock."""
    parser.add_argument(
        "--lock-wait",
        type=float,
        default=60.0,
        metavar="SECONDS",
        help="how long to wait for another run (default: 60)",
    )


def visit(
    site: Site, work: Callable[[Node, Task], Awaitable[Result]], **options: Any
) -> list[Result]:
    """Do `work` at every node of the configuration; what fails is in the results.

    `options` go to every Task. slixmpp is imported here, and not by commands that send nothing.
    """
    if site.config.xmpp is None:
        return []
    return asyncio.run(_visit(site, site.config.xmpp, work, options))


async def _visit(
    site: Site,
    xmpp: Xmpp,
    work: Callable[[Node, Task], Awaitable[Result]],
    options: dict[str, Any],
) -> list[Result]:
    from publisher.pubsub import XmppNode, connect  # noqa: PLC0415 - 0.1 s, see `visit`

    results: list[Result] = []
    try:
        password = secret.password(xmpp, os.environ)
        async with connect(xmpp, password) as connection:
            for config in xmpp.nodes:
                node = XmppNode(connection, config, site_title=site.config.site.title)
                task = _task(site, config, account=connection.jid, options=options)
                results.append(await work(node, task))
    except PublisherError as error:
        left = xmpp.nodes[len(results) :]
        results += [Result(Address(node.service, node.node), error=error) for node in left]
    return results


def _task(site: Site, config: NodeConfig, *, account: str, options: dict[str, Any]) -> Task:
    address = Address(config.service, config.node)
    by_id = {entry.item_id: entry for entry in site.entries.entries}
    return Task(
        desired=[_desired(entry) for entry in site.entries.entries],
        make=lambda id_, level: items.item(
            by_id[id_], site.config.site, address, account=account, level=level
        ),
        keep=config.keep,
        broken=site.entries.broken,
        **options,
    )


def _desired(entry: Entry) -> Desired:
    return Desired(entry.item_id, entry.atom_id, entry.title, entry.fingerprint, entry.published)


def tell_step(step: Step) -> None:
    """One line for a change that a reader can see; adopting and forgetting are bookkeeping."""
    sign = SIGNS.get("refused" if step.outcome == "refused" else step.change.action)
    if sign is None:
        return
    outcome = "" if step.outcome in {"planned", "done"} else f"  [{step.outcome}]"
    reason = f"  ({step.reason})" if step.reason else ""
    print(f"{sign} {step.change.action:8} {step.change.id}  {step.change.title}{outcome}{reason}")


def summary(result: Result) -> str:
    """How many changes of each kind, e.g. `2 new, 1 changed`."""
    counts = Counter(
        step.change.action if step.outcome in {"planned", "done"} else step.outcome
        for step in result.steps
    )
    return ", ".join(f"{number} {action}" for action, number in counts.items()) or "no changes"


def tell_result(result: Result, *, notes: bool = True) -> None:
    """What a result has for the owner's eyes: its notes, and the error that ended the work."""
    for note in result.notes if notes else []:
        sites.say(f"note: {result.address}: {note}")
    if result.error:
        sites.say(f"error: {result.address}: {result.error}")


def exit_code(site: Site, results: Sequence[Result], *more: Exception | None) -> int:
    """The worst of the results, of their refused changes, and of the posts."""
    refused = any(step.outcome == "refused" for result in results for step in result.steps)
    code = sites.exit_code(site, [*more, *(result.error for result in results)])
    return max(code, 1 if refused else 0)


def as_json(results: Sequence[Result]) -> list[dict[str, object]]:
    """The `nodes` of a JSON document."""
    return [
        {
            "service": result.address.service,
            "node": result.address.node,
            "uri": result.address.uri,
            "error": str(result.error) if result.error else None,
            "notes": result.notes,
            "changes": [
                {
                    "action": step.change.action,
                    "id": step.change.id,
                    "title": step.change.title,
                    "outcome": step.outcome,
                    "reason": step.reason,
                }
                for step in result.steps
            ],
        }
        for result in results
    ]
