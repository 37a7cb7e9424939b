"""A file without a date is a page, unless its engine would need one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from publisher.entry import entries
from publisher.identity.claims import PublishedItem
from tests.support.posts import rendered
from tests.unit.test_engines import SITE, read

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.config import Engine

NO_DATE = "---\ntitle: Extra\n---\nText.\n"


@pytest.mark.parametrize(
    ("engine", "posts", "name", "text"),
    [
        ("zola", "content/posts", "extra.md", '+++\ntitle = "Extra"\n+++\n'),
        ("zola", "content", "posts/extra/index.md", '+++\ntitle = "Extra"\n+++\n'),
        ("zola", "content/posts", "extra.md", '+++\nupdated = "2026-01-01"\n+++\n'),
        ("hugo", "content/posts", "extra.md", NO_DATE),
        ("hugo", "content/posts", "extra/index.md", "---\npublished: true\n---\n"),
        ("hexo", "source/_posts", "extra.md", NO_DATE),
        ("hexo", "source/_posts", "extra.md", "Text.\n"),
        ("eleventy", "posts", "extra.md", NO_DATE),
        ("plain", "notes", "extra.md", "---\npublish: true\n---\n"),
        ("jekyll", "posts", "about.md", NO_DATE),
    ],
)
def test_a_file_without_a_date_is_a_page(
    tmp_path: Path, engine: Engine, posts: str, name: str, text: str
) -> None:
    reading = read(tmp_path, engine, {f"{posts}/{name}": text}, posts=posts)
    assert (reading.posts, reading.skipped, reading.warnings) == ((), (), ())
    assert [str(page.path) for page in reading.pages] == [name]


@pytest.mark.parametrize(
    ("engine", "posts", "name", "text"),
    [
        ("jekyll", "_posts", "extra.md", NO_DATE),
        ("jekyll", ".", "blog/_posts/extra.md", NO_DATE),
        ("pelican", "content", "extra.md", "Title: Extra\n\nText.\n"),
        ("pelican", "content", "extra.rst", "Extra\n#####\n\n:tags: a\n"),
        ("nikola", "posts", "extra.md", "<!--\n.. title: Extra\n-->\n"),
        ("zola", "content/posts", "extra.md", '+++\ndate = "soon"\n+++\n'),
        ("hugo", "content/posts", "extra.md", "---\ndate: soon\n---\n"),
        ("hugo", "content/posts", "extra.md", "---\npublishDate: soon\n---\n"),
        ("hugo", "content/posts", "2026-13-01-extra.md", NO_DATE),
        ("hexo", "source/_posts", "extra.md", "---\ndate: soon\n---\n"),
        ("eleventy", "posts", "extra.md", "---\ndate: Last Modified\n---\n"),
        ("plain", "notes", "extra.md", "---\npublish: true\ncreated: soon\n---\n"),
        ("jekyll", "posts", "2026-02-30-extra.md", NO_DATE),
    ],
)
def test_a_post_without_a_date_that_it_needs_or_names_is_broken(
    tmp_path: Path, engine: Engine, posts: str, name: str, text: str
) -> None:
    reading = read(tmp_path, engine, {f"{posts}/{name}": text}, posts=posts)
    assert [(str(one.path), one.broken) for one in reading.skipped] == [(name, True)]
    assert not reading.pages


@pytest.mark.parametrize(
    ("engine", "text"),
    [
        ("zola", "+++\ndraft = true\n+++\n"),
        ("hugo", "---\ndraft: true\n---\n"),
        ("plain", "Text.\n"),
    ],
)
def test_a_draft_without_a_date_is_a_draft(tmp_path: Path, engine: Engine, text: str) -> None:
    reading = read(tmp_path, engine, {"content/extra.md": text}, posts="content")
    assert [one.status for one in reading.skipped] == ["hidden" if engine == "plain" else "draft"]
    assert not reading.pages


DATED = "date: 2026-01-02\n"


@pytest.mark.parametrize(
    ("engine", "posts", "link", "page"),
    [
        ("zola", "content/posts", "[x](@/posts/extra.md)", "/posts/extra/"),
        ("zola", "content/posts", "[x](@/posts/extra.md#a)", "/posts/extra/#a"),
        ("hugo", "content/posts", '[x]({{< ref "extra" >}})', "/posts/extra/"),
        ("hugo", "content/posts", "[x](extra.md)", "/posts/extra/"),
        ("eleventy", "posts", "[x](extra.md)", "/posts/extra/"),
        ("plain", "posts", "[[extra|x]]", "/extra/"),
    ],
)
def test_a_link_to_a_page_leads_to_its_address(
    tmp_path: Path, engine: Engine, posts: str, link: str, page: str
) -> None:
    front_matter = f"publish: true\n{DATED}"
    files = {
        f"{posts}/a.md": f"---\n{front_matter}---\nSee {link}.\n",
        f"{posts}/extra.md": "---\npublish: true\ntitle: Extra\n---\nText.\n",
    }
    (shown,) = rendered(read(tmp_path, engine, files, posts=posts), SITE).entries
    assert f'href="https://blog.example{page}"' in shown.content.xhtml


def test_a_page_whose_address_would_have_a_date_is_not_linked(tmp_path: Path) -> None:
    files = {
        "_config.yml": "permalink: :year/:title/",
        "source/_posts/a.md": f"---\n{DATED}---\nText.\n",
        "source/_posts/extra.md": NO_DATE,
    }
    (page,) = read(tmp_path, "hexo", files, posts="source/_posts").pages
    assert not page.has_url
    site = {**files, "_config.yml": "permalink: :title/"}
    (page,) = read(tmp_path, "hexo", site, posts="source/_posts").pages
    assert (page.has_url, page.post.page) == (True, "/extra/")


def test_no_other_file_takes_the_item_of_a_post_that_became_a_page(tmp_path: Path) -> None:
    files = {
        "posts/long-name.md": NO_DATE,
        "posts/b.md": f"---\nid: long-name\n{DATED}---\nText.\n",
    }
    reading = read(tmp_path, "eleventy", files, posts="posts")
    item = PublishedItem("long-name", "tag:blog.example,2020-01-01:long-name", "long-name.md", "")
    found = entries(reading, SITE, lambda: [item])
    assert [str(skip.path) for skip in found.skipped] == ["b.md"]
