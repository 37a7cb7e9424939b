"""What several commands print: results to stdout, everything else to stderr."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from publisher import feeds
from publisher.app.events import WaitingForLock
from publisher.errors import first_exit_code
from publisher.text.characters import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from publisher.app.build import Built
    from publisher.app.events import Event
    from publisher.app.project import Project
    from publisher.post import Diagnostic


def print_wait(event: Event) -> None:
    """Print that the run waits for another one. Ignores all other events."""
    if isinstance(event, WaitingForLock):
        print_message("waiting for another run to end ...")


def print_skipped(project: Project, *, broken_only: bool) -> None:
    """Print which posts are not published, and why; with `broken_only`, only the broken ones."""
    for skip in project.entries.skipped:
        place = project.config.posts.where(skip.path, skip.line)
        if skip.broken:
            print_message(f"error: {place}: {skip.reason}")
        elif not broken_only:
            print_message(f"skipped: {project.config.posts.where(skip.path)}: {skip.reason}")


def print_failed(built: Sequence[Built]) -> None:
    """Print which files could not be written, and the warnings for those that were."""
    for file in built:
        if file.error:
            print_message(f"error: {file.error}")
        if file.warning:
            print_message(f"warning: {file.path} {file.warning}")


def print_warnings(project: Project, diagnostics: Iterable[Diagnostic]) -> None:
    """Print what readers will see differently from what the author meant."""
    for diagnostic in diagnostics:
        place = project.config.posts.where(diagnostic.path, diagnostic.line)
        print_message(f"warning: {place}: {diagnostic.message}")


def print_setting_warnings(project: Project) -> None:
    """Print what the settings ask for and no post has, e.g. a tag with a typing error."""
    for one in project.setting_warnings:
        print_message(f"warning: {one.path}:{one.line}: {one.message}")


def count(number: int, singular: str, plural: str = "") -> str:
    """`1 post`, `2 posts`."""
    return f"{number} {singular if number == 1 else plural or singular + 's'}"


def entry_count(built: Built) -> str:
    """The number of entries of a feed, for the end of a line. Empty for other files."""
    return (
        f"  ({count(built.entries, 'entry', 'entries')})" if built.format in feeds.FORMATS else ""
    )


def print_message(text: str) -> None:
    """Print a message to stderr, so that stdout has only the result.

    Removes control characters, because parts of the text may come from a server or from strangers.
    """
    print("\n".join(map(printable, text.split("\n"))), file=sys.stderr)


def document(project: Project, **parts: Any) -> str:
    """A JSON document with the `parts` of a command, the skipped posts and the warnings."""
    skipped = [{"path": str(s.path), "reason": s.reason} for s in project.entries.skipped]
    warnings = [
        {"path": str(d.path), "line": d.line, "message": d.message}
        for d in (*project.setting_warnings, *project.diagnostics)
    ]
    whole = {**parts, "skipped": skipped, "warnings": warnings}
    return json.dumps(whole, ensure_ascii=False, indent=2)


def exit_code(project: Project, errors: Sequence[Exception | None] = ()) -> int:
    """The exit code of a run with these errors; a broken post counts as one of them."""
    codes = [getattr(error, "exit_code", 1) for error in errors if error]
    return first_exit_code([1 if project.entries.broken else 0, *codes])
