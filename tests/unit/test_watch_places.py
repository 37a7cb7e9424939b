"""What a watcher looks at, which changes are its own, and when git is at work."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from publisher.app.watch.poll import lost_outputs, poll
from publisher.app.watch.watched_places import watched
from publisher.config.reader import load

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.config import Config

CONFIG = """\
site: {title: A blog, url: "https://blog.example", since: 2020-01-01%s}
posts: {path: posts, engine: plain}
feeds:
  - {path: out/feed.atom, format: atom}
  - {path: "out/{tag}.atom", format: atom}
  - {path: out/all.rss, format: rss, archive: "out/old-{year}.rss"}
page: {path: out/follow.html}
state: posts/.state
"""


def configured(folder: Path, *, output: bool = False) -> Config:
    for name in ("posts", "out"):
        (folder / name).mkdir(exist_ok=True)
    file = folder / "publisher.yaml"
    file.write_text(CONFIG % (", output: out" if output else ""))
    return load(file)


def test_the_finished_build_is_watched_where_there_is_one(tmp_path: Path) -> None:
    assert watched(configured(tmp_path)).roots == (tmp_path / "posts",)
    assert watched(configured(tmp_path, output=True)).roots == (tmp_path / "out",)


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("out/2026/post/index.html", True),
        ("out/index.html", True),
        ("posts/post.md", True),
        ("posts/.hidden.md", False),
        ("out/.well-known/page.html", True),
        ("out/index.html.tmp", False),
        ("out/feed.atom", False),
        ("out/free-software.atom", False),
        ("out/deeper/free-software.atom", True),
        ("out/old-2025.rss", False),
        ("out/follow.html", False),
        ("out/.0123456789abcdef.publisher", False),
        ("posts/.state/ledger.sqlite", False),
        ("posts/.state", False),
        ("posts/.git/index", False),
        ("out/node_modules/a/index.html", False),
    ],
)
def test_what_a_run_writes_itself_is_no_change(tmp_path: Path, name: str, *, counts: bool) -> None:
    places = watched(configured(tmp_path, output=True))
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    assert places.counts(path) is counts


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        (".post.md.swp", False),
        ("post.md~", False),
        (".#post.md", False),
        ("#post.md#", False),
        ("4913", False),
        ("post.md.tmp", False),
        (".hidden/post.md", False),
        ("2026", True),
        ("2026/a.post.md", True),
        ("picture.jpeg", True),
        ("", True),
    ],
)
def test_what_editors_write_beside_a_post_is_no_change(
    tmp_path: Path, name: str, *, counts: bool
) -> None:
    folder = tmp_path / ".blogs"
    folder.mkdir()
    places = watched(configured(folder))
    assert places.counts(folder / "posts" / name) is counts


@pytest.mark.parametrize("name", ["feed.atom", "free-software.atom", "old-2025.rss", "follow.html"])
def test_that_an_output_is_gone_is_a_change(tmp_path: Path, name: str) -> None:
    """As after `rsync --delete`."""
    config = configured(tmp_path, output=True)
    (tmp_path / "link").symlink_to("out")
    places = watched(config)
    for folder in ("out", "link"):
        path = tmp_path / folder / name
        path.touch()
        before = poll(config, places)
        path.unlink()
        assert places.counts(path)
        assert not places.is_gap(path), "no build writes it"
        is_known = name in {"feed.atom", "follow.html"}
        lost = lost_outputs(places, before, poll(config, places))
        assert lost == ([tmp_path / "out" / name] if is_known else [])


def test_a_page_that_is_gone_may_come_back_with_the_build_and_a_post_may_not(
    tmp_path: Path,
) -> None:
    assert watched(configured(tmp_path, output=True)).is_gap(tmp_path / "out" / "index.html")
    assert watched(configured(tmp_path, output=True)).is_gap(tmp_path / "elsewhere")
    assert not watched(configured(tmp_path, output=True)).is_gap(tmp_path / "out")
    assert not watched(configured(tmp_path)).is_gap(tmp_path / "posts" / "post.md")


def test_an_output_behind_a_link_is_our_own_too(tmp_path: Path) -> None:
    config = configured(tmp_path, output=True)
    link = tmp_path / "current"
    link.symlink_to("out")
    (link / "feed.atom").touch()
    assert not watched(config).counts(link / "feed.atom")
    assert watched(config).counts(link / "index.html")


def test_the_state_folder_is_known_by_every_path(tmp_path: Path) -> None:
    blog, link = tmp_path / "blog", tmp_path / "link"
    blog.mkdir()
    configured(blog)
    link.symlink_to(blog)
    for folder in (blog, link, blog / "out" / ".."):
        places = watched(load(folder / "publisher.yaml"))
        for other in (blog, link, blog / "out" / ".."):
            assert not places.counts(other / "posts" / ".state" / "ledger.sqlite")
            assert places.counts(other / "posts" / "post.md")


def test_a_folder_that_is_replaced_is_another_one(tmp_path: Path) -> None:
    config = configured(tmp_path)
    places = watched(config)
    before = poll(config, places)
    assert poll(config, places) == before
    (tmp_path / "posts").rename(tmp_path / "old")
    (tmp_path / "posts").mkdir()
    assert poll(config, places).roots != before.roots
    assert poll(config, places).configuration == before.configuration


def test_a_link_to_the_newest_release_is_followed(tmp_path: Path) -> None:
    config = configured(tmp_path)
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    (tmp_path / "posts").rmdir()
    (tmp_path / "posts").symlink_to("one")
    before = poll(config, watched(config))
    (tmp_path / "posts").unlink()
    (tmp_path / "posts").symlink_to("two")
    assert poll(config, watched(config)).roots != before.roots
