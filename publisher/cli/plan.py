"""Show what `publish` would change at every node. Publishes and writes nothing.

Takes the options of `publish` that choose the posts or decide how they are published, to show their
effect.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.app import build
from publisher.app.options import PublishOptions
from publisher.app.preview import preview
from publisher.app.publish import read
from publisher.cli import node_results, options, output
from publisher.cli.progress import progress
from publisher.errors import Forbidden

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
    chosen = options.node_options(arguments)
    config = options.load_config(arguments)
    with progress() as show:
        project = read(config, PublishOptions(now=arguments.now, nodes=chosen), show)
        built = build.preview(project, allow_empty=chosen.allow_retracts)
        plans = preview(
            project,
            chosen,
            offline=arguments.offline,
            config_option=options.config_option(arguments),
            on_event=show,
        )
    if arguments.json:
        output.print_json(
            output.document(
                project,
                nodes=node_results.as_json(plans.results),
                hints=plans.hints,
                delayed=node_results.delayed_json(plans.delayed),
            )
        )
    else:
        output.print_setting_diagnostics(project)
        output.print_skipped(project, broken_only=False)
        output.print_warnings(project, project.address_warnings)
        for result in plans.results:
            node = result.address.node if len(plans.results) > 1 else ""
            _print_plan(result, node=node, offline=arguments.offline)
        node_results.print_delayed(plans.delayed)
        node_results.print_errors(plans.results)
        node_results.print_held(plans.results)
        node_results.print_hints(plans.hints)
    output.print_failed(built)
    if not project.config.xmpp:
        output.print_message(node_results.NO_NODES)
    errors = (node_results.held(plans.results), *(file.error for file in built))
    return node_results.exit_code(project, plans.results, *errors)


def _print_plan(result: Result, *, node: str, offline: bool) -> None:
    # If nothing may be published there, the error says it once for all posts, as after `publish`.
    for step in () if isinstance(result.error, Forbidden) else result.steps:
        node_results.print_step(step, node=node)
    node_results.print_notes(result)
    if node_results.is_planned(result):
        unseen = "" if result.looked or offline else "; --verify looks at the node again"
        output.print_line(f"{result.address}: {node_results.summary(result)}{unseen}")
