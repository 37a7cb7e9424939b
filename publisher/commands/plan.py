"""Show what `publish` would change at every node. Sends nothing, writes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher import publish
from publisher.commands import nodes
from publisher.commands import site as sites
from publisher.ledger import Ledger

if TYPE_CHECKING:
    import argparse

    from publisher.publish import Node, Result, Task

HELP = "show what publish would change"
EXAMPLE = "  publisher plan\n  publisher plan --json | jq '.nodes[].changes'"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    sites.add_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    site, results = preview(arguments)
    if arguments.json:
        print(sites.document(site, nodes=nodes.as_json(results)))
    else:
        sites.tell_skipped(site, broken_only=False)
        for result in results:
            _tell(result)
        nodes.tell_errors(results)
    if site.config.xmpp is None:
        sites.say("the configuration has no xmpp section: there is no node to compare with")
    return nodes.exit_code(site, results)


def preview(arguments: argparse.Namespace) -> tuple[sites.Site, list[Result]]:
    """The site, and what would change at its nodes."""
    site = sites.load(arguments)
    with Ledger(site.config.state, read_only=True) as ledger:

        async def work(node: Node, task: Task) -> Result:
            return await publish.preview(node, task, ledger)

        return site, nodes.visit(site, work)


def _tell(result: Result) -> None:
    for step in result.steps:
        nodes.tell_step(step)
    nodes.tell_notes(result)
    if not result.error:
        print(f"{result.address}: {nodes.summary(result)}")
