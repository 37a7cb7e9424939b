"""A server that sends without end is left before it takes the memory of the machine."""

from __future__ import annotations

import asyncio
import os
import resource
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from publisher.config import NodeConfig
from publisher.sync.present_items import CHUNK
from publisher.xmpp.presence import QUIET_SECONDS
from tests.support import ROOT
from tests.support.blog import SECONDS, Blog
from tests.support.floods import FLOODS
from tests.support.hostile import Hostile
from tests.support.raw import RawClient
from tests.support.xmpp import PEP, numbered_item, opened

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.hostile import Certificates
    from tests.support.servers import Server

ADDRESS_SPACE = 1_000_000_000  # bytes
MEMORY = 400_000  # kilobytes at most; a run with an honest server has some 60,000
IN_FLIGHT = 30_000_000  # bytes that the sockets of both sides may hold

# Runs the program, and reports the most memory that it had, in kilobytes. (Its ru_maxrss would be
# at least what the process of the tests had: Linux counts the memory before exec too.)
MEASURED = r"""
import re, sys
from pathlib import Path
from publisher.cli.main import main
code = main(sys.argv[1:])
most = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]
print("memory", most, file=sys.stderr)
sys.exit(code)
"""

LOGIN_BYTES = "sent more than 1,000,000 bytes before the login"
LOGIN_PARTS = "sent more than 10,000 elements and attributes before the login"
LOGIN_DEPTH = "sent more than 50 nested elements before the login"
RUN = "sent a text or a tag of more than 10,000,000 bytes"
UNASKED = "sent more than 5,000 stanzas that nobody asked for"

BEFORE_LOGIN = {
    "header": LOGIN_BYTES,
    "attributes of the header": LOGIN_BYTES,
    "white space before the header": LOGIN_BYTES,
    "comments before the header": LOGIN_BYTES,
    "entities": "sent a document type declaration",
    "nesting before TLS": LOGIN_DEPTH,
    "features before TLS": LOGIN_PARTS,
    "white space before TLS": LOGIN_BYTES,
    "stanzas before TLS": LOGIN_PARTS,
    "nesting before the login": LOGIN_DEPTH,
    "nested features": LOGIN_DEPTH,
    "long feature": LOGIN_BYTES,
    "mechanisms": LOGIN_PARTS,
    "challenge": LOGIN_BYTES,
    "stanzas before the login": LOGIN_PARTS,
}
AFTER_LOGIN = {
    "text": RUN,
    "lines": RUN,
    "long attribute": RUN,
    "attributes": RUN,
    "error text": RUN,
    "white space": RUN,
    "long message": RUN,
    "long items": "sent a stanza of more than 80,000,000 bytes",
    "nesting": "sent a stanza of more than 37,449 nested elements",
    "nested message": "sent a stanza of more than 37,449 nested elements",
    "items": "sent a stanza of more than 500,000 elements and attributes",
    "elements": "sent a stanza of more than 500,000 elements and attributes",
    "fields of a form": "sent a stanza of more than 500,000 elements and attributes",
    "subscribers": "sent a stanza of more than 500,000 elements and attributes",
    "presences": UNASKED,
    "subscription requests": UNASKED,
    "messages": UNASKED,
    "requests": UNASKED,
    "answers to nothing": UNASKED,
}
ONLINE = "sent more than 100,000 stanzas that nobody asked for (the last one is from "
# A run logs in while it builds the feeds. What comes before its first question has another limit.
BEFORE_QUESTIONS = {"long message": "sent a stanza of more than 1,000,000 bytes"}
AFTER_PRESENCE = {
    "presences of contacts": ONLINE,
    "messages of contacts": f"{ONLINE}eve@elsewhere.example); `presence: never`",
    "requests of contacts": f"{ONLINE}eve@elsewhere.example); `presence: never`",
}
COMMANDS = [("plan",), ("status",), ("node", "show")]


@pytest.fixture
def blog(tmp_path: Path) -> Blog:
    made = Blog(tmp_path / "blog")
    made.write("2026-01-01-first.md", "Text.", title="First")
    return made


def test_every_flood_is_tried() -> None:
    assert BEFORE_LOGIN.keys() | AFTER_LOGIN.keys() | AFTER_PRESENCE.keys() == FLOODS.keys()


@pytest.mark.parametrize("name", BEFORE_LOGIN)
def test_an_endless_login_is_left(blog: Blog, certificates: Certificates, name: str) -> None:
    tls = "starttls" if FLOODS[name].moment in {"header", "before_tls"} else "direct"
    code, message, sent = run_within_memory(blog, certificates, name, "publish", tls=tls)
    assert BEFORE_LOGIN[name] in message
    assert "check xmpp.host and xmpp.port" in message
    assert code == 4
    assert sent < 1_000_000 + IN_FLIGHT


@pytest.mark.parametrize("name", AFTER_LOGIN)
def test_an_endless_answer_is_left(blog: Blog, certificates: Certificates, name: str) -> None:
    code, message, sent = run_within_memory(blog, certificates, name, "publish")
    assert AFTER_LOGIN[name] in message or BEFORE_QUESTIONS.get(name, "none") in message
    assert "pubsub.localhost blog" in message
    assert code == 4
    assert sent < 80_000_000 + IN_FLIGHT


@pytest.mark.parametrize("name", AFTER_PRESENCE)
def test_an_endless_flood_of_contacts_is_left(
    blog: Blog, certificates: Certificates, name: str
) -> None:
    code, message, sent = run_within_memory(blog, certificates, name, "publish", service=PEP)
    assert AFTER_PRESENCE[name] in message
    assert code == 4
    assert sent < 10_000_000 + IN_FLIGHT


def test_an_account_may_have_many_contacts_online(blog: Blog, certificates: Certificates) -> None:
    """And the first post waits for the one that does not answer."""
    with Hostile("popular", certificates) as server:
        blog.configure(server, password="secret", service=PEP)
        run = measured(blog, "publish")
        assert run.returncode == 0, run.stderr
        assert server.received.count(b"<publish ") == 1
        assert server.waited > QUIET_SECONDS
    assert memory(run) < MEMORY


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("name", ["nested features", "lines", "requests"])
def test_every_command_leaves_a_flood(
    blog: Blog, certificates: Certificates, name: str, command: tuple[str, ...]
) -> None:
    code, message, _ = run_within_memory(blog, certificates, name, *command)
    assert {**BEFORE_LOGIN, **AFTER_LOGIN}[name] in message
    assert code == 4


def test_a_page_of_the_largest_items_is_fetched(server: Server, node: str) -> None:
    """They are longer on the wire than when they were published: servers escape quotation marks."""
    text = 'He said "so", and "so". ' * (240_000 // 24)
    wanted = [numbered_item(number, text) for number in range(CHUNK)]

    async def main() -> None:
        config = NodeConfig(service=server.service, node=node)
        async with opened(server, "blog", config) as found:
            await found.create()
            with RawClient(server, "blog") as client:
                for item in wanted:
                    client.publish(node, item.id, item.payload)
            fetched = await found.fetch([item.id for item in wanted])
            assert [item.id for item in fetched] == [item.id for item in wanted]
            assert all(text in item.payload for item in fetched)

    asyncio.run(main())


def run_within_memory(
    blog: Blog,
    certificates: Certificates,
    name: str,
    *command: str,
    tls: str = "direct",
    service: str = Hostile.service,
) -> tuple[int, str, int]:
    """Run against a flood: the exit code, the only line of stderr, and the bytes of the server."""
    with Hostile(name, certificates) as server:
        blog.configure(server, password="secret", tls=tls, service=service)
        run = measured(blog, *command)
    (line,) = [line for line in (run.stdout + run.stderr).splitlines() if " sent " in line]
    assert memory(run) < MEMORY
    return run.returncode, line, server.sent


def measured(blog: Blog, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        (sys.executable, "-c", MEASURED, *command),
        cwd=blog.folder,
        env={**os.environ, **blog.environment, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
        preexec_fn=limit_memory,
    )


def memory(run: subprocess.CompletedProcess[str]) -> int:
    """The most that the run had, in kilobytes."""
    return int(run.stderr.rpartition("memory ")[2])


def limit_memory() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
