"""Identity and meaning: what an entry is called, and when it counts as changed."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import replace
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher import entry
from publisher.config import Person, Site
from publisher.entry import Entry
from publisher.links import Links
from publisher.sources.post import MAX_TOLD, Medium, Post, Reading, Skip, in_short

SITE = Site(title="My blog", url="https://Blog.Example/sub/", since=dt.date(2008, 1, 1))
NOON = dt.datetime(2026, 1, 2, 12, tzinfo=dt.UTC)


def post(path: str = "2026-01-02-first-post.md", **values: object) -> Post:
    defaults: dict[str, object] = {
        "path": PurePosixPath(path),
        "body": "Text.",
        "body_line": 4,
        "markup": "markdown",
        "marker": None,
        "title": "First",
        "slug": "first-post",
        "published": NOON,
        "updated": NOON,
        "file_date": dt.date(2026, 1, 2),
        "page": "/2026/01/02/first-post/",
    }
    return Post(**{**defaults, **values})  # type: ignore[arg-type]


def made(found: Post, site: Site = SITE) -> Entry:
    outcome, _ = entry.entry(found, site, Links([], site))
    assert isinstance(outcome, Entry)
    return outcome


@pytest.mark.parametrize(
    ("path", "id_"),
    [
        ("2008-10-21-xmpp-at-the-summit.markdown", "2008-10-21-xmpp-at-the-summit"),
        ("2026/06/a-longer-name.md", "2026~06~a-longer-name"),
        ("notes/a-bundle/index.md", "notes~a-bundle"),
        ("de/release.notes.v2.html", "de~release.notes.v2"),
        ("index-of-posts.md", "index-of-posts"),
    ],
)
def test_the_item_id_is_the_path(path: str, id_: str) -> None:
    assert entry.item_id(PurePosixPath(path)) == id_


@pytest.mark.parametrize(
    ("path", "stem"),
    [
        ("short.md", "short"),
        ("index.md", "index"),
        ("2026-01-02-grüße.md", "2026-01-02-gr-e"),
        ("2026-01-02-50% off #1.md", "2026-01-02-50-off-1"),
        (f"{'long-' * 30}.md", ("long-" * 30)[:91]),
    ],
)
def test_a_path_that_makes_no_id_gets_a_digest(path: str, stem: str) -> None:
    digest = hashlib.sha256(path.encode()).hexdigest()[:8]
    assert entry.item_id(PurePosixPath(path)) == f"{stem}-{digest}"


@given(st.text(st.characters(exclude_characters="/\0"), min_size=1, max_size=150))
def test_any_name_gives_a_good_id(name: str) -> None:
    id_ = entry.item_id(PurePosixPath(f"{name}.md"))
    assert 8 <= len(id_) <= 100
    assert set(id_) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def test_composed_and_decomposed_names_are_one() -> None:
    assert entry.item_id(PurePosixPath("grüße-an-alle.md")) == entry.item_id(
        PurePosixPath("gru\u0308ße-an-alle.md")
    )


def test_the_atom_id_is_a_tag_uri() -> None:
    assert made(post()).atom_id == "tag:blog.example,2026-01-02:2026-01-02-first-post"
    assert made(post("notes/undated.md", file_date=None)).atom_id == (
        "tag:blog.example,2008-01-01:notes~undated"
    )


def test_the_template_of_a_site_with_a_history_holds() -> None:
    site = Site(title="x", url="https://blog.example", id_template="tag:{host}:/{path}")
    assert made(post("old/first.md", file_date=None), site).atom_id == "tag:blog.example:/old/first"


def test_without_any_date_the_way_out_is_named() -> None:
    site = Site(title="x", url="https://blog.example")
    outcome, _ = entry.entry(post("undated.md", file_date=None), site, Links([], site))
    assert isinstance(outcome, Skip)
    assert outcome.broken
    assert "since: 2008-01-01" in outcome.reason


def test_the_author_may_say_the_id() -> None:
    assert made(post(id=("urn:uuid:1234", 3))).atom_id == "urn:uuid:1234"
    assert made(post(id=("urn:uuid:1234", 3))).item_id == "2026-01-02-first-post"
    assert made(post(id=("the-old-name", 3))).item_id == "the-old-name"
    assert made(post(id=("the-old-name", 3))).atom_id.endswith(":the-old-name")


@pytest.mark.parametrize("text", ["short", "with blanks in it", "x" * 101, "a/b/c/d/e/f"])
def test_an_id_that_is_none_is_warned_of(text: str) -> None:
    outcome, (remark,) = entry.entry(post(id=(text, 3)), SITE, Links([], SITE))
    assert isinstance(outcome, Entry)
    assert outcome.item_id == "2026-01-02-first-post"
    assert (remark.line, repr(text) in remark.message) == (3, True)


def test_the_first_path_keeps_an_id_that_two_have() -> None:
    twins = (post("a/2026-01-02-first-post.md", id=("one-and-the-same", 2)),
             post("b/2026-01-02-first-post.md", id=("one-and-the-same", 2)))  # fmt: skip
    found = entry.entries(Reading(twins, (), ()), SITE)
    assert [str(e.post.path) for e in found.entries] == ["a/2026-01-02-first-post.md"]
    (skip,) = found.skipped
    assert skip.broken
    assert "a/2026-01-02-first-post.md" in skip.reason
    assert found.broken
    assert found.posts == 2


def test_two_posts_cannot_have_one_atom_id() -> None:
    twins = tuple(post(f"2026-01-0{n}-post.md", id=("urn:uuid:1234", 2)) for n in (1, 2))
    found = entry.entries(Reading(twins, (), ()), SITE)
    assert [e.item_id for e in found.entries] == ["2026-01-01-post"]
    assert "urn:uuid:1234" in found.skipped[0].reason


def test_what_the_author_left_out_is_filled_in() -> None:
    bare = made(post(title=None))
    assert bare.title == "Text."
    assert bare.authors == (Person(name="My blog"),)
    assert bare.link == "https://Blog.Example/sub/2026/01/02/first-post/"


@pytest.mark.parametrize(
    ("post", "title"),
    [
        (post(title=None, name="First Post"), "First Post"),
        (post(title=None, body="# A *head* line\n\nText."), "A head line"),
        (post(title=None, body="![an image](a.png)\n\nText."), "an image"),
        (post(title=None, body="word " * 20), "word " * 11 + "word…"),
        (post(title=None, body="x" * 70), "x" * 60 + "…"),
        (post(title=None, body="<!-- nothing -->"), "first-post"),
        (post(title=None, body="", slug=""), "2026-01-02-first-post"),
    ],
)
def test_a_title_is_found_for_every_post(post: Post, title: str) -> None:
    assert made(post).title == title


def test_the_folders_of_jekyll_are_no_part_of_an_id() -> None:
    found = [entry.item_id(PurePosixPath(f"{folder}2026-01-02-a.md")) for folder in ("", "_posts/")]
    assert found == ["2026-01-02-a"] * 2
    assert entry.item_id(PurePosixPath("news/_posts/2026-01-02-a.md")) == "news~2026-01-02-a"


def test_categories_and_tags_are_one_list() -> None:
    both = made(post(categories=("news", "xmpp"), tags=("xmpp", "atom")))
    assert both.categories == ("news", "xmpp", "atom")


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Other"},
        {"enclosures": (Medium("/a.ogg", 2),)},
        {"image": Medium("/a.png", 2)},
        {"body": "Other."},
        {"published": NOON + dt.timedelta(1), "updated": NOON + dt.timedelta(1)},
        {"updated": NOON + dt.timedelta(1)},
        {"tags": ("new",)},
        {"categories": ("new",)},
        {"authors": (Person(name="Bob"),)},
        {"language": "de"},
        {"page": "/elsewhere/"},
        {"marker": "MORE"},
        {"markup": "html"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_readers_see_changes_the_fingerprint(change: dict[str, object]) -> None:
    assert made(replace(post(), **change)).fingerprint != made(post()).fingerprint  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "site",
    [
        Site(title="My blog", url="https://new.example", since=SITE.since),
        Site(title="x", url=SITE.url, since=SITE.since, language="de"),
        Site(title="x", url=SITE.url, since=SITE.since, author=Person(name="Ada")),
    ],
    ids=["url", "language", "author"],
)
def test_options_of_the_site_that_show_change_it(site: Site) -> None:
    assert made(post(), site).fingerprint != made(post()).fingerprint


def test_what_nobody_sees_does_not_change_it() -> None:
    same = post(body_line=9, slug="other", file_date=None, id=("urn:x:y", 3))
    assert made(same).fingerprint == made(post()).fingerprint
    assert made(post(), Site(title="Renamed", url=SITE.url)).fingerprint == (
        made(post()).fingerprint
    )


def test_the_fingerprint_is_the_same_on_every_machine_and_in_every_version() -> None:
    """It is stored at the nodes of the world: changing this value announces every post again."""
    assert made(post(tags=("a",))).fingerprint == (
        "5194e4d700b8faf241a1ece5e185c54a3b9b3bd1005b740813ded1cff8695166"
    )


def test_nothing_is_rendered_that_nobody_asked_for() -> None:
    found = made(post())
    assert not found.is_rendered
    assert "Text." in found.content.xhtml
    assert found.is_rendered


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([], ()),
        ([(3, "b"), (2, "a"), (3, "b")], ((2, "a"), (3, "b"))),
        ([(9, "a"), (3, "a")], ((3, "a; also in line 9"),)),
        ([(9, "a"), (3, "a"), (4, "b"), (12, "a")], ((3, "a; also in lines 9 and 12"), (4, "b"))),
        (
            [(line, "a") for line in range(1, 80_001)],
            ((1, "a; also in lines 2, 3, 4 and 79996 more"),),
        ),
    ],
)
def test_what_is_said_again_is_said_once(
    told: list[tuple[int, str]], expected: tuple[tuple[int, str], ...]
) -> None:
    assert in_short(told) == expected


def test_of_very_many_warnings_the_first_are_told_and_the_others_counted() -> None:
    told = [(line, f"message {line:03}") for line in range(1, 201)]
    found = in_short(told)
    assert found[:-1] == tuple(told[:MAX_TOLD])
    assert found[-1] == (51, "150 more warnings from here on; mend those above first")
    assert in_short(told[:MAX_TOLD]) == tuple(told[:MAX_TOLD])


def test_the_lines_of_a_warning_are_those_of_the_file() -> None:
    body = "<font>a</font>\n\nb\n\n<font>c</font> <font>d</font>\n\n<p onclick='x'>e</p>\n"
    font, handler = made(post(body=body, body_line=11)).warnings
    assert (font.line, font.message.rpartition("; ")[2]) == (11, "also in line 15")
    assert (handler.line, handler.message[:25]) == (17, "the event handler onclick")
