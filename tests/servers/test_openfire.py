"""publisher at a server that plays Openfire: nodes of accounts, limits, several subscriptions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.blog import Blog
from tests.support.subscribers import Outsider, Subscriber

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.support.openfire import Openfire

FIRST, SECOND = "2026-01-01-first-post", "2026-01-02-second-post"


@pytest.fixture
def blog(tmp_path: Path) -> Blog:
    made = Blog(tmp_path / "blog")
    for name in (FIRST, SECOND):
        made.write(f"{name}.md", "Text.")
    return made


@pytest.mark.parametrize("place", ["blog@localhost", "reader@localhost"])
def test_a_node_of_an_account_is_kept_equal_to_the_posts(
    blog: Blog, openfire: Openfire, node: str, accounts: Mapping[str, str], place: str
) -> None:
    """Of our own, and of another one that lets us publish."""
    if place.startswith("reader"):
        open_to_blog(openfire, "reader", node)
    password = accounts["blog"]
    blog.configure(openfire, node=node, password=password, service=place, more=", keep: 9")
    assert blog.run("publish", "--json").changes == [
        ("new", FIRST, "done"),
        ("new", SECOND, "done"),
    ]
    with Subscriber(openfire, "stranger", node, service=place) as reader:
        reader.next()  # the last item, which Openfire sends to a new subscriber
        blog.let_an_hour_pass()
        settled = blog.run("publish", "--json", "--verify")
        assert (settled.code, settled.changes) == (0, [])
        blog.write(f"{SECOND}.md", "Another text.")
        assert blog.run("publish", "--json").changes == [("changed", SECOND, "done")]
        assert reader.next().id == SECOND
        (blog.posts / f"{FIRST}.md").unlink()
        assert blog.run("publish", "--json").changes == [("removed", FIRST, "done")]
        assert reader.next().kind == "retracted"
    assert [item.id for item in Outsider(openfire, "stranger", node, service=place).items()] == [
        SECOND
    ]


def open_to_blog(server: Openfire, user: str, node: str) -> None:
    """A node of the account that everybody may read, and to which `blog` may publish."""
    owner = Outsider(server, user, node, service=f"{user}@localhost")
    owner.create()
    owner.configure(access_model="open", max_items="9")
    owner.affiliate("blog@localhost", "publisher")


def test_a_node_of_the_account_is_shown_and_deleted(
    blog: Blog, openfire: Openfire, node: str, accounts: Mapping[str, str]
) -> None:
    place = "blog@localhost"
    blog.configure(openfire, node=node, password=accounts["blog"], service=place)
    assert "`publisher publish` creates it" in blog.run("plan").err
    assert "does not exist" in blog.run("node", "show").out
    assert blog.run("publish").code == 0
    assert "2 items" in blog.run("node", "show").out
    assert blog.run("status").code == 0
    assert blog.run("node", "delete", place, node, "--yes").code == 0
    assert "does not exist" in blog.run("node", "show").out
