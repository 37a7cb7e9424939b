"""Compare two ways to get the last change of each post from git: one process for all, or one each.

Run with: .venv/bin/python -m benchmarks.git_updates [POSTS [ROUNDS]]

Creates a repository with a commit for each post, and another commit for every tenth post. Every
round measures:

* all: `last_changes` of all posts, which reads the whole history;
* newest: `last_changes` of the ten posts that changed last, which stops git early;
* each: `git log -1` for each post of a sample from the whole history, scaled to all posts.

The figures are medians over the rounds.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from publisher.sources import git_history

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

SAMPLE = 40


def main() -> None:
    posts = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        touched = [*range(posts), *range(0, posts, 10)]
        make_repository(folder, touched)
        seconds = measure(folder, [PurePosixPath(f"{number}.md") for number in touched], rounds)
    print(f"{posts} posts in {len(touched)} commits; each: from a sample of {SAMPLE}")
    median_all = statistics.median(seconds["all"])
    for variant, times in seconds.items():
        median = statistics.median(times)
        print(f"{variant:7} {1000 * median:8.0f} ms   {median / median_all:7.2f} x all")


def make_repository(folder: Path, touched: Sequence[int]) -> None:
    """Create one commit for each number in `touched`, an hour apart, which writes that post."""
    git(folder, "init", "--quiet", "--initial-branch=main")
    stream = []
    for hour, number in enumerate(touched):
        text = f"Post {number}, written in hour {hour}."
        stream += [
            "commit refs/heads/main",
            f"committer Ada Example <ada@blog.example> {1_600_000_000 + 3600 * hour} +0000",
            "data 0",
            f"M 100644 inline posts/{number}.md",
            f"data {len(text)}",
            text,
        ]
    git(folder, "fast-import", "--quiet", text="\n".join([*stream, ""]))
    git(folder, "reset", "--quiet", "--hard")


def measure(folder: Path, touched: Sequence[PurePosixPath], rounds: int) -> dict[str, list[float]]:
    """`touched` are the posts in the order of the commits."""
    posts = sorted(set(touched))
    sample = posts[:: max(1, len(posts) // SAMPLE)][:SAMPLE]
    seconds: dict[str, list[float]] = defaultdict(list)
    for _ in range(rounds):
        seconds["all"].append(timed(folder / "posts", posts))
        seconds["newest"].append(timed(folder / "posts", touched[-10:]))
        start = time.perf_counter()
        for post in sample:
            git(folder / "posts", "log", "-1", "--format=%at", "HEAD", "--", str(post))
        seconds["each"].append((time.perf_counter() - start) / len(sample) * len(posts))
    return seconds


def timed(folder: Path, posts: Collection[PurePosixPath]) -> float:
    start = time.perf_counter()
    changes = git_history.last_changes(folder, posts)
    seconds = time.perf_counter() - start
    assert changes.keys() == {*posts}  # noqa: S101 - otherwise the time is meaningless
    return seconds


def git(folder: Path, *arguments: str, text: str = "") -> None:
    subprocess.run(  # noqa: S603 - our own command line
        ["git", *arguments],  # noqa: S607
        cwd=folder,
        input=text,
        text=True,
        check=True,
        stdout=subprocess.DEVNULL,
    )


if __name__ == "__main__":
    main()
