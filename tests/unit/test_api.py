"""The same from Python: the example of the documentation, and what importing costs."""

from __future__ import annotations

import datetime as dt
import doctest
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import publisher
from publisher import api
from publisher.sync.desired import Desired
from publisher.sync.ledger import Ledger
from publisher.sync.ledger_records import LastLook
from publisher.text.node_address import NodeAddress
from tests.support.blog import Blog

if TYPE_CHECKING:
    from pathlib import Path

START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def test_the_example_is_true() -> None:
    failed, tried = doctest.testmod(api)
    assert (failed, tried > 5) == (0, True)


def test_the_package_offers_what_it_lists() -> None:
    for name in api.__all__:
        assert getattr(publisher, name) is getattr(api, name)
    assert set(publisher.__all__) == {*api.__all__, "__version__"}
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = publisher.nothing


def test_a_path_may_be_a_text_and_now_has_a_zone(tmp_path: Path) -> None:
    config = publisher.load_config(str(Blog(tmp_path / "site").folder / "publisher.yaml"))
    assert publisher.read_posts(config).entries == ()
    with pytest.raises(ValueError, match="now has no time zone"):
        publisher.read_posts(config, now=dt.datetime(2026, 1, 1))  # noqa: DTZ001 - that is the fault
    for now in ("2026-01-01", 0, dt.date(2026, 1, 1)):
        with pytest.raises(TypeError, match="now is no datetime; pass"):
            publisher.read_posts(config, now=now)  # type: ignore[arg-type]
    with pytest.raises(publisher.PublisherError, match="does not exist"):
        publisher.load_config(tmp_path / "none.yaml")


def with_a_node(folder: Path) -> tuple[Blog, Path]:
    """A blog with a node that nobody can reach, and its configuration."""
    blog = Blog(folder / "site")
    file = blog.folder / "publisher.yaml"
    with file.open("a", encoding="utf-8") as text:
        text.write(
            "xmpp: {jid: blog@example.org, password_env: NONE,"
            " nodes: {service: pubsub.example.org, node: blog}}\n"
        )
    return blog, file


NODE = NodeAddress("pubsub.example.org", "blog")


def test_of_two_posts_with_one_id_the_ledger_knows_which_it_was(tmp_path: Path) -> None:
    blog, file = with_a_node(tmp_path)
    blog.write("a.md", "Another text.", date="2026-01-02", id="the-old-name")
    blog.write("renamed.md", "Text.", date="2026-01-02", id="the-old-name")
    config = publisher.load_config(file)
    assert publisher.read_posts(config).entries == ()
    assert not config.state.exists(), "reading makes no ledger"
    one = Desired("the-old-name", "tag:1", "One", "aa", START, path="renamed.md")
    with Ledger(config.state) as ledger:
        ledger.record_done(NODE, one, at=5.0)
    (entry,) = publisher.read_posts(config).entries
    assert str(entry.post.path) == "renamed.md"


def test_a_plan_says_that_there_was_no_room(tmp_path: Path) -> None:
    blog, file = with_a_node(tmp_path)
    blog.write("2026-01-02-a-post.md", "Text.")
    config = publisher.load_config(file)
    entries = publisher.read_posts(config)
    (unknown,) = publisher.make_plan(config, entries)
    assert (unknown.error, len(unknown.steps)) == (None, 1)
    with Ledger(config.state) as ledger:
        ledger.record_look(NODE, LastLook(room=0))
    (full,) = publisher.make_plan(config, entries)
    assert "room for 0 items of ours: no room for 1 post" in str(full.error)


def test_importing_the_package_imports_nothing_else() -> None:
    program = "import publisher, sys; print([m for m in sys.modules if m.startswith('publisher.')])"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
