"""Show the whole thing on a throw-away XMPP server: posts pushed, edited and removed.

Starts a Prosody on loopback with a certificate of its own, publishes a small blog to it with the
real program, and prints what a subscriber receives. Leaves only the feeds behind.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import subprocess
import sys
import tempfile
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from publisher import config as configs
from publisher.cli.demo.prosody import Prosody
from publisher.errors import Refused
from publisher.feeds import ATOM
from publisher.system.event_loop import run_async
from publisher.text.node_address import NodeAddress

if TYPE_CHECKING:
    import argparse
    from collections.abc import AsyncIterator, Callable, Sequence

    from publisher.config import Xmpp
    from publisher.xmpp import Event, Subscriber

EXAMPLE = "  publisher demo --output demo-feeds"

ARRIVAL_SECONDS = 20.0
NODE = "blog"
BLOG, READER = "blog", "reader"
PASSWORD_ENV = "PUBLISHER_DEMO_PASSWORD"  # noqa: S105 - the name of a variable

CONFIG = """\
site:
  title: The demo blog
  url: https://blog.example
  author: {{name: Ada Example}}
  language: en
  timezone: Europe/Berlin
posts: {{path: posts, permalink: pretty}}
feeds:
  - {{path: "{output}/feed.atom", format: atom, url: "https://blog.example/feed.atom"}}
  - {{path: "{output}/feed.rss", format: rss, url: "https://blog.example/feed.rss"}}
  - {{path: "{output}/feed.json", format: json, url: "https://blog.example/feed.json"}}
page: {{path: "{output}/index.html", url: "https://blog.example/"}}
stylesheet: "{output}/feed.css"
xmpp:
  jid: {user}@{server.domain}
  password_env: {password_env}
  host: {server.host}
  port: {server.direct_port}
  tls: direct
  ca_file: {server.ca_file}
  nodes:
    - {{service: {server.service}, node: {node}, title: The demo blog}}
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--output",
        type=Path,
        metavar="FOLDER",
        help="where to leave the feeds (default: a new temporary folder)",
    )


def run(arguments: argparse.Namespace) -> int:
    output = (arguments.output or Path(tempfile.mkdtemp(prefix="publisher-demo-"))).absolute()
    passwords = {user: secrets.token_urlsafe(12) for user in (BLOG, READER)}
    print("Starting a throw-away Prosody on loopback ...")
    with (
        Prosody(passwords, admins=[f"{BLOG}@localhost"]) as server,
        tempfile.TemporaryDirectory(prefix="publisher-demo-") as folder,
    ):
        blog = Blog(Path(folder), server, output, passwords)
        run_async(_show(blog))
    print(
        "\nThe server, its accounts and its certificate are gone. The feeds are here, and the page:"
    )
    for name in ("feed.atom", "feed.rss", "feed.json", "index.html"):
        print(f"  {output / name}")
    return 0


@dataclass
class Blog:
    """The demo's blog: its folder, the posts to come, and the program run in it."""

    folder: Path
    server: Prosody
    output: Path
    passwords: dict[str, str]
    latencies: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        (self.folder / "posts").mkdir()
        self.config(BLOG)

    def config(self, user: str) -> Xmpp:
        """Write the configuration for an account; its xmpp section."""
        path = self.folder / ("config.yaml" if user == BLOG else f"{user}.yaml")
        path.write_text(
            CONFIG.format(
                output=self.output,
                server=self.server,
                user=user,
                node=NODE,
                password_env=PASSWORD_ENV,
            ),
            encoding="utf-8",
        )
        return configs.load(path).xmpp[0]

    def write(self, name: str) -> None:
        source = resources.files(__package__).joinpath("posts", name)
        self.path(name).write_bytes(source.read_bytes())

    def path(self, name: str) -> Path:
        return self.folder / "posts" / name

    async def publish(self) -> str:
        """Run `publisher publish` as a user does; what it printed. Raises Refused if it failed."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "publisher", "publish"),
            cwd=self.folder,
            env={**os.environ, PASSWORD_ENV: self.passwords[BLOG]},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        printed = (await process.communicate())[0].decode()
        for line in printed.splitlines():
            print(f"    {line}")
        if process.returncode:
            raise Refused(f"publisher publish ended with exit code {process.returncode}")
        return printed


async def _show(blog: Blog) -> None:
    first, *others = _posts()
    _title(1, "A first post: the feeds are built, the node is created")
    blog.write(first)
    _command("publisher publish")
    await blog.publish()
    async with _reader(blog) as subscriber:
        print(f"    {READER}@{blog.server.domain} subscribes to {_address(blog).subscribe_uri}")
        _title(2, "More posts: each arrives at the subscriber as it is pushed")
        for name in others:
            await _arrive(blog, subscriber, f"cp {name} posts/", partial(blog.write, name))
        _title(3, "An edit: the same item, in place")
        path = blog.path(first)
        text = path.read_text(encoding="utf-8").replace("One command", "Just one command")
        edit = "sed -i 's/One command/Just one command/' posts/" + first
        await _arrive(blog, subscriber, edit, lambda: path.write_text(text, encoding="utf-8"))
        _title(4, "A removal: the item is retracted")
        await _arrive(blog, subscriber, f"rm posts/{others[0]}", blog.path(others[0]).unlink)
        _title(5, "Nothing changed: nothing is sent")
        _command("publisher publish")
        if not await blog.publish():
            print("    (it printed nothing)")
    _tell_latencies(blog.latencies)


@asynccontextmanager
async def _reader(blog: Blog) -> AsyncIterator[Subscriber]:
    from publisher.xmpp import Subscriber, connect  # noqa: PLC0415 - 0.1 s

    async with connect(blog.config(READER), blog.passwords[READER]) as connection:
        yield await Subscriber(connection, _address(blog)).subscribe()


async def _arrive(
    blog: Blog, subscriber: Subscriber, command: str, act: Callable[[], object]
) -> None:
    """Change a file, run the program, and show what reaches the subscriber, and when."""
    _command(f"{command} && publisher publish")
    begun = time.monotonic()
    act()
    await blog.publish()
    event = await subscriber.next(seconds=ARRIVAL_SECONDS)
    blog.latencies.append(event.at - begun)
    _tell_event(event, event.at - begun)


def _tell_event(event: Event, seconds: float) -> None:
    print(f"  {READER} received, {seconds:.2f} s after the file changed:")
    payload = getattr(event, "payload", None)
    if payload is None:
        print(f"    | retracted   {event.id}")
        return
    entry = ET.fromstring(payload)  # noqa: S314 - from our own server
    texts = [c.text or "" for c in entry.findall(f"{ATOM}content") if c.get("type") == "text"]
    link = entry.find(f"{ATOM}link")
    print(f"    | item        {event.id}")
    print(f"    | title       {entry.findtext(f'{ATOM}title')}")
    print(f"    | updated     {entry.findtext(f'{ATOM}updated')}")
    print(f"    | link        {'' if link is None else link.get('href')}")
    for line in "".join(texts).partition("\n\n")[0].splitlines():
        print(f"    | {line}")


def _tell_latencies(latencies: Sequence[float]) -> None:
    print(
        f"\nFrom file to subscriber: {min(latencies):.2f} to {max(latencies):.2f} s, "
        "the start of the program included."
    )


def _address(blog: Blog) -> NodeAddress:
    return NodeAddress(blog.server.service, NODE)


def _posts() -> list[str]:
    found = resources.files(__package__).joinpath("posts").iterdir()
    return sorted(path.name for path in found)


def _title(number: int, text: str) -> None:
    print(f"\n{number}. {text}")


def _command(text: str) -> None:
    print(f"  $ {text}")
