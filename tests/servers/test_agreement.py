"""`plan` says what `publish` then does: the same changes, the same errors, the same exit code."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, NamedTuple

import pytest

from tests.support.blog import SITE, Blog, reach
from tests.support.raw import PUBSUB, RawClient

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from tests.support.blog import Run
    from tests.support.servers import Server

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
