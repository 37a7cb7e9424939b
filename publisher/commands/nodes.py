"""What the commands that go to the nodes share: one login, node after node, and what to print."""

from __future__ import annotations

import asyncio
import os
import unicodedata
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
    from collections.abc import Awaitable, Callable, Sequence

    from publisher.commands.site import Site
    from publisher.config import NodeConfig, Xmpp
    from publisher.entry import Entry
    from publisher.publish import Node, Step

SIGNS = {
    "new": "+",
    "missing": "+",
    "changed": "~",
    "removed": "-",
    "refused": "!",
    "unknown": "?",
}
WORDS = {"adopt": "there already", "forget": "forgotten"}
TITLE = 80


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
    action = step.outcome if step.outcome in {"refused", "unknown"} else step.change.action
    sign = SIGNS.get(action)
    if sign is None:
        return
    reason = f"  ({step.reason})" if step.reason else ""
    print(f"{sign} {action:8} {step.change.id}  {_one_line(step.change.title)}{reason}")


def _one_line(title: str) -> str:
    """What a terminal may show: no control characters, no change of direction, no wall."""
    shown = "".join(c for c in title if unicodedata.category(c) not in {"Cc", "Cf", "Zl", "Zp"})
    return shown if len(shown) <= TITLE else f"{shown[: TITLE - 1]}…"


def summary(result: Result, *, done: bool = False) -> str:
    """How many changes of each kind, e.g. `2 new, 1 changed`; `done`: what was planned is late."""
    counts = Counter(_kind(step, late=done) for step in result.steps)
    return ", ".join(f"{number} {kind}" for kind, number in counts.items()) or "no changes"


def _kind(step: Step, *, late: bool) -> str:
    match step.outcome:
        case "planned" if late:
            return "not sent"
        case "planned" | "done":
            return WORDS.get(step.change.action, step.change.action)
        case outcome:
            return outcome


def tell_notes(result: Result) -> None:
    """What the node's owner should know."""
    for note in result.notes:
        sites.say(f"note: {result.address}: {note}")


def tell_errors(results: Sequence[Result]) -> None:
    """What ended the work, once where it ended it at several nodes."""
    errors = {id(result.error): result.error for result in results if result.error}
    for key, error in errors.items():
        addresses = ", ".join(str(r.address) for r in results if id(r.error) == key)
        sites.say(f"error: {addresses}: {error}")


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
