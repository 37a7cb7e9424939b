"""The servers and clients of the tests work as the other tests expect."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

from publisher.app.demo.temporary_server import PORTS, certificate, free_ports, ports_of
from publisher.errors import Unavailable
from tests.support.servers import Ejabberd, Prosody, every_server
from tests.support.subscribers import Denied, Outsider, Subscriber

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.support.servers import Server

ENTRY = (
    '<entry xmlns="http://www.w3.org/2005/Atom" xml:lang="de"><title>Grüße &amp; &lt;3</title>'
    '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">a <b>b</b> c</div></content>'
    "</entry>"
)
STREAM = (
    b"<stream:stream to='localhost' version='1.0' xmlns='jabber:client' "
    b"xmlns:stream='http://etherx.jabber.org/streams'>"
)
ATOM = "{http://www.w3.org/2005/Atom}"

# Answers every request to a pubsub service, or to an account's PEP, with an error.
REFUSING = """
local st = require "util.stanza";

local function refuse(event)
  event.origin.send(st.error_reply(event.stanza, "wait", "resource-constraint"));
  return true;
end

for _, kind in ipairs { "host", "bare" } do
  module:hook("iq/"..kind.."/http://jabber.org/protocol/pubsub:pubsub", refuse, 10);
end
"""


@every_server
def test_subscriber_sees_what_another_account_does(server: Server, node: str) -> None:
    blog = Outsider(server, "blog", node)
    blog.create()
    with Subscriber(server, "reader", node) as reader:
        blog.publish("first", ENTRY)
        published = reader.next()
        assert (published.kind, published.id, published.node, published.service) == (
            *("published", "first", node, "pubsub.localhost"),
        )
        assert published.payload is not None
        assert published.payload.findtext(f"{ATOM}title") == "Grüße & <3"
        assert "".join(published.payload.itertext()).endswith("a b c")
        assert [item.id for item in reader.items()] == ["first"]

        blog.retract("first")
        retracted = reader.next()
        assert (retracted.kind, retracted.id) == ("retracted", "first")
        assert reader.items() == []
        reader.nothing_for(0.2)


@every_server
def test_a_node_of_pep_can_be_followed(server: Server, node: str) -> None:
    pep = "stranger@localhost"
    Outsider(server, "stranger", node, service=pep).publish("first", ENTRY)
    with Subscriber(server, "stranger", node, service=pep) as stranger:
        assert [item.id for item in stranger.items()] == ["first"]
        Outsider(server, "stranger", node, service=pep).publish("second", ENTRY)
        while stranger.next().id != "second":  # the first may be told again
            pass


@every_server
def test_a_stranger_may_read_but_not_publish(server: Server, node: str) -> None:
    Outsider(server, "blog", node).create()
    stranger = Outsider(server, "stranger", node)
    assert stranger.items() == []
    with pytest.raises(Denied) as denied:
        stranger.publish("first", ENTRY)
    assert denied.value.condition == "forbidden"


@every_server
def test_the_owner_can_let_others_publish_and_limit_the_node(server: Server, node: str) -> None:
    blog, stranger = Outsider(server, "blog", node), Outsider(server, "stranger", node)
    blog.create()
    blog.configure(persist_items="1", max_items="2")
    blog.affiliate("stranger@localhost", "publisher")
    for name in ("first", "second", "third"):
        stranger.publish(name, ENTRY)
    assert [item.id for item in blog.items()] == ["second", "third"]


@pytest.mark.parametrize("kind", ["internal", "sql", "ejabberd"])
def test_a_server_keeps_items_over_a_restart_and_leaves_no_trace(
    kind: Literal["internal", "sql", "ejabberd"], accounts: Mapping[str, str], node: str
) -> None:
    with _lasting(kind, accounts) as server:
        port, folder = server.port, server.folder
        blog = Outsider(server, "blog", node)
        blog.create()
        blog.publish("first", ENTRY)
        server.stop()
        server.start()
        assert server.port == port
        assert [item.id for item in blog.items()] == ["first"]
        pid = server.pid
    assert not folder.exists()
    assert not _runs(pid)


def _lasting(kind: Literal["internal", "sql", "ejabberd"], accounts: Mapping[str, str]) -> Server:
    if kind == "ejabberd":
        return Ejabberd(accounts)
    return Prosody(accounts, admins=["blog@localhost"], storage=kind)


@pytest.mark.parametrize("kind", ["prosody", "ejabberd"])
def test_a_node_may_hold_as_many_items_as_asked_for_and_no_more(
    kind: str, accounts: Mapping[str, str], node: str
) -> None:
    with _roomy(kind, accounts, max_items=1500) as server:
        for service in (server.service, "blog@localhost"):
            blog = Outsider(server, "blog", node, service=service)
            blog.create()
            blog.configure(max_items="1500")
            blog.configure(max_items="max")
            with pytest.raises(Denied, match="max_items"):
                blog.configure(max_items="1501")


def _roomy(kind: str, accounts: Mapping[str, str], *, max_items: int) -> Server:
    if kind == "ejabberd":
        return Ejabberd(accounts, max_items=max_items)
    return Prosody(accounts, admins=["blog@localhost"], max_items=max_items)


@pytest.mark.parametrize("kind", ["prosody", "ejabberd"])
def test_a_server_takes_no_stanza_far_above_its_limit(
    kind: str, accounts: Mapping[str, str], node: str
) -> None:
    with _narrow(kind, accounts, limit=20_000) as server:
        blog = Outsider(server, "blog", node)
        blog.create()
        blog.publish("small", f"<entry xmlns='urn:example'>{'x' * 18_000}</entry>")
        with pytest.raises(Denied):  # the server ends the stream
            blog.publish("big", f"<entry xmlns='urn:example'>{'x' * 30_000}</entry>")
        assert [item.id for item in blog.items()] == ["small"]


def _narrow(kind: str, accounts: Mapping[str, str], *, limit: int) -> Server:
    if kind == "ejabberd":
        return Ejabberd(accounts, max_stanza_size=limit)
    return Prosody(accounts, admins=["blog@localhost"], stanza_size_limit=limit)


def test_a_module_of_the_test_answers_for_the_service_and_for_pep(
    accounts: Mapping[str, str], node: str
) -> None:
    modules = {"refusing": REFUSING}
    with Prosody(accounts, admins=["blog@localhost"], modules=modules) as prosody:
        for service in (prosody.service, "blog@localhost"):
            with pytest.raises(Denied) as denied:
                Outsider(prosody, "blog", node, service=service).create()
            assert denied.value.condition == "resource-constraint"


def test_a_subscriber_comes_back_after_a_crash(accounts: Mapping[str, str], node: str) -> None:
    with Prosody(accounts, admins=["blog@localhost"], storage="internal") as prosody:
        blog = Outsider(prosody, "blog", node)
        blog.create()
        with Subscriber(prosody, "reader", node) as reader:
            prosody.kill()
            prosody.start()
            assert reader.next().kind == "reconnected"
            blog.publish("first", ENTRY)
            assert reader.next().id == "first"


def test_a_subscriber_trusts_no_other_certificate(
    prosody: Prosody, node: str, tmp_path: Path
) -> None:
    stranger = Outsider(prosody, "stranger", node)
    with pytest.raises(Denied, match="item-not-found"):
        stranger.items()
    stranger.ca_file, _ = certificate(tmp_path, ("localhost",))
    with pytest.raises(Denied) as denied:
        stranger.items()
    assert denied.value.condition != "item-not-found"  # it did not get that far


def test_a_paused_server_is_silent_until_resumed() -> None:
    with (
        Prosody({"blog": "x"}) as prosody,
        socket.create_connection((prosody.host, prosody.port), timeout=1) as client,
    ):
        prosody.pause()
        client.sendall(STREAM)
        with pytest.raises(TimeoutError):
            client.recv(1)
        prosody.resume()
        client.settimeout(30)
        assert client.recv(1) == b"<"


def test_a_server_that_cannot_start_shows_the_end_of_its_log() -> None:
    with Prosody({"blog": "x"}) as prosody:
        prosody.stop()
        (prosody.folder / "prosody.cfg.lua").write_text("this is not Lua")
        with pytest.raises(Unavailable, match=r"syntax error|expected near"):
            prosody.start()


def test_a_missing_program_names_the_packages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unavailable, match="apt-get install prosody openssl"):
        Prosody({"blog": "x"})


def test_a_missing_driver_of_sqlite_names_its_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("prosody", "openssl"):
        (tmp_path / name).symlink_to(shutil.which(name) or "")
    lua = tmp_path / "lua"
    lua.write_text("#!/bin/sh\nexit 1\n")
    lua.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unavailable, match=r"apt-get install .* lua-dbi-sqlite3"):
        Prosody({"blog": "x"}, storage="sql")


def test_servers_that_one_process_starts_get_different_ports() -> None:
    ports = [port for _ in range(20) for port in free_ports(2)]
    assert len({*ports}) == 40


def test_processes_that_start_one_after_the_other_have_different_ports() -> None:
    blocks = [{*islice(ports_of(process), 200)} for process in range(4000, 4120)]
    assert sum(map(len, blocks)) == len(set.union(*blocks)) == len(PORTS)


def test_a_server_dies_with_the_process_that_started_it(tmp_path: Path) -> None:
    program = (
        "import time; from tests.support.servers import Prosody; server = Prosody({'blog': 'x'});"
        "server.start(); print(server.pid, flush=True); time.sleep(600)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "TMPDIR": str(tmp_path)},
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert _runs(pid)
        parent.kill()
    deadline = time.monotonic() + 60
    while _runs(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not _runs(pid)


def _runs(pid: int) -> bool:
    """Whether the process is running; a zombie is not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"
