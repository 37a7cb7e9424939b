"""A first run, and a run after a full build, do few steps: counted, and not timed."""

from __future__ import annotations

import contextlib
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from publisher.app import project as projects
from publisher.app.build import build
from publisher.config import load
from publisher.system import snapshot
from tests.support.opened import opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

TICK = 0.012  # seconds, longer than a tick of the clock of the kernel
FEED_LENGTH = 5
# Calls of Python functions for each post of a first run, which takes about 700 of them.
MOST_CALLS = 800
CONFIG = f"""\
site: {{title: A blog, url: "https://blog.example", since: 2010-01-01, output: public}}
posts: {{path: content/posts, engine: hugo, site: ., body: article}}
feeds: [{{path: feed.atom, format: atom, limit: {FEED_LENGTH}}}]
"""
POST = """\
---
title: Post {number}
date: 2026-01-01T10:00:{number:02}Z
tags: [a, b]
---

Text of post {number} with *emphasis* and [a link](/about/).{edit}
"""
PAGE = """\
<!DOCTYPE html><html><head><title>Post {number}</title></head><body><article>
<p>Text of post {number} with <em>emphasis</em> and <a href="/about/">a link</a>.{edit}</p>
</article></body></html>
"""


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock of this disk ticks more often than the slowest one that there is."""
    monkeypatch.setattr(snapshot, "TICK_NS", int(TICK * 1e9 / 2))


def write_site(folder: Path, count: int, *, with_pages: bool) -> None:
    (folder / "content/posts").mkdir(parents=True)
    (folder / "hugo.toml").write_text('baseURL = "https://blog.example"\n', encoding="utf-8")
    text = (
        CONFIG
        if with_pages
        else CONFIG.replace(", output: public", "").replace(", body: article", "")
    )
    (folder / "publisher.yaml").write_text(text, encoding="utf-8")
    for number in range(count):
        write_post(folder, number)


def write_post(folder: Path, number: int, edit: str = "") -> None:
    file = folder / f"content/posts/post-{number:02}.md"
    file.write_text(POST.format(number=number, edit=edit), encoding="utf-8")


def write_all_pages(folder: Path, count: int, edit: str = "") -> None:
    """As a full build does it: all pages are written anew, the newest one with the edit."""
    for number in range(count):
        page = folder / f"public/posts/post-{number:02}/index.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        text = PAGE.format(number=number, edit=edit if number == count - 1 else "")
        page.write_text(text, encoding="utf-8")


def run(folder: Path) -> None:
    time.sleep(TICK)
    with contextlib.chdir(folder):
        build(projects.read(load(Path("publisher.yaml")), writes=True))


@contextlib.contextmanager
def calls() -> Iterator[Counter[str]]:
    """Count the calls of Python functions within, by file and name."""
    counted: Counter[str] = Counter()

    def count(frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            counted[f"{frame.f_code.co_filename}:{frame.f_code.co_name}"] += 1

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        yield counted
    finally:
        sys.setprofile(before)


def calls_of_a_first_run(folder: Path, count: int) -> Counter[str]:
    write_site(folder, count, with_pages=False)
    with calls() as counted:
        run(folder)
    return counted


def test_a_first_run_makes_few_calls_for_each_post(tmp_path: Path) -> None:
    calls_of_a_first_run(tmp_path / "first", 10)  # which imports and compiles
    few, many = (calls_of_a_first_run(tmp_path / str(count), count) for count in (10, 50))
    each = Counter({name: times - few[name] for name, times in many.items()})
    most = "\n".join(f"{times / 40:6.1f} {name}" for name, times in each.most_common(20))
    assert sum(each.values()) / 40 <= MOST_CALLS, most


def test_a_first_run_opens_each_post_once(tmp_path: Path) -> None:
    write_site(tmp_path, 20, with_pages=False)
    with opened() as files:
        run(tmp_path)
    posts = Counter(Path(file).name for file in files if file.endswith(".md"))
    assert len([name for name in posts if name.startswith("post-")]) == 20
    assert {times for name, times in posts.items() if name.startswith("post-")} == {1}


def opened_after_a_full_build(folder: Path, count: int) -> tuple[int, int]:
    """How many pages and how many posts a run opens for one changed post of `count`."""
    write_site(folder, count, with_pages=True)
    write_all_pages(folder, count)
    run(folder)
    found = (0, 0)
    for edit in (" One edit.", " Another edit.", " A third edit."):
        time.sleep(TICK)
        write_post(folder, count - 1, edit)
        write_all_pages(folder, count, edit)
        with opened() as files:
            run(folder)
        assert edit in (folder / "feed.atom").read_text(encoding="utf-8")
        pages = sum(file.endswith(".html") for file in files)
        posts = sum("/post-" in file and file.endswith(".md") for file in files)
        found = max(found[0], pages), max(found[1], posts)
    return found


def test_after_a_full_build_only_the_pages_of_the_feed_are_opened(tmp_path: Path) -> None:
    few = opened_after_a_full_build(tmp_path / "few", 12)
    assert few == opened_after_a_full_build(tmp_path / "many", 48)
    assert few[0] <= FEED_LENGTH + 1


def calls_after_a_full_build(folder: Path, count: int) -> int:
    """How many calls a run makes for one changed post of `count`, all of whose pages are new."""
    write_site(folder, count, with_pages=True)
    write_all_pages(folder, count)
    run(folder)
    time.sleep(TICK)
    write_post(folder, count - 1, " An edit.")
    write_all_pages(folder, count, " An edit.")
    with calls() as counted:
        run(folder)
    return sum(counted.values())


def test_after_a_full_build_the_steps_grow_with_the_pages(tmp_path: Path) -> None:
    calls_after_a_full_build(tmp_path / "first", 15)  # which imports and compiles
    few, some, many = (calls_after_a_full_build(tmp_path / str(n), n) for n in (15, 30, 60))
    assert many - some <= 2.5 * (some - few)
