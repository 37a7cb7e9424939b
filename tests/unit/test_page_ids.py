"""The ids of pages that are posts: publisher.yaml says which page has an id, whatever its path."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from publisher import entry, sources
from publisher.app import project
from publisher.identity.claims import PublishedItem
from tests.unit.test_page_posts import DATE, NOW, SITE, configured, page, read

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from publisher.config import Config
    from publisher.entry import Entries

OLD, NEW, ITEM = "blog/a-title/index.html", "blog/new/index.html", "blog~a-title"
IDS = {NEW: ITEM}
NOINDEX = page(f'{DATE}<meta name="robots" content="noindex">')
REDIRECT = page(f'<meta http-equiv="refresh" content="0; url=/sub/blog/new/">{DATE}')


def recorded(path: str) -> tuple[PublishedItem, ...]:
    return (PublishedItem(ITEM, f"tag:blog.example,2020-01-01:{ITEM}", path, ""),)


def entries(
    folder: Path, files: Mapping[str, str], ledger: Sequence[PublishedItem] = (), **options: Any
) -> Entries:
    options = {"ids": IDS, **options}
    return entry.entries(read(folder, files, **options), SITE, published=lambda: ledger)


def with_output(folder: Path, **options: Any) -> Config:
    config = configured(folder, **options)
    return replace(config, site=replace(config.site, output=folder / "out"))


def ids(found: Entries) -> dict[str, str]:
    return {str(one.post.path): one.item_id for one in found.entries}


@pytest.mark.parametrize("ledger", [(), recorded(OLD), recorded(NEW)], ids=["none", OLD, NEW])
@pytest.mark.parametrize(
    "old",
    [page(), NOINDEX, REDIRECT, page(head=""), "", "<html><body>cut"],
    ids=["post", "noindex", "redirect", "undated", "empty", "cut"],
)
def test_a_page_that_has_moved_keeps_its_item_whatever_is_at_its_old_path(
    tmp_path: Path, old: str, ledger: Sequence[PublishedItem]
) -> None:
    found = entries(tmp_path, {OLD: old, NEW: page(title="Moved")}, ledger)
    assert ids(found) == {NEW: ITEM}


def test_a_post_at_the_old_path_is_named_with_the_line_that_gives_it_an_id(tmp_path: Path) -> None:
    found = entries(tmp_path, {OLD: page(), NEW: page()}, recorded(NEW))
    (skip,) = found.skipped
    assert (str(skip.path), skip.broken) == (OLD, True)
    assert skip.reason == (
        f"has the id {ITEM}, which belongs to {NEW}; to give this page an id of its own, add to "
        f'posts.ids in publisher.yaml: "{OLD}": {ITEM}-2'
    )
    assert ids(entries(tmp_path, {}, ids={**IDS, OLD: f"{ITEM}-2"})) == {
        NEW: ITEM,
        OLD: f"{ITEM}-2",
    }


def test_the_id_in_the_advice_belongs_to_no_other_page(tmp_path: Path) -> None:
    others = {f"blog/a-title-{number}/index.html": page() for number in (2, 3)}
    (skip,) = entries(tmp_path, {OLD: page(), NEW: page(), **others}).skipped
    assert skip.reason.endswith(f'"{OLD}": {ITEM}-4')


@pytest.mark.parametrize("new", [NOINDEX, "", page(head="")], ids=["noindex", "empty", "undated"])
def test_no_other_page_takes_over_an_item_while_its_page_is_no_post(
    tmp_path: Path, new: str
) -> None:
    found = entries(tmp_path, {OLD: page(), NEW: new, "blog/other.html": page()}, recorded(OLD))
    assert ids(found) == {"blog/other.html": "blog~other"}


def test_a_page_that_is_not_written_whole_has_the_item_that_publisher_yaml_gives_it(
    tmp_path: Path,
) -> None:
    files = {NEW: "", **{f"blog/{name}/index.html": page() for name in "abc"}}
    read(tmp_path, files)
    found = project.read(with_output(tmp_path, ids=IDS), now=NOW)
    assert entry.file_finder(found.entries, SITE)(ITEM)
    assert ITEM in found.skipped.by_id


@pytest.mark.parametrize(("ledger", "kept"), [(OLD, True), (NEW, False)])
def test_a_page_that_is_gone_keeps_the_item_only_if_it_was_made_of_it(
    tmp_path: Path, ledger: str, *, kept: bool
) -> None:
    found = entries(tmp_path, {OLD: page()}, recorded(ledger))
    assert (OLD in ids(found)) == kept


def test_two_pages_of_one_path_are_told_how_to_get_other_ids(tmp_path: Path) -> None:
    found = entries(tmp_path, {OLD: page(), "blog/a-title.html": page()}, ids={})
    assert not found.entries
    assert [skip.reason.rpartition("write into")[2] for skip in found.skipped] == [
        f' `posts` in publisher.yaml: ids: {{"{skip.path}": {ITEM}-2}}' for skip in found.skipped
    ]


def test_of_two_pages_with_one_id_in_publisher_yaml_neither_has_it(tmp_path: Path) -> None:
    other = "blog/other/index.html"
    found = entries(tmp_path, {NEW: page(), other: page()}, ids={NEW: ITEM, other: ITEM})
    assert not found.entries
    assert f'replace its line in posts.ids in publisher.yaml by: "{other}"' in (
        found.skipped[1].reason
    )


def test_an_iri_of_publisher_yaml_wins_too(tmp_path: Path) -> None:
    atom = f"tag:blog.example,2020-01-01:{ITEM}"
    found = entries(tmp_path, {OLD: page(), NEW: page()}, ids={NEW: atom})
    assert [(str(one.post.path), one.atom_id) for one in found.entries] == [(NEW, atom)]


WARNED = {
    "blog/gone/index.html": "is no page below site.output; correct the path, or remove this line",
    "about.html": "is no post by posts.pages and posts.exclude; correct them, or remove it",
    "blog/hidden.html": "is no post: noindex; remove this line if that is intended",
    "blog/moved.html": "is no post: leads to another page; remove this line if that is intended",
    "blog/undated.html": "is no post, because the page states no date of publication",
    "./blog/a.html": "'x' is ignored; write an absolute IRI, or 8 to 100 of the characters A-Z a-z "
    "0-9 - . _ ~",
}


def test_a_line_of_ids_that_names_no_post_is_warned_of(tmp_path: Path) -> None:
    files = {
        "about.html": page(),
        "blog/hidden.html": NOINDEX,
        "blog/moved.html": REDIRECT,
        "blog/undated.html": page(head=""),
        "blog/a.html": page(),
        NEW: page(),
    }
    ids = {name: "x" if "a.html" in name else "an-id-of-some" for name in WARNED}
    read(tmp_path, files)
    settings = tmp_path / "publisher.yaml"
    lines = [f"    {name}: {id_}" for name, id_ in {**ids, **IDS}.items()]
    settings.write_text("posts:\n  ids:\n" + "\n".join(lines), encoding="utf-8")
    found = project.read(with_output(tmp_path, ids={**ids, **IDS}), now=NOW)
    warnings = {one.message: one.line for one in found.setting_warnings}
    assert {f"posts.ids.{name} {why}" for name, why in WARNED.items()} == set(warnings)
    assert warnings[f"posts.ids.about.html {WARNED['about.html']}"] == 4
    assert all(one.path == PurePosixPath(settings) for one in found.setting_warnings)


def test_the_reading_of_other_posts_gives_no_ids(tmp_path: Path) -> None:
    config = configured(tmp_path, pages=(), body=())
    (tmp_path / "out").mkdir()
    reading = sources.read(config, now=NOW)
    assert (reading.origin, reading.given_ids) == ("files", {})


@pytest.mark.parametrize(
    "written",
    ["/blog/new/", "blog/new", f"{SITE.url}/blog/new/", f"/sub/{NEW}"],
)
def test_who_writes_the_url_of_a_page_is_told_the_path_of_its_file(
    tmp_path: Path, written: str
) -> None:
    read(tmp_path, {NEW: page()})
    found = project.read(with_output(tmp_path, ids={written: ITEM}), now=NOW)
    (warning,) = found.setting_warnings
    assert f'write "{NEW}", the path of its file' in warning.message
