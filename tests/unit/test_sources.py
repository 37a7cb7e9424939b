"""Every file in a folder of posts becomes a post, or a skip with its reason."""

from __future__ import annotations

import datetime as dt
import itertools
import os
import tempfile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from publisher import sources
from publisher.config import Config, Person, Posts, Site
from publisher.errors import ConfigError
from publisher.sources import site_settings
from tests.support.users import ordinary_user

if TYPE_CHECKING:
    from collections.abc import Mapping

    from publisher.config import Engine
    from publisher.post import Post, Reading, Skip

NOW = dt.datetime(2026, 11, 1, 12, 0, tzinfo=dt.UTC)

# The shape of a post as exporters wrote them in 2008: no date but in the name, a quoted time, a
# marker that has nothing after it.
EXPORTED = """\
---
layout: post
title: Pears In The Orchard
tags: [pears, orchard, cider]
time: "00:25"
extended: ":EXTENDED:"
---

Some sentences about an [orchard](http://orchard.example), and then a list:

* The first item of the list.
* The second.

The end of the text.

:EXTENDED:

"""


def configured(folder: Path, **changes: str) -> Config:
    permalink = changes.pop("permalink", "date")
    site = {"title": "A blog", "url": "https://blog.example", "timezone": "Europe/Berlin"}
    return Config(
        site=Site(**(site | changes)),  # type: ignore[arg-type]
        posts=Posts(path=folder, permalink=permalink),
        state=folder.parent / ".publisher",
        path=folder.parent / "publisher.yaml",
    )


def following(config: Config) -> Config:
    """Read the posts, and follow links out of the site."""
    return replace(config, posts=replace(config.posts, follow_links=True))


def write(folder: Path, files: Mapping[str, str | bytes]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())


def read(folder: Path, files: Mapping[str, str | bytes] | None = None, **changes: str) -> Reading:
    write(folder, files or {})
    return sources.read(configured(folder, **changes), now=NOW)


def post(
    folder: Path, front_matter: str, *, name: str = "2020-02-03-one.md", **changes: str
) -> Post:
    """The only post of a folder, without warnings."""
    reading = read(folder, {name: f"---\n{front_matter}\n---\nText.\n"}, **changes)
    assert not reading.skipped
    assert not reading.warnings
    return reading.posts[0]


def odd(
    folder: Path, front_matter: str, *, name: str = "2020-02-03-one.md"
) -> tuple[Post, list[str]]:
    """The only post of a folder, and its warnings as `line: message`."""
    reading = read(folder, {name: f"---\n{front_matter}\n---\nText.\n"})
    assert not reading.skipped
    assert {warning.path for warning in reading.warnings} <= {PurePosixPath(name)}
    return reading.posts[0], [f"{warning.line}: {warning.message}" for warning in reading.warnings]


def skip(folder: Path, front_matter: str, *, name: str = "2020-02-03-one.md") -> Skip:
    reading = read(folder, {name: f"---\n{front_matter}\n---\nText.\n"})
    assert not reading.posts
    return reading.skipped[0]


def iso(instant: dt.datetime) -> str:
    return instant.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")


# --- one post of every kind that there is ---


def test_a_post_of_2008_is_read_as_exported(tmp_path: Path) -> None:
    name = "2008-10-21-pears-in-the-orchard.markdown"
    reading = read(
        tmp_path,
        {name: EXPORTED},
        timezone="America/Denver",
        permalink="/:year/:month/:day/:title/",
    )
    (parsed,) = reading.posts
    assert not reading.skipped
    assert not reading.warnings
    assert parsed.path == PurePosixPath(name)
    assert parsed.title == "Pears In The Orchard"
    assert iso(parsed.published) == iso(parsed.updated) == "2008-10-21T06:25:00Z"
    assert parsed.file_date == dt.date(2008, 10, 21)
    assert parsed.page == "/2008/10/21/pears-in-the-orchard/"
    assert parsed.tags == ("pears", "orchard", "cider")
    assert parsed.marker == ":EXTENDED:"
    lines = parsed.body.split("\n")
    assert parsed.body_line + lines.index("* The first item of the list.") == 11
    assert parsed.marker in lines
    assert (parsed.markup, parsed.slug) == ("markdown", "pears-in-the-orchard")
    assert (parsed.categories, parsed.authors, parsed.language, parsed.id) == ((), (), None, None)


def test_a_post_with_every_key_is_read(tmp_path: Path) -> None:
    parsed = post(
        tmp_path,
        "title: A title\ndate: 2021-05-06 07:08:09 +0000\nupdated: 2021-06-01 00:00 Z\n"
        "slug: other\npermalink: /x/:title/\ncategory: a\ntags: b c\n"
        "author: Ada Example\nlang: de\nid: my-own-id\nextended: MORE",
        name="2020-02-03-one.html",
    )
    assert (iso(parsed.published), iso(parsed.updated)) == (
        "2021-05-06T07:08:09Z",
        "2021-06-01T00:00:00Z",
    )
    assert parsed.file_date == dt.date(2020, 2, 3)
    assert (parsed.page, parsed.slug, parsed.markup) == ("/x/other/", "other", "html")
    assert (parsed.categories, parsed.tags) == (("a",), ("b", "c"))
    assert parsed.authors == (Person(name="Ada Example"),)
    assert (parsed.language, parsed.id, parsed.marker) == ("de", ("my-own-id", 11), "MORE")


def test_a_file_without_front_matter_is_a_post(tmp_path: Path) -> None:
    (parsed,) = read(tmp_path, {"2020-02-03-note.md": "\ufeffJust\r\ntext."}).posts
    assert (parsed.title, parsed.body, parsed.body_line) == (None, "Just\ntext.", 1)


EMPTY_FILES = {"nothing": b"", "spaces": b" \n\t\r\n", "a byte order mark": b"\xef\xbb\xbf\n"}


@pytest.mark.parametrize("data", EMPTY_FILES.values(), ids=[*EMPTY_FILES])
def test_an_empty_file_is_broken_and_no_post(tmp_path: Path, data: bytes) -> None:
    """A full disk and an editor that is killed leave such files."""
    reading = read(tmp_path, {"2020-02-03-note.md": data, "2020-02-04-other.md": "Text."})
    assert [parsed.slug for parsed in reading.posts] == ["other"]
    (empty,) = reading.skipped
    assert (empty.broken, empty.line) == (True, 1)
    assert empty.reason.startswith("is empty; write the post, or restore its text")


def test_a_post_with_front_matter_and_no_body_is_a_post(tmp_path: Path) -> None:
    (picture,) = read(tmp_path, {"2020-02-03-a.md": "---\nimage: /a.png\n---\n"}).posts
    assert picture.body == ""


# --- the folder ---


def test_posts_are_in_the_order_of_their_paths(tmp_path: Path) -> None:
    names = ["b/2020-01-01-x.md", "2021-01-01-x.md", "a/b/2019-01-01-x.md", "2020-01-01-x.html"]
    expected = sorted(map(PurePosixPath, names))
    for n, order in enumerate(itertools.permutations(names)):
        reading = read(tmp_path / str(n), dict.fromkeys(order, "text"))
        assert [parsed.path for parsed in reading.posts] == expected


def test_skips_and_warnings_are_in_the_order_of_paths(tmp_path: Path) -> None:
    write(tmp_path, {f"{n}/2020-13-01-x.md": "" for n in "cab"})
    write(tmp_path, {f"{n}/2020-01-01-x.md": "---\nid: []\ntitle: x #y\n---\n" for n in "cab"})
    (tmp_path / "aa").symlink_to("gone")
    reading = read(tmp_path)
    assert [str(skip.path) for skip in reading.skipped] == [
        "a/2020-13-01-x.md", "aa", "b/2020-13-01-x.md", "c/2020-13-01-x.md",
    ]  # fmt: skip
    assert [(warning.path.parts[0], warning.line) for warning in reading.warnings] == [
        ("a", 2), ("a", 3), ("b", 2), ("b", 3), ("c", 2), ("c", 3),
    ]  # fmt: skip


@pytest.mark.parametrize("ending", ["md", "markdown", "mkd", "mkdn", "mkdown", "html", "htm", "MD"])
def test_files_with_a_known_extension_are_posts(tmp_path: Path, ending: str) -> None:
    (parsed,) = read(tmp_path, {f"2020-01-01-a.b.{ending}": "text"}).posts
    assert parsed.slug == "a.b"
    assert parsed.markup == ("html" if ending.startswith("htm") else "markdown")


@pytest.mark.parametrize(
    "name",
    [
        ".hidden.md", ".git/2020-01-01-a.md", "_posts/.trash/2020-01-01-a.md",
        "README.md", "README.de.md", "readme.md", "sub/README.txt", "_index.md", "_index.de.html",
        "2020-01-01-a.md~", ".2020-01-01-a.md.swp", "2020-01-01-a.md.swp", "#2020-01-01-a.md#",
        ".#2020-01-01-a.md", "old~/2020-01-01-a.md",
        "picture.png", "2020-01-01-a.jpg", "style.css", "LICENSE", "a.md.bak", "data.yml",
    ],
)  # fmt: skip
def test_other_files_are_ignored(tmp_path: Path, name: str) -> None:
    reading = read(tmp_path, {name: b"\xff"})
    assert not reading.posts
    assert not reading.skipped


def test_a_post_about_readme_files_is_a_post(tmp_path: Path) -> None:
    assert read(
        tmp_path, {"2020-01-01-README-first.md": "Text.", "readme-first/2020-01-01-a.md": "Text."}
    ).posts


@pytest.mark.parametrize(
    ("ending", "reason"),
    [
        ("rst", "reStructuredText is not rendered"),
        ("adoc", "AsciiDoc is not rendered"),
        ("textile", "Textile is not rendered"),
        ("org", "Org is not rendered"),
        ("txt", "plain text is not rendered"),
        ("mdx", "MDX is not rendered"),
    ],
)
def test_the_reason_names_a_markup_that_is_not_rendered(
    tmp_path: Path, ending: str, reason: str
) -> None:
    (skipped,) = read(tmp_path, {f"2020-01-01-a.{ending}": "text"}).skipped
    assert (skipped.reason, skipped.broken) == (reason, False)


@pytest.mark.parametrize("kind", ["nothing", "file"])
def test_a_missing_folder_of_posts_is_a_configuration_error(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "_posts"
    if kind == "file":
        folder.write_text("")
    with pytest.raises(ConfigError) as caught:
        read(folder)
    message = str(caught.value)
    assert "posts.path" in message
    assert str(folder) in message
    assert "set it to the folder with your posts" in message


def test_an_empty_folder_is_not_an_error(tmp_path: Path) -> None:
    assert read(tmp_path).posts == ()


def test_circles_of_links_end_and_change_no_path(tmp_path: Path) -> None:
    folder = tmp_path / "posts"
    write(folder, {"real/2020-01-01-a.md": "Text.", "z/2020-01-01-b.md": "Text."})
    write(tmp_path, {"outside/deep/2020-01-01-c.md": "Text."})
    (folder / "a-link").symlink_to("real")
    (folder / "up").symlink_to("..")
    (folder / "real/back").symlink_to("../z")
    (folder / "z/back").symlink_to("../real")
    (folder / "real/self").symlink_to(".")
    (folder / "more").symlink_to("../outside")
    reading = sources.read(following(configured(folder)), now=NOW)
    assert [str(parsed.path) for parsed in reading.posts] == [
        "more/deep/2020-01-01-c.md",
        "real/2020-01-01-a.md",
        "z/2020-01-01-b.md",
    ]
    assert not reading.skipped


def test_a_link_to_a_post_is_a_post(tmp_path: Path) -> None:
    write(tmp_path, {"elsewhere.text": "Text.", "posts/2020-01-01-a.md": "Text."})
    (tmp_path / "posts/2020-01-02-b.md").symlink_to("../elsewhere.text")
    reading = sources.read(following(configured(tmp_path / "posts")), now=NOW)
    assert [parsed.body for parsed in reading.posts] == ["Text.", "Text."]


def test_an_unreadable_file_is_broken_and_costs_no_other_post(tmp_path: Path) -> None:
    write(tmp_path, {"2020-01-01-fine.md": "Text."})
    (tmp_path / "2020-01-02-gone.md").symlink_to("gone.md")
    (tmp_path / "2020-01-03-circle.md").symlink_to("2020-01-03-circle.md")
    (tmp_path / "circle").symlink_to("circle")
    (tmp_path / "folder").symlink_to("gone")
    (tmp_path / "picture.png").symlink_to("gone")
    os.mkfifo(tmp_path / "2020-01-04-pipe.md")
    reading = read(tmp_path)
    assert [parsed.slug for parsed in reading.posts] == ["fine"]
    assert [str(skipped.path) for skipped in reading.skipped] == [
        "2020-01-02-gone.md",
        "2020-01-03-circle.md",
        "2020-01-04-pipe.md",
        "circle",
        "folder",
    ]
    assert all(skipped.broken for skipped in reading.skipped)
    assert "cannot be read: No such file or directory" in reading.skipped[0].reason
    assert "it is a pipe or a device" in reading.skipped[2].reason


def test_settings_that_cannot_be_read_count_as_existing() -> None:
    """Reading them then reports the error."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        write(folder, {"closed/x.yml": ""})
        (folder / "_config.yml").symlink_to("closed/x.yml")
        (folder / "closed").chmod(0)
        with ordinary_user():
            assert site_settings.find(folder, ["_config.yml"]) == folder / "_config.yml"
        (folder / "closed").chmod(0o755)


def test_a_folder_without_permission_is_broken() -> None:
    with tempfile.TemporaryDirectory() as name:  # pytest's are closed to others
        folder = Path(name)
        folder.chmod(0o755)
        write(folder, {"2020-01-01-a.md": "", "closed/2020-01-01-a.md": ""})
        (folder / "2020-01-01-a.md").chmod(0)
        (folder / "closed").chmod(0)
        with ordinary_user():
            skipped = read(folder).skipped
        (folder / "closed").chmod(0o700)
    assert [(str(each.path), each.broken) for each in skipped] == [
        ("2020-01-01-a.md", True),
        ("closed", True),
    ]


def test_a_name_that_is_not_utf_8_is_broken_and_can_be_printed(tmp_path: Path) -> None:
    for name in (b"2020-01-01-caf\xe9.md", b"caf\xe9.png", b"2020-01-01-caf\xe9.txt"):
        Path(os.fsdecode(os.path.join(os.fsencode(tmp_path), name))).write_text("")  # noqa: PTH118
    post, text = read(tmp_path).skipped
    assert (str(post.path), post.broken) == ("2020-01-01-caf\udce9.md", True)
    assert "not UTF-8; rename it" in post.reason
    assert str(text.path) == "2020-01-01-caf\udce9.txt"


# --- what is held back ---


@pytest.mark.parametrize(
    ("front_matter", "reason"),
    [
        ("draft: true", "a draft"),
        ("draft: Yes", "a draft"),
        ("published: false", "published: false"),
        ("published: no", "published: false"),
        ("published: FALSE", "published: false"),
        ("status: draft", "status: draft"),
        ("date: 2026-12-24 09:00", "scheduled for 2026-12-24T08:00:00Z"),
        ("date: 2026-11-01 12:00:01 Z", "scheduled for 2026-11-01T12:00:01Z"),
        ("draft: true\ndate: soon\ntitle: x #y", "a draft"),
    ],
)
def test_an_unpublished_post_is_skipped_with_its_reason(
    tmp_path: Path, front_matter: str, reason: str
) -> None:
    skipped = skip(tmp_path, front_matter)
    assert (skipped.reason, skipped.broken) == (reason, False)


@pytest.mark.parametrize(
    "front_matter",
    ["draft: false", "draft:", "published: true", "published:", "status: publish",
     "date: 2026-11-01 12:00:00 Z"],
)  # fmt: skip
def test_a_post_with_harmless_keys_is_published(tmp_path: Path, front_matter: str) -> None:
    assert post(tmp_path, front_matter)


def test_a_broken_file_in_a_draft_folder_is_a_draft(tmp_path: Path) -> None:
    (skipped,) = read(tmp_path, {"_drafts/idea.md": b"---\n\xff"}).skipped
    assert (skipped.reason, skipped.broken) == ("a draft", False)


# --- what is broken ---


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        (b"---\ntitle: caf\xe9\n---\n", 2, "is not UTF-8 at byte 14"),
        (b"---\ntitle: x\n", 1, "the front matter never ends"),
        (b"---\ntitle: A: B\n<<<<<<< HEAD\n---\n", 3, "merge conflict"),
        (b"---\na: 1\n<<<<<<< HEAD\n---\n", 3, "merge conflict"),
        (b"---\na: " + b"x" * 70_000 + b"\n---\n", 1, "65536"),
        (b"---\n- a\n---\n", 2, "`key: value`"),
    ],
)
def test_a_broken_file_has_a_reason_with_a_line_and_costs_no_other_post(
    tmp_path: Path, text: bytes, line: int, reason: str
) -> None:
    reading = read(tmp_path, {"2020-01-01-a.md": text, "2020-01-01-b.md": "fine"})
    assert [parsed.slug for parsed in reading.posts] == ["b"]
    (skipped,) = reading.skipped
    assert (skipped.path, skipped.line, skipped.broken) == (
        PurePosixPath("2020-01-01-a.md"),
        line,
        True,
    )
    assert reason in skipped.reason
    assert reading.broken


@pytest.mark.parametrize(
    ("name", "front_matter", "line", "reason"),
    [
        ("2020-13-45-x.md", "title: x", 1, "has no date"),
        ("about.md", "title: x\ndate: soon", 3, "date: 'soon' is not a date; write e.g. `date: "),
        ("about.md", "date: Sep 2014", 2, "'Sep 2014' is not a date"),
        ("about.md", "date: [2014-09-08]", 2, "there is no date"),
        (
            "0001-01-01-x.md",
            "title: x",
            1,
            "too close to the year 1 or 9999 to be converted to UTC; rename the file",
        ),
    ],
)
def test_a_date_that_cannot_be_read_is_broken(
    tmp_path: Path, name: str, front_matter: str, line: int, reason: str
) -> None:
    skipped = skip(tmp_path, front_matter, name=name)
    assert (skipped.line, skipped.broken) == (line, True)
    assert reason in skipped.reason


@pytest.mark.parametrize(
    ("name", "front_matter"),
    [("about.md", "title: x"), ("about.md", "date:"), ("202-01-01-x.md", "title: x")],
)
def test_a_file_without_a_date_is_a_page(tmp_path: Path, name: str, front_matter: str) -> None:
    reading = read(tmp_path, {name: f"---\n{front_matter}\n---\nText.\n"})
    assert (reading.posts, reading.skipped, reading.broken) == ((), (), False)
    (page,) = reading.pages
    assert str(page.path) == name
    assert "has no date; add e.g. `date: 2008-10-21` or start the file's" in page.reason


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("2026-13-01-first.md", "2026-13-01, but there is no month 13"),
        ("2026-0-01-first.md", "2026-0-01, but there is no month 0"),
        ("2026-02-30-first.md", "2026-02-30, but 2026-02 has no day 30"),
        ("2026-02-00.md", "2026-02-00, but 2026-02 has no day 0"),
        ("0000-02-01-first.md", "0000-02-01, but there is no year 0"),
        ("01-02-2026-x.md", "01-02-2026, which is not in the form YYYY-MM-DD"),
        ("1.2.2026 x.md", "1.2.2026, which is not in the form YYYY-MM-DD"),
        ("2026_02_01-x.md", "2026_02_01, which is not in the form YYYY-MM-DD"),
        ("01-02-2026/index.md", "01-02-2026, which is not in the form YYYY-MM-DD"),
    ],
)
@pytest.mark.parametrize("engine", ["plain", "jekyll", "hexo", "hugo"])
def test_a_date_in_a_name_that_cannot_be_read_is_named(
    tmp_path: Path, name: str, fault: str, engine: Engine
) -> None:
    """Of a post as well as of a page."""
    write(tmp_path, {name: "---\ntitle: x\npublish: true\n---\nText.\n"})
    config = configured(tmp_path)
    config = replace(config, posts=replace(config.posts, engine=engine))
    reading = sources.read(config, now=NOW)
    said = [one.reason for one in reading.skipped] + [one.message for one in reading.warnings]
    assert said == [
        f"has no date: its name begins with {fault}; rename the file, or add e.g. "
        "`date: 2008-10-21`"
    ]
    assert not reading.posts


@pytest.mark.parametrize("name", ["1-2-3-x.md", "10-20-300.md", "20260201.md", "1.2.20267.md"])
def test_digits_that_are_no_date_are_no_fault(tmp_path: Path, name: str) -> None:
    reading = read(tmp_path, {name: "---\ntitle: x\n---\nText.\n"})
    assert ([*reading.skipped], [*reading.warnings], len(reading.pages)) == ([], [], 1)


# --- names and dates ---


@pytest.mark.parametrize(
    ("name", "date", "slug"),
    [
        ("2020-02-03-a-slug.md", "2020-02-03", "a-slug"),
        ("2020-2-3-a-slug.md", "2020-02-03", "a-slug"),
        ("20-2-3-a-slug.md", "2020-02-03", "a-slug"),
        ("20-13-3-a-slug.md", None, "20-13-3-a-slug"),
        ("2020-02-03_a_slug.md", "2020-02-03", "a_slug"),
        ("2020-02-03 A Slug.md", "2020-02-03", "A Slug"),
        ("2020-02-03---a.md", "2020-02-03", "--a"),
        ("2020-02-03-v1.2.md", "2020-02-03", "v1.2"),
        ("2020-02-03-etc....md", "2020-02-03", "etc"),
        ("2020-02-03.md", "2020-02-03", "2020-02-03"),
        ("2020-02-03-.md", "2020-02-03", "2020-02-03-"),
        ("2020-02-03-100% [x] #1 @2?.md", "2020-02-03", "100% [x] #1 @2?"),
        ("2020-02-03-a\x08\nb.md", "2020-02-03", "a b"),
        ("2020-02-03-日本.md", "2020-02-03", "日本"),
        ("sub/folder/2020-02-03-a.md", "2020-02-03", "a"),
        ("2020-02-034-a.md", None, "2020-02-034-a"),
        ("2020-02-30-a.md", None, "2020-02-30-a"),
        ("2019-01-01-bundle/index.md", None, "index"),
        ("a-slug.md", None, "a-slug"),
    ],
)
def test_the_file_name_has_date_and_slug(
    tmp_path: Path, name: str, date: str | None, slug: str
) -> None:
    parsed = post(tmp_path, "date: 2020-02-04", name=name)
    assert parsed.file_date == (dt.date.fromisoformat(date) if date else None)
    assert parsed.slug == slug
    assert iso(parsed.published) == "2020-02-03T23:00:00Z"
    if date:
        assert iso(post(tmp_path, "layout: post", name=name).published) == "2020-02-02T23:00:00Z"


def test_a_year_of_two_digits_means_the_same_as_in_ruby(tmp_path: Path) -> None:
    names = ["68-01-01-a.md", "69-01-01-b.md", "00-01-01-c.md"]
    posts = read(tmp_path, dict.fromkeys(names, "Text.")).posts
    assert [parsed.file_date for parsed in posts] == [dt.date(2000, 1, 1), dt.date(1969, 1, 1)]


@pytest.mark.parametrize(
    ("front_matter", "published"),
    [
        ("layout: post", "2020-02-02T23:00:00Z"),
        ("date:", "2020-02-02T23:00:00Z"),
        ("time: '19:55'", "2020-02-03T18:55:00Z"),
        ("time: 19:55:30", "2020-02-03T18:55:30Z"),
        ("time: 00:25", "2020-02-02T23:25:00Z"),
        ("date: 2020-07-01", "2020-06-30T22:00:00Z"),
        ("date: 2020-07-01\ntime: 19:55", "2020-07-01T17:55:00Z"),
        ("date: 2020-07-01 10:00\ntime: 19:55", "2020-07-01T08:00:00Z"),
        ("date: 2020-07-01 00:00\ntime: 19:55", "2020-06-30T22:00:00Z"),
        ("date: 2013-09-14 20:46:50 -0400", "2013-09-15T00:46:50Z"),
        ("date: September 8, 2014", "2014-09-07T22:00:00Z"),
        ("date: 2020-07-01T10:00:00.75Z", "2020-07-01T10:00:00Z"),
    ],
)
def test_front_matter_overrides_the_file_name(
    tmp_path: Path, front_matter: str, published: str
) -> None:
    parsed = post(tmp_path, front_matter)
    assert iso(parsed.published) == iso(parsed.updated) == published
    assert parsed.published.tzinfo is dt.UTC


@pytest.mark.parametrize(
    ("front_matter", "published", "warning"),
    [
        ("date: soon", "2020-02-02T23:00:00Z", "2: date: 'soon' is not a date; 2020-02-03, from "),
        ("date: {}", "2020-02-02T23:00:00Z", "2: date: there is no date; 2020-02-03, from"),
        ("x: y\ndate: now\ntime: 19:55", "2020-02-03T18:55:00Z", "3: date: 'now' is not a date"),
        ("date: 0001-01-01", "2020-02-02T23:00:00Z", "2: date: 0001-01-01 is too close to"),
        ("time: soon", "2020-02-02T23:00:00Z", "2: time: 'soon' is not a time; write e.g. `time: "),
        ("time: 1195", "2020-02-02T23:00:00Z", "2: time: '1195' is not a time"),
        ("time: []", "2020-02-02T23:00:00Z", "2: time: '' is not a time"),
        ("date: 2020-07-01\ntime: 25:00", "2020-06-30T22:00:00Z", "3: time: '25:00' is not a time"),
    ],
)
def test_an_unreadable_date_is_replaced_by_that_of_the_file_name(
    tmp_path: Path, front_matter: str, published: str, warning: str
) -> None:
    parsed, warnings = odd(tmp_path, front_matter)
    assert iso(parsed.published) == published
    assert len(warnings) == 1
    assert warnings[0].startswith(warning)


@pytest.mark.parametrize("key", ["updated", "last_modified_at", "lastmod", "modified"])
def test_updated_has_several_keys(tmp_path: Path, key: str) -> None:
    assert iso(post(tmp_path, f"{key}: 2020-05-01 10:00 Z").updated) == "2020-05-01T10:00:00Z"


def test_the_first_key_for_updated_counts(tmp_path: Path) -> None:
    parsed = post(tmp_path, "modified: 2023-01-01\nlastmod: 2022-01-01\nupdated:\ntime: 10:00")
    assert iso(parsed.updated) == "2021-12-31T23:00:00Z"


@pytest.mark.parametrize(
    ("front_matter", "warning"),
    [
        ("updated: 2020-02-01", "2: updated is before the date of the post, which is used"),
        ("x: y\nlastmod: 2020-02-03 10:00", "3: lastmod is before the date of the post, which is"),
        ("updated: never", "2: updated: 'never' is not a date; the date of the post is used"),
        ("updated: []", "2: updated: there is no date; the date of the post is used"),
    ],
)
def test_updated_is_never_before_published(tmp_path: Path, front_matter: str, warning: str) -> None:
    parsed, warnings = odd(tmp_path, f"{front_matter}\ntime: 19:55")
    assert iso(parsed.updated) == iso(parsed.published) == "2020-02-03T18:55:00Z"
    assert len(warnings) == 1
    assert warnings[0].startswith(warning)


def test_updated_may_be_the_day_of_the_post(tmp_path: Path) -> None:
    parsed = post(tmp_path, "updated: 2020-02-03\ntime: 19:55")
    assert iso(parsed.updated) == "2020-02-03T18:55:00Z"


# --- texts ---


@pytest.mark.parametrize(
    ("front_matter", "title"),
    [
        ("title: A title", "A title"),
        ("title: 2012", "2012"),
        ("title: no", "no"),
        ("title: ! 'Quoted: yes'", "Quoted: yes"),
        ("title: |\n  Two\n   lines\n", "Two lines"),
        ('title: "a\\u0008b\\x0Bc\\td"', "ab c d"),
        ("title: a\x08b", "ab"),
        ("title: 'Bonjour\u00a0!'", "Bonjour\u00a0!"),
        ("title: \u05e9\u05dd\u200f \U0001f600", "\u05e9\u05dd\u200f \U0001f600"),
        ("title: '#1'", "#1"),
        ("title:", None),
        ("title: ~", None),
        ("title: ''", None),
        ("title: \"\\u00a0 \\x08\"", None),
        ("layout: post", None),
    ],
)  # fmt: skip
def test_titles_are_read(tmp_path: Path, front_matter: str, title: str | None) -> None:
    assert post(tmp_path, front_matter).title == title


@pytest.mark.parametrize(
    ("front_matter", "tags"),
    [
        ("tags: [a, b, a, A]", ("a", "b", "A")),
        ("tags:\n- a b\n- ' c '\n- 2012\n- no\n- 'x, y'", ("a b", "c", "2012", "no", "x, y")),
        ("tags: [a, null, '', ~, [b, [c]], d]", ("a", "b", "c", "d")),
        ("tags: one two  three", ("one", "two", "three")),
        ("tags: one, two words, three", ("one", "two words", "three")),
        ("tags: one,two,,", ("one", "two")),
        ("tags: 'one two,'", ("one", "two")),
        ("tags: [a, 'b,']", ("a", "b")),
        ("tags: \"a\\x08b c\"", ("ab", "c")),
        ("tag: San Francisco", ("San Francisco",)),
        ("tag: a, b", ("a", "b")),
        ("tag: a\ntags: b a", ("a", "b")),
        ("tags:", ()),
        ("tags: ''", ()),
        ("tags: ','", ()),
        ("tags: [null]", ()),
    ],
)  # fmt: skip
def test_tags_are_read(tmp_path: Path, front_matter: str, tags: tuple[str, ...]) -> None:
    assert post(tmp_path, front_matter).tags == tags


@pytest.mark.parametrize(
    ("front_matter", "categories"),
    [
        ("categories: news tech", ("news", "tech")),
        ("categories: [Big News, tech, tech]", ("Big News", "tech")),
        ("category: Big News", ("Big News",)),
        ("category: a\ncategories: [b, a]", ("b", "a")),
        ("categories: [null, 7]", ("7",)),
        ("categories:", ()),
        ("categories: ''", ()),
    ],
)
def test_categories_are_read(
    tmp_path: Path, front_matter: str, categories: tuple[str, ...]
) -> None:
    assert post(tmp_path, front_matter).categories == categories


NAMELESS = Person(name="ada@blog.example", email="ada@blog.example")
ADA = Person(name="Ada Example", email="ada@blog.example")


@pytest.mark.parametrize(
    ("front_matter", "authors"),
    [
        ("author: Ada Example", (Person(name="Ada Example"),)),
        ("author: Ada Example (ada@blog.example)", (ADA,)),
        ("author: Ada Example <ada@blog.example>", (ADA,)),
        ("author: <ada@blog.example>", (NAMELESS,)),
        ("author: Ada (Queen) Example", (Person(name="Ada (Queen) Example"),)),
        ("author: Ada (Queen)", (Person(name="Ada (Queen)"),)),
        ("author: Ada (https://a.example/)", (Person(name="Ada", uri="https://a.example/"),)),
        ("author: {name: Ada Example, email: ada@blog.example}", (ADA,)),
        ("author: {name: A, uri: 'https://a.example'}", (Person(name="A", uri="https://a.example"),)),
        ("author: {name: A, url: 'https://a.example'}", (Person(name="A", uri="https://a.example"),)),
        ("author: {name: A, email: none, twitter: a}", (Person(name="A"),)),
        ("author: {email: ada@blog.example}", (NAMELESS,)),
        ("author: A; B (b@x.example)", (Person(name="A"), Person(name="B", email="b@x.example"))),
        ("author: A and B", (Person(name="A"), Person(name="B"))),
        ("author: A, B, and C", (Person(name="A"), Person(name="B"), Person(name="C"))),
        ("author: Example, Ada", (Person(name="Example, Ada"),)),
        ("author: Alexander Sandler", (Person(name="Alexander Sandler"),)),
        ("authors: [A, {name: B}, null, Smith and Sons]",
         (Person(name="A"), Person(name="B"), Person(name="Smith and Sons"))),
        ("author: A\nauthors: [A, B]", (Person(name="A"), Person(name="B"))),
        ("author:", ()),
        ("author: ''", ()),
        ("author: ';'", ()),
        ("authors: []", ()),
    ],
)  # fmt: skip
def test_authors_are_read(tmp_path: Path, front_matter: str, authors: tuple[Person, ...]) -> None:
    assert post(tmp_path, front_matter).authors == authors


@pytest.mark.parametrize(
    ("front_matter", "language"),
    [
        ("lang: de", "de"),
        ("language: pt-BR", "pt-BR"),
        ("lang: pt_BR", "pt-BR"),
        ("lang: no", "no"),
        ("lang: en\nlanguage: de", "en"),
        ("lang:\nlanguage: de", "de"),
        ("lang:", None),
    ],
)
def test_languages_are_read(tmp_path: Path, front_matter: str, language: str | None) -> None:
    assert post(tmp_path, front_matter).language == language


@pytest.mark.parametrize(
    ("front_matter", "marker"),
    [
        ("extended: ':EXTENDED:'", ":EXTENDED:"),
        ("extended: '  ::MORE::  '", "  ::MORE::"),
        ("extended: |\n  MORE\n", "MORE"),
        ("extended: \"a\\x08b\"", "ab"),
        ("extended:", None),
        ("extended: ' '", None),
        ("layout: post", None),
    ],
)  # fmt: skip
def test_markers_are_found(tmp_path: Path, front_matter: str, marker: str | None) -> None:
    assert post(tmp_path, front_matter).marker == marker


@pytest.mark.parametrize(
    ("front_matter", "warning"),
    [
        ("title: News #2", "2: the title is cut before `#2`, a comment in YAML; put it in quotes"),
        ("title: [Draft] ", "2: title must be a text; put it in quotes"),
        ("x: y\nslug: {a: b}", "3: slug must be a text; put it in quotes"),
        ("permalink: [a]", "2: permalink must be a text; put it in quotes"),
        ("permalink: /:yaer/x", "2: permalink has :yaer, which has no value"),
        ("id: [a]", "2: id must be a text; put it in quotes"),
        ("lang: in English", "2: lang is 'in English'; it must be a BCP 47 tag, e.g. en or pt-BR"),
        ("language: e", "2: language is 'e'; it must be a BCP 47 tag, e.g. en or pt-BR"),
        ("tags:\n- a: b\n- c", "2: tags must be texts; put those with a colon in quotes"),
        ("category: {}", "2: category must be texts; put those with a colon in quotes"),
        ("author: {twitter: ada}", "2: author has no name; add e.g. `name: Ada Example`"),
        ("authors: [[A]]", "2: authors has no name; add e.g. `name: Ada Example`"),
        ("tags: a\ntags: b", "3: tags is given twice; the last one counts"),
    ],
)
def test_warnings_have_the_line_of_the_value(
    tmp_path: Path, front_matter: str, warning: str
) -> None:
    _, warnings = odd(tmp_path, front_matter)
    assert warnings == [warning]


# --- addresses ---


@pytest.mark.parametrize(
    ("front_matter", "permalink", "page"),
    [
        ("categories: [Big News]", "date", "/big%20news/2020/02/03/one.html"),
        ("layout: post", "/:year/:month/:day/:title/", "/2020/02/03/one/"),
        ("slug: Other Slug", "/:title/", "/Other-Slug/"),
        ("permalink: /about/:year/", "date", "/about/2020/"),
        ("permalink: about", "date", "/about"),
        ("permalink: pretty", "date", "/pretty"),
        ("permalink: /über uns/", "date", "/%C3%BCber%20uns/"),
        ("permalink:", "/:title", "/one"),
        ("layout: post", "/:path:output_ext", "/2020-02-03-one.html"),
        # Half past midnight in Berlin is the day before in UTC.
        ("date: 2020-02-03 00:30", "/:day/:hour", "/03/00"),
        ("date: 2020-02-03 23:30 -0400", "/:day/:hour", "/04/04"),
    ],
)
def test_the_page_follows_the_permalink(
    tmp_path: Path, front_matter: str, permalink: str, page: str
) -> None:
    assert post(tmp_path, front_matter, permalink=permalink).page == page


# --- whatever comes ---

KEYS = ("title", "date", "time", "tags", "categories", "category", "author", "authors", "lang",
        "id", "updated", "permalink", "slug", "extended", "draft", "published",
        "status")  # fmt: skip
PIECES = st.sampled_from(
    ["---\n", "---", "\n", "- ", "[", "]", "{", "}", "'", '"', "#", " ", "2020-01-01", "10:00",
     "null", "\x08", "é", "\ufeff", "a; b and c <d@e>", ":year", "..", "/", "\r\n",
     *(f"{key}: " for key in KEYS)]
)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.binary(max_size=300) | st.lists(PIECES, max_size=30).map("".join).map(str.encode))
@example(b"---\nauthor: {name: []}\n---\n")
@example(b"---\ntags: {a: [b]}\ndate: 9999-12-31 23:59 -0400\n---\n")
def test_any_bytes_are_a_post_or_a_skip(tmp_path: Path, data: bytes) -> None:
    name = "2020-01-01-a.md"
    reading = read(tmp_path, {name: data, "2020-01-01-b.md": b"---\n" + data + b"\n---\n"})
    assert len(reading.posts) + len(reading.skipped) == 2
    for parsed in reading.posts:
        assert parsed.published <= parsed.updated
        assert parsed.page.startswith("/")
        assert parsed.page.isascii()
        assert all(person.name for person in parsed.authors)
    assert all(skipped.line for skipped in reading.skipped if skipped.broken)
    assert all(warning.line >= 1 for warning in reading.warnings)


NAMES = st.text(st.characters(exclude_characters="/\x00"), min_size=1, max_size=30)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(NAMES.filter(lambda name: len(os.fsencode(name)) < 250 if name.isprintable() else False))
@example("2020-01-01-\u2028 ..")
@example("\x08")
def test_any_name_is_a_post_or_a_skip_or_hidden(tmp_path: Path, name: str) -> None:
    write(tmp_path, {f"{name}.md": "---\ndate: 2020-01-01\n---\n"})
    reading = read(tmp_path)
    (tmp_path / f"{name}.md").unlink()
    shown = [*reading.posts, *reading.skipped]
    hidden = name.startswith((".", "README", "_index.")) or name.lower().startswith("readme.")
    assert bool(shown) != (hidden or name.lower() == "readme" or name == "_index")


def test_a_uri_that_runs_code_is_never_linked(tmp_path: Path) -> None:
    text = "---\nauthor: {name: Eve, uri: 'javascript:alert(1)'}\n---\n"
    write(tmp_path, {"2020-01-01-a.md": text})
    reading = read(tmp_path)
    assert reading.posts[0].authors == (Person(name="Eve"),)
    assert [warning.line for warning in reading.warnings] == [2]
