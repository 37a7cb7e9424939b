"""Notify the WebSub hubs of changed feeds. Run it once the feeds are on the web.

A hub is notified of each feed whose bytes have changed since the hub was last notified; running it
again does nothing. Hubs are not notified of archives, because nobody subscribes to those.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from publisher.app.ping import HUB_RETRY_SECONDS, PingOptions
from publisher.app.ping import ping as ping_hubs
from publisher.cli import hand_over, options, output
from publisher.errors import first_exit_code

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from publisher.app.ping import Ping
    from publisher.config import Config

EXAMPLE = """\
  publisher ping
  publisher ping --wait-for-url 300   (right after a deployment)"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    options.add_reading(parser)
    options.add_waits(
        parser,
        retry=HUB_RETRY_SECONDS,
        again="if a hub does not answer",
        before="a hub is notified of a feed, wait until its URL serves the local bytes",
    )
    parser.add_argument("--all", action="store_true", help="also notify hubs of unchanged feeds")


def run(arguments: argparse.Namespace) -> int:
    config = options.load_config(arguments)
    # `__main__` has tried that already, unless the state folder is hard to find.
    code = hand_over.handed_over(str(config.state), arguments.argv)
    return run_with(arguments, config) if code is None else code


def run_with(arguments: argparse.Namespace, config: Config, *, holds_lock: bool = False) -> int:
    """Ping; a caller that `holds_lock` of the state folder says so."""
    chosen = PingOptions(
        now=arguments.now, waits=options.waits(arguments), everything=arguments.all
    )
    pings = ping_hubs(config, chosen, output.print_wait, holds_lock=holds_lock)
    if arguments.json:
        output.print_json(_document(pings))
    else:
        _print_pings(pings)
    return first_exit_code(ping.error.exit_code for ping in pings if ping.error)


def _print_pings(pings: Sequence[Ping]) -> None:
    for ping in pings:
        if ping.outcome == "pinged":
            output.print_line(f"pinged  {ping.hub}  {ping.topic}")
    for error in {str(ping.error): ping.error for ping in pings if ping.error}.values():
        output.print_error("error", error)
    if all(ping.outcome == "unchanged" for ping in pings):
        output.print_line("nothing to ping: no feed has changed since the last ping")


def _document(pings: Sequence[Ping]) -> dict[str, object]:
    documents = [
        {
            "hub": ping.hub or None,
            "topic": ping.topic,
            "outcome": ping.outcome,
            "error": str(ping.error) if ping.error else None,
        }
        for ping in pings
    ]
    return {"pings": documents}
