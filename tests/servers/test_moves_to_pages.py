"""A site moves from the rendering of publisher to the pages of its generator, and back.

On real servers: what plays Openfire cannot be silent, so there the items stay as they are.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from publisher.sync.item import FINGERPRINT
from tests.support.blog import Blog
from tests.support.built_blog import THEME, BuiltBlog
from tests.support.subscribers import Outsider, Subscriber

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.support.blog import Run
    from tests.support.servers import Server

ATOM = "{http://www.w3.org/2005/Atom}"
MILL, BOAT = "2026-01-01-mill", "2026-01-02-boat"
TEXTS = {
    MILL: "The *old* mill stands at the river behind the wood, and nobody grinds corn in it now.",
    BOAT: "A *green* boat lies upside down on the shore, and children hide below it when it rains.",
}
FIRST, SECOND = (THEME.replace("{body}", "{body}<p>" + text + "</p>") for text in ("Hut", "Tent"))

STILL_SHOW = "still show the text from before their pages were built again"


@dataclass
class Site:
    """A blog at a node, in its two configurations."""

    blog: BuiltBlog
    server: Server
    node: str
    password: str

    def render(self) -> None:
        """Take the texts and the addresses from the sources."""
        Blog.configure(self.blog, self.server, node=self.node, password=self.password)

    def take_pages(self, drop: str = "") -> None:
        """Take them from the pages, but for what the selector `drop` matches."""
        self.render()
        path = self.blog.folder / "publisher.yaml"
        text = path.read_text(encoding="utf-8").replace("  since:", "  output: _site\n  since:")
        body = f"body: .post-content{drop and f', drop: {drop}'}"
        path.write_text(text.replace("pretty}", f"pretty, {body}}}"), encoding="utf-8")

    def publish(self, *options: str) -> Run:
        done = self.blog.run("publish", "--json", *options)
        assert done.code == 0, done.err
        return done

    def items(self) -> dict[str, tuple[str, str, str]]:
        """The link, the text and the fingerprint of each item, as another account reads them."""
        found: dict[str, tuple[str, str, str]] = {}
        for event in Outsider(self.server, "reader", self.node).items():
            assert event.payload is not None
            link = event.payload.find(f"{ATOM}link")
            content = event.payload.find(f"{ATOM}content")
            assert link is not None
            assert content is not None
            text = " ".join("".join(content.itertext()).split())
            fingerprint = event.payload.findtext(FINGERPRINT) or ""
            found[event.id or ""] = (link.get("href", ""), text, fingerprint)
        return found

    def feed(self) -> str:
        return (self.blog.folder / "feed.atom").read_text(encoding="utf-8")


@pytest.fixture
def site(tmp_path: Path, server: Server, node: str, accounts: Mapping[str, str]) -> Site:
    """A site whose sources publisher has rendered. The page of one post has another address."""
    made = Site(BuiltBlog(tmp_path / "blog"), server, node, accounts["blog"])
    made.blog.write(f"{MILL}.md", TEXTS[MILL], title="About the mill")
    made.blog.write(f"{BOAT}.md", TEXTS[BOAT], title="About the boat", permalink="/boat/")
    made.render()
    made.publish()
    made.blog.build_site(FIRST)
    return made


def hears_nothing(site: Site, reader: Subscriber) -> None:
    """What is published last is the first that the subscriber hears of."""
    owner = Outsider(site.server, "blog", site.node)
    owner.publish("the-end", "<x xmlns='urn:x'/>")
    assert reader.next().id == "the-end"


def test_a_site_moves_to_its_pages_and_back_and_no_subscriber_hears_of_it(
    site: Site, server: Server, node: str
) -> None:
    own = site.items()
    assert own[MILL][0] == "https://blog.example/2026/01/01/mill/"
    with Subscriber(server, "reader", node) as reader:
        site.take_pages()
        assert site.publish().changes == [
            ("corrected", MILL, "done"),
            ("corrected", BOAT, "done"),
        ]
        moved = site.items()
        assert moved[BOAT][:2] == (own[BOAT][0], f"{TEXTS[BOAT]} Hut")
        assert moved[MILL][:2] == ("https://blog.example/mill/", f"{TEXTS[MILL]} Hut")
        assert {id_: item[2] for id_, item in moved.items()} == {
            id_: item[2] for id_, item in own.items()
        }
        assert site.feed().count("<p>Hut</p>") == 2
        assert 'href="https://blog.example/mill/"' in site.feed()
        assert site.publish("--verify").changes == []
        site.render()
        assert {action for action, _, _ in site.publish().changes} == {"corrected"}
        assert site.items() == own
        assert "Hut" not in site.feed()
        assert site.publish("--verify").changes == []
        # Without a ledger the items tell.
        shutil.rmtree(site.blog.folder / ".publisher")
        site.take_pages()
        assert {action for action, _, _ in site.publish().changes} == {"corrected"}
        assert site.items() == moved
        hears_nothing(site, reader)


def test_another_theme_reaches_the_feed_and_the_node_only_by_a_refresh(
    site: Site, server: Server, node: str
) -> None:
    site.take_pages()
    site.publish()
    with Subscriber(server, "reader", node) as reader:
        site.blog.build_site(SECOND)
        assert site.publish().changes == []
        assert site.feed().count("<p>Tent</p>") == 2
        said = f"2 items {STILL_SHOW}; `publisher publish --refresh` sends"
        for command in ("status", "plan", "plan --offline"):
            done = site.blog.run(*command.split())
            assert (done.code, said in done.out + done.err) == (0, True), command
        assert {text.split()[-1] for _, text, _ in site.items().values()} == {"Hut"}
        assert {action for action, _, _ in site.publish("--refresh").changes} == {"refresh"}
        assert {text.split()[-1] for _, text, _ in site.items().values()} == {"Tent"}
        status = site.blog.run("status")
        assert "built again" not in status.out + status.err
        hears_nothing(site, reader)


def test_other_selectors_reach_the_feed_at_once_and_the_node_by_a_refresh(
    site: Site, server: Server, node: str
) -> None:
    site.take_pages()
    site.publish()
    with Subscriber(server, "reader", node) as reader:
        site.take_pages(drop="'p:last-child'")
        said = f"2 items {STILL_SHOW}; `publisher publish --refresh` sends"
        for _ in range(2):  # the second one does not look at the node
            for command in ("status", "plan", "plan --offline", "publish --json"):
                done = site.blog.run(*command.split())
                assert (done.code, said in done.out + done.err) == (0, True), command
        assert "Hut" not in site.feed()
        assert {text.split()[-1] for _, text, _ in site.items().values()} == {"Hut"}
        assert {action for action, _, _ in site.publish("--refresh").changes} == {"refresh"}
        assert "Hut" not in str(site.items())
        shutil.rmtree(site.blog.folder / ".publisher")
        site.take_pages()
        assert said in site.publish().out
        hears_nothing(site, reader)


def test_an_item_keeps_its_text_if_its_page_does_not_show_it(
    site: Site, server: Server, node: str
) -> None:
    for number in range(12):  # most pages show their texts
        name = f"2026-01-03-hut-{number}"
        site.blog.write(f"{name}.md", f"{TEXTS[MILL]} {number}", title=f"Hut {number}")
    site.publish("--announce-all")
    own = site.items()
    site.blog.build_site(FIRST)
    wall = THEME.replace("{body}", "<p>Please log in to read on.</p>")
    site.blog.build_page("boat", "title: About the boat\n", wall)
    with Subscriber(server, "reader", node) as reader:
        site.take_pages()
        (named,) = site.publish().json["built"]["without_text"]
        assert named["path"] == f"{BOAT}.md"
        assert "keeps it" in site.blog.run("publish").err
        assert site.items()[BOAT] == own[BOAT]
        site.publish("--verify", "--refresh")
        assert site.items()[BOAT] == own[BOAT]
        hears_nothing(site, reader)
