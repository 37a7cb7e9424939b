"""Posts that are made of built pages: which pages are posts, and what is read of them."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import pytest

from publisher import entry, identity, sources
from publisher.config import Config, FeedFile, Person, Posts, Site
from publisher.errors import Unavailable, UnsafePlanError
from publisher.rendering import Renderings
from publisher.sources import built
from publisher.sources.built.finding import words_cache
from publisher.sources.built.page_bodies import PageBodies
from publisher.sources.built.state.page_memory import PageMemory
from tests.support.opened_pages import opened

if TYPE_CHECKING:
    from collections.abc import Mapping

    from publisher.post import Post, Reading

NOW = dt.datetime(2026, 11, 1, 12, 0, tzinfo=dt.UTC)
SITE = Site(title="A blog", url="https://blog.example/sub", since=dt.date(2020, 1, 1))
DATE = '<meta property="article:published_time" content="2024-01-02T03:04:05+01:00">'


def page(head: str = DATE, body: str = "<p>Text</p>", *, title: str = "A title") -> str:
    return (
        f'<!DOCTYPE html><html lang="en"><head><title>{title} | A blog</title>{head}</head>'
        f"<body><h1>{title}</h1><article>{body}</article><footer>Footer</footer></body></html>"
    )


def configured(folder: Path, **options: Any) -> Config:
    output = folder / "out"
    return Config(
        site=SITE,
        posts=Posts(path=output, **{"pages": ("blog/**",), "body": ("article",), **options}),
        feeds=(
            FeedFile(path=output / "blog/feeds.html", format="atom", url="https://b.example/f"),
        ),
        state=folder / "state",
        path=folder / "publisher.yaml",
    )


def read(folder: Path, files: Mapping[str, str], **options: Any) -> Reading:
    """Write a built site and read its posts."""
    for name, text in files.items():
        path = folder / "out" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return sources.read(configured(folder, **options), now=NOW)


def remember(reading: Reading) -> None:
    """End a run that may write."""
    assert isinstance(reading.bodies, PageBodies)
    reading.bodies.remember()


def post(folder: Path, text: str, path: str = "blog/a/index.html", **options: Any) -> Post:
    reading = read(folder, {path: text}, **options)
    assert not reading.skipped
    (found,) = reading.posts
    return found


def test_a_page_is_a_post(tmp_path: Path) -> None:
    head = f"""{DATE}
      <link rel="canonical" href="https://blog.example/sub/blog/a">
      <meta property="article:modified_time" content="2024-02-03">
      <meta property="article:tag" content="one"><meta property="article:tag" content="two">
      <meta property="article:section" content="three">
      <meta name="author" content="Ada Example"><meta name="description" content="In short">
      <meta property="og:image" content="/sub/a.jpg">"""
    found = post(tmp_path, page(head))
    assert found.title == "A title"
    assert found.published == dt.datetime(2024, 1, 2, 2, 4, 5, tzinfo=dt.UTC)
    assert found.updated.date() == dt.date(2024, 2, 3)
    assert (found.tags, found.categories) == (("one", "two"), ("three",))
    assert found.authors == (Person(name="Ada Example"),)
    assert entry.own_summary(found) == "In short"
    assert found.image
    assert found.image.href == "https://blog.example/sub/a.jpg"
    assert (found.page, found.address) == ("/blog/a/", "https://blog.example/sub/blog/a")


@pytest.mark.parametrize(
    ("path", "item"),
    [
        ("blog/a-title/index.html", "blog~a-title"),
        ("blog/a-title.html", "blog~a-title"),
        ("blog/2024/01/02/a-title/index.html", "blog~2024~01~02~a-title"),
    ],
)
def test_the_path_of_its_page_identifies_a_post(tmp_path: Path, path: str, item: str) -> None:
    assert identity.ids(post(tmp_path, page(), path), SITE)[0] == item


@pytest.mark.parametrize("path", ["blog/2024/05/06/a.html", "blog/2024-05-06-a/index.html"])
def test_a_date_in_the_path_is_a_part_of_the_identity(tmp_path: Path, path: str) -> None:
    found = post(tmp_path, page(), path)
    assert (found.file_date, found.slug) == (dt.date(2024, 5, 6), "a")


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ("<title>A title - A blog</title><h1>A blog</h1>", "A title"),
        ("<title>A title | A blog</title><h1>A title</h1>", "A title"),
        ('<meta property="og:title" content="A title \u2013 A blog"><title>x</title>', "A title"),
        ("<title>Another: a title</title>", "Another: a title"),
        ("<h1>A title</h1>", "A title"),
        ("", None),
    ],
)
def test_a_title_has_no_name_of_the_site(tmp_path: Path, head: str, title: str | None) -> None:
    text = f"<html><head>{DATE}{head}<article>Text</article>"
    assert post(tmp_path, text).title == title


def sources_of(folder: Path, **options: Any) -> tuple[str, set[str]]:
    """The source of the only post, and those that earlier runs have read of the same page."""
    reading = read(folder, {}, **options)
    remember(reading)
    (found,) = reading.posts
    return found.source, {*reading.earlier(found.path).sources}


def test_a_run_with_other_selectors_knows_what_those_of_before_had_read(tmp_path: Path) -> None:
    read(tmp_path, {"blog/a.html": page(body="<p>Text</p><aside>Share</aside>")})
    first, none = sources_of(tmp_path)
    assert none == set()
    second, earlier = sources_of(tmp_path, drop=("aside",))
    assert (second != first, earlier) == (True, {first})
    third, both = sources_of(tmp_path, body=("body",))
    assert (third not in {first, second}, both) == (True, {first, second})
    assert sources_of(tmp_path) == (first, {second, third})
    assert sources_of(tmp_path, body=(".nothing", "article"))[0] == first


def test_an_edit_is_one_by_the_selectors_of_before_too(tmp_path: Path) -> None:
    read(tmp_path, {"blog/a.html": page(body="<p>Text</p><aside>Share</aside>")})
    first, _ = sources_of(tmp_path)
    read(tmp_path, {"blog/a.html": page(body="<p>Another text</p><aside>Share</aside>")})
    assert first not in sources_of(tmp_path, drop=("aside",))[1]


def test_selectors_that_gave_no_body_were_another_reading_too(tmp_path: Path) -> None:
    read(tmp_path, {"blog/a.html": page()})
    first, _ = sources_of(tmp_path, body=())
    assert sources_of(tmp_path)[1] == {first}


def test_only_the_selectors_of_some_runs_are_remembered(tmp_path: Path) -> None:
    read(tmp_path, {"blog/a.html": page()})
    for number in range(25):
        sources_of(tmp_path, drop=(f".x{number}",))
    assert len(PageMemory(tmp_path / "state").selectors) == 20


def test_what_the_home_page_has_too_is_no_metadata_of_a_post(tmp_path: Path) -> None:
    head = '<meta name="description" content="A site"><meta property="og:image" content="/a.jpg">'
    files = {"index.html": page(head), "blog/a.html": page(DATE + head)}
    (found,) = read(tmp_path, files).posts
    assert (found.image, found.values) == (None, {})


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("blog/a.html", page(f'{DATE}<meta name="robots" content="noindex">'), "noindex"),
        ("blog/drafts/a.html", page(), "a draft"),
    ],
)
def test_a_page_that_is_not_for_everybody_is_no_post(
    tmp_path: Path, name: str, text: str, reason: str
) -> None:
    reading = read(tmp_path, {name: text, "blog/b.html": page()})
    assert [str(one.path) for one in reading.posts] == ["blog/b.html"]
    assert [(one.reason, one.status) for one in reading.skipped] == [(reason, "hidden")]


@pytest.mark.parametrize(
    ("head", "is_post"),
    [
        ('<meta http-equiv="refresh" content="0; url=b">', False),
        ('<link rel="canonical" href="https://blog.example/sub/blog/b">', False),
        ('<link rel="canonical" href="../blog/b.html">', False),
        ('<link rel="canonical" href="https://blog.example/sub/">', True),
        ('<link rel="canonical" href="https://blog.example/sub/blog/gone">', True),
        ('<link rel="canonical" href="https://elsewhere.example/blog/b">', True),
    ],
)
def test_a_page_that_leads_to_another_one_is_no_post(
    tmp_path: Path, head: str, *, is_post: bool
) -> None:
    files = {"index.html": page(""), "blog/a.html": page(DATE + head), "blog/b.html": page()}
    reading = read(tmp_path, files)
    assert [str(one.path) for one in reading.posts] == ["blog/a.html", "blog/b.html"][not is_post :]
    assert not reading.skipped
    assert [str(one) for one in built.report(reading).elsewhere] == ["blog/a.html"][is_post:]


def test_what_is_missing_from_the_sitemap_is_no_post(tmp_path: Path) -> None:
    sitemap = "<urlset><url><loc>https://blog.example/sub/blog/a</loc></url></urlset>"
    files = {"sitemap.xml": sitemap, "blog/a.html": page(), "blog/b.html": page()}
    reading = read(tmp_path, files)
    assert [str(one.path) for one in reading.posts] == ["blog/a.html"]
    assert [(str(one.path), one.reason, one.status) for one in reading.skipped] == [
        ("blog/b.html", "missing from the sitemap", "hidden")
    ]


def test_a_sitemap_without_any_post_is_named_and_not_used(tmp_path: Path) -> None:
    sitemap = "<urlset><url><loc>https://blog.example/sub/about</loc></url></urlset>"
    reading = read(tmp_path, {"sitemap.xml": sitemap, "blog/a.html": page()})
    assert [str(one.path) for one in reading.posts] == ["blog/a.html"]
    assert [str(one.path) for one in reading.warnings] == ["sitemap.xml"]


def test_a_page_without_a_date_is_a_page(tmp_path: Path) -> None:
    reading = read(tmp_path, {"blog/index.html": page("", "List"), "blog/a.html": page()})
    assert [str(one.path) for one in reading.pages] == ["blog/index.html"]
    assert [str(one.path) for one in reading.posts] == ["blog/a.html"]
    assert not reading.skipped


def test_only_the_pages_that_the_globs_match_are_posts(tmp_path: Path) -> None:
    files = {"about.html": page(), "blog/a.html": page(), "blog/x.html": page(), "blog/b.txt": ""}
    files["blog/feeds.html"] = page()  # ours
    reading = read(tmp_path, files, exclude=("blog/x*",))
    assert [str(one.path) for one in reading.posts] == ["blog/a.html"]


def test_a_page_without_the_element_of_the_body_is_broken(tmp_path: Path) -> None:
    """So its item stays, whatever a new theme did."""
    reading = read(tmp_path, {"blog/a.html": page(), "blog/b.html": page()}, body=("main",))
    assert [one.broken for one in reading.skipped] == [True, True]
    assert reading.skipped[0].reason.startswith("no selector of posts.body matches exactly one")


def test_a_page_that_cannot_be_read_is_broken(tmp_path: Path) -> None:
    reading = read(tmp_path, {"blog/a.html": "<div>" * 3000 + "</html>", "blog/b.html": page()})
    assert [(str(one.path), one.broken) for one in reading.skipped] == [("blog/a.html", True)]
    assert [str(one.path) for one in reading.posts] == ["blog/b.html"]


def test_a_page_that_is_not_written_whole_is_no_edit(tmp_path: Path) -> None:
    whole = page(body="<p>One and two and three</p>")
    files = {
        "blog/a.html": whole[: whole.index("two")],
        "blog/b.html": page(),
        "index.html": page(),
    }
    reading = read(tmp_path, files)
    assert [(str(one.path), one.status) for one in reading.skipped] == [("blog/a.html", "waiting")]
    assert [str(one.path) for one in reading.posts] == ["blog/b.html"]
    (waiting,) = built.report(reading).waiting
    assert "not written whole" in waiting.message
    remember(reading)
    assert len(read(tmp_path, {"blog/a.html": whole}).posts) == 2


def test_a_post_of_the_future_waits_unless_it_was_published(tmp_path: Path) -> None:
    (tmp_path / "out/blog").mkdir(parents=True)
    (tmp_path / "out/blog/a.html").write_text(page(DATE.replace("2024", "2030")))
    config = configured(tmp_path)
    (waits,) = sources.read(config, now=NOW).skipped
    assert (waits.status, waits.reason) == ("future", "scheduled for 2030-01-02T02:04:05Z")
    reading = sources.read(config, now=NOW, was_published=lambda _: True)
    assert reading.posts == reading.not_due
    assert len(reading.posts) == 1


def test_without_selectors_a_post_has_no_text(tmp_path: Path) -> None:
    head = DATE + '<meta name="description" content="In short">'
    reading = read(tmp_path, {"blog/a.html": page(head)}, body=())
    (made,) = entry.entries(reading, SITE).entries
    assert Renderings(reading, SITE).of(made).content.xhtml == "<p>In short</p>"


def test_urls_resolve_against_the_page(tmp_path: Path) -> None:
    text = page(body='<p><a href="../b">b</a> <img src="i.png" alt=""></p>')
    reading = read(tmp_path, {"blog/a/index.html": text})
    (made,) = entry.entries(reading, SITE).entries
    content = Renderings(reading, SITE).of(made).content.xhtml
    assert 'href="https://blog.example/sub/blog/b"' in content
    assert 'src="https://blog.example/sub/blog/a/i.png"' in content
    assert made.link == "https://blog.example/sub/blog/a/"


@pytest.mark.parametrize(
    ("old", "new", "is_edit"),
    [
        ("<p>Text</p>", "<p>Another text</p>", True),
        ("A title", "Another", True),
        ("2024-01-02", "2024-01-03", True),
        ("i.png", "j.png", True),
        ("<p>Text</p>", '<p class="x9">Text</p>\n', False),
        ("Footer", "Another footer", False),
        ("i.png?v=1", "i.png?v=2", False),
        ("/og-1.png", "/og-2.png", False),
        ("2024-02-03", "2024-02-04", False),
    ],
)
def test_an_edit_is_what_the_page_shows_otherwise(
    tmp_path: Path, old: str, new: str, *, is_edit: bool
) -> None:
    head = (
        f'{DATE}<meta property="og:image" content="/og-1.png">'
        '<meta property="article:modified_time" content="2024-02-03">'
    )
    text = page(head, '<p>Text</p><img src="i.png?v=1" alt="">')
    assert old in text
    before, after = (post(tmp_path, one).source for one in (text, text.replace(old, new)))
    assert (before != after) is is_edit


def test_the_time_of_a_build_is_no_date_of_a_change(tmp_path: Path) -> None:
    build = '<meta property="article:modified_time" content="2026-10-31T10:00:0{}Z">'
    files = {f"blog/{n}.html": page(DATE + build.format(n)) for n in range(5)}
    assert all(one.updated == one.published for one in read(tmp_path, files).posts)


def test_an_unchanged_page_is_not_parsed_again(tmp_path: Path) -> None:
    first = read(tmp_path, {"blog/a.html": page(), "blog/b.html": page()})
    remember(first)
    cache = tmp_path / "state" / words_cache.FOLDER / "posts.msgpack"
    assert opened_by(tmp_path) == []
    both = ["blog/a.html", "blog/b.html"]
    assert opened_by(tmp_path, body=("body",)) == both
    cache.write_bytes(cache.read_bytes()[:-9])
    assert opened_by(tmp_path) == both


def opened_by(folder: Path, **options: Any) -> list[str]:
    """The pages that a run opens which remembers nothing."""
    with opened(folder / "out") as pages:
        read(folder, {}, **options)
    return sorted(map(str, pages))


@pytest.mark.parametrize("in_place", [True, False])
def test_a_page_is_read_again_if_its_time_and_its_size_stay(
    tmp_path: Path, *, in_place: bool
) -> None:
    """Some generators give all pages the time of a commit."""
    first = read(tmp_path, {"blog/a.html": page(), "blog/b.html": page()})
    remember(first)
    file = tmp_path / "out/blog/a.html"
    times = file.stat()
    new = file if in_place else file.with_name("new")
    new.write_text(page().replace("Text", "More"))  # as many bytes
    os.utime(new, ns=(times.st_atime_ns, times.st_mtime_ns))
    new.rename(file)
    assert read(tmp_path, {}).posts != first.posts


def test_a_settled_run_opens_no_page(tmp_path: Path) -> None:
    """Neither the home page, which tells what is about the site, nor a page without a date."""
    files = {
        "index.html": page(body='<a href="blog/a">A</a>'),
        "blog/a.html": page(),
        "blog/list.html": page(""),
        "blog/deep.html": "<div>" * 3000 + "</html>",
    }
    first = read(tmp_path, files)
    remember(first)
    with opened(tmp_path / "out") as pages:
        second = read(tmp_path, {})
    assert pages == []
    assert (second.posts, second.skipped) == (first.posts, first.skipped)
    assert [one.reason for one in second.skipped if one.broken] == [
        "has more than 500 elements within elements",
    ]


def test_a_new_home_page_is_read_again(tmp_path: Path) -> None:
    """Its links tell whether the site names `a.html` as `a`."""
    files = {"index.html": page(body='<a href="blog/a">A</a>'), "blog/a.html": page()}
    first = read(tmp_path, files)
    remember(first)
    second = read(tmp_path, {"index.html": page(body='<a href="blog/a.html">A post</a>')})
    addresses = [one.posts[0].address for one in (first, second)]
    assert addresses == [f"https://blog.example/sub/blog/{name}" for name in ("a", "a.html")]


# --- what is not the site ---


@pytest.mark.parametrize("files", [{}, {"about.html": page()}], ids=["nothing", "no post"])
def test_a_site_that_is_not_built_is_unavailable(tmp_path: Path, files: dict[str, str]) -> None:
    with pytest.raises(Unavailable, match="Build the site, and run again"):
        read(tmp_path, files)


def test_the_pages_of_a_development_server_are_refused(tmp_path: Path) -> None:
    head = DATE + '<link rel="canonical" href="http://localhost:4000/blog/a/">'
    with pytest.raises(UnsafePlanError, match="written by a development server"):
        read(tmp_path, {"blog/a.html": page(head)})


def test_a_picture_on_the_machine_of_an_author_is_no_server(tmp_path: Path) -> None:
    text = page(body='<img src="http://localhost/a.png">')
    files = {"index.html": page(), "blog/a.html": text}
    assert [str(one.path) for one in read(tmp_path, files).posts] == ["blog/a.html"]


def test_half_of_a_site_is_unavailable(tmp_path: Path) -> None:
    files = {f"blog/{n}.html": page() for n in range(10)}
    remember(read(tmp_path, files))
    for n in range(6):
        (tmp_path / f"out/blog/{n}.html").unlink()
    with pytest.raises(Unavailable, match="10 at the last run, and 6 of 10 posts have lost theirs"):
        read(tmp_path, {})
    read(tmp_path, {f"blog/{n}.html": page() for n in range(5)})


@pytest.mark.parametrize(("pages", "lost"), [(20, 3), (20, 5), (5, 2), (12, 2)])
def test_a_site_that_lost_several_pages_at_once_stops_the_run(
    tmp_path: Path, pages: int, lost: int
) -> None:
    """The page is the source: a build in part would retract posts and announce them later."""
    remember(read(tmp_path, {f"blog/{n}.html": page() for n in range(pages)}))
    for n in range(lost):
        (tmp_path / f"out/blog/{n}.html").unlink()
    with pytest.raises(UnsafePlanError, match=f"lost {lost} of the {pages} pages") as caught:
        read(tmp_path, {})
    assert "blog/0.html, blog/1.html" in str(caught.value)
    assert "publisher build --allow-empty" in str(caught.value)  # the site has no node
    reading = sources.read(configured(tmp_path), now=NOW, may_lose_pages=True)
    remember(reading)
    assert len(read(tmp_path, {}).posts) == pages - lost


@pytest.mark.parametrize(("pages", "lost"), [(20, 2), (5, 1), (2, 1)])
def test_a_few_pages_may_be_removed(tmp_path: Path, pages: int, lost: int) -> None:
    remember(read(tmp_path, {f"blog/{n}.html": page() for n in range(pages)}))
    for n in range(lost):
        (tmp_path / f"out/blog/{n}.html").unlink()
    assert len(read(tmp_path, {}).posts) == pages - lost


def test_links_that_lead_out_of_the_output_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.html").write_text(page(title="Secret"))
    (tmp_path / "out/blog").mkdir(parents=True)
    (tmp_path / "out/blog/s.html").symlink_to(tmp_path / "secret.html")
    reading = read(tmp_path, {"blog/a.html": page()})
    assert [str(one.path) for one in reading.posts] == ["blog/a.html"]
    assert PurePosixPath("blog/s.html") not in {one.path for one in reading.pages}


@pytest.mark.parametrize(
    ("path", "date"),
    [
        ("blog/2012/08/09/a-title/index.html", "2012-08-09"),
        ("blog/2012/8/9/a-title.html", "2012-08-09"),
        ("blog/2012-08-09-a-title.html", "2012-08-09"),
        ("blog/2012-08-09-a-title/index.html", "2012-08-09"),
        ("blog/2012/08/09/index.html", None),
        ("blog/2012/08/09/2/index.html", None),
        ("blog/2012/08/09/page/2/index.html", None),
        ("blog/2012/08/09/page-2.html", None),
        ("blog/2012/08/a-title.html", None),
        ("blog/2012/13/09/a-title.html", None),
        ("blog/2012-08-09.html", None),
    ],
)
def test_the_day_in_the_path_counts_if_the_page_states_none(
    tmp_path: Path, path: str, date: str | None
) -> None:
    reading = read(tmp_path, {path: page("")})
    assert [one.published.date().isoformat() for one in reading.posts] == [date] * bool(date)
    assert len(reading.pages) == (date is None)
    for one in reading.pages:
        assert "article:published_time" in one.reason
    (dated,) = read(tmp_path, {path: page()}).posts
    assert dated.published.date() == dt.date(2024, 1, 2)


def test_a_date_that_a_page_states_for_the_first_time_is_no_edit(tmp_path: Path) -> None:
    path = "blog/2012/08/09/a-title.html"
    first = post(tmp_path, page(""), path)
    reading = read(tmp_path, {path: page()})
    assert first.source in reading.earlier(PurePosixPath(path)).sources
