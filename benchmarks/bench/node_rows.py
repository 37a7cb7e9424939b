"""The rows with XMPP servers: what it takes until a post is acknowledged, and the first import."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from lxml import etree

from benchmarks.bench.delaying_proxy import CountingProxy, DelayingProxy
from benchmarks.bench.feed_rows import Comparison, cpu, wall
from benchmarks.bench.measuring import BenchError, Command, Contender, Cost, spread
from benchmarks.bench.publisher_site import ENVIRONMENT, PASSWORD, USER, Endpoint, PublisherSite
from benchmarks.bench.report import Bar, Figure
from benchmarks.bench.rivals import ROOT
from benchmarks.bench.run import Bench, Row
from benchmarks.raw_client import PUBSUB, Stream, read_items, request

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from benchmarks.bench.generated_site import Site
    from publisher.app.demo.temporary_server import Server

SMALL, LARGE = (10,), 4_750
SPARE = 100
NEAR, FAR = 0.02, 2.0  # seconds each way
TLS: Final = ("direct", "starttls")
RAW_LIMITS = {"direct": 4.0, "starttls": 4.5}
# Before imports of many were made fast, that of 4,750 posts took 64 to 71 seconds of CPU.
QUARTER_OF_CPU = 16.0
CREATE = (
    '<create node="{node}"/><configure><x xmlns="jabber:x:data" type="submit">'
    '<field var="FORM_TYPE"><value>{ns}#node_config</value></field>'
    '<field var="pubsub#max_items"><value>{most}</value></field></x></configure>'
)


@dataclass(frozen=True, slots=True)
class Clients:
    """The clients that publisher is compared with, and the file with the item that they publish."""

    endpoint: Endpoint
    items: Path

    @classmethod
    def beside(cls, publisher: PublisherSite, endpoint: Endpoint) -> Clients:
        """Clients that publish one of the items that publisher has published."""
        items = items_of(endpoint.server, publisher.name)
        path = publisher.site.folder / f"{publisher.name}.items"
        write_items(path, dict([*items.items()][:1]))
        return cls(endpoint, path)

    def raw(self, node: str) -> Command:
        return self._command("raw_client", self.endpoint.tls, node=node)

    def script(self, node: str) -> Command:
        return self._command("slixmpp_script", node=node)

    def _command(self, program: str, *first: str, node: str) -> Command:
        server = self.endpoint.server
        arguments = [
            *(sys.executable, str(ROOT / "benchmarks" / f"{program}.py"), *first),
            *(self.endpoint.host, str(self.endpoint.port), str(server.ca_file)),
            *(f"{USER}@{server.domain}", server.service, node, str(self.items)),
        ]
        return Command(arguments, self.items.parent, ENVIRONMENT)

    def rename(self, round_number: int) -> None:
        """Give the one item the id of this round."""
        payload = read_items(str(self.items))[0][1]
        write_items(self.items, {f"round-{round_number:04}": payload})


def hook(bench: Bench, posts: int) -> None:
    """One new post: from the start of the process to its end, with the post acknowledged."""
    site = bench.site(posts, "hook")
    endpoints = {
        f"{name}-{tls}": Endpoint.of(server, tls)
        for name, server in bench.servers().items()
        for tls in TLS
    }
    contenders: list[Contender] = []
    for name, endpoint in endpoints.items():
        contenders += hook_contenders(hook_site(bench, site, endpoint, name), endpoint)
    costs = bench.measure("one new post", posts, contenders, lambda _: bench.new_post(site))
    for name, endpoint in endpoints.items():
        ours = wall(costs, f"{name}, publisher")
        for who in ("publisher", "raw client", "slixmpp script"):
            seconds = spread(cpu(costs, f"{name}, {who}")).median
            bench.report.grow(f"one new post, {name}: {who}", posts, seconds)
        limits = {"raw client": RAW_LIMITS[endpoint.tls], "slixmpp script": 0.6}
        for other, limit in limits.items():
            bar, what = Bar("at most", limit), f"one new post, {name}"
            line = Comparison("hook", what, posts, f"x {other}", bar)
            bench.report.add(line.figure(ours, wall(costs, f"{name}, {other}")))


def distance(bench: Bench, posts: int, *, far: float = FAR) -> None:
    """One new post over a slow network; `far` is in seconds each way."""
    site, server = bench.site(posts, "hook"), bench.prosody()
    with DelayingProxy(server, NEAR) as near:
        publisher = hook_site(bench, site, near.endpoint, "near")
        contenders = hook_contenders(publisher, near.endpoint)[:2]
        costs = bench.measure("near", posts, contenders, lambda _: bench.new_post(site))
    ours, theirs = wall(costs, "near, publisher"), wall(costs, "near, raw client")
    what = f"one new post, {2_000 * NEAR:.0f} ms round trip"
    line = Comparison("distance", what, posts, "x raw client", Bar("at most", 2))
    bench.report.add(line.figure(ours, theirs))
    with CountingProxy(server, far) as proxy:
        publisher = hook_site(bench, site, proxy.endpoint, "far")
        bench.new_post(site)
        seconds = spread([publisher.publish().wall])
        trips = spread([proxy.round_trips_after_login()])
    what = f"one new post, {far:g} s each way after the login"
    bench.report.add(Figure("distance", what, posts, seconds, "s", 1))
    bench.report.add(Figure("distance", what, posts, trips, "round trips", 1, Bar("at most", 2)))


def hook_site(bench: Bench, site: Site, endpoint: Endpoint, name: str) -> PublisherSite:
    publisher = PublisherSite(site, name).configure()
    publisher.add_node(endpoint, keep=site.count + SPARE)
    return bench.settled(publisher, "publish")


def hook_contenders(publisher: PublisherSite, endpoint: Endpoint) -> list[Contender]:
    """publisher, the raw client and the plain script, each with one new item."""
    name, clients = publisher.name, Clients.beside(publisher, endpoint)
    raw, script = clients.raw(f"{name}-raw"), clients.script(f"{name}-script")
    return [
        Contender(f"{name}, publisher", publisher.publish),
        Contender(f"{name}, raw client", raw.run, clients.rename),
        Contender(f"{name}, slixmpp script", script.run),
    ]


def first_import(bench: Bench, posts: int) -> None:
    """The first import: what a publish takes longer than a build, beside a raw client's windows."""
    site = bench.site(posts, "import")
    for name, server in bench.servers().items():
        publisher = PublisherSite(site, f"import-{name}").configure(limit="all")
        publisher.build()  # so that neither command renders what the other finds in the cache
        importing = Import(publisher, server)
        contenders = [
            Contender("build", publisher.build, importing.prepare),
            Contender("publish", publisher.publish, publisher.delete_feed),
            Contender("raw", importing.raw),
        ]
        costs = bench.measure(f"first import, {name}", posts, contenders)
        pairs = zip(wall(costs, "publish"), wall(costs, "build"), strict=True)
        ours = [with_node - without for with_node, without in pairs]
        what, unit = f"first import, {name}: publish - build", "x the raw client's rate"
        line = Comparison("import", what, posts, unit, Bar("at least", 0.9))
        bench.report.add(line.figure(wall(costs, "raw"), ours))
        bench.report.grow(f"first import, {name}", posts, spread(cpu(costs, "publish")).median)


@dataclass(frozen=True, slots=True)
class Import:
    """Imports into new nodes of a server, by publisher and then by the raw client."""

    publisher: PublisherSite
    server: Server

    def prepare(self, round_number: int) -> None:
        """A new node, and a feed that has to be written again."""
        self.publisher.configure(limit="all")
        self.publisher.add_node(Endpoint.of(self.server), node=self._node(round_number))
        self.publisher.delete_feed()

    def raw(self, round_number: int) -> Cost:
        """The seconds from the first publish of the raw client to the last answer."""
        count = self.publisher.site.count
        items = items_of(self.server, self._node(round_number), count)
        path = self.publisher.site.folder / f"{self.publisher.name}.items"
        write_items(path, items)
        node = f"{self._node(round_number)}-raw"
        create_node(self.server, node, count + SPARE)
        cost, printed = Clients(Endpoint.of(self.server), path).raw(node).with_output()
        if items_of(self.server, node, count) != items:
            raise BenchError(f"{node} does not hold the items that were published to it")
        return Cost(float(printed), cost.cpu)

    def _node(self, round_number: int) -> str:
        return f"{self.publisher.name}-{self.publisher.site.count}-{round_number}"


def large(bench: Bench, posts: int) -> None:
    """The CPU of a first import with nothing in any cache, and the run after it, which looks."""
    for name, server in bench.servers().items():
        publisher = PublisherSite(bench.site(posts, "import"), f"large-{name}")
        renew = partial(new_node, publisher, Endpoint.of(server))
        contenders = [
            Contender("first", publisher.publish, publisher.forget),
            Contender("next", publisher.publish),
        ]
        what = f"{name}, first and next run"
        costs = bench.measure(what, posts, contenders, renew, most_rounds=1)
        for run, seconds, unit, limit in (
            ("first import", cpu(costs, "first"), "s CPU", QUARTER_OF_CPU),
            ("run after the first import", wall(costs, "next"), "s", 5.0),
        ):
            bar = Bar("at most", limit) if posts == LARGE else None
            figure = Figure(
                "large", f"{run}, {name}", posts, spread(seconds), unit, len(seconds), bar
            )
            bench.report.add(figure)


def new_node(publisher: PublisherSite, endpoint: Endpoint, round_number: int) -> None:
    """Configure a node that does not exist yet."""
    node = f"{publisher.name}-{publisher.site.count}-{round_number}"
    publisher.configure().add_node(endpoint, node=node)


def items_of(server: Server, node: str, count: int = 0) -> dict[str, str]:
    """Item id -> payload on one line. Raises BenchError if `count` is given and wrong."""
    with opened(server) as stream:
        child = f'<items node="{node}"/>'
        answer = stream.ask(request(server.service, child, "ask", "get")).rpartition(b"</iq>")[0]
    parser = etree.XMLParser(huge_tree=True, resolve_entities=False)
    pubsub = etree.fromstring(answer, parser)
    items = {item.get("id", ""): standalone(item[0]) for item in pubsub.iter(f"{{{PUBSUB}}}item")}
    if count and len(items) != count:
        raise BenchError(f"{node} holds {len(items)} items, not {count}")
    return items


def create_node(server: Server, node: str, most_items: int) -> None:
    create = CREATE.format(node=node, ns=PUBSUB, most=most_items)
    with opened(server) as stream:
        stream.ask(request(server.service, create, "ask"))


@contextmanager
def opened(server: Server) -> Iterator[Stream]:
    jid = f"{USER}@{server.domain}"
    ca_file = str(server.ca_file)
    with Stream(
        server.host, server.direct_port, ca_file=ca_file, jid=jid, starttls=False
    ) as stream:
        stream.log_in(PASSWORD)
        yield stream


def standalone(payload: etree._Element) -> str:
    """A payload as a line of XML that declares its own namespaces."""
    copy = etree.fromstring(etree.tostring(payload, with_tail=False))
    etree.cleanup_namespaces(copy)  # those that only the stream uses
    # Canonical XML sorts attributes, whose order Prosody does not keep.
    return etree.tostring(copy, method="c14n").decode().replace("\n", "&#10;")


def write_items(path: Path, items: Mapping[str, str]) -> None:
    path.write_text("".join(f"{item}\t{payload}\n" for item, payload in items.items()))


ROWS = [
    Row("hook", "one new post, beside a raw client and a plain script", SMALL, hook),
    Row("distance", "the same over a slow network", SMALL, distance),
    Row("import", "the first import, beside a raw client", (1_000, 10_000), first_import),
    Row("large", "the first import of many posts, and the run after it", (LARGE,), large),
]
