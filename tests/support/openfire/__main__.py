"""Run the server until SIGTERM: `python -m tests.support.openfire openfire.json`."""

from __future__ import annotations

import asyncio
import json
import signal
import ssl
import sys
from pathlib import Path
from typing import Any

from tests.support.openfire.host import Host
from tests.support.openfire.stream import Stream


async def main(settings: dict[str, Any]) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(settings["certificate"], settings["key"])
    host = Host(
        domain=settings["domain"],
        service=settings["service"],
        accounts=settings["accounts"],
        state=Path(settings["state"]),
        seed=settings["seed"],
        sends_last_item=settings["sends_last_item"],
    )
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stopped.set)
    address = settings["host"]
    plain = await loop.create_server(
        lambda: Stream(host, context, is_secure=False), address, settings["port"]
    )
    direct = await loop.create_server(
        lambda: Stream(host, context, is_secure=True), address, settings["direct_port"], ssl=context
    )
    async with plain, direct:
        await stopped.wait()
        host.stop()
        await asyncio.sleep(0.1)  # the streams are closed meanwhile


asyncio.run(main(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))))
