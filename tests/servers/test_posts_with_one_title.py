"""What subscribers hear of posts that share a title."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.servers.test_built_pages import hears_nothing_more, text_of
from tests.support.built_blog import BuiltBlog
from tests.support.subscribers import Subscriber

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.support.servers import Server

FIRST, SECOND = "2026-01-01-one", "2026-01-02-two"
WORDS = {
    FIRST: "This is what I did this week, as always: I sold the boat, and bought a garden for it.",
    SECOND: "This is what I did this week, as always: I saw a clock, and asked the baker about it.",
}


@pytest.fixture
def blog(tmp_path: Path, server: Server, node: str, accounts: Mapping[str, str]) -> BuiltBlog:
    made = BuiltBlog(tmp_path / "blog")
    made.configure(server, node=node, password=accounts["blog"])
    return made


def write(blog: BuiltBlog, *ids: str, **slugs: str) -> None:
    for id_ in ids:
        more = {"slug": slugs[id_[-3:]]} if slugs else {}
        blog.write(f"{id_}.md", WORDS[id_], title="Log", **more)


def build(blog: BuiltBlog, **shown: str) -> None:
    """Build the pages, each with the text of a post."""
    for slug, id_ in shown.items():
        blog.build_page(slug, f"---\ntitle: Log\n---\n{WORDS[id_]}")
    blog.page("index.html", "<!DOCTYPE html><html><body>Hello</body></html>")


def test_an_exchange_of_addresses_is_no_news(blog: BuiltBlog, server: Server, node: str) -> None:
    write(blog, FIRST, SECOND)
    build(blog, one=FIRST, two=SECOND)
    assert blog.run("publish").code == 0
    with Subscriber(server, "reader", node) as reader:
        write(blog, FIRST, SECOND, one="two", two="one")
        before = blog.run("publish", "--json")
        assert before.code == 0, before.err
        assert {action for action, _, _ in before.changes} <= {"corrected"}
        for id_, words in WORDS.items():
            assert words in text_of(server, node, id_)
        build(blog, one=SECOND, two=FIRST)
        after = blog.run("publish", "--json")
        assert after.code == 0, after.err
        assert {*after.changes} == {("corrected", id_, "done") for id_ in WORDS}
        for id_, words in WORDS.items():
            assert words in text_of(server, node, id_)
        assert blog.run("publish", "--json", "--verify").changes == []
        hears_nothing_more(server, node, reader)


@pytest.mark.parametrize("keeps_memory", [True, False])
def test_an_item_with_the_text_of_another_post_is_corrected(
    blog: BuiltBlog, server: Server, node: str, *, keeps_memory: bool
) -> None:
    """As an earlier version sent it: the page of the post showed its neighbour."""
    write(blog, FIRST)
    build(blog, one=SECOND)
    assert blog.run("publish").code == 0
    assert WORDS[SECOND] in text_of(server, node, FIRST)
    with Subscriber(server, "reader", node) as reader:
        write(blog, SECOND)
        build(blog, one=FIRST, two=SECOND)
        if not keeps_memory:
            (blog.folder / ".publisher" / "pages.sqlite").unlink()
        healed = blog.run("publish", "--json")
        assert healed.code == 0, healed.err
        assert {*healed.changes} == {("corrected", FIRST, "done"), ("new", SECOND, "done")}
        assert WORDS[FIRST] in text_of(server, node, FIRST)
        assert reader.next().id == SECOND
        assert blog.run("publish", "--json", "--verify").changes == []
        hears_nothing_more(server, node, reader)
