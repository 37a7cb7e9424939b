"""ejabberd with virtual nodes: it describes every node as if it existed, and stores none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.blog import Blog
from tests.support.servers import Ejabberd
from tests.support.subscribers import Outsider
from tests.support.xmpp import PEP

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

VIRTUAL = "nodetree: virtual"
TREE = "nodetree: tree"


@pytest.fixture
def server(accounts: Mapping[str, str]) -> Iterator[Ejabberd]:
    with Ejabberd(accounts, nodetree="virtual") as server:
        yield server


@pytest.fixture
def blog(tmp_path: Path) -> Blog:
    blog = Blog(tmp_path / "blog")
    blog.write("2026-01-01-first-post.md", "Text.", title="First")
    return blog


def test_the_error_names_the_line_that_makes_publishing_possible(
    server: Ejabberd, blog: Blog, node: str
) -> None:
    for service in (server.service, PEP):
        blog.configure(server, node=node, password="blog password", service=service)
        for command in ("plan", "publish"):
            run = blog.run(command)
            assert run.code == 1
            assert f"{service} describes every node as if it existed" in run.err
            assert f"set `{TREE}` (the default) in the options of mod_pubsub" in run.err
            assert f"instead of `{VIRTUAL}`" in run.err
            assert "affiliation" not in run.err

    configuration = server.folder / "ejabberd.yml"
    before = configuration.read_text(encoding="utf-8").replace('"', "")
    assert VIRTUAL in before
    server.stop()
    configuration.write_text(before.replace(VIRTUAL, TREE), encoding="utf-8")
    server.start()
    for service in (server.service, PEP):
        blog.configure(server, node=node, password="blog password", service=service)
        assert blog.run("publish").code == 0
        items = Outsider(server, "reader", node, service=service).items()
        assert [item.id for item in items] == ["2026-01-01-first-post"]


@pytest.mark.parametrize("service", ["pubsub.localhost", PEP])
def test_a_node_of_somebody_else_is_not_taken_for_a_virtual_one(
    ejabberd: Ejabberd, blog: Blog, node: str, service: str
) -> None:
    owner = Outsider(ejabberd, "blog", node, service=service)
    owner.create()
    owner.configure(access_model="open")
    blog.configure(ejabberd, user="reader", password="reader password", node=node, service=service)
    run = blog.run("publish")
    assert run.code == 1
    assert "affiliation with the node is none" in run.err
    assert "every node" not in run.err
