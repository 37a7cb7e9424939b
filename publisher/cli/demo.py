"""Publish a small blog on a throw-away XMPP server, edit a post and delete one.

Starts Prosody on loopback with a certificate of its own, runs `publisher publish`, and prints what
a subscriber receives. At the end only the feeds remain.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, assert_never
from xml.etree import ElementTree as ET

from publisher.app import demo
from publisher.cli.output import print_line
from publisher.feeds import ATOM
from publisher.xmpp.subscriber import ItemPublished

if TYPE_CHECKING:
    import argparse

EXAMPLE = "  publisher demo --output demo-feeds"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--output",
        type=Path,
        metavar="FOLDER",
        help="the folder for the feeds (default: a new temporary folder)",
    )


def run(arguments: argparse.Namespace) -> int:
    output = (arguments.output or Path(tempfile.mkdtemp(prefix="publisher-demo-"))).absolute()
    print_line("Starting a throw-away Prosody on loopback ...")
    demo.demo(output, _print_event)
    print_line()
    print_line(
        "The server, its accounts and its certificate are gone. The feeds and the page are here:"
    )
    for name in ("feed.atom", "feed.rss", "feed.json", "index.html"):
        print_line(f"  {output / name}")
    return 0


def _print_event(event: demo.DemoEvent) -> None:
    match event:
        case demo.Scene(number, title):
            print_line()
            print_line(f"{number}. {title}")
        case demo.Command(text):
            print_line(f"  $ {text}")
        case demo.Printed(lines):
            for line in lines or ["(it printed nothing)"]:
                print_line(f"    {line}")
        case demo.Subscribed(jid, uri):
            print_line(f"    {jid} subscribes to {uri}")
        case demo.Received():
            _print_received(event)
        case demo.Finished(fastest, slowest):
            print_line()
            print_line(
                f"From file to subscriber: {fastest:.2f} to {slowest:.2f} s, "
                "including the start of the program."
            )
        case _:
            assert_never(event)


def _print_received(received: demo.Received) -> None:
    event = received.event
    print_line(f"  {demo.READER} received, {received.seconds:.2f} s after the file changed:")
    if not isinstance(event, ItemPublished) or not event.payload:
        print_line(f"    | retracted   {event.id}")
        return
    entry = ET.fromstring(event.payload)  # noqa: S314 - from our own server
    texts = [c.text or "" for c in entry.findall(f"{ATOM}content") if c.get("type") == "text"]
    link = entry.find(f"{ATOM}link")
    print_line(f"    | item        {event.id}")
    print_line(f"    | title       {entry.findtext(f'{ATOM}title')}")
    print_line(f"    | updated     {entry.findtext(f'{ATOM}updated')}")
    print_line(f"    | link        {'' if link is None else link.get('href')}")
    for line in "".join(texts).partition("\n\n")[0].splitlines():
        print_line(f"    | {line}")
