"""Claims about the files of a site: archives, tombstones, limits, one feed per value, podcasts."""

from __future__ import annotations

import datetime as dt
import hashlib
import html
import json
import os
import random
import re
import shutil
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import feedparser
import pytest

from tests.support.blog import Blog
from tests.support.rfc4287 import violations

if TYPE_CHECKING:
    from pathlib import Path

ATOM = "{http://www.w3.org/2005/Atom}"
HISTORY = "{http://purl.org/syndication/history/1.0}"
ITUNES = "{http://www.itunes.com/dtds/podcast-1.0.dtd}"
GONE = "{http://purl.org/atompub/tombstones/1.0}deleted-entry"
MEDIA = "{http://search.yahoo.com/mrss/}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
NOW = "--now=2026-11-01T12:00:00Z"


@pytest.fixture
def blog(tmp_path: Path) -> Blog:
    return Blog(tmp_path / "site")


def configure(blog: Blog, feeds: str, *, site: str = "", more: str = "") -> None:
    """The site of the tests with other feeds, and more keys of `site`."""
    path = blog.folder / "publisher.yaml"
    head = path.read_text().split("feeds:")[0].replace("posts:", f"{site}posts:")
    path.write_text(f"{head}feeds: {feeds}\n{more}")


def write_months(blog: Blog, *days: str) -> None:
    for day in days:
        blog.write(f"{day}-post.md", f"Text of {day}.", title=f"Post of {day}", tags="[a]")


def build(blog: Blog, *, code: int = 0) -> str:
    run = blog.run("build", NOW)
    assert run.code == code, run.err
    return run.out + run.err


def root(blog: Blog, name: str) -> ET.Element:
    return ET.fromstring((blog.folder / name).read_bytes())  # noqa: S314 - our own


def links(element: ET.Element, rel: str) -> list[str]:
    return [one.attrib["href"] for one in element.iter(f"{ATOM}link") if one.get("rel") == rel]


def titles(blog: Blog, name: str) -> list[str]:
    if name.endswith(".json"):
        return [item["title"] for item in json.loads((blog.folder / name).read_text())["items"]]
    return [one.title for one in feedparser.parse(str(blog.folder / name)).entries]


def digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


# --- Archives (RFC 5005)

ARCHIVED = '{path: feed.atom, format: atom, limit: 1, archive: "old/{year}-{month}.atom"}'


def test_a_reader_who_follows_the_archives_finds_every_post_once(blog: Blog) -> None:
    days = ["2025-11-30", "2025-12-01", "2026-02-03", "2026-02-27", "2026-05-05"]
    write_months(blog, *days)
    configure(blog, ARCHIVED)
    build(blog)
    address, found = "https://blog.example/feed.atom", []
    while address:
        document = root(blog, address.removeprefix("https://blog.example/"))
        assert violations(ET.tostring(document)) == []
        assert links(document, "self") == [address]
        found += [entry.findtext(f"{ATOM}title") for entry in document.findall(f"{ATOM}entry")]
        (address,) = links(document, "prev-archive") or [""]
    assert found == [f"Post of {day}" for day in reversed(days)]


def test_an_archive_names_the_feed_and_is_marked_as_one(blog: Blog) -> None:
    write_months(blog, "2026-01-01", "2026-02-01")
    configure(blog, ARCHIVED, site="  hubs: https://hub.example/\n")
    build(blog)
    feed, archive = root(blog, "feed.atom"), root(blog, "old/2026-01.atom")
    assert archive.find(f"{HISTORY}archive") is not None
    assert feed.find(f"{HISTORY}archive") is None
    assert links(archive, "current") == ["https://blog.example/feed.atom"]
    assert links(feed, "current") == []
    assert archive.findtext(f"{ATOM}id") == feed.findtext(f"{ATOM}id")
    assert (links(feed, "hub"), links(archive, "hub")) == (["https://hub.example/"], [])


def test_an_archive_changes_only_when_one_of_its_posts_does(blog: Blog) -> None:
    write_months(blog, "2026-01-01", "2026-02-01", "2026-03-01")
    configure(blog, ARCHIVED)
    build(blog)
    before = digests(blog.folder / "old")
    write_months(blog, "2026-03-02", "2026-04-01")
    build(blog)
    after = digests(blog.folder / "old")
    assert {name: after[name] for name in before} == before
    assert after.keys() - before.keys() == {"2026-03.atom"}
    blog.write("2026-01-01-post.md", "Other words.", title="Post of 2026-01-01", tags="[a]")
    build(blog)
    changed = {
        name for name, digest in digests(blog.folder / "old").items() if after[name] != digest
    }
    assert changed == {"2026-01.atom"}


def test_the_newest_period_is_in_the_feed_whole_whatever_the_limit(blog: Blog) -> None:
    write_months(blog, "2026-01-01", "2026-02-01", "2026-02-02", "2026-02-03")
    configure(blog, ARCHIVED)
    build(blog)
    assert len(titles(blog, "feed.atom")) == 3
    assert not (blog.folder / "old" / "2026-02.atom").exists()


def test_the_period_is_that_of_the_sites_clock(blog: Blog) -> None:
    """Midnight in Berlin was still the year before in UTC."""
    blog.write("2026-01-01-early.md", "Text.", title="Early", date="2026-01-01 00:30:00 +0100")
    write_months(blog, "2025-06-01", "2026-03-01")
    configure(blog, '{path: feed.atom, format: atom, archive: "{year}.atom"}')
    build(blog)
    assert titles(blog, "2025.atom") == ["Post of 2025-06-01"]


@pytest.mark.parametrize("form", ["rss", "json"])
def test_the_other_formats_have_archives_too(blog: Blog, form: str) -> None:
    write_months(blog, "2024-01-01", "2025-01-01", "2026-01-01")
    configure(blog, f'{{path: feed.{form}, format: {form}, archive: "old/{{year}}.{form}"}}')
    build(blog)
    assert titles(blog, f"old/2024.{form}") == ["Post of 2024-01-01"]
    if form == "rss":
        assert links(root(blog, "feed.rss"), "prev-archive") == [
            "https://blog.example/old/2025.rss"
        ]
        assert links(root(blog, "old/2025.rss"), "current") == ["https://blog.example/feed.rss"]
    else:
        pages = [json.loads((blog.folder / n).read_text()) for n in ("feed.json", "old/2025.json")]
        assert [page["next_url"] for page in pages] == [
            "https://blog.example/old/2025.json",
            "https://blog.example/old/2024.json",
        ]


def test_an_archive_without_a_post_left_is_removed(blog: Blog) -> None:
    write_months(blog, "2024-01-01", "2025-01-01", "2026-01-01")
    configure(blog, '{path: feed.json, format: json, archive: "old/{year}.json"}')
    build(blog)
    (blog.posts / "2024-01-01-post.md").unlink()
    (blog.folder / "old" / "2023.json").write_text('{"mine": true}')
    told = build(blog)
    assert "removed" in told
    assert sorted(path.name for path in (blog.folder / "old").iterdir()) == [
        "2023.json",
        "2025.json",
    ]


def test_where_a_feed_is_on_the_web_its_archives_are_beside_it(blog: Blog) -> None:
    write_months(blog, "2025-01-01", "2026-01-01")
    configure(
        blog,
        '{path: _site/feed.atom, format: atom, archive: "_site/old/{year}.atom",'
        ' url: "https://blog.example/feed.atom"}',
    )
    build(blog)
    assert links(root(blog, "_site/feed.atom"), "prev-archive") == [
        "https://blog.example/old/2025.atom"
    ]


# --- Tombstones (RFC 6721)


def test_a_post_that_was_taken_back_leaves_a_tombstone(blog: Blog) -> None:
    write_months(blog, "2026-01-01", "2026-02-01")
    blog.write("2026-01-15-gone.md", "Text.", title="Gone", deleted="2026-03-01 10:00:00 +0000")
    build(blog)
    feed = root(blog, "feed.atom")
    (gone,) = feed.findall(GONE)
    assert gone.attrib == {
        "ref": "tag:blog.example,2026-01-15:2026-01-15-gone",
        "when": "2026-03-01T10:00:00Z",
    }
    assert feed.findtext(f"{ATOM}updated") == "2026-03-01T10:00:00Z"
    assert [len(titles(blog, f"feed.{form}")) for form in ("atom", "rss", "json")] == [2, 2, 2]


def test_a_tombstone_stays_in_the_archive_of_its_post(blog: Blog) -> None:
    write_months(blog, "2026-01-01", "2026-05-01")
    blog.write("2026-01-15-gone.md", "Text.", title="Gone", deleted="2026-02-01")
    configure(blog, ARCHIVED)
    build(blog)
    assert len(root(blog, "old/2026-01.atom").findall(GONE)) == 1
    assert root(blog, "feed.atom").findall(GONE) == []  # whoever reads it now never had the post


def test_what_is_deleted_tomorrow_is_there_today(blog: Blog) -> None:
    blog.write("2026-01-15-a.md", "Text.", title="A", deleted="2026-12-24")
    blog.write("2026-01-16-b.md", "Text.", title="B", deleted="false")
    build(blog)
    assert titles(blog, "feed.atom") == ["B", "A"]


def test_deleted_without_a_date_is_said(blog: Blog) -> None:
    blog.write("2026-01-15-a.md", "Text.", title="A", deleted="true")
    run = blog.run("check", "--json", NOW)
    (post,) = run.json["posts"]
    assert (post["status"], post["reason"]) == ("deleted", "deleted")
    assert "deleted: 2026-03-01" in post["warnings"][0]["message"]
    assert build(blog).count("deleted has no date") == 1
    assert run.code == 0
    build(blog)
    assert root(blog, "feed.atom").findall(GONE) == []


def test_an_id_that_is_used_again_has_no_tombstone(blog: Blog) -> None:
    blog.write("2026-01-15-a.md", "Text.", title="A", deleted="2026-02-01")
    blog.write("2026-03-15-b.md", "Text.", title="B", id="2026-01-15-a")
    build(blog)
    feed = root(blog, "feed.atom")
    assert feed.findall(GONE) == []
    assert titles(blog, "feed.atom") == ["B"]


# --- How much of a post, and of the posts


def test_a_summary_is_the_lead_or_what_the_post_says_of_itself_or_its_first_words(
    blog: Blog,
) -> None:
    blog.write("2026-01-04-lead.md", "The lead.\n\n<!--more-->\n\nThe rest.", title="A")
    blog.write("2026-01-03-own.md", "Body.", title="B", description="Of itself & more")
    blog.write("2026-01-02-words.md", "First *words*.\n\nSecond ones.", title="C")
    blog.write("2026-01-01-long.md", "word " * 200, title="D")
    forms = ("atom", "rss", "json")
    listed = ", ".join(f"{{path: s.{f}, format: {f}, content: summary}}" for f in forms)
    configure(blog, f"[{listed}]")
    build(blog)
    wanted = ["The lead.", "Of itself & more", "First words. Second ones."]
    for form in ("atom", "rss"):
        read = feedparser.parse(str(blog.folder / f"s.{form}"))
        found = [one.summary.replace("&amp;", "&") for one in read.entries]
        assert found[:3] == wanted
        assert len(found[3]) <= 301
        assert found[3].endswith("word…")
        assert not any(one.get("content") for one in read.entries)
    items = json.loads((blog.folder / "s.json").read_text())["items"]
    assert [item["content_text"] for item in items[:3]] == wanted
    assert not any("content_html" in item for item in items)
    assert violations((blog.folder / "s.atom").read_bytes()) == []


def test_the_post_decides_before_the_feed_does(blog: Blog) -> None:
    blog.write("2026-01-01-a.md", "Body of a.", title="A", feed="summary", summary="Short a")
    blog.write("2026-01-02-b.md", "Body of b.", title="B", feed="full", summary="Short b")
    blog.write("2026-01-03-c.md", "Body of c.", title="C", feed="{excerpt_only: true}",
               summary="Short c")  # fmt: skip
    configure(
        blog, "[{path: f.json, format: json}, {path: s.json, format: json, content: summary}]"
    )
    build(blog)

    def shown(name: str) -> list[bool]:
        items = json.loads((blog.folder / name).read_text())["items"]
        return ["content_html" in item for item in items]

    assert shown("f.json") == shown("s.json") == [False, True, False]


def test_auto_shows_what_is_very_long_as_a_summary(blog: Blog) -> None:
    blog.write("2026-01-01-short.md", "Short.", title="Short")
    blog.write("2026-01-02-long.md", "word " * 25_000, title="Long")
    for post, feed in (("", ", content: auto"), ("feed: auto\n", "")):
        path = blog.posts / "2026-01-02-long.md"
        path.write_text(path.read_text().replace("title: Long\n", f"title: Long\n{post}"))
        configure(blog, f"{{path: f.json, format: json{feed}}}")
        build(blog)
        items = json.loads((blog.folder / "f.json").read_text())["items"]
        assert ["content_html" in item for item in items] == [False, True]


def test_a_post_may_stay_out_of_feeds(blog: Blog) -> None:
    blog.write("2026-01-01-a.md", "Text.", title="A", feed="false")
    blog.write("2026-01-02-b.md", "See [a]({% post_url 2026-01-01-a %}).", title="B")
    build(blog)
    assert titles(blog, "feed.atom") == ["B"]
    read = json.loads((blog.folder / "feed.json").read_text())
    assert 'href="https://blog.example/2026/01/01/a/"' in read["items"][0]["content_html"]
    run = blog.run("check", "--json", NOW)
    posts = {post["path"]: post for post in run.json["posts"]}
    assert posts["2026-01-01-a.md"]["reason"] == "feed: false"
    assert posts["2026-01-02-b.md"]["warnings"] == []


def test_an_odd_word_about_feeds_is_named(blog: Blog) -> None:
    blog.write("2026-01-01-a.md", "Text.", title="A", feed="summery")
    assert "feed is 'summery'; write false, summary, full or auto" in build(blog)


@pytest.mark.parametrize("form", ["atom", "rss", "json"])
def test_a_feed_has_no_more_bytes_than_it_may(blog: Blog, form: str) -> None:
    for number in range(1, 10):
        blog.write(f"2026-01-0{number}-post.md", "word " * 100, title=f"Post {number}")
    configure(blog, f"{{path: f.{form}, format: {form}}}")
    build(blog)
    whole = (blog.folder / f"f.{form}").stat().st_size
    sizes = []
    for limit in (whole, whole - 1, whole // 2, 1):
        configure(blog, f"{{path: f.{form}, format: {form}, max_bytes: {limit}}}")
        told = build(blog)
        size = (blog.folder / f"f.{form}").stat().st_size
        sizes.append(len(titles(blog, f"f.{form}")))
        assert size <= limit or "the newest post alone is bigger" in told
    assert sizes[:2] == [9, 8]
    assert 3 <= sizes[2] <= 5
    assert sizes[3] == 1
    assert titles(blog, f"f.{form}") == ["Post 9"]


def test_a_feed_with_archives_keeps_its_period_and_says_so(blog: Blog) -> None:
    write_months(blog, "2026-02-01", "2026-02-02", "2026-02-03", "2025-01-01")
    configure(blog, '{path: f.atom, format: atom, max_bytes: 10, archive: "{year}.atom"}')
    assert "the newest month or year alone is bigger" in build(blog)
    assert len(titles(blog, "f.atom")) == 3


# --- A feed for every value


def test_every_value_has_a_feed_that_says_whose_it_is(blog: Blog) -> None:
    blog.write("2026-01-01-a.md", "Text.", title="A", tags="[Free Software, XMPP]", author="Bob")
    blog.write("2026-01-02-b.md", "Text.", title="B", tags="[xmpp]", lang="de", category="Notes")
    configure(
        blog,
        '[{path: "tags/{tag}/feed.atom", format: atom},'
        ' {path: "tags/{tag}.rss", format: rss, title: "Posts on {tag}"},'
        ' {path: "c/{category}.json", format: json}, {path: "l/{language}.json", format: json},'
        ' {path: "by/{author}.json", format: json, description: "By {author}"}]',
    )
    build(blog)
    assert titles(blog, "tags/xmpp/feed.atom") == ["B", "A"]
    assert titles(blog, "tags/free-software.rss") == ["A"]
    assert titles(blog, "c/notes.json") == ["B"]
    assert (titles(blog, "l/de.json"), titles(blog, "l/en.json")) == (["B"], ["A"])
    assert (titles(blog, "by/bob.json"), titles(blog, "by/ada-example.json")) == (["A"], ["B"])
    feed = root(blog, "tags/free-software/feed.atom")
    assert feed.findtext(f"{ATOM}title") == "A blog of the tests: Free Software"
    assert links(feed, "self") == ["https://blog.example/tags/free-software/feed.atom"]
    assert feedparser.parse(str(blog.folder / "tags/xmpp.rss")).feed.title == "Posts on XMPP"
    assert json.loads((blog.folder / "by/bob.json").read_text())["description"] == "By Bob"


def test_the_feeds_of_one_selection_have_one_id_and_others_another(blog: Blog) -> None:
    blog.write("2026-01-01-a.md", "Text.", title="A", tags="[x, y]")
    configure(
        blog,
        '[{path: all.atom, format: atom}, {path: "t/{tag}.atom", format: atom},'
        " {path: only.atom, format: atom, only: {tags: X}}]",
    )
    build(blog)
    ids = [
        root(blog, name).findtext(f"{ATOM}id")
        for name in ("all.atom", "t/x.atom", "t/y.atom", "only.atom")
    ]
    assert ids[:3] == [
        "https://blog.example/",
        "https://blog.example/#tags=x",
        "https://blog.example/#tags=y",
    ]
    assert len({*ids[:3]}) == 3
    assert str(ids[3]).lower() == ids[1]


@pytest.mark.parametrize(
    "tag", ["../../up", "..", ".hidden", "a/b", "C:\\x", "what?", "100%", "#1"]
)
def test_no_value_leaves_its_folder(blog: Blog, tag: str) -> None:
    blog.write("2026-01-01-a.md", "Text.", title="A", tags=json.dumps([tag]))
    configure(blog, '{path: "tags/{tag}/feed.atom", format: atom}')
    build(blog)
    made = list(blog.folder.rglob("feed.atom"))
    assert [path.parent.parent for path in made] == [blog.folder / "tags"]
    name = made[0].parent.name
    assert not re.search(r'[/\\:*?"<>|#%\s]|^\.', name)
    assert links(root(blog, f"tags/{name}/feed.atom"), "self")[0].endswith("/feed.atom")


def test_the_feed_of_a_tag_that_went_is_removed_and_nothing_else(blog: Blog) -> None:
    blog.write("2026-01-01-a.md", "Text.", title="A", tags="[x, y]")
    configure(blog, '[{path: "{tag}.atom", format: atom}, {path: all.atom, format: atom}]')
    build(blog)
    shutil.copy(blog.folder / "all.atom", blog.folder / "copy.atom")
    (blog.folder / "notes.atom").write_text("mine")
    blog.write("2026-01-01-a.md", "Text.", title="A", tags="[x]")
    assert f"removed    {blog.folder / 'y.atom'}" in build(blog)
    left = {path.name for path in blog.folder.glob("*.atom")}
    assert left == {"x.atom", "all.atom", "copy.atom", "notes.atom"}


@pytest.mark.parametrize("name", ["y.atom", "y.json"])
def test_a_file_of_somebody_else_is_neither_replaced_nor_removed(blog: Blog, name: str) -> None:
    """Whatever it says of itself: every feed names its own address."""
    form = name.partition(".")[2]
    blog.write("2026-01-01-a.md", "Text.", title="A", tags="[x]")
    configure(blog, f'[{{path: "{{tag}}.{form}", format: {form}}}]')
    mine = f'<link href="https://blog.example/{name}" rel="self"/>'
    (blog.folder / name).write_text(mine)
    build(blog)
    assert (blog.folder / name).read_text() == mine
    blog.write("2026-01-01-a.md", "Text.", title="A", tags="[x, y]")
    assert "exists and is not from publisher; choose another path" in build(blog, code=1)
    assert (blog.folder / name).read_text() == mine
    (blog.folder / name).write_text("")
    build(blog)
    assert titles(blog, name) == ["A"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("f.atom", "<feed><generator>Jekyll</generator><entry>{escaped}</entry></feed>"),
        ("f.atom", "<feed><title>{escaped}</title></feed>"),
        ("f.atom", "<feed><entry><![CDATA[{mark}]]></entry></feed>"),
        ("index.html", "<title>Home</title><p>{escaped}</p>"),
        ("index.html", "<title>Home</title><body>{mark}"),
    ],
)
def test_what_quotes_our_mark_is_not_ours(blog: Blog, name: str, text: str) -> None:
    mark = '<generator>publisher</generator><meta name="generator" content="publisher">'
    mine = text.format(mark=mark, escaped=html.escape(mark, quote=False))
    blog.write("2026-01-01-a.md", "Text.", title="A")
    configure(blog, "{path: f.atom, format: atom}", more="page: {path: index.html}\n")
    (blog.folder / name).write_text(mine)
    assert "is not from publisher" in build(blog, code=1)
    assert (blog.folder / name).read_text() == mine


def test_a_pipe_in_the_way_is_named(blog: Blog) -> None:
    blog.write("2026-01-01-a.md", "Text.", title="A")
    configure(blog, "{path: f.atom, format: atom}")
    os.mkfifo(blog.folder / "f.atom")
    assert "cannot be written: it is a pipe or a device" in build(blog, code=1)


def test_a_tombstone_goes_with_the_post_before_it(blog: Blog) -> None:
    write_months(blog, *(f"2026-0{month}-01" for month in range(1, 7)))
    blog.write("2026-02-05-gone.md", "Text.", title="Gone", deleted="2026-03-15")
    for limit, tombstones in ((100_000, 1), (2_000, 0)):
        configure(blog, f"{{path: f.atom, format: atom, max_bytes: {limit}}}")
        build(blog)
        assert len([*root(blog, "f.atom").iter(GONE)]) == tombstones
    assert titles(blog, "f.atom")[-1] > "Post of 2026-03-15"


@pytest.mark.parametrize("key", ["summary", "description", "excerpt"])
def test_a_post_without_a_body_is_what_it_says_of_itself(blog: Blog, key: str) -> None:
    blog.write("2026-01-01-a.md", "", title="A", **{key: "Notes & <more>"})
    configure(blog, "[{path: f.atom, format: atom}, {path: f.rss, format: rss},"
                    " {path: f.json, format: json}]")  # fmt: skip
    build(blog)
    (item,) = json.loads((blog.folder / "f.json").read_text())["items"]
    assert item["content_html"] == "<p>Notes &amp; &lt;more&gt;</p>"
    assert "Notes & <more>" in "".join(root(blog, "f.atom").itertext())
    assert root(blog, "f.rss").findtext("channel/item/description") == item["content_html"]


def test_no_post_is_replaced_by_a_feed(blog: Blog) -> None:
    path = blog.write("2026-01-01-a.md", "Text.", title="A")
    before = path.read_bytes()
    configure(blog, f"{{path: posts/{path.name}, format: atom}}")
    build(blog, code=1)
    assert path.read_bytes() == before


def test_a_file_may_change_its_format(blog: Blog) -> None:
    blog.write("2026-01-01-a.md", "Text.", title="A")
    for form in ("atom", "json", "rss", "atom"):
        configure(blog, f"{{path: feed, format: {form}}}")
        assert "written" in build(blog)


@pytest.mark.parametrize("format_", ["atom", "rss", "json"])
def test_a_feed_of_another_configuration_stays(blog: Blog, format_: str) -> None:
    """It lies where the pattern points, and is no feed of a tag."""
    blog.write("2026-01-01-a.md", "Text.", title="A", tags="[xmpp]")
    configure(blog, f"[{{path: all.{format_}, format: {format_}}}]")
    build(blog)
    configure(blog, f'[{{path: "{{tag}}.{format_}", format: {format_}}}]')
    assert "removed" not in build(blog)
    assert titles(blog, f"all.{format_}") == titles(blog, f"xmpp.{format_}") == ["A"]
    blog.write("2026-01-01-a.md", "Text.", title="A", tags="[other]")
    assert f"removed    {blog.folder / f'xmpp.{format_}'}" in build(blog)
    assert titles(blog, f"all.{format_}") == ["A"]


def test_a_new_post_that_spells_a_tag_differently_changes_no_archive(blog: Blog) -> None:
    blog.write("2025-01-01-z.md", "Text.", title="Z", tags="[XMPP]")
    configure(blog, '[{path: "{tag}.atom", format: atom, archive: "{tag}-{year}.atom", limit: 1}]')
    blog.write("2026-01-01-y.md", "Text.", title="Y", tags="[XMPP]")
    build(blog)
    archive = (blog.folder / "xmpp-2025.atom").read_bytes()
    assert b": XMPP</title>" in archive
    blog.write("0a.md", "Text.", title="A", date="2026-02-01", tags="[xmpp]")
    build(blog)
    assert (blog.folder / "xmpp-2025.atom").read_bytes() == archive


def test_a_site_that_moves_may_keep_the_ids_of_its_feeds(blog: Blog) -> None:
    blog.write("2026-01-01-a.md", "Text.", title="A", tags="[x]")
    feeds = (
        "[{path: f.atom, format: atom}, {path: f.rss, format: rss}, {path: f.json, format: json},"
        ' {path: "t/{tag}.atom", format: atom}]'
    )
    configure(blog, feeds, site="  id: http://old.example/\n")
    build(blog)
    ids = [root(blog, "f.atom").findtext(f"{ATOM}id"), root(blog, "f.rss")[0].findtext(f"{ATOM}id")]
    ids.append(json.loads((blog.folder / "f.json").read_text())["_publisher"]["id"])
    assert ids == ["http://old.example/"] * 3
    assert root(blog, "t/x.atom").findtext(f"{ATOM}id") == "http://old.example/#tags=x"


def test_where_no_post_is_left_nothing_is_touched(blog: Blog) -> None:
    path = blog.write("2026-01-01-a.md", "Text.", title="A", tags="[x]")
    configure(blog, '[{path: "{tag}.atom", format: atom}, {path: all.atom, format: atom}]')
    build(blog)
    path.unlink()
    for command in ("build", "publish"):
        run = blog.run(command, NOW)
        assert (run.code, run.out) == (3, "")
        assert f"the folder {blog.posts} is empty, but " in run.err
        assert titles(blog, "x.atom") == titles(blog, "all.atom") == ["A"]


@pytest.mark.parametrize("command", ["build --allow-empty", "publish --allow-retracts"])
def test_a_blog_may_end_if_that_is_meant(blog: Blog, command: str) -> None:
    path = blog.write("2026-01-01-a.md", "Text.", title="A", tags="[x]")
    configure(blog, '[{path: "t/{tag}.atom", format: atom}, {path: all.atom, format: atom}]')
    build(blog)
    path.unlink()
    assert blog.run(*command.split(), NOW).code == 0
    assert titles(blog, "all.atom") == []
    assert not (blog.folder / "t").exists()


def test_an_archive_is_there_before_the_feed_that_names_it(blog: Blog) -> None:
    blog.write("2025-01-01-a.md", "Text.", title="A")
    blog.write("2026-01-01-b.md", "Text.", title="B")
    configure(blog, '{path: f.atom, format: atom, archive: "{year}.atom"}')
    build(blog)
    times = [(blog.folder / name).stat().st_mtime_ns for name in ("2025.atom", "f.atom")]
    assert times == sorted(times)


def test_what_a_killed_run_left_is_swept_away(blog: Blog) -> None:
    blog.write("2026-01-01-a.md", "Text.", title="A")
    configure(blog, "{path: out/feed.atom, format: atom}")
    build(blog)
    old, new = (blog.folder / f"out/.{digit * 16}.publisher" for digit in "ab")
    for file in (old, new, blog.folder / "out/.mine.publisher"):
        file.write_text("half")
    os.utime(old, (0, 0))
    build(blog)
    assert {path.name for path in (blog.folder / "out").iterdir()} == {
        "feed.atom", ".mine.publisher", new.name
    }  # fmt: skip


def test_the_feed_of_a_language_is_in_that_language(blog: Blog) -> None:
    blog.write("2026-01-01-a.md", "Text.", title="A", lang="de")
    blog.write("2026-01-02-b.md", "Text.", title="B")
    configure(
        blog,
        '[{path: "{language}.atom", format: atom}, {path: "{language}.rss", format: rss},'
        ' {path: "{language}.json", format: json}, {path: all.atom, format: atom}]',
    )
    build(blog)
    for language in ("de", "en"):
        assert root(blog, f"{language}.atom").get(LANG) == language
        assert root(blog, f"{language}.rss").findtext("channel/language") == language
        document = json.loads((blog.folder / f"{language}.json").read_text())
        assert document["language"] == language
    assert root(blog, "all.atom").get(LANG) == "en"


def test_the_id_of_a_feed_stays_when_its_tag_is_spelled_otherwise(blog: Blog) -> None:
    configure(blog, '{path: "{tag}.atom", format: atom}')
    blog.write("2026-01-01-a.md", "Text.", title="A", tags='["Free Software"]')
    build(blog)
    before = root(blog, "free-software.atom").findtext(f"{ATOM}id")
    blog.write("2026-01-02-b.md", "Text.", title="B", tags='["free-software", "Free/Software"]')
    build(blog)
    assert titles(blog, "free-software.atom") == ["B", "A"]
    assert root(blog, "free-software.atom").findtext(f"{ATOM}id") == before


def test_a_tag_may_be_longer_than_a_file_name(blog: Blog) -> None:
    blog.write("2026-01-01-a.md", "Text.", title="A", tags=f"[{'ü' * 300}, {'ü' * 299}]")
    configure(blog, '{path: "{tag}.atom", format: atom}')
    build(blog)
    build(blog)
    assert len([*blog.folder.glob("ü*.atom")]) == 2


def test_browsers_are_not_shown_the_source_of_html(blog: Blog) -> None:
    blog.write("2026-01-01-a.md", "Text.", title="A")
    feeds = "[{path: x.atom, format: atom}, {path: h.atom, format: atom, content_type: html}]"
    configure(blog, feeds, more="stylesheet: feed.css\n")
    build(blog)
    assert b"xml-stylesheet" in (blog.folder / "x.atom").read_bytes()
    assert b"xml-stylesheet" not in (blog.folder / "h.atom").read_bytes()


@pytest.mark.parametrize(
    ("stylesheet", "href"),
    [("f.css", "../../f.css"), ("a/b/f.css", "f.css"), ("a/c d/f.css", "../c%20d/f.css")],
)
def test_a_stylesheet_is_named_as_it_lies_beside_the_feed(
    blog: Blog, stylesheet: str, href: str
) -> None:
    configure(blog, "{path: a/b/x.atom, format: atom}", more=f"stylesheet: {stylesheet}\n")
    blog.write("2026-01-01-a.md", "Text.", title="A")
    build(blog)
    assert f'<?xml-stylesheet href="{href}"' in (blog.folder / "a/b/x.atom").read_text()


def test_a_stylesheet_that_cannot_be_written_costs_no_feed(blog: Blog) -> None:
    """The configuration names the folder of the feed itself."""
    configure(blog, "{path: out/x.atom, format: atom}", more="stylesheet: out\n")
    blog.write("2026-01-01-a.md", "Text.", title="A")
    assert "out cannot be written" in build(blog, code=1)
    assert titles(blog, "out/x.atom") == ["A"]


def test_the_feed_of_a_tag_says_that_its_last_post_is_gone(blog: Blog) -> None:
    configure(blog, '[{path: "{tag}.atom", format: atom}, {path: "{tag}.rss", format: rss}]')
    blog.write("2026-01-01-a.md", "Text.", title="A", tags="[solo]", deleted="2026-02-01")
    blog.write("2026-01-02-b.md", "Text.", title="B")
    build(blog)
    (gone,) = root(blog, "solo.atom").iter(GONE)
    assert gone.get("ref") == "tag:blog.example,2026-01-01:2026-01-01-a"
    assert titles(blog, "solo.rss") == []


def test_only_atom_has_archives_of_tombstones(blog: Blog) -> None:
    write_months(blog, "2026-05-01", "2026-06-01")
    blog.write("2026-01-01-a.md", "Text.", title="A", deleted="2026-02-01")
    configure(
        blog,
        '[{path: f.atom, format: atom, archive: "old/{year}-{month}.atom"},'
        ' {path: f.rss, format: rss, archive: "old/{year}-{month}.rss"}]',
    )
    build(blog)
    names = {path.name for path in (blog.folder / "old").iterdir()}
    assert names == {"2026-05.atom", "2026-01.atom", "2026-05.rss"}


def test_what_is_deleted_is_said_as_it_was_written(blog: Blog) -> None:
    blog.write("2026-01-05-a.md", "Text.", title="A", deleted="2026-01-02")
    configure(blog, "{path: f.atom, format: atom}")
    out = build(blog)
    assert "deleted on 2026-01-02" in out
    told = blog.run("check", NOW).out
    assert "deleted is before the date of the post; check both dates" in told


def test_nothing_is_removed_while_a_post_is_broken(blog: Blog) -> None:
    blog.write("2026-01-01-a.md", "Text.", title="A", tags="[x, y]")
    configure(blog, '{path: "{tag}.atom", format: atom}')
    build(blog)
    blog.write("2026-01-01-a.md", "Text.", title="A", date="never", tags="[x]").rename(
        blog.posts / "a.md"
    )
    build(blog, code=1)
    assert (blog.folder / "y.atom").exists()


def test_two_feeds_for_one_file_are_named_and_the_first_is_written(blog: Blog) -> None:
    blog.write("2026-01-01-a.md", "Text.", title="A", tags="[news]")
    configure(
        blog, '[{path: news.atom, format: atom, title: N}, {path: "{tag}.atom", format: atom}]'
    )
    assert "news.atom is already the file of another feed" in build(blog, code=1)
    assert root(blog, "news.atom").findtext(f"{ATOM}title") == "N"


@pytest.mark.parametrize(
    ("feed", "problem"),
    [
        ('{path: "{tg}.atom", format: atom}', "feeds.path has {tg}, which has no value"),
        ('{path: "{tag}/{author}.atom", format: atom}', "feeds.path has 2 placeholders"),
        ('{path: "{tag}.atom", format: atom, url: "https://blog.example/a"}', "add {tag}"),
        ('{path: a.atom, format: atom, archive: "a/{month}.atom"}', "has no {year}"),
        ('{path: "{tag}.atom", format: atom, archive: "{year}.atom"}', "add {tag}"),
        ('{path: a.atom, format: atom, archive: "{year}-{tag}.atom"}', "has {tag}, which has no"),
        ('{path: a.atom, format: atom, limit: all, archive: "{year}.atom"}', "limit: all"),
        (
            "{path: a.rss, format: rss, podcast: {categories: [A > B > C]}}",
            "two levels are allowed",
        ),
        (
            "[{path: a, format: rss}, {path: b, format: rss, url: 'https://blog.example/a'}]",
            "has the same url as another feed",
        ),
        (
            "[{path: a, format: rss, archive: '{year}.x'}, {path: b, format: atom, archive: "
            "'{year}.x'}]",
            "has the same archive as another feed",
        ),
        (
            "[{path: '2025.atom', format: atom}, {path: a, format: rss, archive: '{year}.atom'}]",
            "feeds[1].archive may become 2025.atom, which is another file",
        ),
        (
            '{path: "{tag}.atom", format: atom, url: "https://b.example/{author}"}',
            "has {author}, which",
        ),
        (
            '{path: a.atom, format: atom, url: "https://b.example/{tag}"}',
            "has {tag}, which has no value",
        ),
        ("{path: a.rss, format: rss, enclosures: [mp3, opus, mp3]}", "names a codec twice"),
        (
            "{path: ../a.rss, format: rss}",
            "feeds.url is missing: the file is outside of the folder",
        ),
        ("{path: /srv/a.rss, format: rss}", "e.g. `url: https://blog.example/feed.atom`"),
        ("{path: ~/a.rss, format: rss}", "feeds.url is missing"),
        ("{path: a.rss, format: rss, limit: 0}", "it must be all or a number, 1 or more"),
        ("{path: a.atom, format: atom, podcast: {}}", "podcast needs format: rss"),
        ("{path: a.rss, format: rss, podcast: {image: a.gif}}", "it must be a .jpg or .png file"),
        ("{path: a.atom, format: atom, title: 'On {tag}'}", "title has {tag}, which has no value"),
        ("{path: a.rss, format: rss, content_type: html}", "content_type needs format: atom"),
        ("{path: a.atom, format: atom, content: teaser}", "it must be one of full, summary, auto"),
    ],
)
def test_what_cannot_be_is_refused(blog: Blog, feed: str, problem: str) -> None:
    configure(blog, feed)
    run = blog.run("build")
    assert run.code == 2
    assert problem in run.err


# --- What the site says of itself


def test_the_site_shows_in_every_format(blog: Blog) -> None:
    blog.write("2026-01-01-a.md", "Text.", title="A", license="https://licence.example/own")
    licence = "https://creativecommons.org/licenses/by/4.0/"
    site = (
        f"  icon: /icon.png\n  logo: https://cdn.example/logo.png\n  license: {licence}\n"
        "  rights: Some rights reserved\n  hubs: [https://a.example/, https://b.example/hub]\n"
    )
    forms = (
        "[{path: f.atom, format: atom}, {path: f.rss, format: rss}, {path: f.json, format: json}]"
    )
    configure(blog, forms, site=site)
    build(blog)
    atom, rss = root(blog, "f.atom"), root(blog, "f.rss")
    document: dict[str, Any] = json.loads((blog.folder / "f.json").read_text())
    hubs = ["https://a.example/", "https://b.example/hub"]
    assert violations((blog.folder / "f.atom").read_bytes()) == []
    assert atom.findtext(f"{ATOM}icon") == "https://blog.example/icon.png"
    assert atom.findtext(f"{ATOM}logo") == "https://cdn.example/logo.png"
    assert atom.findtext(f"{ATOM}rights") == rss.findtext("channel/copyright")
    assert links(atom, "license") == [licence, "https://licence.example/own"]
    assert links(rss, "license") == [licence, "https://licence.example/own"]
    assert links(atom, "hub") == links(rss, "hub") == hubs
    assert rss.findtext("channel/image/url") == "https://cdn.example/logo.png"
    assert document["hubs"] == [{"type": "WebSub", "url": hub} for hub in hubs]
    assert document["icon"] == document["favicon"] == "https://blog.example/icon.png"
    assert document["_license"] == {"url": licence, "text": "Some rights reserved"}
    assert document["items"][0]["_license"] == {"url": "https://licence.example/own"}


def test_atom_may_carry_html(blog: Blog) -> None:
    blog.write("2026-01-01-a.md", "A *b* `<c>` & d.", title="A")
    configure(blog, "{path: f.atom, format: atom, content_type: html}")
    build(blog)
    content = root(blog, "f.atom").find(f"{ATOM}entry/{ATOM}content")
    assert content is not None
    assert content.get("type") == "html"
    assert content.text == "<p>A <em>b</em> <code>&lt;c&gt;</code> &amp; d.</p>"
    assert violations((blog.folder / "f.atom").read_bytes()) == []


# --- Podcasts


def test_a_picture_alone_makes_no_episode_of_an_rss_item(blog: Blog) -> None:
    """The one enclosure of an item is for its recording."""
    configure(blog, "[{path: a.rss, format: rss}, {path: a.atom, format: atom}]")
    blog.write("2026-01-02-a.md", "Text.", title="A", image="/a.jpg")
    build(blog)
    (item,) = root(blog, "a.rss").iter("item")
    assert item.find("enclosure") is None
    assert [one.get("url") for one in item.iter(f"{MEDIA}content")] == [
        "https://blog.example/a.jpg"
    ]
    (entry,) = root(blog, "a.atom").iter(f"{ATOM}entry")
    assert links(entry, "enclosure") == ["https://blog.example/a.jpg"]


def test_a_podcast_has_what_its_apps_want_and_only_recordings(blog: Blog) -> None:
    front = {"audio": "{url: https://m.example/a.mp3, length: 1000, duration: '1:02:03'}",
             "episode": "7", "season": "2", "episode_type": "bonus", "explicit": "true",
             "image": "https://m.example/a.jpg"}  # fmt: skip
    blog.write("2026-01-01-a.md", "Text.", title="A", **front)
    blog.write("2026-01-02-b.md", "Text.", title="No sound")
    configure(
        blog,
        "{path: p.rss, format: rss, podcast: {"
        "categories: [Music, 'Society & Culture > Documentary'],"
        " image: /cover.jpg, explicit: false, type: serial, email: pod@blog.example}}",
    )
    build(blog)
    channel = root(blog, "p.rss")[0]
    assert [category.attrib["text"] for category in channel.iter(f"{ITUNES}category")] == [
        "Music",
        "Society & Culture",
        "Documentary",
    ]
    image = channel.find(f"{ITUNES}image")
    assert image is not None
    assert image.get("href") == "https://blog.example/cover.jpg"
    assert channel.findtext(f"{ITUNES}type") == "serial"
    assert channel.findtext(f"{ITUNES}explicit") == "false"
    assert channel.findtext(f"{ITUNES}owner/{ITUNES}email") == "pod@blog.example"
    (item,) = channel.findall("item")
    told = {name: item.findtext(ITUNES + name) for name in
            ("duration", "episode", "season", "episodeType", "explicit")}  # fmt: skip
    assert told == {"duration": "3723", "episode": "7", "season": "2", "episodeType": "bonus",
                    "explicit": "true"}  # fmt: skip


def test_what_is_no_podcast_has_no_tags_of_podcasts(blog: Blog) -> None:
    """One of them would be missing others."""
    audio = "{url: https://m.example/a.mp3, length: 1000, duration: '1:02:03'}"
    blog.write("2026-01-01-a.md", "Text.", title="A", audio=audio, episode="7", explicit="true")
    build(blog)
    assert b"itunes" not in blog.built()["feed.rss"]
    assert b'length="1000"' in blog.built()["feed.rss"]


def test_formats_of_one_recording_are_a_group_and_other_recordings_are_not(blog: Blog) -> None:
    audio = "[/a.mp3, /a.opus, /b.mp3, {url: /notes.pdf, length: 3}]"
    blog.write("2026-01-01-a.md", "Text.", title="A", audio=audio)
    build(blog)
    (item,) = root(blog, "feed.rss")[0].findall("item")
    names = [
        [one.attrib["url"].rpartition("/")[2] for one in element.iter(f"{MEDIA}content")]
        for element in item
        if element.tag.startswith(MEDIA)
    ]
    assert names == [["notes.pdf"], ["b.mp3"], ["a.opus", "a.mp3"]]
    (foremost,) = [one for one in item.iter(f"{MEDIA}content") if one.get("isDefault")]
    enclosure = item.find("enclosure")
    assert enclosure is not None
    assert foremost.get("url") == enclosure.get("url") == "https://blog.example/a.mp3"


def test_an_episode_is_its_recording_and_not_what_is_beside_it(blog: Blog) -> None:
    beside = "[{url: /a.pdf, length: 5}, {url: /a.mp4, length: 7}]"
    blog.write("2026-01-01-a.md", "Text.", title="A", enclosure=beside)
    blog.write("2026-01-02-b.md", "Text.", title="B", enclosure="{url: /b.pdf, length: 5}")
    blog.write("2026-01-03-c.md", "Text.", title="C", audio="{url: /z.mp3, length: 9}",
               enclosure="{url: /c.pdf, length: 5}")  # fmt: skip
    configure(blog, "[{path: p.rss, format: rss, podcast: {}}, {path: f.rss, format: rss}]")
    build(blog)
    items = root(blog, "p.rss")[0].findall("item")
    assert [item.findtext("title") for item in items] == ["C", "A"]
    urls = [one.attrib["url"] for one in root(blog, "f.rss").iter("enclosure")]
    assert [url.rpartition("/")[2] for url in urls] == ["z.mp3", "b.pdf", "a.mp4"]


def test_a_podcast_names_no_node_that_has_other_posts(blog: Blog) -> None:
    blog.write("2026-01-01-a.md", "Text.", title="A", audio="{url: /a.mp3, length: 9}")
    node = (
        "xmpp: {jid: a@b.example, password_env: X,"
        " nodes: {service: pubsub.b.example, node: blog}}\n"
    )
    feeds = "[{path: p.rss, format: rss, podcast: {}}, {path: f.rss, format: rss}]"
    configure(blog, feeds, more=node)
    build(blog)
    assert b"xmpp:" in (blog.folder / "f.rss").read_bytes()
    assert b"xmpp:" not in (blog.folder / "p.rss").read_bytes()


@pytest.mark.parametrize(
    ("image", "shown"),
    [
        ("/c.webp", False),
        ("/c.jpeg", True),
        ("/c.PNG", True),
        ("https://cdn.example/c.jpg?v=2", True),
        ("https://cdn.example/img/1", False),
    ],
)
def test_a_picture_of_any_kind_costs_no_episode(blog: Blog, image: str, *, shown: bool) -> None:
    blog.write("2026-01-01-a.md", "Text.", title="A", audio="{url: /a.mp3, length: 9}", image=image)
    configure(blog, "{path: p.rss, format: rss, podcast: {image: /cover.jpg}}")
    build(blog)
    (item,) = root(blog, "p.rss")[0].findall("item")
    found = [one.attrib["href"].rpartition("/")[2] for one in item.iter(f"{ITUNES}image")]
    assert found == ([image.rpartition("/")[2]] if shown else [])
    assert [one.attrib["url"] for one in item.iter(f"{MEDIA}content")]


def test_odd_words_about_an_episode_are_named(blog: Blog) -> None:
    odd = {"episode": "two", "season": "3.5", "episode_type": "film", "explicit": "maybe"}
    blog.write("2026-01-01-a.md", "Text.", title="A", audio="{url: /a.mp3, length: 9}", **odd)
    blog.write("2026-01-02-b.md", "Text.", title="B", **odd)
    configure(blog, "{path: p.rss, format: rss, podcast: {}}")
    out = build(blog)
    for key, value in odd.items():
        assert out.count(f"{key} is {value!r}") == 1


# --- The same bytes everywhere

EVERYTHING = (
    '[{path: out/f.atom, format: atom, archive: "out/{year}-{month}.atom"},'
    ' {path: out/f.rss, format: rss, content: summary, archive: "out/{year}.rss"},'
    ' {path: "out/t/{tag}.json", format: json}, {path: "out/by/{author}.atom", format: atom},'
    " {path: out/pod.rss, format: rss, podcast: {}}, {path: out/b.json, format: json,"
    " max_bytes: 4000}]"
)
MACHINES = (
    {"PYTHONHASHSEED": "1", "TZ": "Pacific/Kiritimati", "LC_ALL": "C.UTF-8"},
    {"PYTHONHASHSEED": "2", "TZ": "America/St_Johns", "LC_ALL": "C", "PYTHONUTF8": "0",
     "PYTHONCOERCECLOCALE": "0"},
)  # fmt: skip


def test_two_machines_write_the_same_bytes(tmp_path: Path) -> None:
    """With the posts written in another order, another zone, locale and hash seed."""
    built = []
    for number, machine in enumerate(MACHINES):
        blog = Blog(tmp_path / str(number))
        posts = [
            (f"2026-{month:02}-{day:02}-{name}.md", f"Text {name}.", month + day)
            for month in (1, 2, 10)
            for day in (1, 28)
            for name in ("a", "b")
        ]
        random.Random(number).shuffle(posts)  # noqa: S311
        for name, text, tag in posts:
            blog.write(
                name, text, title=f"Größe {name}", tags=f"[t{tag % 3}, all]", author=f"A{tag % 2}"
            )
        configure(blog, EVERYTHING, more="page: {path: out/index.html}\nstylesheet: out/f.css\n")
        assert blog.run("build", NOW, environment=machine).code == 0
        built.append(digests(blog.folder / "out"))
    assert built[0] == built[1]
    assert len(built[0]) > 12


def test_a_name_that_the_file_system_cannot_have_costs_that_feed_alone(blog: Blog) -> None:
    blog.write("2026-01-01-a.md", "Text.", title="A", tags="[a, Übung]")
    configure(blog, '{path: "{tag}.atom", format: atom}')
    run = blog.run("build", NOW, environment=MACHINES[1])
    assert run.code == 1
    assert "run with LC_ALL=C.UTF-8" in run.err
    assert titles(blog, "a.atom") == ["A"]


def test_building_again_touches_no_file(blog: Blog) -> None:
    """So a web server's ETag and Last-Modified stay, and readers get a 304."""
    write_months(blog, "2026-01-01", "2026-02-01")
    configure(blog, EVERYTHING, more="page: {path: out/index.html}\nstylesheet: out/f.css\n")
    build(blog)
    old = dt.datetime(2020, 1, 1, tzinfo=dt.UTC).timestamp()
    files = [path for path in (blog.folder / "out").rglob("*") if path.is_file()]
    for path in files:
        os.utime(path, (old, old))
    assert "written" not in build(blog)
    assert {path.stat().st_mtime for path in files} == {old}


def test_every_address_is_one_that_programs_without_unicode_take(blog: Blog) -> None:
    configure(blog, "[{path: feed.atom, format: atom}, {path: feed.rss, format: rss}, "
              "{path: feed.json, format: json}]", site="  icon: /bildü.png\n")  # fmt: skip
    blog.write("2026-01-01-a.md", "[a](/ü b) ![c](ß.png)", author="{name: B, uri: 'https://b.example/ü'}",
               audio="/lied ü.ogg", image="/größe.png")  # fmt: skip
    build(blog)
    for name in ("feed.atom", "feed.rss", "feed.json"):
        text = html.unescape(html.unescape((blog.folder / name).read_text()))
        addresses = re.findall(r"https?://[^\"'<>\\\s]+", text)
        assert len(addresses) > 7
        assert [one for one in addresses if not one.isascii()] == []
        assert "https://blog.example/lied%20%C3%BC.ogg" in addresses
