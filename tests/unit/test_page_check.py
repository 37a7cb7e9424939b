"""`publisher check` compares every post with the page that the site's generator built of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.built_blog import THEME, BuiltBlog

if TYPE_CHECKING:
    from pathlib import Path

NOW = "--now=2026-11-01T12:00:00Z"
SAME = "These words are in every post of this blog, whatever it is about."
LOST = "An aside of five words or more"
SHARE = '<p class="share">Share it with your friends</p>'
COUNT = 25
OF_SHORTCODES = (
    "pages have words that the sources lack, e.g. of shortcodes and components; --json lists all"
)


@pytest.fixture
def blog(tmp_path: Path) -> BuiltBlog:
    """A blog of five posts whose site is built."""
    return blog_of(tmp_path, 5)


def blog_of(folder: Path, count: int, text: str = "") -> BuiltBlog:
    blog = BuiltBlog(folder / "site")
    for number in range(count):
        name = f"2026-01-{1 + number % 28:02}-a{number}.md"
        blog.write(name, f"Number {number} of many.\n\n{SAME}\n\n{text}", title=f"A {number}")
    blog.build_site()
    return blog


def check(blog: BuiltBlog) -> list[str]:
    run = blog.run("check", NOW)
    assert (run.code, run.err) == (0, "")
    return run.out.splitlines()


def edit_page(blog: BuiltBlog, name: str, old: str, new: str) -> None:
    page = blog.output / name / "index.html"
    text = page.read_text(encoding="utf-8")
    assert old in text
    page.write_text(text.replace(old, new), encoding="utf-8")


def test_a_site_that_shows_its_posts_has_no_warnings(blog: BuiltBlog) -> None:
    assert check(blog) == ["5 posts: 5 published; 0 warnings"]


def test_what_one_page_lacks_is_named_with_its_file_and_line(tmp_path: Path) -> None:
    blog = blog_of(tmp_path, 5, LOST)
    edit_page(blog, "a2", LOST, "")
    quote = LOST.lower()
    assert check(blog) == [
        f"{blog.posts}/2026-01-03-a2.md:8: warning: its page lacks 7 words that the source has "
        f'here: "{quote}"',
        "5 posts: 5 published; 1 warning",
    ]


def test_what_a_theme_adds_is_named_once_with_the_line_to_write(blog: BuiltBlog) -> None:
    blog.build_site(THEME.replace("{body}", "{body}" + SHARE))
    warning, names, summary = check(blog)
    assert warning.startswith(f"{blog.posts}: warning: 5 pages have words in p.share that ")
    assert names.strip() == "2026-01-01-a0.md, 2026-01-02-a1.md, 2026-01-03-a2.md and 2 more"
    assert summary.endswith("; 1 warning")
    blog.set_up(posts=", body: .post-content, drop: p.share")
    assert check(blog) == ["5 posts: 5 published; 0 warnings"]


def test_many_differences_are_one_sentence_and_json_lists_all(tmp_path: Path) -> None:
    blog = blog_of(tmp_path, COUNT, LOST)
    for number in range(COUNT):
        edit_page(blog, f"a{number}", LOST, f"Extra{number} words{number} here{number}")
    lines = check(blog)
    assert len(lines) == 5
    assert lines[0].endswith(f'{COUNT} pages lack words that the sources have: "{LOST.lower()}"')
    assert lines[2].endswith(f"{COUNT} {OF_SHORTCODES}")
    document = blog.run("check", "--json", NOW).json
    assert [page["message"] for page in document["pages"]] == [lines[0].partition("warning: ")[2]]
    assert all("its page has 3 words" in one["warnings"][0]["message"] for one in document["posts"])


def test_a_post_that_is_rendered_from_its_source_is_not_compared(tmp_path: Path) -> None:
    blog = blog_of(tmp_path, 5, LOST)
    edit_page(blog, "a2", LOST, "")
    blog.write(
        "2026-01-03-a2.md", f"Number 2 of many.\n\n{SAME}\n\n{LOST}", title="A", body="source"
    )
    assert not [line for line in check(blog) if "its page lacks" in line]


def test_bodies_from_the_source_are_compared_with_whole_pages(tmp_path: Path) -> None:
    blog = blog_of(tmp_path, 5, LOST)
    blog.build_site(THEME.replace("{body}", "{body}" + SHARE))
    edit_page(blog, "a2", LOST, "")
    blog.set_up(posts="")
    (warning, summary) = check(blog)
    assert "2026-01-03-a2.md:8: warning: its page lacks 7 words" in warning
    assert summary.endswith("; 1 warning")


def test_every_post_without_a_page_is_listed(blog: BuiltBlog) -> None:
    blog.build_site(leaves_out={"a1", "a3"})
    lines = check(blog)
    for name in ("2026-01-02-a1.md", "2026-01-04-a3.md"):
        (line,) = [line for line in lines if name in line]
        assert "not published: the site in" in line
        assert "has no page of it" in line


def test_addresses_that_no_rule_gives_are_told_with_the_rule_that_does(blog: BuiltBlog) -> None:
    text = (blog.folder / "publisher.yaml").read_text().replace("/:slug/", "/posts/:slug/")
    (blog.folder / "publisher.yaml").write_text(text)
    note, summary = check(blog)
    assert note.startswith(
        "note: 5 posts have no page at the expected address, e.g. /posts/a0/ of 2026-01-01-a0.md; "
    )
    assert "posts.permalink: " in note
    assert summary == "5 posts: 5 published; 0 warnings"
    (found,) = blog.run("check", "--json", NOW).json["addresses"]
    assert len(found["posts"]) == 5
    assert found["message"] in note


def test_a_site_without_its_output_says_nothing_of_pages(blog: BuiltBlog) -> None:
    text = (blog.folder / "publisher.yaml").read_text()
    text = text.replace("  output: _site\n", "").replace(", body: .post-content", "")
    (blog.folder / "publisher.yaml").write_text(text)
    document = blog.run("check", "--json", NOW).json
    assert document.keys() == {"posts", "settings"}
