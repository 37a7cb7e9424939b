"""Each engine reads dates, tags, URLs and drafts by its own rules."""

from __future__ import annotations

import datetime as dt
import json
import re
import subprocess
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import pytest

from publisher import sources
from publisher.config import Config, Engine, Person, Posts, Site
from publisher.content import templates
from publisher.content.links import Links
from publisher.errors import ConfigError
from publisher.sources.front_matter.docinfo import docinfo
from tests.support.posts import rendered

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from publisher.post import Post, Reading, Skip

SITE = Site(title="A blog", url="https://blog.example", since=dt.date(2020, 1, 1))
NOW = dt.datetime(2026, 11, 1, 12, 0, tzinfo=dt.UTC)


def read(
    folder: Path,
    engine: Engine,
    files: Mapping[str, str],
    *,
    posts: str = "",
    zone: str = "Europe/Berlin",
    output: Path | None = None,
    **options: Any,
) -> Reading:
    """Write a site and read its posts, which are in its folder `posts`."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    config = Config(
        site=Site(title="A blog", url="https://blog.example", timezone=zone, output=output),
        posts=Posts(path=folder / posts, engine=engine, **options),
        state=folder / ".publisher",
        path=folder / "config.yaml",
    )
    return sources.read(config, now=NOW)


def post(*arguments: Any, **options: Any) -> Post:
    """The only post of a site, without warnings."""
    reading = read(*arguments, **options)
    assert [skip.reason for skip in reading.skipped] == []
    assert [warning.message for warning in reading.warnings] == []
    (parsed,) = reading.posts
    return parsed


def skip(*arguments: Any, **options: Any) -> Skip:
    reading = read(*arguments, **options)
    assert not reading.posts
    (found,) = reading.skipped
    return found


def iso(instant: dt.datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")


@pytest.mark.parametrize("written", ["source", "Source", "A text of its own", "[source]", "''"])
def test_the_front_matter_may_ask_for_the_body_of_the_source(tmp_path: Path, written: str) -> None:
    """It says where the text comes from, and is no edit of it."""
    name = "_posts/2026-01-01-a.md"
    plain = post(tmp_path, "jekyll", {name: "---\ntitle: A\n---\nText.\n"})
    asking = post(tmp_path, "jekyll", {name: f"---\ntitle: A\nbody: {written}\n---\nText.\n"})
    assert asking.body_from_source == (written.lower() == "source")
    assert (asking.source, asking.body) == (plain.source, plain.body)


def test_another_word_than_source_is_named_with_its_line(tmp_path: Path) -> None:
    name = "_posts/2026-01-01-a.md"
    reading = read(tmp_path, "jekyll", {name: "---\ntitle: A\nbody: sauce\n---\nText.\n"})
    (warning,) = reading.warnings
    assert (warning.line, warning.message) == (
        3,
        "body is 'sauce'; write source for the text of this file",
    )
    assert not reading.posts[0].body_from_source


# --- Jekyll: what _config.yml says ---

JEKYLL = "---\ntitle: A\n---\nText.\n"


@pytest.mark.parametrize(
    ("settings", "page"),
    [
        ("permalink: pretty", "/2020/02/03/a/"),
        ("permalink: /:year/:title", "/2020/a"),
        ("permalink: blog/:title/", "/blog/a/"),
        ("permalink: none\ncollections: {posts: {permalink: '/p/:title/'}}", "/p/a/"),
        ("title: no permalink", "/2020/02/03/a.html"),
    ],
)
def test_jekyll_s_permalink_is_that_of_the_settings(
    tmp_path: Path, settings: str, page: str
) -> None:
    files = {"_config.yml": settings, "_posts/2020-02-03-a.md": JEKYLL}
    assert post(tmp_path, "jekyll", files, posts="_posts").page == page
    own = post(tmp_path, "jekyll", files, posts="_posts", permalink="/own/:title/")
    assert own.page == "/own/a/"


COLLECTIONS = """
collections:
  docs: {permalink: '/:collection/:path/'}
  notes: {output: true}
  dated: {permalink: /:year/:name}
defaults: [{scope: {path: set.md}, values: {permalink: /by/defaults/}}]
"""


@pytest.mark.parametrize(
    ("file", "style", "address"),
    [
        ("_docs/a/history.md", "date", "/docs/a/history/"),
        ("_notes/My_Note.md", "date", "/notes/My_Note.html"),
        ("_notes/My_Note.md", "pretty", "/notes/My_Note/"),
        ("_notes/My_Note.md", "/:title", "/notes/My_Note"),
        ("_dated/a.md", "date", None),
        ("_other/a.md", "date", None),
        ("about.md", "date", "/about.html"),
        ("about.md", "/:year/:title/", "/about/"),
        ("a b/page.html", "pretty", "/a%20b/page/"),
        ("a b/page.html", "/:title:output_ext", "/a%20b/page.html"),
        ("a/index.md", "date", "/a/"),
        ("index.html", "pretty", "/"),
        ("own.md", "date", "/x/own.html"),
        ("set.md", "date", "/by/defaults/"),
        ("plain.md", "date", "/plain.md"),
        ("assets/a.pdf", "pretty", "/assets/a.pdf"),
        ("gone.md", "date", "/gone.html"),
    ],
)
def test_jekyll_s_link_knows_pages_and_collections(
    tmp_path: Path, file: str, style: str, address: str | None
) -> None:
    """The expected URLs are those of Jekyll 4.3.1."""
    files = {
        "_config.yml": f"permalink: {style}{COLLECTIONS}",
        "_posts/2020-02-03-a.md": JEKYLL,
        **({file: JEKYLL} if file != "gone.md" else {}),
        "own.md": "---\npermalink: /x/:basename:output_ext\n---\n",
        "plain.md": "No front matter.",
    }
    url_path_of = read(tmp_path, "jekyll", files, posts="_posts").url_path_of
    assert url_path_of
    assert url_path_of(PurePosixPath(file)) == address


def test_jekyll_s_link_tag_cannot_leave_the_site(tmp_path: Path) -> None:
    tags = ["", " ../x.md", " .", " /", " _other/x.md"]
    body = "\n\n".join(f"[x{n}]({{% link{tag} %}})" for n, tag in enumerate(tags))
    files = {
        "site/_config.yml": "title: A",
        "site/_posts/2020-02-03-a.md": JEKYLL + body,
        "x.md": "---\npermalink: /secret/\n---\n",
    }
    reading = read(tmp_path, "jekyll", files, posts="site/_posts")
    (found,) = rendered(reading, Site(title="A", url="https://blog.example")).entries
    assert "<a" not in found.content.xhtml
    assert [f"x{n}" in found.content.xhtml for n in range(len(tags))] == [True] * len(tags)


@pytest.mark.parametrize(
    ("defaults", "tags", "title"),
    [
        ("- {scope: {path: ''}, values: {tags: [d], title: D}}", ("d",), "A"),
        ("- {scope: {type: posts}, values: {tags: d}}", ("d",), "A"),
        ("- {scope: {type: post}, values: {tags: d}}", ("d",), "A"),
        ("- {scope: {type: pages}, values: {tags: d}}", (), "A"),
        ("- {scope: {path: news/_posts}, values: {tags: d}}", ("d",), "A"),
        ("- {scope: {path: /news}, values: {tags: d}}", ("d",), "A"),
        ("- {scope: {path: 'n*/_posts'}, values: {tags: d}}", ("d",), "A"),
        ("- {scope: {path: other}, values: {tags: d}}", (), "A"),
        # the longer path wins, then a type, then the later one
        (
            "- {scope: {path: news}, values: {tags: long}}\n- {scope: {}, values: {tags: short}}",
            ("long",),
            "A",
        ),
        (
            "- {scope: {path: '', type: posts}, values: {tags: typed}}\n"
            "- {scope: {path: ''}, values: {tags: untyped}}",
            ("typed",),
            "A",
        ),
        (
            "- {scope: {path: ''}, values: {tags: one}}\n"
            "- {scope: {path: ''}, values: {tags: two}}",
            ("two",),
            "A",
        ),
        ("  nonsense", (), "A"),
    ],
)
def test_jekyll_s_defaults_fill_in_missing_keys(
    tmp_path: Path, defaults: str, tags: tuple[str, ...], title: str
) -> None:
    files = {"_config.yml": f"defaults:\n{defaults}\n", "news/_posts/2020-02-03-a.md": JEKYLL}
    parsed = post(tmp_path, "jekyll", files)
    assert (parsed.tags, parsed.title) == (tags, title)


def test_jekyll_s_defaults_join_categories_and_hide_posts(tmp_path: Path) -> None:
    settings = "defaults: [{scope: {path: ''}, values: {categories: [d], author: ada}}]"
    files = {"_config.yml": settings, "_posts/2020-02-03-a.md": "---\ncategories: own\n---\n"}
    parsed = post(tmp_path, "jekyll", files)
    assert (parsed.categories, parsed.authors) == (("d", "own"), (Person(name="ada"),))
    (tmp_path / "_config.yml").write_text(
        "defaults: [{scope: {path: ''}, values: {published: false}}]"
    )
    assert skip(tmp_path, "jekyll", {}).status == "hidden"


def test_exclude_of_jekyll_begins_at_its_source_and_crosses_folders(tmp_path: Path) -> None:
    files = {
        "_config.yml": "source: src\nexclude: ['*secret*', _posts/2020, src/_posts/2019*]",
        "src/_posts/2019-02-03-a.md": JEKYLL,
        "src/_posts/2020-02-03-b.md": JEKYLL,
        "src/_posts/deep/2021-02-03-secret.md": JEKYLL,
    }
    reading = read(tmp_path, "jekyll", files, posts="src/_posts")
    assert [post.slug for post in reading.posts] == ["a"]
    assert {skip.status for skip in reading.skipped} == {"ignored"}


def test_jekyll_s_folders_are_categories_and_only_posts_folders_hold_posts(tmp_path: Path) -> None:
    files = {
        "_config.yml": "",
        "Big News/tech/_posts/deep/2020-02-03-a.md": "---\ncategory: own\n---\n",
        "about.md": "---\ntitle: About\n---\n",
        "_layouts/default.html": "<html>",
        "_site/_posts/2020-02-03-a.md": "",
        "node_modules/x/_posts/2020-02-03-a.md": "",
    }
    parsed = post(tmp_path, "jekyll", files)
    assert parsed.categories == ("Big News", "tech", "own")
    assert parsed.page == "/big%20news/tech/own/2020/02/03/a.html"


def test_jekyll_builds_no_page_for_a_name_without_a_date(tmp_path: Path) -> None:
    files = {"_config.yml": "", "_posts/a.md": "---\ndate: 2020-01-01\n---\n"}
    (warning,) = read(tmp_path, "jekyll", files, posts="_posts").warnings
    assert (warning.line, "so Jekyll builds no page" in warning.message) == (1, True)


def test_jekyll_builds_no_page_for_a_name_without_a_hyphen(tmp_path: Path) -> None:
    files = {"_config.yml": "", "_posts/2020-01-01_a.md": "Text."}
    (warning,) = read(tmp_path, "jekyll", files, posts="_posts").warnings
    assert warning.message.startswith("has no hyphen behind the date in its name")


def test_a_longer_path_wins_in_jekyll_s_defaults_for_categories(tmp_path: Path) -> None:
    settings = (
        "defaults: [{scope: {path: _posts}, values: {categories: short}}, "
        "{scope: {path: _posts/deep}, values: {categories: deeper}}]"
    )
    files = {"_config.yml": settings, "_posts/deep/2020-02-03-a.md": "---\ncategories: own\n---\n"}
    assert post(tmp_path, "jekyll", files, posts="_posts").categories == ("deeper", "own")


def test_a_file_that_jekyll_excludes_is_not_a_post(tmp_path: Path) -> None:
    files = {
        "_config.yml": "exclude: [old/, _posts/2020-*, /vendor]",
        **dict.fromkeys(["old/_posts/2020-02-03-a.md", "_posts/2020-02-03-b.md",
                         "vendor/x/_posts/2020-02-03-c.md", "_posts/2021-02-03-d.md"], JEKYLL),
    }  # fmt: skip
    assert post(tmp_path, "jekyll", files).slug == "d"


def test_jekyll_s_folders_are_those_of_the_settings(tmp_path: Path) -> None:
    files = {
        "_config.yml": "source: src\ncollections_dir: texts\nexclude: [texts/_posts/2021-*]\n"
        "permalink: /:categories/:title/\n"
        "defaults: [{scope: {path: texts/_posts}, values: {author: ada}}]",
        "src/_data/authors.yml": "ada: {name: Ada Example}",
        "src/texts/_posts/2020-02-03-a.md": "---\ncategories: notes\n---\n",
        "src/texts/_posts/2021-02-03-b.md": "",
    }
    reading = read(tmp_path, "jekyll", files, posts="src/texts/_posts")
    (parsed,), (left_out,) = reading.posts, reading.skipped
    assert (parsed.page, parsed.categories) == ("/notes/a/", ("notes",))
    assert str(parsed.location) == "_posts/2020-02-03-a.md"
    assert parsed.authors == (Person(name="Ada Example"),)
    # Its item stays: earlier versions looked for the file below the folder of the site.
    assert left_out.status == "ignored"


def test_the_pictures_of_a_site_of_jekyll_are_below_its_source(tmp_path: Path) -> None:
    files = {
        "_config.yml": "source: web",
        "web/_posts/2020-02-03-a.md": "Text.",
        "web/img/p.png": "",
    }
    reading = read(tmp_path, "jekyll", files, posts="web/_posts")
    (parsed,), found = reading.posts, reading.files
    assert found
    url = "https://blog.example/img/p.png"
    assert found.find("/img/p.png", url, parsed.path) == tmp_path / "web/img/p.png"


def test_jekyll_s_folders_cannot_leave_the_site(tmp_path: Path) -> None:
    files = {
        "site/_config.yml": "data_dir: ../secret\nsource: ../secret",
        "secret/authors.yml": "ada: {name: Eve}",
        "site/_posts/2020-02-03-a.md": "---\nauthor: ada\n---\n",
    }
    assert post(tmp_path, "jekyll", files, posts="site/_posts").authors == (Person(name="ada"),)


def test_jekyll_s_authors_are_known_by_their_short_names(tmp_path: Path) -> None:
    files = {
        "_config.yml": "",
        "_data/authors.yml": "ada:\n  name: Ada Example\n  email: ada@blog.example\n"
        "eve: {name: Eve, uri: 'javascript:x'}\nbad: [1]\n",
        "_posts/2020-02-03-a.md": "---\nauthors: [ada, eve, bob]\n---\n",
    }
    assert post(tmp_path, "jekyll", files).authors == (
        Person(name="Ada Example", email="ada@blog.example"),
        Person(name="Eve"),
        Person(name="bob"),
    )


@pytest.mark.parametrize(
    ("date", "published", "page"),
    [
        # Ruby's YAML takes an instant without a zone for UTC, and a text for the site's zone.
        ("2020-02-03 23:30:00", "2020-02-03T23:30:00Z", "/2020/02/04/a.html"),
        ("2020-02-03T23:30:00", "2020-02-03T23:30:00Z", "/2020/02/04/a.html"),
        ('"2020-02-03 23:30:00"', "2020-02-03T22:30:00Z", "/2020/02/03/a.html"),
        ("2020-02-03 23:30", "2020-02-03T22:30:00Z", "/2020/02/03/a.html"),
        ("2020-02-03", "2020-02-02T23:00:00Z", "/2020/02/03/a.html"),
        ("2020-02-03 23:30:00 -0800", "2020-02-04T07:30:00Z", "/2020/02/04/a.html"),
    ],
)
def test_jekyll_s_dates_mean_the_same_as_in_ruby(
    tmp_path: Path, date: str, published: str, page: str
) -> None:
    files = {"_posts/2020-02-01-a.md": f"---\ndate: {date}\n---\n"}
    parsed = post(tmp_path, "jekyll", files, posts="_posts")
    assert (iso(parsed.published), parsed.page) == (published, page)


def test_jekyll_s_settings_may_publish_future_posts(tmp_path: Path) -> None:
    files = {"_config.yml": "future: true", "_posts/2030-01-01-a.md": JEKYLL}
    assert post(tmp_path, "jekyll", files, posts="_posts")
    (tmp_path / "_config.yml").write_text("")
    found = skip(tmp_path, "jekyll", {}, posts="_posts")
    assert (found.status, found.reason) == ("future", "scheduled for 2029-12-31T23:00:00Z")
    assert found.post
    assert found.post.title == "A"


def test_jekyll_s_excerpt_separator_is_a_marker(tmp_path: Path) -> None:
    files = {"_config.yml": "excerpt_separator: '<!--cut-->'", "_posts/2020-02-03-a.md":
             "---\ntitle: A\n---\nLead.\n\n<!--cut-->\n\nRest.\n"}  # fmt: skip
    assert post(tmp_path, "jekyll", files, posts="_posts").marker == "<!--cut-->"
    (tmp_path / "_config.yml").write_text("excerpt_separator: ''")
    assert post(tmp_path, "jekyll", {}, posts="_posts").marker is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("title: [", "_config.yml:1: not YAML"),
        (
            "permalink: /:odd/:title",
            "_config.yml: permalink has :odd, which has no value; set posts",
        ),
        ("x: \xff", "is not UTF-8; save it"),
    ],
)
def test_settings_that_cannot_be_used_are_an_error_of_the_configuration(
    tmp_path: Path, text: str, message: str
) -> None:
    (tmp_path / "_posts").mkdir()
    (tmp_path / "_posts/2020-02-03-a.md").write_text(JEKYLL)
    (tmp_path / "_config.yml").write_bytes(text.encode("latin-1"))
    with pytest.raises(ConfigError, match=message):
        read(tmp_path, "jekyll", {}, posts="_posts")


# --- Hugo ---


def hugo(folder: Path, files: Mapping[str, str], **options: Any) -> Post:
    return post(folder, "hugo", {"hugo.toml": "", **files}, posts="content", **options)


@pytest.mark.parametrize(
    "text",
    [
        '+++\ntitle = "A title"\ndate = 2020-02-03T10:00:00Z\ntags = ["a", "b c"]\n+++\nText.\n',
        '---\nTitle: A title\ndate: 2020-02-03T10:00:00Z\ntags: [a, "b c"]\n---\nText.\n',
        '{\n  "title": "A title",\n  "date": "2020-02-03T10:00:00Z",\n'
        '  "tags": ["a", "b c"]\n}\nText.\n',
    ],
)
def test_hugo_s_front_matter_in_three_languages(tmp_path: Path, text: str) -> None:
    parsed = hugo(tmp_path, {"content/posts/A Post.md": text})
    assert (parsed.title, parsed.tags) == ("A title", ("a", "b c"))
    assert iso(parsed.published) == "2020-02-03T10:00:00Z"
    assert parsed.page == "/posts/a-post/"
    assert (parsed.body, parsed.body_line) == ("Text.\n", text.count("\n"))


@pytest.mark.parametrize(
    ("settings", "name", "matter", "page"),
    [
        ("", "posts/Über Uns!.md", "", "/posts/%C3%BCber-uns/"),
        ("", "posts/2020-01-01-a.md", "", "/posts/2020-01-01-a/"),
        ("", "posts/tech/a.md", "", "/posts/tech/a/"),
        ("", "posts/a/index.md", "", "/posts/a/"),
        ("", "posts/a.md", 'slug = "Other"', "/posts/other/"),
        ("", "posts/a.md", 'url = "/x/y"', "/x/y/"),
        ("", "posts/a.md", 'url = "/x/y.html"', "/x/y.html"),
        ("uglyURLs = true", "posts/a.md", "", "/posts/a.html"),
        ("disablePathToLower = true", "posts/Ab.md", "", "/posts/Ab/"),
        ('[permalinks]\nposts = "/:year/:month/:slug/"', "posts/a.md", "", "/2020/02/the-title/"),
        ('[permalinks.page]\nposts = "/:section/:title"', "posts/a.md", "", "/posts/the-title/"),
        ('[permalinks]\nposts = "/:slugorcontentbasename/"', "posts/a.md", "", "/a/"),
        ('[permalinks]\nposts = "/:sections[1:]/:contentbasename/"', "posts/b/a.md", "", "/a/"),
        ("", "posts/a--b -- c & d.md", "", "/posts/a--b----c--d/"),
        ("", "posts/dots...md", "", "/posts/dots../"),
        ("uglyURLs = true", "posts/a.md", 'url = "/X/Own y"', "/X/Own%20y/"),
        ("[languages.fr]", "posts/a.fr.md", 'url = "rel/x"', "/fr/rel/x/"),
        ("[languages.fr]", "posts/a.fr.md", 'url = "own.html"', "/fr/own.html"),
        ('[permalinks]\nposts = "/:monthname/:2/:06/:filename/"', "posts/a.md", "",
         "/february/3/20/a/"),
        ('[permalinks]\nother = "/x/:title/"', "posts/a.md", "", "/posts/a/"),
        ('[languages.fr]\nweight = 1\n[languages.en]\nweight = 2', "posts/a.fr.md", "",
         "/fr/posts/a/"),
        ('[languages.en]\nweight = 2', "posts/a.en.md", "", "/posts/a/"),
        ('defaultContentLanguageInSubdir = true\n[languages.en]\nx = 2', "posts/a.en.md", "",
         "/en/posts/a/"),
        ('[frontmatter]\ndate = [":filename", ":default"]', "posts/2020-01-01-a.md", "",
         "/posts/a/"),
        ('[frontmatter]\ndate = [":default", ":filename"]', "posts/2020-01-01-a.md", "",
         "/posts/2020-01-01-a/"),
        ('[frontmatter]\ndate = [":filename"]\n[permalinks]\nposts = "/:slug/:filename/"',
         "posts/2020-01-01-a.md", "", "/a/2020-01-01-a/"),
        ("", "posts/A  b/C & d/e.md", "", "/posts/a--b/c--d/e/"),
        ("", "posts/p%20q.md", "", "/posts/p%2520q/"),
        ("", "posts/v.1/a.md", 'slug = "v1.2 x/y"', "/posts/v.1/v1.2-x/y/"),
        ("", "posts/a.md", 'url = "/v1.2/post"', "/v1.2/post"),
        ("", "posts/a.md", 'url = "/x/index.html"', "/x/"),
        ("", "posts/a.md", 'url = "/:year/:slug+x/"', "/2020/the-title%20x/"),
        ("", "posts/a-fr.md", "", "/posts/a-fr/"),
        ("[languages.fr]", "posts/a-fr.md", "", "/posts/a-fr/"),
        ("[languages.fr]", "fr/a.md", "", "/fr/a/"),
        ("[uglyURLs]\nnotes = true", "notes/a.md", "", "/notes/a.html"),
        ("[uglyURLs]\nnotes = true", "posts/a.md", "", "/posts/a/"),
        ("removePathAccents = true", "posts/é ё й.md", "", "/posts/e-%D0%B5-%D0%B8/"),
        ('[permalinks]\nposts = "/a+b/:slug.html"', "posts/c.md", "", "/a-b/the-title.html/"),
        ('[permalinks]\nposts = "/:filename"', "posts/C++ x.md", "", "/c-x/"),
        *(('[permalinks]\nposts = "/:filename/"', f"posts/{name}.md", "", f"/{slug}/")
          for name, slug in (("c - d", "c-d"), ("a & b", "a-b"), ("a  b & C", "a-b-c"),
                             ("👍 ok", "ok"), (" lead", "lead"), ("trail ", "trail"),
                             ("100%25 x", "100-x"), ("k - l/index", "k-l"))),
        ("", "posts/c - d.md", "", "/posts/c---d/"),
        ("disablePathToLower = true", "posts/c - D.md", "", "/posts/c-D/"),
        ('[permalinks]\nposts = "/:contentbasename/"', "posts/c - d.md", "", "/c-d/"),
        ('[permalinks]\nposts = "/:slugorfilename/"', "posts/c - d.md", "", "/c-d/"),
        ('[permalinks]\n"d-e" = "/:sections/:title/"', "D e/a & b/c.md", "",
         "/d-e/the-title/"),
        ('[permalinks]\nposts = "/:title"', "posts/a.md", "title = 'TCP/IP \\ C'", "/tcp-ip-c/"),
        ('[permalinks]\nposts = "/:slug"', "posts/a.md", "title = 'TCP/IP'", "/tcp-ip/"),
        *(
            ('[permalinks]\nposts = "/p/:slug"', "posts/a.md", f"{key} = '{text}'", page)
            for key in ("title", "slug")
            for text, page in (("C#", "/p/c/"), ("C# and F#", "/p/c%23-and-f%23/"),
                               ("#a", "/p/%23a/"), ("b##", "/p/b%23%23/"))
        ),
        ('[permalinks]\nposts = "/:slug"', "posts/a.md", "slug = '-x/y-'", "/x/y/"),
        ("", "posts/a.md", "slug = '-x-'", "/posts/x/"),
        ('[permalinks]\nposts = "/:2006-:Jan/:2006_01_02/"', "posts/a.md", "",
         "/2020-feb/2020_02_03/"),
        ('[permalinks]\nposts = "/a\\\\:b/:title"', "posts/a.md", "", "/ab/the-title/"),
        ('[permalinks]\n"posts/deep" = "/d/:slug"\nposts = "/:slug"', "posts/deep/a.md", "",
         "/d/the-title/"),
        ('[permalinks]\n"/" = "/root/:slug"', "a.md", "", "/root/the-title/"),
        ('[permalinks]\nposts = "/:slug"\n[languages.fr.permalinks]\nnotes = "/n/:slug"',
         "posts/a.fr.md", "", "/fr/posts/a/"),
        ('[[permalinks]]\npattern = "/p/:slug"\ntarget.path = "/{posts,notes}/**"',
         "posts/deep/a.md", "", "/p/the-title/"),
        ('[[permalinks]]\npattern = "/p/:slug"\ntarget.path = "/posts"\n'
         '[[permalinks]]\npattern = "/d/:slug"\ntarget.environment = "development"\n'
         '[[permalinks]]\npattern = "/k/:slug"\ntarget.kind = "{page}"',
         "posts/a.md", "", "/k/the-title/"),
        ('[[permalinks]]\npattern = "/p/:slug"\ntarget.sites.matrix.languages = ["f*"]\n'
         "[languages.fr]", "posts/a.fr.md", "", "/fr/p/the-title/"),
    ],
)  # fmt: skip
def test_hugo_s_urls(tmp_path: Path, settings: str, name: str, matter: str, page: str) -> None:
    title = "" if matter.startswith("title") else 'title = "The title"\n'
    text = f"+++\n{title}date = 2020-02-03\n{matter}\n+++\n"
    assert hugo(tmp_path, {"hugo.toml": settings, f"content/{name}": text}).page == page


def test_hugo_s_urls_use_the_zone_of_the_date(tmp_path: Path) -> None:
    files = {
        "hugo.toml": '[permalinks]\nposts = "/:year/:month/:day/:title/"',
        "content/posts/a.md": "---\ntitle: A\ndate: 2020-02-03T00:30:00+08:00\n---\n",
    }
    assert hugo(tmp_path, files).page == "/2020/02/03/a/"


@pytest.mark.parametrize(("posts", "page"), [("content", "/q/w/a/"), ("content/posts", "/q/w/a/")])
def test_hugo_s_sections_have_pages_of_their_own(tmp_path: Path, posts: str, page: str) -> None:
    files = {
        "hugo.toml": '[permalinks]\nposts = "/:sections[1:]/:title/"',
        "content/posts/q/w/_index.md": "",
        "content/posts/q/w/e/a.md": "+++\ntitle = 'A'\ndate = 2020-01-01\n+++\n",
    }
    assert post(tmp_path, "hugo", files, posts=posts).page == page


@pytest.mark.parametrize(
    ("matter", "page"),
    [("title: 'A/B & C'", "/a-b-c/a/"), ("title: A\nslug: '-s/t-'", "/s/t/a/"), ("", "/x--y/a/")],
)
def test_hugo_s_sections_have_slugs(tmp_path: Path, matter: str, page: str) -> None:
    files = {
        "hugo.toml": "[permalinks]\n'x-&-y' = '/:sectionslug/:title/'",
        "content/x & y/_index.md": f"---\n{matter}\n---\n",
        "content/x & y/a.md": "---\ntitle: A\ndate: 2020-01-01\n---\n",
    }
    assert hugo(tmp_path, files).page == page


def test_hugo_s_bundles_have_one_post(tmp_path: Path) -> None:
    files = {
        "content/posts/_index.md": "+++\ntitle='List'\n+++\n",
        "content/posts/a/index.md": "+++\ntitle='A'\ndate=2020-01-01\n+++\n",
        "content/posts/a/notes.md": "a resource",
        "content/posts/a/more/deep.md": "a resource",
    }
    assert hugo(tmp_path, files).path.as_posix() == "posts/a/index.md"


@pytest.mark.parametrize(
    ("matter", "published", "updated"),
    [
        ("date: 2020-01-01", "2020-01-01T00:00:00Z", "2020-01-01T00:00:00Z"),
        ("date: 2020-01-01\npublishDate: 2020-02-01", "2020-02-01T00:00:00Z",
         "2020-02-01T00:00:00Z"),
        ("pubdate: 2020-02-01", "2020-02-01T00:00:00Z", "2020-02-01T00:00:00Z"),
        ("date: 2020-01-01\nlastmod: 2020-03-01", "2020-01-01T00:00:00Z", "2020-03-01T00:00:00Z"),
        ("lastmod: 2020-03-01", "2020-03-01T00:00:00Z", "2020-03-01T00:00:00Z"),
        ("params:\n  x: y\nDate: 2020-01-01", "2020-01-01T00:00:00Z", "2020-01-01T00:00:00Z"),
        ("date: 2020-01-01\nexpiryDate: 2030-01-01", "2020-01-01T00:00:00Z",
         "2020-01-01T00:00:00Z"),
    ],
)  # fmt: skip
def test_hugo_s_dates(tmp_path: Path, matter: str, published: str, updated: str) -> None:
    parsed = hugo(tmp_path, {"content/posts/a.md": f"---\n{matter}\n---\n"}, zone="UTC")
    assert (iso(parsed.published), iso(parsed.updated)) == (published, updated)


@pytest.mark.parametrize(
    ("matter", "status", "reason"),
    [
        ("draft: true", "draft", "a draft"),
        ("expiryDate: 2021-01-01", "expired", "expired on 2021-01-01T00:00:00Z"),
        ("publishDate: 2027-01-01", "future", "scheduled for 2027-01-01T00:00:00Z"),
        ("headless: true", "hidden", "headless: true"),
        ("build: {list: never}", "hidden", "build: not listed"),
        ("_build: {render: false}", "hidden", "build: not listed"),
    ],
)
def test_posts_that_hugo_does_not_publish_are_skipped(
    tmp_path: Path, matter: str, status: str, reason: str
) -> None:
    files = {"hugo.toml": "", "content/posts/a.md": f"---\ndate: 2020-01-01\n{matter}\n---\n"}
    found = skip(tmp_path, "hugo", files, posts="content", zone="UTC")
    assert (found.status, found.reason, found.broken) == (status, reason, False)


def test_hugo_s_cascade_reaches_the_posts_below(tmp_path: Path) -> None:
    files = {
        "content/posts/_index.md": "---\ncascade:\n  tags: [near]\n---\n",
        "content/_index.md": "---\ncascade:\n- {tags: [far], author: Ada}\n---\n",
        "content/posts/a.md": "---\ndate: 2020-01-01\n---\n",
    }
    parsed = hugo(tmp_path, files)
    assert (parsed.tags, parsed.authors) == (("near",), (Person(name="Ada"),))
    (tmp_path / "content/posts/_index.md").write_text("---\ncascade: {draft: true}\n---\n")
    assert skip(tmp_path, "hugo", {}, posts="content").status == "draft"


def test_only_the_main_sections_of_a_hugo_site_are_read(tmp_path: Path) -> None:
    text = "+++\ndate=2020-01-01\n+++\n"
    files = {"hugo.toml": "[params]\nmainSections = ['posts']", "content/posts/a.md": text,
             "content/docs/b.md": text}  # fmt: skip
    reading = read(tmp_path, "hugo", files, posts="content")
    assert [str(one.path) for one in reading.posts] == ["posts/a.md"]
    assert [(str(one.path), one.status, one.reason) for one in reading.skipped] == [
        ("docs/b.md", "ignored", "the site leaves it out, see mainSections")
    ]


def test_hugo_merges_its_settings_and_takes_none_of_ours(tmp_path: Path) -> None:
    files = {
        "config.yaml": "site: {url: https://x.example}\nposts: {path: content}\n"
        "disablePathToLower: true\n",
        "config/_default/hugo.toml": "uglyURLs = true\n[permalinks]\nposts = '/z/:slug/'\n",
        "config/_default/parts/permalinks.fr.yaml": "permalinks: {posts: '/f/:slug/'}\n",
        "config/production/config.json": '{"uglyURLs": false}',
        "config/development/config.yaml": "uglyURLs: true\n",
        "content/posts/a.md": "---\ntitle: A\ndate: 2020-01-01\n---\n",
        "content/posts/a.fr.md": "---\ntitle: A\ndate: 2020-01-01\n---\n",
    }
    reading = read(tmp_path, "hugo", files, posts="content")
    assert [one.page for one in reading.posts] == ["/fr/f/a/", "/z/a/"]


def test_a_language_of_hugo_may_have_a_host_and_folder_of_its_own(tmp_path: Path) -> None:
    text = "---\ntitle: A\ndate: 2020-01-01\n---\n"
    files = {
        "hugo.yaml": "languages:\n  en: {contentDir: content/en, baseURL: 'https://en.example/x/'}\n"
                     "  fr: {contentDir: content/fr, baseURL: 'https://fr.example'}\n"
                     "  it: {contentDir: content/it, disabled: true}\n",
        **{f"content/{name}.md": text
           for name in ("en/a", "fr/a", "it/a", "en/b.it", "a", "fr/#a")},
    }  # fmt: skip
    reading = read(tmp_path, "hugo", files, posts="content")
    assert [(str(one.path), one.address, one.language) for one in reading.posts] == [
        ("en/a.md", "https://en.example/x/a/", None),
        ("fr/a.md", "https://fr.example/fr/a/", "fr"),
    ]
    assert {str(one.path): (one.status, one.reason.partition(", see ")[2])
            for one in reading.skipped} == {
        "a.md": ("ignored", "contentDir of the languages"),
        "en/b.it.md": ("ignored", "languages.it.disabled"),
        "fr/#a.md": ("ignored", "the # at the beginning of its name"),
        "it/a.md": ("ignored", "languages.it.disabled"),
    }  # fmt: skip


@pytest.mark.parametrize("settings", ["", "  fr: {contentDir: content/fr}\n"])
def test_a_post_in_a_disabled_language_names_the_setting(tmp_path: Path, settings: str) -> None:
    name = "content/fr/a.md" if settings else "content/en/a.fr.md"
    languages = f"languages:\n  en: {{contentDir: content/en}}\n{settings}"
    files = {
        "hugo.yaml": f"disableLanguages: [fr]\n{languages}",
        name: "---\ntitle: A\ndate: 2020-01-01\n---\n",
    }
    (tmp_path / "content/en").mkdir(parents=True)
    assert skip(tmp_path, "hugo", files, posts="content").reason.endswith("see disableLanguages")


def test_languages_of_hugo_on_hosts_of_their_own_have_no_prefix(tmp_path: Path) -> None:
    text = "---\ntitle: A\ndate: 2020-01-01\n---\n"
    files = {
        "hugo.toml": "[languages.en]\n[languages.fr]\nbaseURL = 'https://fr.example/y'",
        "content/a.fr.md": text,
    }
    assert hugo(tmp_path, files).address == "https://fr.example/y/a/"


def test_hugo_may_mount_other_folders_into_its_content(tmp_path: Path) -> None:
    text = "---\ntitle: A\ndate: 2020-01-01\n---\n"
    files = {
        "hugo.yaml": "languages: {en: {}, de: {}}\nmodule:\n  mounts:\n"
                     "  - {source: docs, target: content/manual}\n"
                     "  - {source: deutsch, target: content, lang: de}\n"
                     "  - {source: ../outside, target: content}\n"
                     "  - {source: images, target: assets/images}\n",
        "docs/x/a.md": text, "deutsch/posts/a.md": text, "content/posts/a.md": text,
    }  # fmt: skip
    reading = read(tmp_path, "hugo", files)
    assert [(one.page, one.language) for one in reading.posts] == [
        ("/de/posts/a/", "de"), ("/manual/x/a/", None),
    ]  # fmt: skip
    assert [str(one.path) for one in reading.skipped] == ["content/posts/a.md"]


def test_the_whole_site_of_hugo_has_the_posts_of_all_languages(tmp_path: Path) -> None:
    text = "---\ntitle: A\ndate: 2020-01-01\n---\n"
    files = {
        "hugo.yaml": "languages: {en: {contentDir: data}, de: {contentDir: content.de}}\n",
        "data/blog/a.md": text, "content.de/blog/a.md": text, "themes/x/content/posts/a.md": text,
        "archetypes/default.md": text, "layouts/single.html": "<p>", "README.md": text,
        "old/a.md": text,
    }  # fmt: skip
    reading = read(tmp_path, "hugo", files)
    assert [(str(one.path), one.page, one.language) for one in reading.posts] == [
        ("content.de/blog/a.md", "/de/blog/a/", "de"), ("data/blog/a.md", "/blog/a/", None),
    ]  # fmt: skip
    assert [str(one.path) for one in reading.skipped] == ["old/a.md"]


def test_a_cascade_of_hugo_is_for_posts_of_its_language(tmp_path: Path) -> None:
    text = "---\ndate: 2020-01-01\n---\nText.\n"
    files = {
        "hugo.yaml": "languages: {en: {}, de: {}, fr: {contentDir: content/fr}}\n",
        "content/posts/_index.md": "---\ncascade: {tags: [english]}\n---\n",
        "content/posts/_index.de.md": "---\ncascade: {tags: [deutsch]}\n---\n",
        "content/fr/posts/_index.md": "---\ncascade: {tags: [francais]}\n---\n",
        "content/posts/a.md": text,
        "content/posts/a.de.md": text,
        "content/fr/posts/a.md": text,
    }
    posts = read(tmp_path, "hugo", files, posts="content").posts
    assert {str(one.path): one.tags for one in posts} == {
        "posts/a.md": ("english",), "posts/a.de.md": ("deutsch",), "fr/posts/a.md": ("francais",),
    }  # fmt: skip
    (tmp_path / "content/posts/_index.de.md").unlink()
    posts = read(tmp_path, "hugo", {}, posts="content").posts
    assert {one.tags for one in posts if one.language == "de"} == {()}


@pytest.mark.parametrize(
    ("order", "date"),
    [
        ("[':default', goLive]", "2020-01-01"),
        ("[goLive, ':default']", "2020-07-07"),
        ("[':default']", "2020-01-01"),
    ],
)
def test_hugo_s_order_of_publish_dates_has_the_date_among_its_defaults(
    tmp_path: Path, order: str, date: str
) -> None:
    files = {
        "hugo.yaml": f"frontmatter: {{publishDate: {order}}}\ntimeZone: UTC\n",
        "content/a.md": "---\ndate: 2020-01-01T12:00:00Z\ngoLive: 2020-07-07T12:00:00Z\n---\n",
    }
    assert iso(post(tmp_path, "hugo", files, posts="content").published) == f"{date}T12:00:00Z"


def test_a_cascade_of_hugo_is_for_the_pages_of_its_target(tmp_path: Path) -> None:
    """The item of a draft stays, which was published while publisher did not know targets."""
    files = {
        "hugo.yaml": "cascade:\n- target: {path: '/posts/**'}\n  tags: [first]\n"
                     "- _target: {path: '/{posts/x,y}'}\n  draft: true\n"
                     "- target: /posts/**\n  tags: [none]\n- tags: [all]\n",
        **{f"content/{name}.md": "---\ntitle: A\ndate: 2020-01-01\n---\n"
           for name in ("posts/a", "posts/x", "notes/a")},
    }  # fmt: skip
    reading = read(tmp_path, "hugo", files, posts="content")
    assert [one.tags for one in reading.posts] == [("all",), ("first",)]
    assert [(str(one.path), one.status) for one in reading.skipped] == [("posts/x.md", "ignored")]


def test_hugo_takes_dates_and_terms_from_the_keys_that_its_settings_name(tmp_path: Path) -> None:
    files = {
        "hugo.toml": "[frontmatter]\ndate = ['written', ':default']\npublishDate = ['shown']\n"
                     "[taxonomies]\ntag = 'labels'\ncategory = 'themes'\n",
        "content/a.md": "---\ntitle: A\ndate: 2020-01-01\nWritten: 2020-02-02\n"
                        "shown: 2020-03-03\nlabels: two words, a comma\nthemes: [x, y z]\n"
                        "tags: [none]\n---\n",
    }  # fmt: skip
    parsed = hugo(tmp_path, files, zone="UTC")
    assert iso(parsed.published) == "2020-03-03T00:00:00Z"
    assert (parsed.tags, parsed.categories) == (("two words, a comma",), ("x", "y z"))


# --- Zola ---


@pytest.mark.parametrize(
    ("settings", "name", "matter", "page"),
    [
        ("", "blog/A Post.md", "", "/blog/a-post/"),
        ("", "blog/a/index.md", "", "/blog/a/"),
        ("", "blog/2020-02-03-a.md", "", "/blog/a/"),
        ("", "blog/2020-02-03_a.md", "", "/blog/a/"),
        ("", "blog/2020-02-03T10:00:00Z-a.md", "", "/blog/a/"),
        ("", "blog/2020-02-03 -a.md", "", "/blog/a/"),
        ("", "My Blog/A/index.md", "", "/My%20Blog/a/"),
        ("", "blog/日本.md", "", "/blog/ri-ben/"),
        ("[slugify]\npaths_keep_dates = true", "blog/2020-02-03-a.md", "", "/blog/2020-02-03-a/"),
        ("[slugify]\npaths = 'safe'", "blog/Ü b?.md", "", "/blog/%C3%9C%20b/"),
        ("[slugify]\npaths = 'off'", "blog/Ü.md", "", "/blog/%C3%9C/"),
        ("", "blog/Über.md", "", "/blog/uber/"),
        ("", "blog/a.md", "slug = 'other one'", "/blog/other-one/"),
        ("", "blog/a.md", "path = 'x/Y'", "/x/Y/"),
        ("[languages.fr]", "blog/a.fr.md", "", "/fr/blog/a/"),
        ("[languages.fr]", "blog/a.fr.md", "path = 'x/Y'", "/x/Y/"),
        ("[languages.fr]", "blog/a-fr.md", "", "/blog/a-fr/"),
    ],
)
def test_zola_s_urls(tmp_path: Path, settings: str, name: str, matter: str, page: str) -> None:
    text = f"+++\ntitle = 'T'\ndate = 2020-02-03\n{matter}\n+++\nText.\n"
    files = {"zola.toml": f"base_url = 'x'\n{settings}", f"content/{name}": text}
    assert post(tmp_path, "zola", files, posts="content").page == page


def test_zola_s_taxonomies_and_authors(tmp_path: Path) -> None:
    text = (
        "+++\ntitle = 'T'\ndate = 2020-02-03\nauthors = ['Ada', 'Bob']\nupdated = 2020-03-01\n"
        "[taxonomies]\ntags = ['a', 'b c']\ncategories = ['News']\n+++\nLead <!-- more --> rest.\n"
    )
    files = {"config.toml": "base_url = 'x'", "content/blog/a.md": text}
    parsed = post(tmp_path, "zola", files, posts="content", zone="UTC")
    assert (parsed.tags, parsed.categories) == (("a", "b c"), ("News",))
    assert parsed.authors == (Person(name="Ada"), Person(name="Bob"))
    assert (iso(parsed.updated), parsed.marker) == ("2020-03-01T00:00:00Z", "<!-- more -->")


@pytest.mark.parametrize(
    ("files", "status"),
    [
        ({"content/blog/a.md": "+++\ndraft = true\n+++\n"}, "draft"),
        ({"content/blog/a.md": "+++\ndate = 2020-01-01\nrender = false\n+++\n"}, "hidden"),
        (
            {
                "content/blog/a.md": "+++\ndate = 2020-01-01\n+++\n",
                "content/blog/_index.md": "+++\ndraft = true\n+++\n",
            },
            "draft",
        ),
        (
            {
                "zola.toml": 'ignored_content = ["*.py", "**/private/*"]',
                "content/blog/private/deep/a.md": "+++\ndate = 2020-01-01\n+++\n",
            },
            "ignored",
        ),
        ({"content/blog/a/demo.html": "---\ndate: 2020-01-01\n---\n"}, "ignored"),
        ({"content/blog/a/a.markdown": "+++\n+++\n"}, "ignored"),
    ],
)
def test_posts_that_zola_does_not_publish_are_skipped(
    tmp_path: Path, files: Mapping[str, str], status: str
) -> None:
    found = skip(tmp_path, "zola", {"zola.toml": "", **files}, posts="content")
    assert found.status == status


@pytest.mark.parametrize("name", ["demo.html", "2020-01-01-notes.txt", "a.rst", "a.ipynb"])
def test_the_assets_of_a_page_of_zola_are_no_posts(tmp_path: Path, name: str) -> None:
    page = "+++\ndate = 2020-01-01\n+++\nText.\n"
    files = {"zola.toml": "", "content/a/index.md": page, f"content/a/{name}": "Text."}
    reading = read(tmp_path, "zola", files, posts="content")
    assert [str(one.path) for one in reading.posts] == ["a/index.md"]
    assert not reading.skipped
    assert not reading.pages


def test_the_time_in_a_file_name_of_zola_is_that_of_the_post(tmp_path: Path) -> None:
    files = {"zola.toml": "", "content/2020-01-02T03:04:05+01:00-a.md": "+++\n+++\n"}
    assert iso(post(tmp_path, "zola", files, posts="content").published) == "2020-01-02T02:04:05Z"


# --- Eleventy ---


@pytest.mark.parametrize(
    ("name", "matter", "page"),
    [
        ("blog/a.md", "date: 2020-01-01", "/blog/a/"),
        ("blog/2020-01-01-a.md", "", "/blog/2020-01-01-a/"),
        ("blog/2020-01-01-a/index.md", "", "/blog/2020-01-01-a/"),
        ("blog/2020-01-01-index.md", "", "/blog/2020-01-01-index/"),
        ("index.md", "date: 2020-01-01", "/"),
        ("blog/2020-01-01-a.md", "permalink: /x/{{ page.fileSlug }}/", "/x/a/"),
        ("blog/2020-01-01-a.md", "permalink: '{{ page.filePathStem }}.html'", "/blog/a.html"),
        ("blog/2020-01-01-a.md", "title: A B\npermalink: /{{ title | slugify }}/index.html",
         "/a-b/"),
        ("blog/2020-01-01-a.md", "permalink: plain/", "/plain/"),
        ("blog/x/x.md", "date: 2020-01-01", "/blog/x/"),
        ("blog/x/2020-01-01-x.md", "", "/blog/x/2020-01-01-x/"),
        ("blog/2020-01-01-a.md", "permalink: \"/{{ page.date | date: '%Y/%m' }}/\"", "/2020/01/"),
        ("blog/2020-01-01-a.md",
         "title: A b\npermalink: \"/{{ title | upcase | replace: ' ', '-' }}/\"", "/A-B/"),
        ("blog/2020-01-01-a.md",
         "title: A\npermalink: '/{% if title %}{{ title | downcase }}{% endif %}/'", "/a/"),
        ("blog/2020-01-01-a.md", "title: Über C+\npermalink: /{{ title | slug }}/", "/uber-c+/"),
        ("blog/2020-01-01-a.md", "title: Über\npermalink: /{{ title | slugify }}/", "/ueber/"),
        ("blog/2020-01-01-a.md", "title: Ü&Ö\npermalink: /{{ title | upcase | slug }}/", "/uando/"),
        ("blog/2020-01-01-a.md",
         "eleventyComputed: {permalink: '/k/{{ page.fileSlug }}/'}\npermalink: /x/", "/k/a/"),
    ],
)  # fmt: skip
def test_eleventy_s_urls(tmp_path: Path, name: str, matter: str, page: str) -> None:
    files = {
        "eleventy.config.js": 'export default { dir: { input: "src" } };',
        f"src/{name}": f"---\n{matter}\n---\n",
    }
    assert post(tmp_path, "eleventy", files, posts="src").page == page


@pytest.mark.parametrize(
    ("permalink", "problem"),
    [
        ("/{{ title | shout }}/", "shout"),
        ("/{{ title | sum }}/", "filter"),
        ("/{{ missing | upcase }}/", "missing"),
        ("/{{ title | date: }}/", "date"),
        ("/{% include 'a' %}/", "include"),
        ("/{{ title }}{% for i in (1..2000) %}x{% endfor %}/", "limit"),
    ],
)
def test_eleventy_s_permalinks_that_only_a_program_can_compute_are_named(
    tmp_path: Path, permalink: str, problem: str
) -> None:
    matter = json.dumps({"title": "A", "permalink": permalink})
    files = {"eleventy.config.js": "", "blog/2020-01-01-a.md": f"---\n{matter}\n---\n"}
    for rule, page, said in (
        (None, "/blog/2020-01-01-a/", "posts.permalink describes such URLs; set it"),
        ("/b/:year/:title/", "/b/2020/a/", "posts.permalink is used"),
    ):
        reading = read(tmp_path, "eleventy", files, permalink=rule)
        (found,), (warning,) = reading.posts, reading.warnings
        assert found.page == page
        assert said in warning.message
        assert problem in warning.message


def test_posts_of_eleventy_get_the_data_of_their_layouts(tmp_path: Path) -> None:
    matter = "date: 2020-01-01\nlayout: {}"
    files = {
        "eleventy.config.js": """module.exports = (c) => {
            c.addLayoutAlias("short", "lay.html");
            return {dir: {input: "src", layouts: "_layouts"}};
        };""",
        "src/_layouts/lay.html": "---\npermalink: /lay/{{ page.fileSlug }}/\ntags: [nav2]\n"
        "author: Ann\nlayout: base/top\n---\n{{ content }}",
        "src/_includes/base/top.njk": "---\nauthor: Top\nlanguage: de\n---\n{{ content }}",
        "src/blog/blog.json": '{"layout": "lay"}',
        "src/blog/a.md": "---\ndate: 2020-01-01\n---\n",
        "src/blog/b.md": f"---\n{matter.format('short')}\nauthor: Own\ntags: own\n---\n",
        "src/blog/c.md": f"---\n{matter.format('gone')}\n---\n",
        "src/blog/d.md": f"---\n{matter.format('null')}\npermalink: /d/\n---\n",
    }
    reading = read(tmp_path, "eleventy", files, posts="src/blog")
    posts = reading.posts
    a, b, c, d = posts
    (warning,) = reading.warnings
    assert (str(warning.path), warning.line) == ("c.md", 3)
    assert "'gone' is no file of src/_layouts and src/_includes" in warning.message
    assert [one.page for one in posts] == ["/lay/a/", "/lay/b/", "/blog/c/", "/d/"]
    assert [[who.name for who in one.authors] for one in (a, b, c)] == [["Ann"], ["Own"], []]
    assert (a.language, b.tags, d.page) == ("de", ("own",), "/d/")


@pytest.mark.parametrize(
    ("files", "layout"),
    [
        ({}, "gone"),  # where the layouts lie is not known
        ({"_includes/a.vto": ""}, "a"),  # a language of a plugin
        ({"_includes/a.html": ""}, "a.html"),
        ({"_includes/in/a.11ty.js": ""}, "in/a"),
        ({"_includes/x.njk": "", "eleventy.config.js": "c.addTemplate('_includes/a.njk')"}, "a"),
        ({"_includes/x.njk": ""}, "false"),
    ],
)
def test_layouts_of_eleventy_that_may_be_there_are_not_named(
    files: Mapping[str, str], layout: str, tmp_path: Path
) -> None:
    post = {"posts/2020-01-01-a.md": f"---\nlayout: {layout}\n---\n"}
    settings = {"eleventy.config.js": "module.exports = {};"}
    assert read(tmp_path, "eleventy", {**settings, **files, **post}, posts="posts").warnings == ()


def test_templates_of_eleventy_read_the_data_of_all_pages(tmp_path: Path) -> None:
    files = {
        ".eleventy.js": "module.exports = {dir: {input: 'src', data: 'all'}};",
        "src/all/meta.json": '{"name": "Bees", "n": 2}',
        "src/all/site.json": '{"owner": "Ada"}',
        "src/all/a/b.json": '["x", "y"]',
        "src/all/broken.json": "{",
        "src/all/title.json": '"of all pages"',
        "src/posts/2020-01-01-a.md": "---\ntitle: Own\n"
        "permalink: /{{ meta.name }}/{{ meta.n }}/\n---\n"
        "{{ meta.name }} {{ site.owner }} {{ a.b[1] }} {{ title }} {{ broken.x }}.\n",
    }
    reading = read(tmp_path, "eleventy", files, posts="src/posts")
    (post,) = reading.posts
    assert post.page == "/Bees/2/"
    site = Site(title="Site", url="https://site.example")
    values = templates.values_of(post, reading.settings, site)
    evaluated = templates.evaluate(post, values, Links([], site).of(post))
    assert evaluated.text.split() == ["Bees", "Ada", "y", "Own", "."]
    assert "broken.x" in evaluated.warnings[0][1]


def test_eleventy_s_directory_data_is_added(tmp_path: Path) -> None:
    files = {
        ".eleventy.js": "",
        "blog/blog.json": '{"tags": ["journal"], "author": "Ada", "permalink": "/j/{{slug}}/"}',
        "blog/2020-01-01-a.md": "---\ntags: [journal, posts, real]\n---\n",
        "blog/2020-01-02-b.md": "---\ntags: San Francisco\nauthor: Bob\n---\n",
    }
    one, other = read(tmp_path, "eleventy", files, posts="blog").posts
    assert (one.tags, one.authors, one.page) == (("real",), (Person(name="Ada"),), "/j/a/")
    assert (other.tags, other.authors) == (("San Francisco",), (Person(name="Bob"),))


def test_computed_values_of_eleventy_s_directory_data_win(tmp_path: Path) -> None:
    files = {
        ".eleventy.js": "",
        "blog/blog.json": '{"eleventyComputed": {"permalink": "/k/{{ page.fileSlug }}/"}}',
        "blog/2020-01-01-a.md": "---\npermalink: /x/\n---\n",
        "blog/2020-01-02-b.md": "---\neleventyComputed:\n  permalink: /{{ n | sum }}/\n---\n",
    }
    reading = read(tmp_path, "eleventy", files, posts="blog")
    assert [parsed.page for parsed in reading.posts] == ["/k/a/", "/blog/2020-01-02-b/"]
    (warning,) = reading.warnings
    assert (warning.line, "only the site's program has" in warning.message) == (2, True)


def test_eleventy_merges_the_data_of_a_post_with_its_front_matter(tmp_path: Path) -> None:
    matters = [
        "tags: [own, file]\neleventyComputed: {other: x}",
        "override:tags: own",
        "tags:\nauthor: Bob",
        "",
    ]
    data = (
        '{"tags": "of, file", "author": {"name": "Ada"},'
        ' "eleventyComputed": {"permalink": "/k/{{ page.fileSlug }}/"}}'
    )
    files = {
        f"2020-01-0{day}-a.md": f"---\n{matter}\n---\n" for day, matter in enumerate(matters, 1)
    }
    beside = {name.replace(".md", ".json"): data for name in files}
    posts = read(tmp_path, "eleventy", files | beside).posts
    tags = [("of", "file", "own"), ("own",), ("of", "file"), ("of", "file")]
    assert [one.tags for one in posts] == tags
    assert {one.page for one in posts} == {"/k/a/"}
    assert {one.authors for one in posts} == {(Person(name="Ada"),)}


INPUTS: dict[str, Mapping[str, str]] = {
    "object": {"eleventy.config.js": "const dir = {input: './src/'}; export default () => ({dir})"},
    "exported": {"eleventy.config.mjs": "export const config = {dir: {input: 'src'}};"},
    "constant": {".eleventy.js": "const IN = 'src';\nmodule.exports = {dir: {input: IN}}"},
    "called": {".eleventy.cjs": "module.exports = (c) => { c.setInputDirectory(`src`) }"},
    "comment": {".eleventy.js": "// input: 'old'\nmodule.exports = {dir: {input: 'src'}}"},
    "script": {"package.json": '{"scripts": {"build": "npx @11ty/eleventy --input=src"}}'},
    "named": {
        "package.json": '{"scripts": {"b": "eleventy --config a/b.js"}}',
        "a/b.js": "module.exports = {dir: {input: 'src'}}",
    },
    "option": {
        "package.json": '{"scripts": {"b": "eleventy --input src"}}',
        ".eleventy.js": "module.exports = {dir: {input: 'other'}}",
    },
}


@pytest.mark.parametrize("written", INPUTS)
def test_the_input_folder_of_eleventy_is_read_wherever_it_is_data(
    tmp_path: Path, written: str
) -> None:
    files = {"src/blog/2020-01-01-a.md": "---\ntitle: A\n---\n", **INPUTS[written]}
    found = read(tmp_path, "eleventy", files, posts="src/blog", site=tmp_path)
    assert [one.page for one in found.posts] == ["/blog/2020-01-01-a/"]


def test_eleventy_s_data_comes_from_the_file_then_from_each_folder_below_the_input(
    tmp_path: Path,
) -> None:
    files = {
        ".eleventy.js": "module.exports = {dir: {input: 'src'}}",
        "site.json": '{"lang": "xx"}',
        "src/src.json": '{"lang": "fr", "author": "Ada", "tags": ["essays"], "summary": "top"}',
        "src/blog/blog.json": '{"author": "Bob", "tags": "journal", "permalink": "/{{ slug }}/"}',
        "src/blog/blog.11tydata.json": '{"author": "Cleo"}',
        "src/blog/2020-01-01-a.json": '{"title": "Of the file", "tags": ["real"]}',
        "src/blog/2020-01-01-b.11tydata.json": '{"eleventyComputed": {"permalink": "/c/"}}',
        "src/blog/2020-01-01-a.md": "Text.",
        "src/blog/2020-01-01-b.md": "---\ntags: [essays, journal, mine]\nauthor: Dan\n---\n",
        "src/blog/2020-01-01-c.md": "Text.",
    }
    one, other, third = read(tmp_path, "eleventy", files, posts="src/blog").posts
    assert (one.title, one.tags, one.page) == ("Of the file", ("real",), "/a/")
    assert (one.authors, one.language) == ((Person(name="Cleo"),), "fr")
    assert (other.tags, other.authors, other.page) == (("mine",), (Person(name="Dan"),), "/c/")
    assert (third.title, third.page, third.values["summary"]) == (None, "/c/", "top")
    # Publisher learned to read these files, which is no edit of the posts.
    for name in ("src/src.json", "src/blog/2020-01-01-a.json"):
        (tmp_path / name).unlink()
    again = read(tmp_path, "eleventy", {}, posts="src/blog").posts
    assert [post.source for post in again] == [one.source, other.source, third.source]


@pytest.mark.parametrize("text", ["[1, 2]", "{"])
def test_data_of_eleventy_that_cannot_be_read_publishes_nothing(tmp_path: Path, text: str) -> None:
    files = {"2020-01-01-a.md": "Text.", "2020-01-01-a.json": text, "2020-01-01-b.md": "Text."}
    reading = read(tmp_path, "eleventy", files)
    assert [str(one.path) for one in reading.posts] == ["2020-01-01-b.md"]
    (broken,) = reading.skipped
    assert broken.broken
    assert broken.reason.startswith("2020-01-01-a.json:1: cannot be read")
    with pytest.raises(ConfigError, match=r"b/b\.json:1: cannot be read"):
        read(tmp_path, "eleventy", {"b/b.json": text, "b/2020-01-01-a.md": "Text."}, posts="b")


CONTAINERS: dict[str, Mapping[str, str]] = {
    "package": {
        "package.json": '{"devDependencies": {"@11ty/eleventy": "3", "markdown-it-container": "4"}}'
    },
    "program": {".eleventy.js": "const box = require('markdown-it-container')"},
}


@pytest.mark.parametrize("where", CONTAINERS)
def test_a_container_of_eleventy_is_a_block_if_the_site_has_the_plugin(
    tmp_path: Path, where: str
) -> None:
    files = {"2020-01-01-a.md": "::: note\n*Text*\n:::\n", "package.json": "{}"}
    (without,) = read(tmp_path / "a", "eleventy", files).posts
    (found,) = read(tmp_path / "b", "eleventy", {**files, **CONTAINERS[where]}).posts
    assert (without.dialect, found.dialect) == ("commonmark", "containers")


def test_eleventy_s_programs_are_never_run(tmp_path: Path) -> None:
    files = {
        "blog/2020-01-01-a.md": "---js\n{date: new Date()}\n---\n",
        "blog/2020-01-01-b.md": "---\npermalink: /{{ title | shout }}/\n---\n",
        "blog/2020-01-01-c.md": '---json\n{"title": "C"}\n---\nText.\n',
    }
    reading = read(tmp_path, "eleventy", files, posts="blog")
    (broken,) = reading.skipped
    assert (broken.line, "is a program (js), which is never run" in broken.reason) == (1, True)
    assert [parsed.page for parsed in reading.posts] == [
        "/blog/2020-01-01-b/",
        "/blog/2020-01-01-c/",
    ]
    (warning,) = reading.warnings
    assert (warning.line, "only the site's program has" in warning.message) == (2, True)


def test_a_date_that_changes_with_every_edit_is_refused_in_eleventy(tmp_path: Path) -> None:
    found = skip(tmp_path, "eleventy", {"a.md": "---\ndate: git Last Modified\n---\n"})
    assert found.reason.startswith("date: 'git Last Modified' changes with every edit; write")


@pytest.mark.parametrize(
    ("matter", "status"),
    [
        ("permalink: false", "hidden"),
        ("eleventyExcludeFromCollections: true", "hidden"),
        ("draft: true", "draft"),
    ],
)
def test_posts_that_eleventy_does_not_publish_are_skipped(
    tmp_path: Path, matter: str, status: str
) -> None:
    files = {"2020-01-01-a.md": f"---\n{matter}\n---\n"}
    assert skip(tmp_path, "eleventy", files).status == status


# --- Hexo ---


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("---\ntitle: A title\ndate: 2020-02-03 10:00:00\ntags: [a, b c]\n---\n\nText.\n",
         ("a", "b c")),
        ("title: A title\ndate: 2020-02-03 10:00:00\ntags: one two\n---\n\nText.\n", ("one two",)),
        ("-----\ntitle: A title\ndate: 2020-02-03 10:00:00\ntag: x\n-----\n\nText.\n", ("x",)),
        ("\n---\ntitle: A title\ndate: '2020-02-03 10:00'\ntags:\n\t- a\n---\n\nText.\n", ("a",)),
        (';;;\n"title": "A title",\n"date": "2020-02-03 10:00:00",\n"tags": ["a"]\n;;;\n\nText.\n',
         ("a",)),
        ('"title": "A title",\n"date": "2020-02-03 10:00:00"\n;;;\n\nText.\n', ()),
    ],
)  # fmt: skip
def test_hexo_s_front_matter(tmp_path: Path, text: str, tags: tuple[str, ...]) -> None:
    parsed = post(tmp_path, "hexo", {"source/_posts/a.md": text}, posts="source/_posts")
    assert (parsed.title, parsed.tags, parsed.body.strip()) == ("A title", tags, "Text.")
    assert iso(parsed.published) == "2020-02-03T09:00:00Z"
    assert text.split("\n")[parsed.body_line - 1 :] == parsed.body.split("\n")
    assert "date" in text.split("\n")[parsed.lines[0] - 1]


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("---\ntitle: A: b\n---\n", 2, "the front matter is not YAML"),
        ("---\ntitle: A\ntitle: B\n---\n", 3, "title is given twice"),
        ("---\ntitle: A\n", 1, "the front matter never ends"),
        (';;;\n{"title": "A"}\n;;;\n', 2, "is not JSON without braces"),
        ("---\ndate: soon\n---\n", 2, "date: 'soon' is not a date"),
    ],
)
def test_files_without_a_page_in_hexo_are_ignored(
    tmp_path: Path, text: str, line: int, reason: str
) -> None:
    found = skip(tmp_path, "hexo", {"source/_posts/a.md": text}, posts="source/_posts")
    assert (found.broken, found.line, reason in found.reason) == (True, line, True)


@pytest.mark.parametrize(
    ("settings", "name", "matter", "page"),
    [
        ("", "a b/c.d.md", "", "/2020/02/03/a%20b/c.d/"),
        ("", "2020-05-06-a.md", "", "/2020/02/03/2020-05-06-a/"),
        ("", "a.md", "slug: own", "/2020/02/03/a/"),
        ("", "a.md", "permalink: own/:title", "/own/:title"),
        ("", "a.md", "permalink: false", "/2020/02/03/a/"),
        ("permalink: /:i_month/:i_day/:hour:minute/:name.html", "x/a.md", "", "/2/3/1000/a.html"),
        ("permalink: ':post_title/'", "a.md", "title: Ünï & C++", "/uni-c/"),
        ("permalink: ':hash/:id'", "a.md", "id: '7'", "/e47a1662e3fe/7"),
        ("permalink: ':timestamp'", "a.md", "", "/1580720400"),
        ("permalink: ':category/:name/'", "a.md", "", "/uncategorized/a/"),
        ("permalink: ':category/:name/'", "a.md", "categories: [A b, C]", "/A-b/C/a/"),
        ("permalink: ':category/:name/'", "a.md", "categories: [[A, B], C]", "/C/a/"),
        ("permalink: ':category/:name/'\ncategory_map: {A b: x}\nfilename_case: 2", "a.md",
         "category: A b", "/X/a/"),
        ("permalink: ':lang/:layout/:gone/:name/'\npermalink_defaults: {lang: en}", "a.md", "",
         "/en/post/undefined/a/"),
        ("permalink: ':lang/:name/'\npermalink_defaults: {lang: en}", "a.md", "lang: de", "/de/a/"),
        ("permalink: ':title/index.html'", "a.md", "", "/a/index.html"),
        ("permalink: ':title/index.html'\npretty_urls: {trailing_index: false}", "a.md", "", "/a/"),
        ("permalink: ':title.html'\npretty_urls: {trailing_html: false}", "a.md", "", "/a"),
        ("permalink: ':title'\npost_asset_folder: true", "a.md", "", "/a/"),
        ("new_post_name: ':year-:month-:day-:title.md'", "2019-05-06-x y.md", "",
         "/2020/02/03/x%20y/"),
        ("new_post_name: ':year-:month-:day-:title.md'", "sub/Ein ß.md", "",
         "/2020/02/03/sub-Ein-s/"),
        ("permalink: ':lang/:title/'\nnew_post_name: ':lang/:title.md'", "de/a.md", "", "/de/a/"),
        ("source_dir: .", "a.md", "", "/2020/02/03/a/"),
    ],
)  # fmt: skip
def test_hexo_s_urls(tmp_path: Path, settings: str, name: str, matter: str, page: str) -> None:
    files = {
        "_config.yml": settings,
        f"source/_posts/{name}": f"---\ndate: 2020-02-03 10:00:00\n{matter}\n---\n",
    }
    assert post(tmp_path, "hexo", files, posts="source/_posts").page == page


def test_hexo_s_file_names_follow_new_post_name(tmp_path: Path) -> None:
    files = {
        "_config.yml": "new_post_name: ':category/:year-:i_month-:i_day-:title.md'",
        "source/_posts/News/2020-2-3-a.md": "---\ntitle: T\ncategory: Old\n---\n",
    }
    parsed = post(tmp_path, "hexo", files, posts="source/_posts")
    assert (parsed.file_date, parsed.slug, parsed.categories) == (
        dt.date(2020, 2, 3),
        "a",
        ("News",),
    )
    assert iso(parsed.published) == "2020-02-02T23:00:00Z"


def test_a_text_above_a_thematic_break_is_not_front_matter_in_hexo(tmp_path: Path) -> None:
    text = "# A head\n\n---\n\nText.\n"
    files = {
        "_config.yml": "new_post_name: ':year-:month-:day-:title.md'",
        "source/_posts/2020-02-03-a.md": text,
    }
    parsed = post(tmp_path, "hexo", files, posts="source/_posts")
    assert (parsed.body, parsed.body_line) == (text, 1)


def test_folders_and_other_keys_are_not_dates_in_hexo(tmp_path: Path) -> None:
    """Hexo ignores them, so the URL of the page would be a guess."""
    files = {"source/_posts/2020/02/03/a.md": "---\ncreated: 2020-02-03\n---\n"}
    (found,) = read(tmp_path, "hexo", files, posts="source/_posts").pages
    assert "differs in every copy" in found.reason


def test_a_rule_for_names_that_would_take_too_long_matches_nothing(tmp_path: Path) -> None:
    name = "a-" * 60
    files = {
        "_config.yml": f"new_post_name: '{':a-' * 40}:title.x'",
        f"source/_posts/{name}.md": "---\ndate: 2020-02-03\n---\n",
    }
    assert post(tmp_path, "hexo", files, posts="source/_posts").slug == name[:-1]


@pytest.mark.parametrize(
    ("date", "published"),
    [
        ("2020-02-03", "2020-02-02T23:00:00Z"),
        ("2020-02-03T10:00:00Z", "2020-02-03T10:00:00Z"),
        ("05/06/2020 10:00", "2020-05-06T08:00:00Z"),
        ("5.6.2020", "2020-05-05T22:00:00Z"),
        ("2 January 2020", "2020-01-01T23:00:00Z"),
    ],
)
def test_hexo_s_dates_mean_the_same_as_in_javascript(
    tmp_path: Path, date: str, published: str
) -> None:
    files = {"source/_posts/a.md": f"---\ndate: {date}\n---\n"}
    assert iso(post(tmp_path, "hexo", files, posts="source/_posts").published) == published


@pytest.mark.parametrize(
    ("settings", "posts"),
    [("", "source/_posts"), ("", "source"), ("", "."), ("source_dir: source", ".")],
)
def test_hexo_s_posts_are_in_one_folder(tmp_path: Path, settings: str, posts: str) -> None:
    text = "---\ndate: 2020-02-03\n---\n"
    names = ["_posts/a.md", "_posts/sub/b.md", "_posts/_c.md", "_posts/_sub/d.md", "_posts/e.mdown",
             "_posts/skipped/f.md", "_posts/ignored/g.md", "about/index.md",
             "sub/_posts/h.md"]  # fmt: skip
    files = {
        "_config.yml": f"skip_render: _posts/skipped/**\nignore: ['**/ignored/**']\n{settings}",
        **{f"source/{name}": text for name in names},
    }
    reading = read(tmp_path, "hexo", files, posts=posts)
    assert [parsed.path.name for parsed in reading.posts] == ["a.md", "b.md"]
    assert [(one.path.name, one.broken) for one in reading.skipped] == [("e.mdown", False)]


@pytest.mark.parametrize(
    ("settings", "name", "matter", "status"),
    [
        ("", "_posts/a.md", "date: 2027-01-01", "future"),
        ("future: false", "_posts/a.md", "date: 2027-01-01", "future"),
        ("", "_posts/a.md", "date: 2020-01-01\npublished: false", "hidden"),
        ("", "_drafts/a.md", "published: true", "draft"),
    ],
)
def test_posts_that_hexo_does_not_publish_are_skipped(
    tmp_path: Path, settings: str, name: str, matter: str, status: str
) -> None:
    files = {
        "_config.yml": settings,
        f"source/{name}": f"---\n{matter}\n---\n",
        "source/_posts/README.md": "",
    }
    assert skip(tmp_path, "hexo", files, posts="source").status == status


def test_hexo_s_settings_may_publish_future_posts(tmp_path: Path) -> None:
    files = {
        "_config.yml": "future: true",
        "source/_posts/a.md": "---\ndate: 2027-01-01\n---\n",
    }
    assert post(tmp_path, "hexo", files, posts="source/_posts").published.year == 2026


def test_hexo_s_slug_may_replace_a_missing_title(tmp_path: Path) -> None:
    files = {
        "_config.yml": "use_slug_as_post_title: true",
        "source/_posts/a b.md": "---\ndate: 2020-01-01\n---\nText.\n",
        "source/_posts/c.md": "---\ndate: 2020-01-01\ntitle:\n---\nText.\n",
    }
    reading = read(tmp_path, "hexo", files, posts="source/_posts")
    assert [parsed.name for parsed in reading.posts] == ["a b", None]


def test_an_excerpt_replaces_the_marker_in_hexo(tmp_path: Path) -> None:
    body = "One\n\n<!-- more -->\n\nTwo\n"
    files = {
        "source/_posts/a.md": f"---\ndate: 2020-01-01\nexcerpt: Short.\n---\n{body}",
        "source/_posts/b.md": f"---\ndate: 2020-01-01\n---\n{body}",
    }
    reading = read(tmp_path, "hexo", files, posts="source/_posts")
    assert [parsed.marker for parsed in reading.posts] == [None, "<!-- more -->"]
    one, other = rendered(reading, SITE).entries
    assert (one.teaser, other.teaser) == ("Short.", "One")
    assert "more" not in one.content.xhtml


@pytest.mark.parametrize(
    ("date", "instant"),
    [
        ("'2020-01-06'", "2020-01-06T00:00:00Z"),
        ('"2020-01-06"', "2020-01-06T00:00:00Z"),
        ("2020-01-06", "2020-01-06T05:00:00Z"),
        ("'2020-1-6'", "2020-01-06T05:00:00Z"),
        ("'2020/01/06'", "2020-01-06T05:00:00Z"),
        ("'2020-01-06 00:00'", "2020-01-06T05:00:00Z"),
    ],
)
def test_a_quoted_day_is_in_utc_in_hexo(tmp_path: Path, date: str, instant: str) -> None:
    files = {
        "_config.yml": "permalink: ':year-:month-:day-:hour-:hash/'",
        "source/_posts/a.md": f"---\ntitle: A\ndate: {date}\nupdated: {date}\n---\nText.\n",
    }
    zone = "America/New_York"
    parsed = post(tmp_path, "hexo", files, posts="source/_posts", zone=zone)
    assert (iso(parsed.published), iso(parsed.updated)) == (instant, instant)
    # What Hexo 7.3 builds with TZ=America/New_York.
    is_utc = instant.endswith("T00:00:00Z")
    day, digest = ("05-19", "d6437f22c2d7") if is_utc else ("06-00", "46725176275b")
    assert parsed.page == f"/2020-01-{day}-{digest}/"


@pytest.mark.parametrize(
    ("date", "instant", "shown"),
    [
        ("2020-02-10T02:00:00Z", "2020-02-10T02:00:00Z", "10-02-46fc5cbd4b36/a1"),
        ("2020-02-10 02:00:00 +01:00", "2020-02-10T01:00:00Z", "10-01-7c86f214f09a/a2"),
        ("'2020-02-10T02:00:00Z'", "2020-02-10T02:00:00Z", "09-21-864db9928111/a3"),
        ("2020-02-10 02:00:00 +0100", "2020-02-10T01:00:00Z", "09-20-2aa164fa57c7/a4"),
        ("2020-2-3 4:5:6", "2020-02-03T09:05:06Z", "03-04-74b48b5447d1/a5"),
    ],
)
def test_a_date_with_an_offset_is_the_time_in_utc_in_addresses_of_hexo(
    tmp_path: Path, date: str, instant: str, shown: str
) -> None:
    """The parts of addresses are those of Hexo 7.3 with TZ=America/New_York."""
    files = {
        "_config.yml": "permalink: ':year-:month-:day-:hour-:hash/:title/'",
        f"source/_posts/{shown[-2:]}.md": f"---\ntitle: A\ndate: {date}\n---\nText.\n",
    }
    parsed = post(tmp_path, "hexo", files, posts="source/_posts", zone="America/New_York")
    assert iso(parsed.published) == instant
    assert parsed.page == f"/2020-02-{shown}/"


def test_a_day_in_json_is_in_utc_in_hexo(tmp_path: Path) -> None:
    files = {"source/_posts/a.md": ';;;\n"title": "A",\n"date": "2020-01-06"\n;;;\nText.\n'}
    parsed = post(tmp_path, "hexo", files, posts="source/_posts", zone="America/New_York")
    assert (iso(parsed.published), parsed.page) == ("2020-01-06T00:00:00Z", "/2020/01/05/a/")


@pytest.mark.parametrize(
    ("permalink", "folder"),
    [
        (":title.html", "/a/"),
        (":year/:title.html", "/2020/a/"),
        (":title/", "/a/"),
        (":title", "/a/"),
        (":title/index.html", "/a/index/"),
        (":title.html'\npretty_urls: {trailing_html: false}\nx: '", "/a/"),
    ],
)
def test_the_pictures_of_a_post_in_hexo_lie_in_its_own_folder(
    tmp_path: Path, permalink: str, folder: str
) -> None:
    files = {
        "_config.yml": f"post_asset_folder: true\npermalink: '{permalink}'",
        "source/_posts/a.md": "---\ndate: 2020-01-01\n---\n![](i.png) ![](./j.png) ![](/k.png)\n",
        "source/_posts/a/i.png": "",
    }
    (found,) = rendered(read(tmp_path, "hexo", files, posts="source/_posts"), SITE).entries
    urls = [f"{folder}i.png", f"{folder}j.png", "/k.png"]
    addresses = [f"https://blog.example{url}" for url in urls]
    assert re.findall('src="(.*?)"', found.content.xhtml) == addresses
    assert all(address in found.content.text for address in addresses)


def test_hexo_looks_for_pictures_in_the_root_of_the_site(tmp_path: Path) -> None:
    text = "---\ndate: 2020-01-01 12:00:00\n---\n![](i.png) ![](/i.png)\n"
    files = {
        "_config.yml": "post_asset_folder: true",
        "source/_posts/a.md": text,
        "source/_posts/b.md": text,
        "source/_posts/b/i.png": "",
    }
    one, other = rendered(read(tmp_path, "hexo", files, posts="source/_posts"), SITE).entries
    root = "https://blog.example/i.png"
    beside = "https://blog.example/2020/01/01/b/i.png"
    assert re.findall('src="(.*?)"', one.content.xhtml) == [root, root]
    assert re.findall('src="(.*?)"', other.content.xhtml) == [beside, root]


@pytest.mark.parametrize(
    ("tag", "shown"),
    [
        ('<img src="{% asset_path i j.png %}">', '<img src="PAGEi"/>'),
        ('<img src="{% asset_path "i j.png" %}">', '<img src="PAGEi%20j.png"/>'),
        ("![p]({% asset_path i.png %})", '<img src="PAGEi.png" alt="p"/>'),
        ('{% asset_link "d e.pdf" "A doc" %}', '<a href="PAGEd%20e.pdf">A doc</a>'),
        ("{% asset_link d.pdf %}", '<a href="PAGEd.pdf">d.pdf</a>'),
        ("[x]({% post_path b %})", '<a href="https://blog.example/2020/01/02/b/">x</a>'),
        ("{% post_link b %}", '<a href="https://blog.example/2020/01/02/b/">The *B*</a>'),
        ("{% post_link b#c 'Title \"x\"' %}",
         '<a href="https://blog.example/2020/01/02/b/#c">Title "x"</a>'),
        ("[x]({% post_path gone %}) {% post_link gone %}", "x"),
    ],
)  # fmt: skip
def test_tags_of_hexo_name_posts_and_their_files(tmp_path: Path, tag: str, shown: str) -> None:
    files = {
        "_config.yml": "post_asset_folder: true",
        "source/_posts/a.md": f"---\ntitle: A\ndate: 2020-01-01\n---\n{tag}\n",
        "source/_posts/a/i.png": "",
        "source/_posts/b.md": "---\ntitle: The *B*\ndate: 2020-01-02\n---\nText.\n",
    }
    reading = read(tmp_path, "hexo", files, posts="source/_posts")
    made = next(one for one in rendered(reading, SITE).entries if one.link.endswith("/a/"))
    expected = shown.replace("PAGE", "https://blog.example/2020/01/01/a/")
    assert made.content.xhtml in {expected, f"<p>{expected}</p>"}


def test_nunjucks_can_be_disabled_in_hexo(tmp_path: Path) -> None:
    text = "---\ndate: 2020-01-01\ndisableNunjucks: true\n---\n{{ x }}\n"
    parsed = post(tmp_path, "hexo", {"source/_posts/a.md": text}, posts="source/_posts")
    assert parsed.templates == "off"


# --- Pelican ---


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.md", "Title: A: B --- C\nDate: 2020-02-03 10:00\nTags: a, b c\nAuthors: Ada, Bob\n"
                 "Category: News\n\nText.\n"),
        ("a.md", "---\nTitle: 'A: B --- C'\nDate: 2020-02-03 10:00\nTags: a, b c\n"
                 "Authors: Ada, Bob\nCategory: News\n---\nText.\n"),
        ("a.rst", "A: B --- C\n##########\n\n:date: 2020-02-03 10:00\n:tags: a, b c\n"
                  ":authors: Ada, Bob\n:category: News\n\nText.\n"),
        ("a.rst", "==========\nA: B --- C\n==========\n:date: 2020-02-03 10:00\n:tags: a,\n"
                  "   b c\n:authors: Ada, Bob\n:category: News\n\nText.\n"),
        ("a.html", '<html><head><title>A: B --- C</title>\n<meta name="date" content='
                   '"2020-02-03 10:00">\n<meta name="tags" content="a, b c">'
                   '<meta name="authors" content="Ada, Bob"><meta name="category" content="News">'
                   "</head><body>\nText.\n</body></html>"),
    ],
)  # fmt: skip
def test_pelican_s_metadata(tmp_path: Path, name: str, text: str) -> None:
    files = {"pelicanconf.py": "PATH = 'content'", f"content/{name}": text}
    parsed = post(tmp_path, "pelican", files, posts="content")
    assert (parsed.title, parsed.tags, parsed.categories) == ("A: B --- C", ("a", "b c"), ("News",))
    assert parsed.authors == (Person(name="Ada"), Person(name="Bob"))
    assert iso(parsed.published) == "2020-02-03T09:00:00Z"
    assert parsed.page == "/a-b-c.html"
    assert parsed.body.strip() == "Text."
    lines = text.split("\n")
    assert "Text." in lines[parsed.body_line - 1 :]
    assert lines[parsed.body_line - 1 + parsed.body.split("\n").index("Text.")] == "Text."


@pytest.mark.parametrize(
    ("settings", "matter", "page"),
    [
        ("ARTICLE_URL = '{date:%Y}/{date:%m}/{slug}/'", "", "/2020/02/the-title/"),
        ("ARTICLE_URL = '{category}/{slug}/index.html'", "Category: Big News\n",
         "/big-news/the-title/"),
        ("Y = 'posts/'\nARTICLE_URL = Y + '{slug}'", "", "/posts/the-title"),
        ("SLUGIFY_SOURCE = 'basename'", "", "/a-file.html"),
        ("SLUG_REGEX_SUBSTITUTIONS = [('T(.)', r'\\1'), (' ', '_')]", "", "/he_ile.html"),
        ("SLUG_REGEX_SUBSTITUTIONS = []\nARTICLE_URL = '{category}/{slug}'\n"
         "CATEGORY_REGEX_SUBSTITUTIONS = [('E', 'a')]", "", "/naws/the%20title"),
        ("AUTHOR_REGEX_SUBSTITUTIONS = [(' ', '.')]\nARTICLE_URL = '{author}'",
         "Author: Ada B\n", "/ada.b"),
        ("SLUG_REGEX_SUBSTITUTIONS = 5", "", "/the-title.html"),
        ("", "Slug: own.slug\n", "/own.slug.html"),
        ("", "Url: x/y/\n", "/x/y/"),
        ("", "save_as: x/y/index.html\n", "/x/y/"),
        ("DEFAULT_LANG = 'en'", "Lang: fr\n", "/the-title-fr.html"),
        ("DEFAULT_LANG = 'fr'", "Lang: fr\n", "/the-title.html"),
        ("ARTICLE_LANG_URL = '{lang}/{slug}'", "Lang: fr\n", "/fr/the-title"),
    ],
)  # fmt: skip
def test_pelican_s_urls(tmp_path: Path, settings: str, matter: str, page: str) -> None:
    text = f"Title: The title\nDate: 2020-02-03\n{matter}\nText.\n"
    files = {"pelicanconf.py": settings, "content/news/a file.md": text}
    assert post(tmp_path, "pelican", files, posts="content").page == page


@pytest.mark.parametrize(
    ("settings", "kind", "page"),
    [
        ("", "author", "/author/jane-doe.html"),
        ("SLUGIFY_PRESERVE_CASE = True", "author", "/author/Jane-Doe.html"),
        ("TAG_URL = 't/{slug}/'", "tag", "/t/jane-doe/"),
        ("CATEGORY_REGEX_SUBSTITUTIONS = [(' ', '_')]", "category", "/category/jane_doe.html"),
    ],
)
def test_pelican_s_lists_of_articles_have_addresses_by_its_settings(
    tmp_path: Path, settings: str, kind: str, page: str
) -> None:
    reading = read(tmp_path, "pelican", {"pelicanconf.py": settings})
    assert reading.list_page
    assert reading.list_page(kind, "Jane Doe", None) == page


@pytest.mark.parametrize(
    ("body", "files"),
    [
        ("[a]({attach}a.png) ![b](<{attach}x/b c.png>)",
         (("n/a.png", "p/a.png"), ("n/x/b c.png", "p/x/b c.png"))),
        ("[a]({static}a.png) {attach}a.png", (("n/a.png", ""),)),
        ('<img src="|attach|/i/a b.png">', (("i/a b.png", "p/a b.png"),)),
        ("[a]: {attach}../a.png?x#y", (("a.png", "p/a.png"),)),
        ("[a](%7Battach%7Da%20b.png)", (("n/a b.png", "p/a b.png"),)),
        ("static [a](attach)", ()),
    ],
)  # fmt: skip
def test_pelican_moves_what_a_post_attaches_to_its_page(
    tmp_path: Path, body: str, files: tuple[tuple[str, str], ...]
) -> None:
    settings = "ARTICLE_URL = 'p'\nARTICLE_SAVE_AS = 'p/{slug}.html'"
    text = f"Title: A\nDate: 2020-01-01\n\n{body}\n"
    found = {"pelicanconf.py": settings, "content/n/a.md": text}
    assert post(tmp_path, "pelican", found, posts="content").files == files


def test_pelican_fills_no_fields_in_in_an_article(tmp_path: Path) -> None:
    text = "Title: A\nDate: 2020-01-01\nUrl: u/{slug}/\n\nText.\n"
    assert post(tmp_path, "pelican", {"a.md": text}).page == "/u/%7Bslug%7D/"


def test_pelican_s_settings_are_read_and_not_run(tmp_path: Path) -> None:
    trap = tmp_path / "sprung"
    files = {
        "pelicanconf.py": f"X = '\\d'\nopen({str(trap)!r}, 'w')\nimport os\nos.remove('x')\n"
        "DEFAULT_METADATA = {'status': 'draft'}\n",
        "publishconf.py": "from pelicanconf import *\nDEFAULT_METADATA = {'author': 'Ada'}\n",
        "content/a.md": "Title: T\nDate: 2020-01-01\n\nText.\n",
    }
    assert post(tmp_path, "pelican", files, posts="content").authors == (Person(name="Ada"),)
    assert not trap.exists()


def test_pelican_s_folders_are_categories_and_pages_are_not_posts(tmp_path: Path) -> None:
    files = {
        "pelicanconf.py": "",
        "content/news/a.md": "Title: T\nDate: 2020-01-01\nDate: 2021-01-01\n\nText.\n",
        "content/pages/about.md": "Title: About\n\nText.\n",
        "content/extra/robots.txt": "User-agent: *\n",
    }
    parsed = post(tmp_path, "pelican", files, posts="content", zone="UTC")
    assert (parsed.categories, iso(parsed.published)) == (("news",), "2020-01-01T00:00:00Z")


@pytest.mark.parametrize(
    ("settings", "page"),
    [("", "/uber-uns.html"), ("SLUGIFY_USE_UNICODE = True", "/%C3%BCber-uns.html"),
     ("SLUGIFY_USE_UNICODE = True\nSLUGIFY_PRESERVE_CASE = True", "/%C3%9Cber-Uns.html")],
)  # fmt: skip
def test_pelican_s_slugs(tmp_path: Path, settings: str, page: str) -> None:
    files = {"pelicanconf.py": settings, "content/a.md": "Title: ¡ Über  Uns!\nDate: 2020-01-01\n"}
    parsed = post(tmp_path, "pelican", files, posts="content")
    assert (parsed.page, parsed.categories) == (page, ())


@pytest.mark.parametrize("status", ["draft", "hidden", "skip"])
def test_posts_that_pelican_does_not_publish_are_skipped(tmp_path: Path, status: str) -> None:
    files = {"a.md": f"Title: T\nDate: 2020-01-01\nStatus: {status}\n\nText.\n"}
    found = skip(tmp_path, "pelican", files)
    assert (found.status, found.reason) == (
        "draft" if status == "draft" else "hidden",
        f"status: {status}",
    )


@pytest.mark.parametrize(
    ("settings", "name", "facts"),
    [
        (
            r"FILENAME_METADATA = r'(?P<date>\d{4}_\d\d_\d\d)_(?P<Slug>.*)'",
            "2020_02_03_Some_Name.md",
            ("2020-02-02T23:00:00Z", "/Some_Name.html", (), ()),
        ),
        (
            r"PATH_METADATA = r'(?P<category>\w+)/(?P<date>[\d-]+)/(?P<rest>.*)\.md'"
            "\nARTICLE_URL = '{rest}/{path}'",
            "News/2020-02-03/a/b.md",
            ("2020-02-02T23:00:00Z", "/a/b/News/2020-02-03/a/b.md", (), ("News",)),
        ),
        (
            "DEFAULT_DATE = (2020, 2, 3, 4)\nDEFAULT_METADATA = {'Tags': 'a, b', 'category': 'x'}",
            "news/a.md",
            ("2020-02-03T03:00:00Z", "/a-title.html", ("a", "b"), ("news",)),
        ),
        (
            "DEFAULT_DATE = '02/03/2020'\nUSE_FOLDER_AS_CATEGORY = False",
            "news/a.md",
            ("2020-02-02T23:00:00Z", "/a-title.html", (), ()),
        ),
        (
            "DEFAULT_DATE = '02/03/2010'",
            "2020-02-03-a.md",
            ("2020-02-02T23:00:00Z", "/a-title.html", (), ()),
        ),
        (
            "EXTRA_PATH_METADATA = {'x': {'date': '2020-02-03', 'slug': 'no'}, "
            "'x/y': {'slug': 'yes'}, 'x/y/b.md': {'slug': 'no'}, 'x/yy': {'slug': 'no'}}",
            "x/y/a.md",
            ("2020-02-02T23:00:00Z", "/yes.html", (), ("y",)),
        ),
        (
            "DEFAULT_LANG = 'DE'\nARTICLE_DIR = 'x'\nARTICLE_SAVE_AS = '{slug}/index.html'",
            "x/2020-02-03.md",
            ("2020-02-02T23:00:00Z", "/a-title/", (), ("x",)),
        ),
    ],
)
def test_pelican_s_settings_and_paths_have_metadata(
    tmp_path: Path, settings: str, name: str, facts: tuple[object, ...]
) -> None:
    text = (
        "Title: A title\nLang: de\n\nText.\n" if "LANG" in settings else "Title: A title\n\nText.\n"
    )
    files = {"pelicanconf.py": settings, f"content/{name}": text}
    parsed = post(tmp_path, "pelican", files, posts="content")
    found = (iso(parsed.published), parsed.page, parsed.tags, parsed.categories)
    assert found == facts


def test_metadata_of_an_article_count_more_than_those_of_its_path_in_pelican(
    tmp_path: Path,
) -> None:
    files = {
        "pelicanconf.py": "FILENAME_METADATA = '(?P<slug>.*)'\nDEFAULT_METADATA = {'author': 'A'}",
        "content/a.md": "Title: T\nDate: 2020-02-03\nSlug: own\nAuthors: Doe, Jane; Bob\n\nText.\n",
    }
    parsed = post(tmp_path, "pelican", files, posts="content")
    assert parsed.page == "/own.html"
    assert parsed.authors == (Person(name="Doe, Jane"), Person(name="Bob"))


def test_an_author_in_pelican_may_have_a_comma(tmp_path: Path) -> None:
    files = {"a.md": "Title: T\nDate: 2020-02-03\nAuthor: Doe, Jane\n\nText.\n"}
    assert post(tmp_path, "pelican", files).authors == (Person(name="Doe, Jane"),)


@pytest.mark.parametrize(
    ("above", "title"),
    [
        ("", "The *title*"),
        (".. _target:\n\n", "The title"),
        (".. a comment:\n   of two\n\n   paragraphs\n.. |x| replace:: y\n\n", "The `title`__"),
        (".. role:: html(raw)\n   :format: html\n\n..\n\n", "**The** `title <x>`_"),
        ("", ":sub:`The` title_ "),
        ("", r"The \ ``title``"),
    ],
)  # fmt: skip
def test_the_title_of_rst_has_no_markup_and_may_follow_targets_and_comments(
    tmp_path: Path, above: str, title: str
) -> None:
    line = "=" * 30
    body = "A `target`_.\n"
    text = f"{above}{title}\n{line}\n\n:date: 2020-02-03\n\n{body}"
    parsed = post(tmp_path, "pelican", {"content/a.rst": text}, posts="content")
    assert (parsed.title, parsed.page) == ("The title", "/the-title.html")
    lines = parsed.body.split("\n")
    assert lines.index(body.strip()) + parsed.body_line == text.split("\n").index(body.strip()) + 1
    assert above.strip() in parsed.body
    assert not {line, title, ":date: 2020-02-03"} & {*lines}


def test_a_directive_that_shows_something_is_not_above_the_title_of_rst(tmp_path: Path) -> None:
    text = ".. image:: a.png\n\nA heading\n=========\n"
    parsed = post(tmp_path, "pelican", {"2020-02-03-a.rst": text})
    assert (parsed.title, parsed.body) == (None, text)


def test_a_field_has_priority_over_the_title_of_rst(tmp_path: Path) -> None:
    text = "A heading\n=========\n\n:title: A *title*\n:date: 2020-02-03\n\nText.\n"
    assert post(tmp_path, "pelican", {"a.rst": text}).title == "A *title*"


@pytest.mark.parametrize("setting", ["FILENAME_METADATA", "PATH_METADATA"])
@pytest.mark.parametrize(
    ("pattern", "message"),
    [("(", "cannot be used: missing"), ("(a|aa)+$", "takes too long with 'aa"),
     ("a" * 2000, "more than 1000 characters")],
)  # fmt: skip
def test_a_pattern_of_pelican_that_cannot_be_used_is_an_error_of_its_settings(
    tmp_path: Path, setting: str, pattern: str, message: str
) -> None:
    name = f"{'a' * 100}b.md"
    files = {
        "pelicanconf.py": f"\n{setting} = {pattern!r}",
        name: "Title: T\n\nText.\n",
    }
    place = re.escape(f"{tmp_path}/pelicanconf.py:2: {setting} ")
    with pytest.raises(ConfigError, match=f"{place}.*{message}"):
        read(tmp_path, "pelican", files)


def test_a_pattern_of_nikola_that_cannot_be_used_is_an_error_of_its_settings(
    tmp_path: Path,
) -> None:
    files = {"conf.py": "BLOG_TITLE = 'A'\nFILE_METADATA_REGEXP = '('\n", "a.md": "Text.\n"}
    with pytest.raises(ConfigError, match=r"/conf\.py:2: FILE_METADATA_REGEXP has '\('"):
        read(tmp_path, "nikola", files)


OPTION = ".. code-block:: python\n   :linenos:\n   :{}: x\n\n   a\n"


@pytest.mark.parametrize(
    ("body", "option"),
    [
        (OPTION.format("caption"), "line 7 has the option caption of code-block"),
        (OPTION.format("Class"), "line 7 has the option Class of code-block"),
        (".. code:: python\n   :linenos:\n\n   a", "line 6 has the option linenos of code"),
        (
            "* a\n\n  .. sourcecode:: sh\n     :x:\n\n     a",
            "line 8 has the option x",
        ),
        (OPTION.format("hl_lines"), None),
        ("Literal::\n\n  .. code-block:: x\n     :y:\n\n     a", None),
        (".. comment\n   .. code-block:: x\n      :y:\n\n      a", None),
        (".. code:: x\n\n   .. code-block:: x\n      :y:\n\n      a", None),
        (".. code-block:: x\n\n   :y: a", None),
        (".. code-block::\n\n   a", "line 5 has code-block without a language"),
        ("b\n*a* b ``*c`` (*d) *e", "line 6 has * at the start of a word, and nothing ends that"),
        (".. code::\n\n   a", None),
        (".. youtube:: x", "line 5 has the directive youtube"),
        ("See :ref:`x`.", "line 5 has the role ref"),
        ("a\n\n* `x`:doc: and", "line 7 has the role doc"),
        ("``:ref:`x``` :abbr:`A (b)` :sup:`2` `x`:sub: a:b:`c`", None),
        (".. role:: own(code)\n   :language: python\n\n:own:`x`", None),
        (".. |x| image:: /a.png\n.. _a: https://x.example\n.. [1] b\n\n|x| a_ [1]_", None),
        ("a\n\nH\n=\n\nb", "line 7 is a second title"),
        ("a\n\nH\n-\n\nb\n\n=\nI\n=\n\nc", None),
    ],
)
def test_pelican_makes_no_page_of_a_text_that_docutils_does_not_understand(
    tmp_path: Path, body: str, option: str | None
) -> None:
    files = {"a.rst": f"T\n=\n:date: 2020-01-02\n\n{body}\n"}
    if option is None:
        assert post(tmp_path, "pelican", files)
    else:
        found = skip(tmp_path, "pelican", files)
        assert (found.status, option in found.reason) == ("ignored", True)
        # A plugin may have directives of its own.
        assert post(tmp_path, "pelican", {**files, "pelicanconf.py": "PLUGINS = ['code']"})


@pytest.mark.parametrize(
    "head",
    [
        "T\n=\n\nSub\n---\n\n:date: 2020-01-02",
        "===\nT\n===\n---\nSub\n---\n:date: 2020-01-02",
        ".. title:: meta\n\nT\n=\n\n:date: 2020-01-02",
        ".. meta::\n   :keywords: a\n\nT\n=\n\n:date: 2020-01-02",
        ".. _top:\n.. comment\n\nT\n=\n\nSub\n---\n\n:date: 2020-01-02",
    ],
)
@pytest.mark.parametrize("engine", ["pelican", "nikola"])
def test_the_fields_of_rst_may_follow_a_subtitle(tmp_path: Path, engine: Engine, head: str) -> None:
    parsed = post(tmp_path, engine, {"a.rst": f"{head}\n:tags: a\n\nText.\n"})
    assert (parsed.title, parsed.tags) == ("T", ("a",))
    assert iso(parsed.published) == "2020-01-01T23:00:00Z"
    assert parsed.body.strip().endswith("Text.")
    assert "Sub" not in parsed.body


@pytest.mark.parametrize(
    ("settings", "name", "head", "reason"),
    [
        ("ARTICLE_EXCLUDES = ['x/y']", "x/y/a.md", "Title: T", "ARTICLE_EXCLUDES in"),
        ("IGNORE_FILES = ['#*', 'tmp*']", "x/tmp1/a.md", "Title: T", "IGNORE_FILES in"),
        ("IGNORE_FILES = ['#*', 'tmp*']", "#a.md", "Title: T", "IGNORE_FILES in"),
        ("READERS = {'md': None, 'html': True}", "a.md", "Title: T", "READERS in"),
        ("", "a.md", "Tags: a", "without a title"),
        ("", "a.md", "Title: T\nStatus: finished", "status finished"),
        ("FILENAME_METADATA = '(?P<title>.*)'", "2020-02-03-a.md", "Tags: a", "finds no date"),
    ],
)  # fmt: skip
def test_articles_of_which_pelican_makes_no_page_are_named(
    tmp_path: Path, settings: str, name: str, head: str, reason: str
) -> None:
    date = "" if "finds no date" in reason else "Date: 2020-02-03\n"
    files = {"pelicanconf.py": settings, f"content/{name}": f"{date}{head}\n\nText.\n"}
    found = skip(tmp_path, "pelican", files, posts="content")
    assert (found.status, reason in found.reason) == ("ignored", True)


@pytest.mark.parametrize(
    ("date", "instant"),
    [
        ("05/06/2020", "2020-05-05T22:00:00Z"),
        ("06.05.2020 10:00", "2020-06-05T08:00:00Z"),
        ("13/02/2020", "2020-02-12T23:00:00Z"),
        ("2020-05-06_10:00", "2020-05-06T08:00:00Z"),
        ("2020-05-06 10am", "2020-05-06T08:00:00Z"),
        ("2020-5-6 3 PM", "2020-05-06T13:00:00Z"),
        ("2020-05-06 10h30", "2020-05-06T08:30:00Z"),
        ("2020-05-06 10h", "2020-05-06T08:00:00Z"),
    ],
)
def test_pelican_s_months_come_first(tmp_path: Path, date: str, instant: str) -> None:
    files = {"a.md": f"Title: T\nDate: {date}\nModified: {date}\n\nText.\n"}
    parsed = post(tmp_path, "pelican", files)
    assert (iso(parsed.published), iso(parsed.updated)) == (instant, instant)


@pytest.mark.parametrize(
    ("engine", "settings", "name", "reason"),
    [
        ("pelican", {"pelicanconf.py": "EXTRA_PATH_METADATA = {'x': {'status': 'draft'}}"},
         "x/2020-02-03-a.md", "EXTRA_PATH_METADATA"),
        ("pelican", {"pelicanconf.py": "PATH_METADATA = '(?P<Status>hidden)?'"},
         "hidden/2020-02-03-a.md", "PATH_METADATA"),
        ("pelican", {"pelicanconf.py": "FILENAME_METADATA = '(?P<date>.{10})-(?P<status>draft)?'"},
         "2020-02-03-draft-a.md", "FILENAME_METADATA"),
        ("nikola", {"conf.py": "FILE_METADATA_REGEXP = '(?P<date>.{10})-(?P<status>[a-z]*)'"},
         "2020-02-03-private.md", "FILE_METADATA_REGEXP"),
        ("nikola", {"conf.py": "FILE_METADATA_REGEXP = '(?P<date>.{10})-(?P<tags>[a-z]*)'"},
         "2020-02-03-draft.md", "FILE_METADATA_REGEXP"),
        ("jekyll",
         {"_config.yml": "defaults: [{scope: {path: '*/_posts'}, values: {draft: true}}]"},
         "x/_posts/2020-02-03-a.md", "defaults"),
    ],
)  # fmt: skip
def test_what_a_setting_hides_that_older_versions_did_not_read_stays_at_the_node(
    tmp_path: Path, engine: str, settings: dict[str, str], name: str, reason: str
) -> None:
    found = skip(tmp_path, engine, {**settings, name: "---\ntitle: T\n---\nText.\n"})
    assert (found.status, reason in found.reason) == ("ignored", True)
    hidden = "---\ntitle: T\nstatus: draft\ndraft: true\ntags: [draft]\n---\nText.\n"
    assert skip(tmp_path, engine, {name: hidden}).status == "draft"


# --- Nikola ---


def test_only_the_last_part_of_a_pattern_of_nikola_is_a_pattern(tmp_path: Path) -> None:
    files = {
        "conf.py": "POSTS = [('posts/2*/*.md', '', 'post.tmpl')]",
        "posts/2020/a.md": ".. title: A title\n.. date: 2020-02-03\n\nText.\n",
    }
    found = skip(tmp_path, "nikola", files, posts="posts")
    assert (found.status, "no pattern of POSTS" in found.reason) == ("ignored", True)


@pytest.mark.parametrize(
    "above",
    [".. _t:\n", ".. _t: http://x.example/\n", ".. comment: hi\n.. tags:\n", ".. tags: a\n"],
)
def test_fields_of_rst_may_follow_targets_and_comments_in_nikola(
    tmp_path: Path, above: str
) -> None:
    text = f"{above}\nA title\n=======\n\n:date: 2020-02-03 10:00\n:tags: a\n\nText.\n"
    files = {"conf.py": "USE_REST_DOCINFO_METADATA = True", "posts/a.rst": text}
    parsed = post(tmp_path, "nikola", files, posts="posts")
    assert (parsed.title, parsed.tags, iso(parsed.published)) == (
        "A title", ("a",), "2020-02-03T09:00:00Z",
    )  # fmt: skip
    assert parsed.body.split() == [*above.split(), "Text."]


@pytest.mark.parametrize("name", ["a.rst", "2020-02-03-a.rst"])
def test_lines_with_a_date_leave_the_fields_of_rst_in_the_text_in_nikola(
    tmp_path: Path, name: str
) -> None:
    date = ".. date: 2020-02-03\n" if name == "a.rst" else ""
    body = "\nA heading\n=========\n\n:date: 2021-02-03\n\nText.\n"
    parsed = post(tmp_path, "nikola", {name: f".. title: T\n{date}{body}"})
    assert (parsed.title, parsed.published.year, parsed.body) == ("T", 2020, body)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a-post.rst", ".. title: A title\n.. slug: own\n.. date: 2020-02-03 10:00:00 UTC+01:00\n"
                       ".. tags: a, b c, mathjax\n.. category: News\n.. author: Ada\n\nText.\n"),
        ("a-post.md", "<!--\n.. title: A title\n.. slug: own\n.. date: 2020/02/03 10:00\n"
                      ".. tags: a, b c\n.. category: News\n.. author: Ada\n.. link:\n-->\nText.\n"),
        ("a-post.rst", "A title\n=======\n\n:slug: own\n:date: 2020-02-03 10:00\n:tags: a, b c\n"
                       ":category: News\n:author: Ada\n\nText.\n"),
        ("a-post.md", "---\ntitle: A title\nslug: own\ndate: 2020-02-03 10:00\ntags: [a, b c]\n"
                      "category: News\nauthor: Ada\n---\nText.\n"),
    ],
)  # fmt: skip
def test_nikola_s_metadata(tmp_path: Path, name: str, text: str) -> None:
    files = {"conf.py": "POSTS = (('posts/*', 'blog', 'p.tmpl'),)", f"posts/{name}": text}
    parsed = post(tmp_path, "nikola", files, posts="posts")
    assert (parsed.title, parsed.tags, parsed.categories) == ("A title", ("a", "b c"), ("News",))
    assert (iso(parsed.published), parsed.authors) == (
        "2020-02-03T09:00:00Z",
        (Person(name="Ada"),),
    )
    assert parsed.body.strip() == "Text."
    assert text.split("\n")[parsed.body_line - 1 :] == parsed.body.split("\n")


@pytest.mark.parametrize(
    ("settings", "name", "page"),
    [
        ("", "posts/a post.txt", "/blog/a-post/"),
        ("PRETTY_URLS = False", "posts/a.txt", "/blog/a.html"),
        ("", "posts/sub/a.txt", "/blog/sub/a/"),
        ("TRANSLATIONS = {'en': '', 'fr': './fr'}", "posts/only.fr.txt", "/fr/blog/onlyfr/"),
        ("TRANSLATIONS = {'en': '', 'fr': './fr'}", "posts/a.fr.txt", "/fr/blog/a/"),
    ],
)
def test_nikola_s_urls(tmp_path: Path, settings: str, name: str, page: str) -> None:
    text = ".. title: T\n.. date: 2020-01-01\n\nText.\n"
    rules = "POSTS = (('posts/*.txt', 'blog', 'post.tmpl'), ('notes/*.md', '', 'post.tmpl'))"
    files = {"conf.py": f"{rules}\n{settings}\n", name: text, "stories/b.txt": text}
    if name == "posts/a.fr.txt":
        files["posts/a.meta"] = ".. slug: a\n"
    assert post(tmp_path, "nikola", files).page == page


@pytest.mark.parametrize(
    ("settings", "kind", "name", "page"),
    [
        ("", "tag", "A B", "/categories/a-b/"),
        ("", "category", "A B", "/categories/cat_a-b/"),
        ("PRETTY_URLS = False\nCATEGORY_PREFIX = ''", "category", "A B", "/categories/a-b.html"),
        ("TAG_PATH = {'en': 'tags', 'de': 'marken'}", "tag_rss", "a", "/tags/a.xml"),
        ("SLUG_TAG_PATH = False", "tag", "A B", "/categories/A B/"),
        ("", "author", "Jane Doe", "/authors/jane-doe/"),
        ("ARCHIVE_PATH = 'old'", "archive", "2020/01", "/old/2020/01/"),
        ("", "archive", "", "/archive.html"),
        ("RSS_PATH = 'feeds'\nRSS_EXTENSION = '.rss'", "rss", "", "/feeds/rss.rss"),
        ("TRANSLATIONS = {'en': 'english'}", "root", "", "/english/"),
        ("TRANSLATIONS = {'en': './english'}", "tag", "a", "/english/categories/a/"),
        ("", "gallery", "x", None),
    ],
)
def test_nikola_s_lists_of_posts_have_addresses_by_its_settings(
    tmp_path: Path, settings: str, kind: str, name: str, page: str | None
) -> None:
    reading = read(tmp_path, "nikola", {"conf.py": settings})
    assert reading.list_page
    assert reading.list_page(kind, name, None) == page


@pytest.mark.parametrize(
    ("settings", "name", "head", "page"),
    [
        ("STRIP_INDEXES = False", "a.md", "", "/blog/a/index.html"),
        ("STRIP_INDEXES = False\nPRETTY_URLS = False", "a.md", "", "/blog/a.html"),
        ("", "index.md", "", "/blog/"),
        ("PRETTY_URLS = False", "a.md", ".. slug: index\n", "/blog/"),
        ("STRIP_INDEXES = False", "index.md", "", "/blog/index.html"),
        ("INDEX_FILE = 'index.htm'", "a.md", "", "/blog/a/index.html"),
        ("INDEX_FILE = 'a.html'\nPRETTY_URLS = False", "a.md", "", "/blog/"),
        ("POSTS = [('posts/20*.md', 'blog')]", "2024x.md", "", "/blog/2024x/"),
        ("POSTS = [('posts/**/*.md', 'p'), ('posts/*.md', 'b')]", "x/a.md", "", "/b/x/a/"),
        ("", "a.md", ".. pretty_url: False\n", "/blog/a.html"),
        ("PRETTY_URLS = False", "a.md", ".. pretty_url: yes\n", "/blog/a/"),
        ("USE_SLUGIFY = False", "A: b_ü.md", "", "/blog/A-%20b_%C3%BC/"),
        ("FILE_METADATA_REGEXP = 'posts/(?P<Slug>.)'", "abc.md", "", "/blog/a/"),
        ("FILE_METADATA_REGEXP = 'posts/(?P<slug>.)'", "abc.md", ".. slug: d\n", "/blog/d/"),
        ("DEFAULT_LANG = 'de'\nTRANSLATIONS = {'de': './de', 'fr': ''}", "a.md", "", "/de/blog/a/"),
    ],
)
def test_nikola_s_other_rules_for_urls(
    tmp_path: Path, settings: str, name: str, head: str, page: str
) -> None:
    text = f"<!--\n.. title: T\n.. date: 2020-01-01\n{head}-->\n\nText.\n"
    rules = "POSTS = [('./posts/*.md', {'en': 'blog', 'de': 'blog'}, 'post.tmpl')]"
    files = {"conf.py": f"{rules}\n{settings}\n", f"posts/{name}": text}
    assert post(tmp_path, "nikola", files, posts="posts").page == page


@pytest.mark.parametrize(
    ("settings", "name", "title"),
    [
        ("", "2020-a_b.md", "2020-a_b"),
        ("FILE_METADATA_REGEXP = '.*/[0-9]*-(?P<title>.*).md'", "2020-a_b-C.md", "A b c"),
        (
            "FILE_METADATA_REGEXP = '.*/[0-9]*-(?P<title>.*).md'\n"
            "FILE_METADATA_UNSLUGIFY_TITLES = False",
            "2020-a_b-C.md",
            "a_b-C",
        ),
    ],
)
def test_the_title_of_a_post_may_be_in_its_name_in_nikola(
    tmp_path: Path, settings: str, name: str, title: str
) -> None:
    files = {"conf.py": settings, f"posts/{name}": "<!--\n.. date: 2020-01-01\n-->\nText.\n"}
    assert post(tmp_path, "nikola", files, posts="posts").title == title


def test_nikola_s_compilers_and_authors_follow_the_settings(tmp_path: Path) -> None:
    files = {
        "conf.py": "COMPILERS = {'markdown': ['.txt']}\nMULTIPLE_AUTHORS_PER_POST = True",
        "posts/a.txt": ".. title: T\n.. date: 2020-01-01\n.. author: Ada A, Bob B\n\nText.\n",
    }
    parsed = post(tmp_path, "nikola", files, posts="posts")
    assert (parsed.markup, parsed.authors) == (
        "markdown",
        (Person(name="Ada A"), Person(name="Bob B")),
    )


def test_a_file_that_no_pattern_of_nikola_matches_is_named(tmp_path: Path) -> None:
    text = "<!--\n.. title: T\n.. date: 2020-01-01\n-->\n\nText.\n"
    files = {"conf.py": "POSTS = [('posts/*.rst', '', 'p')]", "posts/a.md": text}
    found = skip(tmp_path, "nikola", files, posts="posts")
    assert (found.status, "POSTS" in found.reason) == ("ignored", True)


def test_nikola_s_metadata_may_be_in_a_separate_file(tmp_path: Path) -> None:
    files = {
        "posts/a.txt": "Text.\n\nA head\n======\n",
        "posts/a.meta": ".. title: A title\n.. date: 2020-01-01\n",
    }
    parsed = post(tmp_path, "nikola", files, posts="posts")
    assert (parsed.title, parsed.body, parsed.body_line) == ("A title", files["posts/a.txt"], 1)
    assert parsed.markup == "rest"


def test_a_translation_in_nikola_inherits_the_metadata_of_the_original(tmp_path: Path) -> None:
    head = ".. title: A title\n.. date: 2020-01-01\n.. tags: a\n"
    files = {
        "conf.py": "TRANSLATIONS = {'en': '', 'de': './de'}",
        "posts/a.rst": f"{head}\nText.\n",
        "posts/a.de.rst": ".. title: Ein Titel\n\nText.\n",
        "posts/b.md": "Text.\n",
        "posts/b.meta": head,
        "posts/b.de.md": "Text.\n",
    }
    reading = read(tmp_path, "nikola", files, posts="posts")
    assert not reading.skipped
    assert [
        (parsed.path.name, parsed.title, parsed.tags, parsed.language) for parsed in reading.posts
    ] == [
        ("a.de.rst", "Ein Titel", ("a",), "de"),
        ("a.rst", "A title", ("a",), None),
        ("b.de.md", "A title", ("a",), "de"),
        ("b.md", "A title", ("a",), None),
    ]


def test_rst_without_metadata_is_all_body(tmp_path: Path) -> None:
    parsed = post(tmp_path, "nikola", {"2020-01-01-a.RST": "Just text.\n\nAnd more.\n"})
    assert (parsed.body, parsed.body_line) == ("Just text.\n\nAnd more.\n", 1)
    assert (parsed.markup, parsed.slug) == ("rest", "a")


def test_the_last_of_equal_keys_counts_in_nikola(tmp_path: Path) -> None:
    files = {"a.rst": ".. title: T\n.. tags:\n.. date: 2020-01-01\n.. tags: a\n\nText.\n"}
    assert post(tmp_path, "nikola", files).tags == ("a",)


@pytest.mark.parametrize(("tag", "status"), [("draft", "draft"), ("private", "hidden")])
def test_posts_that_nikola_does_not_publish_are_skipped(
    tmp_path: Path, tag: str, status: str
) -> None:
    files = {"a.rst": f".. title: T\n.. date: 2020-01-01\n.. tags: a, {tag}\n\nText.\n"}
    assert skip(tmp_path, "nikola", files).status == status


def test_nikola_s_months_come_first(tmp_path: Path) -> None:
    head = ".. title: T\n.. date: 05/06/2020\n.. updated: 06.05.2020\n"
    parsed = post(tmp_path, "nikola", {"a.rst": f"{head}\nText.\n"})
    assert iso(parsed.published) == "2020-05-05T22:00:00Z"
    assert iso(parsed.updated) == "2020-06-04T22:00:00Z"


def test_a_comment_without_an_end_is_an_error(tmp_path: Path) -> None:
    found = skip(tmp_path, "nikola", {"a.md": "<!--\n.. title: T\n\nText.\n"})
    assert (found.line, "the comment never ends" in found.reason) == (1, True)


# --- a plain folder ---


def test_a_plain_folder_publishes_only_posts_with_publish_true(tmp_path: Path) -> None:
    files = {
        "A note.md": "---\npublish: true\ndate: 2020-01-01\ntags: ['#a/b', c]\n---\nText.\n",
        "private.md": "Nobody's business.\n",
        "no.md": "---\npublish: false\ndate: 2020-01-01\n---\n",
    }
    reading = read(tmp_path, "plain", files, zone="UTC")
    (parsed,) = reading.posts
    assert (parsed.name, parsed.title, parsed.tags) == ("A note", None, ("a/b", "c"))
    assert parsed.page == "/a-note/"
    assert [(one.path.name, one.status) for one in reading.skipped] == [
        ("no.md", "hidden"),
        ("private.md", "hidden"),
    ]


@pytest.mark.parametrize("key", ["date", "created", "published", "created_at"])
def test_a_plain_note_may_have_its_date_in_several_keys(tmp_path: Path, key: str) -> None:
    parsed = post(tmp_path, "plain", {"a.md": f"---\npublish: true\n{key}: 2020-01-02\n---\n"})
    assert iso(parsed.published) == "2020-01-01T23:00:00Z"


# --- what all have in common ---


def test_languages_by_suffix_and_by_folder(tmp_path: Path) -> None:
    names = [
        "2020-01-01-a.fr.md", "2020-01-01-a.pt-BR.md", "2020-01-01-a-fr.md", "fr/2020-01-01-a.md",
        "2020-01-01-a_pt_br.md", "2020-01-01-a.md", "2020-01-01-how-to-do-it.md",
        "2020-01-01-node.js.md",
    ]  # fmt: skip
    reading = read(tmp_path, "jekyll", dict.fromkeys(names, "Text."), languages=("fr", "pt-BR"))
    found = {parsed.path.as_posix(): (parsed.language, parsed.slug) for parsed in reading.posts}
    assert found == {
        "2020-01-01-a.fr.md": ("fr", "a"),
        "2020-01-01-a.pt-BR.md": ("pt-BR", "a"),
        "2020-01-01-a-fr.md": ("fr", "a"),
        "fr/2020-01-01-a.md": ("fr", "a"),
        "2020-01-01-a.md": (None, "a"),
        "2020-01-01-how-to-do-it.md": (None, "how-to-do-it"),
        "2020-01-01-node.js.md": (None, "node.js"),
        "2020-01-01-a_pt_br.md": (None, "a_pt_br"),
    }


def test_the_git_date_is_used_only_without_a_key_for_updated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key, value in {
        "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_AUTHOR_DATE": "2021-03-04T05:06:07Z",
        "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@blog.example",
        "GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@blog.example",
    }.items():  # fmt: skip
        monkeypatch.setenv(key, value)
    files = {
        "posts/2020-01-01-a.md": "Text.",
        "posts/2020-01-01-b.md": "---\nupdated: 2020-02-02\n---\n",
        "posts/2022-01-01-c.md": "Text.",
    }
    read(tmp_path, "jekyll", files, posts="posts", zone="UTC")
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "posts"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    (tmp_path / "posts/2020-01-01-new.md").write_text("Text.")
    reading = read(tmp_path, "jekyll", {}, posts="posts", zone="UTC", updated="git")
    assert [(parsed.slug, iso(parsed.updated)) for parsed in reading.posts] == [
        ("a", "2021-03-04T05:06:07Z"),
        ("b", "2020-02-02T00:00:00Z"),
        ("new", "2020-01-01T00:00:00Z"),
        ("c", "2022-01-01T00:00:00Z"),
    ]


def test_renamed_keys_are_read_and_warnings_have_their_line(tmp_path: Path) -> None:
    text = "---\nheadline: T\nmade: 2020-01-01\nby: Ada\nlang: x y\n---\n"
    keys = {"title": "headline", "date": "made", "authors": "by"}
    reading = read(tmp_path, "jekyll", {"a.md": text}, keys=keys)
    (parsed,) = reading.posts
    assert (parsed.title, parsed.authors) == ("T", (Person(name="Ada"),))
    assert iso(parsed.published) == "2019-12-31T23:00:00Z"
    broken = read(tmp_path, "jekyll", {"a.md": "---\nx: y\nmade: soon\n---\n"}, keys=keys).skipped
    assert [(one.line, "date: 'soon' is not a date" in one.reason) for one in broken] == [(3, True)]


EMPTIED = {
    "jekyll": "_posts/2020-01-01-a.md", "hugo": "content/posts/a.md", "zola": "content/a.md",
    "eleventy": "posts/a.md", "hexo": "source/_posts/a.md", "pelican": "content/a.md",
    "nikola": "posts/a.md", "plain": "2020-01-01-a.md",
}  # fmt: skip


@pytest.mark.parametrize("engine", EMPTIED)
def test_an_emptied_post_is_broken_in_every_engine(tmp_path: Path, engine: Engine) -> None:
    name = EMPTIED[engine]
    folder, _, _ = name.rpartition("/")
    reading = read(tmp_path, engine, {name: "\n"}, posts=folder.partition("/")[0] or ".")
    assert not reading.posts
    assert [skip.reason.partition(";")[0] for skip in reading.skipped if skip.broken] == [
        "is empty"
    ]


def test_an_empty_note_of_a_vault_is_normal_unless_its_name_is_that_of_a_post(
    tmp_path: Path,
) -> None:
    reading = read(tmp_path, "plain", {"Untitled.md": "", "2020-01-01.md": ""})
    assert [str(skip.path) for skip in reading.skipped if skip.broken] == ["2020-01-01.md"]


def test_an_excluded_file_is_not_even_read(tmp_path: Path) -> None:
    files = {"2020-01-01-a.md": "Text.", "old/2020-01-01-b.md": "Text.", "about.md": "Text."}
    assert post(tmp_path, "jekyll", files, exclude=("old/**", "about.md")).slug == "a"


@pytest.mark.parametrize(
    ("pattern", "excluded"),
    [
        ("old", ["old/a.md", "old/deep/b.md"]),
        ("old/", ["old/a.md", "old/deep/b.md"]),
        ("**/deep", ["old/deep/b.md", "x/deep/c.md"]),
        ("*/deep", ["old/deep/b.md", "x/deep/c.md"]),
        ("old/*", ["old/a.md"]),
        ("ol?", []),
        ("deep", []),
        ("c.md", ["c.md"]),
        ("/", []),
        ("*", ["c.md", "older.md"]),
    ],
)
def test_the_name_of_a_folder_excludes_what_is_in_it(
    tmp_path: Path, pattern: str, excluded: list[str]
) -> None:
    names = ("c.md", "old/a.md", "old/deep/b.md", "older.md", "x/deep/c.md")
    files = dict.fromkeys(names, "---\ndate: 2020-01-02\n---\nText\n")
    reading = read(tmp_path, "any", files, exclude=(pattern,))
    found = {str(post.path) for post in reading.posts}
    assert sorted({*names} - found) == excluded


def test_a_date_may_be_in_the_folders(tmp_path: Path) -> None:
    parsed = post(tmp_path, "zola", {"2020/2/03/a.md": "Text."}, zone="UTC")
    assert (iso(parsed.published), parsed.file_date) == ("2020-02-03T00:00:00Z", None)
    parsed = post(tmp_path / "b", "zola", {"a.md": "+++\npath = '2020/02/04/a'\n+++\n"}, zone="UTC")
    assert iso(parsed.published) == "2020-02-04T00:00:00Z"


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("+++\ntitle = A\n+++\n", 2, "the front matter is not TOML"),
        ("+++\ntitle = 'A'\n", 1, "the front matter never ends; add a line `+++`"),
        ('{\n"title": "A",\n}\nText.', 3, "the front matter is not JSON"),
        ('{"title": ' + "[" * 60 + "]" * 60 + "}", 1, "nested too deeply (more than 50 levels)"),
        (
            "+++\na = " + "[" * 60 + "]" * 60 + "\n+++\n",
            2,
            "nested too deeply (more than 50 levels)",
        ),
        ("+++\nb = 1\n" + "a." * 20_000 + "a = 1\n+++\n", 3, "nested too deeply"),
        ("+++\nb = {" + "a . " * 60 + "a = 1}\n+++\n", 2, "nested too deeply"),
        (
            "---\ntags: " + "[" * 3_000 + "]" * 3_000 + "\n---\n",
            2,
            "the front matter is nested too deeply (more than 50 levels)",
        ),
        ('{"title": ' + "[" * 20_000 + "]" * 20_000 + "}", 1, "the front matter is not JSON"),
        ('{"a": 1,\n"n": ' + "1" * 5_000 + "}", 2, "JSON: a number has too many digits"),
        ("+++\nn = " + "1" * 5_000 + "\n+++\n", 2, "TOML: a number has too many digits"),
        ("+++\nn = 0x" + "f" * 5_000 + "\n+++\n", 2, "TOML: a number has too many digits"),
        ('{"title": "' + "x" * 70_000 + '"}', 1, "at most 65536 are read"),
    ],
)
def test_other_front_matter_is_refused_with_its_line(
    tmp_path: Path, text: str, line: int, reason: str
) -> None:
    found = skip(tmp_path, "hugo", {"2020-01-01-a.md": text})
    assert (found.line, found.broken) == (line, True)
    assert reason in found.reason


def test_a_text_that_only_begins_like_json_is_body(tmp_path: Path) -> None:
    parsed = post(tmp_path, "hugo", {"2020-01-01-a.md": "{{< figure >}}\n\nText."})
    assert parsed.body == "{{< figure >}}\n\nText."


@pytest.mark.parametrize(
    ("body", "marker"),
    [
        ("a\n\n<!--more-->\n\nb", "<!--more-->"),
        ("a\n <!-- MORE -->  \nb", " <!-- MORE -->"),
        ("a\n\n<!-- TEASER_END: on -->\nb", "<!-- TEASER_END: on -->"),
        ("a\n\n.. TEASER_END\n\nb", ".. TEASER_END"),
        ("a <!-- more --> b", "<!-- more -->"),
        ("a `<!-- more -->` b", None),
        ("```\n<!--more-->\n```\n\nb", None),
        ("~~~~\n```\n<!--more-->\n~~~~\n\n<!-- more -->", "<!-- more -->"),
        # Not what Markdown says, but what is in the fingerprints of published posts.
        ("* ```\n  <!--more-->\n  ```\n\n<!-- more -->", "  <!--more-->"),
        ("```a``` is code\n\n<!-- more -->", None),
        ("    <!-- more -->", "    <!-- more -->"),
        ("a\nmore\nb", None),
    ],
)
def test_each_spelling_of_the_marker_is_found(
    tmp_path: Path, body: str, marker: str | None
) -> None:
    parsed = post(tmp_path, "jekyll", {"2020-01-01-a.md": f"---\ntitle: T\n---\n{body}"})
    assert parsed.marker == marker


ODD: Mapping[Engine, tuple[str, str, str]] = {
    "nikola": ("conf.py", "PRETTY_URLS = {1: 2}", "posts/2020-01-01-a.md"),
    "pelican": ("pelicanconf.py", "USE_FOLDER_AS_CATEGORY = [1]", "content/2020-01-01-a.md"),
    "jekyll": ("_config.yml", "future: {a: b}\n", "_posts/2020-01-01-a.md"),
}


@pytest.mark.parametrize("engine", ODD)
def test_a_setting_of_a_type_that_makes_no_sense_is_not_used(
    tmp_path: Path, engine: Engine
) -> None:
    settings, text, path = ODD[engine]
    keys = "title: T\ndate: 2020-01-01\n"
    front = keys if engine == "pelican" else f"---\n{keys}---\n"
    assert read(tmp_path, engine, {settings: text, path: f"{front}\nText."}).posts


@pytest.mark.parametrize("text", [".. a comment", ".. a comment\n\n   ", ".. _target:\n\n"])
def test_a_text_in_restructuredtext_may_hold_nothing_that_is_seen(text: str) -> None:
    assert docinfo(text.split("\n"), PurePosixPath("a.rst")) is None
