"""publisher as it runs in a generated site: its configurations, its commands, its state."""

from __future__ import annotations

import shutil
import sqlite3
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from benchmarks.bench.generated_site import FEED_LENGTH, PAGES, POSTS, TITLE, URL, Site
from benchmarks.bench.measuring import Command, Cost

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from publisher.app.demo.temporary_server import Server

USER, PASSWORD = "blog", "benchmark"
ENVIRONMENT = {"BENCHMARK_PASSWORD": PASSWORD}
CONFIG = """\
site: {{title: {title}, url: "{url}", since: 2010-01-01{output}}}
posts: {{path: {posts}, engine: hugo, site: .{body}}}
feeds: [{{path: {name}/feed.atom, format: atom, limit: {limit}}}]
state: {name}/state
"""
XMPP = """\
xmpp:
  jid: {user}@{endpoint.server.domain}
  password_env: BENCHMARK_PASSWORD
  host: {endpoint.host}
  port: {endpoint.port}
  tls: {endpoint.tls}
  ca_file: {endpoint.server.ca_file}
  nodes: [{{service: {endpoint.server.service}, node: {node}{keep}}}]
"""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a server is reached: at one of its own ports, or at that of a proxy."""

    server: Server
    tls: Literal["direct", "starttls"]
    host: str
    port: int

    @classmethod
    def of(cls, server: Server, tls: Literal["direct", "starttls"] = "direct") -> Endpoint:
        port = server.direct_port if tls == "direct" else server.port
        return cls(server, tls, server.host, port)


@dataclass(frozen=True, slots=True)
class PublisherSite:
    """One configuration of publisher in the folder of a site; `name` is also that of its node."""

    site: Site
    name: str

    def configure(
        self, *, with_pages: bool = False, limit: int | str = FEED_LENGTH
    ) -> PublisherSite:
        """Write a configuration for one feed, with the pages that the site's generator built."""
        text = CONFIG.format(
            title=TITLE,
            url=URL,
            posts=POSTS,
            output=f", output: {PAGES.parent}" if with_pages else "",
            body=", body: .post-content" if with_pages else "",
            name=self.name,
            limit=limit,
        )
        self._config.write_text(text)
        return self

    def add_node(
        self, endpoint: Endpoint, *, keep: int | None = None, node: str = ""
    ) -> PublisherSite:
        """Add a node; without a name of its own it has that of the configuration."""
        text = XMPP.format(
            user=USER,
            endpoint=endpoint,
            node=node or self.name,
            keep=f", keep: {keep}" if keep else "",
        )
        with self._config.open("a") as config:
            config.write(text)
        return self

    def settle_files(self, seconds: float) -> None:
        """Set how long a watcher waits after a write."""
        line = f"watch: {{settle: {seconds}}}\n"
        text = self._config.read_text()
        self._config.write_text(text if line in text else text + line)

    @property
    def _config(self) -> Path:
        return self.site.folder / f"{self.name}.yaml"

    def command(self, command: str, *options: str) -> Command:
        arguments = ["-m", "publisher", command, "--config", self._config.name, *options]
        return Command([sys.executable, *arguments], self.site.folder, ENVIRONMENT)

    def build(self, _: int = 0) -> Cost:
        return self.command("build").run()

    def publish(self, _: int = 0) -> Cost:
        return self.command("publish").run()

    def forget(self, _: int = 0) -> None:
        """Delete what earlier runs wrote: the state with its caches, and the feed."""
        shutil.rmtree(self.site.folder / self.name, ignore_errors=True)

    def delete_feed(self, _: int = 0) -> None:
        (self.site.folder / self.name / "feed.atom").unlink(missing_ok=True)

    def settle(self, *commands: str, seconds: float) -> None:
        """Run commands until nothing is left for them to do, read again or look at.

        A file is read again as long as another change could have the same time: so wait, unless
        `seconds` is 0, which is enough for a run that is not measured.
        """
        self._run_all(commands)
        if seconds:
            self._age_ledger()
            for _ in range(2):  # the first one looks at the node, and notes what it has seen
                time.sleep(seconds)
                self._run_all(commands)

    def _run_all(self, commands: Sequence[str]) -> None:
        for command in commands:
            self.command(command).run()

    def _age_ledger(self) -> None:
        """Make the publishes look an hour old: the next run then counts the items as durable."""
        path = self.site.folder / self.name / "state" / "ledger.sqlite"
        if path.exists():
            with closing(sqlite3.connect(path)) as ledger, ledger:
                ledger.execute("UPDATE item SET at = at - 3600")
