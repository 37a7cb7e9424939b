"""Report problems that readers will have with your posts, and how to fix them.

Lists each post that is not published with the reason, and each warning with file and line: broken
links, missing images, doubtful dates, titles that look alike. Writes and sends nothing. The exit
code is 1 if a post could not be published.
"""

from __future__ import annotations

import itertools
import re
import sys
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from publisher.app import project as projects
from publisher.app.check import check
from publisher.app.events import posts_read
from publisher.cli import check_json, options, output, pages_report
from publisher.cli.progress import progress
from publisher.lint import clients
from publisher.text.counts import number_of

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator, Sequence

    from publisher.app.check import Checked
    from publisher.app.project import Project
    from publisher.entry import Entry
    from publisher.lint.built import SharedDifference
    from publisher.lint.clients import ClientDiagnostic
    from publisher.post import Diagnostic, Skip
    from publisher.sources.built.pages.pattern import AddressDifference

EXAMPLE = "  publisher check --readers\n  publisher check --json"

LEAST_FOR_BAR = 200  # entries; fewer are checked before anybody could read a progress bar
SUBJECTS = 3  # how many feeds, items or posts are named of many
MOST_NAMED = 20  # warnings of one kind that are all named

# What two warnings of one kind may not have in common: quotations, URLs and files, numbers.
_NAMES = re.compile(r"""; also in line.*|"[^"]*"|<[^>]*>|\S*[/.]\S+|\d+""")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(shows=True)
    options.add_reading(parser)
    parser.add_argument(
        "--readers",
        action="store_true",
        help="also show how Movim, newsboat and other readers display the feeds and items",
    )


def run(arguments: argparse.Namespace) -> int:
    config = options.load_config(arguments)
    with progress() as show:
        project = projects.read(
            config, now=arguments.now, every_page=True, anew=True, on_read=posts_read(show)
        )
    watch = _with_bar if sys.stderr.isatty() else iter
    checked = check(project, now=arguments.now, with_clients=arguments.readers, watch=watch)
    if arguments.json:
        output.print_json(check_json.document(project, checked))
    else:
        for one in project.setting_errors:
            _print(project, f"{one.path}:{one.line}: error: {one.message}")
        for one in checked.setting_warnings:
            _print(project, f"{one.path}:{one.line}: warning: {one.message}")
        for doubt in checked.unread:
            _print(project, f"{doubt.place}: warning: {doubt.message}")
        _print_posts(project, checked)
        if checked.client_diagnostics is not None:
            if project.entries.entries:
                _print_reader_diagnostics(checked.client_diagnostics)
            else:
                output.print_line("readers: there are no posts to show")
            for advice in clients.advice(project.config.xmpp):
                output.print_line(f"note: {advice}")
    return output.exit_code(project)


def _print_reader_diagnostics(diagnostics: Sequence[ClientDiagnostic]) -> None:
    """Print the messages by reader. A message that many posts share is printed once."""
    shared: defaultdict[tuple[str, str, str], list[ClientDiagnostic]] = defaultdict(list)
    for diagnostic in diagnostics:
        shared[diagnostic.reader, diagnostic.message, diagnostic.caveat].append(diagnostic)
    for reader, message, caveat in sorted(shared, key=lambda key: key[0]):
        output.print_line(f"{reader}: {message}{caveat}")
        output.print_line(f"    {_subjects(shared[reader, message, caveat])}")
    if not diagnostics:
        output.print_line("readers: no problems; all readers show the posts as they are")


def _subjects(diagnostics: Sequence[ClientDiagnostic]) -> str:
    """`a.atom, b.atom and 3 more, as in 2026-01-31-a.md`."""
    subjects = list(dict.fromkeys(diagnostic.subject for diagnostic in diagnostics))
    more = f" and {len(subjects) - SUBJECTS} more" if len(subjects) > SUBJECTS else ""
    example = next((diagnostic.example for diagnostic in diagnostics if diagnostic.example), "")
    return ", ".join(subjects[:SUBJECTS]) + more + (f", as in {example}" if example else "")


def _with_bar(entries: Sequence[Entry]) -> Iterator[Entry]:
    """The entries, with a progress bar if there are many."""
    if len(entries) < LEAST_FOR_BAR:
        yield from entries
        return
    from rich.console import Console  # noqa: PLC0415 - 0.1 s, and only for terminals
    from rich.progress import track  # noqa: PLC0415

    console = Console(stderr=True)
    yield from track(entries, "checking readers", console=console, transient=True)


def _print_posts(project: Project, checked: Checked) -> None:
    """Print, in the order of paths, why a post is not published, and its warnings."""
    built = checked.built.in_short()
    diagnostics = check_json.by_post(checked.diagnostics, built)
    named, others = output.in_short(project.entries.skipped)
    skips = {skip.path: skip for skip in named}
    kinds = _Kinds(itertools.chain.from_iterable(diagnostics.values()))
    for path in sorted({*skips, *diagnostics}):
        if path in skips:
            place = project.config.posts.where(path, skips[path].line)
            _print(project, _skip_line(skips[path], place))
        _print_warnings(project, diagnostics.get(path, ()), kinds)
    for word, line in output.others_in_short(project, others):
        _print(project, line.replace(": ", f": {word}: ", 1))
    if pages := output.pages_in_short(project):
        _print(project, pages)
    if elsewhere := pages_report.elsewhere(project):
        _print(project, elsewhere)
    _print_shared(project, built.shared)
    for difference in checked.addresses:
        output.print_line(f"note: {difference.message}{_advice(difference)}")
    warnings = len(checked.setting_warnings) + sum(map(len, diagnostics.values()))
    warnings += len(checked.unread) + len(built.shared)
    output.print_line(_summary(project, warnings))
    if tags := check_json.tags_of_templates(project.entries.entries, project):
        counts = ", ".join(
            f"{count} {check_json.TAG_OUTCOMES[outcome]}" for outcome, count in tags.items()
        )
        output.print_line(f"template tags: {counts}")


def _print_warnings(project: Project, of_post: Sequence[Diagnostic], kinds: _Kinds) -> None:
    for one in sorted(of_post, key=lambda one: (one.line, one.message)):
        if kinds.names(one):
            place = project.config.posts.where(one.path, one.line)
            _print(project, f"{place}: warning: {one.message}")
        if more := kinds.left(one):
            output.print_line(f"    and {more} more of this kind; --json lists all")


class _Kinds:
    """Names every warning of a few, and the first of many that differ only in names and numbers."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self._counts = Counter(_kind(one) for one in diagnostics)
        self._named: Counter[str] = Counter()

    def names(self, diagnostic: Diagnostic) -> bool:
        """Whether this one is printed; asked once for each."""
        kind = _kind(diagnostic)
        self._named[kind] += 1
        return self._counts[kind] <= MOST_NAMED or self._named[kind] <= SUBJECTS

    def left(self, diagnostic: Diagnostic) -> int:
        """How many of its kind will not be printed; 0 unless this is the last that is."""
        kind = _kind(diagnostic)
        is_last = self._counts[kind] > MOST_NAMED and self._named[kind] == SUBJECTS
        return self._counts[kind] - SUBJECTS if is_last else 0


def _kind(diagnostic: Diagnostic) -> str:
    return _NAMES.sub("", diagnostic.message)


def _print(project: Project, line: str) -> None:
    """Print a line that begins with a path: as seen from the folder of publisher.yaml."""
    folder = f"{project.config.path.parent}"
    output.print_line(line.removeprefix(f"{folder}/") if folder != "/" else line)


def _print_shared(project: Project, shared: Sequence[SharedDifference]) -> None:
    """Print what the pages of several posts have in common, with the names of some of them."""
    for one in shared:
        names = ", ".join(map(str, one.paths[:SUBJECTS]))
        more = f" and {len(one.paths) - SUBJECTS} more" if len(one.paths) > SUBJECTS else ""
        place = project.config.posts.place
        _print(project, f"{place}: warning: {one.message}")
        output.print_line(f"    {names}{more}")


def _advice(difference: AddressDifference) -> str:
    """How to tell publisher the rule of these URLs; readers get the right ones anyway."""
    return f"; posts.permalink: {difference.template} gives them" if difference.template else ""


def _skip_line(skip: Skip, place: str) -> str:
    return f"{place}: {output.kind(skip)}: {skip.reason}"


def _summary(project: Project, warnings: int) -> str:
    return f"{output.post_counts(project)}; {number_of(warnings, 'warning')}"
