"""Write a publisher.yaml for the site in this folder.

Detects the site generator, its settings and the folder with the posts. Never overwrites a file.
"""

from __future__ import annotations

import shlex
import typing
from pathlib import Path
from typing import TYPE_CHECKING

from publisher import config as configs
from publisher.app.events import Note
from publisher.app.init import InitOptions, init
from publisher.cli import output
from publisher.cli.options import current_folder, home
from publisher.config.find import NAME, configurations
from publisher.errors import ConfigError
from publisher.text.counts import number_of

if TYPE_CHECKING:
    import argparse

    from publisher.app.events import Event
    from publisher.app.init import WrittenConfig
    from publisher.app.init.survey import Survey

EXAMPLE = "  publisher init --url https://blog.example --jid blog@example.org"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--title", help="the title of the site (default: from its settings, or the folder name)"
    )
    parser.add_argument("--url", help="the URL of the site (default: from its settings)")
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
    parser.add_argument("--yes", action="store_true", help="answer every question with yes")


def run(arguments: argparse.Namespace) -> int:
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
    written = init(path, options, _print_note, ask=_ask_yes if arguments.yes else _ask)
    _print_written(path, written, has_jid=bool(arguments.jid))
    return 0


def _ask_yes(_: str) -> bool:
    return True


def _ask(question: str) -> bool | None:
    """Ask on the terminal; None if there is none."""
    return output.ask(question) if output.can_ask() else None


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


def _print_note(event: Event) -> None:
    if isinstance(event, Note):
        output.print_message(f"note: {event.text}")


def _print_written(path: Path, written: WrittenConfig, *, has_jid: bool) -> None:
    source = f", with settings from {written.source}" if written.source else ""
    kind = f"{written.kind} site" if written.kind else "folder of posts"
    output.print_line(f"wrote {path}: {kind if written.posts else 'feed'}{source}")
    output.print_line(_posts_found(written.survey))
    if not written.has_url:
        output.print_message(f"note: site.url is {configs.EXAMPLE_URL}; set it to your site's URL")
    if not has_jid:
        output.print_message(
            "note: without an xmpp section only feeds are built; see config.example.yaml to add one"
        )
    option = "" if _is_found(path) else f" --config {shlex.quote(str(path))}"
    output.print_line(f"next: publisher {'plan' if has_jid else 'build'}{option}")


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
