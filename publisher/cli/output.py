"""What commands print: results to stdout, talk to stderr."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from publisher import feeds
from publisher.app.events import WaitingForLock
from publisher.text.characters import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from publisher.app.build import Built
    from publisher.app.events import Event
    from publisher.app.project import Project
    from publisher.post import Diagnostic


def tell_wait(event: Event) -> None:
    """Say that another run is waited for; of other events nothing."""
    if isinstance(event, WaitingForLock):
        say("waiting for another run to end ...")


def tell_skipped(project: Project, *, broken_only: bool) -> None:
    """Say which files are not published, each with the reason."""
    for skip in project.entries.skipped:
        place = project.config.posts.where(skip.path, skip.line)
        if skip.broken:
            say(f"error: {place}: {skip.reason}")
        elif not broken_only:
            say(f"skipped: {project.config.posts.where(skip.path)}: {skip.reason}")


def tell_failed(built: Sequence[Built]) -> None:
    """Say which files could not be written, and which are not as they were asked for."""
    for one in built:
        if one.error:
            say(f"error: {one.error}")
        if one.remark:
            say(f"warning: {one.path} {one.remark}")


def tell_remarks(project: Project, found: Iterable[Diagnostic]) -> None:
    """Say what readers will see differently from what was meant."""
    for remark in found:
        say(f"warning: {project.config.posts.where(remark.path, remark.line)}: {remark.message}")


def count(number: int, one: str, many: str = "") -> str:
    """`1 post`, `2 posts`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def counted(built: Built) -> str:
    """How many entries a file has, where that says something."""
    return (
        f"  ({count(built.entries, 'entry', 'entries')})" if built.format in feeds.FORMATS else ""
    )


def say(text: str) -> None:
    """Talk: to stderr, so that stdout stays what was asked for.

    Some of the text may be a server's or a stranger's: control characters are left out.
    """
    print("\n".join(map(printable, text.split("\n"))), file=sys.stderr)


def document(project: Project, **parts: Any) -> str:
    """A JSON document of a command's parts, and of what was skipped and warned of."""
    skipped = [{"path": str(s.path), "reason": s.reason} for s in project.entries.skipped]
    warnings = [
        {"path": str(r.path), "line": r.line, "message": r.message} for r in project.remarks
    ]
    whole = {**parts, "skipped": skipped, "warnings": warnings}
    return json.dumps(whole, ensure_ascii=False, indent=2)


def exit_code(project: Project, errors: Sequence[Exception | None] = ()) -> int:
    """The worst: of the errors given, and 1 if any post is broken."""
    codes = [getattr(error, "exit_code", 1) for error in errors if error]
    return max([1 if project.entries.broken else 0, *codes])
