"""A feed that has entries never loses all of them, unless the user says so."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from publisher.sync.desired import Desired
from publisher.sync.ledger import Ledger
from publisher.text.node_address import NodeAddress
from tests.support.blog import Blog
from tests.unit.test_documents import NOW, configure, digests, titles

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FEEDS = """
  - {path: feed.atom, format: atom, archive: "archive/{year}.atom"}
  - {path: feed.rss, format: rss}
  - {path: feed.json, format: json}
  - {path: a.atom, format: atom, only: {tags: [a]}}
  - {path: b.atom, format: atom, only: {tags: [b]}}
  - {path: "tags/{tag}.atom", format: atom}
"""


@pytest.fixture
def blog(tmp_path: Path) -> Blog:
    blog = Blog(tmp_path / "site")
    configure(blog, FEEDS, more="page: {path: feeds.html}\n")
    blog.write("2025-01-01-a.md", "Text.", title="A", tags="[a]")
    blog.write("2026-01-02-b.md", "Text.", title="B", tags="[b]")
    return blog


def posts(blog: Blog) -> list[Path]:
    return [*blog.posts.iterdir()]


def spoil(blog: Blog) -> None:
    for path in posts(blog):
        path.write_bytes(b"---\ntitle: caf\xe9\n---\n")


def as_asciidoc(blog: Blog) -> None:
    for path in posts(blog):
        path.rename(path.with_suffix(".adoc"))


def as_drafts(blog: Blog) -> None:
    for path in posts(blog):
        path.write_text(path.read_text().replace("title", "draft: true\ntitle"))


def as_pages(blog: Blog) -> None:
    for number, path in enumerate(posts(blog)):
        path.rename(path.with_name(f"page-{number}.md"))


def as_conflicts(blog: Blog) -> None:
    for path in posts(blog):
        path.write_text(path.read_text() + "\n<<<<<<< HEAD\na\n=======\nb\n>>>>>>> b\n")


@pytest.mark.parametrize("change", [spoil, as_asciidoc, as_drafts, as_pages, as_conflicts])
@pytest.mark.parametrize("command", ["build", "publish"])
def test_feeds_stay_if_they_would_lose_all_entries(
    blog: Blog, change: Callable[[Blog], None], command: str
) -> None:
    assert blog.run("build", NOW).code == 0
    before = digests(blog.folder)
    change(blog)
    run = blog.run(command, NOW)
    after = digests(blog.folder)
    assert run.code == 3, run.err
    assert "--allow-empty" in run.err
    kept = {name for name in before if name.endswith((".atom", ".rss", ".json", ".html"))}
    assert {name: after.get(name) for name in kept} == {name: before[name] for name in kept}


def test_what_there_is_in_place_of_posts_is_named(blog: Blog) -> None:
    blog.run("build", NOW)
    as_pages(blog)
    found = f"there is no post in {blog.posts}: 2 files have no date (page-0.md, page-1.md)"
    assert f"publisher: {found}, but" in blog.run("build", NOW).err
    assert f"warning: {found}, so" in blog.run("build", "--allow-empty", NOW).err
    blog.run("build", "--allow-empty", NOW)
    (blog.posts / "page-0.md").unlink()
    assert f"in {blog.posts}: 1 file has no date (page-1.md), so" in blog.run("build", NOW).err
    (blog.posts / "page-1.md").rename(blog.posts / "picture.png")
    assert f"there is no post in {blog.posts}, so" in blog.run("build", NOW).err
    (blog.posts / "picture.png").unlink()
    assert f"the folder {blog.posts} is empty, so" in blog.run("build", NOW).err


XMPP = """\
xmpp:
  jid: blog@example.org
  password_env: BLOG_PASSWORD
  nodes: [{service: pubsub.example.org, node: blog}]
"""


@pytest.mark.parametrize("command", ["plan", "publish"])
def test_a_run_for_nodes_names_it_too(blog: Blog, command: str) -> None:
    settings = blog.folder / "publisher.yaml"
    settings.write_text(settings.read_text() + XMPP)
    at = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    with Ledger(blog.folder / ".publisher") as ledger:
        published = Desired("2025-01-01-a", "tag:a", "A", "print", at)
        ledger.record_done(NodeAddress("pubsub.example.org", "blog"), published, at=0.0)
    as_pages(blog)
    (blog.posts / "page-0.md").unlink()
    one = blog.run(command, NOW)
    assert one.code == 3
    assert f"there is no post in {blog.posts}: 1 file has no date (page-1.md), but" in one.err
    (blog.posts / "page-1.md").unlink()
    assert f"the folder {blog.posts} is empty, but" in blog.run(command, NOW).err
    blog.posts.rmdir()
    gone = blog.run(command, NOW)
    assert f"the folder {blog.posts} does not exist, but" in gone.err
    assert "create the folder, and run again with --allow-retracts" in gone.err


@pytest.mark.parametrize("command", ["build --allow-empty", "publish --allow-retracts"])
def test_feeds_become_empty_if_the_user_says_so(blog: Blog, command: str) -> None:
    blog.run("build", NOW)
    as_drafts(blog)
    run = blog.run(*command.split(), NOW)
    assert run.code == 0, run.err
    assert titles(blog, "feed.atom") == titles(blog, "feed.json") == []
    assert not (blog.folder / "tags" / "a.atom").exists()
    assert blog.run("build", NOW).code == 0, "an empty feed has nothing to lose"


def test_one_feed_that_would_be_empty_stops_no_other(blog: Blog) -> None:
    blog.run("build", NOW)
    blog.write("2025-01-01-a.md", "Text.", title="A", draft="true", tags="[a]")
    blog.write("2026-01-03-c.md", "Text.", title="C", tags="[b]")
    run = blog.run("build", NOW)
    assert run.code == 3
    assert [line for line in run.err.splitlines() if "stays" in line] == [
        f"error: {blog.folder}/a.atom stays as it is: it would lose all of its entries, because "
        "none of the posts that are published now is in it. If that is right, run `publisher build "
        "--allow-empty` or `publisher publish --allow-retracts`"
    ]
    assert titles(blog, "a.atom") == ["A"]
    assert titles(blog, "b.atom") == titles(blog, "feed.atom") == ["C", "B"]
    assert not (blog.folder / "tags" / "a.atom").exists(), "a post that lost a tag is no accident"


def test_the_first_build_of_an_empty_blog_works(tmp_path: Path) -> None:
    blog = Blog(tmp_path / "site")
    assert blog.run("build", NOW).code == 0
    assert blog.run("build", NOW).code == 0
    assert titles(blog, "feed.atom") == []


def test_a_first_build_of_broken_posts_only_is_written(blog: Blog) -> None:
    spoil(blog)
    assert blog.run("build", NOW).code == 1
    assert titles(blog, "feed.atom") == []


def test_the_feed_of_a_tag_stays_while_its_post_is_of_a_kind_that_is_not_rendered(
    blog: Blog,
) -> None:
    blog.run("build", NOW)
    path = blog.posts / "2025-01-01-a.md"
    path.rename(path.with_suffix(".adoc"))
    assert blog.run("build", NOW).code == 3  # because of a.atom
    assert (blog.folder / "tags" / "a.atom").exists()
    path.with_suffix(".adoc").unlink()
    blog.run("build", NOW)
    assert not (blog.folder / "tags" / "a.atom").exists()


ITEM = "<item><guid>g{n}</guid><title>T{n}</title>{date}</item>"
DATE = "<pubDate>Fri, 02 Jan 2026 10:00:00 GMT</pubDate>"


def test_a_feed_as_the_source_whose_items_are_all_broken_empties_nothing(tmp_path: Path) -> None:
    blog = Blog(tmp_path / "site")
    settings = blog.folder / "publisher.yaml"
    settings.write_text(
        settings.read_text().replace(
            "{path: posts, permalink: pretty}", "{feed: source.xml, complete: true}"
        )
    )
    source = blog.folder / "source.xml"
    items = [ITEM.format(n=n, date=DATE) for n in range(2)]
    source.write_text(f'<rss version="2.0"><channel>{"".join(items)}</channel></rss>')
    assert blog.run("build", NOW).code == 0
    before = digests(blog.folder)
    source.write_text(source.read_text().replace(DATE, ""))
    run = blog.run("build", NOW)
    after = digests(blog.folder)
    assert run.code == 3
    assert all(after[name] == before[name] for name in ("feed.atom", "feed.rss", "feed.json"))
