"""`publisher check` says what readers will do with every post, and how to mend it."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

from publisher.cli import main
from publisher.content.markup import commonmark
from tests.support.blog import Blog

if TYPE_CHECKING:
    from pathlib import Path
    from types import FrameType

NOW = "--now=2026-11-01T12:00:00Z"


@pytest.fixture
def blog(tmp_path: Path) -> Blog:
    return Blog(tmp_path / "site")


def warnings(blog: Blog, path: str) -> list[tuple[int, str]]:
    """Of one post: (line, message)."""
    posts = blog.run("check", "--json", NOW).json["posts"]
    (found,) = [post["warnings"] for post in posts if post["path"] == path]
    return [(one["line"], one["message"]) for one in found]


def test_every_post_is_listed_with_what_becomes_of_it(blog: Blog) -> None:
    blog.write("2026-01-01-a.md", "Text.", title="A", tags="[x, y]", category="news",
               author="Bob", lang="de", updated="2026-02-01")  # fmt: skip
    blog.write("2026-01-02-draft.md", "Text.", title="Draft", draft="true")
    blog.write("2026-12-24-future.md", "Text.", title="Future")
    blog.write("2026-01-03-hidden.md", "Text.", published="false")
    blog.write("broken.md", "Text.", title="Broken", date="soon")
    blog.write("page.md", "Text.", title="Page")
    blog.write("2026-01-04-a.adoc", "Text.")
    run = blog.run("check", "--json", NOW)
    assert run.code == 1
    posts = {post["path"]: post for post in run.json["posts"]}
    assert list(posts) == sorted(posts)
    assert {path: post["status"] for path, post in posts.items()} == {
        "2026-01-01-a.md": "published",
        "2026-01-02-draft.md": "draft",
        "2026-01-03-hidden.md": "hidden",
        "2026-01-04-a.adoc": "skipped",
        "2026-12-24-future.md": "future",
        "broken.md": "skipped",
        "page.md": "page",
    }
    assert posts["2026-01-01-a.md"] == {
        "path": "2026-01-01-a.md",
        "status": "published",
        "reason": None,
        "id": "tag:blog.example,2026-01-01:2026-01-01-a",
        "item_id": "2026-01-01-a",
        "url": "https://blog.example/news/2026/01/01/a/",
        "title": "A",
        "published": "2025-12-31T23:00:00Z",
        "updated": "2026-01-31T23:00:00Z",
        "tags": ["x", "y"],
        "categories": ["news"],
        "authors": ["Bob"],
        "language": "de",
        "warnings": [],
        "tags_of_templates": {},
    }
    draft, broken = posts["2026-01-02-draft.md"], posts["broken.md"]
    assert draft.keys() == broken.keys() == posts["2026-01-01-a.md"].keys()
    assert (draft["reason"], draft["title"]) == ("a draft", "Draft")
    assert draft["url"] == "https://blog.example/2026/01/02/draft/"
    assert "is not a date" in broken["reason"]
    assert (broken["id"], broken["published"], broken["tags"]) == (None, None, [])
    assert broken["item_id"].startswith("broken-")
    page = posts["page.md"]
    assert page.keys() == broken.keys()
    assert "has no date" in page["reason"]
    assert (page["published"], page["url"]) == (None, None)  # the URL of a post shows its date


def test_the_ids_are_those_of_the_feeds(blog: Blog) -> None:
    blog.write("2026-01-01-a.md", "Text.", title="A")
    blog.write("2026-01-02-b.md", "Text.", id="urn:x:b")
    assert blog.run("build").code == 0
    built = {item["id"]: item["url"] for item in json.loads(blog.built()["feed.json"])["items"]}
    posts = blog.run("check", "--json", NOW).json["posts"]
    assert {post["id"]: post["url"] for post in posts} == built


def test_for_people_every_line_names_file_line_and_way_out(blog: Blog) -> None:
    blog.write("2026-01-01-a.md", "\n[b]()\n", title="News #2")
    blog.write("2026-01-02-b.md", "Text.", draft="yes")
    blog.write("dated.md", "Text.", date="soon")
    blog.write("undated.md", "Text.")
    run = blog.run("check", NOW)
    assert run.code == 1
    assert run.out.splitlines() == [
        "posts/2026-01-01-a.md:2: warning: the title is cut before `#2`, a comment in YAML; "
        "put it in quotes",
        'posts/2026-01-01-a.md:5: warning: the link "b" has no target; write [text](URL)',
        "posts/2026-01-02-b.md: not published: a draft",
        "posts/dated.md:2: error: date: 'soon' is not a date; write e.g. `date: 2008-10-21 "
        "18:00:00 +0000`",
        "posts: 1 file has no date, so it is not published: undated.md",
        "3 posts: 1 published, 1 draft, 1 broken, 1 page; 2 warnings",
    ]
    assert run.err == ""


def test_what_is_fine_is_no_news(blog: Blog) -> None:
    blog.write("2026-01-01-a.md", "Text.", title="A")
    run = blog.run("check", NOW)
    assert (run.code, run.out) == (0, "1 post: 1 published; 0 warnings\n")
    assert not (blog.folder / "feed.atom").exists()
    assert not (blog.folder / ".publisher").exists()


def test_an_address_with_blanks_is_not_one_without_an_end(blog: Blog) -> None:
    config = blog.folder / "publisher.yaml"
    config.write_text(config.read_text().replace("permalink: pretty", "engine: any"))
    blog.write("2026-01-01-a.md", "See ![a picture](my first picture.png)\n", title="A")
    assert [text for _, text in warnings(blog, "2026-01-01-a.md")] == [
        '"![a picture](my" appears as plain text: a blank ends the address of the link; '
        "write it as %20"
    ]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (
            "see [text](https://x.example/a\n\nmore",
            "appears as plain text: a bracket of the link never",
        ),
        (
            "see [text(https://x.example/a)",
            "appears as plain text: a bracket of the link never closes",
        ),
        ("<div>\nsee [x](/a)\n</div>", 'write markdown="1" into the tag around it'),
        ("see ![alt](/i.png", "appears as plain text: a bracket of the link never closes"),
        ("`[text](x` and\n\n    [text](x", None),
        ("an array[i](x) of [sic", None),
    ],
)
def test_a_bracket_that_never_closes(blog: Blog, body: str, message: str | None) -> None:
    blog.write("2026-01-01-a.md", f"One.\n\n{body}\n", title="A")
    found = [
        (line, text)
        for line, text in warnings(blog, "2026-01-01-a.md")
        if "appears as plain text" in text
    ]
    if message is None:
        assert not found
    else:
        ((line, text),) = found
        assert (line, message in text) == (7 if "<div>" in body else 6, True)


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("/2026/01/02/other/", None),
        ("/2026/01/02/other", None),
        ("/2026/01/02/other/index.html#part", None),
        ("https://blog.example/2026/01/02/other/", None),
        ("../../02/other/", None),
        ("/2026/01/02/gone/", "looks like the URL of a post, but no post has it"),
        ("https://blog.example/2025/11/12/gone/", "looks like the URL of a post"),
        ("http://Blog.Example:80/2025/11/12/gone/", "looks like the URL of a post"),
        ("https://blog.example:8443/2025/11/12/gone/", None),
        ("https://blog.example:port/2025/11/12/gone/", None),
        ("https://elsewhere.example/2025/11/12/gone/", None),
        ("/about/", None),
        ("/tags/x/", None),
        ("/2026/01/03/draft/", "links to 2026-01-03-draft.md, which is not published"),
        ("#part", None),
        ("mailto:a@b.example", None),
    ],
)
def test_links_to_posts_that_are_not_there(blog: Blog, address: str, message: str | None) -> None:
    blog.write("2026-01-01-a.md", f"One.\n\nTwo [x]({address}).\n", title="A")
    blog.write("2026-01-02-other.md", "Text.", title="Other")
    blog.write("2026-01-03-draft.md", "Text.", title="Draft", draft="true")
    found = warnings(blog, "2026-01-01-a.md")
    if message is None:
        assert found == []
    else:
        ((line, text),) = found
        assert (line, message in text) == (6, True)


def test_a_picture_on_the_machine_of_its_author_is_named_but_no_link(blog: Blog) -> None:
    text = "One.\n\n![x](http://127.0.0.1:8000/a.png)\n\n[open it](http://localhost:4000/)\n"
    blog.write("2026-01-01-a.md", text, title="A")
    assert warnings(blog, "2026-01-01-a.md") == [
        (6, "http://127.0.0.1:8000/a.png is on this machine; readers cannot load it")
    ]


@pytest.mark.parametrize(
    ("address", "missing"),
    [
        ("/images/there.png", False),
        ("/images/gone.png", True),
        ("/kept.png", False),
        ("beside.png", False),
        ("2026-01-01-a/inside.png", False),
        ("gone.png", True),
        ("../../../../../../etc/passwd", True),
        ("https://elsewhere.example/gone.png", False),
        ("http://BLOG.example:80/images/gone.png", True),
        ("a%00b.png", True),
        ("x" * 300 + ".png", True),
    ],
)
def test_images_that_are_missing(blog: Blog, address: str, *, missing: bool) -> None:
    for name in (
        "images/there.png", "static/kept.png", "posts/beside.png", "posts/2026-01-01-a/inside.png",
    ):  # fmt: skip
        path = blog.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    blog.write("2026-01-01-a.md", f"One.\n\n![x]({address})\n", title="A")
    found = [
        (line, "does not exist in" in text) for line, text in warnings(blog, "2026-01-01-a.md")
    ]
    assert found == ([(6, True)] if missing else [])


@pytest.mark.parametrize(
    ("address", "advice"),
    [
        ("www.example.org/a", "write https://www.example.org/a"),
        ("example.com", "write https://example.com"),
        ("ann@example.org", "write mailto:ann@example.org"),
        ("harbour.html", None),
        ("mast.pdf", None),
        ("https://example.com", None),
        ("mailto:ann@example.org", None),
    ],
)
def test_a_link_without_a_scheme_is_named(blog: Blog, address: str, advice: str | None) -> None:
    blog.write("2026-01-01-a.md", f"One.\n\n[x]({address})\n", title="A")
    found = [(line, text.partition("; ")[2]) for line, text in warnings(blog, "2026-01-01-a.md")]
    assert found == ([(6, advice)] if advice else [])


def test_a_file_beside_the_post_is_found_by_the_address_of_the_page(blog: Blog) -> None:
    (blog.posts / "beside.png").write_bytes(b"")
    blog.write("2026-01-01-a.md", "![x](/2026/01/01/a/beside.png)\n", title="A")
    assert warnings(blog, "2026-01-01-a.md") == []


@pytest.mark.parametrize(("address", "times"), [("beside.png", 1), ("/there/", 1), ("gone.png", 2)])
def test_only_what_is_wrong_is_rendered_twice(blog: Blog, address: str, times: int) -> None:
    for name in ("posts/beside.png", "static/there/index.html"):
        path = blog.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    blog.write("2026-01-01-a.md", f"![x]({address}) [y](https://elsewhere.example/)\n", title="A")
    parsed: list[str] = []

    def count(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code is commonmark.html.__code__:
            parsed.extend([text] if (text := frame.f_locals["source"]) else [])

    sys.setprofile(count)
    try:
        main.main(["--config", str(blog.folder / "publisher.yaml"), "check", NOW])
    finally:
        sys.setprofile(None)
    assert len(parsed) == times


@pytest.mark.parametrize(
    ("facts", "line", "message"),
    [
        ({"date": "0202-01-01"}, 3, "is dated 202, before the web existed"),
        (
            {"updated": "2062-01-01"},
            3,
            "has an update in 2062, far in the future; is the year right?",
        ),
        ({"updated": "2026-12-02"}, 3, "has an update in the future; readers show that date"),
        ({"date": "2226-01-01"}, 3, "is dated 2226, far in the future; is the year right?"),
        ({"date": "2026-12-24"}, 1, None),
        ({"updated": "2026-10-31"}, 1, None),
    ],
)
def test_dates_that_nobody_means(
    blog: Blog, facts: dict[str, str], line: int, message: str | None
) -> None:
    blog.write("2026-01-01-a.md", "Text.", title="A", **facts)
    found = warnings(blog, "2026-01-01-a.md")
    if message is None:
        assert not found
    else:
        ((at, text),) = found
        assert (at, message in text) == (line, True)


def test_titles_that_readers_take_for_one(blog: Blog) -> None:
    blog.write("2026-01-01-a.md", "Text.", title="The  news")
    blog.write("2026-01-01-b.md", "Text.", title="the News")
    blog.write("2026-01-01-c.md", "Text.", title="The news", lang="de")
    blog.write("2026-01-02-d.md", "Text.", title="The news")
    assert [warnings(blog, f"2026-01-0{name}.md") for name in ("1-a", "1-c", "2-d")] == [[], [], []]
    ((line, text),) = warnings(blog, "2026-01-01-b.md")
    assert (line, "has the title and the day of 2026-01-01-a.md" in text) == (1, True)


def test_what_a_terminal_must_not_show_is_not_printed(blog: Blog) -> None:
    blog.write("2026-01-01-a\x1b[31m\u202e.md", "Text.", draft="true")
    run = blog.run("check", NOW)
    assert "\x1b" not in run.out
    assert "\u202e" not in run.out


def test_check_counts_what_became_of_the_tags(blog: Blog) -> None:
    body = "{{ page.title }} {% include a %} {{ site.url }} `{{ b }}`"
    blog.write("2026-01-02-tags.md", body, title="A")
    said = blog.run("check", NOW).out
    assert said.endswith("template tags: 2 evaluated, 1 kept readable, 1 dropped\n")
    posts = blog.run("check", "--json", NOW).json["posts"]
    counts = {"evaluated": 2, "kept": 1, "dropped": 1}
    assert [post["tags_of_templates"] for post in posts] == [counts]


def test_one_thing_in_many_places_is_told_once(blog: Blog) -> None:
    numbers = ", ".join("5" for _ in range(2_000))
    images = "![a](gone.png)\n\n" * 5
    blog.write("2026-01-01-a.md", images, title="A", audio=f"[{numbers}]")
    found = warnings(blog, "2026-01-01-a.md")
    told = [message for _, message in found]
    assert sum(message.startswith("audio is '5'") for message in told) == 1
    ((line, gone),) = [one for one in found if "gone.png" in one[1]]
    assert gone.endswith(f"; also in lines {line + 2}, {line + 4}, {line + 6} and 1 more")


def test_two_posts_at_one_address_are_named(blog: Blog) -> None:
    for name in ("2026-01-01-a.md", "2026-01-02-b.md"):
        blog.write(name, "Text.", title=name, permalink="/same/")
    blog.write("2026-01-03-c.md", "Text.", title="C")
    assert [
        (line, message.partition(",")[0]) for line, message in warnings(blog, "2026-01-02-b.md")
    ] == [(1, "has the same URL as 2026-01-01-a.md")]


def test_check_says_what_rendering_says_of_rest_too(blog: Blog) -> None:
    config = blog.folder / "publisher.yaml"
    text = config.read_text().replace("permalink: pretty", "engine: nikola")
    config.write_text(text)
    path = blog.posts / "a.rst"
    path.write_text(".. title: A\n.. slug: a\n.. date: 2026-01-02\n\n:nosuch:`x`\n")
    assert "nosuch" in blog.run("check").out
