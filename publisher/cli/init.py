"""Write a publisher.yaml for the site in this folder.

Detects the site generator, its settings and the folder with the posts. If the site is built, finds
its output folder and learns where the pages have the text of the posts. Never overwrites a file;
--learn learns again, shows what changes in the existing one, and asks.
"""

from __future__ import annotations

import difflib
import os
import shlex
import sys
import typing
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from publisher import config as configs
from publisher.app.events import Note, PagesRead
from publisher.app.init import InitOptions, init, learn_again, require_yes, write
from publisher.app.init.no_posts_advice import warning
from publisher.cli import output
from publisher.cli.options import current_folder, home
from publisher.config.find import NAME, configurations
from publisher.errors import ConfigError
from publisher.text.counts import number_of

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from publisher.app.events import Event, OnEvent
    from publisher.app.init import Ask, WrittenConfig
    from publisher.app.init.learning import Lesson
    from publisher.app.init.survey import Survey
    from publisher.cli.progress_bar import PageBar

EXAMPLE = (
    "  publisher init --url https://blog.example --jid blog@example.org\n  publisher init --learn"
)
LEAST_FOR_BAR = 200  # pages; fewer are read before anybody could read a progress bar


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--title",
        help="the title of the site (default: from its settings or pages, or the folder name)",
    )
    parser.add_argument("--url", help="the URL of the site (default: from its settings or pages)")
    parser.add_argument("--posts", help="the folder with the posts (default: detected)")
    parser.add_argument(
        "--feed",
        help="the URL or file of a feed to publish instead of a folder, or a page that names it",
    )
    parser.add_argument(
        "--engine",
        choices=typing.get_args(configs.Engine),
        metavar="ENGINE",
        help="the site generator whose rules apply: %(choices)s (default: detected)",
    )
    parser.add_argument(
        "--permalink",
        metavar="TEMPLATE",
        help="the URLs of posts, e.g. /:year/:slug/ (default: by the rules of the generator)",
    )
    parser.add_argument("--jid", help="the account that publishes (default: no xmpp section)")
    parser.add_argument(
        "--service", help="the pubsub service (default: pubsub. and the domain of the JID)"
    )
    parser.add_argument("--node", default="blog", help="the node (default: blog)")
    parser.add_argument(
        "--learn",
        action="store_true",
        help="learn again from the built site where the text of posts is, and change only "
        "site.output, posts.body, posts.drop and posts.from in an existing publisher.yaml, a "
        "site.title that is the name of the folder, and feeds that a build would copy",
    )
    parser.add_argument("--yes", action="store_true", help="answer every question with yes")


def run(arguments: argparse.Namespace) -> int:
    ask = _ask_yes if arguments.yes else _ask
    if arguments.learn:
        return _learn(arguments, ask)
    path: Path = arguments.config or _new_path()
    options = InitOptions(
        title=arguments.title,
        url=arguments.url,
        posts=arguments.posts,
        feed=arguments.feed,
        engine=arguments.engine,
        permalink=arguments.permalink,
        jid=arguments.jid,
        service=arguments.service,
        node=arguments.node,
    )
    with _shown() as show:
        ask_text = _nothing if arguments.yes else _ask_text
        written = init(path, options, show, ask=ask, ask_text=ask_text)
    _print_written(path, written, has_jid=bool(arguments.jid))
    return 0


def _learn(arguments: argparse.Namespace, ask: Ask) -> int:
    """Learn again, show what changes, and write it if the answer is yes."""
    path = arguments.config or configs.find(current_folder(), home=home(), uid=os.getuid())
    with _shown() as show:
        revision = learn_again(path, show)
    _print_lesson(revision.lesson)
    if revision.after == revision.before:
        output.print_line(f"{path} stays as it is")
        return 0
    before, after = revision.before.splitlines(), revision.after.splitlines()
    for line in difflib.unified_diff(before, after, str(path), str(path), lineterm=""):
        output.print_verbatim(line)
    require_yes(
        ask,
        f"{path} would change as shown",
        f"Change {path}?",
        yes="to write it, run again with --yes: publisher init --learn --yes",
    )
    write(revision)
    output.print_line(f"changed {path}")
    return 0


def _ask_yes(_: str) -> bool:
    return True


def _ask(question: str) -> bool | None:
    """Ask on the terminal; None if there is none."""
    return output.ask(question) if output.can_ask() else None


def _nothing(_: str) -> None:
    """Type nothing: `--yes` is no answer to a question for a text."""


def _ask_text(question: str) -> str | None:
    """Ask for a line on the terminal; None if there is none."""
    return output.ask_text(question) if output.can_ask() else None


def _new_path() -> Path:
    """Where `init` writes by default. Raises ConfigError if there is a configuration above."""
    for path in configurations(current_folder(), home()):
        # `app.init` reports one in this folder.
        if path.parent != current_folder():
            raise ConfigError(
                f"{path} already applies to this folder; edit it, or write another configuration "
                f"with --config {NAME}"
            )
    return Path(NAME)


@contextmanager
def _shown() -> Iterator[OnEvent]:
    """Yield a callback that prints notes, and shows on a terminal how many pages are read."""
    bar: PageBar | None = None

    def show(event: Event) -> None:
        nonlocal bar
        match event:
            case Note(text=text):
                output.print_message(f"note: {text}")
            case PagesRead(total=total) if total >= LEAST_FOR_BAR and sys.stderr.isatty():
                from publisher.cli.progress_bar import PageBar  # noqa: PLC0415 - 0.1 s, and on terminals

                bar = bar or PageBar()
                bar.show(event)
            case _:
                pass

    try:
        yield show
    finally:
        if bar:
            bar.close()


def _print_written(path: Path, written: WrittenConfig, *, has_jid: bool) -> None:
    source = f", with settings from {written.source}" if written.source else ""
    kind = f"{written.kind} site" if written.kind else "folder of posts"
    output.print_line(f"wrote {path}: {kind if written.posts else 'feed'}{source}")
    output.print_line(_posts_found(written.survey))
    if nothing := warning(written.survey):
        output.print_message(f"warning: {nothing}")
    if written.lesson:
        _print_lesson(written.lesson)
    for key, value, source in written.taken:
        output.print_line(f"{key}: {value}, from {source}")
    if not has_jid:
        output.print_message(
            "note: without an xmpp section only feeds are built; see config.example.yaml to add one"
        )
    option = "" if _is_found(path) else f" --config {shlex.quote(str(path))}"
    after = "plan" if has_jid else "build"
    if written.survey.posts or not written.posts:
        output.print_line(f"next: publisher check{option}, then publisher {after}{option}")
    else:
        output.print_line(f"next: publisher check{option}, as soon as there is a post")


def _print_lesson(lesson: Lesson) -> None:
    """`_site has pages of 416 of 420 posts; the text of your posts is in ...`."""
    if not lesson.output:
        output.print_message(f"note: {lesson.summary}")
        return
    pages = f"{lesson.output} has pages of {lesson.found} of {number_of(lesson.posts, 'post')}"
    stays = "; posts.body stays" if lesson.stays else ""
    output.print_line(f"{pages}; {lesson.summary}{stays}")
    for line in lesson.staying:
        output.print_message(f"note: {line}")


def _posts_found(found: Survey) -> str:
    """`416 posts, 410 of them published; the newest is "Hello" of 2026-01-31: URL`."""
    posts = number_of(found.posts, "post")
    if found.posts != found.published:
        posts += f", {found.published} of them published"
    if found.newest is None:
        return f"found {posts}"
    newest = found.newest
    return f'found {posts}; the newest is "{newest.title}" of {newest.day}: {newest.url}'


def _is_found(path: Path) -> bool:
    """Whether the next command finds this configuration here, and no other."""
    try:
        return configurations(current_folder(), home()) == [path.absolute()]
    except ConfigError:
        return False
