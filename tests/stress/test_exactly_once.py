"""Exactly once, on real servers: whatever is cut or killed, a subscriber gets every version once.

The subscriber shares no code with us. Every version of every post has a text of its own, so that
one that arrives twice is seen. PUBLISHER_ROUNDS=200 makes the random tests longer.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import random
import shutil
import signal
import subprocess
import time
from collections import Counter
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from publisher.app.push import MANY
from publisher.config import NodeConfig
from publisher.errors import Unavailable
from publisher.sync import Clock, Result
from publisher.sync.ledger import Ledger
from publisher.xmpp import XmppNode, connect
from tests.support.blog import Blog
from tests.support.servers import Ejabberd, Prosody, Server
from tests.support.subscribers import Outsider, Subscriber
from tests.support.tasks import reconciled, task
from tests.support.xmpp import account

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Mapping
    from pathlib import Path

    from publisher.xmpp import Connection
    from tests.support.subscribers import Event

ROUNDS = int(os.environ.get("PUBLISHER_ROUNDS", "4"))
PAIRS = max(25, ROUNDS)
LONG = ROUNDS > 25
DURABLE = 4.0  # seconds: until ejabberd has written down that there is a node
# Seconds after which a test counts as hanging; on a busy machine a round takes several.
pytestmark = pytest.mark.timeout(120 + 10 * max(ROUNDS, PAIRS))
ATOM = "{http://www.w3.org/2005/Atom}"
FINGERPRINT = "{urn:uuid:5c2b6ac1-9a6b-4e0b-8a3a-2f6d1d9b7e54}fingerprint"


@dataclass
class LaterClock(Clock):
    """The real one, some hours on: what was acknowledged before is durable by now."""

    hours: int = 0

    def now(self) -> float:
        return time.time() + 3600 * self.hours


@dataclass
class CutNode:
    """A real node whose connection dies at a call: before it has its effect, or with the answer."""

    node: XmppNode
    connection: Connection
    call: int = 0
    cut: str = ""
    calls: list[str] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.node, name)
        return self._cut(found) if callable(found) else found

    def _cut(self, call: Callable[..., Any]) -> Callable[..., Any]:
        async def called(*arguments: object, **options: object) -> Any:
            self.calls.append(call.__name__)
            mine = len(self.calls) == self.call
            if mine and self.cut == "before":
                self._die()
            answer = await call(*arguments, **options)
            if mine and self.cut == "after":
                self._die()
            return answer

        return called

    def _die(self) -> None:
        self.connection.client.abort()
        raise Unavailable("the connection was cut")


@dataclass
class World:
    """One node at a real server, its ledger, and the versions of its posts."""

    server: Server
    config: NodeConfig
    state: Path
    clock: LaterClock = field(default_factory=LaterClock)
    round: int = 0

    def posts(self, texts: Mapping[int, str]) -> dict[int, str]:
        """With texts that no other round has."""
        return {number: f"{text} {self.round}" for number, text in texts.items()}

    def run(self, posts: Mapping[int, str], *, call: int = 0, cut: str = "") -> tuple[Any, int]:
        """The result, and how many calls it took."""
        self.clock.hours += 1
        return asyncio.run(self._run(posts, call, cut))

    async def _run(self, posts: Mapping[int, str], call: int, cut: str) -> tuple[Result, int]:
        work = task(posts, prune="site", allow_retracts=True, announce_limit=None)
        async with self._opened(call, cut) as node:
            with Ledger(self.state) as ledger:
                result = await reconciled(node, work, ledger, clock=self.clock)
        return result, len(node.calls)

    @asynccontextmanager
    async def _opened(self, call: int, cut: str) -> AsyncIterator[CutNode]:
        xmpp = account(self.server, "blog", self.config)
        async with connect(xmpp, self.server.accounts["blog"]) as connection:
            node = XmppNode(connection, self.config, site_title="Exactly once")
            yield CutNode(node, connection, call, cut)


def versions(events: list[Event]) -> list[tuple[str, str]]:
    """What was published, by id and fingerprint."""
    return [
        (event.id or "", event.payload.findtext(FINGERPRINT) or "")
        for event in events
        if event.kind == "published" and event.payload is not None
    ]


def drained(reader: Subscriber) -> list[Event]:
    found = []
    while True:
        try:
            found.append(reader.next(0.3))
        except AssertionError:
            return found


BEFORE = {1: "a", 2: "b", 3: "c", 4: "d"}
WANTED = {2: "b", 3: "edited", 5: "new", 6: "new too"}
THEN = {
    "unchanged": WANTED,
    "edited": {2: "b", 3: "edited again", 5: "new, edited", 6: "new too"},
    "removed": {2: "b", 4: "back again"},
}


def test_a_cut_at_any_call_loses_and_doubles_nothing(
    tmp_path: Path, server: Server, node: str
) -> None:
    """Each call both ways, with what comes after it in turn; all of it in a longer run."""
    world = World(server, NodeConfig(service=server.service, node=node), tmp_path / "state")
    world.run(world.posts(BEFORE))
    calls = world.run(world.posts(WANTED))[1]
    assert calls >= 6
    with Subscriber(server, "reader", node) as reader:
        cuts = itertools.product(range(1, calls + 1), ("before", "after"), ("same", "none"), THEN)
        for call, cut, ledger, then in itertools.islice(cuts, 0, None, 1 if LONG else 5):
            world.round += 1
            case = f"call {call} of {calls}, cut {cut}, {ledger} ledger, then {then}"
            assert world.run(world.posts(BEFORE))[0].error is None, case
            world.run(world.posts(BEFORE))
            result, _ = world.run(world.posts(WANTED), call=call, cut=cut)
            assert isinstance(result.error, Unavailable), case
            if ledger == "none":
                shutil.rmtree(world.state)
            posts = world.posts(THEN[then])
            assert world.run(posts)[0].error is None, case
            expected = {(f"post-{number:04}", text) for number, text in posts.items()}
            assert set(versions_at(reader)) == expected, case
        told = versions(drained(reader))
    assert told
    assert [version for version, count in Counter(told).items() if count > 1] == []


def versions_at(outsider: Outsider) -> list[tuple[str, str]]:
    """What is at the node."""
    return [
        (item.id or "", item.payload.findtext(FINGERPRINT) or "")
        for item in outsider.items()
        if item.payload is not None
    ]


@dataclass
class Newsroom:
    """A blog whose posts all change from round to round, and the program as a user runs it."""

    blog: Blog
    random: random.Random
    number: int = 0

    def edit(self) -> None:
        """Some posts are edited, some are new, one goes."""
        self.number += 1
        for post in self.random.sample(range(12), 6):
            self.write_post(f"2026-01-{post + 1:02}-post-{post:04}")
        gone = self.random.choice(sorted(self.blog.posts.glob("*.md")))
        gone.unlink()

    def write_post(self, name: str) -> None:
        self.blog.write(f"{name}.md", f"Edition {self.number} of {name}.", title=name)

    def start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self.blog.command("publish", "--announce-all", "--allow-retracts"),
            cwd=self.blog.folder,
            env={**os.environ, **self.blog.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def finish(self, *, refused: bool = False) -> set[str]:
        """A whole run; the ids of what was `refused`, if that may be.

        AssertionError unless it ends well.
        """
        process = self.start()
        out, err = process.communicate(timeout=120)
        found = {line.split()[2] for line in out.decode().splitlines() if line[:2] == "! "}
        assert process.returncode == (1 if found else 0), err.decode()
        assert refused or not found
        return found

    def seconds(self) -> float:
        """How long a run takes that has work to do."""
        self.edit()
        begun = time.monotonic()
        self.finish()
        return time.monotonic() - begun

    @property
    def wanted(self) -> set[tuple[str, str]]:
        """Ids and texts, as the folder has them."""
        paths = self.blog.posts.glob("*.md")
        return {(path.stem, path.read_text().split("---\n")[-1].strip()) for path in paths}


def editions(events: list[Event]) -> list[tuple[str, str]]:
    """Ids and texts, as a subscriber has them."""
    return [
        (event.id or "", (event.payload.findall(f"{ATOM}content")[-1].text or "").strip())
        for event in events
        if event.payload is not None
    ]


@pytest.fixture
def newsroom(tmp_path: Path) -> Newsroom:
    made = Newsroom(Blog(tmp_path / "blog"), random.Random(20261123))  # noqa: S311 - repeatable
    for post in range(12):
        made.write_post(f"2026-01-{post + 1:02}-post-{post:04}")
    return made


def test_a_program_that_is_killed_loses_and_doubles_nothing(
    newsroom: Newsroom, server: Server, node: str, accounts: Mapping[str, str]
) -> None:
    newsroom.blog.configure(server, node=node, password=accounts["blog"])
    newsroom.finish()
    seconds = newsroom.seconds()
    with Subscriber(server, "reader", node) as reader:
        for _ in range(ROUNDS):
            newsroom.edit()
            process = newsroom.start()
            time.sleep(newsroom.random.uniform(0.4, 1.0) * seconds)
            process.send_signal(signal.SIGKILL)
            process.communicate()
            newsroom.finish()
            assert set(editions(reader.items())) == newsroom.wanted
        told = editions(drained(reader))
    assert len(told) >= ROUNDS
    assert [edition for edition, count in Counter(told).items() if count > 1] == []


def test_an_import_of_many_that_is_killed_loses_and_doubles_nothing(
    newsroom: Newsroom, server: Server, node: str, accounts: Mapping[str, str]
) -> None:
    """So many posts are sent in turns with the building of the feeds."""
    newsroom.blog.configure(server, node=node, password=accounts["blog"])
    newsroom.finish()
    before = newsroom.wanted
    for post in range(2 * MANY):
        newsroom.write_post(f"2026-01-31-import-{post:04}")
    with Subscriber(server, "reader", node) as reader:
        told: list[Event] = []
        for _ in range(3):
            process = newsroom.start()
            told += [reader.next() for _ in range(MANY // 4)]
            process.send_signal(signal.SIGKILL)
            process.communicate()
        newsroom.finish()
        assert set(editions(reader.items())) == newsroom.wanted
        told += drained(reader)
    assert Counter(editions(told)) == Counter(newsroom.wanted - before)


@pytest.fixture(params=["prosody", "ejabberd"])
def mortal(request: pytest.FixtureRequest, accounts: Mapping[str, str]) -> Iterator[Server]:
    """A server of one's own, to be killed. Its storage is on disk."""
    made: Server = (
        Ejabberd(accounts)
        if request.param == "ejabberd"
        else Prosody(accounts, admins=["blog@localhost"], storage="sql")
    )
    with made as server:
        yield server


def test_a_server_that_is_killed_gets_what_it_lost_and_nothing_else_again(
    newsroom: Newsroom, mortal: Server, node: str, accounts: Mapping[str, str]
) -> None:
    """What a server loses after it acknowledged it is told again; what it kept is not.

    ejabberd may come back with an item that it shows, and says is not there: that one is named.
    """
    newsroom.blog.configure(mortal, node=node, password=accounts["blog"])
    newsroom.finish()
    seconds = newsroom.seconds()
    time.sleep(DURABLE)
    for _ in range(ROUNDS):
        with Subscriber(mortal, "reader", node) as reader:
            newsroom.edit()
            process = newsroom.start()
            time.sleep(newsroom.random.uniform(0.4, 1.2) * seconds)
            mortal.kill()
            process.communicate(timeout=120)
            assert process.returncode in ({0, 1, 4} if isinstance(mortal, Ejabberd) else {0, 4})
        mortal.start()
        kept = set(editions(Outsider(mortal, "blog", node).items()))
        with Subscriber(mortal, "reader", node) as reader:
            stuck = newsroom.finish(refused=isinstance(mortal, Ejabberd))
            left = {(id_, text) for id_, text in editions(reader.items()) if id_ not in stuck}
            assert left == newsroom.wanted
            after = editions(drained(reader))
        assert kept.isdisjoint(after)
        assert len(after) == len(set(after))


def test_two_runs_at_once_double_and_lose_nothing(
    newsroom: Newsroom, server: Server, node: str, accounts: Mapping[str, str]
) -> None:
    newsroom.blog.configure(server, node=node, password=accounts["blog"])
    newsroom.finish()
    with Subscriber(server, "reader", node) as reader:
        for _ in range(PAIRS):
            before = newsroom.wanted
            newsroom.edit()
            both = [newsroom.start(), newsroom.start()]
            printed = [process.communicate(timeout=120)[0].decode() for process in both]
            assert [process.returncode for process in both] == [0, 0]
            changes = [
                sum(line[:2] in {"+ ", "~ ", "- "} for line in p.splitlines()) for p in printed
            ]
            assert min(changes) == 0, "one of them had nothing left to do"
            assert max(changes) >= len(newsroom.wanted - before)
        told = editions(drained(reader))
        assert set(editions(reader.items())) == newsroom.wanted
    assert [edition for edition, count in Counter(told).items() if count > 1] == []
