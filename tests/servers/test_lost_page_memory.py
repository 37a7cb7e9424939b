"""What subscribers hear if publisher has forgotten the built pages, or remembers older ones."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.servers.test_built_pages import MILL, MORE, TEXT, blog, hears_nothing_more, text_of
from tests.support.built_blog import THEME, BuiltBlog
from tests.support.subscribers import Subscriber

if TYPE_CHECKING:
    from tests.support.servers import Server

__all__ = ["blog"]
WALL = THEME.replace("{body}", '<form><input type="password"></form>')


def forget(blog: BuiltBlog, *, ledger: bool) -> None:
    (blog.folder / ".publisher/pages.sqlite").unlink()
    if ledger:
        (blog.folder / ".publisher/ledger.sqlite").unlink()


@pytest.mark.parametrize("is_edited", [True, False])
@pytest.mark.parametrize("ledger", [True, False])
def test_an_item_is_not_emptied_because_its_text_is_forgotten(
    blog: BuiltBlog, server: Server, node: str, *, is_edited: bool, ledger: bool
) -> None:
    with Subscriber(server, "reader", node) as reader:
        if is_edited:
            blog.write(f"{MILL}.md", f"{TEXT}\n\n{MORE}", title="The old mill")
        blog.build_page("mill", "---\ntitle: The old mill\n---\n", WALL)
        forget(blog, ledger=ledger)
        for arguments in ([], ["--verify"], ["--refresh"]):
            run = blog.run("publish", *arguments)
            assert (run.code, "asks for a password" in run.err) == (0, True)
            assert TEXT in text_of(server, node, MILL)
        hears_nothing_more(server, node, reader)
        blog.build_site()
        changes = [change for change in blog.run("publish", "--json").changes if change[1] == MILL]
        assert [change[0] for change in changes] == (["changed"] if is_edited else [])
        assert (MORE in text_of(server, node, MILL)) is is_edited


@pytest.mark.parametrize("ledger", [True, False])
def test_an_edit_is_announced_once_although_its_page_was_not_built_when_all_was_forgotten(
    blog: BuiltBlog, server: Server, node: str, *, ledger: bool
) -> None:
    with Subscriber(server, "reader", node) as reader:
        edited = blog.write(f"{MILL}.md", f"{TEXT}\n\n{MORE}", title="The mill")
        os.utime(edited, (1, 1))  # as after a checkout
        forget(blog, ledger=ledger)
        for arguments in ([], [], ["--verify"]):
            assert {one[0] for one in blog.run("publish", "--json", *arguments).changes} <= {
                "adopt"
            }
        blog.build_site()
        assert blog.run("publish", "--json").changes == [("changed", MILL, "done")]
        assert reader.next().id == MILL
        assert MORE in text_of(server, node, MILL)
        assert blog.run("publish", "--json", "--verify").changes == []
        hears_nothing_more(server, node, reader)


def test_an_edit_is_announced_once_although_older_pages_were_remembered(
    blog: BuiltBlog, server: Server, node: str
) -> None:
    memory = blog.folder / ".publisher/pages.sqlite"
    shutil.copy(memory, blog.folder / "saved")
    blog.write(f"{MILL}.md", f"{TEXT} Really.", title="The mill")
    blog.build_site()
    assert blog.run("publish", "--json").changes == [("changed", MILL, "done")]
    with Subscriber(server, "reader", node) as reader:
        blog.write(f"{MILL}.md", f"{TEXT} Really.\n\n{MORE}", title="The mill")
        shutil.copy(blog.folder / "saved", memory)
        assert blog.run("publish", "--json").changes == []
        blog.build_site()
        assert blog.run("publish", "--json").changes == [("changed", MILL, "done")]
        assert reader.next().id == MILL
        hears_nothing_more(server, node, reader)


def test_another_title_goes_out_although_all_was_forgotten(
    blog: BuiltBlog, server: Server, node: str
) -> None:
    forget(blog, ledger=False)
    blog.write(f"{MILL}.md", TEXT, title="The old mill")
    blog.build_site()
    assert blog.run("publish", "--json").changes == [("changed", MILL, "done")]


def test_an_edit_whose_page_shows_the_same_goes_out_if_it_is_written_again(
    blog: BuiltBlog, server: Server, node: str
) -> None:
    """It may have another title, so it does not wait for ever."""
    forget(blog, ledger=False)
    os.utime(
        blog.write(f"{MILL}.md", f"{TEXT} <!-- ask the baker -->", title="The old mill"), (1, 1)
    )
    assert blog.run("publish", "--json").changes == []
    blog.page("mill/index.html", THEME.format(title="The old mill", head="", body=f"<p>{TEXT}</p>"))
    assert blog.run("publish", "--json").changes == [("changed", MILL, "done")]
