"""The rows of `make bench` beside other generators, for a site of a few posts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from benchmarks.bench import feed_rows
from benchmarks.bench.generated_site import FEED_LENGTH, Site
from benchmarks.bench.rivals import Rivals
from benchmarks.bench.run import Bench, Progress

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

POSTS = 30
GENERATORS = ("Hugo, that feed alone", "Hugo", "Jekyll", "Pelican")


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with Bench(tmp_path.resolve(), 1, POSTS, Progress(), settling=0) as made:
        yield made


def test_one_changed_post_is_compared_with_every_generator(bench: Bench) -> None:
    feed_rows.changed(bench, POSTS)
    assert [one.unit for one in bench.report.figures] == [f"x faster than {x}" for x in GENERATORS]


def test_a_first_build_is_compared_with_hugo(bench: Bench) -> None:
    feed_rows.cold(bench, POSTS)
    assert [one.unit for one in bench.report.figures] == ["x Hugo, that feed alone"]


def test_all_generators_write_a_feed_with_the_same_posts(tmp_path: Path) -> None:
    site = Site(tmp_path.resolve(), POSTS)
    site.write()
    rivals = Rivals(site)
    rivals.write()
    for command in (rivals.hugo_feed_alone(), rivals.hugo(), rivals.jekyll(), rivals.pelican()):
        command.run()
    newest = f"Post number {POSTS - 1} "
    for feed in (
        "built-by-hugo/feed-alone/index.xml",
        "built-by-hugo/all/index.xml",
        "jekyll/_site/feed.xml",
        "pelican/output/feeds/all.atom.xml",
    ):
        text = (site.folder / feed).read_text(encoding="utf-8")
        assert text.count("</item>") + text.count("</entry>") == FEED_LENGTH
        assert newest in text


def test_hugo_writes_nothing_but_the_feed(tmp_path: Path) -> None:
    site = Site(tmp_path.resolve(), POSTS)
    site.write()
    rivals = Rivals(site)
    rivals.write()
    rivals.hugo_feed_alone().run()
    output = site.folder / "built-by-hugo" / "feed-alone"
    assert [path.name for path in output.rglob("*") if path.is_file()] == ["index.xml"]
