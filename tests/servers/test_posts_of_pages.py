"""Posts that are made of built pages (`posts.pages`), on real servers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.blog import Blog
from tests.support.servers import REAL
from tests.support.subscribers import Outsider, Subscriber

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.servers import Server
    from tests.support.subscribers import Event

COMMANDS = ("plan", "status", "check", "build", "publish")
URL = "https://blog.example"
CONTENT = ".//{http://www.w3.org/2005/Atom}content[@type='xhtml']"


class Site:
    """A built site, and the blog that is published from it."""

    def __init__(self, folder: Path, server: Server, node: str) -> None:
        self.blog = Blog(folder)
        self.blog.configure(server, node=node, password=server.accounts["blog"])
        self._output = folder / "out"
        settings = folder / "publisher.yaml"
        written = settings.read_text(encoding="utf-8")
        written = written.replace("  title:", "  output: out\n  title:")
        posts = 'posts: {pages: "blog/*/index.html", body: article}'
        settings.write_text(written.replace("posts: {path: posts, permalink: pretty}", posts))
        for number in range(1, 5):
            self.build(f"old-post-{number}", f"Old text {number}.", day=number)

    def build(self, name: str, text: str, *, day: int, style: str = "x1") -> None:
        page = self._output / "blog" / name / "index.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(
            f"<html><head><title>Of {name}</title>"
            f'<meta property="article:published_time" content="2026-01-0{day}"></head><body>'
            f'<h1>Of {name}</h1><article class="{style}"><p>{text}</p></article>'
            f"<footer>{style}</footer></body></html>",
            encoding="utf-8",
        )

    def select(self, old: str, new: str) -> None:
        """Change the selectors in publisher.yaml."""
        settings = self.blog.folder / "publisher.yaml"
        written = settings.read_text(encoding="utf-8")
        assert old in written
        settings.write_text(written.replace(old, new), encoding="utf-8")

    def remove(self, name: str) -> None:
        (self._output / "blog" / name / "index.html").unlink()

    def write_sitemap(self, *names: str) -> str:
        """Write the sitemap with these posts. Returns its text."""
        urls = "".join(f"<url><loc>{URL}/blog/{name}/</loc></url>" for name in names)
        text = f"<urlset>{urls}</urlset>"
        (self._output / "sitemap.xml").write_text(text, encoding="utf-8")
        return text

    def refused(self, code: int, command: str) -> str:
        """Run a command that ends with this exit code. Returns its messages."""
        run = self.blog.run(command)
        assert run.code == code, (command, run.err)
        return run.err

    def publish(self) -> list[tuple[str, str, str]]:
        run = self.blog.run("publish", "--json")
        assert run.code == 0, run.err
        return run.changes


def text(event: Event) -> str:
    content = event.payload.find(CONTENT) if event.payload is not None else None
    return "".join(content.itertext()) if content is not None else ""


@pytest.mark.parametrize("server", REAL, indirect=True)
def test_the_pages_of_a_site_are_published_edited_and_retracted(
    tmp_path: Path, server: Server, node: str
) -> None:
    site = Site(tmp_path / "blog", server, node)
    assert len(site.publish()) == 4
    with Subscriber(server, "reader", node) as reader:
        site.build("a-new-post", "A new text.", day=5)
        assert [change[:2] for change in site.publish()] == [("new", "blog~a-new-post")]
        event = reader.next()
        assert (event.id, text(event)) == ("blog~a-new-post", "A new text.")

        site.build("old-post-2", "An edited text.", day=2)
        assert [change[:2] for change in site.publish()] == [("changed", "blog~old-post-2")]
        event = reader.next()
        assert (event.id, text(event)) == ("blog~old-post-2", "An edited text.")

        for name, words, day in (
            ("a-new-post", "A new text.", 5),
            ("old-post-1", "Old text 1.", 1),
        ):
            site.build(name, words, day=day, style="x2")
        assert site.publish() == []

        site.remove("old-post-3")
        assert [change[:2] for change in site.publish()] == [("removed", "blog~old-post-3")]
        event = reader.next()
        assert (event.kind, event.id) == ("retracted", "blog~old-post-3")

        assert site.publish() == []
        reader.nothing_for(0.7)


@pytest.mark.parametrize("server", REAL, indirect=True)
def test_nothing_is_retracted_or_announced_because_of_a_build_in_part(
    tmp_path: Path, server: Server, node: str
) -> None:
    site = Site(tmp_path / "blog", server, node)
    assert len(site.publish()) == 4
    feeds = site.blog.built()
    with Subscriber(server, "reader", node) as reader:
        for name in ("old-post-1", "old-post-2"):
            site.remove(name)
        for command in COMMANDS:
            run = site.blog.run(command)
            assert (run.code, "publish --allow-retracts" in run.err) == (3, True), command
        (tmp_path / "blog/out").rename(tmp_path / "elsewhere")
        for command in COMMANDS:
            run = site.blog.run(command)
            assert (run.code, "Build the site, and run again" in run.err) == (4, True), command
        (tmp_path / "elsewhere").rename(tmp_path / "blog/out")
        assert site.blog.built() == feeds
        for number in (1, 2):
            site.build(f"old-post-{number}", f"Old text {number}.", day=number)
        assert site.publish() == []

        for name in ("old-post-1", "old-post-2"):
            site.remove(name)
        assert site.blog.run("publish", "--allow-retracts").code == 0
        assert [(event.kind, event.id) for event in (reader.next(), reader.next())] == [
            ("retracted", "blog~old-post-1"),
            ("retracted", "blog~old-post-2"),
        ]
        assert site.publish() == []


@pytest.mark.parametrize("server", REAL, indirect=True)
def test_other_selectors_are_no_edit(tmp_path: Path, server: Server, node: str) -> None:
    """The items get the new text without notification; what was edited meanwhile is announced."""
    site = Site(tmp_path / "blog", server, node)
    for number in range(1, 5):
        site.build(f"old-post-{number}", f"Old text {number}.<aside>Share</aside>", day=number)
    assert len(site.publish()) == 4
    with Subscriber(server, "reader", node) as reader:
        site.select("body: article", "body: article, drop: [aside]")
        site.build("old-post-2", "An edited text.<aside>Share</aside>", day=2)
        done = site.publish()
        assert sorted(done) == [
            ("changed", "blog~old-post-2", "done"),
            *(("corrected", f"blog~old-post-{number}", "done") for number in (1, 3, 4)),
        ]
        event = reader.next()
        assert (event.id, text(event)) == ("blog~old-post-2", "An edited text.")
        site.select("body: article, drop: [aside]", "body: body")
        assert {change[0] for change in site.publish()} == {"corrected"}
        assert site.publish() == []
        assert site.blog.run("publish", "--json", "--verify").changes == []
        reader.nothing_for(0.7)


@pytest.mark.parametrize("server", REAL, indirect=True)
def test_subscribers_hear_nothing_of_pages_without_their_texts(
    tmp_path: Path, server: Server, node: str
) -> None:
    site = Site(tmp_path / "blog", server, node)
    assert len(site.publish()) == 4
    feeds = site.blog.built()
    page = tmp_path / "blog/out/blog/old-post-1/index.html"
    whole = page.read_text(encoding="utf-8")
    with Subscriber(server, "reader", node) as reader:
        for text in ("", '<form><input type="password"></form><p>Enter the password.</p>'):
            site.build("old-post-1", text, day=1)
            assert site.publish() == []
            assert "the text that it showed before stays" in site.blog.run("publish").err
        page.write_text(whole.replace("</html>", "")[:-60] or "<html>", encoding="utf-8")
        run = site.blog.run("publish")
        assert (run.code, "its last version stays until then" in run.err) == (4, True)
        page.write_text(whole.replace("article:published_time", "x"), encoding="utf-8")
        assert site.publish() == []
        assert "states no date of publication any more" in site.blog.run("status").err
        for number in range(1, 5):
            site.build(f"old-post-{number}", "", day=number)
        run = site.blog.run("publish")
        assert (run.code, "only 0 of 4 pages show the text" in run.err) == (3, True)
        assert site.blog.built() == feeds
        for number in range(1, 5):
            site.build(f"old-post-{number}", f"Old text {number}.", day=number)
        assert site.publish() == []
        reader.nothing_for(0.7)


@pytest.mark.parametrize("server", REAL, indirect=True)
def test_nothing_is_retracted_because_of_a_sitemap_in_part(
    tmp_path: Path, server: Server, node: str
) -> None:
    site = Site(tmp_path / "blog", server, node)
    words = " ".join(f"word{number}" for number in range(40))
    site.build("old-post-4", words, day=4)
    whole = site.write_sitemap("old-post-1", "old-post-2", "old-post-3", "old-post-4", "moved")
    assert len(site.publish()) == 4
    with Subscriber(server, "reader", node) as reader:
        site.build("moved", words, day=4)
        site.remove("old-post-4")
        assert "has the text of an item whose post is gone" in site.refused(3, "publish")
        feeds = site.blog.built()
        for part in (whole[: len(whole) // 2], ""):
            (tmp_path / "blog/out/sitemap.xml").write_text(part, encoding="utf-8")
            for command in COMMANDS:
                assert "sitemap.xml is not written whole" in site.refused(4, command)
        site.write_sitemap("old-post-1", "moved")
        for command in COMMANDS:
            assert "(missing from the sitemap)" in site.refused(3, command)
        assert site.blog.built() == feeds
        (tmp_path / "blog/out/sitemap.xml").write_text(whole, encoding="utf-8")
        advice = 'ids: {"blog/moved/index.html": blog~old-post-4}'
        assert f"write into `posts` in publisher.yaml: {advice};" in site.refused(3, "publish")
        site.select("body: article", f"body: article, {advice}")
        # The title of the page is another one, too.
        assert site.publish() == [("changed", "blog~old-post-4", "done")]
        event = reader.next()
        assert (event.kind, event.id) == ("published", "blog~old-post-4")
        assert site.publish() == []
        reader.nothing_for(0.7)


@pytest.mark.parametrize("server", REAL, indirect=True)
def test_a_new_page_at_the_old_path_of_another_one_does_not_take_over_its_item(
    tmp_path: Path, server: Server, node: str
) -> None:
    site = Site(tmp_path / "blog", server, node)
    assert len(site.publish()) == 4
    with Subscriber(server, "reader", node) as reader:
        site.build("moved", "Old text 1.", day=1)
        site.build("old-post-1", "The text of a new post.", day=6)
        moved = "blog/moved/index.html"
        site.select("body: article", f"body: article, ids: {{{moved}: blog~old-post-1}}")
        old = "blog/old-post-1/index.html"
        line = f'add to posts.ids in publisher.yaml: "{old}": blog~old-post-1-2'
        named = f"which belongs to {moved}; to give this page an id of its own, {line}"
        assert named in site.refused(1, "plan")
        run = site.blog.run("publish", "--json")
        assert run.code == 1
        # Its page shows another title: that of the path.
        assert run.changes == [("changed", "blog~old-post-1", "done")]
        assert text(reader.next()) == "Old text 1."
        site.select("ids: {", f'ids: {{"{old}": blog~old-post-1-2, ')
        assert site.publish() == [("new", "blog~old-post-1-2", "done")]
        assert text(reader.next()) == "The text of a new post."
        site.remove("moved")
        run = site.blog.run("status")
        assert f"posts.ids.{moved} is no page below site.output" in run.err
        reader.nothing_for(0.7)


@pytest.mark.parametrize("server", REAL, indirect=True)
def test_an_item_is_newer_than_a_page_that_is_forgotten_or_remembered_as_it_was(
    tmp_path: Path, server: Server, node: str
) -> None:
    site = Site(tmp_path / "blog", server, node)
    assert len(site.publish()) == 4
    memory = tmp_path / "blog/.publisher/pages.sqlite"
    older = memory.read_bytes()
    site.build("old-post-1", "An edited text.", day=1)
    assert [change[:2] for change in site.publish()] == [("changed", "blog~old-post-1")]
    page = tmp_path / "blog/out/blog/old-post-1/index.html"
    whole = page.read_text(encoding="utf-8")
    with Subscriber(server, "reader", node) as reader:
        memory.write_bytes(older)
        page.write_text(whole[: whole.index("</article>")], encoding="utf-8")
        run = site.blog.run("publish", "--json")
        assert (run.code, run.changes) == (4, [])
        memory.unlink()
        site.build("old-post-1", '<input type="password">', day=1)
        assert site.publish() == []
        said = site.blog.run("publish", "--refresh").err
        assert "asks for a password" in said
        assert "an item that was published with its text keeps it" in said
        page.write_text(whole, encoding="utf-8")
        assert site.publish() == []
        assert site.blog.run("publish", "--json", "--verify").changes == []
        items = {event.id: event for event in Outsider(server, "reader", node).items()}
        assert text(items["blog~old-post-1"]) == "An edited text."
        reader.nothing_for(0.7)
