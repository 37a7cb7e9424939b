"""Demonstrate publisher on a temporary XMPP server: publish, edit and remove posts.

The demo starts a Prosody on loopback with a certificate of its own, publishes a small blog to it
with the real program, and reports what a subscriber receives. Only the feeds stay.
"""

from __future__ import annotations

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
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

from publisher import config as configs
from publisher.app.demo.prosody import Prosody
from publisher.errors import Refused
from publisher.system.children import running
from publisher.system.event_loop import run_async
from publisher.text.node_address import NodeAddress

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from publisher.config import Xmpp
    from publisher.xmpp.subscriber import NodeEvent, Subscriber

ARRIVAL_SECONDS = 20.0
NODE = "blog"
BLOG, READER = "blog", "reader"
PASSWORD_ENV = "PUBLISHER_DEMO_PASSWORD"  # noqa: S105 - the name of a variable

CONFIG = """\
site:
  title: The demo blog
  url: https://site.example
  author: {{name: Ada Example}}
  language: en
  timezone: Europe/Berlin
posts: {{path: posts, permalink: pretty}}
feeds:
  - {{path: "{output}/feed.atom", format: atom, url: "https://site.example/feed.atom"}}
  - {{path: "{output}/feed.rss", format: rss, url: "https://site.example/feed.rss"}}
  - {{path: "{output}/feed.json", format: json, url: "https://site.example/feed.json"}}
page: {{path: "{output}/index.html", url: "https://site.example/"}}
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


# The events of the demo.


class Scene(Struct, frozen=True):
    """The next part of the demo begins."""

    number: int
    title: str


class Command(Struct, frozen=True):
    """A command that a user would type."""

    text: str


class Printed(Struct, frozen=True):
    """The lines that a run of the program printed."""

    lines: Sequence[str]


class Subscribed(Struct, frozen=True):
    """The subscriber with this bare JID has subscribed at this xmpp: URI."""

    jid: str
    uri: str


class Received(Struct, frozen=True):
    """An event that reached the subscriber, and the seconds since the file changed."""

    event: NodeEvent
    seconds: float


class Finished(Struct, frozen=True):
    """The shortest and the longest time from a file to the subscriber, in seconds."""

    fastest: float
    slowest: float


DemoEvent: TypeAlias = Scene | Command | Printed | Subscribed | Received | Finished
OnDemoEvent: TypeAlias = "Callable[[DemoEvent], None]"


def demo(output: Path, on_event: OnDemoEvent) -> None:
    """Run the demo, and leave its feeds in `output`. Raises ConfigError, ServiceError."""
    passwords = {user: secrets.token_urlsafe(12) for user in (BLOG, READER)}
    with (
        Prosody(passwords, admins=[f"{BLOG}@localhost"]) as server,
        tempfile.TemporaryDirectory(prefix="publisher-demo-") as folder,
    ):
        run_async(_show(DemoSite(Path(folder), server, output, passwords, on_event)))


@dataclass
class DemoSite:
    """The demo's site: its folder of posts, its configuration, and runs of the program in it."""

    folder: Path
    server: Prosody
    output: Path
    passwords: dict[str, str]
    on_event: OnDemoEvent
    latencies: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        (self.folder / "posts").mkdir()
        self.config(BLOG)

    def config(self, user: str) -> Xmpp:
        """Write the configuration of an account, and return its xmpp section."""
        path = self.folder / ("publisher.yaml" if user == BLOG else f"{user}.yaml")
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

    async def publish(self) -> None:
        """Run `publisher publish` as a user does. Raises Refused if it fails."""
        async with running(
            (sys.executable, "-m", "publisher", "publish"),
            folder=self.folder,
            environment={**os.environ, PASSWORD_ENV: self.passwords[BLOG]},
            stderr=subprocess.STDOUT,
        ) as process:
            printed = (await process.stdout.read()).decode()
            code = await process.wait()
        self.on_event(Printed(printed.splitlines()))
        if code:
            raise Refused(f"`publisher publish` failed with exit code {code}")


async def _show(site: DemoSite) -> None:
    first, *others = _posts()
    site.on_event(Scene(1, "A first post: the feeds are built, the node is created"))
    site.write(first)
    site.on_event(Command("publisher publish"))
    await site.publish()
    async with _reader(site) as subscriber:
        reader = f"{READER}@{site.server.domain}"
        site.on_event(Subscribed(reader, _address(site).subscribe_uri))
        site.on_event(Scene(2, "More posts: each arrives at the subscriber as it is pushed"))
        for name in others:
            await _arrive(site, subscriber, f"cp {name} posts/", partial(site.write, name))
        site.on_event(Scene(3, "An edit: the same item, in place"))
        path = site.path(first)
        text = path.read_text(encoding="utf-8").replace("One command", "Just one command")
        edit = "sed -i 's/One command/Just one command/' posts/" + first
        await _arrive(site, subscriber, edit, lambda: path.write_text(text, encoding="utf-8"))
        site.on_event(Scene(4, "A removal: the item is retracted"))
        await _arrive(site, subscriber, f"rm posts/{others[0]}", site.path(others[0]).unlink)
        site.on_event(Scene(5, "Nothing changed: nothing is sent"))
        site.on_event(Command("publisher publish"))
        await site.publish()
    site.on_event(Finished(min(site.latencies), max(site.latencies)))


@asynccontextmanager
async def _reader(site: DemoSite) -> AsyncIterator[Subscriber]:
    from publisher.xmpp import connect  # noqa: PLC0415 - 0.1 s
    from publisher.xmpp.subscriber import Subscriber  # noqa: PLC0415 - the same

    async with connect(site.config(READER), site.passwords[READER]) as connection:
        yield await Subscriber(connection, _address(site)).subscribe()


async def _arrive(
    site: DemoSite, subscriber: Subscriber, command: str, act: Callable[[], object]
) -> None:
    """Change a file, run the program, and report the event that reaches the subscriber."""
    site.on_event(Command(f"{command} && publisher publish"))
    start = time.monotonic()
    act()
    await site.publish()
    event = await subscriber.next(seconds=ARRIVAL_SECONDS)
    site.latencies.append(event.at - start)
    site.on_event(Received(event, event.at - start))


def _address(site: DemoSite) -> NodeAddress:
    return NodeAddress(site.server.service, NODE)


def _posts() -> list[str]:
    posts = resources.files(__package__).joinpath("posts").iterdir()
    return sorted(path.name for path in posts)
