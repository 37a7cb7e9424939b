"""Posts of a site whose generator publisher does not know."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from publisher import entry
from publisher.config import Person
from tests.unit.test_engines import post, read

if TYPE_CHECKING:
    from pathlib import Path

    from publisher.config import Engine

DAY = dt.date(2024, 1, 2)


def day(moment: dt.datetime) -> dt.date:
    return moment.date()


@pytest.mark.parametrize(
    "key",
    ["date", "pubDate", "publishDate", "publish_date", "published", "publishedAt", "published_at",
     "datePublished", "created", "created-at", "Date"],
)  # fmt: skip
def test_a_post_may_have_its_date_in_several_keys(tmp_path: Path, key: str) -> None:
    text = f"---\ntitle: A\n{key}: 2024-01-02\n---\nText\n"
    parsed = post(tmp_path, "any", {"blog/a.md": text}, posts="blog", zone="UTC")
    assert day(parsed.published) == DAY
    assert parsed.lines[0] == 3


@pytest.mark.parametrize("key", ["updatedDate", "lastmod", "last_updated", "dateModified"])
def test_the_date_of_the_last_change_has_several_keys(tmp_path: Path, key: str) -> None:
    text = f"---\ndate: 2024-01-01\n{key}: 2024-01-02\n---\nText\n"
    assert day(post(tmp_path, "any", {"a.md": text}, zone="UTC").updated) == DAY


def test_dates_in_a_map_are_read(tmp_path: Path) -> None:
    text = "---\ndate:\n  created: 2024-01-02\nlast_update: {date: 2024-01-03}\n---\nText\n"
    parsed = post(tmp_path, "any", {"a.md": text}, zone="UTC")
    assert (day(parsed.published), day(parsed.updated)) == (DAY, dt.date(2024, 1, 3))


def test_the_usual_keys_are_read(tmp_path: Path) -> None:
    text = """---
title: A title
publishDate: 2024-01-02
keywords: [one, two]
category: three
by: Ada
abstract: In short
locale: de
heroImage: /a.jpg
---
Text
"""
    parsed = post(tmp_path, "any", {"a.mdx": text})
    assert (parsed.title, parsed.tags, parsed.categories) == ("A title", ("one", "two"), ("three",))
    assert (parsed.authors, parsed.language) == ((Person(name="Ada"),), "de")
    assert entry.own_summary(parsed) == "In short"
    assert parsed.image
    assert parsed.image.href == "/a.jpg"


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("draft: true", "draft"),
        ("isDraft: true", "draft"),
        ("published: false", "hidden"),
        ("isPublished: false", "hidden"),
        ("hidden: true", "hidden"),
        ("unlisted: true", "restricted"),
    ],
)
def test_a_post_may_be_kept_back(tmp_path: Path, line: str, status: str) -> None:
    reading = read(tmp_path, "any", {"a.md": f"---\ndate: 2024-01-02\n{line}\n---\nText\n"})
    assert [one.status for one in reading.skipped] == [status]


def test_published_without_a_date_is_a_switch(tmp_path: Path) -> None:
    text = "---\npublished: true\ncreated: 2024-01-02\n---\nText\n"
    assert day(post(tmp_path, "any", {"a.md": text}, zone="UTC").published) == DAY


def test_the_metadata_that_mdx_exports_are_read(tmp_path: Path) -> None:
    text = """import A from './a'

export const metadata = {
  title: 'A title',
  date: '2024-01-02',
  tags: ['one'],
}

Text
"""
    parsed = post(tmp_path, "any", {"app/a/page.mdx": text}, posts="app", zone="UTC")
    assert (parsed.title, parsed.tags, parsed.lines[0]) == ("A title", ("one",), 5)
    assert parsed.body.strip() == "Text"


def test_metadata_that_only_a_program_knows_are_named(tmp_path: Path) -> None:
    text = "export const metadata = {\n  title: title(),\n}\n\nText\n"
    reading = read(tmp_path, "any", {"2024-01-02-a.mdx": text})
    assert [(one.line, one.message) for one in reading.warnings] == [
        (
            1,
            "the exported metadata has `title`, which only a program can evaluate; write its "
            "values as texts, numbers and lists, or use front matter",
        )
    ]
    assert [one.title for one in reading.posts] == [None]


def test_components_are_left_out_with_a_warning(tmp_path: Path) -> None:
    text = "---\ntitle: A\ndate: 2024-01-02\n---\n<Note>\n\nText\n\n</Note>\n"
    reading = read(tmp_path, "any", {"a.mdx": text})
    assert [(one.line, one.message) for one in reading.warnings] == [
        (5, "<Note> is evaluated only by the site; left out")
    ]
    assert [one.body.strip() for one in reading.posts] == ["Text"]


@pytest.mark.parametrize(
    ("path", "date", "slug"),
    [
        ("2024-01-02-a.md", DAY, "a"),
        ("2024-01-02-a/index.mdx", DAY, "a"),
        ("2024/01-02-a.md", DAY, "a"),
        ("2024/01/02/a.md", DAY, "a"),
        ("2024/01/02-a/index.md", DAY, "a"),
        ("2024-01-02/a.md", DAY, "a"),
        ("a/page.mdx", None, "a"),
        ("a/+page.md", None, "a"),
        ("a/index.md", None, "a"),
        ("b/a.md", None, "a"),
        ("2024/13-02-a.md", None, "13-02-a"),
    ],
)
def test_the_path_has_the_date_and_the_slug(
    tmp_path: Path, path: str, date: dt.date | None, slug: str
) -> None:
    parsed = post(tmp_path, "any", {path: "---\ntitle: A\ndate: 2025-05-05\n---\nText\n"})
    assert (parsed.file_date, parsed.slug) == (date, slug)


@pytest.mark.parametrize(
    ("posts", "path", "line", "page"),
    [
        ("src/content/blog", "a.md", "", "/blog/a"),
        ("src/content/blog", "a/index.md", "", "/blog/a"),
        ("content", "blog/a.md", "", "/blog/a"),
        ("app", "(site)/blog/a/page.mdx", "", "/blog/a"),
        ("docs", "posts/a.md", "", "/posts/a"),
        ("blog", "2024-01-02-a.md", "", "/blog/a"),
        ("_posts", "a.md", "", "/posts/a"),
        ("blog", "a.md", "slug: b", "/blog/b"),
        ("blog", "a.md", "slug: /b/c", "/b/c"),
        ("blog", "a.md", "permalink: /b/", "/b/"),
    ],
)
def test_the_address_follows_the_folders(
    tmp_path: Path, posts: str, path: str, line: str, page: str
) -> None:
    text = f"---\ntitle: A\ndate: 2025-05-05\n{line}\n---\nText\n"
    assert post(tmp_path, "any", {f"{posts}/{path}": text}, posts=posts).page == page


def test_a_template_of_the_configuration_gives_the_address(tmp_path: Path) -> None:
    text = "---\ntitle: A\ndate: 2025-05-05\n---\nText\n"
    parsed = post(tmp_path, "any", {"a.md": text}, permalink="/:year/:title/", zone="UTC")
    assert parsed.page == "/2025/a/"


def test_files_and_folders_with_an_underscore_are_no_posts(tmp_path: Path) -> None:
    text = "---\ntitle: A\ndate: 2024-01-02\n---\nText\n"
    reading = read(tmp_path, "any", {"_a.md": text, "_b/a.md": text, "_posts/a.md": text})
    assert [str(one.path) for one in reading.posts] == ["_posts/a.md"]


def test_the_pages_that_were_built_are_no_posts(tmp_path: Path) -> None:
    text = "---\ntitle: A\ndate: 2024-01-02\n---\nText\n"
    files = {"a.md": text, "output.md": text, "out/a.html": text, "out/output.html": text}
    reading = read(tmp_path, "any", files, output=tmp_path / "out")
    assert [str(one.path) for one in reading.posts] == ["a.md", "output.md"]
    assert not reading.pages


def test_components_of_posts_with_the_bodies_of_pages_are_not_missed(tmp_path: Path) -> None:
    text = "---\ntitle: A\ndate: 2024-01-02\n---\n<Note/>\n"
    files = {"a.mdx": text, "out/a.html": "<article>Text</article>"}
    assert not read(tmp_path, "any", files, output=tmp_path / "out", body=("article",)).warnings


def test_a_file_without_a_date_is_a_page(tmp_path: Path) -> None:
    reading = read(tmp_path, "any", {"a.md": "# A title\n\nText\n"})
    assert [(one.post.title, one.post.body.strip()) for one in reading.pages] == [
        ("A title", "Text")
    ]
    assert not reading.skipped


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ("\n# A *title* {#a}\n", "A title"),
        ("# A title { .big #a }\n", "A title"),
        ("# A #\n", "A"),
        ("## A\n", None),
        ("# ![](logo.png)\n", None),
    ],
)
def test_a_heading_above_the_text_is_the_title(
    tmp_path: Path, head: str, title: str | None
) -> None:
    text = f"---\ndate: 2024-01-02\n---\n{head}Text\n"
    assert post(tmp_path, "any", {"a.md": text}).title == title


def test_the_authors_of_docusaurus_have_short_names(tmp_path: Path) -> None:
    files = {
        "blog/authors.yml": "ada:\n  name: Ada Example\n  url: https://ada.example\n",
        "blog/a.md": "---\ndate: 2024-01-02\nauthors: [ada]\n---\nText\n",
    }
    parsed = post(tmp_path, "any", files, posts="blog")
    assert parsed.authors == (Person(name="Ada Example", uri="https://ada.example"),)


@pytest.mark.parametrize("mark", ["<!-- truncate -->", "<!--more-->", "{/* truncate */}"])
def test_the_lead_ends_at_a_marker(tmp_path: Path, mark: str) -> None:
    text = f"---\ndate: 2024-01-02\n---\nLead\n\n{mark}\n\nRest\n"
    parsed = post(tmp_path, "any", {"a.mdx": text})
    assert parsed.marker == mark.replace("{/*", "<!--").replace("*/}", "-->")


@pytest.mark.parametrize(
    ("before", "after", "is_edit"),
    [
        ("pub_date: 2024-01-02", "pub_date: 2024-01-03", True),
        ("pub_date: 2024-01-02", "pubDate: 2024-01-02", True),
        ("byline: Ada", "byline: Eve", True),
        ("Text", "Another text", True),
        ("reviewer: Bob", "reviewer: Joe", False),
        ("token: a", "token: b", False),
        ("isDraft: false", "", False),
    ],
)
def test_only_what_shows_is_an_edit(
    tmp_path: Path, before: str, after: str, *, is_edit: bool
) -> None:
    text = (
        "---\ntitle: A\npub_date: 2024-01-02\nbyline: Ada\nreviewer: Bob\ntoken: a\n"
        "isDraft: false\n---\nText\n"
    )
    old, new = (
        post(tmp_path, "any", {"a.md": one}).source for one in (text, text.replace(before, after))
    )
    assert (old != new) is is_edit


def test_an_exported_key_that_does_not_show_is_no_edit(tmp_path: Path) -> None:
    text = "export const metadata = {date: '2024-01-02', reviewer: 'Bob'}\n\nText\n"
    old, new = (
        post(tmp_path, "any", {"a.mdx": one}).source for one in (text, text.replace("Bob", "Joe"))
    )
    assert old == new
    edited = post(tmp_path, "any", {"a.mdx": text.replace("01-02", "01-03")})
    assert edited.source != old


# --- posts that are not for every reader ---

ENGINES: list[Engine] = ["any", "jekyll", "hugo", "zola", "eleventy", "hexo"]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    "line",
    ["password: hunter2", "encrypted: true", "protected: yes", "private: true", "unlisted: true",
     "noindex: true", "noIndex: true", "extra: {password: x}", "visibility: unlisted",
     "Visibility: Private", "params: {visibility: members}", "status: unlisted",
     "robots: noindex, nofollow", "robots: [follow, noindex]", "robotsNoIndex: true",
     "seo: {noindex: true}"],
)  # fmt: skip
def test_a_post_for_some_readers_is_not_published(
    tmp_path: Path, engine: Engine, line: str
) -> None:
    text = f"---\ntitle: A\ndate: 2024-01-02\n{line}\n---\nText\n"
    reading = read(tmp_path, engine, {"p/2024-01-02-a.md": text}, posts="p")
    assert not reading.posts
    (one,) = reading.skipped
    assert (one.status, one.broken, one.on_web) == ("restricted", False, True)
    assert one.reason.endswith(
        "is set, so it is not for every reader; remove the key to publish it"
    )
    assert "hunter2" not in one.reason


@pytest.mark.parametrize(
    "line",
    ["password:", 'password: ""', "encrypted: false", "protected: no", "private: off", "noindex: 0",
     "unlisted: ~", "robots: index", "robots: index, follow", "visibility: public", "visibility:",
     "visibility: [public]", "status: published", "robotsNoIndex: false", "seo: {title: noindex}"],
)  # fmt: skip
def test_an_empty_or_false_value_keeps_no_post_back(tmp_path: Path, line: str) -> None:
    text = f"---\ntitle: A\ndate: 2024-01-02\n{line}\n---\nText\n"
    assert post(tmp_path, "jekyll", {"2024-01-02-a.md": text}).title == "A"


@pytest.mark.parametrize(
    ("line", "status"),
    [("draft: true", "draft"), ("feed: false", "hidden"), ("deleted: 2024-02-03", "deleted")],
)
def test_what_the_author_says_of_feeds_has_priority(tmp_path: Path, line: str, status: str) -> None:
    text = f"---\ntitle: A\ndate: 2024-01-02\nprivate: true\n{line}\n---\nText\n"
    reading = read(tmp_path, "any", {"a.md": text})
    assert [one.status for one in reading.skipped] == [status]


def test_a_banner_with_a_text_is_no_picture(tmp_path: Path) -> None:
    text = "---\ntitle: A\ndate: 2024-01-02\nbanner: {content: New in this version}\n---\nText\n"
    reading = read(tmp_path, "any", {"a.md": text})
    assert (len(reading.posts), reading.posts[0].image, [*reading.warnings]) == (1, None, [])
