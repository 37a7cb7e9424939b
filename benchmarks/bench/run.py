"""What the rows share: generated sites, servers, rounds, report and progress."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Self

from benchmarks.bench.generated_site import Site
from benchmarks.bench.measuring import Contender, Costs, interleaved
from benchmarks.bench.publisher_site import PASSWORD, USER, PublisherSite
from benchmarks.bench.report import Report
from benchmarks.bench.rivals import Rivals
from publisher.app.demo.prosody import Prosody
from tests.support.servers import Ejabberd

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from publisher.app.demo.temporary_server import Server

# How often a row runs if the command line does not say: less often for what takes longer.
ROUNDS = ((1_000, 7), (10_000, 5), (1_000_000, 3))
SPARE_ITEMS = 200


class Progress:
    """What the person at the terminal sees meanwhile. This one shows nothing."""

    def begin(self, text: str, steps: int) -> None:
        """A part of a row begins."""

    def advance(self) -> None:
        """One step of it is done."""


@dataclass(slots=True)
class Bench:
    """One run of the bench in a temporary folder; stops its servers when left.

    `rounds` is None for what is usual. `settling` is how many seconds pass before a site counts as
    settled; 0 leaves that out. `chosen` are the servers that the rows with both use.
    """

    folder: Path
    rounds: int | None
    most_posts: int
    progress: Progress
    settling: float = 2.5
    chosen: Sequence[Literal["Prosody", "ejabberd"]] = ("Prosody", "ejabberd")
    report: Report = field(default_factory=Report)
    _sites: dict[tuple[str, int], Site] = field(default_factory=dict)
    _new_posts: Counter[Site] = field(default_factory=Counter)
    _servers: dict[str, Server] = field(default_factory=dict)
    _stack: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def site(self, posts: int, purpose: str = "shared") -> Site:
        """A site of that many posts, with the settings of all generators; made when first asked."""
        if (purpose, posts) not in self._sites:
            site = Site(self.folder / f"{purpose}-{posts}", posts)
            self.progress.begin(f"writing {posts:,} posts", 1)
            site.write()
            Rivals(site).write()
            self._sites[purpose, posts] = site
        return self._sites[purpose, posts]

    def new_post(self, site: Site) -> None:
        """Write a post to a site that is newer than all others there."""
        self._new_posts[site] += 1
        site.write_post(site.count - 1 + self._new_posts[site])

    def servers(self) -> Mapping[str, Server]:
        """Prosody and ejabberd without limits on rates, by their names."""
        start = {"Prosody": self.prosody, "ejabberd": self.ejabberd}
        return {name: start[name]() for name in self.chosen}

    def prosody(self) -> Server:
        """Prosody that keeps its items in memory: with others its disk is measured."""
        admins = [f"{USER}@localhost"]
        return self._started(
            "Prosody",
            lambda: Prosody(
                {USER: PASSWORD}, admins=admins, storage="memory", max_items=self._max_items
            ),
        )

    def ejabberd(self) -> Server:
        return self._started(
            "ejabberd", lambda: Ejabberd({USER: PASSWORD}, max_items=self._max_items)
        )

    @property
    def _max_items(self) -> int:
        return self.most_posts + SPARE_ITEMS

    def _started(self, name: str, make: Callable[[], Server]) -> Server:
        if name not in self._servers:
            self.progress.begin(f"starting {name}", 1)
            self._servers[name] = self._stack.enter_context(make())
        return self._servers[name]

    def settled(self, publisher: PublisherSite, *commands: str) -> PublisherSite:
        self.progress.begin(f"{publisher.name}: first runs with {publisher.site.count:,} posts", 1)
        publisher.settle(*commands, seconds=self.settling)
        return publisher

    def measure(
        self,
        text: str,
        posts: int,
        contenders: Sequence[Contender],
        before: Callable[[int], object] = lambda _: None,
        *,
        most_rounds: int = 1_000,
    ) -> Costs:
        """Run the contenders in as many rounds as is usual for this number of posts."""
        usual = next(rounds for most, rounds in ROUNDS if posts <= most)
        rounds = self.rounds or min(usual, most_rounds)
        self.progress.begin(f"{text}, {posts:,} posts", rounds * len(contenders))
        return interleaved(contenders, rounds, before=before, advance=self.progress.advance)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table: `run` measures it for one number of posts, and reports its figures."""

    name: str
    shows: str
    sizes: Sequence[int]
    run: Callable[[Bench, int], None]
