"""A publish with nothing to do reads no post and asks no server, until there is something to do."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from publisher.system.snapshot import TICK_NS
from tests.support.blog import Blog

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.servers import Server


@pytest.fixture
def blog(server: Server, tmp_path: Path) -> Blog:
    blog = Blog(tmp_path / "blog")
    blog.configure(server, node=tmp_path.name, password="blog password")
    blog.write("2026-01-01-a.md", "Text.", title="A")
    return blog


def publish(blog: Blog) -> tuple[int, str, bool]:
    """The exit code, what was printed, and whether the run read anything."""
    command = [sys.executable, "-X", "importtime", *blog.command("publish")[1:]]
    done = subprocess.run(
        command, cwd=blog.folder, env={**os.environ, **blog.environment}, check=False, text=True,
        capture_output=True,
    )  # fmt: skip
    reads = any(line.rpartition("|")[2].strip() == "yaml" for line in done.stderr.splitlines())
    return done.returncode, done.stdout, reads


def settle(blog: Blog) -> None:
    """Until a run has nothing to do, and has noted that."""
    publish(blog)
    blog.let_an_hour_pass()
    publish(blog)  # sees that the items are there
    time.sleep(TICK_NS / 1e9 + 0.1)
    publish(blog)


def test_a_publish_with_nothing_to_do_is_repeated(blog: Blog) -> None:
    settle(blog)
    assert publish(blog) == (0, "", False)
    blog.write("2026-01-02-b.md", "New.", title="B")
    code, printed, _ = publish(blog)
    assert (code, "+ new" in printed) == (0, True)


def test_without_its_ledger_a_publish_asks_the_server(blog: Blog) -> None:
    settle(blog)
    (blog.folder / ".publisher/ledger.sqlite").unlink()
    assert publish(blog)[2]
    assert publish(blog)[:2] == (0, "")
