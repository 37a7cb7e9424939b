"""A renamed post on real servers: it is held until its author decides what it is."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from tests.support.blog import SITE, Blog, reach
from tests.support.servers import every_server
from tests.support.subscribers import Outsider, Subscriber

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.servers import Prosody, Server

ATOM = "{http://www.w3.org/2005/Atom}"
TEXT = "A post about the old mill at the river and how it was repaired. " * 3
OLD, NEW = "2026-01-02-the-mill", "2026-01-02-the-old-mill"
OTHER = "2026-01-01-another"


@pytest.fixture
def blog(tmp_path: Path) -> Blog:
    made = Blog(tmp_path / "blog")
    made.write(f"{OTHER}.md", "Text.", title="Another", tags="[xmpp]")
    made.write(f"{OLD}.md", TEXT, title="The mill", tags="[xmpp]")
    return made


def configure(blog: Blog, server: Server, *nodes: str, keys: str = "") -> None:
    """Publish to these nodes, each with the same `keys`."""
    account = {"jid": f"blog@{server.domain}", "password_env": "BLOG_PASSWORD", **reach(server)}
    lines = "".join(f"  {key}: {value}\n" for key, value in account.items())
    listed = ", ".join(f"{{service: {server.service}, node: '{node}'{keys}}}" for node in nodes)
    text = f"{SITE}xmpp:\n{lines}  nodes: [{listed}]\n"
    (blog.folder / "publisher.yaml").write_text(text)
    blog.environment["BLOG_PASSWORD"] = server.accounts["blog"]


def rename(blog: Blog, old: str = OLD, new: str = NEW, *, line: str = "") -> None:
    text = (blog.posts / f"{old}.md").read_text()
    (blog.posts / f"{old}.md").unlink()
    (blog.posts / f"{new}.md").write_text(text.replace("---\n", f"---\n{line}", 1))


def ids(server: Server, node: str) -> set[str | None]:
    return {item.id for item in Outsider(server, "reader", node).items()}


def in_feed(blog: Blog) -> list[str]:
    """The atom:ids of the feed, without what all of them have."""
    root = ET.fromstring((blog.folder / "feed.atom").read_bytes())  # noqa: S314 - our own
    entries = root.findall(f"{ATOM}entry")
    return sorted(str(one.findtext(f"{ATOM}id")).rpartition(":")[2] for one in entries)


def forget_all(blog: Blog) -> None:
    """As in CI, where no file survives a run."""
    (blog.folder / ".publisher" / "ledger.sqlite").unlink()


def test_a_renamed_post_is_held_and_its_id_line_keeps_the_item(
    blog: Blog, server: Server, node: str
) -> None:
    configure(blog, server, node)
    assert blog.run("publish").code == 0
    rename(blog)
    blog.write("2026-01-03-new.md", "Something else.", title="New")
    with Subscriber(server, "reader", node) as reader:
        planned = blog.run("plan")
        held = blog.run("publish")
        for run in (planned, held):
            assert run.code == 3
            assert f"{NEW}.md: if it was renamed, add this line to its front matter" in run.err
        assert "1 new, 1 held" in planned.out
        assert f"? held     {NEW}  The mill  (has the text of {OLD}" in planned.out
        assert reader.next().id == "2026-01-03-new", "the rest of the run goes on"
        assert in_feed(blog) == [OTHER, OLD, "2026-01-03-new"], "the feed keeps the id"
        (line,) = re.findall(r"front matter: (id: \S+);", held.err)
        rename(blog, NEW, NEW + "2", line=f"{line}\n")
        assert blog.run("publish", "--no-notify").code == 0
        reader.nothing_for(0.7)
    assert ids(server, node) == {OTHER, OLD, "2026-01-03-new"}
    assert in_feed(blog) == [OTHER, OLD, "2026-01-03-new"]
    assert blog.run("publish").out == ""


@pytest.mark.parametrize("name", [f"{NEW}.md", NEW, f"posts/{NEW}.md", "all"])
def test_a_post_that_is_no_renamed_one_is_published_and_the_item_retracted(
    blog: Blog, prosody: Prosody, node: str, name: str
) -> None:
    configure(blog, prosody, node)
    assert blog.run("publish").code == 0
    rename(blog)
    assert blog.run("publish").code == 3
    planned = blog.run("plan", "--as-new", name)
    assert (planned.code, planned.err) == (0, "")
    with Subscriber(prosody, "reader", node) as reader:
        assert blog.run("publish", "--as-new", name).code == 0
        assert {(e.kind, e.id) for e in (reader.next(), reader.next())} == {
            ("retracted", OLD), ("published", NEW),
        }  # fmt: skip
    assert in_feed(blog) == [OTHER, NEW]
    assert blog.run("publish").out == "", "it is decided once and for all"


@every_server
def test_without_a_ledger_the_items_show_what_was_renamed(
    blog: Blog, server: Server, node: str
) -> None:
    configure(blog, server, node)
    assert blog.run("publish").code == 0
    rename(blog)
    forget_all(blog)
    with Subscriber(server, "reader", node) as reader:
        assert blog.run("plan").code == 3
        for _ in range(2):
            assert blog.run("publish").code == 3, "also in the next run, which has a ledger"
        reader.nothing_for(0.7)
    assert ids(server, node) == {OTHER, OLD}
    forget_all(blog)
    assert blog.run("publish", "--as-new", NEW).code == 0
    assert ids(server, node) == {OTHER, NEW}


def test_a_post_at_several_nodes_is_named_once(blog: Blog, prosody: Prosody, node: str) -> None:
    """At one of them it is not selected any more, and its item stays there, too."""
    configure(blog, prosody, node, f"{node}-2", f"{node}/{{tag}}")
    assert blog.run("publish").code == 0
    rename(blog)
    path = blog.posts / f"{NEW}.md"
    path.write_text(path.read_text().replace("[xmpp]", "[mills]"))
    run = blog.run("publish")
    assert (run.code, run.err.count("if it was renamed")) == (3, 1)
    for each in (node, f"{node}-2", f"{node}/xmpp"):
        assert ids(prosody, each) == {OTHER, OLD}
    assert blog.run("publish", "--as-new", NEW).code == 0
    assert ids(prosody, node) == ids(prosody, f"{node}-2") == {OTHER, NEW}
    assert (ids(prosody, f"{node}/xmpp"), ids(prosody, f"{node}/mills")) == ({OTHER}, {NEW})


def test_the_json_of_a_plan_has_the_item_of_each_held_post(
    blog: Blog, prosody: Prosody, node: str
) -> None:
    configure(blog, prosody, node)
    assert blog.run("publish").code == 0
    rename(blog)
    for arguments in (("plan",), ("plan", "--offline"), ("publish",)):
        run = blog.run(*arguments, "--json")
        assert run.code == 3
        (change,) = json.loads(run.out)["nodes"][0]["changes"]
        assert (change["action"], change["outcome"]) == ("held", "planned")
        assert (change["id"], change["item"]) == (NEW, OLD)
    status = blog.run("status")
    assert (status.code, "error: " in status.err) == (0, False), "it only shows the state"
    assert "2 items; 1 held" in status.out
    assert "note: 1 new post has the text of an item whose post is gone" in status.err


def test_a_run_for_other_posts_asks_nothing(blog: Blog, prosody: Prosody, node: str) -> None:
    configure(blog, prosody, node)
    assert blog.run("publish").code == 0
    rename(blog)
    blog.write("2026-01-03-new.md", "Something else.", title="New")
    other = blog.run("publish", "--only", "2026-01-03-new")
    assert (other.code, "held" in other.err) == (0, False)
    assert blog.run("publish", "--since", "2026-01-03").code == 0
    assert blog.run("publish", "--only", NEW).code == 3
    assert blog.run("publish", "--only", OLD).code == 3
    assert ids(prosody, node) == {OTHER, OLD, "2026-01-03-new"}
    unknown = blog.run("publish", "--as-new", "no-such-post")
    assert (unknown.code, "--as-new no-such-post: there is no such" in unknown.err) == (2, True)


def test_many_renamed_posts_trip_no_guard(blog: Blog, prosody: Prosody, node: str) -> None:
    """The whole folder was moved: all ids change at once."""
    for number in range(12):
        blog.write(f"2026-02-01-post-{number:02}.md", f"{TEXT} {number}", title=f"Post {number}")
    configure(blog, prosody, node)
    assert blog.run("publish", "--announce-all").code == 0
    before = ids(prosody, node)
    moved = blog.folder / "moved"
    blog.posts.rename(moved)
    blog.posts.mkdir()
    moved.rename(blog.posts / "moved")
    run = blog.run("publish", "--allow-retracts")
    assert run.code == 3
    assert run.err.count("  - moved/") == 10
    assert "  - and 3 more" in run.err
    assert len(ids(prosody, node) & before) == 13, "only the short post is a new one"
    guarded = blog.run("publish", "--as-new", "all")
    assert (guarded.code, "--announce-all" in guarded.err) == (3, True), "this guard still applies"
    done = blog.run("publish", "--as-new", "all", "--announce-all")
    assert done.code == 0, done.err
    assert not ids(prosody, node) & before


def test_a_file_name_with_a_line_end_forges_no_line(
    blog: Blog, prosody: Prosody, node: str
) -> None:
    """Neither in what is held, nor in a hint, nor in a note."""
    configure(blog, prosody, node)
    page, short = blog.write("page.md", "P.", date="2026-01-03"), "2026-01-04-short"
    forged = "\nerror: forged\x1b[2J"
    evil = page.rename(blog.posts / f"page{forged}.md")
    blog.write(f"{short}.md", "Short.", title="Short")
    assert blog.run("publish").code == 0
    rename(blog, new=f"{OLD}{forged}")
    rename(blog, short, f"{short}{forged}")
    evil.write_text("---\ntitle: A page\n---\n")
    for command in ("plan", "publish"):
        run = blog.run(command, "--allow-retracts")
        lines = (run.out + run.err).splitlines()
        shown = r"\nerror: forged\x1b[2J.md"
        assert run.code == 3
        assert any(line.startswith(f"  - {OLD}{shown}: ") for line in lines)
        hinted = [line for line in lines if line.startswith(f"hint: {short}{shown} has the text")]
        assert len(hinted) == (command == "plan"), "after the publish, a hint is too late"
        assert any("1 item stays" in line and f"page{shown}" in line for line in lines)
        assert not [line for line in lines if line.startswith("error: forged")]


@pytest.mark.parametrize("kind", ["swap", "chain"])
def test_the_lines_for_posts_that_took_the_names_of_others_keep_all_items(
    blog: Blog, prosody: Prosody, node: str, kind: str
) -> None:
    lake, mill, sea = (f"2026-01-04-{name}" for name in ("lake", "mill", "sea"))
    for name in (lake, mill):
        blog.write(f"{name}.md", f"{TEXT} {name}", title=name)
    configure(blog, prosody, node)
    assert blog.run("publish").code == 0
    before = ids(prosody, node)
    rename(blog, lake, sea)
    rename(blog, mill, lake)
    if kind == "swap":
        rename(blog, sea, mill)
    planned = blog.run("plan")
    lines = dict(re.findall(r"(\S+)\.md has the text of .* front matter: (id: \S+)", planned.err))
    assert lines == {lake: f"id: {mill}", (mill if kind == "swap" else sea): f"id: {lake}"}
    for name, line in lines.items():
        rename(blog, name, name, line=f"{line}\n")
    kept = blog.run("publish", "--json")
    assert [(action, id_) for action, id_, _ in kept.changes] == [
        ("corrected", lake),
        ("corrected", mill),
    ]
    assert ids(prosody, node) == before
    assert blog.run("publish").out == ""
