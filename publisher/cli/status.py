"""Show the state of the posts, the feeds and the nodes.

Lists the feeds with their URLs, and for each node the pending changes, the items that are not
yours, and the URI to subscribe. If `publisher watch` runs, shows what it does.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from publisher.app import build
from publisher.app import project as projects
from publisher.app.events import posts_read
from publisher.app.options import NodeOptions
from publisher.app.preview import preview
from publisher.cli import hand_over, node_results, options, output, watcher_status
from publisher.cli.progress import progress
from publisher.errors import IdsChangedError, PublisherError, UnsafePlanError
from publisher.feeds import outputs
from publisher.text.counts import number_of

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from publisher.app.project import Project
    from publisher.errors import FeedError
    from publisher.sync import Result

EXAMPLE = "  publisher status"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(shows=True)
    options.add_reading(parser)


def run(arguments: argparse.Namespace) -> int:
    try:
        return _run(arguments)
    except PublisherError as error:
        # What the watcher does is worth most when something is wrong, e.g. with publisher.yaml.
        if folder := hand_over.state_folder(arguments.argv):
            _show_watcher(Path(folder), error, as_json=arguments.json)
        raise


def _show_watcher(folder: Path, error: PublisherError, *, as_json: bool) -> None:
    if as_json:
        watcher = watcher_status.as_json(folder)
        output.print_json({"error": str(error), "watcher": watcher})
    else:
        watcher_status.print_watcher(folder)


def _run(arguments: argparse.Namespace) -> int:
    config = options.load_config(arguments)
    # Only the payload of an item shows whether it is ours although it has no post and no record, so
    # those are fetched, too.
    chosen = NodeOptions(fetch_foreign=True)
    with progress() as show:
        project = projects.read(config, now=arguments.now, on_read=posts_read(show))
        plans = preview(
            project, chosen, config_option=options.config_option(arguments), on_event=show
        )
    if arguments.json:
        watcher = watcher_status.as_json(project.config.state)
        document = _document(project, plans.results)
        delayed = node_results.delayed_json(plans.delayed)
        output.print_json(
            {**document, "delayed": delayed, "hints": plans.hints, "watcher": watcher}
        )
    else:
        _print_status(project, plans.results)
        node_results.print_delayed(plans.delayed)
        watcher_status.print_watcher(project.config.state)
        node_results.print_hints(plans.hints)
    return node_results.exit_code(project, _unguarded(plans.results), *_refused(project))


def _unguarded(results: Sequence[Result]) -> list[Result]:
    """The results without the errors of guards: `status` sends nothing that they could stop."""
    return [
        replace(result, error=None) if isinstance(result.error, UnsafePlanError) else result
        for result in results
    ]


def _refused(project: Project) -> list[FeedError]:
    """An error for each output that `build` refuses to write because of a symbolic link."""
    paths = (file.path for file in project.outputs)
    reasons = [(path, outputs.refusal(project.config, path)) for path in paths]
    return [build.refused(project.config, path, reason) for path, reason in reasons if reason]


def _print_status(project: Project, results: Sequence[Result]) -> None:
    output.print_setting_diagnostics(project)
    output.print_line(f"posts  {project.config.posts.place}: {output.post_counts(project)}")
    for file in project.outputs:
        is_linked = outputs.refusal(project.config, file.path)
        state = "" if outputs.is_built(file.path) or is_linked else "  (not built yet)"
        output.print_line(f"{file.kind:5}  {file.path}  {file.url}{state}".rstrip())
    for result in results:
        output.print_line(f"node     {result.address.uri}")
        if line := _items(result):
            output.print_line(f"         {line}")
        for id_ in result.foreign:
            output.print_line(f"       not ours: {node_results.printable_id(id_)}")
        for id_ in result.unclaimed or ():
            output.print_line(f"       without a post: {node_results.printable_id(id_)}")
        output.print_line(f"       subscribe: {result.address.subscribe_uri}")
        node_results.print_notes(result)
    node_results.print_errors(_unguarded(results))
    node_results.print_guards(results)
    if undecided := node_results.held(results):
        output.print_error("note", undecided)
    for error in _refused(project):
        output.print_message(f"error: {error}")
    output.print_skipped(project, broken_only=True)


def _items(result: Result) -> str:
    """How many items the node has, and what a run would do; empty if that is unknown."""
    items = number_of(result.items, "item")
    if isinstance(result.error, IdsChangedError):
        return items
    if node_results.is_planned(result) or isinstance(result.error, UnsafePlanError):
        return f"{items}; {node_results.outlook(result)}"
    return ""


def _document(project: Project, results: Sequence[Result]) -> dict[str, object]:
    return {
        "posts": project.entries.posts,
        "entries": len(project.entries.entries),
        "feeds": [
            {
                "path": str(f.path),
                "format": f.format,
                "url": f.url,
                "built": not outputs.refusal(project.config, f.path) and outputs.is_built(f.path),
            }
            for f in project.outputs
        ],
        "nodes": [
            {
                "service": result.address.service,
                "node": result.address.node,
                "uri": result.address.uri,
                "subscribe": result.address.subscribe_uri,
                "items": result.items,
                "pending": len(result.steps),
                "foreign": list(result.foreign),
                "unclaimed": result.unclaimed,
                "notes": result.notes,
                "hints": result.hints,
                "error": str(one.error) if one.error else None,
                "guard": str(result.error) if result.error and not one.error else None,
            }
            for result, one in zip(results, _unguarded(results), strict=True)
        ],
    }
