"""The blogs of the soak: files that change, a watcher, a node, and a subscriber of it."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
import threading
import time
from itertools import count
from typing import TYPE_CHECKING

from tests.soak.history import History, Seen
from tests.support.built_blog import BuiltBlog
from tests.support.subscribers import Denied, NothingArrived, Outsider, Subscriber

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from xml.etree import ElementTree as ET

    from tests.soak.watched import WatchProcess
    from tests.support.blog import Door
    from tests.support.servers import Server

CONFIG = """\
site:
  title: A blog of the soak
  url: https://blog.example
  author: {{name: Ada Example}}
  language: en
  timezone: UTC
{output}  since: 2020-01-01
posts: {{path: posts, permalink: {permalink}{body}}}
feeds: [{{path: {disk}/feed.atom, format: atom, limit: all, url: "https://blog.example/feed.atom"}}]
state: {disk}/state
watch: {{settle: 1}}
xmpp:
  jid: blog@{door.domain}
  password_env: BLOG_PASSWORD
  host: {door.host}
  port: {door.direct_port}
  tls: direct
  ca_file: {door.ca_file}
  nodes: [{{service: {door.service}, node: {node}, announce_limit: 100}}]
"""
WORDS = [a + b + c for a in ("ka", "lo", "mi") for b in ("ra", "su", "te") for c in ("n", "p", "s")]
# Of a text: the number of its version, at its beginning and at its end.
ENDS = re.compile(r"begin-(\d+); .* end-(\d+);", re.DOTALL)
_ID = re.compile(r"^id: (\S+)$", re.MULTILINE)
_versions = count(1)


class SoakBlog(BuiltBlog):
    """A blog whose files have their true times; `has_pages`: its site is built by a generator."""

    def __init__(self, folder: Path, disk: Path, *, has_pages: bool) -> None:
        super().__init__(folder)
        self.disk = disk
        self.has_pages = has_pages
        self.history = History()
        self._began = time.monotonic()
        disk.mkdir()

    def touch(self, path: Path) -> Path:
        return path

    def configure_for(self, door: Door, node: str) -> Path:
        text = CONFIG.format(
            output="  output: _site\n" if self.has_pages else "",
            permalink="'/:slug/'" if self.has_pages else "pretty",
            body=", body: .post-content" if self.has_pages else "",
            disk=self.disk,
            door=door,
            node=node,
        )
        path = self.folder / "publisher.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    # Posts.

    def save(self, name: str, *, slowly: bool = False, **front: str) -> int:
        """Write another version of a post. Slowly: an editor that writes it in two parts."""
        version = next(_versions)
        path = self.posts / f"{name}.md"
        front = {"title": f"Post {name}", **front}
        head = "".join(f"{key}: {value}\n" for key, value in front.items())
        text = f"---\n{head}---\n{text_of(name, version)}\n"
        if slowly:
            path.write_text(text[: len(text) // 2], encoding="utf-8")
            time.sleep(0.2)
        path.write_text(text, encoding="utf-8")
        return version

    def names(self) -> list[str]:
        return sorted(path.stem for path in self.posts.glob("*.md"))

    def look(self) -> None:
        """Note what the files say now, in place of what they said at the last look."""
        now = time.monotonic()
        found = dict(self._found())
        self.history.look(found, before=self._began, now=now)
        self._began = time.monotonic()

    def _found(self) -> Iterator[tuple[str, int]]:
        for path in self.posts.glob("*.md"):
            text = path.read_text(encoding="utf-8")
            named = _ID.search(text)
            if ends := ENDS.search(text):
                yield (named[1] if named else path.stem), int(ends[1])

    def begin(self) -> None:
        """What happens to the files now is not earlier than this moment."""
        self._began = time.monotonic()

    # The site.

    def build(self, *, pause: float = 0.0) -> None:
        """Build the site anew; with a pause when it is half done."""
        shutil.rmtree(self.output, ignore_errors=True)
        paths = sorted(self.posts.glob("*.md"))
        for number, path in enumerate(paths):
            if pause and number == len(paths) // 2:
                time.sleep(pause)
            slug = re.sub(r"^\d{4}-\d\d-\d\d-", "", path.stem)
            self.build_page(slug, path.read_text(encoding="utf-8"))
        self.page("index.html", f"<html><body>{len(paths)} posts</body></html>")

    # git.

    def git(self, *arguments: str) -> None:
        who = ("-c", "user.name=Ada Example", "-c", "user.email=ada@blog.example")
        command = ["git", "-c", "core.hooksPath=/dev/null", *who, *arguments]
        subprocess.run(command, cwd=self.folder, check=True, capture_output=True, timeout=60)

    def commit(self) -> None:
        self.git("add", "--all", ".")
        self.git("commit", "--quiet", "--allow-empty", "--message", "Write")


def text_of(name: str, version: int) -> str:
    """A text of its own for each post, long enough that a rename of it is noticed."""
    words = random.Random(name).choices(WORDS, k=45)  # noqa: S311 - no secret
    return f"begin-{version}; of {name}: {' '.join(words)} end-{version};"


def version_of(payload: ET.Element | None) -> int:
    """The version that an item shows; -1 if that is not a whole text."""
    text = "" if payload is None else "".join(payload.itertext())
    ends = ENDS.search(text)
    return int(ends[1]) if ends and ends[1] == ends[2] else -1


class Listener:
    """A subscriber that comes back whenever it has lost its server, and what it has seen."""

    def __init__(self, server: Server, node: str) -> None:
        self.seen: list[Seen] = []
        self._server, self._node = server, node
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._stop.set()
        self._thread.join()

    def _listen(self) -> None:
        while not self._stop.is_set():
            try:
                with Subscriber(self._server, "reader", self._node) as subscriber:
                    self._take(subscriber)
            except (AssertionError, Denied):  # the server or the node is gone for now
                self._stop.wait(0.5)

    def _take(self, subscriber: Subscriber) -> None:
        while not self._stop.is_set():
            try:
                event = subscriber.next(0.5)
            except NothingArrived:
                continue
            if event.kind == "published":
                self.seen.append(Seen(event.id or "", version_of(event.payload), event.at))
            elif event.kind == "retracted":
                self.seen.append(Seen(event.id or "", None, event.at))


class Place:
    """One blog with its watcher, its node and its subscriber."""

    def __init__(self, blog: SoakBlog, watcher: WatchProcess, server: Server, node: str) -> None:
        self.blog, self.watcher, self.node = blog, watcher, node
        self.listener: Listener | None = None
        self._server = server

    def listen(self) -> None:
        self.listener = Listener(self._server, self.node)

    @property
    def seen(self) -> list[Seen]:
        return list(self.listener.seen) if self.listener else []

    def at_node(self) -> dict[str, int]:
        """Item id -> version, as another account reads them; nothing without a node."""
        try:
            items = Outsider(self._server, "reader", self.node).items()
        except (Denied, AssertionError):
            return {}
        return {item.id or "": version_of(item.payload) for item in items}

    def in_feed(self) -> list[int]:
        """The versions in the feed file, in the order of their numbers."""
        path = self.blog.disk / "feed.atom"
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        return sorted(int(found) for found in re.findall(r"begin-(\d+); ", text))
