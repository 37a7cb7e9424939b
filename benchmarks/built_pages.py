"""Measure what finding the pages of posts costs: CPU time a page read, and a post matched.

Run with: .venv/bin/python benchmarks/built_pages.py [POSTS]

Or on a real site: .venv/bin/python benchmarks/built_pages.py OUTPUT_FOLDER POSTS_FOLDER
The site is generated twice, the second time with twice as many posts: the times a page and a post
should stay the same.
"""

from __future__ import annotations

import random
import sys
import time
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, TypeVar

from publisher.sources.built.finding.match import find
from publisher.sources.built.finding.page_words import PageWords, page_words
from publisher.sources.built.finding.pair import PostWords
from publisher.sources.built.folder.output_folder import OutputFolder
from publisher.sources.built.pages.page import PageError, parse
from publisher.sources.built.pages.words import source_words, triples

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SITE = "https://blog.example"
LISTED = 10  # posts on a page that shows them whole
VOCABULARY = [f"word{number}" for number in range(5_000)]
T = TypeVar("T")


@dataclass(frozen=True)
class Files:
    """The bytes of pages and the texts of posts, by their paths."""

    pages: Mapping[PurePosixPath, bytes]
    posts: Mapping[PurePosixPath, str]


def main() -> None:
    if len(sys.argv) > 2:
        measure(real(Path(sys.argv[1]), Path(sys.argv[2])))
        return
    posts = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    measure(generated(posts))
    measure(generated(2 * posts))


def measure(files: Files) -> None:
    pages, per_page = timed(lambda: read_pages(files), len(files.pages))
    posts, per_source = timed(lambda: read_posts(files), len(files.posts))
    found, per_post = timed(lambda: find(posts, pages), len(posts))
    size = sum(map(len, files.pages.values())) / max(1, len(files.pages))
    print(f"{len(pages)} pages of {size / 1000:.0f} KB on average, {len(posts)} posts")
    print(f"  parse, words, triples  {per_page:6.2f} ms a page")
    print(f"  words of the source    {per_source:6.2f} ms a post")
    print(f"  match                  {per_post:6.2f} ms a post, {len(found)} found")


def timed(run: Callable[[], T], count: int) -> tuple[T, float]:
    """What it returns, and the CPU time in milliseconds a piece."""
    begun = time.process_time()
    result = run()
    return result, (time.process_time() - begun) * 1000 / max(1, count)


def read_pages(files: Files) -> list[PageWords]:
    pages = []
    for path, data in files.pages.items():
        try:
            pages.append(page_words(parse(data, path), SITE))
        except PageError as error:
            print(error)
    return pages


def read_posts(files: Files) -> list[PostWords]:
    return [
        PostWords(path, title, triples(source_words(text, title=title)))
        for path, text in files.posts.items()
        for title in [text.partition("\n")[0].lstrip("# ")]
    ]


def real(output: Path, posts: Path) -> Files:
    """The site in a folder; of each post its first line counts as the title."""
    folder = OutputFolder(output, SITE)
    sources = [path for path in sorted(posts.rglob("*")) if path.suffix in {".md", ".markdown"}]
    return Files(
        {path: folder.read(path) for path in folder.pages()},
        {PurePosixPath(path.relative_to(posts)): path.read_text("utf-8") for path in sources},
    )


def generated(count: int) -> Files:
    """A site whose home pages show ten posts whole each."""
    chance = random.Random(1)  # noqa: S311 - a text
    bodies = [[chance.choices(VOCABULARY, k=80) for _ in range(8)] for _ in range(count)]
    posts = {
        PurePosixPath(f"post-{number}.md"): f"# Post {number} about {bodies[number][0][0]}\n\n"
        + "\n\n".join(f"*{' '.join(part[:9])}* {' '.join(part[9:])}" for part in bodies[number])
        for number in range(count)
    }
    pages = {
        PurePosixPath(f"post-{number}/index.html"): page(
            f"Post {number} about {bodies[number][0][0]}", [html(bodies[number])]
        )
        for number in range(count)
    }
    for start in range(0, count, LISTED):
        shown = [html(body) for body in bodies[start : start + LISTED]]
        pages[PurePosixPath(f"page/{start}/index.html")] = page("Blog", shown)
    return Files(pages, posts)


def html(parts: list[list[str]]) -> str:
    """A body with the spans of highlighted code, of which real pages have many."""
    paragraphs = [f"<p><em>{' '.join(part[:9])}</em> {' '.join(part[9:])}</p>" for part in parts]
    code = "".join(f'<span class="k">{word}</span> ' for word in parts[0])
    return f"{''.join(paragraphs)}<pre><code>{code}</code></pre>"


def page(title: str, bodies: list[str]) -> bytes:
    links = "".join(f'<li><a href="/tags/{word}/">{word}</a></li>' for word in VOCABULARY[:80])
    metas = "".join(f'<meta property="og:x{number}" content="value">' for number in range(20))
    articles = "".join(f'<article><div class="body">{body}</div></article>' for body in bodies)
    return (
        f"<!DOCTYPE html><html lang='en'><head><title>{title} | Blog</title>{metas}</head><body>"
        f"<nav><ul>{links}</ul></nav><h1>{title}</h1>{articles}<footer>All rights</footer></body>"
    ).encode()


if __name__ == "__main__":
    main()
