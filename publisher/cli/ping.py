"""Notify the WebSub hubs of changed feeds. Run it once the feeds are on the web.

A hub is notified of each feed whose bytes have changed since the hub was last notified; running it
again does nothing. Hubs are not notified of archives, because nobody subscribes to those.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from publisher.app.options import PingOptions
from publisher.app.ping import ping
from publisher.cli import options, output

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from publisher.app.ping import Ping

EXAMPLE = """\
  publisher ping
  publisher ping --wait-for-url 300   (right after a deployment)"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    options.add_reading(parser)
    options.add_waits(
        parser,
        again="if a hub does not answer",
        before="a hub is notified of a feed, wait until its URL serves the local bytes",
    )
    parser.add_argument("--all", action="store_true", help="also notify hubs of unchanged feeds")


def run(arguments: argparse.Namespace) -> int:
    chosen = PingOptions(
        now=arguments.now, waits=options.waits(arguments), everything=arguments.all
    )
    done = ping(options.load_config(arguments), chosen, output.tell_wait)
    if arguments.json:
        print(_document(done))
    else:
        _tell(done)
    return max((one.error.exit_code for one in done if one.error), default=0)


def _tell(done: Sequence[Ping]) -> None:
    for one in done:
        if one.outcome == "pinged":
            print(f"pinged  {one.hub}  {one.topic}")
    for message in dict.fromkeys(str(one.error) for one in done if one.error):
        output.say(f"error: {message}")
    if all(one.outcome == "unchanged" for one in done):
        print("nothing to tell: no feed has changed since")


def _document(done: Sequence[Ping]) -> str:
    pings = [
        {
            "hub": one.hub or None,
            "topic": one.topic,
            "outcome": one.outcome,
            "error": str(one.error) if one.error else None,
        }
        for one in done
    ]
    return json.dumps({"pings": pings}, ensure_ascii=False, indent=2)
