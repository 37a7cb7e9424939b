"""`plan` says what `publish` then does: the same changes, the same errors, the same exit code."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.support.blog import SITE, Blog, reach
from tests.support.raw import PUBSUB, RawClient
from tests.support.servers import Prosody, every_server
from tests.support.subscribers import Outsider

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tests.support.blog import Run
    from tests.support.servers import Ejabberd, Server

OWNER = f"{PUBSUB}#owner"
ENTRY = "<entry xmlns='http://www.w3.org/2005/Atom'/>"
POSTS = [f"2026-01-0{day}-post-{day}" for day in range(1, 5)]
LIMIT = 3  # what the nodes that are not missing can hold

STATES = ("missing", "empty", "filled", "full")
RIGHTS = {"blog": "owner", "reader": "publisher", "stranger": "none"}
KEEPS = (None, 2, 4)
OPTIONS = (
    (),
    ("--no-notify",),
    ("--refresh",),
    ("--only", POSTS[1]),
    ("--announce-all", "--verify"),
)


class Case(NamedTuple):
    """The node of an account, and what the configuration says about it."""

    state: str
    user: str
    keep: int | None

    @property
    def node(self) -> str:
        return f"{self.state}-{self.user}-{self.keep}"


CASES = [Case(*values) for values in product(STATES, RIGHTS, KEEPS)]


class Nodes:
    """Nodes of the account `blog`, made with one connection."""

    def __init__(self, client: RawClient, service: str, prefix: str) -> None:
        self._client = client
        self._service = service
        self._prefix = prefix

    def make(self, case: Case) -> None:
        node = f"{self._prefix}-{case.node}"
        fields = {"max_items": LIMIT, "access_model": "open", "persist_items": 1}
        form = "".join(
            f"<field var='pubsub#{name}'><value>{value}</value></field>"
            for name, value in fields.items()
        )
        kind = f"<field var='FORM_TYPE' type='hidden'><value>{PUBSUB}#node_config</value></field>"
        submit = f"<x xmlns='jabber:x:data' type='submit'>{kind}{form}</x>"
        self._ask(PUBSUB, f"<create node='{node}'/><configure>{submit}</configure>")
        if case.user != "blog":
            right = f"<affiliation jid='{case.user}@localhost' affiliation='{RIGHTS[case.user]}'/>"
            self._ask(OWNER, f"<affiliations node='{node}'>{right}</affiliations>")
        for number in range(LIMIT if case.state == "full" else 0):
            item = f"<item id='theirs-{number}'>{ENTRY}</item>"
            self._ask(PUBSUB, f"<publish node='{node}'>{item}</publish>")

    def _ask(self, namespace: str, child: str) -> None:
        answer = self._client.ask(f"<pubsub xmlns='{namespace}'>{child}</pubsub>", to=self._service)
        assert b"<error" not in answer, answer[-500:]


def configure(
    blog: Blog, server: Server, service: str, prefix: str, cases: Sequence[Case], *, user: str
) -> None:
    keys = {
        "jid": f"{user}@localhost",
        "password_env": f"{user.upper()}_PASSWORD",
        **reach(server),
    }
    text = SITE + "xmpp:\n" + "".join(f"  {key}: {value}\n" for key, value in keys.items())
    text += "  nodes:\n"
    for case in cases:
        keep = f", keep: {case.keep}" if case.keep else ""
        name = f"{prefix}-{case.node}"
        text += f"    - {{service: {service}, node: {name}, announce_limit: 2{keep}}}\n"
    (blog.folder / "publisher.yaml").write_text(text)


def write(blog: Blog, edition: str) -> None:
    for name in POSTS:
        blog.write(f"{name}.md", f"The {edition} edition.")


@pytest.fixture
def blog(tmp_path: Path, accounts: Mapping[str, str]) -> Blog:
    made = Blog(tmp_path / "blog")
    for user, password in accounts.items():
        made.environment[f"{user.upper()}_PASSWORD"] = password
    return made


def said(run: Run) -> dict[str, tuple[str, list[tuple[str, str, str]]]]:
    """The error at each node, and each change, with its outcome if it is not the planned one."""
    return {
        node["node"]: (
            # What the node will hold before the run is what it holds afterwards.
            (node["error"] or "").replace("will hold", "holds"),
            [
                (c["action"], c["id"], "" if c["outcome"] in {"planned", "done"} else c["outcome"])
                for c in node["changes"]
            ],
        )
        for node in run.json["nodes"]
    }


@every_server
@pytest.mark.parametrize("options", OPTIONS, ids=" ".join)
@pytest.mark.parametrize("place", ["pubsub.localhost", "blog@localhost"])
def test_publish_does_what_plan_says(
    blog: Blog, server: Server, node: str, place: str, options: tuple[str, ...]
) -> None:
    """At every node in turn: missing or there, empty or not, with room or without, ours or not."""
    with RawClient(server, "blog") as client:
        nodes = Nodes(client, place, node)
        for case in CASES:
            if case.state != "missing":
                nodes.make(case)
    write(blog, "first")
    # ejabberd lets no publisher replace the item of another one, so each fills its own.
    for user, users in {"blog": {"blog", "stranger"}, "reader": {"reader"}}.items():
        filled = [case for case in CASES if case.state == "filled" and case.user in users]
        configure(blog, server, place, node, filled, user=user)
        blog.run("publish", "--announce-all")
    write(blog, "second")
    for user in RIGHTS:
        mine = [case for case in CASES if case.user == user]
        configure(blog, server, place, node, mine, user=user)
        planned = blog.run("plan", "--json", *options)
        published = blog.run("publish", "--json", *options)
        assert said(planned) == said(published)
        assert planned.code == published.code


def agree(blog: Blog, *options: str) -> int:
    """Run plan and publish, which must say the same, and return their exit code."""
    planned, published = blog.run("plan", *options), blog.run("publish", *options)
    errors = [
        [line.replace("will hold", "holds") for line in run.err.splitlines() if "error:" in line]
        for run in (planned, published)
    ]
    assert errors[0] == errors[1]
    assert planned.code == published.code
    return planned.code


@every_server
def test_both_name_a_service_that_does_not_exist(blog: Blog, server: Server, node: str) -> None:
    write(blog, "first")
    blog.configure(server, node=node, password=server.accounts["blog"], service="nowhere.localhost")
    assert agree(blog) != 0


@every_server
def test_both_name_a_wrong_password(blog: Blog, server: Server, node: str) -> None:
    write(blog, "first")
    blog.configure(server, node=node, password="wrong")
    assert agree(blog) == 2


@every_server
def test_both_protect_the_posts_of_a_folder_that_is_gone(
    blog: Blog, server: Server, node: str
) -> None:
    write(blog, "first")
    blog.configure(server, node=node, password=server.accounts["blog"])
    assert blog.run("publish").code == 0
    for path in blog.posts.iterdir():
        path.unlink()
    assert agree(blog) == 3
    assert blog.run("plan", "--offline").code == 3
    blog.posts.rmdir()
    assert agree(blog) == 3


def test_both_refuse_to_overwrite_a_file_that_is_not_ours(
    blog: Blog, server: Server, node: str
) -> None:
    write(blog, "first")
    blog.configure(server, node=node, password=server.accounts["blog"])
    (blog.folder / "feed.atom").write_text("A file of somebody else.")
    assert agree(blog) == 1
    planned = blog.run("plan", "--json")
    assert (planned.code, "is not from publisher" in planned.err) == (1, True)


@every_server
def test_neither_looks_at_a_node_that_equals_the_posts(
    blog: Blog, server: Server, node: str
) -> None:
    write(blog, "first")
    blog.configure(server, node=node, password=server.accounts["blog"])
    assert blog.run("publish").code == 0
    blog.let_an_hour_pass()
    assert blog.run("publish").code == 0
    blog.environment["BLOG_PASSWORD"] = "wrong"
    assert agree(blog) == 0
    assert "no changes; --verify looks at the node again" in blog.run("plan").out
    assert agree(blog, "--verify") == 2


@every_server
def test_a_plan_without_a_server_has_the_guards_of_publish(
    blog: Blog, server: Server, node: str
) -> None:
    write(blog, "first")
    blog.configure(server, node=node, password=server.accounts["blog"], more=", announce_limit: 2")
    assert blog.run("publish").code == 0
    write(blog, "second")
    for options in ((), ("--json",)):
        offline = blog.run("plan", "--offline", *options)
        published = blog.run("publish", *options)
        assert (offline.code, published.code) == (3, 3)
        assert "notify subscribers of 4 posts at once" in offline.out + offline.err
    (blog.posts / f"{POSTS[0]}.md").unlink()
    (blog.posts / f"{POSTS[1]}.md").unlink()
    assert blog.run("plan", "--offline", "--no-notify").code == 0


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("", "creates it, and it will hold 20 of 24 posts (its max_items will be 20)"),
        (", keep: 5", "creates it, and it will hold 5 of 24 posts (`keep` is 5)"),
        (
            ", keep: 22",
            "creates it, and it will hold 20 of 24 posts (`keep` is 22, its max_items will be 20)",
        ),
        (
            ", options: {max_items: 7}",
            "creates it, and it will hold 7 of 24 posts (its max_items will be 7)",
        ),
    ],
)
def test_the_plan_for_a_missing_node_says_how_many_posts_it_will_hold(
    blog: Blog, accounts: Mapping[str, str], more: str, words: str
) -> None:
    for number in range(24):
        blog.write(f"2026-01-{number + 1:02}-post-{number:02}.md", "Text.")
    with Prosody(accounts, admins=["blog@localhost"], max_items=20) as small:
        blog.configure(small, node="blog", password=accounts["blog"], more=more)
        planned = blog.run("plan", "--json")
        published = blog.run("publish", "--json")
        assert any(words in note for note in planned.json["nodes"][0]["notes"])
        assert said(planned) == said(published)
        assert planned.code == published.code
        assert len(Outsider(small, "reader", "blog").items()) == int(words.split()[6])


def test_the_plan_claims_nothing_that_ejabberd_does_not_tell(
    blog: Blog, ejabberd: Ejabberd, node: str
) -> None:
    """A new node of PEP has a limit of one item by default, and nobody knows the largest one."""
    write(blog, "first")
    blog.configure(
        ejabberd, node=node, password=ejabberd.accounts["blog"], service="blog@localhost"
    )
    note = "`publisher publish` creates it; the service does not tell whether it takes 4 posts"
    assert note in blog.run("plan").err
    blog.configure(ejabberd, node=node, password=ejabberd.accounts["blog"])
    assert "creates it, and it will hold all 4 posts" in blog.run("plan").err


def test_both_keep_a_feed_that_would_lose_all_of_its_entries(blog: Blog) -> None:
    write(blog, "first")
    assert agree(blog) == 0
    for name in POSTS:
        blog.write(f"{name}.md", "Hidden.", draft="true")
    assert agree(blog) == 3
    assert "stays as it is: it would lose all of its entries" in blog.run("plan").err
    assert agree(blog, "--allow-retracts") == 0
