"""What is kept of files from run to run never shows: a run that has nothing of it does the same.

Random changes are made to sites of several engines. After each, a run takes what it can from the
runs before. Then all that it wrote is put back, the caches are taken away, and a run reads
everything. Both must return, print and write the same, and plan the same for the node.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import os
import random
import shutil
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from publisher import sources
from publisher.cli.main import main
from publisher.config import load
from publisher.errors import PublisherError
from publisher.sources import side_by_side
from publisher.system import snapshot
from tests.stress.test_repeatable import (
    CHANGES,
    SEQUENCES,
    TICK,
    built,
    change,
    commit,
    git,
    hugo,
    jekyll,
    write,
)  # fmt: skip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CONFIG = """\
site: {title: A blog, url: "https://blog.example", since: 2020-01-01}
posts: {%s}
feeds: [{path: feed.atom, format: atom}, {path: "tags/{tag}.xml", format: rss}]
"""
NODE = """
xmpp: {jid: blog@blog.example, password_env: PASSWORD, nodes: [
  {service: pubsub.blog.example, node: blog}]}
"""
CACHES = ("read", "rendered", "runs")
TEXT = "Words of [another](/a) that are enough for a post.\n"


def dated_notes(site: Path) -> None:
    """Notes, some of them with dates that only git knows."""
    write(site / "publisher.yaml", CONFIG % "path: notes, engine: plain, updated: git")
    for number in range(4):
        date = f"date: 2026-01-0{number + 1}\n" if number % 2 else ""
        text = f"---\npublish: true\n{date}---\n{TEXT} [[Note 0]] #t{number}\n"
        write(site / f"notes/Note {number}.md", text)
    git(site, "init", "-q")
    commit(site)


def sections(site: Path) -> None:
    """Zola, where the page of a section may make drafts of its posts."""
    write(site / "publisher.yaml", CONFIG % "path: content, engine: zola")
    write(site / "config.toml", "base_url = 'https://blog.example'\n")
    write(site / "content/blog/_index.md", "+++\ntitle = 'B'\ndraft = false\n+++\n")
    for number in range(3):
        head = f"+++\ntitle = 'Z{number}'\ndate = 2026-01-0{number + 1}\n+++\n"
        write(site / f"content/blog/z{number}.md", head + TEXT)


def two_files(site: Path) -> None:
    """Nikola, with the metadata of posts beside them, and a translation."""
    write(site / "publisher.yaml", CONFIG % "path: posts, engine: nikola")
    write(site / "conf.py", "TRANSLATIONS = {'en': '', 'de': './de'}\nDEFAULT_LANG = 'en'\n")
    for number in range(3):
        date = f"2026-01-0{number + 1} 10:00:00"
        meta = f".. title: N{number}\n.. slug: n{number}\n.. date: {date}\n.. tags: t{number}\n"
        write(site / f"posts/n{number}.md", TEXT)
        write(site / f"posts/n{number}.meta", meta)
    write(site / "posts/n0.de.md", f".. title: Auf Deutsch\n\n{TEXT}")


def data_files(site: Path) -> None:
    """Eleventy, with data of folders and of single posts."""
    write(site / "publisher.yaml", CONFIG % "path: blog, engine: eleventy")
    write(site / "eleventy.config.js", "export default function (c) {}\n")
    write(site / "blog/blog.json", '{"author": "Ada Example"}')
    for number in range(3):
        head = f"---\ntitle: E{number}\ndate: 2026-01-0{number + 1}\n---\n"
        write(site / f"blog/2026/e{number}.md", head + TEXT)
    write(site / "blog/2026/e1.11tydata.json", '{"tags": ["x"]}')


def pictures_beside(site: Path) -> None:
    """Hexo, where the folder beside a post has its pictures."""
    write(site / "publisher.yaml", CONFIG % "path: source/_posts, engine: hexo")
    write(site / "_config.yml", "post_asset_folder: true\n")
    for number in range(3):
        head = f"---\ntitle: H{number}\ndate: 2026-01-0{number + 1} 10:00:00\n---\n"
        write(site / f"source/_posts/h{number}.md", f"{head}![x](x.png)\n{TEXT}")
    write(site / "source/_posts/h1/x.png", "no picture")


def articles(site: Path) -> None:
    write(site / "publisher.yaml", CONFIG % "path: content, engine: pelican")
    write(site / "pelicanconf.py", "PATH = 'content'\nDEFAULT_METADATA = {'status': 'published'}\n")
    for number in range(3):
        head = f"Title: P{number}\nDate: 2026-01-0{number + 1}\nTags: t{number}\n\n"
        write(site / f"content/p{number}.md", head + TEXT)
    write(site / "content/clock.md", f"Title: Soon\nDate: 2036-01-01\n\n{TEXT}")


def pages_and_authors(site: Path) -> None:
    """A generator that is not known, with the authors in a file of their own."""
    write(site / "publisher.yaml", CONFIG % "path: blog, engine: any")
    write(site / "blog/authors.yml", "ada: {name: Ada Example}\n")
    for number in range(3):
        write(site / f"blog/2026-01-0{number + 1}-d.md", f"---\nauthors: [ada]\n---\n# D\n\n{TEXT}")
    write(site / "blog/undated.md", TEXT)


KINDS: tuple[Callable[[Path], None], ...] = (
    jekyll, built, hugo, dated_notes, sections, two_files, data_files, pictures_beside, articles,
    pages_and_authors,
)  # fmt: skip


def outcome(site: Path) -> tuple[object, ...]:
    """What two commands return and print, and what they leave on disk."""
    said = []
    for command in (["build"], ["plan", "--offline", "--json"]):
        with (
            contextlib.redirect_stdout(io.StringIO()) as out,
            contextlib.redirect_stderr(io.StringIO()) as err,
            contextlib.chdir(site),
        ):
            said.append((main(command), out.getvalue(), err.getvalue()))
    feeds = [*site.glob("feed.atom"), *site.glob("tags/*.xml"), *site.glob("subscribe.html")]
    return said, {one.relative_to(site): one.read_bytes() for one in feeds if one.is_file()}


def fresh(
    site: Path, before: dict[Path, bytes], times: dict[Path, tuple[int, int]]
) -> tuple[object, ...]:
    """The outcome of a run in the same place that finds the files from `before`, and no caches.

    They have their times, too: that of the memory of pages tells which pages were written since.
    """
    state = site / ".publisher"
    with tempfile.TemporaryDirectory(dir=site.parent) as aside:
        for cache in CACHES:
            with contextlib.suppress(FileNotFoundError):
                (state / cache).rename(Path(aside) / cache)
        for file in written(site).keys() - before.keys():
            file.unlink()
        for file, data in before.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            if not file.is_file() or file.read_bytes() != data:
                file.write_bytes(data)
            os.utime(file, ns=times[file])
        found = outcome(site)
        for cache in CACHES:
            shutil.rmtree(state / cache, ignore_errors=True)
            with contextlib.suppress(FileNotFoundError):
                (Path(aside) / cache).rename(state / cache)
    return found


def written(site: Path) -> dict[Path, bytes]:
    """The files that runs write, apart from the caches."""
    places = ("feed.atom", "tags/*.xml", "subscribe.html", ".publisher/**/*")
    files = {file for place in places for file in site.glob(place) if file.is_file()}
    caches = [site / ".publisher" / cache for cache in CACHES]
    own = (one for one in files if not one.is_symlink() and one.name != "lock")
    return {one: one.read_bytes() for one in own if not {*caches} & {*one.parents}}


def sequence(site: Path, make: Callable[[Path], None], seed: int, counts: Counter[str]) -> None:
    chance = random.Random(seed)  # noqa: S311 - no secret
    make(site)
    config = site / "publisher.yaml"
    config.write_text(config.read_text() + NODE)
    said: list[str] = []
    for _ in range(CHANGES):
        before = written(site)
        times = {one: (one.stat().st_atime_ns, one.stat().st_mtime_ns) for one in before}
        counts["kept" if has_kept(site) else "read"] += 1
        found = outcome(site)
        assert found == fresh(site, before, times), (make.__name__, seed, said)
        said.append(change(site, chance))
        time.sleep(TICK)


def has_kept(site: Path) -> bool:
    """Whether the next run takes some post from the last one."""
    with contextlib.suppress(PublisherError), contextlib.chdir(site):
        reading = sources.read(load(Path("publisher.yaml")), now=dt.datetime.now(dt.UTC))
        return any(post.later for post in reading.posts)
    return False


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    # The clock of this disk ticks more often than the slowest one that there is.
    monkeypatch.setattr(snapshot, "TICK_NS", int(TICK * 1e9 / 2))
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


@pytest.mark.parametrize("make", KINDS, ids=lambda make: make.__name__)
def test_a_run_that_keeps_files_does_what_one_that_reads_all_does(
    make: Callable[[Path], None], folder: Path
) -> None:
    run_sequences(make, folder, (SEQUENCES + 1) // 2)


@pytest.mark.parametrize("make", KINDS, ids=lambda make: make.__name__)
def test_so_does_a_run_that_reads_in_several_processes(
    make: Callable[[Path], None], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "MANY", 2)
    monkeypatch.setattr(side_by_side, "SHARE", 2)
    monkeypatch.setattr(side_by_side, "processors", lambda: 2)
    run_sequences(make, folder, (SEQUENCES + 4) // 5)


def run_sequences(make: Callable[[Path], None], folder: Path, number: int) -> None:
    counts: Counter[str] = Counter()
    first = int(os.environ.get("FIRST_SEED", "0"))
    for seed in range(first, first + number):
        site = folder / f"{seed}/site"
        site.mkdir(parents=True)
        sequence(site, make, seed, counts)
    assert counts["kept"]
