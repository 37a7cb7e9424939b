"""The rows of the feeds: what a run costs after a build of the site."""

from __future__ import annotations

import shutil
import sys
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.bench.generated_site import FEED_LENGTH, PAGES, POSTS
from benchmarks.bench.measuring import (
    Command,
    Contender,
    Costs,
    Spread,
    ratio,
    spread,
)
from benchmarks.bench.publisher_site import Endpoint, PublisherSite
from benchmarks.bench.report import Bar, Figure
from benchmarks.bench.rivals import Rivals
from benchmarks.bench.run import Bench, Row

if TYPE_CHECKING:
    from collections.abc import Sequence

GROWING = (100, 1_000, 10_000, 100_000)
# Programs that take minutes for more posts are not run with more; see also `rounds` below.
MOST_POSTS_OF_GENERATORS = 10_000
MEGABYTE = 1_000_000
KEPT = 50  # posts at the settled node

# publisher runs with this hook, which writes the name of each page that is opened into a file.
WATCH = """\
import os, sys
seen, folder = os.open(sys.argv.pop(1), os.O_WRONLY | os.O_APPEND), sys.argv.pop(1)
def watch(event, arguments):
    if event == "open" and isinstance(arguments[0], (str, bytes)):
        path = os.path.abspath(os.fsdecode(arguments[0]))
        if path.startswith(folder) and path.endswith(".html"):
            os.write(seen, path.encode() + b"\\n")
sys.addaudithook(watch)
from publisher.__main__ import main
sys.exit(main())
"""


def nothing(bench: Bench, posts: int) -> None:
    """Nothing changed: the time beyond the start of Python, beside a list of the same files."""
    bars = {10_000: Bar("at most", 3.5), 100_000: Bar("at most", 2.5)}
    for with_pages in (False, True):
        publisher = source(bench, posts, with_pages=with_pages)
        if with_pages:  # another row may have edited the newest post and not its page
            publisher.site.write_post(posts - 1)
            publisher.site.write_page(posts - 1)
        bench.settled(publisher, "publish", "build")
        trees = [str(POSTS.parent), str(PAGES.parent)][: 1 + with_pages]
        pages = "with pages" if with_pages else "from the source"
        contenders = [
            Contender("python", Command([sys.executable, "-c", "pass"], bench.folder).run),
            Contender("find", Rivals(publisher.site).find(*trees).run),
            Contender("build", publisher.build),
            Contender("publish", publisher.publish),
        ]
        costs = bench.measure(f"nothing changed, {pages}", posts, contenders)
        starts, finds = cpu(costs, "python"), cpu(costs, "find")
        bench.report.grow(f"find, {pages}", posts, spread(finds).median)
        for command in ("build", "publish"):
            runs = cpu(costs, command)
            beyond = [run - start for run, start in zip(runs, starts, strict=True)]
            what = f"nothing changed, {pages}: {command}"
            bench.report.grow(what, posts, spread(runs).median)
            line = Comparison("nothing", what, posts, "x find -printf", bars.get(posts))
            bench.report.add(line.figure(beyond, finds))


def changed(bench: Bench, posts: int) -> None:
    """One post changed, feed of 20: CPU of other generators that build the same site."""
    publisher = bench.settled(source(bench, posts), "build")
    rivals = Rivals(publisher.site)
    contenders = [
        Contender("publisher", publisher.build),
        Contender("Hugo, that feed alone", rivals.hugo_feed_alone().run),
    ]
    if posts <= MOST_POSTS_OF_GENERATORS:
        bench.progress.begin(f"Jekyll: first build of {posts:,} posts", 1)
        rivals.jekyll().run()  # fills its cache
        few = 1 if posts >= MOST_POSTS_OF_GENERATORS else 1_000
        contenders += [
            Contender("Hugo", rivals.hugo().run, rounds=3 * few),
            Contender("Jekyll", rivals.jekyll().run, rounds=few),
            Contender("Pelican", rivals.pelican().run, rounds=few),
        ]
    costs = bench.measure("one post changed", posts, contenders, publisher.site.edit)
    limits = {"Hugo, that feed alone": 3.0, "Hugo": 60.0, "Jekyll": 500.0}
    for contender in contenders:
        name = contender.name
        bench.report.grow(f"one changed: {name}", posts, spread(cpu(costs, name)).median)
        if name != "publisher":
            bar = Bar("at least", limits[name]) if name in limits and posts == 10_000 else None
            line = Comparison("changed", "one changed", posts, f"x faster than {name}", bar)
            bench.report.add(line.figure(cpu(costs, name), cpu(costs, "publisher")))


def memory(bench: Bench, posts: int) -> None:
    """One post changed: the most memory of any process."""
    publisher = bench.settled(source(bench, posts), "build")
    contenders = [Contender("publisher", publisher.build)]
    costs = bench.measure("memory", posts, contenders, publisher.site.edit, most_rounds=3)
    peaks = [cost.peak / MEGABYTE for cost in costs["publisher"]]
    bar = Bar("at most", 150)
    what = "peak memory, one changed"
    figure = Figure("memory", what, posts, spread(peaks), "MB", len(peaks), bar)
    bench.report.add(figure)


def rewritten(bench: Bench, posts: int) -> None:
    """One post changed, and the site's full build has written all of its pages anew."""
    site = bench.site(posts)

    def edit(number: int) -> None:
        site.edit(number)
        site.build_all_pages(number)

    edit(-1)
    plain = bench.settled(source(bench, posts), "build")
    pages = bench.settled(source(bench, posts, with_pages=True), "build")
    contenders = [Contender("source", plain.build), Contender("pages", pages.build)]
    costs = bench.measure("all pages rewritten", posts, contenders, edit)
    pairs = zip(cpu(costs, "pages"), cpu(costs, "source"), strict=True)
    more = [with_pages - without for with_pages, without in pairs]
    what = "all pages rewritten, beyond one changed"
    bench.report.grow("all pages rewritten", posts, spread(cpu(costs, "pages")).median)
    bench.report.add(
        Figure("rewritten", what, posts, spread(more), "s CPU", len(more), Bar("at most", 0.5))
    )
    edit(len(more))
    opened = pages_opened(pages)
    what, bar = "all pages rewritten, pages opened", Bar("at most", FEED_LENGTH + 1)
    counted = Spread(opened, opened, opened)
    bench.report.add(Figure("rewritten", what, posts, counted, "pages", 1, bar))


def pages_opened(publisher: PublisherSite) -> int:
    """How often a build opens a page."""
    build = publisher.command("build")
    folder = publisher.site.folder
    with tempfile.NamedTemporaryFile() as seen:
        program = ["-c", WATCH, seen.name, str(folder / PAGES.parent)]
        arguments = [build.arguments[0], *program, *build.arguments[3:]]
        Command(arguments, folder, build.environment).run()
        return len(seen.read().splitlines())


def cold(bench: Bench, posts: int) -> None:
    """The first run: no state, no cache, no feed. The files of the posts are in the page cache."""
    site = bench.site(posts)
    publisher = PublisherSite(site, "cold").configure()
    hugo = Rivals(site).hugo_feed_alone()

    def delete_feed(_: int) -> None:
        shutil.rmtree(site.folder / "built-by-hugo" / "feed-alone", ignore_errors=True)

    contenders = [
        Contender("publisher", publisher.build, publisher.forget),
        Contender("Hugo", hugo.run, delete_feed),
    ]
    costs = bench.measure("cold", posts, contenders)
    bar = Bar("at most", 2) if posts == 10_000 else None
    line = Comparison("cold", "first build, wall", posts, "x Hugo, that feed alone", bar)
    bench.report.add(line.figure(wall(costs, "publisher"), wall(costs, "Hugo")))
    bench.report.grow("first build", posts, spread(cpu(costs, "publisher")).median)


def source(bench: Bench, posts: int, *, with_pages: bool = False) -> PublisherSite:
    """publisher with a feed of 20 and a node, from the source or with the pages of the site."""
    site = bench.site(posts)
    name = f"{'pages' if with_pages else 'source'}-{posts}"
    if with_pages and not (site.folder / PAGES).exists():
        bench.progress.begin(f"writing {posts:,} pages", 1)
        site.write_pages()
    publisher = PublisherSite(site, name).configure(with_pages=with_pages, limit=FEED_LENGTH)
    return publisher.add_node(Endpoint.of(bench.prosody()), keep=KEPT)


def cpu(costs: Costs, name: str) -> list[float]:
    return [cost.cpu for cost in costs[name]]


def wall(costs: Costs, name: str) -> list[float]:
    return [cost.wall for cost in costs[name]]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A line of the table whose figure is a ratio of seconds."""

    row: str
    what: str
    posts: int
    unit: str
    bar: Bar | None = None

    def figure(self, ours: Sequence[float], theirs: Sequence[float]) -> Figure:
        both = f"{spread(ours).median:.3f} s / {spread(theirs).median:.3f} s"
        found, rounds = ratio(ours, theirs), min(len(ours), len(theirs))
        return Figure(self.row, self.what, self.posts, found, self.unit, rounds, self.bar, both)


ROWS = [
    Row("nothing", "nothing changed, beside find", GROWING, nothing),
    Row("changed", "one post changed, beside Hugo, Jekyll and Pelican", GROWING, changed),
    Row("rewritten", "one post changed, all pages rewritten", (10_000,), rewritten),
    Row("cold", "the first build, beside Hugo", GROWING[:3], cold),
    Row("memory", "the most memory after one change", GROWING, memory),
]
