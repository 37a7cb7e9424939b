"""No file that looks like a post is passed over in silence, and no merge conflict is published."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from publisher.errors import ConfigError
from publisher.text import merge_conflicts
from tests.support.blog import Blog
from tests.support.growth import assert_linear
from tests.unit.test_documents import NOW
from tests.unit.test_engines import read

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.config import Engine

FRONT_MATTER = "---\ntitle: E\ndate: 2024-01-02\n---\n<p>x</p>\n"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("2024-01-02-a.html.erb", "an ERB template is not rendered"),
        ("a.html.erb", "an ERB template is not rendered"),
        ("2024-01-02-a.haml", "Haml is not rendered"),
        ("2024-01-02-a.html.slim", "Slim is not rendered"),
        ("2024-01-02-a.njk", "a Nunjucks template is not rendered"),
        ("a.liquid", "a Liquid template is not rendered"),
        ("2024-01-02-a.adoc", "AsciiDoc is not rendered"),
        ("a.odd", '.odd is not rendered; if these are no posts, set posts.exclude: ["**/*.odd"]'),
        ("2024-01-02-a", "a file without an ending is not rendered; call it e.g. NAME.md"),
    ],
)
@pytest.mark.parametrize("engine", ["jekyll", "hugo", "pelican", "nikola", "eleventy"])
def test_a_file_that_looks_like_a_post_is_named(
    tmp_path: Path, engine: Engine, name: str, reason: str
) -> None:
    reading = read(tmp_path, engine, {f"_posts/{name}": FRONT_MATTER}, posts="_posts")
    assert [(one.path.name, one.reason, one.broken) for one in reading.skipped] == [
        (name, reason, False)
    ]


@pytest.mark.parametrize("name", ["2024-01-02-a.html.erb", "a.njk", "a.adoc", "a.odd", "a"])
def test_all_files_of_zola_but_markdown_are_assets(tmp_path: Path, name: str) -> None:
    assert not read(tmp_path, "zola", {f"content/{name}": FRONT_MATTER}, posts="content").skipped


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("2024-01-02-a.jpg", ""),
        ("2024-01-02-data.json", "{}"),
        ("2024-01-02-a.mp3", ""),
        ("style.css", ""),
        ("layout.njk", "---\nlayout: x\n---\n"),
        ("index.liquid", "<p>"),
        ("notes.odd", "A text."),
        ("Makefile", "all:\n"),
        ("LICENSE", "MIT"),
        ("README.erb", FRONT_MATTER),
        (".hidden.erb", FRONT_MATTER),
        ("a.erb~", FRONT_MATTER),
    ],
)
def test_other_files_are_no_posts(tmp_path: Path, name: str, text: str) -> None:
    assert not read(tmp_path, "eleventy", {f"posts/{name}": text}, posts="posts").skipped


def test_very_many_files_of_one_kind_are_counted(tmp_path: Path) -> None:
    blog = Blog(tmp_path / "site")
    blog.write("2024-01-02-a.md", "Text.")
    for number in range(1, 21):
        blog.write(f"2024-02-{number:02}-a.html.erb", "Text.")
        blog.write(f"page-{number:02}.md", "Text.")
    check, build = blog.run("check", NOW), blog.run("build", NOW)
    kind = "an ERB template is not rendered"
    files = [f"{blog.posts}/2024-02-{number:02}-a.html.erb" for number in range(1, 4)]
    pages = (
        f"{blog.posts}: 20 files have no date, so they are not published: page-01.md, page-02.md, "
        "page-03.md and 17 more"
    )
    assert check.out.splitlines() == [
        *(f"{file}: not published: {kind}".removeprefix(f"{blog.folder}/") for file in files),
        f"posts: not published: 17 more files: {kind}",
        pages.removeprefix(f"{blog.folder}/"),
        "21 posts: 1 published, 20 not read, 20 pages; 0 warnings",
    ]
    counts = "21 posts: 1 published, 20 not read, 20 pages"
    assert build.out.splitlines()[-1] == counts
    assert counts in blog.run("status", NOW).out
    assert (check.code, build.code) == (0, 0)
    assert build.err.splitlines() == [
        *(f"not published: {file}: {kind}" for file in files),
        f"not published: {blog.posts}: 17 more files: {kind}",
        f"note: {pages}",
    ]
    assert len(blog.run("check", "--json", NOW).json["posts"]) == 41


def test_a_fault_of_many_files_is_said_once(tmp_path: Path) -> None:
    blog = Blog(tmp_path / "site")
    settings = blog.folder / "publisher.yaml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("  since: 2020-01-01\n", ""))
    for number in range(1, 21):
        blog.write(f"page-{number:02}.md", "Text.", date=f"2024-02-{number:02}")
    check, build = blog.run("check", NOW), blog.run("build", NOW)
    assert build.err.count("its id needs site.since") == 4
    assert f"error: {blog.posts}: 17 more files: has no date in its file name" in build.err
    assert "posts: error: 17 more files: has no date in its file name" in check.out
    assert (check.code, build.code) == (1, 1)


# --- merge conflicts ---

SIDES = "<<<<<<< HEAD\nmine\n=======\ntheirs\n>>>>>>> branch\n"
DIFF3 = "<<<<<<< HEAD\nmine\n||||||| base\nold\n=======\ntheirs\n>>>>>>> branch\n"


@pytest.mark.parametrize(
    ("body", "line"),
    [
        (SIDES, 1),
        (f"Text\n\n{SIDES}", 3),
        (f"Text\n\n{DIFF3}", 3),
        (f"Text\n\n{SIDES}".replace("\n", "\r\n"), 3),
        (f"```\ncode\n```\n{SIDES}", 4),
        ("<<<<<<< HEAD\n```\n=======\n~~~\n>>>>>>> b\ncode\n```\n", 1),
        ("<<<<<<< HEAD\n=======\nnew\n>>>>>>> b", 1),
        (f"<pre>x</pre>\n{SIDES}", 2),
        (f"{{% raw %}}x{{% endraw %}}\n{SIDES}", 2),
        (f"    <<<<<<< HEAD\n\n{SIDES}", 3),
        # What opens in code, or never closes, hides nothing.
        (f"Write `<pre>` or `<!--`.\n\n{SIDES}", 3),
        (f"``{{% raw %}}`` and `<script>`\n{SIDES}</script>", 2),
        (f"Text\n\n    <pre>\n\n{SIDES}", 5),
        (f"```\n<!--\n```\n{SIDES}-->", 4),
        (f"<pre>\n{SIDES}", 2),
        (f"<!-- more\n\n{SIDES}", 3),
        (f"<pre>\n<pre>x</pre>\n<!--\n{SIDES}", 4),
        (f"{{% raw %}}\n{SIDES}", 2),
        (f"```\n{SIDES}", 2),
        # One of the markers is removed.
        ("Text\n\n<<<<<<< HEAD\nmine\n=======\ntheirs\n", 3),
        ("<<<<<<< HEAD\nmine\n=======", 1),
        ("mine\n=======\ntheirs\n\n> A quote\n\n>>>>>>> branch\n", 7),
        ("Title\n=======\n\nText\n>>>>>>> 1234abc (Say more)\n", 5),
        (f"```\n{SIDES}```\n\nmine\n=======\ntheirs\n>>>>>>> branch", 12),
    ],
)
def test_a_merge_conflict_in_a_body_is_found(body: str, line: int) -> None:
    assert merge_conflicts.line_in_body(body.replace("\r\n", "\n")) == line


@pytest.mark.parametrize(
    "body",
    [
        f"```\n{SIDES}```\n",
        f"~~~ diff\n{DIFF3}~~~\n",
        f"1. a\n   ```\n{SIDES}   ```\n",
        "".join(f"    {line}\n" for line in SIDES.splitlines()),
        f"<pre>\n{SIDES}</pre>\n",
        f"{{% highlight diff %}}\n{SIDES}{{% endhighlight %}}\n",
        f'{{{{< highlight diff >}}}}\n{SIDES}{{{{< /highlight >}}}}\n',
        f"<!--\n{SIDES}-->\n",
        "Title\n=======\n\nText\n",
        ">>>>>>> deep quote\n\nTitle\n=======\n",
        "Title\n=======\n\n>>>>>> a\n>>>>>>> deep quote\n",
        "=======\nTitle\n=======\n\nOther\n=======\n",
        f"Title\n=======\n\n```\n{SIDES}```\n",
        f"Title\n=======\n\n<pre>\n{SIDES}</pre>\n",
        f"Title\n=======\n\n```\n{SIDES}```",
        f"- a\n\n  ```\n{SIDES}  ```",
        "<<<<<<< a line of arrows\n\nText\n",
        "<<<<<<<< eight\n=======\n>>>>>>>> eight\n",
        "a <<<<<<< HEAD\n=======\nb >>>>>>> b\n",
    ],
)  # fmt: skip
def test_an_example_of_a_conflict_is_none(body: str) -> None:
    assert merge_conflicts.line_in_body(body) is None


@pytest.mark.parametrize(
    ("engine", "file", "text", "line"),
    [
        ("jekyll", "_posts/2024-01-05-a.md", f"---\ntitle: A\n---\nText\n\n{SIDES}", 6),
        ("jekyll", "_posts/2024-01-05-a.md", f"---\n{SIDES}---\nText\n", 2),
        ("jekyll", "_posts/2024-01-05-a.md", f"{SIDES}---\ntitle: A\n---\n", 1),
        ("jekyll", "_posts/2024-01-05-a.html", f"---\ntitle: A\n---\n{SIDES}", 4),
        ("hugo", "_posts/a.md", f"+++\ndate = 2024-01-05\n+++\n{SIDES}", 4),
        ("hugo", "_posts/a.md", f"+++\n{SIDES}+++\n", 2),
        ("zola", "_posts/a.md", f"+++\n+++\n{SIDES}", 3),
        ("hexo", "_posts/a.md", f"date: 2024-01-05\n---\n{SIDES}", 3),
        ("pelican", "_posts/a.md", f"Title: A\nDate: 2024-01-05\n\n{DIFF3}", 4),
        ("pelican", "_posts/a.rst", f"A\n#\n\n:date: 2024-01-05\n\n{SIDES}", 6),
        (
            "pelican",
            "_posts/a.rst",
            "A\n#\n\n:date: 2024-01-05\n\nA\n=======\nB\n\n>>>>>>> b\n",
            10,
        ),
        ("jekyll", "_posts/2024-01-05-a.md", "---\n---\n<<<<<<< a\n=======\n", 3),
        ("pelican", "_posts/a.html", f"<html><body>\n{SIDES}</body></html>", 2),
        ("nikola", "_posts/a.md", f"<!--\n.. date: 2024-01-05\n-->\n{SIDES}", 4),
        ("eleventy", "_posts/a.md", f"---\ndate: 2024-01-05\n---\n{SIDES}", 4),
        ("plain", "_posts/a.md", f"---\npublish: true\ndate: 2024-01-05\n---\n{SIDES}", 5),
    ],
)
def test_a_post_with_a_merge_conflict_is_broken(
    tmp_path: Path, engine: Engine, file: str, text: str, line: int
) -> None:
    reading = read(tmp_path, engine, {file: text}, posts="_posts")
    assert [(one.reason, one.line, one.broken) for one in reading.skipped] == [
        (merge_conflicts.MESSAGE, line, True)
    ]
    assert not reading.posts


@pytest.mark.parametrize(
    "meta", [SIDES, f".. tags: a\n{SIDES}", "<<<<<<< a\n.. tags: a\n=======\n>>>>>>> b\n"]
)
def test_a_merge_conflict_beside_a_post_is_its_own(tmp_path: Path, meta: str) -> None:
    post = ".. title: A\n.. date: 2024-01-05\n\nText\n"
    files = {"posts/a.rst": post, "posts/a.meta": meta, "posts/b.rst": post}
    reading = read(tmp_path, "nikola", files, posts="posts")
    assert [str(one.path) for one in reading.posts] == ["b.rst"]
    (broken,) = reading.skipped
    assert "a.meta:" in broken.reason
    assert merge_conflicts.MESSAGE in broken.reason


def test_a_merge_conflict_in_the_page_of_a_section_publishes_no_draft(tmp_path: Path) -> None:
    section = "+++\n<<<<<<< HEAD\ndraft = true\n=======\n>>>>>>> b\n+++\n"
    files = {"content/_index.md": section, "content/a.md": "+++\ndate = 2024-01-05\n+++\n"}
    reading = read(tmp_path, "zola", files, posts="content")
    assert not reading.posts
    assert "_index.md:2: holds a merge conflict" in reading.skipped[0].reason


@pytest.mark.parametrize(
    ("engine", "file", "text"),
    [
        ("jekyll", "_config.yml", f"title: A\n{SIDES}"),
        ("hugo", "hugo.toml", f'title = "A"\n{SIDES}'),
        ("hugo", "hugo.json", f"{{\n{SIDES}}}"),
        ("pelican", "pelicanconf.py", f"A = 1\n{SIDES}"),
        ("eleventy", "_posts/_posts.json", f"{{\n{SIDES}}}"),
    ],
)
def test_a_merge_conflict_in_settings_is_named_with_its_line(
    tmp_path: Path, engine: Engine, file: str, text: str
) -> None:
    post = "---\ndate: 2024-01-05\n---\nText\n"
    with pytest.raises(ConfigError, match=rf"{file}:2: {merge_conflicts.MESSAGE}"):
        read(tmp_path, engine, {file: text, "_posts/2024-01-05-a.md": post}, posts="_posts")


def test_a_merge_conflict_in_publisher_yaml_is_named_with_its_line(tmp_path: Path) -> None:
    blog = Blog(tmp_path / "site")
    settings = blog.folder / "publisher.yaml"
    settings.write_text(f"# A comment.\n{SIDES}{settings.read_text()}")
    run = blog.run("build")
    assert run.code == 2
    assert f"publisher.yaml:2: {merge_conflicts.MESSAGE}" in run.err


@pytest.mark.parametrize(
    "part",
    [
        "<<<<<<< a\n",
        "<<<<<<< a\n```\n",
        "<pre>\n",
        "<!--\n",
        "<!-- -->",
        "{% raw %}\n",
        "~~~\n",
        "`<pre>`\n",
        "<pre></pre>",
        "=======\n",
        ">>>>>>> a\n",
        "<pre>\n<!--\n{% raw %}\n",
    ],
)
def test_the_search_for_conflicts_takes_time_in_proportion(part: str) -> None:
    def run(times: int) -> None:
        merge_conflicts.line_in_body(f"{part * times}\n<<<<<<< a\n>>>>>>> b\n")

    assert_linear(run, 10_000)
