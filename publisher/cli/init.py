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

if TYPE_CHECKING:
    import argparse

    from publisher.app.events import Event
    from publisher.app.init import WrittenConfig

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
    parser.add_argument("--jid", help="the account that publishes (default: no xmpp section)")
    parser.add_argument(
        "--service", help="the pubsub service (default: pubsub. and the domain of the JID)"
    )
    parser.add_argument("--node", default="blog", help="the node (default: blog)")


def run(arguments: argparse.Namespace) -> int:
    path: Path = arguments.config or _new_path()
    options = InitOptions(
        title=arguments.title,
        url=arguments.url,
        posts=arguments.posts,
        feed=arguments.feed,
        engine=arguments.engine,
        jid=arguments.jid,
        service=arguments.service,
        node=arguments.node,
    )
    _print_written(path, init(path, options, _print_note), has_jid=bool(arguments.jid))
    return 0


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
    kind = f"{written.engine} site" if written.posts else "feed"
    output.print_line(f"wrote {path}: {kind}{source}")
    if written.posts and not written.posts.is_dir():
        output.print_message(
            f"note: folder {written.posts} does not exist; set posts.path to the folder with your "
            "posts"
        )
    if not written.has_url:
        output.print_message(f"note: site.url is {configs.EXAMPLE_URL}; set it to your site's URL")
    if not has_jid:
        output.print_message(
            "note: without an xmpp section only feeds are built; see config.example.yaml to add one"
        )
    option = "" if _is_found(path) else f" --config {shlex.quote(str(path))}"
    output.print_line(f"next: publisher {'plan' if has_jid else 'build'}{option}")


def _is_found(path: Path) -> bool:
    """Whether the next command finds this configuration here, and no other."""
    try:
        return configurations(current_folder(), home()) == [path.absolute()]
    except ConfigError:
        return False
