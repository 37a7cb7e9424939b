"""A first run reads many files in several processes, and gets what it reads alone."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import signal
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from publisher import entry, sources
from publisher.config import load
from publisher.sources import kept, side_by_side
from publisher.sources.kept import Kept
from publisher.system import snapshot
from tests.stress.test_kept import KINDS
from tests.support import ROOT
from tests.support.blog import SECONDS, Blog

if TYPE_CHECKING:
    from collections.abc import Callable

    from publisher.post import Reading

TICK = 0.012  # seconds; longer than a tick of the clock of the kernel
NOW = dt.datetime.now(dt.UTC)
POSTS = 40
OUR_HELPER = "publisher.app.reading_helper"


@pytest.fixture(autouse=True)
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few files are many, and there are two processors."""
    monkeypatch.setattr(snapshot, "TICK_NS", int(TICK * 1e9 / 2))
    monkeypatch.setattr(sources, "MANY", 2)
    monkeypatch.setattr(side_by_side, "SHARE", 2)
    monkeypatch.setattr(side_by_side, "processors", lambda: 2)


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether each share that another process has read counted."""
    answers = []
    take = Kept.take

    def noted(self: Kept, *arguments: object) -> bool:
        answers.append(take(self, *arguments))  # type: ignore[arg-type]
        return answers[-1]

    monkeypatch.setattr(Kept, "take", noted)
    return answers


@pytest.fixture
def blog(tmp_path: Path) -> Blog:
    blog = Blog(tmp_path / "blog")
    for number in range(POSTS):
        blog.write(f"2026-01-01-post-{number:02}.md", "Words. " * number, title=f"Post {number}")
    time.sleep(TICK)
    return blog


def read(folder: Path, helper: str | None = OUR_HELPER) -> Reading:
    """The posts; `helper` is the module of other processes. This process leaves them a share."""
    with contextlib.chdir(folder):
        config = load(Path("publisher.yaml"))
        helpers = sources.Helpers(helper, lambda *_: time.sleep(0.02)) if helper else None
        reading = sources.read(config, now=NOW, keeps=True, helpers=helpers)
        reading.keep(entry.facts_of((), config.site, reading.settings))
        return reading


def parts(reading: Reading) -> tuple[object, ...]:
    dates = reading.deadlines, reading.not_due, reading.first_commits
    return (reading.posts, reading.skipped, reading.warnings, reading.pages, *dates)


def kept_by(folder: Path) -> bytes:
    return (folder / ".publisher" / kept.FOLDER / kept.NAME).read_bytes()


@pytest.mark.parametrize("make", KINDS, ids=lambda make: make.__name__)
def test_several_processes_read_what_one_reads(
    make: Callable[[Path], None], tmp_path: Path, taken: list[bool]
) -> None:
    make(tmp_path)
    time.sleep(TICK)
    alone = read(tmp_path, helper=None)
    (tmp_path / ".publisher" / kept.FOLDER / kept.NAME).unlink()
    assert parts(read(tmp_path)) == parts(alone)
    assert kept_by(tmp_path)
    assert parts(read(tmp_path)) == parts(alone)
    assert taken
    assert all(taken)


def test_the_next_run_finds_what_all_processes_read(blog: Blog, taken: list[bool]) -> None:
    first = read(blog.folder)
    assert taken
    assert all(taken)
    again = read(blog.folder, helper=None)
    assert all(post.later and post.known for post in again.posts)
    assert again.posts == first.posts
    size = len(kept_by(blog.folder))
    (blog.folder / ".publisher" / kept.FOLDER / kept.NAME).unlink()
    read(blog.folder, helper=None)
    assert len(kept_by(blog.folder)) == size


HELPERS = {
    "ends at once": "import os; main = lambda *_: os._exit(1)",
    "cannot be started": "raise SystemExit(1)",
    "sends no answer": "import time; main = lambda *_: time.sleep(1000)",
    "ends after a share": """
        def main(job, connection):
            connection.recv()
    """,
    "sends nonsense": """
        def main(job, connection):
            while connection.recv():
                connection.send_bytes(b"nonsense")
    """,
}


@pytest.mark.parametrize("name", HELPERS)
def test_a_process_that_fails_loses_no_post(
    name: str, blog: Blog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, taken: list[bool]
) -> None:
    text = HELPERS[name]
    lines = text.strip("\n").splitlines()
    indent = len(lines[0]) - len(lines[0].lstrip())
    (tmp_path / "failing_helper.py").write_text("\n".join(line[indent:] for line in lines))
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(side_by_side, "SECONDS", 0.5)
    reading = read(blog.folder, "failing_helper")
    assert len(reading.posts) == POSTS
    assert not any(taken)
    assert parts(read(blog.folder, helper=None)) == parts(reading)


@pytest.mark.parametrize("fault", ["no room for the job", "no process"])
def test_without_other_processes_the_run_reads_all(
    fault: str, blog: Blog, monkeypatch: pytest.MonkeyPatch, taken: list[bool]
) -> None:
    if fault == "no process":
        monkeypatch.setattr(sys, "executable", str(blog.folder / "missing"))
    else:
        monkeypatch.setattr(tempfile, "tempdir", str(blog.folder / "missing"))
    assert len(read(blog.folder).posts) == POSTS
    assert not taken


def test_what_was_read_by_other_settings_is_not_taken(
    blog: Blog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, taken: list[bool]
) -> None:
    """E.g. if they are changed while the processes start."""
    (tmp_path / "late_helper.py").write_text(
        "from pathlib import Path\n"
        "from publisher.app import reading_helper\n"
        "def main(*arguments):\n"
        f"    Path({str(blog.folder / '_config.yml')!r}).write_text('permalink: /new/:title/')\n"
        "    reading_helper.main(*arguments)\n"
    )
    (blog.folder / "_config.yml").write_text("permalink: /old/:title/")
    config = blog.folder / "publisher.yaml"
    config.write_text(config.read_text().replace("permalink: pretty", "engine: jekyll"))
    time.sleep(TICK)
    monkeypatch.syspath_prepend(tmp_path)
    reading = read(blog.folder, "late_helper")
    assert taken == [False]
    assert {post.page.split("/")[1] for post in reading.posts} == {"old"}
    assert {post.page.split("/")[1] for post in read(blog.folder).posts} == {"new"}


def test_a_share_says_as_much_however_many_files_there_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    take = Kept.take

    def noted(self: Kept, data: bytes, *arguments: object) -> bool:
        sizes.append(len(data))
        return take(self, data, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Kept, "take", noted)
    most = []
    for number in (10, 40):
        site = tmp_path / str(number)
        for section in range(number):
            folder = site / f"content/section-{section:02}"
            folder.mkdir(parents=True)
            (folder / "_index.md").write_text("+++\ntitle = 'S'\n+++\n")
            head = "+++\ntitle = 'P'\ndate = 2026-01-01\n+++\n"
            (folder / "post.md").write_text(f"{head}Words.\n")
        (site / "config.toml").write_text("base_url = 'https://blog.example'\n")
        (site / "publisher.yaml").write_text(
            'site: {title: A, url: "https://blog.example", since: 2020-01-01}\n'
            "posts: {path: content, engine: zola}\n"
            "feeds: [{path: feed.atom, format: atom}]\n"
        )
        time.sleep(TICK)
        sizes.clear()
        read(site)
        most.append(max(sizes[1:]))
    assert most[1] < 1.2 * most[0]


def test_the_processes_end_with_the_run_even_if_it_is_killed(blog: Blog, tmp_path: Path) -> None:
    (tmp_path / "slow_helper.py").write_text(
        "import os, pathlib, time\n"
        "from publisher.app import reading_helper\n"
        "def main(*arguments):\n"
        f"    pathlib.Path({str(tmp_path / 'pid')!r}).write_text(str(os.getpid()))\n"
        "    reading_helper.main(*arguments)\n"
    )
    script = f"""
import datetime as dt, os, sys, time
from pathlib import Path
sys.path.insert(0, {str(tmp_path)!r})
from publisher import sources
from publisher.config import load
from publisher.sources import side_by_side
sources.MANY, side_by_side.SHARE, side_by_side.processors = 2, 2, lambda: 2
helpers = sources.Helpers("slow_helper", lambda *_: time.sleep(1000))
now = dt.datetime.now(dt.UTC)
sources.read(load(Path("publisher.yaml")), now=now, keeps=True, helpers=helpers)
"""
    run = subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=blog.folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    pid = wait_for(partial(number_in, tmp_path / "pid"))
    run.send_signal(signal.SIGKILL)
    run.wait()
    assert wait_for(lambda: not Path(f"/proc/{pid}/exe").exists())


def number_in(file: Path) -> int:
    return int(file.read_text() or "0") if file.exists() else 0


def wait_for(question: Callable[[], int]) -> int:
    end = time.monotonic() + SECONDS
    while not (answer := question()):
        assert time.monotonic() < end
        time.sleep(0.02)
    return answer
