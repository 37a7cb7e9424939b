"""Silent runs, and what subscribers hear of a change of the node's configuration."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.support.blog import Blog
from tests.support.openfire import Openfire
from tests.support.raw import PUBSUB, RawClient
from tests.support.servers import EVERY
from tests.support.subscribers import Outsider, Subscriber
from tests.support.xmpp import PEP

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tests.support.servers import Ejabberd, Server

FIRST, SECOND = "2026-01-01-first-post", "2026-01-02-second-post"
THIRD = "2026-01-03-third-post"


@pytest.fixture
def blog(tmp_path: Path) -> Blog:
    made = Blog(tmp_path / "blog")
    made.write(f"{FIRST}.md", "Text.")
    return made


@pytest.mark.parametrize("service", ["", PEP])
@pytest.mark.parametrize("server", EVERY, indirect=True)
def test_plan_and_publish_agree_on_a_silent_run_at_a_new_node(
    blog: Blog, server: Server, node: str, accounts: Mapping[str, str], service: str
) -> None:
    blog.configure(server, node=node, password=accounts["blog"], service=service or server.service)
    planned, run = (blog.run(command, "--no-notify") for command in ("plan", "publish"))
    shown = blog.run("node", "show").out
    if not isinstance(server, Openfire):
        assert (planned.code, run.code) == (0, 0)
        return
    assert (planned.code, run.code) == (1, 1)
    for said in (planned.err, run.err):
        assert "could not silence the notifications of" in said
        assert "does not know pubsub#deliver_notifications; nothing was published" in said
    assert "does not exist" in shown


@pytest.mark.parametrize("command", ["publish --no-notify", "publish --refresh"])
def test_subscribers_hear_of_no_attempt_to_silence_a_service_that_cannot(
    blog: Blog, openfire: Openfire, node: str, accounts: Mapping[str, str], command: str
) -> None:
    blog.configure(openfire, node=node, password=accounts["blog"])
    assert blog.run("publish").code == 0
    with following(openfire, node) as reader:
        blog.write(f"{SECOND}.md", "Text.")
        silent = "--no-notify" in command
        assert blog.run(*command.split()).code == (1 if silent else 0)
        # Openfire sends a new subscriber the last item.
        loud = [] if silent else [FIRST, SECOND]
        assert heard(openfire, node, reader) == [FIRST, *loud]


@pytest.mark.parametrize("tells", ["0", "1"])
def test_subscribers_hear_of_a_silent_run_only_if_the_node_tells_of_its_configuration(
    blog: Blog, ejabberd: Ejabberd, node: str, accounts: Mapping[str, str], tells: str
) -> None:
    """ejabberd does not do that by default, and Prosody never does."""
    blog.configure(ejabberd, node=node, password=accounts["blog"])
    assert blog.run("publish").code == 0
    Outsider(ejabberd, "blog", node).configure(notify_config=tells)
    with following(ejabberd, node) as reader:
        blog.write(f"{SECOND}.md", "Text.")
        assert blog.run("publish", "--no-notify").code == 0
        assert heard(ejabberd, node, reader) == ["configuration"] * (2 * int(tells))


def test_a_new_subscriber_receives_the_newest_post_even_if_older_ones_were_corrected_after_it(
    blog: Blog, server: Server, node: str, accounts: Mapping[str, str]
) -> None:
    blog.configure(
        server,
        node=node,
        password=accounts["blog"],
        more=", options: {send_last_published_item: on_sub}",
    )
    blog.write(f"{SECOND}.md", "Text.")
    assert blog.run("publish").code == 0
    path = blog.folder / "publisher.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("permalink: pretty", "permalink: ordinal"), encoding="utf-8")
    blog.write(f"{THIRD}.md", "Text.")
    with Subscriber(server, "stranger", node) as stranger:
        assert stranger.next().id == SECOND, "the service sends new subscribers the last item"
        run = blog.run("publish")
        assert (run.code, run.err) == (0, "")
        assert f"{node}: 2 corrected, 1 new" in run.out
        assert stranger.next().id == THIRD
        stranger.nothing_for(0.5)
    with following(server, node) as reader:
        assert heard(server, node, reader) == [THIRD]


@contextmanager
def following(server: Server, node: str) -> Iterator[RawClient]:
    """A subscriber that keeps all that it hears."""
    with RawClient(server, "reader", presence="<presence/>") as reader:
        subscribe = f"<subscribe node='{node}' jid='reader@localhost'/>"
        reader.ask(f"<pubsub xmlns='{PUBSUB}'>{subscribe}</pubsub>", to=server.service)
        yield reader


def heard(server: Server, node: str, reader: RawClient) -> list[str]:
    """`configuration` or the id of the item, for each event until now."""
    Outsider(server, "blog", node).publish("the-end", "<x xmlns='urn:x'/>")
    reader.read_until(b"the-end")
    # An account may have subscribed to other nodes before.
    ours = rf"<(?:items|configuration) [^>]*node=['\"]{node}['\"].*?</event>"
    events = re.findall(ours, reader.heard.decode(), re.DOTALL)
    items = [re.search(r"<item [^>]*id=['\"]([^'\"]*)", event) for event in events]
    told = [item[1] if item else "configuration" for item in items]
    return [event for event in told if event != "the-end"]
