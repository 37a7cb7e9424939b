"""The script that slixmpp's documentation leads to: log in, publish one item, and disconnect.

Run with:
    BENCHMARK_PASSWORD=... python benchmarks/slixmpp_script.py \\
        HOST PORT CA_FILE JID SERVICE NODE ITEMS

ITEMS is a file as that of `raw_client.py`, with one item. The script follows the examples of
slixmpp 1.17: a class of its own with an `argparse` parser and logging, the roster and the presence
at the start of the session, and the plugins that the example for pubsub registers.
"""

from __future__ import annotations

import asyncio
import logging
import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, cast
from xml.etree import ElementTree as ET

import slixmpp


class PubsubClient(slixmpp.ClientXMPP):
    def __init__(self, jid: str, password: str, service: str, node: str, items: Path) -> None:
        super().__init__(jid, password)
        for plugin in ("xep_0030", "xep_0059", "xep_0060"):
            self.register_plugin(plugin)
        self._service, self._node, self._items = service, node, items
        self.published = False
        self.add_event_handler("session_start", self.start)

    async def start(self, event: object) -> None:
        await self.get_roster()
        self.send_presence()
        item, _, payload = self._items.read_text().strip().partition("\t")
        pubsub = cast("Any", self.plugin["xep_0060"])  # its methods have no types
        entry = ET.fromstring(payload)  # noqa: S314 - our own file
        await pubsub.publish(slixmpp.JID(self._service), self._node, id=item, payload=entry)
        self.published = True
        await self.disconnect()


def main() -> None:
    parser = ArgumentParser(description="Publish an item.")
    for name in ("host", "port", "ca_file", "jid", "service", "node", "items"):
        parser.add_argument(name)
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.ERROR, format="%(levelname)-8s %(message)s")
    password, items = os.environ["BENCHMARK_PASSWORD"], Path(arguments.items)

    async def run() -> None:
        client = PubsubClient(arguments.jid, password, arguments.service, arguments.node, items)
        client.ca_certs = arguments.ca_file
        client.connect(arguments.host, int(arguments.port))
        await client.disconnected
        if not client.published:
            raise SystemExit("the server accepted no item")

    asyncio.run(run())


if __name__ == "__main__":
    main()
