"""A run takes what it read of a file from the last one, as long as the file is as it was."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import os
import time
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from publisher import sources
from publisher.app import project as projects
from publisher.app.build import build
from publisher.config import load
from publisher.errors import Unavailable
from publisher.post import Post
from publisher.post.post import AT_ONCE
from publisher.sources import kept
from publisher.sources.kept.blocks import Blocks
from publisher.sources.kept.values import KeptFields
from publisher.system import disk_traces, snapshot
from tests.stress.test_kept import KINDS
from tests.support.blog import SITE, Blog
from tests.support.opened import opened

if TYPE_CHECKING:
    from collections.abc import Callable

    from publisher.post import Reading
    from publisher.sources.kept.rows import Common

TICK = 0.012  # seconds; longer than a tick of the clock of the kernel
NOW = dt.datetime.now(dt.UTC)
# Every kind of value that a post may have.
FRONT = """\
---
title: "A *title* & more"
date: 2026-01-02 10:00:00
updated: 2026-01-03
tags: [a, Ä, "c d"]
categories: news
authors: [{name: Ada Example, uri: "https://ada.example"}, Bob]
lang: de
slug: my-post
license: https://license.example/
image: /pear.png
enclosures: [{url: /song.mp3, type: audio/mpeg, length: 5, duration: 7}]
episode: 3
season: 2
explicit: true
permalink: /a/:slug/
feed: summary
extra: {deep: [1, 2.5, true, null]}
---
Words.
"""
FILES = {
    "full.md": FRONT,
    "2026-01-01-plain.md": "---\ntitle: Plain\nlength: [a\n---\nText with a warning.\n",
    "draft.md": "---\ntitle: D\ndate: 2026-01-01\ndraft: true\n---\nText.\n",
    "hidden.md": "---\ntitle: D\ndate: 2026-01-01\nfeed: false\n---\nText.\n",
    "secret.md": "---\ntitle: D\ndate: 2026-01-01\npassword: x\n---\nText.\n",
    "page.md": "---\ntitle: A page\n---\nText.\n",
    "2026-01-04-id.md": "---\nid: an-id-of-its-own\n---\nText.\n",
    "picture.png": "no text",
    "2030-01-05-soon.md": "---\ntitle: Soon\n---\nText.\n",
    "2026-01-06-gone.md": "---\ndeleted: 2026-02-02\n---\nText.\n",
    "2026-01-08-ends.md": "---\ndeleted: 2100-01-01\n---\nText.\n",
    "2026-01-07-broken.md": "---\ntitle: Never closed\n",
}


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock of this disk ticks more often than the slowest one that there is."""
    monkeypatch.setattr(snapshot, "TICK_NS", int(TICK * 1e9 / 2))


@pytest.fixture
def blog(tmp_path: Path) -> Blog:
    blog = Blog(tmp_path / "blog")
    for name, text in FILES.items():
        (blog.posts / name).write_text(text, encoding="utf-8")
    return blog


def read(folder: Path, *, anew: bool = False, texts: bool = False) -> Reading:
    """The posts, read by a run that keeps them for the next one, with their `texts` before that."""
    time.sleep(TICK)
    with contextlib.chdir(folder):
        config = load(Path("publisher.yaml"))
        reading = sources.read(config, now=NOW, anew=anew, keeps=True)
        if texts:
            assert all(post.body for post in reading.posts)
        reading.keep(lambda _: None)
    return reading


def parts(reading: Reading) -> tuple[object, ...]:
    dates = reading.deadlines, reading.not_due
    return (reading.posts, reading.skipped, reading.warnings, reading.pages, *dates)


def read_of(folder: Path, names: set[str], *, texts: bool = False) -> set[str]:
    """Which of these files the next run opens."""
    with opened() as files:
        read(folder, texts=texts)
    return {Path(file).name for file in files} & names


def test_what_was_kept_of_a_post_is_what_reading_it_again_gives(blog: Blog) -> None:
    first = read(blog.folder)
    again = read(blog.folder)
    assert parts(again) == parts(first)
    assert [post.path.name for post in again.posts if post.later] == [
        "2026-01-01-plain.md", "2026-01-04-id.md", "full.md",
    ]  # fmt: skip


def test_every_field_of_a_post_is_kept_or_read_again(blog: Blog) -> None:
    """Also one that a later version adds: an unset field would end the run."""
    read(blog.folder)
    [post] = [one for one in read(blog.folder).posts if one.path.name == "full.md"]
    assert post.later
    names = {field.name for field in dataclasses.fields(Post)}
    assert {name for name in names if not hasattr(post, name)} == set()


def test_a_post_at_another_address_has_all_that_was_asked_for_and_reads_the_rest_later(
    blog: Blog,
) -> None:
    [first] = [one for one in read(blog.folder).posts if one.path.name == "full.md"]
    [post] = [one for one in read(blog.folder).posts if one.path.name == "full.md"]
    assert post.later
    assert post.body == first.body
    with opened() as files:
        moved = post.at("https://blog.example/elsewhere/")
        assert moved.body == first.body
        assert moved.title == first.title
    assert not files
    assert moved.at(None) == first == post
    assert moved.address == "https://blog.example/elsewhere/"
    assert {*KeptFields.__struct_fields__, "known", "later", "file", "loaded"} == {*AT_ONCE}


ODD = {
    "nested scalars without quotes": (
        "title: A\ntaxonomies:\n  tags: [a, 2]\n  categories: [true]\n"
    ),
    "a lone surrogate": 'title: "\\uD800"\ntags: ["\\uD800"]\nslug: "\\uD800"\n',
}


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("engine", ["zola", "hugo", "jekyll", "eleventy", "hexo"])
def test_values_that_are_hard_to_write_down_change_nothing(
    blog: Blog, engine: str, odd: str
) -> None:
    (blog.posts / "2026-01-09-odd.md").write_text(f"---\ndate: 2026-01-09\n{ODD[odd]}---\nText.\n")
    config = blog.folder / "publisher.yaml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("permalink: pretty", f"engine: {engine}"), encoding="utf-8")
    first = read(blog.folder)
    assert parts(read(blog.folder)) == parts(first)


def test_only_what_depends_on_more_than_files_is_read_again(blog: Blog) -> None:
    read(blog.folder)
    unkept = {
        "2030-01-05-soon.md", "2026-01-06-gone.md", "2026-01-07-broken.md", "2026-01-08-ends.md",
    }  # fmt: skip
    assert read_of(blog.folder, {*FILES}) == unkept
    changed = blog.posts / "draft.md"
    changed.write_bytes(changed.read_bytes().replace(b"D", b"E"))
    assert read_of(blog.folder, {*FILES}) == unkept | {"draft.md"}
    config = blog.folder / "publisher.yaml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text + "stylesheet: a.css\n", encoding="utf-8")
    assert read_of(blog.folder, {*FILES}) == unkept
    config.write_text(text.replace("pretty", "date"), encoding="utf-8")
    assert read_of(blog.folder, {*FILES}) == {*FILES} - {"picture.png"}


def test_a_text_that_is_read_later_counts_for_no_other_file(blog: Blog) -> None:
    read(blog.folder)
    for name in ("draft.md", "full.md"):
        file = blog.posts / name
        file.write_bytes(file.read_bytes() + b"More text.\n")
        changed = read_of(blog.folder, {*FILES}, texts=name == "draft.md")
    assert changed & {"full.md", "2026-01-01-plain.md"} == {"full.md"}


def test_a_run_that_verifies_reads_all_files(blog: Blog) -> None:
    read(blog.folder)
    with opened() as files:
        read(blog.folder, anew=True)
    assert {Path(file).name for file in files} >= {*FILES} - {"picture.png"}


@pytest.mark.parametrize("damage", ["cut", "flipped", "of all users", "a link", "of another form"])
def test_a_damaged_file_is_not_used(blog: Blog, damage: str) -> None:
    first = read(blog.folder)
    file = blog.folder / ".publisher" / kept.FOLDER / kept.NAME
    data = file.read_bytes()
    match damage:
        case "cut":
            file.write_bytes(data[: len(data) // 2])
        case "flipped":
            at = data.index(b"Plain")
            file.write_bytes(data[:at] + b"B" + data[at + 1 :])
        case "of all users":
            file.chmod(0o666)
        case "a link":
            file.rename(file.with_name("moved"))
            file.symlink_to("moved")
        case _:
            file.write_bytes(b"\x00\x00\x00\x00")
    with opened() as files:
        again = read(blog.folder)
    assert "full.md" in {Path(one).name for one in files}
    assert parts(again) == parts(first)


def test_a_file_that_was_just_written_is_read_again(
    blog: Blog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot, "TICK_NS", 3600 * 10**9)
    read(blog.folder)
    assert "full.md" in read_of(blog.folder, {*FILES})


def test_a_text_that_changes_during_the_run_is_not_taken_for_the_old_one(blog: Blog) -> None:
    read(blog.folder)
    [post] = [one for one in read(blog.folder).posts if one.path.name == "full.md"]
    [other] = [one for one in read(blog.folder).posts if one.path.name == "full.md"]
    assert post.body == "Words.\n"
    (blog.posts / "full.md").write_text(FRONT.replace("Words", "Other"), encoding="utf-8")
    with pytest.raises(Unavailable, match=r"full\.md was changed while publisher read it"):
        _ = other.body


HUGO = "title = 'A blog'\n"
ZOLA = "base_url = 'https://blog.example'\n"
OF_HUGO, OF_ZOLA = "---\ntitle: A\ndate: 2026-01-01\n---\nT\n", "+++\ndate = 2026-01-01\n+++\nT\n"
LINK = "link"  # to the file with that name and `.target`
# An engine, the files of a site, and one change: a file with its new text, None if it goes.
ELSEWHERE: dict[str, tuple[str, dict[str, str], str, str | None]] = {
    "the page of a section": (
        "zola",
        {"config.toml": ZOLA, "posts/b/_index.md": "+++\n+++\n", "posts/b/a.md": OF_ZOLA},
        "posts/b/_index.md",
        "+++\ndraft = true\n+++\n",
    ),
    "a page of a section that was not there": (
        "zola",
        {"config.toml": ZOLA, "posts/b/a.md": OF_ZOLA},
        "posts/b/_index.md",
        "+++\ndraft = true\n+++\n",
    ),
    "a cascade": (
        "hugo",
        {"hugo.toml": HUGO, "posts/_index.md": "---\ncascade: {draft: true}\n---\n",
         "posts/a.md": OF_HUGO},
        "posts/_index.md",
        None,
    ),
    "the page of a bundle": (
        "hugo", {"hugo.toml": HUGO, "posts/b/a.md": OF_HUGO}, "posts/b/index.md", OF_HUGO
    ),
    "settings": (
        "hugo", {"hugo.toml": HUGO, "posts/a.md": OF_HUGO}, "hugo.toml",
        "title = 'A blog'\nignoreFiles = ['a']\n[cascade]\ndraft = true\n",
    ),
    "settings that were not there": (
        "jekyll", {"posts/2026-01-01-a.md": "T\n"}, "_config.yml", "exclude: [posts]\n"
    ),
    "a file of settings in a folder": (
        "hugo", {"hugo.toml": HUGO, "posts/a.md": OF_HUGO}, "config/_default/cascade.toml",
        "draft = true\n",
    ),
    "a file of metadata": (
        "nikola",
        {"conf.py": "", "posts/a.md": "T\n", "posts/a.meta": ".. title: A\n.. date: 2026-01-01\n"},
        "posts/a.meta",
        ".. title: B\n.. date: 2026-01-01\n",
    ),
    "a file of metadata that was not there": (
        "nikola",
        {"conf.py": "", "posts/a.md": ".. title: A\n.. date: 2026-01-01\n\nT\n"},
        "posts/a.meta",
        ".. title: B\n.. date: 2026-01-01\n",
    ),
    "the original of a translation": (
        "nikola",
        {"conf.py": "TRANSLATIONS = {'en': '', 'de': './de'}\n",
         "posts/a.md": ".. title: A\n.. date: 2026-01-01\n\nT\n", "posts/a.de.md": "T\n"},
        "posts/a.md",
        ".. title: B\n.. date: 2026-01-02\n\nT\n",
    ),
    "data of a folder": (
        "eleventy",
        {"posts/posts.json": '{"author": "A"}', "posts/2026-01-01-a.md": "---\ntitle: A\n---\nT\n"},
        "posts/posts.json",
        '{"author": "B"}',
    ),
    "data of a post that were not there": (
        "eleventy",
        {"posts/2026-01-01-a.md": "---\ntitle: A\n---\nT\n"},
        "posts/2026-01-01-a.11tydata.json",
        '{"author": "B"}',
    ),
    "pictures beside a post": (
        "hexo",
        {"_config.yml": "post_asset_folder: true\n",
         "posts/a.md": "---\ndate: 2026-01-01 10:00:00\n---\nT\n"},
        "posts/a/x.png",
        "",
    ),
    "the authors": (
        "any",
        {"posts/authors.yml": "ada: {name: Ada}\n",
         "posts/2026-01-01-a.md": "---\nauthors: [ada]\n---\nT\n"},
        "posts/authors.yml",
        "ada: {name: Ada Example}\n",
    ),
    "the target of a link": (
        "jekyll", {"posts/x.target": "Text.\n", "posts/2026-01-01-a.md": LINK}, "posts/x.target",
        "Other.\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ELSEWHERE)
def test_a_change_elsewhere_that_a_post_depends_on_is_seen(name: str, tmp_path: Path) -> None:
    engine, files, changed, text = ELSEWHERE[name]
    blog = Blog(tmp_path / "blog")
    config = "site: {title: A, url: 'https://a.example'}\nfeeds: [{path: f.xml, format: atom}]\n"
    files = {"publisher.yaml": f"{config}posts: {{path: posts, engine: {engine}}}\n", **files}
    for path, written in files.items():
        file = blog.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        if written == LINK:
            file.symlink_to("x.target")
        else:
            file.write_text(written, encoding="utf-8")
    before = read(blog.folder)
    assert parts(read(blog.folder)) == parts(before)
    file = blog.folder / changed
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink() if text is None else file.write_text(text, encoding="utf-8")
    after = read(blog.folder)
    assert parts(after) == parts(read(blog.folder, anew=True))
    assert parts(after) != parts(before)


def rewrite(file: Path) -> None:
    """Change a file, and give it its old time. The size stays."""
    before = file.stat()
    file.write_bytes(file.read_bytes().replace(b"o", b"0"))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


def swap(file: Path) -> None:
    other = file.with_name("2026-01-01-a.md")
    file.rename(file.with_name("third"))
    other.rename(file)
    file.with_name("third").rename(other)


def replace_by_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def move_folder(file: Path) -> None:
    """Move the folder out of the folder of the posts, and lead there by a link."""
    outside = file.parents[2] / "elsewhere"
    file.parent.rename(outside)
    file.parent.symlink_to(outside)


OWN: dict[str, Callable[[Path], object]] = {
    "rewritten with its old time and size": rewrite,
    "in the place of another": swap,
    "gone": Path.unlink,
    "renamed": lambda file: file.rename(file.with_name("2026-01-09-new.md")),
    "made unreadable": lambda file: file.write_bytes(b"\xff"),
    "a folder": replace_by_folder,
    "behind a link that leads out": move_folder,
}


@pytest.mark.parametrize("change", OWN.values(), ids=OWN)
def test_a_change_of_a_file_is_seen(change: Callable[[Path], object], tmp_path: Path) -> None:
    blog = Blog(tmp_path / "blog")
    (blog.posts / "2026").mkdir()
    for name in ("2026-01-01-a.md", "2026-01-02-b.md"):
        blog.write(f"2026/{name}", f"Some words of {name}.", title=f"Of {name}")
    before = read(blog.folder)
    change(blog.posts / "2026/2026-01-02-b.md")
    after = read(blog.folder)
    assert parts(after) == parts(read(blog.folder, anew=True))
    assert parts(after) != parts(before)


def opened_with_one_change(folder: Path, count: int) -> int:
    """How many files of posts a run opens that has one changed post of `count`."""
    blog = Blog(folder)
    config = (blog.folder / "publisher.yaml").read_text(encoding="utf-8")
    few = config.replace("format: ", "limit: 5, format: ")
    (blog.folder / "publisher.yaml").write_text(few, encoding="utf-8")
    for number in range(count):
        blog.write(f"2026-01-01-post-{number:03}.md", f"Text {number}.", title=f"T{number}")
    with contextlib.chdir(blog.folder):
        for text in ("Text.", "Other text."):
            time.sleep(TICK)
            blog.write("2026-01-01-post-000.md", text, title="T0")
            with opened() as files:
                build(projects.read(load(Path("publisher.yaml")), writes=True))
    return sum(1 for file in files if file.endswith(".md"))


def test_a_run_with_one_changed_post_opens_as_many_files_however_many_there_are(
    tmp_path: Path,
) -> None:
    few = opened_with_one_change(tmp_path / "few", 20)
    assert few == opened_with_one_change(tmp_path / "many", 80)
    assert few <= 2 * (5 + 1)


def stored(folder: Path) -> tuple[Common, list[str]]:
    """What a run has kept of all files, and the paths of the files of which it has kept more."""
    found = Blocks.open(folder / ".publisher", kept.FOLDER, kept.NAME)
    assert found
    numbers = range(len(found.blocks))
    return found.common, [
        path for one in numbers for path in msgspec.msgpack.decode(found.data(one))
    ]


def held(folder: Path, count: int) -> int:
    """The bytes that a run holds of posts that are as they were, with all that belongs to them."""
    blog = Blog(folder)
    for number in range(count):
        text = f"Some words of post {number}.\n" * 100
        blog.write(f"2026-01-01-post-{number:03}.md", text, title=f"The title of post {number}")
    read(folder)
    tracemalloc.start()
    try:
        reading = read(folder)
        before, _ = tracemalloc.get_traced_memory()
        assert all(post.later for post in reading.posts)
        return before
    finally:
        tracemalloc.stop()


def test_a_post_that_has_not_changed_takes_little_memory(tmp_path: Path) -> None:
    """Its text, or an object for its path or for each number of its state, would take more."""
    few, many = (held(tmp_path / str(count), count) for count in (300, 600))
    assert (many - few) / 300 < 800


@pytest.mark.parametrize("make", KINDS, ids=lambda make: make.__name__)
def test_every_file_that_a_reader_opens_is_one_that_it_noted(
    make: Callable[[Path], None], tmp_path: Path
) -> None:
    """Else a change of that file would not be seen."""
    make(tmp_path)
    with opened() as files, disk_traces.recorded() as seen:
        read(tmp_path)
    common, rows = stored(tmp_path)
    noted = {os.path.realpath(path) for path, _ in seen}
    noted |= {os.path.realpath(path) for path, *_ in common.looks}
    config = load(tmp_path / "publisher.yaml")
    posts = {os.path.realpath(config.posts.path / path) for path in rows}
    posts |= {os.path.realpath(config.posts.path / path) for path in common.shared}
    own = {os.path.realpath(tmp_path / "publisher.yaml")}
    of_site = {os.path.realpath(file) for file in files if Path(file).is_absolute()}
    of_site = {file for file in of_site if file.startswith(f"{tmp_path}/")}
    state = str(tmp_path / ".publisher")
    unnoted = {file for file in of_site - noted - posts - own if not file.startswith(state)}
    assert {Path(file).suffix for file in unnoted} <= {".md"}  # of posts that are not kept


def test_a_source_that_is_compared_with_its_page_counts_for_no_other_file(tmp_path: Path) -> None:
    blog = Blog(tmp_path)
    with_pages = SITE.replace("since:", "output: public\n  since:", 1)
    (tmp_path / "publisher.yaml").write_text(with_pages, encoding="utf-8")
    names = [f"2026-01-0{number}-post" for number in range(1, 6)]
    for name in names:
        blog.write(f"{name}.md", f"Text of {name}.", title="T")
        page = tmp_path / f"public/2026/01/{name[8:10]}/post/index.html"
        page.parent.mkdir(parents=True)
        page.write_text(f"<article><h1>T</h1><p>Text of {name}.</p></article>", encoding="utf-8")
    for text in ("Text.", "Other text."):
        time.sleep(TICK)
        with contextlib.chdir(tmp_path):
            blog.write(f"{names[0]}.md", text, title="T")
            build(projects.read(load(Path("publisher.yaml")), writes=True))
    common, _ = stored(tmp_path)
    assert not any("post" in path for path in common.shared)
