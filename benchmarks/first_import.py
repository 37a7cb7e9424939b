"""Measure the first import of a blog, and compare it with a client that only sends the items.

Run with: .venv/bin/python -m benchmarks.first_import [POSTS [ROUNDS]]

Starts ejabberd, a Prosody that stores its items in memory, and one that stores them in SQLite, all
on loopback. Every round measures, on a new node:

* build: `publisher build`, with one Atom feed of all posts;
* publish: `publisher publish`, with the same feed and the node, from start to end;
* raw: a client that sends the same payloads to a second node, and always keeps WINDOW requests in
  flight; from the first byte of the first publish to the last answer, without the login, the
  creation of the node and the serialisation of the stanzas.

The figures are medians over the rounds. Both commands read and render the posts, so
`publish - build` is the cost of the node: the import of the XMPP library, the login, a look at the
service, the creation of the node, the ledger, and the publishing itself. Compare this figure with
raw. Every round runs all variants, so that other load on the machine affects all of them. The
figures for SQLite depend on the disk of the temporary folder.
"""

from __future__ import annotations

import asyncio
import base64
import os
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, cast

from lxml import etree

from publisher.app.demo.prosody import Prosody
from tests.support.servers import Ejabberd

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from publisher.app.demo.server import Server

PASSWORD = "benchmark"  # noqa: S105 - of a throw-away account
WINDOW = 50
SPARE_ITEMS = 100

CONFIG = """\
site: {{title: Benchmark, url: "https://blog.example"}}
posts: {{path: {posts}}}
feeds: [{{path: feed.atom, format: atom, limit: all}}]
xmpp:
  jid: blog@localhost
  password_env: BENCHMARK_PASSWORD
  host: {server.host}
  port: {server.direct_port}
  tls: direct
  ca_file: {server.ca_file}
  nodes: [{{service: {server.service}, node: {node}}}]
"""

PUBSUB = "http://jabber.org/protocol/pubsub"
CREATE = (
    '<pubsub xmlns="{ns}"><create node="{node}"/><configure>'
    '<x xmlns="jabber:x:data" type="submit">'
    '<field var="FORM_TYPE"><value>{ns}#node_config</value></field>'
    '<field var="pubsub#max_items"><value>{max_items}</value></field>'
    '<field var="pubsub#access_model"><value>open</value></field>'
    "</x></configure></pubsub>"
)
ITEMS = '<pubsub xmlns="{ns}"><items node="{node}"/></pubsub>'
PUBLISH = (
    '<pubsub xmlns="{ns}"><publish node="{node}">'
    '<item id="{id}">{payload}</item></publish></pubsub>'
)


def main() -> None:
    posts, rounds = (int(argument) for argument in (*sys.argv[1:], "1000", "3")[:2])
    accounts, max_items = {"blog": PASSWORD}, posts + SPARE_ITEMS
    admins = ["blog@localhost"]
    servers: Mapping[str, Server] = {
        "ejabberd": Ejabberd(accounts, max_items=max_items),
        "prosody, memory": Prosody(accounts, admins=admins, max_items=max_items, storage="memory"),
        "prosody, sqlite": Prosody(accounts, admins=admins, max_items=max_items, storage="sql"),
    }
    with tempfile.TemporaryDirectory() as name:
        write_posts(Path(name) / "posts", posts)
        for kind, server in servers.items():
            folder = Path(name) / kind
            folder.mkdir()
            with server:
                print_medians(kind, posts, measure(folder, server, posts, rounds))


def print_medians(kind: str, posts: int, seconds: Mapping[str, Sequence[float]]) -> None:
    medians = {variant: statistics.median(times) for variant, times in seconds.items()}
    raw = medians["raw"]
    print(f"\n{kind}, {posts} posts, medians of {len(seconds['raw'])}")
    for variant, median in medians.items():
        spread = f"{min(seconds[variant]):.2f}-{max(seconds[variant]):.2f}"
        print(
            f"  {variant:16}{median:8.2f} s  ({spread:>13})  {posts / median:6.0f}/s"
            f"  {median / raw:6.2f} x raw"
        )
    print(f"  {'build / publish':16}{100 * medians['build'] / medians['publish']:8.0f} %")


def measure(folder: Path, server: Server, posts: int, rounds: int) -> dict[str, list[float]]:
    seconds: dict[str, list[float]] = defaultdict(list)
    configure(folder, server, "warm-up")
    timed(folder, "build")
    for number in range(rounds):
        configure(folder, server, f"blog-{number}")
        build, publish = timed(folder, "build"), timed(folder, "publish")
        seconds["build"].append(build)
        seconds["publish"].append(publish)
        seconds["publish - build"].append(publish - build)
        seconds["raw"].append(asyncio.run(raw(server, f"blog-{number}", f"raw-{number}", posts)))
    return seconds


def configure(folder: Path, server: Server, node: str) -> None:
    text = CONFIG.format(server=server, posts=folder.parent / "posts", node=node)
    (folder / "publisher.yaml").write_text(text)


def write_posts(folder: Path, count: int) -> None:
    """Write posts of a usual size: each payload has about 2.3 kB."""
    folder.mkdir()
    for number in range(count):
        paragraphs = (
            f"Paragraph {part} of post {number}: " + "some *words* of a [text](/about/). " * 4
            for part in range(3)
        )
        text = (
            f"---\ntitle: Post {number}\ndate: 2026-01-01 {number // 60 % 24:02}:{number % 60:02}\n"
        )
        path = folder / f"2026-01-01-post-number-{number}.md"
        path.write_text(f"{text}---\n\n" + "\n\n".join(paragraphs))


def timed(folder: Path, command: str) -> float:
    """Run a command that has to write the feed; the seconds that it takes."""
    (folder / "feed.atom").unlink(missing_ok=True)
    start = time.perf_counter()
    subprocess.run(  # noqa: S603 - our own command line
        [sys.executable, "-m", "publisher", command],
        cwd=folder,
        env={**os.environ, "BENCHMARK_PASSWORD": PASSWORD},
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return time.perf_counter() - start


async def raw(server: Server, filled: str, empty: str, posts: int) -> float:
    """Publish the items of the node `filled` to the node `empty`.

    The seconds from the first byte of the first publish to the last answer.
    """
    async with asyncio.timeout(600):
        stream = await Stream.open(server)
        payloads = await items(stream, server, filled)
        if len(payloads) != posts:
            raise SystemExit(f"{filled} holds {len(payloads)} items, not {posts}")
        create = CREATE.format(ns=PUBSUB, node=empty, max_items=posts + SPARE_ITEMS)
        await stream.ask(iq(server, "set", create))
        stanzas = [
            iq(server, "set", PUBLISH.format(ns=PUBSUB, node=empty, id=id_, payload=payload))
            for id_, payload in payloads.items()
        ]
        start = time.perf_counter()
        await stream.pipeline(stanzas)
        seconds = time.perf_counter() - start
        if await items(stream, server, empty) != payloads:
            raise SystemExit(f"{empty} and {filled} hold different items")
        stream.close()
        return seconds


async def items(stream: Stream, server: Server, node: str) -> dict[str, str]:
    """Item id -> payload, as XML that declares its own namespaces."""
    answer = await stream.ask(iq(server, "get", ITEMS.format(ns=PUBSUB, node=node)))
    return {item.get("id", ""): standalone(item[0]) for item in answer.iter(f"{{{PUBSUB}}}item")}


def standalone(payload: etree._Element) -> str:
    copy = etree.fromstring(etree.tostring(payload))
    etree.cleanup_namespaces(copy)  # those that only the stream uses
    # Canonical XML sorts attributes, whose order Prosody does not keep.
    return etree.tostring(copy, method="c14n").decode()


def iq(server: Server, kind: str, payload: str) -> bytes:
    return f'<iq type="{kind}" id="x" to="{server.service}">{payload}</iq>'.encode()


class Stream:
    """A client that matches answers to requests by their order.

    A server answers the requests of one client to one entity in order (RFC 6120 section 10.1).
    """

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, server: Server) -> Stream:
        context = ssl.create_default_context(cafile=server.ca_file)
        stream = cls(
            *await asyncio.open_connection(
                server.host, server.direct_port, ssl=context, server_hostname=server.domain
            )
        )
        await stream._begin(server.domain)
        secret = base64.b64encode(f"\0blog\0{PASSWORD}".encode()).decode()
        sasl = f'<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="PLAIN">{secret}</auth>'
        await stream.ask(sasl.encode())
        await stream._begin(server.domain)
        await stream.ask(
            b'<iq type="set" id="x"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"/></iq>'
        )
        return stream

    async def _begin(self, domain: str) -> None:
        """Open a new stream (RFC 6120 section 4.2), and read its features."""
        self._parser = etree.XMLPullParser(("start", "end"), huge_tree=True, resolve_entities=False)
        self._depth = 0
        header = (
            f'<stream:stream to="{domain}" version="1.0" xmlns="jabber:client" '
            'xmlns:stream="http://etherx.jabber.org/streams">'
        )
        await self.ask(header.encode())

    async def ask(self, stanza: bytes) -> etree._Element:
        self._writer.write(stanza)
        return await self._answer()

    async def pipeline(self, stanzas: Sequence[bytes]) -> None:
        """Send all stanzas, with at most WINDOW in flight, and read their answers."""
        self._writer.write(b"".join(stanzas[:WINDOW]))
        for following in (*stanzas[WINDOW:], *[b""] * min(WINDOW, len(stanzas))):
            answer = await self._answer()
            answer.clear()
            self._writer.write(following)

    async def _answer(self) -> etree._Element:
        """Read the next stanza. Ends the benchmark if it is an error."""
        while True:
            for event, element in self._parser.read_events():
                self._depth += 1 if event == "start" else -1
                if event == "end" and self._depth == 1:
                    return without_error(cast("etree._Element", element))
            received = await self._reader.read(2**16)
            if not received:
                raise SystemExit("the server closed the connection")
            self._parser.feed(received)

    def close(self) -> None:
        self._writer.close()


def without_error(answer: etree._Element) -> etree._Element:
    if answer.get("type") == "error" or etree.QName(answer).localname in {"error", "failure"}:
        raise SystemExit(f"the server refused: {etree.tostring(answer, encoding='unicode')}")
    return answer


if __name__ == "__main__":
    main()
