"""`updated: git` for a folder of posts: one process for all, beside one for each.

    python -m benchmarks.git_updates

Prints times of one run and their ratio. One process per post is tried on a sample.
"""

from __future__ import annotations

import subprocess
import tempfile
import time
from pathlib import Path, PurePosixPath

from publisher.sources import history

POSTS = 2000
SAMPLE = 40


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _repository(folder)
        paths = [PurePosixPath(f"posts/{number}.md") for number in range(POSTS)]
        start = time.perf_counter()
        found = history.last_changes(folder, paths)
        once = time.perf_counter() - start
        each = _one_by_one(folder, paths[:: POSTS // SAMPLE]) / SAMPLE * POSTS
    print(f"{len(found)} posts in as many commits")
    print(f"one process for all   {once * 1000:9.0f} ms    1.0")
    print(f"one process for each  {each * 1000:9.0f} ms  {each / once:5.0f}   (from {SAMPLE})")


def _repository(folder: Path) -> None:
    """A repository with a commit for each post, the way `git fast-import` takes it."""
    lines = []
    for number in range(POSTS):
        text = f"post {number}"
        lines += [
            "commit refs/heads/main",
            f"committer Ada Example <ada@blog.example> {1_600_000_000 + number * 3600} +0000",
            "data 1", "x",
            f"M 100644 inline posts/{number}.md",
            f"data {len(text)}", text,
        ]  # fmt: skip
    _git(folder, "init", "-q", "-b", "main")
    _git(folder, "fast-import", "--quiet", text="\n".join(lines) + "\n")


def _one_by_one(folder: Path, paths: list[PurePosixPath]) -> float:
    start = time.perf_counter()
    for path in paths:
        _git(folder, "log", "-1", "--format=%at", "HEAD", "--", str(path))
    return time.perf_counter() - start


def _git(folder: Path, *arguments: str, text: str = "") -> None:
    subprocess.run(  # noqa: S603
        ["git", *arguments],  # noqa: S607
        cwd=folder, input=text, text=True, check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip


if __name__ == "__main__":
    main()
