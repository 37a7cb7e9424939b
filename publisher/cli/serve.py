"""Show the feeds and the built site in a browser before they are deployed.

Serves the folder site.output, and the feeds as `build` would write them now. Each page reloads when
the site or a post changes, and shows what `check --readers` reports about its post. Writes and
publishes nothing. Ends with Ctrl-C.
"""

from __future__ import annotations

import argparse
import datetime as dt
import ipaddress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from publisher.app import file_watch
from publisher.app.serve.overview import FOLDER
from publisher.cli import options, output
from publisher.errors import ConfigError
from publisher.system.event_loop import run_async
from publisher.system.interruption import Interrupted
from publisher.text.counts import number_of

if TYPE_CHECKING:
    import socket

    from publisher.app.serve.preview_state import PreviewState
    from publisher.config import Config

EXAMPLE = "  publisher serve\n  publisher serve --port 0"

PORT = 8000
MAX_PORT = 65_535
LOOPBACK = "127.0.0.1"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--port",
        type=_port,
        default=PORT,
        metavar="NUMBER",
        help=f"the port (default: {PORT}); 0 takes any free one",
    )
    parser.add_argument(
        "--bind",
        type=_address,
        default=LOOPBACK,
        metavar="ADDRESS",
        help=f"the IP address to listen on (default: {LOOPBACK}, which only this machine reaches)",
    )
    parser.add_argument(
        "--host",
        action="append",
        default=[],
        metavar="NAME",
        help="also answer requests for this host name, e.g. laptop.local; may be repeated",
    )


def run(arguments: argparse.Namespace) -> int:
    try:
        from publisher.app.serve import web_app  # noqa: PLC0415 - optional libraries
    except ModuleNotFoundError as error:
        raise ConfigError(
            f"`publisher serve` needs {error.name}, which is not installed; install publisher with "
            "its extra: pip install '.[serve]'"
        ) from error
    file_watch.require_library("serve")
    config = options.load_config(arguments)
    listening = web_app.listen(arguments.bind, arguments.port)
    _print_addresses(config, listening)
    try:
        run_async(web_app.serve(config, listening, arguments.host, _print_state))
    except Interrupted as end:  # this is how people end it
        output.print_message("stopped")
        return end.exit_code
    return 0


def _print_addresses(config: Config, listening: socket.socket) -> None:
    address, port = listening.getsockname()[:2]
    host = f"[{address}]" if ":" in address else address
    base = urlsplit(config.site.root).path
    if config.site.output:
        output.print_line(f"the built site     http://{host}:{port}{base}")
    output.print_line(f"feeds and posts    http://{host}:{port}{FOLDER}")
    if not ipaddress.ip_address(address).is_loopback:
        output.print_message("warning: everybody who reaches this address can read the preview")
    output.print_message("press Ctrl-C to end")


def _print_state(state: PreviewState) -> None:
    """Print one line after each reading of the posts."""
    if state.error:
        output.print_message(f"error: {state.error}")
    elif state.shown:
        posts = [one for one in state.shown.posts if not one.reason]
        troubled = sum(bool(one.problems) for one in posts)
        now = dt.datetime.now().astimezone()
        output.print_line(
            f"{now:%H:%M:%S}  {number_of(len(posts), 'post')}, {troubled} with problems"
        )


def _port(text: str) -> int:
    """Parse a port. Raises ArgumentTypeError."""
    if not (text.isascii() and text.isdecimal() and int(text) <= MAX_PORT):
        raise argparse.ArgumentTypeError(f"{text!r} is not a port; e.g. {PORT}")
    return int(text)


def _address(text: str) -> str:
    """Parse an IP address. Raises ArgumentTypeError."""
    try:
        return str(ipaddress.ip_address(text))
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not an IP address; e.g. {LOOPBACK}, or 0.0.0.0 for all of this machine; "
            "--host adds a name"
        ) from error
