"""What a server may send is limited before it costs memory, and the error names the limit."""

from __future__ import annotations

import asyncio
import os
import resource
import sys
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement

import pytest

from publisher.config import NodeConfig
from publisher.errors import Refused
from publisher.xmpp import XmppNode
from publisher.xmpp.connection import (
    MAX_BEFORE_LOGIN,
    MAX_DEPTH,
    MAX_MARKUP,
    MAX_STANZA,
    Connection,
)
from publisher.xmpp.node import DISCO_ITEMS, MAX_LISTING_SECONDS, RSM
from tests.support import ROOT, fake_time
from tests.support.blog import SECONDS, Blog
from tests.support.hostile import Hostile

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.hostile import Certificates

# Runs the program, and reports the most memory that it had, in kilobytes.
MEASURED = """
import resource, sys
from publisher.cli.main import main
code = main(sys.argv[1:])
print("memory", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)
sys.exit(code)
"""
MOST_KILOBYTES = 400_000
LIMITS = {
    "endless": f"{MAX_STANZA:,} bytes",
    "many_elements": f"{MAX_MARKUP:,} tags and attributes",
    "many_fields": f"{MAX_MARKUP:,} tags and attributes",
    "many_attributes": f"{MAX_MARKUP:,} tags and attributes",
    "deep": f"{MAX_DEPTH:,} nested elements",
    "deep_before_login": f"{MAX_DEPTH:,} nested elements",
    "long_before_login": f"{MAX_BEFORE_LOGIN:,} bytes",
}


@pytest.mark.parametrize("mode", LIMITS)
def test_a_stanza_without_end_costs_little_memory(
    tmp_path: Path, certificates: Certificates, mode: str
) -> None:
    blog = Blog(tmp_path / "blog")
    blog.write("2026-01-01-first-post.md", "Text.", title="First")
    with Hostile(mode, certificates) as server:
        blog.configure(server, password="secret")
        code, said = asyncio.run(measured(blog, "publish", "--retry", "0"))
    assert code == 4
    assert f"it sent a stanza of more than {LIMITS[mode]}" in said
    assert int(said.rpartition("memory ")[2]) < MOST_KILOBYTES


class SlowService(Connection):
    """Each answer comes in time, and has one item more."""

    def __init__(self) -> None:
        self.asked = 0

    async def request(self, *_: object, **__: object) -> Element:
        self.asked += 1
        await asyncio.sleep(20)
        answer = Element("iq")
        query = SubElement(answer, f"{DISCO_ITEMS}query")
        SubElement(query, f"{DISCO_ITEMS}item", name=f"item-{self.asked}")
        SubElement(SubElement(query, f"{RSM}set"), f"{RSM}last").text = str(self.asked)
        return answer


def test_a_list_that_takes_for_ever_is_refused() -> None:
    """In fake time."""
    service = SlowService()
    config = NodeConfig(service="pubsub.localhost", node="blog")
    with pytest.raises(Refused, match="lists items without end"):
        fake_time.run(XmppNode(service, config, site_title="x").look())
    assert service.asked == MAX_LISTING_SECONDS // 20 + 1


async def measured(blog: Blog, *arguments: str) -> tuple[int | None, str]:
    def no_more_than_the_machine_has() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (4_000_000_000, 4_000_000_000))

    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", MEASURED, *arguments),
        cwd=blog.folder,
        env={**os.environ, **blog.environment, "PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        preexec_fn=no_more_than_the_machine_has,
    )
    async with asyncio.timeout(SECONDS):
        said = (await process.communicate())[1]
    return process.returncode, said.decode()
