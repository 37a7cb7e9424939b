"""Measure a build of everything, after one changed post, and without changes. Prints the ratios.

Run with: .venv/bin/python benchmarks/rebuild.py [POSTS]

The archives contain all posts, so every build needs every post.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROUNDS = 5
CONFIG = """\
site: {title: A blog, url: "https://blog.example"}
posts: {path: posts}
feeds:
  - {path: feed.atom, format: atom, archive: "archive/{year}.atom"}
  - {path: feed.rss, format: rss}
"""
WORDS = (
    "A line of *words* with a [link](/somewhere/) and `code`, as posts have them. " * 6
).strip()


def main() -> None:
    posts = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    with tempfile.TemporaryDirectory() as folder:
        blog = Path(folder)
        write(blog, posts)
        build(blog)
        taken: dict[str, list[float]] = {"everything new": [], "one changed": [], "nothing": []}
        for number in range(ROUNDS):
            shutil.rmtree(blog / ".publisher")
            taken["everything new"].append(build(blog))
            write_post(blog, posts - 1, f"Edited {number}.\n")
            taken["one changed"].append(build(blog))
            taken["nothing"].append(build(blog))
    least = statistics.median(taken["nothing"])
    print(f"{posts} posts, medians of {ROUNDS}")
    for name, seconds in taken.items():
        median = statistics.median(seconds)
        print(f"{name:15} {median * 1000:7.0f} ms  {median / least:5.2f}")


def write(blog: Path, posts: int) -> None:
    (blog / "publisher.yaml").write_text(CONFIG)
    (blog / "posts").mkdir()
    for number in range(posts):
        write_post(blog, number)


def write_post(blog: Path, number: int, first_line: str = "") -> None:
    day = f"{2010 + number // 300}-{number // 25 % 12 + 1:02}-{number % 25 + 1:02}"
    body = "\n\n".join([WORDS] * 5)
    path = blog / "posts" / f"{day}-post-{number}.md"
    path.write_text(f"---\ntitle: Post {number}\n---\n{first_line}{body}\n")


def build(blog: Path) -> float:
    start = time.perf_counter()
    command = [sys.executable, "-m", "publisher", "build"]
    subprocess.run(command, cwd=blog, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
