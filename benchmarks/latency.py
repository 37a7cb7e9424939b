"""How long a hook takes: the program from start to end, as ratios to a plain slixmpp script.

Run with: .venv/bin/python benchmarks/latency.py [ROUNDS]

Starts a Prosody on loopback. Every round runs each variant once, so that what else the machine does
hits all of them; the figures are medians.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from publisher.commands.demo.prosody import Prosody

PASSWORD = "benchmark"  # noqa: S105 - of a throw-away account

CONFIG = """\
site: {{title: Benchmark, url: "https://blog.example"}}
posts: {{path: posts}}
feeds: [{{path: feed.atom, format: atom}}]
xmpp:
  jid: blog@localhost
  password_env: BENCHMARK_PASSWORD
  host: {server.host}
  port: {server.direct_port}
  tls: direct
  ca_file: {server.ca_file}
  nodes: [{{service: pubsub.localhost, node: blog}}]
"""

# What somebody writes who needs one item at a node: one login, one publish, no checks.
PLAIN = """\
import asyncio, os, ssl, sys
from xml.etree.ElementTree import fromstring
from slixmpp import ClientXMPP
async def main(host, port, ca_file, number):
    context = ssl.create_default_context(cafile=ca_file)
    client = ClientXMPP("blog@localhost", os.environ["BENCHMARK_PASSWORD"], ssl_context=context)
    client.register_plugin("xep_0060")
    started = asyncio.get_running_loop().create_future()
    client.add_event_handler("session_start", lambda _: started.set_result(None))
    client.connect(host, int(port))
    await started
    entry = fromstring(f"<entry xmlns='http://www.w3.org/2005/Atom'><id>{number}</id></entry>")
    await client.plugin["xep_0060"].publish("pubsub.localhost", "plain", id=number, payload=entry)
    await client.disconnect()
asyncio.run(main(*sys.argv[1:]))
"""


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    server = Prosody({"blog": PASSWORD}, admins=["blog@localhost"], storage="memory")
    with server, tempfile.TemporaryDirectory() as name:
        seconds = measure(Path(name), server, rounds)
    plain = statistics.median(seconds["plain slixmpp script"])
    for variant, times in seconds.items():
        median = statistics.median(times)
        print(f"{variant:34} {1000 * median:6.0f} ms   {median / plain:5.2f} x plain")


def measure(folder: Path, server: Prosody, rounds: int) -> dict[str, list[float]]:
    (folder / "posts").mkdir()
    (folder / "config.yaml").write_text(CONFIG.format(server=server))
    (folder / "plain.py").write_text(PLAIN)
    publish = [sys.executable, "-m", "publisher", "publish"]
    write_post(folder, 0)
    timed(publish, folder)
    seconds: dict[str, list[float]] = defaultdict(list)
    for number in range(1, rounds + 1):
        address = [server.host, str(server.direct_port), str(server.ca_file), f"item-{number:04}"]
        seconds["python, doing nothing"].append(timed([sys.executable, "-c", ""], folder))
        seconds["plain slixmpp script"].append(
            timed([sys.executable, "plain.py", *address], folder)
        )
        seconds["publish, nothing changed"].append(timed(publish, folder))
        write_post(folder, number)
        seconds["publish, one new post"].append(timed(publish, folder))
    return seconds


def write_post(folder: Path, number: int) -> None:
    path = folder / "posts" / f"2026-01-01-post-number-{number}.md"
    path.write_text(f"---\ntitle: Post {number}\n---\n\n" + "Some *words* of text. " * 200)


def timed(command: list[str], folder: Path) -> float:
    begun = time.perf_counter()
    environment = {**os.environ, "BENCHMARK_PASSWORD": PASSWORD}
    subprocess.run(  # noqa: S603 - ours
        command, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL
    )
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
