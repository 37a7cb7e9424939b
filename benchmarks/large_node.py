"""Measure how long it takes to read a node: by ids, 20 at a time, or with all items at once.

Run with: .venv/bin/python -m benchmarks.large_node [ITEMS ...]

Starts ejabberd, and Prosody with its items in memory and in files, its default. The file storage
takes minutes to fill, and more to read by ids; 500 items are enough to see how it grows.
"""

from __future__ import annotations

import asyncio
import sys
import time
from typing import TYPE_CHECKING

from publisher.app.demo.prosody import Prosody
from publisher.config import NodeConfig
from publisher.sync.present_items import CHUNK
from publisher.xmpp import XmppNode, connect
from tests.support.servers import Ejabberd
from tests.support.xmpp import account, numbered_item

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from publisher.app.demo.temporary_server import Server

PASSWORD = "benchmark"  # noqa: S105 - of a throw-away account
TEXT = "Some words of a post of a usual size. " * 60


def main() -> None:
    counts = [int(argument) for argument in sys.argv[1:]] or [125, 500]
    accounts, admins, most = {"blog": PASSWORD}, ["blog@localhost"], max(counts)
    servers: Mapping[str, Server] = {
        "ejabberd": Ejabberd(accounts, max_items=most),
        "prosody, memory": Prosody(accounts, admins=admins, max_items=most, storage="memory"),
        "prosody, files": Prosody(accounts, admins=admins, max_items=most, storage="internal"),
    }
    for name, server in servers.items():
        with server:
            for count in counts:
                asyncio.run(measure(name, server, count))


async def measure(name: str, server: Server, count: int) -> None:
    config = NodeConfig(service=server.service, node=f"blog-{count}")
    async with connect(account(server, "blog", config), PASSWORD) as connection:
        node = XmppNode(connection, config, site_title="Benchmark")
        await node.create()
        for number in range(count):
            await node.publish(numbered_item(number, TEXT))
        ids = (await node.look()).ids
        for share in (1, 2, 10):
            start = time.perf_counter()
            await by_ids(node, ids[::share])
            print(f"{name}, {count} items, 1/{share} by ids: {time.perf_counter() - start:.2f} s")
        start = time.perf_counter()
        await node.fetch_all(count)
        print(f"{name}, {count} items, at once: {time.perf_counter() - start:.2f} s", flush=True)


async def by_ids(node: XmppNode, ids: Sequence[str]) -> None:
    for start in range(0, len(ids), CHUNK):
        await node.fetch(ids[start : start + CHUNK])


if __name__ == "__main__":
    main()
