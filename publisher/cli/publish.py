"""Build the feeds, then make every node equal to the posts.

Publishes new posts, replaces the items of edited posts in place, and retracts the items of deleted
posts. Running it again does nothing and prints nothing. Two runs at once are safe: the second waits
for the first.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from publisher.app import repeatable
from publisher.app.events import FeedsBuilt
from publisher.app.options import SERVICE_RETRY_SECONDS, PublishOptions
from publisher.app.publish import publish
from publisher.cli import hand_over, node_results, options, output
from publisher.cli.progress import progress
from publisher.sync.changes import Hold

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

    from publisher.app.build import Built
    from publisher.app.events import Event, OnEvent
    from publisher.app.project import Project
    from publisher.app.publish import PublishResult
    from publisher.config import Config
    from publisher.sync import Result

    Publish = Callable[[Config, PublishOptions, OnEvent], PublishResult]

EXAMPLE = """\
  publisher publish
  publisher publish --wait-for-url 300   (after a deployment)
  publisher publish --only _posts/2026-01-31-news.md --no-notify"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    options.add_reading(parser)
    options.add_waits(
        parser,
        retry=SERVICE_RETRY_SECONDS,
        again="requests that a service refuses temporarily",
        before="a post is pushed, wait until its page is on the web",
        unless="publish.wait_for_url, else ",
    )
    options.add_node_options(parser)


def run(arguments: argparse.Namespace) -> int:
    config = options.load_config(arguments)
    # `__main__` has tried that already, unless the state folder is hard to find.
    state = str(config.state)
    code = hand_over.handed_over(state, arguments.argv) if config.xmpp else None
    return run_with(publish, arguments, config) if code is None else code


def run_with(publish: Publish, arguments: argparse.Namespace, config: Config) -> int:
    """Run with a function that does the work of `app.publish.publish`."""
    chosen = PublishOptions(
        now=arguments.now,
        nodes=options.node_options(arguments),
        waits=options.waits(arguments),
    )
    arguments.attempt.begin(config)
    with progress(prints_changes=not arguments.json) as show:
        done = publish(config, chosen, _event_printer(show, lists_files=not arguments.json))
    if arguments.json:
        output.print_json(output.document(done.project, nodes=node_results.as_json(done.results)))
    else:
        print_results(done.project, done.results, selected=chosen.nodes.is_selective)
    if not config.xmpp:
        output.print_message(node_results.NO_NODES)
    arguments.attempt.end(_repeatable_until(done))
    errors = (*(file.error for file in done.built), node_results.held(done.results))
    return node_results.exit_code(done.project, done.results, *errors)


def _repeatable_until(done: PublishResult) -> float | None:
    """Until when another run would do nothing and print the same; None if this one did not."""
    until = repeatable.until(done.project, done.built)
    if until is None or done.settled_until is None:
        return None
    return min(until, done.settled_until)


def _event_printer(show: OnEvent, *, lists_files: bool) -> OnEvent:
    """A callback that prints what the run waits for, and what it did to the files.

    `show` gets all other events.
    """

    def print_event(event: Event) -> None:
        output.print_wait(event)
        if isinstance(event, FeedsBuilt):
            if lists_files:
                output.print_setting_diagnostics(event.project)
            output.print_failed(event.built)
            if lists_files:
                print_built(event.project, event.built)
        else:
            show(event)

    return print_event


def print_built(project: Project, built: Sequence[Built]) -> None:
    """Print which posts are broken, and which files the run has written or removed."""
    output.print_skipped(project, broken_only=True)
    for file in built:
        if file.state in {"written", "removed"}:
            output.print_line(f"{file.state}  {file.path}{output.entry_count(file)}")


def print_results(project: Project, results: Sequence[Result], *, selected: bool) -> None:
    """Print what a run did, and what it could not do, except for its single changes."""
    steps = [step for result in results for step in result.steps]
    pushed = {step.change.id for step in steps if node_results.is_visible(step)}
    paths = {entry.post.path for entry in project.entries.entries if entry.item_id in pushed}
    paths |= {*project.built.unsaid}
    output.print_warnings(project, [r for r in project.diagnostics if r.path in paths])
    node_results.print_errors(results)
    node_results.print_held(results)
    _print_waiting(results)
    for result in results:
        if _wants_notes(project, result, selected=selected):
            node_results.print_notes(result)
        for step in result.steps:
            if step.outcome == "unknown":
                node_results.print_step(step)
        if any(step.outcome == "done" and node_results.is_visible(step) for step in result.steps):
            output.print_line(f"{result.address}: {node_results.summary(result, done=True)}")
            output.print_line(f"subscribe: {result.address.subscribe_uri}")
    if sys.stdout.isatty():
        _print_nothing_to_push(project, results)


def _wants_notes(project: Project, result: Result, *, selected: bool) -> bool:
    """Whether to print the notes: if anything happened at the node, or if somebody watches.

    So a hook prints nothing if nothing changed.
    """
    happened = result.steps or result.error or result.repaired or result.unclaimed
    return bool(happened) or project.entries.broken or selected or sys.stdout.isatty()


def _print_nothing_to_push(project: Project, results: Sequence[Result]) -> None:
    """Print that every node equals the posts, unless a note or an error says otherwise."""
    if not results or project.entries.broken or project.built.waiting:
        return
    if any(r.steps or r.error or r.notes or r.hints for r in results):
        return
    if all(result.looked for result in results):
        output.print_line("nothing to push: every node equals the posts")
    else:
        output.print_line("nothing to push: every node equalled the posts at the last look")


def _print_waiting(results: Sequence[Result]) -> None:
    """Print why posts wait. A post that waits at several nodes is printed once."""
    steps = [step for result in results for step in result.steps]
    waiting = [
        step
        for step in steps
        if step.outcome == "planned" and step.reason and not isinstance(step.change, Hold)
    ]
    for id_, reason in dict.fromkeys((step.change.id, step.reason) for step in waiting):
        output.print_message(f"note: {id_}: {reason}")
