"""Show what `publish` would change at every node. Sends nothing, writes nothing.

Takes the options of `publish`, so that it shows what that would do. `--offline` asks no server and
takes the ledger at its word.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher import sync
from publisher.cli import choice, nodes, report
from publisher.cli import site as sites
from publisher.sync.ledger import Ledger

if TYPE_CHECKING:
    import argparse

    from publisher.cli.choice import Choice
    from publisher.sync import Node, Result, Task

EXAMPLE = "  publisher plan\n  publisher plan --json | jq '.nodes[].changes'"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(shows=True)
    sites.add_arguments(parser)
    parser.add_argument(
        "--offline", action="store_true", help="ask no server: compare with the ledger alone"
    )
    choice.add_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    site = sites.load(arguments)
    results, hints = preview(site, choice.choice(arguments), offline=arguments.offline)
    if arguments.json:
        print(sites.document(site, nodes=report.as_json(results), hints=hints))
    else:
        sites.tell_skipped(site, broken_only=False)
        for result in results:
            _tell(result, where=result.address.node if len(results) > 1 else "")
        report.tell_errors(results)
        tell_hints(hints)
    if not site.config.xmpp:
        sites.say("the configuration has no xmpp section: there is no node to compare with")
    return report.exit_code(site, results)


def preview(
    site: sites.Site, chosen: Choice, *, offline: bool = False
) -> tuple[list[Result], list[str]]:
    """What would change at the nodes, and what the configuration seems to have left behind."""
    with Ledger(site.config.state, read_only=True) as ledger:
        found = nodes.targets(site, ledger, chosen)
        hints = nodes.left_behind(found, ledger)
        if offline or not found:
            return [sync.offline(one.address, one.task, ledger) for one in found], hints

        from publisher.cli import visits  # noqa: PLC0415 - slow, with all that goes out

        async def work(node: Node, task: Task) -> Result:
            return await sync.preview(node, task, ledger)

        return visits.visit(site, found, work), hints


def tell_hints(hints: list[str]) -> None:
    for hint in hints:
        sites.say(f"hint: {hint}")


def _tell(result: Result, *, where: str) -> None:
    for step in result.steps:
        report.tell_step(step, where=where)
    report.tell_notes(result)
    if report.is_planned(result):
        print(f"{result.address}: {report.summary(result)}")
