"""The options for a node on real servers: selection, notifications, repair, pruning."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.support.blog import SITE, Blog, reach
from tests.support.servers import REAL, Ejabberd, Prosody, Server, every_server
from tests.support.subscribers import Outsider, Subscriber

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

ATOM = "{http://www.w3.org/2005/Atom}"


def section(server: Server, user: str, *nodes: str) -> str:
    """An account as one entry of the list `xmpp`. `nodes` are in the flow style of YAML."""
    variable = "READER_PASSWORD" if user == "reader" else "BLOG_PASSWORD"
    keys = {"jid": f"{user}@{server.domain}", "password_env": variable, **reach(server)}
    lines = "\n    ".join(f"{key}: {value}" for key, value in keys.items())
    return f"  - {lines}\n    nodes: [{', '.join(nodes)}]\n"


def at(node: str, service: str = "pubsub.localhost", **keys: str) -> str:
    more = "".join(f", {key}: {value}" for key, value in keys.items())
    return f"{{service: {service}, node: '{node}'{more}}}"


@pytest.fixture
def blog(tmp_path: Path, accounts: Mapping[str, str]) -> Blog:
    made = Blog(tmp_path / "blog")
    made.environment["BLOG_PASSWORD"] = accounts["blog"]
    made.environment["READER_PASSWORD"] = accounts["reader"]
    return made


def configure(blog: Blog, *sections: str) -> None:
    (blog.folder / "publisher.yaml").write_text(SITE + "xmpp:\n" + "".join(sections))


def ids(server: Server, node: str, service: str | None = None) -> set[str | None]:
    return {item.id for item in Outsider(server, "reader", node, service=service).items()}


def write_tagged(blog: Blog) -> None:
    blog.write("2026-01-01-on-xmpp.md", "Text.", title="One", tags="[XMPP]", lang="en")
    blog.write("2026-01-02-on-both.md", "Text.", title="Two", tags="[xmpp, Free Software]")
    blog.write("notes/2026-01-03-a-note.md", "Text.", title="Three", categories="notes", lang="de")


def test_the_feed_key_of_a_post_applies_to_the_node(blog: Blog, server: Server, node: str) -> None:
    """A summary, a post left out, a deleted one, and the way back."""
    blog.write("2026-01-01-short.md", "All of it.", title="Short", feed="summary", summary="Some")
    blog.write("2026-01-02-out.md", "Text.", title="Out")
    blog.write("2026-01-03-gone.md", "Text.", title="Gone")
    blog.write("2026-01-04-stays.md", "Text.", title="Stays")
    configure(blog, section(server, "blog", at(node)))
    assert blog.run("publish").code == 0
    items = {item.id: item.payload for item in Outsider(server, "reader", node).items()}
    short = items["2026-01-01-short"]
    assert short is not None
    assert short.findtext(f"{ATOM}summary") == "Some"
    assert short.find(f"{ATOM}content") is None
    blog.write("2026-01-02-out.md", "Text.", title="Out", feed="false")
    blog.write("2026-01-03-gone.md", "Text.", title="Gone", deleted="2026-02-01")
    run = blog.run("publish", "--json")
    assert sorted(run.changes) == [
        ("removed", "2026-01-02-out", "done"),
        ("removed", "2026-01-03-gone", "done"),
    ]
    assert ids(server, node) == {"2026-01-01-short", "2026-01-04-stays"}
    blog.write("2026-01-03-gone.md", "Text.", title="Gone")
    assert blog.run("publish", "--json").changes == [("new", "2026-01-03-gone", "done")]


@every_server
def test_each_node_gets_the_posts_that_it_selects(blog: Blog, server: Server, node: str) -> None:
    write_tagged(blog)
    configure(
        blog,
        section(
            server,
            "blog",
            at(node),
            at(f"{node}-xmpp", only="{tags: [xmpp]}"),
            at(f"{node}-notes", only="{paths: ['notes/**']}"),
            at(f"{node}-de", only="{languages: [de]}"),
            at(f"{node}-late", since="2026-01-02"),
            at(f"{node}/{{tag}}"),
            at(node, service="blog@localhost"),
        ),
    )
    run = blog.run("publish")
    assert (run.code, run.err) == (0, "")
    one, two, three = "2026-01-01-on-xmpp", "2026-01-02-on-both", "notes~2026-01-03-a-note"
    assert ids(server, node) == ids(server, node, "blog@localhost") == {one, two, three}
    assert ids(server, f"{node}-xmpp") == ids(server, f"{node}/xmpp") == {one, two}
    assert ids(server, f"{node}/free-software") == {two}
    assert ids(server, f"{node}-notes") == ids(server, f"{node}-de") == {three}
    assert ids(server, f"{node}-late") == {two, three}
    assert f"+ new      {one}  One  -> {node}/xmpp" in run.out
    assert blog.run("publish").out == ""
    shown = blog.run("node", "show", f"{node}/xmpp").out
    assert "A blog of the tests: XMPP" in shown


def test_the_node_of_a_vanished_tag_is_emptied_only_on_demand(
    blog: Blog, server: Server, node: str
) -> None:
    write_tagged(blog)
    configure(blog, section(server, "blog", at(f"{node}/{{tag}}")))
    assert blog.run("publish").code == 0
    blog.write("2026-01-02-on-both.md", "Text.", title="Two", tags="[xmpp]")
    stopped = blog.run("publish")
    assert stopped.code == 3
    assert f"{node}/free-software: this would retract 1 of the 1 items" in stopped.err
    assert "~ changed  2026-01-02-on-both" in stopped.out, "it costs no other node"
    assert ids(server, f"{node}/free-software") == {"2026-01-02-on-both"}
    assert blog.run("publish", "--allow-retracts").code == 0
    assert ids(server, f"{node}/free-software") == set()
    assert blog.run("publish").code == 0


def test_a_dead_server_does_not_stop_others(
    blog: Blog, prosody: Prosody, ejabberd: Ejabberd, node: str
) -> None:
    """Two accounts on two servers, and a third server that does not exist."""
    write_tagged(blog)
    dead = section(prosody, "blog", at(f"{node}-dead")).replace(
        f"port: {prosody.direct_port}", "port: 1"
    )
    wrong = section(ejabberd, "stranger", at(f"{node}-wrong"))
    configure(
        blog,
        dead,
        wrong,
        section(prosody, "blog", at(node)),
        section(ejabberd, "reader", at(f"{node}-too")),
    )
    run = blog.run("publish")
    assert run.code == 2  # the wrong password; a dead server alone is 4
    assert f"error: pubsub.localhost {node}-dead: 127.0.0.1:1 cannot be reached" in run.err
    assert f"error: pubsub.localhost {node}-wrong:" in run.err
    assert len(ids(prosody, node)) == len(ids(ejabberd, f"{node}-too")) == 3


def script(blog: Blog, name: str, text: str) -> str:
    """The line of the configuration for a password command that runs a script."""
    path = blog.folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o700)
    return f"password_command: {path}"


def test_a_slow_password_command_does_not_delay_other_accounts(
    blog: Blog, prosody: Prosody, ejabberd: Ejabberd, node: str, accounts: Mapping[str, str]
) -> None:
    """The password command for one server waits until the post has arrived on the other."""
    blog.write("2026-01-01-first-post.md", "Text.")
    arrived = blog.folder / "arrived"
    wait = f"while ! test -e '{arrived}'; do sleep 0.1; done; echo '{accounts['blog']}'"
    slow = section(prosody, "blog", at(f"{node}-slow")).replace(
        "password_env: BLOG_PASSWORD", script(blog, "slow", wait)
    )
    configure(blog, slow, section(ejabberd, "blog", at(node)))
    Outsider(ejabberd, "blog", node).create()
    with Subscriber(ejabberd, "reader", node) as reader, blog.start("publish") as process:
        try:
            assert reader.next(timeout=20).id == "2026-01-01-first-post"
        finally:
            arrived.touch()
        process.communicate()
    assert process.returncode == 0
    assert ids(prosody, f"{node}-slow") == {"2026-01-01-first-post"}


def test_a_dead_service_does_not_stop_others(blog: Blog, server: Server, node: str) -> None:
    blog.write("2026-01-01-first-post.md", "Text.")
    configure(
        blog,
        section(server, "blog", at(node, service="nowhere.localhost"), at(node)),
    )
    run = blog.run("publish")
    assert run.code == 2
    assert ids(server, node) == {"2026-01-01-first-post"}


def write_many(blog: Blog, *, edition: str = "First") -> None:
    for number in range(12):
        blog.write(f"2026-01-{number + 1:02}-post-{number:04}.md", f"{edition} edition.")


def test_many_announcements_are_stopped_and_can_be_silent(
    blog: Blog, server: Server, node: str
) -> None:
    write_many(blog)
    configure(blog, section(server, "blog", at(node)))
    assert blog.run("publish").code == 0, "nobody hears of what a new node gets"
    with Subscriber(server, "reader", node) as reader:
        write_many(blog, edition="Second")
        stopped = blog.run("publish")
        assert stopped.code == 3
        assert "notify subscribers of 12 posts at once (12 changed)" in stopped.err
        assert "Feeds show these posts once they are built." in stopped.err
        (blog.posts / "2026-01-01-post-0000.md").unlink()
        quiet = blog.run("publish", "--no-notify")
        assert (quiet.code, quiet.err) == (0, "")
        reader.nothing_for(0.7)
        texts = [e.payload.findall(f"{ATOM}content")[-1].text for e in reader.items() if e.payload]
        assert len(texts) == 11
        assert {(text or "").strip() for text in texts} == {"Second edition."}
        blog.write("2026-02-01-a-loud-one.md", "Text.")
        assert blog.run("publish").code == 0
        assert reader.next().id == "2026-02-01-a-loud-one"
        assert blog.run("publish", "--refresh").code == 0
        reader.nothing_for(0.7)
    announced = blog.run("publish", "--refresh", "--announce-all")
    assert announced.code == 0


def test_a_new_node_can_be_planned_and_a_deleted_one_again(
    blog: Blog, server: Server, node: str
) -> None:
    write_many(blog)
    configure(blog, section(server, "blog", at(node)))
    assert blog.run("plan").code == 0
    assert blog.run("publish").code == 0
    Outsider(server, "blog", node).delete()
    planned = blog.run("plan", "--verify")
    assert (planned.code, planned.out.count("+ missing")) == (0, 12)
    assert blog.run("publish", "--verify").out.count("+ missing") == 12


@every_server
def test_an_empty_node_is_asked_for_its_subscribers(blog: Blog, server: Server, node: str) -> None:
    owner = Outsider(server, "blog", node)
    owner.create()
    owner.configure(persist_items="1", max_items="20")
    write_many(blog)
    configure(blog, section(server, "blog", at(node)))
    with Subscriber(server, "reader", node):
        assert blog.run("publish").code == 3
    assert blog.run("publish", "--announce-all").code == 0


@every_server
def test_drift_is_repaired_if_the_configuration_sets_the_field(
    blog: Blog, server: Server, node: str
) -> None:
    owner = Outsider(server, "blog", node)
    owner.create()
    owner.configure(
        title="Somebody's title", description="Somebody's words", persist_items="1", max_items="20"
    )
    blog.write("2026-01-01-first-post.md", "Text.")
    configure(blog, section(server, "blog", at(node, description="Ours", keep="10")))
    run = blog.run("publish")
    assert run.code == 0
    assert "its title is \"Somebody's title\", not 'A blog of the tests'; set title" in run.err
    assert "set its description to 'Ours'; it was \"Somebody's words\"" in run.err
    again = blog.run("plan")
    assert "description" not in again.err
    made = f"{node}-made"
    configure(blog, section(server, "blog", at(made)))
    assert blog.run("publish").code == 0
    Outsider(server, "blog", made).configure(title="Changed by hand", deliver_notifications="false")
    assert blog.run("publish", "--verify").code == 0
    with Subscriber(server, "reader", made) as reader:
        blog.write("2026-01-02-second-post.md", "Text.")
        assert blog.run("publish").code == 0
        assert reader.next().id == "2026-01-02-second-post"
    assert "Changed by hand" not in blog.run("node", "show").out


def test_a_limit_of_nodes_makes_no_more_and_takes_none_away(
    blog: Blog, server: Server, node: str
) -> None:
    """As after an upgrade from a version without the limit, and when a post has too many tags."""
    write_tagged(blog)
    nodes = section(server, "blog", at(f"{node}/{{tag}}"))
    configure(blog, nodes)
    assert blog.run("publish").code == 0
    configure(blog, nodes, "pattern_limit: 1\n")
    assert (blog.run("publish").code, blog.run("publish", "--verify").out) == (0, "")
    blog.write("2026-01-04-many.md", "Text.", title="Many", tags="[xmpp, a1, a2, a3]")
    run = blog.run("publish")
    assert run.code == 1
    assert f"+ new      2026-01-04-many  Many  -> {node}/xmpp" in run.out
    assert "nodes[0].node makes 5 nodes, and pattern_limit is 1; 3 are left out" in run.err
    assert ids(server, f"{node}/free-software") == {"2026-01-02-on-both"}
    assert blog.run("node", "show", f"{node}/a1").code == 2
    configure(blog, nodes, "pattern_limit: 5\n")
    run = blog.run("publish")
    assert (run.code, run.err) == (0, "")
    assert ids(server, f"{node}/a1") == {"2026-01-04-many"}


def test_a_title_of_an_older_version_is_repaired_once_without_notification(
    blog: Blog, server: Server, node: str
) -> None:
    """The older version spelled the tag as in the name of the node."""
    write_tagged(blog)
    configure(blog, section(server, "blog", at(f"{node}/{{tag}}", title='"Posts on {tag}"')))
    assert blog.run("publish").code == 0
    name = f"{node}/free-software"
    Outsider(server, "blog", name).configure(title="Posts on free-software")
    with Subscriber(server, "reader", name) as reader:
        repaired = blog.run("publish", "--verify")
        assert (repaired.code, repaired.out) == (0, "")
        expected = "set its title to 'Posts on Free Software'; it was 'Posts on free-software'"
        assert expected in repaired.err
        assert "set its title" not in blog.run("publish", "--verify").err
        reader.nothing_for(0.5)


def test_a_new_spelling_of_a_tag_makes_a_run_look_at_its_node(
    blog: Blog, server: Server, node: str
) -> None:
    """Even if the post with the new spelling does not belong to the node."""
    write_tagged(blog)
    configure(blog, section(server, "blog", at(f"{node}/{{tag}}", since="2026-01-02")))
    assert blog.run("publish").code == 0
    blog.let_an_hour_pass()
    assert blog.run("publish").code == 0
    blog.write("2026-01-01-on-xmpp.md", "Text.", title="One", tags="[Xmpp]", lang="en")
    repaired = "set its title to 'A blog of the tests: Xmpp'; it was 'A blog of the tests: XMPP'"
    assert repaired in blog.run("publish").err
    assert blog.run("publish").err == ""


def test_the_node_of_a_vanished_tag_keeps_its_title(blog: Blog, server: Server, node: str) -> None:
    write_tagged(blog)
    configure(blog, section(server, "blog", at(f"{node}/{{tag}}")))
    assert blog.run("publish").code == 0
    blog.write("2026-01-02-on-both.md", "Text.", title="Two", tags="[xmpp]")
    stopped = blog.run("publish")
    assert stopped.code == 3
    assert "its title" not in stopped.err
    shown = blog.run("node", "show", f"{node}/free-software").out
    assert "A blog of the tests: Free Software" in shown


@every_server
def test_a_publisher_keeps_the_node_equal_to_the_posts(
    blog: Blog, server: Server, node: str
) -> None:
    owner = Outsider(server, "blog", node)
    owner.create()
    owner.configure(max_items="50")
    owner.affiliate("reader@localhost", "publisher")
    for number in (1, 2):
        blog.write(f"2026-01-0{number}-post-{number}.md", "Text.")
    configure(blog, section(server, "reader", at(node, keep="10")))
    assert blog.run("publish").code == 0
    blog.write("2026-01-01-post-1.md", "Edited.")
    (blog.posts / "2026-01-02-post-2.md").unlink()
    run = blog.run("publish", "--allow-retracts")
    assert run.code == 0
    assert ids(server, node) == {"2026-01-01-post-1"}
    shown = blog.run("node", "show", "--json").json["nodes"][0]
    assert shown["error"] is None
    assert {f["name"]: f["actual"] for f in shown["fields"]}["access_model"] == "open"
    blog.write("2026-01-03-post-3.md", "Text.")
    quiet = blog.run("publish", "--no-notify")
    assert quiet.code == 1
    assert "could not silence the notifications of" in quiet.err
    assert "2026-01-03-post-3" not in ids(server, node)


ENTRY = f"<entry xmlns='{ATOM[1:-1]}'/>"


def fill(server: Server, node: str, count: int) -> Outsider:
    """A node for three items, with items of another publisher, which is returned."""
    owner, stranger = Outsider(server, "blog", node), Outsider(server, "stranger", node)
    owner.create()
    owner.configure(persist_items="1", max_items="3")
    owner.affiliate("stranger@localhost", "publisher")
    for number in range(count):
        stranger.publish(f"theirs-{number}", ENTRY)
    return stranger


@every_server
def test_a_node_that_is_full_of_others_items_is_an_error_until_there_is_room(
    blog: Blog, server: Server, node: str
) -> None:
    stranger = fill(server, node, 3)
    blog.write("2026-01-01-first-post.md", "Text.")
    configure(blog, section(server, "blog", at(node)))
    figures = "the node holds 3 items, 3 are not ours, its limit is 3: no room for 1 post;"
    for command in ("publish", "publish", "plan", "status"):
        said = blog.run(command)
        assert said.code == 1
        assert f"error: pubsub.localhost {node}: {figures}" in said.err
        in_json = blog.run(command, "--json")
        assert in_json.code == 1
        assert in_json.json["nodes"][0]["error"].startswith(figures)
    assert f"pubsub.localhost {node}: no changes" in blog.run("plan").out
    status = blog.run("status").out
    assert "3 items; no changes" in status
    assert "not ours: theirs-0" in status
    offline = blog.run("plan", "--offline")
    assert offline.code == 1
    assert "at the last look the node had room for 0 items of ours: no room for 1" in offline.err
    assert ids(server, node) == {"theirs-0", "theirs-1", "theirs-2"}
    stranger.retract("theirs-1")
    assert blog.run("publish").code == 0
    assert ids(server, node) == {"theirs-0", "2026-01-01-first-post", "theirs-2"}
    assert blog.run("plan", "--offline").code == 0


@every_server
def test_less_room_than_keep_is_an_error_and_the_newest_are_published(
    blog: Blog, server: Server, node: str
) -> None:
    fill(server, node, 1)
    for number in (1, 2, 3):
        blog.write(f"2026-01-0{number}-post-{number}.md", "Text.")
    configure(blog, section(server, "blog", at(node, keep="3")))
    planned = blog.run("plan")
    assert "will hold 3 items, 1 is not ours, its limit is 3: no room for 1 post;" in planned.err
    run = blog.run("publish")
    assert run.code == 1
    assert "holds 3 items, 1 is not ours, its limit is 3: no room for 1 post; remove" in run.err
    assert ids(server, node) == {"theirs-0", "2026-01-02-post-2", "2026-01-03-post-3"}
    assert "or lower `keep`" in blog.run("publish").err, "it looks again, and says so again"
    configure(blog, section(server, "blog", at(node, keep="2")))
    assert blog.run("publish").code == 0
    configure(blog, section(server, "blog", at(node)))
    assert blog.run("publish", "--verify").code == 0
    status = blog.run("status")
    assert (status.code, "no room for the oldest post" in status.err) == (0, True)


def test_status_names_what_a_run_would_do_and_the_guard_that_stops_it(
    blog: Blog, server: Server, node: str
) -> None:
    configure(blog, section(server, "blog", at(node)))
    for name in ("first", "second"):
        blog.write(f"2026-01-01-{name}-post.md", "Text.", title=name)
    assert blog.run("publish").code == 0
    blog.write("2026-01-01-first-post.md", "Another text.", title="first")
    blog.write("2026-01-01-third-post.md", "A third text.", title="third")
    status = blog.run("status")
    assert (status.code, status.err) == (0, "")
    assert "2 items; 1 to change, 1 to publish\n" in status.out
    for path in blog.posts.iterdir():
        path.write_text(path.read_text().replace("title:", "draft: true\ntitle:"))
    status = blog.run("status")
    assert status.code == 0
    assert "2 items; 2 to remove\n" in status.out
    stop = f"note: pubsub.localhost {node}: `publisher publish` would stop: this would retract 2"
    assert stop in status.err
    (shown,) = blog.run("status", "--json").json["nodes"]
    assert (shown["pending"], shown["error"]) == (2, None)
    assert "this would retract 2" in shown["guard"]


@pytest.mark.parametrize("keys", [{}, {"keep": "5"}], ids=["no keep", "keep"])
def test_a_node_whose_limit_is_zero_is_an_error_with_figures(
    blog: Blog, ejabberd: Ejabberd, node: str, keys: dict[str, str]
) -> None:
    owner = Outsider(ejabberd, "blog", node)
    owner.create()
    owner.configure(max_items="0")
    for number in (1, 2):
        blog.write(f"2026-01-0{number}-post-{number}.md", "Text.")
    configure(blog, section(ejabberd, "blog", at(node, **keys)))
    for _ in range(2):
        run = blog.run("publish")
        assert run.code == 1
        assert "its limit is 0: no room for 2 posts; " in run.err
        assert "+ new" not in run.out
    owner.configure(max_items="5")
    assert blog.run("publish").code == 0
    owner.configure(max_items="0")
    assert blog.run("publish", "--verify").code == 1
    assert len(ids(ejabberd, node)) == 2, "what the node still holds is left there"


def test_items_of_others_that_fill_a_node_do_not_retract_ours(
    blog: Blog, ejabberd: Ejabberd, node: str
) -> None:
    """ejabberd counts the items of each publisher separately: here six, with a limit of three."""
    stranger = fill(ejabberd, node, 0)
    ours = {f"2026-01-0{number}-post-{number}" for number in (1, 2, 3)}
    for name in ours:
        blog.write(f"{name}.md", "Text.")
    configure(blog, section(ejabberd, "blog", at(node)))
    assert blog.run("publish").code == 0
    for number in range(3):
        stranger.publish(f"theirs-{number}", ENTRY)
    assert blog.run("publish", "--verify").code == 0
    assert ids(ejabberd, node) == ours | {f"theirs-{number}" for number in range(3)}


@every_server
def test_a_publisher_at_somebody_elses_pep_publishes(blog: Blog, server: Server, node: str) -> None:
    owner = Outsider(server, "blog", node, service="blog@localhost")
    owner.create()
    owner.configure(max_items="50", access_model="open")
    owner.affiliate("reader@localhost", "publisher")
    blog.write("2026-01-01-first-post.md", "Text.")
    mine = at(node, service="blog@localhost", keep="10")
    configure(blog, section(server, "reader", mine))
    assert blog.run("publish").code == 0
    assert blog.run("publish").out == ""
    (blog.folder / ".publisher" / "ledger.sqlite").unlink()
    assert blog.run("publish", "--json").changes == [("adopt", "2026-01-01-first-post", "done")]


def test_only_the_selected_post_is_published(blog: Blog, server: Server, node: str) -> None:
    write_tagged(blog)
    configure(blog, section(server, "blog", at(node)))
    assert blog.run("publish", "--only", "posts/2026-01-02-on-both.md").code == 0
    assert ids(server, node) == {"2026-01-02-on-both"}
    assert blog.run("publish", "--since", "2026-01-03").code == 0
    assert ids(server, node) == {"2026-01-02-on-both", "notes~2026-01-03-a-note"}
    wrong = blog.run("publish", "--only", "2026-01-09-no-such-post")
    assert (wrong.code, "there is no such post" in wrong.err) == (2, True)


def test_a_selected_post_that_is_too_old_is_reported(
    blog: Blog, prosody: Prosody, node: str
) -> None:
    for number in (1, 2):
        blog.write(f"2026-01-0{number}-post-{number}.md", "Text.")
    configure(blog, section(prosody, "blog", at(node, keep="1")))
    assert blog.run("publish").code == 0
    blog.let_an_hour_pass()
    note = f"note: pubsub.localhost {node}: the selected post is too old for `keep`"
    for _ in range(2):  # the second run looks at no node
        asked = blog.run("publish", "--only", "2026-01-01-post-1")
        assert (asked.code, asked.err) == (0, f"{note}\n")
    assert blog.run("publish", "--only", "2026-01-02-post-2").err == ""
    assert blog.run("publish").err == ""


@every_server
def test_a_removed_post_is_named_where_no_ledger_survives_and_the_advice_works(
    blog: Blog, server: Server, node: str
) -> None:
    removed = "2026-01-02-on-both"
    write_tagged(blog)
    configure(blog, section(server, "blog", at(node)))
    assert blog.run("publish").code == 0
    (blog.posts / f"{removed}.md").unlink()
    for command in ("plan", "status", "publish"):
        shutil.rmtree(blog.folder / ".publisher", ignore_errors=True)
        found = blog.run(command)
        assert found.code == 0
        assert f"1 item has an id of this site but no post here ({removed})," in found.err
        assert "set `prune: site` for this node" in found.err
    shutil.rmtree(blog.folder / ".publisher")
    (listed,) = blog.run("plan", "--json").json["nodes"]
    assert listed["unclaimed"] == [removed]
    assert removed in ids(server, node)
    # With a ledger only `status` asks for items that neither a post nor the ledger knows.
    assert blog.run("publish").code == 0
    for command, known in (("plan", None), ("publish", None), ("status", [removed])):
        (listed,) = blog.run(command, "--json").json["nodes"]
        assert listed["unclaimed"] == known

    configure(blog, section(server, "blog", at(node, prune="site")))
    with Subscriber(server, "reader", node) as reader:
        run = blog.run("publish")
        assert (run.code, run.err) == (0, "")
        retracted = reader.next()
        assert (retracted.kind, retracted.id) == ("retracted", removed)
    assert removed not in ids(server, node)


def test_an_item_whose_post_may_be_unreadable_is_not_called_removed(
    blog: Blog, server: Server, node: str
) -> None:
    write_tagged(blog)
    configure(blog, section(server, "blog", at(node)))
    assert blog.run("publish").code == 0
    shutil.rmtree(blog.folder / ".publisher")
    (blog.posts / "2026-01-02-on-both.md").unlink()
    blog.write("broken.md", "Text.", date="2026-02-30")
    found = blog.run("publish")
    assert found.code == 1
    assert "no post here" not in found.err


@every_server
def test_prune_site_cleans_up_without_a_ledger(blog: Blog, server: Server, node: str) -> None:
    write_tagged(blog)
    configure(blog, section(server, "blog", at(node, prune="site")))
    assert blog.run("publish").code == 0
    (blog.posts / "2026-01-01-on-xmpp.md").unlink()
    Outsider(server, "blog", node).publish("somebody-elses", f"<x xmlns='{ATOM[1:-1]}'/>")
    (blog.folder / ".publisher" / "ledger.sqlite").unlink()
    assert blog.run("publish").code == 0
    assert ids(server, node) == {"2026-01-02-on-both", "notes~2026-01-03-a-note", "somebody-elses"}
    configure(blog, section(server, "blog", at(node, exclusive="true")))
    assert blog.run("publish").code == 0
    assert ids(server, node) == {"2026-01-02-on-both", "notes~2026-01-03-a-note"}


def test_a_node_is_deleted_on_demand_only(blog: Blog, server: Server, node: str) -> None:
    write_tagged(blog)
    configure(blog, section(server, "blog", at(node)))
    assert blog.run("publish").code == 0
    configure(blog, section(server, "blog", at(f"{node}-new")))
    planned = blog.run("plan")
    assert f"3 items of ours are still at pubsub.localhost {node}" in planned.err
    assert blog.run("node", "delete", "pubsub.localhost", node).code == 3
    assert len(ids(server, node)) == 3
    assert blog.run("node", "delete", "pubsub.localhost", node, "--yes").code == 0
    assert f"still at pubsub.localhost {node}," not in blog.run("plan").err
    assert (
        blog.run("node", "show").out.splitlines()[1]
        == "  does not exist yet; `publisher publish` creates it"
    )


LIMIT = 60_000

BUSY = """
local st = require "util.stanza";
local left = 3;
module:hook("iq/host/http://jabber.org/protocol/pubsub:pubsub", function (event)
  if left > 0 and event.stanza.tags[1]:get_child("publish") then
    left = left - 1;
    event.origin.send(st.error_reply(event.stanza, "wait", "resource-constraint", "Busy"));
    return true;
  end
end, 100);
"""

LIMITS = """
local st = require "util.stanza";
module:hook("stream-features", function (event)
  event.features:tag("limits", { xmlns = "urn:xmpp:stream-limits:0" })
    :text_tag("max-bytes", "30000"):up();
end);
"""


@pytest.fixture(params=["prosody", "ejabberd"])
def narrow(request: pytest.FixtureRequest, accounts: Mapping[str, str]) -> Iterator[Server]:
    """A server that closes the stream at a stanza that other servers accept."""
    made: Server = (
        Ejabberd(accounts, max_stanza_size=LIMIT)
        if request.param == "ejabberd"
        else Prosody(accounts, admins=["blog@localhost"], stanza_size_limit=LIMIT)
    )
    with made as server:
        yield server


def test_an_item_that_breaks_the_stream_is_shortened_in_the_same_run(
    blog: Blog, narrow: Server, node: str
) -> None:
    for number in range(1, 7):
        blog.write(f"2026-01-0{number}-post-{number}.md", "Text.")
    long = "A line of text. " * 20 + "\n\n"
    blog.write("2026-01-03-post-3.md", long * 250)
    blog.write("2026-01-05-post-5.md", long * 130)
    configure(blog, section(narrow, "blog", at(node)))
    run = blog.run("publish")
    assert (run.code, run.err) == (0, "")
    assert "a summary and the link are sent instead" in run.out
    assert len(ids(narrow, node)) == 6
    assert blog.run("publish").out == ""


def test_the_password_command_runs_once_however_often_a_run_logs_in(
    blog: Blog, narrow: Server, node: str, accounts: Mapping[str, str]
) -> None:
    blog.write("2026-01-01-long.md", ("A line of text. " * 20 + "\n\n") * 250)
    asked = blog.folder / "asked"
    command = script(blog, "ask", f"echo >> '{asked}'; echo '{accounts['blog']}'")
    configure(
        blog, section(narrow, "blog", at(node)).replace("password_env: BLOG_PASSWORD", command)
    )
    run = blog.run("publish")
    assert run.code == 0
    assert "too big for one stanza" in run.out
    assert asked.read_text() == "\n"


def test_an_advertised_limit_is_observed(
    tmp_path: Path, blog: Blog, accounts: Mapping[str, str]
) -> None:
    blog.write("2026-01-01-long.md", ("A line of text. " * 20 + "\n\n") * 80)
    server = Prosody(accounts, admins=["blog@localhost"], modules={"test_limits": LIMITS})
    with server:
        configure(blog, section(server, "blog", at("blog")))
        run = blog.run("publish")
        (item,) = Outsider(server, "reader", "blog").items()
    assert run.code == 0
    assert "too big for one stanza" in run.out
    assert item.payload is not None


def test_a_request_is_retried_while_a_service_is_busy(
    blog: Blog, accounts: Mapping[str, str]
) -> None:
    write_tagged(blog)
    with Prosody(accounts, admins=["blog@localhost"], modules={"test_busy": BUSY}) as server:
        configure(blog, section(server, "blog", at("blog")))
        hasty = blog.run("publish", "--retry", "0")
        assert hasty.code == 4
        assert "resource-constraint, Busy" in hasty.err
        run = blog.run("publish")
        assert (run.code, run.err) == (0, "")
        assert len(ids(server, "blog")) == 3


def test_a_run_without_changes_connects_to_no_server(
    blog: Blog, prosody: Prosody, node: str
) -> None:
    """A server that is down is not noticed until something changes or a day has passed."""
    write_tagged(blog)
    configure(blog, section(prosody, "blog", at(node)))
    assert blog.run("publish").code == 0
    blog.let_an_hour_pass()
    assert blog.run("publish").code == 0
    down = {**blog.environment, "BLOG_PASSWORD": "wrong"}
    assert blog.run("publish", environment=down).code == 0
    assert blog.run("publish", "--verify", environment=down).code == 2
    offline = blog.run("plan", "--offline", environment=down)
    assert (offline.code, offline.out) == (0, f"pubsub.localhost {node}: no changes\n")
    blog.write("2026-01-04-new.md", "Text.")
    assert blog.run("publish", environment=down).code == 2


def contents(server: Server, node: str) -> list[tuple[list[str | None], str | None]]:
    """What each item carries: the types of its contents, and its summary."""
    payloads = [item.payload for item in Outsider(server, "reader", node).items()]
    return [
        (
            [content.get("type") for content in payload.findall(f"{ATOM}content")],
            payload.findtext(f"{ATOM}summary"),
        )
        for payload in payloads
        if payload is not None
    ]


def test_a_node_carries_as_much_of_each_post_as_its_settings_say(
    blog: Blog, server: Server, node: str
) -> None:
    """Changing them sends nothing; a refresh sends it, and so does an edit."""
    blog.write("2026-01-01-one.md", "First words.", title="One")
    blog.write("2026-01-02-two.md", "All.", title="Two", feed="full")
    configure(blog, section(server, "blog", at(node)))
    assert blog.run("publish").code == 0
    assert contents(server, node) == [(["xhtml", "text"], None)] * 2
    blog.let_an_hour_pass()
    blog.run("publish", "--verify")
    with Subscriber(server, "reader", node) as subscriber:
        configure(blog, section(server, "blog", at(node, content="summary", alternatives="xhtml")))
        # The node equals the posts, so that no run logs in because of a setting.
        assert blog.run("publish", environment={"BLOG_PASSWORD": "wrong"}).code == 0
        said = "2 items were sent with other values of `content` or `alternatives`"
        assert blog.run("publish", "--verify").code == 0
        for run in ("plan", "plan --offline", "status"):
            done = blog.run(*run.split())
            assert done.code == 0, done.err
            assert said in done.out + done.err, run
        assert contents(server, node) == [(["xhtml", "text"], None)] * 2
        assert blog.run("publish", "--refresh").code == 0
        after = [([], "First words."), (["xhtml"], None)]
        assert contents(server, node) == after
        status = blog.run("status")
        assert "other values" not in status.out + status.err
        blog.write("2026-01-01-one.md", "Other words.", title="One")
        assert blog.run("publish").code == 0
        event = subscriber.next()  # the first that it hears of
        assert event.payload is not None
        assert event.payload.findtext(f"{ATOM}summary") == "Other words."
        assert event.payload.find(f"{ATOM}content") is None


@every_server
def test_without_a_ledger_the_items_tell_with_which_settings_they_were_sent(
    blog: Blog, server: Server, node: str
) -> None:
    blog.write("2026-01-01-one.md", "First words.", title="One")
    configure(blog, section(server, "blog", at(node, alternatives="xhtml")))
    assert blog.run("publish").code == 0
    shutil.rmtree(blog.folder / ".publisher")
    done = blog.run("publish")
    assert "other values" not in done.out + done.err
    configure(blog, section(server, "blog", at(node)))
    shutil.rmtree(blog.folder / ".publisher")
    for run in ("plan", "status"):
        done = blog.run(run)
        assert "1 item was sent with other values of `content`" in done.out + done.err, run
    assert contents(server, node) == [(["xhtml"], None)]


@pytest.mark.parametrize("server", REAL, indirect=True)
def test_the_item_of_a_post_that_became_private_is_named_until_it_is_retracted(
    blog: Blog, server: Server, node: str
) -> None:
    """Also without a connection: every run knows it by the ledger."""
    blog.configure(server, node=node, password=server.accounts["blog"])
    blog.write("2026-01-01-open.md", "Text.", title="Open")
    blog.write("2026-01-02-secret.md", "Text.", title="Secret")
    assert blog.run("publish").code == 0
    blog.write("2026-01-02-secret.md", "Text.", title="Secret", private="true")
    stays = "Its item 2026-01-02-secret was published before and stays"
    for arguments in (["plan", "--offline"], ["plan"], ["publish"], ["publish"], ["status"]):
        run = blog.run(*arguments)
        assert (run.code, run.err.count(stays)) == (0, 1), (arguments, run.err)
        assert "to retract it, add `draft: true`" in run.err
        assert "Repair the file" not in run.err
    kept = [{"path": "2026-01-02-secret.md", "item": "2026-01-02-secret"}]
    assert blog.run("publish", "--json").json["kept_items"] == kept
    assert len(ids(server, node)) == 2

    blog.write("2026-01-02-secret.md", "Text.", title="Secret", private="true", draft="true")
    assert blog.run("publish").code == 0
    assert ids(server, node) == {"2026-01-01-open"}
    assert "2026-01-02-secret" not in blog.run("status").err
