"""What several commands print: results to stdout, everything else to stderr.

All text leaves the program here, so that a file name, a title or the answer of a server cannot
control the terminal or forge a line.
"""

from __future__ import annotations

import io
import json
import os
import sys
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from publisher.errors import PageMissing, first_exit_code
from publisher.post import UNBUILT
from publisher.text.characters import json_printable, printable
from publisher.text.counts import number_of
from publisher.text.wrapping import wrapped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from publisher.app.build import Built
    from publisher.app.events import Event
    from publisher.app.project import Project
    from publisher.app.restricted_items import RestrictedItem
    from publisher.errors import PublisherError
    from publisher.post import Diagnostic, Skip, Status


# What a summary calls the posts that are not published, in its order.
_WORDS: Mapping[Status, str] = {
    "draft": "draft",
    "future": "scheduled",
    "expired": "expired",
    "deleted": "deleted",
    "hidden": "hidden",
    "restricted": "not for every reader",
    "ignored": "not part of the site",
    "waiting": "not built yet",
    "no-page": "without a page",
    "skipped": "not read",
}
NAMED = 3  # files of one kind that are printed by their names

MAX_LINE = 4_000  # characters; nobody reads a longer line
_COLUMNS = 80  # of a terminal


def print_wait(event: Event) -> None:
    """Print that the run waits for another one. Ignores all other events."""
    from publisher.app.events import WaitingForLock  # noqa: PLC0415 - the help needs none of it

    if isinstance(event, WaitingForLock):
        print_message("waiting for another run to end ...")


def print_skipped(project: Project, *, broken_only: bool) -> None:
    """Print which posts are not published, and why; with `broken_only`, only the broken ones.

    Those whose pages are missing or not built yet are named in both cases, and so are those that
    are not for every reader and have published items.
    """
    if project.config.site.output:
        from publisher.cli import pages_report  # noqa: PLC0415 - the help needs none of it

        for line in pages_report.lines(project, counts=not broken_only):
            print_message(line)
    kept = {one.path: one for one in _kept_items(project)}
    for path, item in kept.items():
        print_message(f"warning: {project.config.posts.where(path)}: {item.message}")
    skips = (
        one for one in project.entries.skipped if one.status not in UNBUILT and one.path not in kept
    )
    named, others = in_short(skips)
    for line in _skip_lines(project, named, others, broken_only=broken_only):
        print_message(line)
    if broken_only:
        return
    if pages := pages_in_short(project):
        print_message(f"note: {pages}")


def _skip_lines(
    project: Project, named: Iterable[Skip], others: Counter[tuple[str, str]], *, broken_only: bool
) -> Iterator[str]:
    for skip in named:
        if skip.broken or not broken_only:
            line = skip.line if skip.broken else None
            yield f"{kind(skip)}: {project.config.posts.where(skip.path, line)}: {skip.reason}"
    for word, text in others_in_short(project, others):
        if word == "error" or not broken_only:
            yield f"{word}: {text}"


def _kept_items(project: Project) -> Sequence[RestrictedItem]:
    if not project.config.xmpp:
        return ()
    from publisher.app import restricted_items  # noqa: PLC0415 - the help needs none of it

    return restricted_items.find(project)


def post_counts(project: Project) -> str:
    """How many posts there are, are published, and why others are not."""
    skips = project.entries.skipped
    counts = Counter("broken" if skip.broken else _WORDS[skip.status] for skip in skips)
    parts = [f"{counts[word]} {word}" for word in (*_WORDS.values(), "broken") if counts[word]]
    if pages := project.entries.pages:
        parts.append(number_of(len(pages), "page"))
    shown = len(project.shown_entries.entries)
    published = f"{shown} published"
    if held := len(project.entries.entries) - shown:
        parts.insert(0, f"{held} held")
    return f"{number_of(project.entries.posts, 'post')}: {', '.join([published, *parts])}"


def in_short(skips: Iterable[Skip]) -> tuple[list[Skip], Counter[tuple[str, str]]]:
    """The skips to print one by one, and how many others there are for each `kind` and reason.

    A site may have thousands of files of a kind that is not rendered; only the first are printed.
    """
    counts: Counter[str] = Counter()
    others: Counter[tuple[str, str]] = Counter()
    named: list[Skip] = []
    for skip in skips:
        # A fault without a line may be one of the configuration, which all files have.
        is_of_a_kind = (
            skip.line is None
            if skip.broken
            else skip.status in {"skipped", "restricted", "ignored"}
        )
        counts[skip.reason] += is_of_a_kind
        if is_of_a_kind and counts[skip.reason] > NAMED:
            others[kind(skip), skip.reason] += 1
        else:
            named.append(skip)
    return named, others


def kind(skip: Skip) -> str:
    """The word before the reason of a skip."""
    return "error" if skip.broken else "not published"


def others_in_short(
    project: Project, others: Counter[tuple[str, str]]
) -> Iterator[tuple[str, str]]:
    """The kind and a line for each reason, with the number of the `others` of `in_short`."""
    for (word, reason), number in others.items():
        yield word, f"{project.config.posts.place}: {number_of(number, 'more file')}: {reason}"


def pages_in_short(project: Project) -> str:
    """How many files are pages, with the names of the first; empty if there are none."""
    pages = project.entries.pages
    if not pages:
        return ""
    names = ", ".join(str(page.path) for page in pages[:NAMED])
    more = f" and {len(pages) - NAMED} more" if len(pages) > NAMED else ""
    files = (
        "1 file has no date, so it is"
        if len(pages) == 1
        else f"{len(pages)} files have no date, so they are"
    )
    of_pages = f"; each {pages[0].reason}" if project.config.posts.pages else ""
    return f"{project.config.posts.place}: {files} not published: {names}{more}{of_pages}"


def print_failed(built: Sequence[Built]) -> None:
    """Print which files could not be written, and the warnings for those that were."""
    for file in built:
        if file.error:
            print_error("error", file.error)
        if file.warning:
            print_message(f"warning: {file.path} {file.warning}")


def print_warnings(project: Project, diagnostics: Iterable[Diagnostic]) -> None:
    """Print what readers will see differently from what the author meant."""
    for diagnostic in diagnostics:
        place = project.config.posts.where(diagnostic.path, diagnostic.line)
        print_message(f"warning: {place}: {diagnostic.message}")


def print_setting_diagnostics(project: Project) -> None:
    """Print what the posts show about publisher.yaml, e.g. a tag with a typing error."""
    for one in project.setting_errors:
        print_message(f"error: {one.path}:{one.line}: {one.message}")
    for one in project.setting_warnings:
        print_message(f"warning: {one.path}:{one.line}: {one.message}")


def entry_count(built: Built) -> str:
    """The number of entries of a feed, for the end of a line. Empty for other files."""
    from publisher import feeds  # noqa: PLC0415 - the help needs none of it

    return (
        f"  ({number_of(built.entries, 'entry', 'entries')})"
        if built.format in feeds.FORMATS
        else ""
    )


def print_line(text: str = "") -> None:
    """Print one line of the result to stdout. Line ends in the text are escaped, too."""
    print(_shown(text, sys.stdout))


def print_verbatim(text: str) -> None:
    """Print one line of a file to stdout, without line breaks on a terminal either."""
    print(_cut(printable(text)))


def print_text(text: str) -> None:
    """Print a text of ours, which may have tabs, to stdout as it is."""
    print(text, end="")


def print_message(*lines: str) -> None:
    """Print a message to stderr, so that stdout has only the result.

    Line ends in a line are escaped: they come from file names and other texts of others.
    """
    print("\n".join(_shown(line, sys.stderr) for line in lines), file=sys.stderr)


def print_error(prefix: str, error: PublisherError) -> None:
    """Print an error to stderr: its title behind the prefix, and a line for each problem."""
    print_message(f"{prefix}: {error.title}", *(f"  - {problem}" for problem in error.problems))


def print_end(error: PublisherError) -> None:
    """Print the error that ends a run."""
    problems = (f"  - {_from_here(problem)}" for problem in error.problems)
    print_message(f"publisher: {_from_here(error.title)}", *problems)


def _from_here(sentence: str) -> str:
    """The sentence with the path at its beginning as one writes it in the current folder.

    Others stay: they may be advice for publisher.yaml, in which paths are relative to that file.
    """
    with suppress(OSError):  # the current folder is gone
        return sentence.removeprefix(f"{Path.cwd()}/")
    return sentence


def can_ask() -> bool:
    """Whether somebody at a terminal can answer a question."""
    # Python sets it to None if its descriptor is closed.
    return bool(sys.stdin) and sys.stdin.isatty() and sys.stderr.isatty()


def ask(question: str) -> bool:
    """Ask on the terminal; whether the answer is yes."""
    _print_question(f"{question} [y/N]")
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def ask_text(question: str) -> str:
    """Ask for a line on the terminal; empty if there is none."""
    _print_question(question)
    return sys.stdin.readline().strip()


def _print_question(question: str) -> None:
    print(f"{_shown(question, sys.stderr)} ", end="", file=sys.stderr, flush=True)


def _shown(line: str, stream: TextIO) -> str:
    """The line as it is printed: a terminal gets it with line breaks, a log or `grep` without."""
    text = _cut(printable(line))
    return wrapped(text, _columns(stream)) if stream.isatty() else text


def _columns(terminal: TextIO) -> int:
    """The width of the terminal; 80 if it does not tell."""
    with suppress(KeyError, ValueError):
        if (columns := int(os.environ["COLUMNS"])) > 0:
            return columns
    with suppress(OSError):
        return os.get_terminal_size(terminal.fileno()).columns or _COLUMNS
    return _COLUMNS


def _cut(line: str) -> str:
    return line if len(line) <= MAX_LINE else f"{line[:MAX_LINE]}… ({len(line):,} characters)"


def print_json(document: object) -> None:
    """Print a JSON document to stdout: valid UTF-8, whatever the locale and the file names are."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")  # RFC 8259 section 8.1
    print(json_printable(json.dumps(document, ensure_ascii=False, indent=2)))


def document(project: Project, **parts: Any) -> dict[str, Any]:
    """The document of a command: its `parts`, the skipped posts and the warnings."""
    skipped = [{"path": str(s.path), "reason": s.reason} for s in project.entries.skipped]
    warnings = [
        {"path": str(d.path), "line": d.line, "message": d.message}
        for d in (*project.setting_errors, *project.setting_warnings, *project.diagnostics)
    ]
    kept = [{"path": str(one.path), "item": one.item_id} for one in _kept_items(project)]
    found = {**parts, "skipped": skipped, "kept_items": kept, "warnings": warnings}
    if project.config.site.output:
        from publisher.cli import pages_report  # noqa: PLC0415 - the help needs none of it

        found["built"] = pages_report.as_json(project)
    return found


def exit_code(project: Project, errors: Sequence[Exception | None] = ()) -> int:
    """The exit code of a run with these errors.

    A broken post or setting counts as one of them, and so does a post that waits for its page.
    """
    codes = [getattr(error, "exit_code", 1) for error in errors if error]
    codes += [PageMissing.exit_code] if project.built.waiting else []
    return first_exit_code([1 if project.entries.broken or project.setting_errors else 0, *codes])
