"""Build the feeds, then make every node equal to the posts.

Publishes new posts, replaces the items of edited posts in place, and retracts the items of deleted
posts. Running it again does nothing and prints nothing. Two runs at once are safe: the second waits
for the first.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from publisher.app.events import FeedsBuilt, ignore
from publisher.app.options import PublishOptions
from publisher.app.publish import publish
from publisher.cli import options, output, report
from publisher.cli.progress import progress

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from publisher.app.build import Built
    from publisher.app.events import Event, OnEvent
    from publisher.app.project import Project
    from publisher.sync import Result

EXAMPLE = """\
  publisher publish
  publisher publish --wait-for-url 300   (after a deployment)
  publisher publish --only _posts/2026-01-31-news.md --no-notify"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    options.add_reading(parser)
    options.add_waits(
        parser,
        again="requests that a service refuses temporarily",
        before="a post is pushed, wait until its page is on the web",
    )
    options.add_node_options(parser)


def run(arguments: argparse.Namespace) -> int:
    chosen = PublishOptions(
        now=arguments.now,
        nodes=options.node_options(arguments),
        waits=options.waits(arguments),
    )
    config = options.load_config(arguments)
    if arguments.json:
        done = publish(config, chosen, _telling(ignore, lists_files=False))
        print(output.document(done.project, nodes=report.as_json(done.results)))
    else:
        with progress() as show:
            done = publish(config, chosen, _telling(show, lists_files=True))
        _tell_results(done.project, done.results, selected=chosen.nodes.is_selective)
    return report.exit_code(done.project, done.results, *(one.error for one in done.built))


def _telling(show: OnEvent, *, lists_files: bool) -> OnEvent:
    """Says what is waited for and what became of the files; `show` has all other events."""

    def tell(event: Event) -> None:
        output.tell_wait(event)
        if isinstance(event, FeedsBuilt):
            output.tell_failed(event.built)
            if lists_files:
                _tell_built(event.project, event.built)
        else:
            show(event)

    return tell


def _tell_built(project: Project, built: Sequence[Built]) -> None:
    output.tell_skipped(project, broken_only=True)
    for one in built:
        if one.state in {"written", "removed"}:
            print(f"{one.state}  {one.path}{output.counted(one)}")


def _tell_results(project: Project, results: Sequence[Result], *, selected: bool) -> None:
    pushed = {step.change.id for result in results for step in result.steps}
    paths = {entry.post.path for entry in project.entries.entries if entry.item_id in pushed}
    output.tell_remarks(project, [r for r in project.remarks if r.path in paths])
    report.tell_errors(results)
    _tell_held(results)
    for result in results:
        if _wants_notes(project, result, selected=selected):
            report.tell_notes(result)
        for step in result.steps:
            if step.outcome == "unknown":
                report.tell_step(step)
        if any(step.outcome == "done" and report.is_seen(step) for step in result.steps):
            print(f"{result.address}: {report.summary(result, done=True)}")
            print(f"subscribe: {result.address.subscribe_uri}")
    if sys.stdout.isatty():
        _tell_nothing_to_push(project, results)


def _wants_notes(project: Project, result: Result, *, selected: bool) -> bool:
    """Whether something happened that the notes belong to, or somebody is watching.

    A hook says nothing where nothing changed.
    """
    happened = result.steps or result.error or result.repaired or project.entries.broken
    return bool(happened) or selected or sys.stdout.isatty()


def _tell_nothing_to_push(project: Project, results: Sequence[Result]) -> None:
    """Say that every node equals the posts, unless anything was said that limits it."""
    if not results or project.entries.broken:
        return
    if any(r.steps or r.error or r.notes or r.hints for r in results):
        return
    if all(result.looked for result in results):
        print("nothing to push: every node equals the posts")
    else:
        print("nothing to push: every node equalled the posts at the last look")


def _tell_held(results: Sequence[Result]) -> None:
    """Say why posts wait, once where they wait at several nodes."""
    steps = [step for result in results for step in result.steps]
    waiting = [step for step in steps if step.outcome == "planned" and step.reason]
    for id_, reason in dict.fromkeys((step.change.id, step.reason) for step in waiting):
        output.say(f"note: {id_}: {reason}")
