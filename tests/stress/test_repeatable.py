"""A run is repeated only if it would do and print the same, whatever happened to the site.

Random changes are made to sites of several kinds. After each, the places that the last run read
are looked at. If they seem to be as they were, a run that reads everything must write nothing and
print what the last one printed.
"""

from __future__ import annotations

import contextlib
import io
import os
import random
import shutil
import subprocess
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from publisher.app import repeatable
from publisher.cli.main import main
from publisher.config import load
from publisher.errors import PublisherError
from publisher.system import snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from publisher.system.snapshot import Places

# More with e.g. `SEQUENCES=500 pytest --timeout 0 tests/stress/test_repeatable.py`.
SEQUENCES = int(os.environ.get("SEQUENCES", "5"))  # of each kind of site
CHANGES = 8  # in a sequence
TICK = 0.012  # seconds; longer than a tick of the clock of the kernel

CONFIG = """\
site: {title: A blog, url: "https://blog.example", since: 2020-01-01%s}
posts: {%s}
feeds: [{path: feed.atom, format: atom}, {path: "tags/{tag}.xml", format: rss}]
page: {path: subscribe.html}
"""
POST = "---\ntitle: Post %d\ntags: [t%d]\n---\nWords of [another](%s) and ![a pear](/pear.png).\n"
# Every name that may appear in a site, where something may be looked for.
NAMES = (
    "_posts/2026-02-02-new.md", "_posts/2026-02-03-new/index.md", "_data/facts.yml", "_config.toml",
    "_includes/part.html", "content/_index.md", "content/post/_index.md", "content/post/c.de.md",
    "hugo.yaml", "config.yaml", "config.yml", "pear.png", "static/pear.png", "song.mp3", ".git",
    "_site/new/index.html", "_site/sitemap.xml", ".eleventyignore", ".gitignore", "tags/t9.xml",
    "../publisher.yaml", "../.publisher/ledger.sqlite", "../config.yaml", ".publisher/pages.sqlite",
    "notes/2026-02-02 new.md", "notes/pear.png",
)  # fmt: skip


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def jekyll(site: Path) -> None:
    write(site / "publisher.yaml", CONFIG % ("", "path: _posts, engine: jekyll"))
    write(site / "_config.yml", "permalink: /:year/:title/\n")
    write(site / "_includes/part.html", "<p>A part.</p>")
    write(site / "_data/facts.yml", "year: 2026\n")
    for number in range(3):
        link = "{% post_url 2026-01-01-a %} {% include part.html %} {{ site.data.facts.year }}"
        write(site / f"_posts/2026-01-0{number + 1}-a.md", POST % (number, number, link))


def built(site: Path) -> None:
    """A site with the pages that its generator built."""
    jekyll(site)
    more = 'path: _posts, engine: jekyll, body: ".post", drop: [".share"]'
    write(site / "publisher.yaml", CONFIG % (", output: _site", more))
    for number in range(3):
        head = f"<title>Post {number}</title>"
        body = f'<div class="post"><p>Words of another and a pear. {number}</p></div>'
        write(site / f"_site/2026/a{number or ''}/index.html", f"<html>{head}{body}</html>")


def hugo(site: Path) -> None:
    write(site / "publisher.yaml", CONFIG % ("", "path: content, engine: hugo"))
    write(site / "hugo.toml", "title = 'A blog'\n[permalinks]\npost = '/:year/:slug/'\n")
    write(site / "content/post/_index.md", "---\ncascade: {draft: false}\n---\n")
    for number in range(3):
        text = POST % (number, number, '{{< ref "b0" >}}')
        text = text.replace("tags:", f"date: 2026-01-0{number + 1}\ntags:")
        write(site / f"content/post/b{number}.md", text)


def notes(site: Path) -> None:
    """Notes whose dates git knows."""
    write(site / "publisher.yaml", CONFIG % ("", "path: notes, engine: plain, updated: git"))
    for number in range(3):
        text = f"---\npublish: true\n---\nWords of [[Note 0]], ![[pear.png]] #t{number}\n"
        write(site / f"notes/Note {number}.md", text)
    git(site, "init", "-q")
    commit(site)


KINDS: tuple[Callable[[Path], None], ...] = (jekyll, built, hugo, notes)


def git(site: Path, *arguments: str) -> None:
    person = ("-c", "user.name=Ada Example", "-c", "user.email=ada@blog.example")
    subprocess.run(["git", "-C", site, *person, *arguments], check=False, capture_output=True)


def commit(site: Path) -> None:
    """With another date each time, although many commits are made in a second."""
    seconds = 1_600_000_000 + time.time_ns() // 10_000_000 % 100_000_000
    git(site, "add", "-A")
    git(site, "commit", "-q", "-m", "A change", f"--date=@{seconds}")


def change(site: Path, chance: random.Random) -> str:
    """Make one change, and return its name."""
    files = sorted(path for path in site.rglob("*") if path.is_file() and is_of_site(path))
    one, other = chance.choice(files), chance.choice(files)
    changes: Mapping[str, Callable[[], object]] = {
        "nothing": lambda: None,
        "outside": lambda: (site.parent / "other.txt").write_text(str(chance.random())),
        "edit": lambda: one.write_bytes(one.read_bytes() + b"\nMore words.\n"),
        "same size": lambda: one.write_bytes(one.read_bytes().swapcase()),
        "old time": lambda: edit_and_restore_time(one),
        "future": lambda: os.utime(one, (4e9, 4e9)),
        "touch": one.touch,
        "delete": one.unlink,
        "rename": lambda: one.rename(one.with_stem(f"{one.stem}x")),
        "swap": lambda: swap(one, other),
        "copy": lambda: shutil.copy2(one, one.with_stem(f"{one.stem}-copy")),
        "link": lambda: replace_by_link(one),
        "new": lambda: write(site / chance.choice(NAMES), (other.read_bytes()).decode("latin-1")),
        "commit": lambda: commit(site),
    }
    name = chance.choice(sorted(changes))
    with contextlib.suppress(OSError):  # e.g. a folder in the place of a new file
        changes[name]()
    return f"{name} {one.relative_to(site)}"


def is_of_site(path: Path) -> bool:
    """Not what git or a cache keeps, which nobody edits."""
    return path.name != "lock" and not {".git", "rendered", "words"} & {*path.parts}


def edit_and_restore_time(file: Path) -> None:
    before = file.stat()
    file.write_bytes(file.read_bytes().replace(b"o", b"0"))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


def swap(one: Path, other: Path) -> None:
    third = one.with_name("third")
    one.rename(third)
    other.rename(one)
    third.rename(other)


def replace_by_link(file: Path) -> None:
    target = file.with_name(f"{file.name}.target")
    file.rename(target)
    file.symlink_to(target.name)


def run(site: Path) -> tuple[object, ...]:
    """What a run that reads everything returns, prints and leaves on disk."""
    with (
        contextlib.redirect_stdout(io.StringIO()) as out,
        contextlib.redirect_stderr(io.StringIO()) as err,
        contextlib.chdir(site),
    ):
        code = main(["build"])
    feeds = [*site.glob("feed.atom"), *site.glob("tags/*.xml"), *site.glob("subscribe.html")]
    return (
        code,
        out.getvalue(),
        err.getvalue(),
        {one: one.read_bytes() for one in feeds if one.is_file()},
    )


def places(site: Path) -> Places | None:
    with contextlib.suppress(PublisherError), contextlib.chdir(site):
        return repeatable.places(load(Path("publisher.yaml")))
    return None


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def sequence(site: Path, make: Callable[[Path], None], seed: int) -> Counter[str]:
    """Make random changes. Returns how often a run would be repeated, and how often not."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    make(site)
    counts: Counter[str] = Counter()
    said: list[str] = []
    for _ in range(CHANGES):
        run(site)
        seen, digests, last = record(site)
        said.append(change(site, chance))
        time.sleep(TICK)
        if seen is None or not snapshot.is_same(seen, digests):
            counts["run"] += 1
            continue
        counts["repeated"] += 1
        assert run(site) == last, (make.__name__, seed, said)
    return counts


def record(site: Path) -> tuple[Places | None, tuple[str, ...], tuple[object, ...]]:
    """What a run that does nothing reads, and what it says; no places if it does something."""
    time.sleep(TICK)
    seen = places(site)
    before = snapshot.take(seen, since_ns=0).digests if seen else ()
    last = run(site)
    if seen and snapshot.is_same(seen, before) and "unchanged" in str(last[1]):
        return seen, before, last
    return None, (), last


@pytest.mark.parametrize("make", KINDS, ids=lambda make: make.__name__)
def test_a_run_is_repeated_only_if_it_would_say_the_same(
    make: Callable[[Path], None], folder: Path
) -> None:
    counts: Counter[str] = Counter()
    for seed in range(SEQUENCES):
        site = folder / f"{seed}/site"
        site.mkdir(parents=True)
        counts += sequence(site, make, seed)
    assert counts["repeated"] >= SEQUENCES / 4
    assert counts["run"] >= SEQUENCES
