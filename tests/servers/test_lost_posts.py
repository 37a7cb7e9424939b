"""Most published posts are gone: neither feeds nor nodes lose them until somebody decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.blog import Blog
from tests.support.subscribers import Subscriber

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.support.servers import Server


def published(folder: Path, server: Server, node: str, accounts: Mapping[str, str]) -> Blog:
    blog = Blog(folder)
    blog.configure(server, node=node, password=accounts["blog"])
    for number in range(1, 9):
        blog.write(f"2026-01-0{number}-post.md", f"The text of post {number}.")
    assert blog.run("publish").code == 0
    return blog


def test_posts_that_all_have_other_ids_change_nothing(
    tmp_path: Path, server: Server, node: str, accounts: Mapping[str, str]
) -> None:
    blog = published(tmp_path / "blog", server, node, accounts)
    feeds = blog.built()
    settings = blog.folder / "publisher.yaml"
    before = settings.read_text(encoding="utf-8")
    with Subscriber(server, "reader", node) as reader:
        settings.write_text(before.replace("path: posts", "path: ."), encoding="utf-8")
        for command in ("build", "publish"):
            run = blog.run(command)
            assert (run.code, "8 of the 8 published posts are gone" in run.err) == (3, True)
            assert "no feed was built, and nothing was sent" in run.err
        assert blog.built() == feeds
        settings.write_text(before, encoding="utf-8")
        assert blog.run("publish", "--json").changes == []
        reader.nothing_for(0.5)


def test_feeds_may_lose_some_posts_and_a_message_says_so(
    tmp_path: Path, server: Server, node: str, accounts: Mapping[str, str]
) -> None:
    blog = published(tmp_path / "blog", server, node, accounts)
    for number in range(1, 5):
        (blog.posts / f"2026-01-0{number}-post.md").unlink()
    run = blog.run("publish")
    assert (run.code, "would retract 4 of the 8 items" in run.err) == (3, True)
    assert "Feeds lack these posts once they are built" in run.err
    (blog.posts / "2026-01-05-post.md").unlink()
    run = blog.run("publish")
    assert (run.code, "5 of the 8 published posts are gone" in run.err) == (3, True)
    assert "text of post 5" in (blog.folder / "feed.atom").read_text(encoding="utf-8")
    assert blog.run("publish", "--allow-retracts").code == 0
    assert "text of post 5" not in (blog.folder / "feed.atom").read_text(encoding="utf-8")


def test_posts_at_a_node_that_was_renamed_are_not_missed(
    tmp_path: Path, server: Server, node: str, accounts: Mapping[str, str]
) -> None:
    blog = published(tmp_path / "blog", server, node, accounts)
    blog.configure(server, node=f"{node}-b", password=accounts["blog"])
    assert blog.run("publish").code == 0
    for number in range(1, 7):
        (blog.posts / f"2026-01-0{number}-post.md").unlink()
    assert blog.run("publish", "--allow-retracts").code == 0
    assert blog.run("publish").code == 0
    assert blog.run("build").code == 0
