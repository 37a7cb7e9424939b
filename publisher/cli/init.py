"""Write a publisher.yaml for the site in this folder.

Detects the site generator, its settings and the folder with the posts. Never overwrites a file.
"""

from __future__ import annotations

import typing
from pathlib import Path
from typing import TYPE_CHECKING

from publisher import config as configs
from publisher.app.events import Note
from publisher.app.init import InitOptions, init
from publisher.cli import output
from publisher.config.find import NAME

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
    parser.add_argument("--feed", help="the URL or file of a feed to publish instead of a folder")
    parser.add_argument(
        "--engine",
        choices=typing.get_args(configs.Engine),
        help="the site generator whose rules apply (default: detected)",
    )
    parser.add_argument("--jid", help="the account that publishes (default: no xmpp section)")
    parser.add_argument(
        "--service", help="the pubsub service (default: pubsub. and the domain of the JID)"
    )
    parser.add_argument("--node", default="blog", help="the node (default: blog)")


def run(arguments: argparse.Namespace) -> int:
    path: Path = arguments.config or Path(NAME)
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
    _tell(path, init(path, options, _tell_note), has_jid=bool(arguments.jid))
    return 0


def _tell_note(event: Event) -> None:
    if isinstance(event, Note):
        output.say(f"note: {event.text}")


def _tell(path: Path, written: WrittenConfig, *, has_jid: bool) -> None:
    source = f", with what {written.source} says" if written.source else ""
    kind = f"a site of {written.engine}" if written.posts else "a feed"
    print(f"wrote {path}: {kind}{source}")
    if written.posts and not written.posts.is_dir():
        output.say(f"note: there is no folder {written.posts}; set posts.path")
    if not written.has_url:
        output.say(f"note: set site.url; it is {configs.EXAMPLE_URL} now")
    if not has_jid:
        output.say("note: there is no xmpp section: feeds only; see config.example.yaml")
    named = "" if path == Path(NAME) else f" --config {path}"
    print(f"next: publisher {'plan' if has_jid else 'build'}{named}")
