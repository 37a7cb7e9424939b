"""Build the feeds from the posts. A file is written only if its bytes change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.app import no_posts, repeatable, source_texts
from publisher.app import project as projects
from publisher.app.build import build
from publisher.app.doubts import ignored_files
from publisher.app.events import posts_read
from publisher.cli import options, output
from publisher.cli.progress import progress

if TYPE_CHECKING:
    import argparse

    from publisher.app.build import Built
    from publisher.app.project import Project

EXAMPLE = "  publisher build --config blog/publisher.yaml"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    options.add_reading(parser)
    parser.add_argument(
        "--allow-empty",
        action="store_true",
        help="let feeds lose all of their entries, or those of several pages that are gone at once",
    )
    options.add_new_ids(parser)


def run(arguments: argparse.Namespace) -> int:
    config = options.load_config(arguments)
    arguments.attempt.begin(config)
    ignored_files.require_known(config)
    allowed: bool = arguments.allow_empty
    with progress() as show:
        project = projects.read(
            config, now=arguments.now, writes=True, may_lose_pages=allowed, on_read=posts_read(show)
        )
    built = build(project, allow_empty=allowed, new_ids=arguments.new_ids)
    if arguments.json:
        output.print_json(_document(project, built))
    else:
        output.print_setting_diagnostics(project)
        output.print_skipped(project, broken_only=False)
        output.print_warnings(project, project.diagnostics)
        _print_built(project, built)
    if not project.entries.posts:
        output.print_message(f"warning: {no_posts.reason(project)}, so the feeds are empty")
    output.print_failed(built)
    arguments.attempt.end(repeatable.until(project, built))
    return output.exit_code(project, [file.error for file in built])


def _print_built(project: Project, built: list[Built]) -> None:
    for file in built:
        if not file.error:
            output.print_line(f"{file.state:9}  {file.path}{output.entry_count(file)}")
    output.print_line(output.post_counts(project))
    if raw := source_texts.in_short(project):
        output.print_message(f"note: {raw}")


def _document(project: Project, built: list[Built]) -> dict[str, object]:
    feeds = [
        {
            "path": str(file.path),
            "format": file.format,
            "entries": file.entries,
            "written": file.state == "written",
            "state": file.state,
        }
        for file in built
    ]
    return output.document(
        project, posts=project.entries.posts, entries=len(project.entries.entries), feeds=feeds
    )
