"""`publisher check` compares every post with the page that the site's generator built of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.built_blog import THEME, BuiltBlog
from tests.support.terminal import COLUMNS, on_terminal

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
        "posts/2026-01-03-a2.md:8: warning: its page lacks 7 words that the source has "
        f'here: "{quote}"',
        "5 posts: 5 published; 1 warning",
    ]


def test_what_a_theme_adds_is_named_once_with_the_line_to_write(blog: BuiltBlog) -> None:
    blog.build_site(THEME.replace("{body}", "{body}" + SHARE))
    warning, names, summary = check(blog)
    assert warning.startswith("posts: warning: 5 pages have words in p.share that ")
    assert names.strip() == "2026-01-01-a0.md, 2026-01-02-a1.md, 2026-01-03-a2.md and 2 more"
    assert summary.endswith("; 1 warning")
    blog.set_up(posts=", body: .post-content, drop: p.share")
    assert check(blog) == ["5 posts: 5 published; 0 warnings"]


def test_what_a_selector_removes_of_a_post_is_blamed_on_it(tmp_path: Path) -> None:
    blog = blog_of(tmp_path, 5, LOST)
    edit_page(blog, "a2", f"<p>{LOST}", f'<p class="note">{LOST}')
    blog.set_up(posts=", body: .post-content, drop: [.absent, p.note]")
    setting, warning, summary = check(blog)
    assert "posts.drop `.absent` matches nothing in the text of any post" in setting
    assert warning == (
        "posts/2026-01-03-a2.md:8: warning: `p.note` of posts.drop removes words that the source "
        f'has here: "{LOST.lower()}"'
    )
    assert summary.endswith("; 2 warnings")


def test_a_selector_that_removes_words_of_many_posts_is_named_once(tmp_path: Path) -> None:
    blog = blog_of(tmp_path, 5, f"{LOST}\n\n![A mast](mast.png)")
    for number in range(5):
        edit_page(blog, f"a{number}", f"<p>{LOST}", f'<p class="note">{LOST}')
        edit_page(blog, f"a{number}", "![A mast](mast.png)", '<i><img src="/mast.png" alt=""></i>')
    blog.page("mast.png", "")
    blog.set_up(posts=", body: .post-content, drop: [p.note, i]")
    lines = [line.partition("warning: ")[2] for line in check(blog) if "posts.drop" in line]
    assert lines == [
        "`i` of posts.drop removes pictures from 5 pages, e.g. mast.png",
        "`p.note` of posts.drop removes words that the sources have from 5 pages, e.g. "
        f'"{LOST.lower()}"',
    ]


def test_a_selector_that_matches_nothing_is_named_with_the_one_that_is_meant(
    blog: BuiltBlog,
) -> None:
    blog.build_site(THEME.replace("{body}", "{body}" + SHARE))
    blog.set_up(posts=", body: .post-content, drop: [p.shares, .share]")
    setting, summary = check(blog)
    assert setting.startswith("publisher.yaml:")
    assert "posts.drop `p.shares` (did you mean 'p.share'?) matches nothing in the text" in setting
    assert summary.endswith("; 1 warning")


def test_titles_in_all_texts_are_named_with_their_selector(blog: BuiltBlog) -> None:
    blog.build_site(THEME.replace("{body}", "<h1>{title}</h1>{body}"))
    warning, names, _ = check(blog)
    assert "5 pages show the title of the post above its text" in warning
    assert 'add "h1:title" to posts.drop' in warning
    assert names.strip().startswith("2026-01-01-a0.md, ")
    blog.set_up(posts=", body: .post-content, drop: 'h1:title'")
    assert check(blog) == ["5 posts: 5 published; 0 warnings"]


def test_pictures_of_one_name_in_several_folders_are_several(tmp_path: Path) -> None:
    blog = BuiltBlog(tmp_path / "site")
    for number in range(4):
        text = f"Number {number} of many.\n\n![](./full.png)"
        blog.write(f"n{number}/2026-01-0{number + 1}-a{number}.md", text, title=f"A {number}")
    blog.build_site()
    for number in range(4):
        edit_page(blog, f"a{number}", "<p>![](./full.png)</p>", "")
    lines = [line for line in check(blog) if "lacks the picture ./full.png" in line]
    assert len(lines) == 4


def test_a_wrong_folder_in_the_url_of_the_site_is_blamed_and_no_picture(tmp_path: Path) -> None:
    blog = blog_of(tmp_path, 1)
    edit_page(blog, "a0", "Number 0", '<img src="/p.png" alt=""> Number 0')
    blog.page("p.png", "")
    config = blog.folder / "publisher.yaml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("//blog.example", "//blog.example/sub"), encoding="utf-8")
    lines = [line for line in check(blog) if "/p.png" in line]
    assert any(
        "/p.png is not below site.url, https://blog.example/sub/, but _site has it" in line
        for line in lines
    )
    assert not any("does not exist" in line for line in lines)


def test_on_a_terminal_lines_break_between_words(tmp_path: Path) -> None:
    blog = blog_of(tmp_path, 5, LOST)
    edit_page(blog, "a2", LOST, "")
    assert len(check(blog)[0]) > COLUMNS
    first, second, _ = on_terminal(blog.command("check", NOW), blog.folder).decode().splitlines()
    assert f"{first} {second.removeprefix('    ')}" == check(blog)[0]
    assert len(first) <= COLUMNS


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
        assert "not published: no page in" in line
        assert "was recognised as its page" in line


@pytest.mark.parametrize("command", [("check",), ("build",), ("plan", "--offline")], ids=" ".join)
@pytest.mark.parametrize("shown", ["a", "b", ""])
def test_posts_that_the_site_shows_at_one_url_are_named_with_each_other(
    shown: str, command: tuple[str, ...], tmp_path: Path
) -> None:
    """The page shows one of them or, as a list of the theme does, neither."""
    blog = BuiltBlog(tmp_path / "site")
    for name in ("a", "b"):
        text = f"The text of the post {name}{name}{name} has its own words."
        path = blog.write(f"2026-01-01-{name}.md", text, title=name * 3, slug="same")
        if name == shown:
            blog.build_page("same", path.read_text())
    blog.write("2026-01-02-c.md", "Another post.", title="C")
    blog.build_page("c", "Another post.")
    if not shown:
        blog.page("same/index.html", THEME.format(title="List", head="", body="<p>Nothing</p>"))
    run = blog.run(*command, NOW)
    lines = [line for line in (run.out + run.err).splitlines() if "has the same URL as" in line]
    assert len(lines) == 1
    assert all(f"2026-01-01-{name}.md" in lines[0] for name in ("a", "b"))
    assert "https://blog.example/same/, and the site shows only one of them there" in lines[0]
    assert run.code == 0


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


def with_picture(folder: Path, address: str, *, posts: str = ", body: .post-content") -> BuiltBlog:
    """A blog with a picture in one post, which its page shows at this address."""
    blog = BuiltBlog(folder / "site")
    blog.set_up(posts=posts)
    blog.write("2026-01-01-a.md", "A picture of a pear.\n\n![pear](pear.png)", title="A")
    blog.build_site(THEME.replace("{body}", f"{{body}}<p><img src='{address}' alt=pear></p>"))
    edit_page(blog, "a", "![pear](pear.png)", "")
    return blog


@pytest.mark.parametrize(
    ("address", "file"),
    [
        ("/media/pear.1a2b.webp", "media/pear.1a2b.webp"),
        ("pear.png", "a/pear.png"),
        ("../b/my%20pear.png?x=1#y", "b/my pear.png"),
        ("https://blog.example/pear.png", "pear.png"),
        ("https://other.example/pear.png", None),
    ],
)
def test_a_picture_is_sought_where_its_page_shows_it(
    address: str, file: str | None, tmp_path: Path
) -> None:
    blog = with_picture(tmp_path, address)
    (blog.posts / "pear.png").write_bytes(b"")  # the source, which no reader can load
    for path in (blog.folder / "static" / (file or "x"), blog.output / "static" / (file or "x")):
        path.parent.mkdir(parents=True)
        path.write_bytes(b"")
    missing = check(blog)[:-1]
    assert len(missing) == (1 if file else 0)
    if file:
        assert missing[0].startswith("posts/2026-01-01-a.md:")
        assert missing[0].endswith(" does not exist in _site; readers may not see it")
        blog.page(file, "")
    assert check(blog) == ["1 post: 1 published; 0 warnings"]


def test_the_line_of_a_missing_picture_is_that_of_its_name(tmp_path: Path) -> None:
    blog = with_picture(tmp_path, "/media/pear.png")
    (warning, _) = check(blog)
    assert warning == (
        "posts/2026-01-01-a.md:6: warning: /media/pear.png does not exist in _site; readers may "
        "not see it"
    )


def test_a_picture_of_a_body_from_the_source_is_sought_in_the_built_site(tmp_path: Path) -> None:
    blog = with_picture(tmp_path, "pear.png", posts="")
    (blog.posts / "pear.png").write_bytes(b"")
    (warning, _) = check(blog)
    assert warning.endswith(":6: warning: pear.png does not exist in _site; readers may not see it")
    blog.page("a/pear.png", "")
    assert check(blog) == ["1 post: 1 published; 0 warnings"]


@pytest.mark.parametrize(
    ("key", "file", "outcome"),
    [
        (
            "image",
            "media/a.png",
            ", and the page of the post has no picture of this name, so readers get none",
        ),
        ("audio", "media/a.weba", "; readers cannot load it"),
    ],
)
def test_media_are_sought_in_the_built_site(
    key: str, file: str, outcome: str, tmp_path: Path
) -> None:
    blog = BuiltBlog(tmp_path / "site")
    blog.write("2026-01-01-a.md", "Text of a post.", title="A", **{key: f"/{file}"})
    blog.build_site()
    (blog.folder / "media").mkdir()
    (blog.folder / file).write_bytes(b"x")  # the source, which no reader can load
    (warning, _) = check(blog)
    assert warning.endswith(f": warning: /{file} does not exist in _site{outcome}")
    blog.page(file, "x")
    assert check(blog) == ["1 post: 1 published; 0 warnings"]


def test_a_link_to_a_page_that_was_built_is_right_and_to_another_is_not(tmp_path: Path) -> None:
    blog = BuiltBlog(tmp_path / "site")
    text = (blog.folder / "publisher.yaml").read_text().replace("/:slug/", "/posts/:slug/")
    (blog.folder / "publisher.yaml").write_text(text)
    for name in ("a", "b"):
        blog.write(f"2026-01-01-{name}.md", f"Text of {name}.", title=name)
    for name in ("a", "b"):
        link = '<a href="/posts/c/">c</a>'
        text = THEME.format(title=name, head="", body=f"<p>Text of {name}.</p>{link}")
        blog.page(f"posts/{name}/index.html", text)
    lines = check(blog)
    assert sum("links to /posts/c/: it looks like the URL of a post" in one for one in lines) == 2
    blog.page("posts/c/index.html", "<p>An old page</p>")
    assert check(blog) == ["2 posts: 2 published; 0 warnings"]


def test_of_many_warnings_of_a_kind_some_are_named_and_the_rest_counted(tmp_path: Path) -> None:
    blog = blog_of(tmp_path, 1)
    pictures = "".join(f'<img src="/{number}.png">' for number in range(COUNT))
    edit_page(blog, "a0", "</div></article>", f"{pictures}</div></article>")
    lines = check(blog)
    kind = [line for line in lines if "does not exist in _site; readers may not see it" in line]
    assert len(kind) == 3
    assert (
        lines[lines.index(kind[-1]) + 1]
        == f"    and {COUNT - 3} more of this kind; --json lists all"
    )
    assert lines[-1].endswith(f"; {COUNT + 1} warnings")
    (post,) = blog.run("check", "--json", NOW).json["posts"]
    assert sum("does not exist" in one["message"] for one in post["warnings"]) == COUNT


@pytest.mark.parametrize("count", [1, 2, 5])
def test_pages_that_lead_to_others_are_named(count: int, tmp_path: Path) -> None:
    blog = BuiltBlog(tmp_path / "site")
    text = (blog.folder / "publisher.yaml").read_text()
    text = text.replace("path: posts, permalink: '/:slug/'", "pages: 'blog/*/index.html'")
    (blog.folder / "publisher.yaml").write_text(text)
    head = '<meta property="article:published_time" content="2024-01-02T03:04:05Z">'
    blog.page("blog/a/index.html", THEME.format(title="A", head=head, body="<p>Text</p>"))
    for number in range(count):
        redirect = '<meta http-equiv="refresh" content="0; url=/blog/a/">'
        blog.page(f"blog/old{number}/index.html", THEME.format(title="", head=redirect, body=""))
    (note, summary) = check(blog)
    pages = [f"blog/old{number}/index.html" for number in range(count)]
    lead = "1 page leads" if count == 1 else f"{count} pages lead"
    more = " and 2 more" if count == 5 else ""
    assert note == (
        f"_site: {lead} to other pages by a redirect or a canonical URL: "
        f"{', '.join(pages[:3])}{more}"
    )
    assert summary == "1 post: 1 published; 0 warnings"
    assert blog.run("check", "--json", NOW).json["elsewhere"] == pages


def test_tags_of_posts_whose_texts_come_from_pages_are_not_dropped(blog: BuiltBlog) -> None:
    """The generator has evaluated them."""
    blog.write("2026-01-09-tag.md", "One, two. {% unknown %} Three, four.", title="Tag")
    blog.build_site()
    assert not [line for line in check(blog) if line.startswith("template tags:")]
    blog.write("2026-01-09-tag.md", "One. {% unknown %} Two.", title="Tag", body="source")
    assert "template tags: 1 dropped" in check(blog)
