"""The program as a hook: after a push to git, and after a deployment."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import re
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from publisher.app.deployed_pages import PageProblem
from publisher.app.deployed_pages import Pages as PagesOnTheWeb
from tests.support import ROOT, fake_time
from tests.support.blog import Blog, interrupt, without_local_site
from tests.support.subscribers import Outsider, Subscriber
from tests.support.web import Handler, Loopback

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from tests.support.servers import Prosody

README = ROOT / "README.md"
RECIPE = re.compile(
    r"write this `/home/git/blog/publisher.yaml`:\n\n```yaml\n(.*?)```\n\n"
    r"and install the hook [^`]*```sh\n(.*?)```",
    re.DOTALL,
)


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=Ada Example", "-c", "user.email=ada@blog.example"]
    done = subprocess.run(
        ["git", *identity, *arguments],
        cwd=folder,
        env={k: v for k, v in os.environ.items() if not k.startswith("GIT_")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


@pytest.fixture
def blog(tmp_path: Path, prosody: Prosody, node: str, accounts: Mapping[str, str]) -> Blog:
    made = Blog(tmp_path / "blog")
    made.configure(prosody, node=node, password=accounts["blog"])
    return made


@dataclass(frozen=True)
class Server:
    """A server with the hook of the README, a checkout, and a home for the user of the hook."""

    site: Path
    home: Path
    author: Path

    def write(self, name: str, text: str) -> None:
        path = self.author / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)

    def push(self, message: str) -> str:
        """The output of git and the hook."""
        git(self.author, "add", "--all")
        git(self.author, "commit", "--allow-empty", "--message", message)
        return git(self.author, "push", "origin", "main")


@pytest.fixture
def hooked(tmp_path: Path, prosody: Prosody, node: str, accounts: Mapping[str, str]) -> Server:
    """The recipe of the README, with the paths and the account of the test."""
    server = Server(tmp_path / "srv" / "blog", tmp_path / "home" / "git", tmp_path / "author")
    recipe = RECIPE.search(README.read_text(encoding="utf-8"))
    assert recipe
    login = f"  host: {prosody.host}\n  port: {prosody.port}\n  ca_file: {prosody.ca_file}\n"
    config, install = recipe.groups()
    bare = server.home / "blog.git"
    for name, here in {
        "/srv/blog": str(server.site),
        "/home/git": str(server.home),
        "publisher hook install": f"{sys.executable} -m publisher hook install",
        "jid: blog@example.org\n": f"jid: blog@{prosody.domain}\n{login}",
        "service: pubsub.example.org, node: blog": f"service: {prosody.service}, node: {node}",
    }.items():
        assert name in install + config
        install, config = install.replace(name, here), config.replace(name, here)
    folder = server.home / "blog"
    for path in (server.site, server.author, folder):
        path.mkdir(parents=True)
    (folder / "publisher.yaml").write_text(config)
    (folder / "password").write_text(accounts["blog"])
    (folder / "password").chmod(0o600)
    git(tmp_path, "init", "--bare", "--initial-branch=main", str(bare))
    subprocess.run(["sh", "-e", "-c", install], check=True, capture_output=True)
    git(server.author, "init", "--initial-branch=main")
    git(server.author, "remote", "add", "origin", str(bare))
    return server


def test_a_push_to_git_publishes(hooked: Server, prosody: Prosody, node: str) -> None:
    hooked.write("_posts/2026-01-01-first-post.md", "---\ntitle: First\n---\nText.")
    assert "remote: + new      2026-01-01-first-post" in hooked.push("A first post")
    assert "First" in (hooked.site / "_site" / "feed.atom").read_text()
    assert (hooked.home / "blog" / "state" / "ledger.sqlite").exists()
    with Subscriber(prosody, "reader", node) as reader:
        hooked.write("_posts/2026-01-02-second-post.md", "---\ntitle: Second\n---\nText.")
        hooked.push("A second post")
        assert reader.next().id == "2026-01-02-second-post"
        assert "subscribe: " not in hooked.push("Nothing new")
        post = hooked.author / "_posts" / "2026-01-02-second-post.md"
        post.rename(hooked.author / post.name)
        hooked.push("Second thoughts")
        event = reader.next()
        assert (event.kind, event.id) == ("retracted", "2026-01-02-second-post")


def test_a_push_gives_posts_the_dates_of_their_commits(hooked: Server) -> None:
    """The posts are checked out into a folder that is no repository of its own."""
    config = hooked.home / "blog" / "publisher.yaml"
    text = config.read_text()
    assert "engine: jekyll}" in text
    config.write_text(text.replace("engine: jekyll}", "engine: jekyll, updated: git}"))
    hooked.write("_posts/2026-01-01-first-post.md", "---\ntitle: First\n---\nText.")
    assert "+ new      2026-01-01-first-post" in hooked.push("A first post")
    hooked.write("_posts/2026-01-01-first-post.md", "---\ntitle: First\n---\nMore text.")
    assert "2026-01-01-first-post" in hooked.push("More text")
    committed = int(git(hooked.author, "log", "-1", "--format=%at"))
    feed = (hooked.site / "_site" / "feed.atom").read_text()
    updated = dt.datetime.fromtimestamp(committed, dt.UTC).strftime("%Y-%m-%dT%H:%M:%S")
    assert f"<updated>{updated}" in feed.partition("<entry>")[2]


def test_a_push_cannot_run_a_program(
    hooked: Server, prosody: Prosody, node: str, tmp_path: Path
) -> None:
    """A pushed file may look like a configuration where the hook checks it out."""
    config = (hooked.home / "blog" / "publisher.yaml").read_text()
    ran = tmp_path / "ran"
    command = f"password_command: touch {ran}"
    hooked.write("publisher.yaml", config.replace("password_file: password", command))
    hooked.write("_posts/2026-01-01-first-post.md", "---\ntitle: First\n---\nText.")
    hooked.push("A configuration")
    assert (hooked.site / "publisher.yaml").exists()
    assert not ran.exists()
    items = Outsider(prosody, "reader", node).items()
    assert [item.id for item in items] == ["2026-01-01-first-post"]


class Pages(Loopback):
    """A web server with some pages, which records the requests."""

    def __init__(self) -> None:
        self.there: set[str] = set()
        self.asked: list[tuple[str, str]] = []
        self.heads = True
        self.drips = False  # answers with a header that never ends
        # Called with each request before it is answered.
        self.on_ask: Callable[[], object] = lambda: None
        self.waits: dict[str, str] = {}  # a page, and the other one that must be asked for first
        self._changed = threading.Condition()
        pages = self

        class Requests(Handler):
            def do_HEAD(self) -> None:  # noqa: N802 - as http.server calls it
                self._answer("HEAD")

            def do_GET(self) -> None:  # noqa: N802
                self._answer("GET")

            def _answer(self, method: str) -> None:
                pages.note(method, self.path)
                pages.on_ask()
                if pages.drips:
                    self._drip()
                code = 200 if self.path in pages.there else 404
                self.answer(405 if method == "HEAD" and not pages.heads else code)

            def _drip(self) -> None:
                """Send bytes for hours, faster than the timeout of a socket."""
                with suppress(OSError):
                    self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
                    while True:
                        self.wfile.write(b"x")
                        time.sleep(0.5)

        self.serve(Requests)

    def note(self, method: str, path: str) -> None:
        """Record the request. Waits until the page that must come first was requested."""
        with self._changed:
            self.asked.append((method, path))
            self._changed.notify_all()
            other = self.waits.get(path)
            self._changed.wait_for(lambda: other in {None, *(path for _, path in self.asked)}, 60)


@pytest.fixture
def pages() -> Iterator[Pages]:
    with Pages() as server:
        yield server


@pytest.fixture
def deployed(blog: Blog, pages: Pages) -> Blog:
    """A blog whose site is on the web server of the test."""
    config = blog.folder / "publisher.yaml"
    config.write_text(config.read_text().replace("https://blog.example", pages.url))
    blog.write("2026-01-01-first-post.md", "Text.", title="First")
    return blog


FIRST, SECOND = "/2026/01/01/first-post/", "/2026/01/02/second-post/"


@pytest.mark.parametrize("heads", [True, False], ids=["HEAD", "GET"])
def test_a_post_waits_for_its_page(
    deployed: Blog, pages: Pages, prosody: Prosody, node: str, *, heads: bool
) -> None:
    def deploy_once_it_was_missed() -> None:
        if pages.asked.count(("HEAD", FIRST)) == 3:
            pages.there.add(FIRST)

    pages.heads = heads
    pages.on_ask = deploy_once_it_was_missed
    run = deployed.run("publish", "--wait-for-url", "50")
    assert run.code == 0, run.err
    assert pages.asked == [("HEAD", FIRST), *([] if heads else [("GET", FIRST)])] * 3
    assert [item.id for item in Outsider(prosody, "reader", node).items()] == [
        "2026-01-01-first-post"
    ]


def test_a_missing_page_holds_back_its_post_only(deployed: Blog, pages: Pages) -> None:
    deployed.write("2026-01-02-second-post.md", "Text.", title="Second")
    pages.there.add("/2026/01/02/second-post/")
    run = deployed.run("publish", "--json", "--wait-for-url", "1")
    assert run.code == 4
    assert run.changes == [
        ("new", "2026-01-01-first-post", "planned"),
        ("new", "2026-01-02-second-post", "done"),
    ]
    (node,) = run.json["nodes"]
    assert node["changes"][0]["reason"] == f"{pages.url}{FIRST} is not deployed yet (404)"
    assert "1 post waits" in node["error"]
    pages.there.add(FIRST)
    again = deployed.run("publish", "--json", "--wait-for-url", "1")
    assert again.changes == [("new", "2026-01-01-first-post", "done")]


def configure(blog: Blog, server: Prosody, nodes: Mapping[str, str]) -> None:
    """Replace the node by several nodes, each with further keys of the configuration."""
    config = blog.folder / "publisher.yaml"
    head = config.read_text().partition("  nodes: ")[0]
    every = ", ".join(
        f"{{service: {server.service}, node: {name}{keys}}}" for name, keys in nodes.items()
    )
    config.write_text(f"{head}  nodes: [{every}]\n")


def test_a_waiting_post_stops_no_other_node_and_all_nodes_wait_together(
    deployed: Blog, pages: Pages, prosody: Prosody, node: str
) -> None:
    deployed.write("2026-01-02-second-post.md", "Text.", title="Second")
    pages.there.add(SECOND)
    names = [node, f"{node}-2", f"{node}-3"]
    configure(deployed, prosody, dict.fromkeys(names, ""))
    run = deployed.run("publish", "--wait-for-url", "3")
    assert run.code == 4
    assert run.err.count("1 post waits") == 3
    assert run.err.count("is not deployed yet") == 1
    for name in names:
        shown = [item.id for item in Outsider(prosody, "reader", name).items()]
        assert shown == ["2026-01-02-second-post"]
    assert pages.asked.count(("HEAD", SECOND)) == 1
    assert pages.asked.count(("HEAD", FIRST)) <= 6, "every half second, for all nodes together"


def test_a_missing_page_does_not_use_up_the_time_of_other_nodes(
    deployed: Blog, pages: Pages, prosody: Prosody, node: str
) -> None:
    """The page of the first node's post is answered only after the other one was requested."""
    deployed.write("2026-01-01-first-post.md", "Text.", title="First", tags="[one]")
    deployed.write("2026-01-02-second-post.md", "Text.", title="Second", tags="[two]")
    only = {node: ", only: {tags: one}", f"{node}-2": ", only: {tags: two}"}
    configure(deployed, prosody, only)
    pages.there |= {FIRST, SECOND}
    pages.waits = {FIRST: SECOND}
    run = deployed.run("publish", "--wait-for-url", "20")
    assert (run.code, without_local_site(run.err)) == (0, "")
    assert sorted(path for _, path in pages.asked) == [FIRST, SECOND]
    for name, post in zip(only, ("2026-01-01-first-post", "2026-01-02-second-post"), strict=True):
        assert [item.id for item in Outsider(prosody, "reader", name).items()] == [post]


def test_no_page_is_requested_by_default(deployed: Blog, pages: Pages) -> None:
    assert deployed.run("publish").code == 0
    assert pages.asked == []


async def unreachable(
    links: Sequence[str], *, seconds: float, site: str = "http://127.0.0.1"
) -> Mapping[str, PageProblem]:
    return await PagesOnTheWeb(site, seconds=seconds).unreachable(links)


@pytest.mark.parametrize("path", ["/2026/01/01/bücher und/", "/2026/01/01/%C3%A9/?q=ü#x"])
def test_the_url_of_a_page_may_have_any_letters(pages: Pages, path: str) -> None:
    pages.there |= {"/2026/01/01/b%C3%BCcher%20und/", "/2026/01/01/%C3%A9/?q=%C3%BC"}
    assert asyncio.run(unreachable([f"{pages.url}{path}"], seconds=0)) == {}


@pytest.mark.parametrize(("asked_for", "waited"), [(0, 2), (3, 3), (45, 45)])
def test_the_wait_for_a_silent_page_ends_in_time(
    pages: Pages, asked_for: float, waited: float
) -> None:
    """In fake time, which passes while nobody answers. A single request may take the least wait."""

    async def main() -> tuple[Mapping[str, PageProblem], float]:
        found = await unreachable([*links, *links], seconds=asked_for)
        return found, asyncio.get_running_loop().time()

    links = [f"{pages.url}/{number}" for number in range(20)]
    pages.on_ask = threading.Event().wait
    assert fake_time.run(main()) == (dict.fromkeys(links, PageProblem("takes too long")), waited)


def test_an_interruption_ends_the_wait_for_a_page_at_once(deployed: Blog, pages: Pages) -> None:
    pages.drips = True
    with deployed.start("publish", "--wait-for-url", "3600") as process:
        while not pages.asked:
            assert process.poll() is None
            time.sleep(0.05)
        code, said = interrupt(process)
    interrupted = "publisher: interrupted; run it again to continue\n"
    assert (code, without_local_site(said)) == (130, interrupted)
