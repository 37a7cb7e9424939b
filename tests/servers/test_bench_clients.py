"""The clients that `make bench` compares with publish what they are given."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Literal

import pytest

from tests.support import ROOT
from tests.support.raw import PUBSUB, RawClient

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tests.support.servers import Server

TEXT = "a {brace} & a line&#10;break"
PAYLOAD = f"<entry xmlns='http://www.w3.org/2005/Atom'><title>{TEXT.replace('&', '&amp;', 1)}"
ITEMS = {f"item-{number:03}": f"{PAYLOAD} {number}</title></entry>" for number in range(20)}


@pytest.fixture
def items(tmp_path: Path) -> Path:
    return write(tmp_path, ITEMS)


def write(folder: Path, items: Mapping[str, str]) -> Path:
    path = folder / "items"
    path.write_text("".join(f"{item}\t{payload}\n" for item, payload in items.items()))
    return path


def run(program: str, arguments: Sequence[str], password: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, f"benchmarks/{program}.py", *arguments],
        cwd=ROOT,
        env={**os.environ, "BENCHMARK_PASSWORD": password},
        capture_output=True,
        text=True,
        check=False,
    )


def arguments(
    server: Server, tls: Literal["direct", "starttls"], node: str, *, user: str = "blog"
) -> list[str]:
    """What all clients take: from the port to the node."""
    port = server.direct_port if tls == "direct" else server.port
    return [
        *(server.host, str(port), str(server.ca_file)),
        *(f"{user}@{server.domain}", server.service, node),
    ]


def held(server: Server, node: str) -> list[str]:
    """The ids of a node's items, sorted."""
    with RawClient(server, "blog") as client:
        request = f"<pubsub xmlns='{PUBSUB}'><items node='{node}'/></pubsub>"
        answer = client.ask(request, to=server.service, kind="get")
    return sorted(re.findall(r"<item [^>]*\bid=['\"]([^'\"]+)", answer.decode()))


@pytest.mark.parametrize("tls", ["direct", "starttls"])
@pytest.mark.parametrize("window", [1, 7, 50])
def test_the_raw_client_publishes_every_item(
    server: Server, node: str, items: Path, tls: Literal["direct", "starttls"], window: int
) -> None:
    there = [tls, *arguments(server, tls, node), str(items), str(window)]
    done = run("raw_client", there, server.accounts["blog"])
    assert done.stderr == ""
    assert float(done.stdout) > 0
    assert held(server, node) == [*ITEMS]


def test_the_raw_client_fails_if_an_item_is_refused(server: Server, node: str, items: Path) -> None:
    with RawClient(server, "blog") as owner:
        owner.publish(node, "item-000", ITEMS["item-000"])
    there = ["direct", *arguments(server, "direct", node, user="stranger"), str(items)]
    done = run("raw_client", there, server.accounts["stranger"])
    assert done.returncode == 1
    assert "the server refused" in done.stderr


def test_the_raw_client_fails_with_a_wrong_password(server: Server, node: str, items: Path) -> None:
    there = ["direct", *arguments(server, "direct", node), str(items)]
    done = run("raw_client", there, "wrong")
    assert done.returncode == 1
    assert "the server refused" in done.stderr


@pytest.mark.parametrize("tls", ["direct", "starttls"])
def test_the_slixmpp_script_publishes_an_item(
    server: Server, node: str, tmp_path: Path, tls: Literal["direct", "starttls"]
) -> None:
    items = write(tmp_path, {"item-001": ITEMS["item-001"]})
    done = run(
        "slixmpp_script", [*arguments(server, tls, node), str(items)], server.accounts["blog"]
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert held(server, node) == ["item-001"]
