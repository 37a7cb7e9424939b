"""Identity and meaning: what an entry is called, and when it counts as changed."""

from __future__ import annotations

import copy
import dataclasses
import datetime as dt
import hashlib
import pickle
from dataclasses import replace
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher import entry, identity
from publisher.config import Person, Site
from publisher.entry import Entry
from publisher.identity.claims import Claimant, Claims, PublishedItem
from publisher.post import (
    MAX_WARNINGS,
    BodySyntax,
    Episode,
    MarkdownOptions,
    Medium,
    Post,
    Reading,
    Skip,
    in_short,
)
from publisher.rendering import Renderings
from publisher.text.yaml_document import PlainScalar
from tests.support import posts
from tests.support.posts import NOON, post

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from publisher.identity.claims import Standing
    from publisher.post import Status
    from publisher.rendering import Rendered

SITE = Site(title="My blog", url="https://Blog.Example/sub/", since=dt.date(2008, 1, 1))


def made(found: Post, site: Site = SITE) -> Rendered:
    return posts.entry(found, site)


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
    assert identity.item_id(PurePosixPath(path)) == id_


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
    assert identity.item_id(PurePosixPath(path)) == f"{stem}-{digest}"


@given(st.text(st.characters(exclude_characters="/\0"), min_size=1, max_size=150))
def test_any_name_gives_a_good_id(name: str) -> None:
    id_ = identity.item_id(PurePosixPath(f"{name}.md"))
    assert 8 <= len(id_) <= 100
    assert set(id_) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def test_composed_and_decomposed_names_are_one() -> None:
    assert identity.item_id(PurePosixPath("grüße-an-alle.md")) == identity.item_id(
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
    outcome, _ = entry.entry(post("undated.md", file_date=None), site, {})
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
    outcome, (warning,) = entry.entry(post(id=(text, 3)), SITE, {})
    assert isinstance(outcome, Entry)
    assert outcome.item_id == "2026-01-02-first-post"
    assert (warning.line, repr(text) in warning.message) == (3, True)


ITEM, ATOM = "2026-01-02-first-post", "tag:blog.example,2026-01-02:2026-01-02-first-post"
OWNER = post(f"{ITEM}.md")
MALLORY = post("0000-mallory.md", file_date=None, id=(ITEM, 2), body="Mallory's text.")
BROKEN = Skip(PurePosixPath(f"{ITEM}.md"), "cannot be read", broken=True)
RENAMED = post("renamed.md", id=("the-old-name", 2), body="The same text.")


def published(
    path: str = "", *, item: str = ITEM, atom: str = ATOM, body: str = ""
) -> tuple[PublishedItem, ...]:
    return (PublishedItem(item, atom, path, body),)


def decided(
    posts: Sequence[Post],
    *skipped: Skip,
    ledger: Sequence[PublishedItem] = (),
    site: Site = SITE,
) -> tuple[list[str], dict[str, str]]:
    """The paths of the entries, and the reason of every post that is an error now."""
    in_order = tuple(sorted(posts, key=lambda one: one.path))
    found = entry.entries(Reading(in_order, skipped, ()), site, published=lambda: ledger)
    lost = {str(s.path): s.reason for s in found.skipped if s.broken and s not in skipped}
    return [str(one.post.path) for one in found.entries], lost


@pytest.mark.parametrize("stolen", [ITEM, ATOM], ids=["item id", "atom:id"])
@pytest.mark.parametrize("thief", ["0000-mallory.md", "zzzz-mallory.md"])
def test_the_file_whose_path_makes_an_id_keeps_it(thief: str, stolen: str) -> None:
    mallory = post(thief, id=(stolen, 2))
    kept, lost = decided([OWNER, mallory], ledger=published(thief))
    assert kept == [f"{ITEM}.md"]
    assert list(lost) == [thief]
    assert f"has the id {stolen}, which belongs to {ITEM}.md;" in lost[thief]
    assert "an `id:` of its own" in lost[thief]


def test_one_stolen_id_of_the_two_is_enough() -> None:
    """An entry has an item id and an atom:id; a thief needs only one of them to do harm."""
    both = post("b-of-mallory.md", id=(ATOM, 2))
    kept, lost = decided([OWNER, both])
    assert (kept, list(lost)) == ([f"{ITEM}.md"], ["b-of-mallory.md"])


@pytest.mark.parametrize(
    ("ledger", "keeper"),
    [
        ((), None),
        (published("renamed.md", item="the-old-name"), "renamed.md"),
        (published("another.md", item="the-old-name"), "another.md"),
        (published("the-old-name.md", item="the-old-name"), None),
        (published(item="the-old-name", body=entry.body_hash(RENAMED)), "renamed.md"),
        (published(item="the-old-name", body="of neither"), None),
        (published(item="something-else", atom="urn:x:y", body=entry.body_hash(RENAMED)), None),
        (
            published("renamed.md", item="the-old-name")
            + published(item="the-old-name", body=entry.body_hash(MALLORY)),
            "renamed.md",
        ),
        (
            published("renamed.md", item="the-old-name")
            + published("another.md", item="the-old-name"),
            None,
        ),
    ],
    ids=[
        "no ledger",
        "recorded with the one",
        "recorded with the other",
        "recorded with a file that is gone",
        "an older ledger, by the text",
        "an older ledger, and both were edited",
        "another item of the same text",
        "a path counts more than a text",
        "two nodes disagree",
    ],
)
def test_where_no_path_makes_it_the_ledger_decides(
    ledger: tuple[PublishedItem, ...], keeper: str | None
) -> None:
    another = post("another.md", id=("the-old-name", 2), body="Mallory's text.")
    kept, lost = decided([RENAMED, another], ledger=ledger)
    assert kept == ([keeper] if keeper else [])
    for path, reason in lost.items():
        assert ({"renamed.md", "another.md"} - {path}).pop() in reason
    assert len(kept) + len(lost) == 2


def test_of_two_with_the_recorded_path_the_atom_id_tells() -> None:
    """Two items of a feed may make one name."""
    twins = [post("same-name.md", file_date=dt.date(2026, 1, day)) for day in (1, 2)]
    atom = "tag:blog.example,2026-01-02:same-name"
    ledger = published("same-name.md", item="same-name", atom=atom)
    found = entry.entries(Reading(tuple(twins), (), ()), SITE, published=lambda: ledger)
    assert [one.atom_id for one in found.entries] == [atom]
    assert f"which belongs to {atom};" in found.skipped[0].reason, "their files do not tell them"


@pytest.mark.parametrize(
    ("paths", "site"),
    [
        (("2026-01-02-a.html", "2026-01-02-a.md"), SITE),
        (("blog/a-bundle.md", "blog/a-bundle/index.md"), SITE),
        (("2026-01-02-a.md", "_posts/2026-01-02-a.md"), SITE),
        (("short.html", "short.md"), Site(title="x", url=SITE.url, id_template="tag:x:{path}")),
    ],
    ids=["two formats", "a bundle beside a file", "two folders of Jekyll", "one atom:id"],
)
def test_of_two_files_whose_paths_make_one_id_the_ledger_decides(
    paths: tuple[str, str], site: Site
) -> None:
    twins = [post(path) for path in paths]
    kept, lost = decided(twins, site=site)
    assert (kept, set(lost)) == ([], set(paths))
    assert paths[1] in lost[paths[0]]
    one = made(twins[1], site)
    for ledger in (
        published(paths[1], item=one.item_id, atom=one.atom_id),
        published(item=one.item_id, atom=one.atom_id, body="of neither"),
    ):
        kept, lost = decided(twins, ledger=ledger, site=site)
        assert kept == ([paths[1]] if ledger[0].path else [])
    for twin in twins:  # one of them cannot be read
        broken = Skip(twin.path, "cannot be read", broken=True)
        other = next(one for one in twins if one is not twin)
        kept, lost = decided([other], broken, site=site)
        assert (kept, list(lost)) == ([], [str(other.path)])


@pytest.mark.parametrize("stolen", [ITEM, ATOM], ids=["item id", "atom:id"])
def test_nobody_takes_the_place_of_a_file_that_cannot_be_read(stolen: str) -> None:
    mallory = replace(MALLORY, id=(stolen, 2))
    kept, lost = decided([mallory], BROKEN)
    assert kept == []
    assert f"{ITEM}.md" in lost["0000-mallory.md"]


@pytest.mark.parametrize("stolen", ["the-old-name", "tag:blog.example,2020-01-01:the-old-name"])
@pytest.mark.parametrize("away", ["renamed.md", "."], ids=["the file", "its folder"])
def test_what_the_ledger_recorded_with_an_unreadable_file_is_kept_for_it(
    away: str, stolen: str
) -> None:
    atom = "tag:blog.example,2020-01-01:the-old-name"
    ledger = published("renamed.md", item="the-old-name", atom=atom)
    broken = Skip(PurePosixPath(away), "cannot be read", broken=True)
    mallory = replace(MALLORY, id=(stolen, 2))
    kept, lost = decided([mallory], broken, ledger=ledger)
    assert kept == []
    assert f"which belongs to {away};" in lost["0000-mallory.md"]
    assert decided([replace(RENAMED, id=(stolen, 2))], broken, ledger=ledger)[0] == (
        ["renamed.md"] if away == "." else []
    ), "who was read keeps what is recorded with it, even if the folder was not read to its end"


def test_a_post_without_a_date_keeps_its_place_until_it_has_one() -> None:
    site = Site(title="x", url="https://blog.example")
    victim = post("some/undated.md", file_date=None)
    mallory = post("2026-01-01-mallory.md", id=("some~undated", 2))
    kept, lost = decided([victim, mallory], site=site)
    assert kept == []
    assert "has no date" in lost["some/undated.md"]
    assert "some/undated.md" in lost["2026-01-01-mallory.md"]


@pytest.mark.parametrize("status", ["draft", "future", "hidden", "expired", "waiting", "no-page"])
def test_nobody_takes_the_place_of_a_post_that_is_not_published_now(status: Status) -> None:
    """A draft comes back, and a scheduled post becomes due."""
    skip = Skip(OWNER.path, "not now", status=status, post=OWNER)
    kept, lost = decided([MALLORY], skip)
    assert kept == []
    assert f"which belongs to {ITEM}.md;" in lost["0000-mallory.md"]


def test_the_draft_of_a_published_post_takes_no_place() -> None:
    draft = Skip(PurePosixPath("_drafts") / OWNER.path, "a draft", status="draft", post=OWNER)
    assert decided([OWNER], draft) == ([f"{ITEM}.md"], {})


def test_an_id_may_move_from_a_deleted_post() -> None:
    skip = Skip(OWNER.path, "deleted", status="deleted", deleted=NOON, post=OWNER)
    assert decided([MALLORY], skip) == (["0000-mallory.md"], {})


def test_a_folder_that_cannot_be_read_claims_what_its_files_make() -> None:
    folder = Skip(PurePosixPath("notes"), "cannot be read", broken=True)
    for stolen in ("notes~an-older-post", "tag:blog.example,2020-01-01:notes~an-older-post"):
        kept, lost = decided([replace(MALLORY, id=(stolen, 2))], folder)
        assert kept == []
        assert "which belongs to notes;" in lost["0000-mallory.md"]
    assert decided([replace(MALLORY, id=("other~an-older-post", 2))], folder)[1] == {}


def test_an_item_of_an_older_ledger_may_be_that_of_a_file_that_cannot_be_read() -> None:
    """The ledger does not know from which file it was made."""
    rows = published(item="custom-item", body="another text")
    broken = Skip(PurePosixPath("own.md"), "cannot be read", broken=True)
    mallory = replace(MALLORY, id=("custom-item", 2))
    kept, lost = decided([mallory], broken, ledger=rows)
    assert kept == []
    assert (
        "may have been made from a file that cannot be read now (own.md)"
        in (lost["0000-mallory.md"])
    )
    assert decided([mallory], ledger=rows) == (["0000-mallory.md"], {})
    same = published(item="custom-item", body=entry.body_hash(mallory))
    assert decided([mallory], broken, ledger=same)[0] == ["0000-mallory.md"]
    elsewhere = published("0000-mallory.md", item="custom-item", body="another text")
    assert decided([mallory], broken, ledger=elsewhere)[0] == ["0000-mallory.md"]


@pytest.mark.parametrize(
    "ledger", [published(f"{ITEM}.md"), published(body=entry.body_hash(OWNER))]
)
def test_a_scheduled_post_that_was_published_before_keeps_its_place(
    ledger: tuple[PublishedItem, ...],
) -> None:
    skip = Skip(OWNER.path, "scheduled", status="future", post=OWNER)
    kept, lost = decided([MALLORY], skip, ledger=ledger)
    assert kept == []
    assert f"{ITEM}.md" in lost["0000-mallory.md"]


def test_a_renamed_post_keeps_its_item() -> None:
    ledger = published("the-old-name.md", item="the-old-name")
    assert decided([RENAMED], ledger=ledger) == (["renamed.md"], {})


def test_the_ledger_is_opened_only_where_posts_dispute_an_id() -> None:
    asked: list[str] = []

    def ledger() -> tuple[PublishedItem, ...]:
        asked.append("the ledger")
        return ()

    peaceful = Reading((MALLORY, post("other-post.md"), RENAMED), (), ())
    entry.entries(peaceful, SITE, published=ledger)
    entry.entries(Reading((OWNER,), (Skip(PurePosixPath("b.md"), "", broken=True),), ()), SITE,
                  published=ledger)  # fmt: skip
    entry.entries(Reading((OWNER, MALLORY), (), ()), SITE, published=ledger)
    assert asked == []
    twins = (post("a.md", id=("the-old-name", 2)), RENAMED)
    entry.entries(Reading(twins, (), ()), SITE, published=ledger)
    assert asked == ["the ledger"]


@pytest.mark.parametrize(
    ("posts", "broken"),
    [((), BROKEN), ((OWNER,), None), ((), Skip(PurePosixPath("renamed.md"), "", broken=True))],
    ids=["unreadable", "there", "unreadable, and renamed before"],
)
def test_no_tombstone_tells_of_an_entry_that_is_another_files(
    posts: tuple[Post, ...], broken: Skip | None
) -> None:
    stub = Skip(PurePosixPath("a.md"), "deleted", status="deleted", deleted=NOON,
                post=replace(MALLORY, path=PurePosixPath("a.md")))  # fmt: skip
    ledger = published("renamed.md")
    skipped = tuple(filter(None, (stub, broken)))
    found = entry.entries(Reading(posts, skipped, ()), SITE, published=lambda: ledger)
    assert found.deleted == ()
    alone = entry.entries(Reading((), (stub,), ()), SITE, published=lambda: ledger)
    assert [gone.entry.atom_id for gone in alone.deleted] == [ATOM]


def test_what_the_author_left_out_is_filled_in() -> None:
    bare = made(post(title=None))
    assert bare.title == "Text."
    assert bare.authors == (Person(name="My blog"),)
    assert bare.link == "https://Blog.Example/sub/first-post/"


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
    found = [
        identity.item_id(PurePosixPath(f"{folder}2026-01-02-a.md")) for folder in ("", "_posts/")
    ]
    assert found == ["2026-01-02-a"] * 2
    assert identity.item_id(PurePosixPath("news/_posts/2026-01-02-a.md")) == "news~2026-01-02-a"


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
    found = post(title="First", body="Text.", page="/2026/01/02/first-post/", tags=("a",))
    assert made(found).fingerprint == (
        "5194e4d700b8faf241a1ece5e185c54a3b9b3bd1005b740813ded1cff8695166"
    )


def test_only_what_is_asked_for_is_rendered_and_once() -> None:
    reading = Reading((post(), post("2026-01-03-untitled.md", title=None)), (), ())
    titled, untitled = entry.entries(reading, SITE).entries
    renderings = Renderings(reading, SITE)
    assert (renderings.title(titled), [*renderings.so_far()]) == ("A title", [])
    assert renderings.title(untitled) == "Text."
    assert [one.item_id for one in renderings.so_far()] == [untitled.item_id]
    assert renderings.of(untitled) is renderings.of(untitled)


def test_the_recordings_of_a_post_with_a_title_are_known_without_rendering_it() -> None:
    reading = Reading((post(enclosures=(Medium("/a.mp3", 2), Medium("data:,x", 3))),), (), ())
    (one,) = entry.entries(reading, SITE).entries
    renderings = Renderings(reading, SITE)
    found = renderings.enclosures(one)
    assert [file.href for file in found] == ["https://Blog.Example/sub/a.mp3"]
    assert [*renderings.so_far()] == []
    assert renderings.of(one).enclosures == found


EVERYTHING: dict[str, Any] = {
    "title": None,
    "authors": (Person(name="Ada"),),
    "values": {"key": ["a", {"b": PlainScalar("1")}]},
    "enclosures": (Medium("/a.mp3", 2),),
    "image": Medium("/a.png", 3),
    "published": dt.datetime(2026, 1, 2, tzinfo=ZoneInfo("Europe/Berlin")),
    "location": PurePosixPath("a.md"),
}


def test_an_entry_is_a_value() -> None:
    """Nothing that opens files, renders or remembers is in it, however deep."""
    reading = Reading((post(**EVERYTHING),), (), ())
    (one,) = entry.entries(reading, SITE).entries
    assert {*map(type, parts(one))} <= PLAIN
    assert entry.entries(copy.deepcopy(reading), SITE).entries == (one,)
    assert pickle.loads(pickle.dumps(one)) == one  # noqa: S301 - our own


PLAIN = {
    Entry, Post, BodySyntax, MarkdownOptions, Person, Medium, Episode, str, PlainScalar, int,
    type(None), tuple, frozenset, list, dict, dt.datetime, dt.date, PurePosixPath, bool,
}  # fmt: skip


def parts(value: object) -> Iterator[object]:
    """A value and all that it is made of."""
    yield value
    match value:
        case Post():
            inside = [getattr(value, one.name) for one in dataclasses.fields(value)]
        case Entry() | BodySyntax() | MarkdownOptions() | Medium() | Episode():
            inside = [getattr(value, name) for name in value.__struct_fields__]
        case dict():
            inside = [*value.keys(), *value.values()]
        case tuple() | list() | frozenset():
            inside = [*value]
        case _:
            inside = []
    for one in inside:
        yield from parts(one)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([], ()),
        ([(3, "b"), (2, "a"), (3, "b")], ((2, "a"), (3, "b"))),
        ([(9, "a"), (3, "a")], ((3, "a; also in line 9"),)),
        ([(9, "a"), (3, "a"), (4, "b"), (12, "a")], ((3, "a; also in lines 9 and 12"), (4, "b"))),
        (
            [(line, "a") for line in range(1, 101)],
            ((1, "a; also in lines 2, 3, 4 and 96 more"),),
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
    assert found[:-1] == tuple(told[:MAX_WARNINGS])
    assert found[-1] == (51, "150 more warnings from here on; fix those above first")
    assert in_short(told[:MAX_WARNINGS]) == tuple(told[:MAX_WARNINGS])


def test_the_lines_of_a_warning_are_those_of_the_file() -> None:
    body = "<font>a</font>\n\nb\n\n<font>c</font> <font>d</font>\n\n<p onclick='x'>e</p>\n"
    font, handler = made(post(body=body, body_line=11)).warnings
    assert (font.line, font.message.rpartition("; ")[2]) == (11, "also in line 15")
    assert (handler.line, handler.message[:25]) == (17, "the event handler onclick")


def test_the_cost_of_ids_grows_with_the_posts_not_with_their_square() -> None:
    """Counted, with as many drafts as posts."""

    def asked(count: int) -> int:
        calls: list[str] = []

        def claimant(number: int, standing: Standing) -> Claimant:
            item = f"{standing}-{number:08}"

            def makes(identity: str) -> bool:
                calls.append(identity)
                return identity in {item, f"tag:{item}"}

            path = PurePosixPath(f"{item}.md")
            return Claimant(path, item, f"tag:{item}", (item,), makes, str, standing)

        standings: tuple[Standing, ...] = ("post", "hidden", "unreadable")
        files = [claimant(number, one) for number in range(count) for one in standings]
        claims = Claims(files, tuple, lambda identity: [identity.removeprefix("tag:")])
        for one in claims.files:
            if one.standing == "post":
                assert claims.keeper(one.item_id) is one
        return len(calls)

    assert asked(200) <= 2 * asked(100)


def test_what_the_next_run_knows_of_a_post_is_what_it_would_make_of_it() -> None:
    found = replace(post(body="Some words."), title="A *title*", page="/a/post/")
    known = copy.copy(found)
    object.__setattr__(known, "known", entry.facts_of([], SITE, {})(found))
    assert entry.entry(known, SITE, {}) == entry.entry(found, SITE, {})
    for ask in (entry.body_hash, entry.words_of, partial(entry.rule_link, site=SITE)):
        assert ask(known) == ask(found)


def test_what_depends_on_more_than_the_post_is_found_out_again() -> None:
    """An `id:` may be disputed, and a post without an entry has nothing to know."""
    undated = replace(post(), file_date=None)
    no_since = msgspec.structs.replace(SITE, since=None)
    assert entry.facts_of([], SITE, {})(replace(post(), id=("an-id-of-its-own", 2))) is None
    assert entry.facts_of([], no_since, {})(undated) is None


def test_an_entry_is_known_by_its_earlier_ids_too() -> None:
    now, earlier = post("2026-01-01-now.md"), post("2026-01-01-before.md")
    found, _ = entry.entry(replace(now, earlier_ids=(earlier, now)), SITE, {})
    assert isinstance(found, Entry)
    [with_earlier] = entry.with_earlier_ids(found, SITE)
    assert with_earlier.item_id == "2026-01-01-before"
    assert with_earlier == msgspec.structs.replace(
        found, item_id=with_earlier.item_id, atom_id=with_earlier.atom_id
    )
