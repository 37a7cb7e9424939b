"""A server that plays Openfire hides the items that a node has no room for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.blog import Blog
from tests.support.subscribers import Outsider, Subscriber

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.support.openfire import Openfire

POSTS = [f"2026-01-0{day}-post-{day}" for day in range(1, 7)]


@pytest.mark.parametrize("ledger", ["kept", "lost"])
def test_a_post_that_an_item_of_somebody_else_hides_is_shown_again(
    tmp_path: Path, openfire: Openfire, node: str, accounts: Mapping[str, str], ledger: str
) -> None:
    blog = Blog(tmp_path / "blog")
    blog.configure(openfire, node=node, password=accounts["blog"], more=", options: {max_items: 4}")
    for some in (POSTS[1:2], POSTS[:1], POSTS[2:4]):  # an older post is published later
        for name in some:
            blog.write(f"{name}.md", f"The text of {name}.")
        assert blog.run("publish").code == 0
    owner = Outsider(openfire, "blog", node)
    with Subscriber(openfire, "reader", node) as reader:
        assert reader.next().id == POSTS[3], "the last item, which a new subscriber receives"
        owner.publish("theirs", "<x xmlns='urn:x'/>")
        assert reader.next().id == "theirs"
        assert POSTS[1] not in {item.id for item in owner.items()}
        if ledger == "lost":
            (tmp_path / "blog" / ".publisher" / "ledger.sqlite").unlink()
        run = blog.run("publish", "--verify")
        assert (run.code, "no room for the oldest post" in run.err) == (0, True)
        assert {item.id for item in owner.items()} == {*POSTS[1:4], "theirs"}
        owner.publish("the-end", "<x xmlns='urn:x'/>")
        while (event := reader.next()).id != "the-end":
            assert (event.kind, event.id) == ("retracted", POSTS[0])


@pytest.mark.parametrize("ledger", ["kept", "lost"])
def test_an_item_that_is_listed_again_is_not_announced(
    tmp_path: Path, openfire: Openfire, node: str, accounts: Mapping[str, str], ledger: str
) -> None:
    blog = Blog(tmp_path / "blog")
    # The owner's limit is 9 first, and 3 later.
    blog.configure(openfire, node=node, password=accounts["blog"], more=", options: {max_items: 9}")
    # Two runs: Openfire executes the publishes of one in any order.
    for some in (POSTS[:3], POSTS[3:]):
        for name in some:
            blog.write(f"{name}.md", f"The text of {name}.")
        assert blog.run("publish").code == 0
    owner = Outsider(openfire, "blog", node)
    owner.configure(max_items="3")
    assert {item.id for item in owner.items()} == {*POSTS[3:]}
    blog.configure(openfire, node=node, password=accounts["blog"], more=", options: {max_items: 3}")
    blog.let_an_hour_pass()
    assert blog.run("publish", "--json").changes == []
    if ledger == "lost":
        (tmp_path / "blog" / ".publisher" / "ledger.sqlite").unlink()
    # One is hidden and loses its post, and one that is listed does.
    for name in (POSTS[1], POSTS[5]):
        (blog.posts / f"{name}.md").unlink()
    with Subscriber(openfire, "reader", node) as reader:
        assert reader.next().id == POSTS[5], "the last item, which a new subscriber receives"
        run = blog.run("publish", "--json", "--allow-retracts")
        assert run.code == 0
        if ledger == "kept":
            assert reader.next().kind == "retracted"
            assert {item.id for item in owner.items()} == {*POSTS[2:5]}
        owner.publish("the-end", "<x xmlns='urn:x'/>")
        assert reader.next().id == "the-end"
    owner.retract("the-end")
    blog.let_an_hour_pass()
    settled = blog.run("publish", "--json", "--allow-retracts")
    assert (settled.code, settled.changes) == (0, [])
