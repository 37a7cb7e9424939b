"""Which entries a selection selects, and which nodes a pattern makes."""

from __future__ import annotations

import datetime as dt
import unicodedata
from itertools import permutations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher import selection
from publisher.config import FeedFile, NodeConfig, Selection, Site
from tests.support.posts import entry, post

if TYPE_CHECKING:
    from publisher.entry import Entry

SITE = Site(title="Notes", url="https://blog.example", since=dt.date(2020, 1, 1))
ENGLISH = Site(title="Notes", url="https://blog.example", language="en", since=SITE.since)


def entry_of(path: str = "a.md", **facts: Any) -> Entry:
    """The entry of a post with these fields."""
    return entry(post(path, **facts), SITE)


def node(name: str, only: Selection | None = None, *, since: dt.date | None = None) -> NodeConfig:
    return NodeConfig(service="pubsub.example", node=name, only=only, since=since)


def paths(*entries: Entry) -> list[str]:
    return [str(one.post.path) for one in entries]


def is_selected(one: Entry, only: Selection | None, site: Site = SITE) -> bool:
    return selection.select([one], only, site=site) == (one,)


# --- Which entries


def test_no_selection_selects_all_entries_in_their_order() -> None:
    entries = [entry_of("b.md"), entry_of("a.md", tags=("x",)), entry_of("c.md")]
    assert selection.select(entries, None, site=SITE) == tuple(entries)


@pytest.mark.parametrize(
    ("tags", "categories", "expected"),
    [
        ((), (), False),
        (("xmpp",), (), False),
        ((), ("notes",), False),
        ((), ("notes", "xmpp"), False),
        (("xmpp",), ("notes",), True),
        (("feeds",), ("notes",), True),
        (("other", "feeds"), ("other", "notes"), True),
        (("notes",), ("xmpp",), False),
    ],
)
def test_every_key_must_match_with_one_of_its_values(
    tags: tuple[str, ...], categories: tuple[str, ...], *, expected: bool
) -> None:
    only = Selection(tags=("xmpp", "feeds"), categories=("notes",))
    assert is_selected(entry_of(tags=tags, categories=categories), only) is expected


@pytest.mark.parametrize(
    ("wanted", "tag"),
    [
        ("XMPP", "xmpp"),
        ("straße", "STRASSE"),
        ("Ärger", "a\u0308rger"),
        ("α\u0345\u0301", "α\u0301\u0345"),
    ],
)
def test_tags_and_categories_match_in_any_case_and_unicode_form(wanted: str, tag: str) -> None:
    assert is_selected(entry_of(tags=(tag,)), Selection(tags=(wanted,)))
    assert is_selected(entry_of(categories=(wanted,)), Selection(categories=(tag,)))
    assert not is_selected(entry_of(tags=(tag + "x",)), Selection(tags=(wanted,)))


@pytest.mark.parametrize(
    ("wanted", "language", "expected"),
    [
        ("en", "en", True),
        ("en", "en-GB", True),
        ("EN", "en-gb", True),
        ("en-gb", "en-GB", True),
        ("en-GB", "en", False),
        ("en", "enm", False),
        ("en", "de", False),
        ("zh-Hant", "zh-Hant-TW", True),
    ],
)
def test_a_language_selects_more_specific_languages(
    wanted: str, language: str, *, expected: bool
) -> None:
    assert is_selected(entry_of(language=language), Selection(languages=(wanted,))) is expected


def test_an_entry_without_a_language_has_the_language_of_the_site() -> None:
    only = Selection(languages=("en",))
    assert is_selected(entry_of(), only, ENGLISH)
    assert not is_selected(entry_of(language="de"), only, ENGLISH)
    assert not is_selected(entry_of(), only, SITE)


@pytest.mark.parametrize(
    ("glob", "path", "expected"),
    [
        ("notes/*", "notes/a.md", True),
        ("notes/*", "notes/2024/a.md", False),
        ("notes/*", "other/notes/a.md", False),
        ("notes/**", "notes/a.md", True),
        ("notes/**", "notes/2024/a.md", True),
        ("notes/**", "notes.md", False),
        ("**/a.md", "a.md", True),
        ("**/a.md", "x/y/a.md", True),
        ("**/a.md", "x/ba.md", False),
        ("*.md", "x/a.md", False),
        ("a.md", "a.md", True),
        ("a.md", "axmd", False),
        ("a.md", "A.md", False),
        ("202?-*", "2024-a.md", True),
        ("202?-*", "202/-a.md", False),
        ("[ab].md", "a.md", False),
        ("[ab].md", "[ab].md", True),
        ("\u00fc.md", "u\u0308.md", True),
    ],
)
def test_paths_are_globs_relative_to_the_folder_of_the_posts(
    glob: str, path: str, *, expected: bool
) -> None:
    assert is_selected(entry_of(path), Selection(paths=(glob,))) is expected


def test_since_is_a_day_in_the_time_zone_of_the_site() -> None:
    late = entry_of(published=dt.datetime(2024, 2, 29, 23, 30, tzinfo=dt.UTC))
    berlin = Site(title="N", url="https://blog.example", timezone="Europe/Berlin")
    march = dt.date(2024, 3, 1)
    assert selection.select([late], None, site=berlin, since=march) == (late,)
    assert selection.select([late], None, site=SITE, since=march) == ()
    assert selection.select([entry_of()], None, site=SITE, since=march) == (entry_of(),)


# --- Which nodes


def test_a_plain_name_is_one_node_even_without_entries() -> None:
    only = Selection(tags=("xmpp",))
    (group,) = selection.groups(node("blog", only), [entry_of()], SITE)
    assert group == selection.Group("blog", "Notes", only, ())


def test_a_pattern_makes_a_node_for_each_value_in_the_order_of_names() -> None:
    entries = [
        entry_of("a.md", tags=("xmpp", "bread")),
        entry_of("b.md", tags=("xmpp",)),
        entry_of("c.md"),
    ]
    groups = selection.groups(node("tag/{tag}!"), entries, SITE)
    assert [(group.name, paths(*group.entries)) for group in groups] == [
        ("tag/bread!", ["a.md"]),
        ("tag/xmpp!", ["a.md", "b.md"]),
    ]
    assert groups[0].only == Selection(tags=("bread",))
    assert selection.groups(node("tag/{tag}"), [entry_of()], SITE) == ()


def test_a_pattern_of_categories_ignores_tags() -> None:
    (group,) = selection.groups(
        node("{category}"), [entry_of(tags=("a",), categories=("b",))], SITE
    )
    assert (group.name, group.only) == ("b", Selection(categories=("b",)))


def test_values_with_the_same_name_make_one_node() -> None:
    entries = [
        entry_of("a.md", tags=("Free Software",)),
        entry_of("b.md", tags=("free/software", "free \t/ software")),
        entry_of("c.md", tags=("FREE-SOFTWARE",)),
        entry_of("d.md", tags=("free",)),
    ]
    free, group = selection.groups(node("tag/{tag}"), entries, SITE)
    assert (free.name, group.name) == ("tag/free", "tag/free-software")
    assert paths(*group.entries) == ["a.md", "b.md", "c.md"]
    assert group.entries == selection.select(entries, group.only, site=SITE)


def titles(config: NodeConfig | FeedFile, *entries: Entry, deleted: tuple[Entry, ...] = ()) -> Any:
    if isinstance(config, NodeConfig):
        groups = selection.groups(config, entries, SITE, deleted=deleted)
        return [group.title for group in groups]
    return [feed.title for feed, _ in selection.feeds(config, entries, SITE, deleted=deleted)]


def test_a_new_post_changes_no_title_even_if_its_tag_makes_the_same_name() -> None:
    feed = FeedFile(path=Path("{tag}"), format="atom", url="https://blog.example/{tag}")
    old = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    new = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
    for one, other in permutations(("Free/Software", "free software", "FREE-software"), 2):
        first = entry_of("a.md", tags=(one,), published=old)
        later = entry_of("b.md", tags=(other, one), published=new)
        for config in (node("{tag}"), feed):
            assert titles(config, later, first) == [f"Notes: {one}"]
            assert titles(config, later, deleted=(first,)) == [f"Notes: {one}"]


def test_a_title_has_the_spelling_of_the_oldest_post() -> None:
    """The node and the feed have the same title, also if `since` leaves that post out."""
    first = entry_of(
        "a.md", tags=("Free Software",), published=dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    )
    later = entry_of(
        "b.md", tags=("free SOFTWARE",), published=dt.datetime(2021, 1, 1, tzinfo=dt.UTC)
    )
    feed = FeedFile(path=Path("{tag}"), format="atom", url="https://blog.example/{tag}")
    for title, expected in [(None, "Notes: Free Software"), ("On {tag}", "On Free Software")]:
        for config in (node("{tag}"), node("{tag}", since=dt.date(2020, 6, 1)), feed):
            titled = msgspec.structs.replace(config, title=title)
            assert titles(titled, later, first) == [expected]
            assert titles(titled, later, deleted=(first,)) == [expected]
    assert titles(node("{tag}"), later) == ["Notes: free SOFTWARE"]


def test_a_node_of_a_language_has_more_specific_languages_too() -> None:
    entries = [
        entry_of("a.md"),
        entry_of("b.md", language="en-GB"),
        entry_of("c.md", language="de-AT"),
    ]
    groups = selection.groups(node("{language}"), entries, ENGLISH)
    assert [(group.name, paths(*group.entries)) for group in groups] == [
        ("de-at", ["c.md"]),
        ("en", ["a.md", "b.md"]),
        ("en-gb", ["b.md"]),
    ]
    assert selection.groups(node("{language}"), [entry_of("a.md")], SITE) == ()


def test_a_pattern_makes_nodes_only_for_selected_values() -> None:
    entries = [
        entry_of("a.md", tags=("Bread", "sea"), categories=("notes",)),
        entry_of("b.md", tags=("salt",), categories=("notes",)),
        entry_of("c.md", tags=("bread", "salt")),
    ]
    only = Selection(tags=("bread", "salt"), categories=("notes",))
    groups = selection.groups(node("{tag}", only), entries, SITE)
    assert [(group.name, paths(*group.entries)) for group in groups] == [
        ("bread", ["a.md"]),
        ("salt", ["b.md"]),
    ]
    assert groups[0].only == Selection(tags=("bread",), categories=("notes",))


def test_a_post_before_since_makes_no_node() -> None:
    old = entry_of("old.md", tags=("x", "y"), published=dt.datetime(2019, 1, 1, tzinfo=dt.UTC))
    entries = [old, entry_of("new.md", tags=("x",))]
    (group,) = selection.groups(node("{tag}", since=dt.date(2020, 1, 1)), entries, SITE)
    assert (group.name, paths(*group.entries)) == ("x", ["new.md"])


def test_a_node_of_a_vanished_value_is_recognised() -> None:
    pattern = node("tag/{tag}/posts", Selection(tags=("xmpp",)))
    assert selection.matches_pattern(pattern, "tag/free-software/posts")
    for other in ("tag//posts", "tag/posts", "tag/Free/posts", "tag/a b/posts", "tag/a/b/posts"):
        assert not selection.matches_pattern(pattern, other)
    assert not selection.matches_pattern(node("blog"), "blog")


TAGS = st.text(min_size=1) | st.sampled_from(
    ["a", "A", "a b", "a/b", "a-b", "ß", "SS", "e\u0301", "É", "/", " "]
)
LANGUAGES = st.none() | st.sampled_from(["en", "EN", "en-GB", "en-gb-oed", "de", "de-AT"])
ENTRIES = st.lists(
    st.builds(
        lambda tags, categories, language: (tuple(tags), tuple(categories), language),
        st.lists(TAGS, max_size=3),
        st.lists(TAGS, max_size=3),
        LANGUAGES,
    ),
    max_size=6,
).map(
    lambda facts: [
        entry_of(f"{number}.md", tags=tags, categories=categories, language=language)
        for number, (tags, categories, language) in enumerate(facts)
    ]
)
SELECTIONS = st.none() | st.builds(
    Selection,
    tags=st.lists(TAGS, max_size=2).map(tuple),
    languages=st.sampled_from([(), ("en",), ("de-AT", "en-GB")]),
)


@given(ENTRIES, SELECTIONS, st.sampled_from(["x/{tag}", "{category}/x", "{language}"]))
def test_a_group_holds_what_its_selection_selects(
    entries: list[Entry], only: Selection | None, name: str
) -> None:
    """So a feed with the same selection may link to the node."""
    config = node(name, only)
    chosen = set(paths(*selection.select(entries, only, site=ENGLISH)))
    groups = selection.groups(config, entries, ENGLISH)
    assert [group.name for group in groups] == sorted({group.name for group in groups})
    for group in groups:
        assert group.entries == selection.select(entries, group.only, site=ENGLISH)
        assert set(paths(*group.entries)) <= chosen
        assert group.entries
        assert selection.matches_pattern(config, group.name)
        assert unicodedata.is_normalized("NFC", group.name)
    if only is None and name == "{language}":
        assert {path for group in groups for path in paths(*group.entries)} == chosen


# --- Which feed belongs to which node


def test_a_feed_belongs_to_the_nodes_that_select_the_same() -> None:
    configs = [
        node("blog"),
        node("new", since=dt.date(2024, 1, 1)),
        node("tag/{tag}"),
        node("both", Selection(tags=("b", "A"))),
        node("notes", Selection(paths=("notes/*",))),
    ]
    entries = [entry_of("a.md", tags=("a",)), entry_of("b.md", tags=("b",))]
    nodes = [(config, g) for config in configs for g in selection.groups(config, entries, SITE)]

    def names(only: Selection | None) -> list[str]:
        url = "https://blog.example/f"
        feed = FeedFile(path=Path("f"), format="atom", url=url, only=only)
        return [group.name for _, group in selection.nodes_for_feed(feed, nodes)]

    assert names(None) == ["blog", "new"]
    assert names(Selection(tags=("A",))) == ["tag/a"]
    assert names(Selection(tags=("a", "B", "b"))) == ["both"]
    assert names(Selection(categories=("a",))) == []
    assert names(Selection(tags=("a",), languages=("en",))) == []
    assert names(Selection(paths=("notes/*",))) == ["notes"]
    assert names(Selection(paths=("Notes/*",))) == []
