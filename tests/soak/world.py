"""Everything that the soak acts on, and what is to be undone later."""

from __future__ import annotations

import random
import secrets
import threading
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Self

from tests.soak import machine
from tests.soak.blogs import Place, SoakBlog
from tests.soak.history import Fault
from tests.soak.watched import WatchProcess
from tests.support.proxy import CutProxy
from tests.support.servers import Ejabberd, Prosody

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.support.servers import Server

ACCOUNTS = {"blog": "blog password", "reader": "reader password"}
DISK_KILOBYTES = 12_000
FIRST_POSTS = 24
MOST_ITEMS = 5_000
RESTART_SECONDS = 3.0

Kind = Literal["git", "built", "steady"]


@dataclass(frozen=True, slots=True)
class Rename:
    """A rename that somebody has to decide. `at` is when it happened."""

    place: Kind
    old: str
    new: str
    at: float


@dataclass
class World:
    """A server, a network, a machine and three blogs. Of the third only posts are saved.

    `busy` has what must not happen a second time before it has ended.
    """

    folder: Path
    seed: int
    server_name: Literal["prosody", "ejabberd"]
    step: int = 0
    act: str = ""
    counts: Counter[str] = field(default_factory=Counter)
    faults: list[Fault] = field(default_factory=list)
    renames: list[Rename] = field(default_factory=list)
    busy: set[str] = field(default_factory=set)
    steps: list[tuple[float, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)  # noqa: S311 - no secret
        self._later: list[tuple[float, str, Callable[[], None]]] = []
        self._stack = ExitStack()
        self.disk = self.folder / "disk"

    def __enter__(self) -> Self:
        enter = self._stack.enter_context
        try:
            enter(machine.small_disk(self.disk, kilobytes=DISK_KILOBYTES))
            self.server: Server = enter(self._make_server())
            self.network = enter(CutProxy(self.server))
            self.clock = machine.FakeClock(self.folder / "clock")
            self.places: Mapping[Kind, Place] = {
                "git": self._place("git"),
                "built": self._place("built", has_pages=True),
                "steady": self._place("steady"),
            }
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _make_server(self) -> Server:
        if self.server_name == "ejabberd":
            return Ejabberd(ACCOUNTS, max_items=MOST_ITEMS)
        admins = ["blog@localhost"]
        return Prosody(ACCOUNTS, admins=admins, storage="sql", max_items=MOST_ITEMS)

    def _place(self, kind: Kind, *, has_pages: bool = False) -> Place:
        blog = SoakBlog(self.folder / kind, self.disk / kind, has_pages=has_pages)
        node = f"{kind}-{secrets.token_hex(4)}"
        config = blog.configure_for(self.network, node)
        environment = {"BLOG_PASSWORD": ACCOUNTS["blog"], **self.clock.environment}
        watcher = WatchProcess(config, environment, self.folder / f"{kind}.log")
        self._stack.callback(watcher.kill)
        return Place(blog, watcher, self.server, node)

    # Time.

    def begin_step(self, act: str) -> None:
        self.step, self.act = self.step + 1, act
        self.steps.append((time.monotonic(), f"step {self.step}, {act}"))

    def later(self, what: str, seconds: float, undo: Callable[[], None]) -> None:
        """Do this in so many seconds; `what` is busy until then."""
        self.busy.add(what)
        self._later.append((time.monotonic() + seconds, what, undo))

    def do_what_is_due(self, *, everything: bool = False) -> None:
        now = time.monotonic()
        due = [one for one in self._later if everything or one[0] <= now]
        self._later = [one for one in self._later if one not in due]
        for _, what, undo in sorted(due, key=lambda one: one[0]):
            undo()
            self.busy.discard(what)

    # Faults.

    def fail(self, text: str, at: float | None = None, more: str = "") -> None:
        """Note a fault, and print it once; `more` may help to find its cause."""
        if text not in {fault.text for fault in self.faults}:
            fault = Fault(text, time.monotonic() if at is None else at)
            self.faults.append(fault)
            print(
                f"FAULT, seed {self.seed}, after {self.place_of(fault)}: {text}{more}", flush=True
            )

    def look_for_faults(self) -> None:
        for kind, place in self.places.items():
            said = place.watcher.ended()
            if said and place.watcher.found_full_disk:
                self.later(f"watcher {kind}", RESTART_SECONDS, place.watcher.start)
            elif said:
                self.fail(f"{kind}: {said}")
                place.watcher.start()
            for fault in place.blog.history.faults(place.seen):
                self.fail(f"{kind}: {fault.text}", fault.at, place.watcher.said_of(fault.id))

    def place_of(self, fault: Fault) -> str:
        """The steps before a fault."""
        before = [text for at, text in self.steps if at <= fault.at]
        return "; ".join(before[-3:])


class Author(threading.Thread):
    """Saves posts of the third blog all the time, as an author and an editor do that save often.

    `saves` a second in bursts, with pauses in which the watcher publishes.
    """

    def __init__(self, place: Place, seed: int, *, posts: int = 8) -> None:
        super().__init__(daemon=True)
        self._blog = place.blog
        self._rng = random.Random(seed)  # noqa: S311 - no secret
        self._names = [
            f"2026-02-{number:02}-steady-post-{number}" for number in range(1, posts + 1)
        ]
        self._ended = threading.Event()
        self.saves = 0

    def run(self) -> None:
        while not self._ended.is_set():
            name = self._rng.choice(self._names)
            for _ in range(self._rng.randint(20, 120)):
                self._save(name)
            self._ended.wait(self._rng.uniform(1.5, 3.0))

    def _save(self, name: str) -> None:
        self._blog.begin()
        self._blog.save(name)
        self._blog.look()
        self.saves += 1
        self._ended.wait(0.02)

    def stop(self) -> None:
        self._ended.set()
        self.join()
