"""Measure how long a hook takes, from start to end, and compare it with a plain slixmpp script.

Run with: .venv/bin/python benchmarks/latency.py [ROUNDS] [--beside FOLDER]

Starts Prosody on loopback. Every round runs each variant once, so that other load on the machine
affects all of them; the figures are medians. The last column compares each variant with a Python
that does nothing. `--beside` names another checkout, e.g. of the previous commit, to measure in the
same rounds.
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from publisher.app.demo.prosody import Prosody

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
  nodes: [{{service: pubsub.localhost, node: "{node}"}}]
"""

# The shortest script that publishes one item: one login, one publish, no checks.
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

# The commands to run in a site without changes, by the name of the variant.
SETTLED = {
    "--version": "--version",
    "build, nothing changed": "build",
    "publish, nothing changed": "publish",
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("rounds", nargs="?", type=int, default=15)
    parser.add_argument("--beside", type=Path)
    arguments = parser.parse_args()
    versions = {"": Path(__file__).parent.parent}
    if arguments.beside:
        versions[", beside"] = arguments.beside.absolute()
    server = Prosody({"blog": PASSWORD}, admins=["blog@localhost"], storage="memory")
    with server, tempfile.TemporaryDirectory() as name:
        seconds = measure(Path(name), server, versions, arguments.rounds)
    medians = {variant: statistics.median(times) for variant, times in seconds.items()}
    plain, nothing = medians["plain slixmpp script"], medians["python -c pass"]
    for variant, median in medians.items():
        ratios = f"{median / plain:5.2f} x plain  {median / nothing:5.1f} x nothing"
        print(f"{variant:34} {1000 * median:6.0f} ms   {ratios}")


def measure(
    folder: Path, server: Prosody, versions: dict[str, Path], rounds: int
) -> dict[str, list[float]]:
    (folder / "plain.py").write_text(PLAIN)
    sites = {mark: prepared(folder, mark, server, version) for mark, version in versions.items()}
    seconds: dict[str, list[float]] = defaultdict(list)
    for number in range(1, rounds + 1):
        address = [server.host, str(server.direct_port), str(server.ca_file), f"item-{number:04}"]
        seconds["python -c pass"].append(timed(["-c", "pass"], folder))
        seconds["plain slixmpp script"].append(timed(["plain.py", *address], folder))
        for mark, (settled, busy) in sites.items():
            program, version = ["-m", "publisher"], versions[mark]
            for variant, command in SETTLED.items():
                seconds[variant + mark].append(timed([*program, command], settled, version))
            write_post(busy, number)
            new = timed([*program, "publish"], busy, version)
            seconds[f"publish, one new post{mark}"].append(new)
    return seconds


def prepared(folder: Path, mark: str, server: Prosody, version: Path) -> tuple[Path, Path]:
    """Create a settled site, which has nothing to publish or check, and one for new posts."""
    for name in ("settled", "busy"):
        site = folder / f"{name}{mark}"
        (site / "posts").mkdir(parents=True)
        (site / "publisher.yaml").write_text(CONFIG.format(server=server, node=site.name))
        write_post(site, 0)
        timed(["-m", "publisher", "publish"], site, version)
        # Make the publish look an hour old: the next run then sees the item again, and counts it as
        # durable.
        with sqlite3.connect(site / ".publisher" / "ledger.sqlite") as ledger:
            ledger.execute("UPDATE item SET at = at - 3600")
        ledger.close()
        timed(["-m", "publisher", "publish"], site, version)
    return folder / f"settled{mark}", folder / f"busy{mark}"


def write_post(folder: Path, number: int) -> None:
    path = folder / "posts" / f"2026-01-01-post-number-{number}.md"
    path.write_text(f"---\ntitle: Post {number}\n---\n\n" + "Some *words* of text. " * 200)


def timed(arguments: list[str], folder: Path, version: Path | None = None) -> float:
    start = time.perf_counter()
    environment = {**os.environ, "BENCHMARK_PASSWORD": PASSWORD}
    if version:
        environment["PYTHONPATH"] = str(version)
    subprocess.run(  # noqa: S603 - our own command line
        [sys.executable, *arguments],
        cwd=folder,
        env=environment,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
