"""Show what `publish` would change at every node. Publishes and writes nothing.

Takes the same options as `publish`, to show their effect.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.app import project as projects
from publisher.app.preview import preview
from publisher.cli import options, output, report

if TYPE_CHECKING:
    import argparse

    from publisher.sync import Result

EXAMPLE = "  publisher plan\n  publisher plan --json | jq '.nodes[].changes'"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(shows=True)
    options.add_reading(parser)
    parser.add_argument(
        "--offline", action="store_true", help="do not connect; compare with the ledger only"
    )
    options.add_node_options(parser)


def run(arguments: argparse.Namespace) -> int:
    project = projects.read(options.load_config(arguments), now=arguments.now)
    seen = preview(project, options.node_options(arguments), offline=arguments.offline)
    if arguments.json:
        print(output.document(project, nodes=report.as_json(seen.results), hints=seen.hints))
    else:
        output.tell_skipped(project, broken_only=False)
        for result in seen.results:
            _tell(result, where=result.address.node if len(seen.results) > 1 else "")
        report.tell_errors(seen.results)
        report.tell_hints(seen.hints)
    if not project.config.xmpp:
        output.say("the configuration has no xmpp section: there is no node to compare with")
    return report.exit_code(project, seen.results)


def _tell(result: Result, *, where: str) -> None:
    for step in result.steps:
        report.tell_step(step, where=where)
    report.tell_notes(result)
    if report.is_planned(result):
        print(f"{result.address}: {report.summary(result)}")
