"""A site of any size, whose posts Hugo, Jekyll, Pelican and publisher all read, and its pages.

Every post has about 2 kB of Markdown: paragraphs with emphasis, links and code, a list and a block
of code. The pages are written from the same blocks as the posts, with a theme around them.
"""

from __future__ import annotations

import itertools
import os
import random
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

URL = "https://blog.example"
TITLE = "Benchmark"
SYLLABLES = ("ba", "del", "fo", "gur", "ka", "lim", "no", "per", "ro", "sta", "tu", "ven")
WORDS = ["".join(parts) for parts in itertools.product(SYLLABLES, repeat=3)]
# When the first post was written: January 1, 2010; a file is as old as its post.
FIRST_SECOND = 1_262_304_000
SECONDS_BETWEEN_POSTS = 4_000
FEED_LENGTH = 20  # entries of the feed that all generators write
POSTS, PAGES = Path("content/posts"), Path("public/posts")
PAGE = """\
<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title} | Benchmark</title>
<link rel="canonical" href="{url}"></head>
<body><header><nav><a href="/">Home</a> <a href="/posts/">Posts</a></nav></header>
<main><article><h1>{title}</h1><div class="post-content">
{body}
</div></article></main><footer>All rights reserved</footer></body></html>
"""


@dataclass(frozen=True, slots=True)
class Site:
    """A folder with `count` posts, the last of which is the newest."""

    folder: Path
    count: int

    def write(self) -> None:
        (self.folder / POSTS).mkdir(parents=True)
        for number in range(self.count):
            self.write_post(number)

    def write_post(self, number: int, edit: str = "") -> None:
        """Write one post. An edited post has another first paragraph, and the time of now."""
        path = self.folder / POSTS / f"{_name(number)}.md"
        path.write_text(_source(number, edit), encoding="utf-8")
        if not edit:
            second = FIRST_SECOND + SECONDS_BETWEEN_POSTS * number
            os.utime(path, (second, second))

    def edit(self, round_number: int) -> None:
        """Edit the newest post, in every round otherwise."""
        self.write_post(self.count - 1, _words(round_number, 12))

    def write_pages(self, edit: str = "") -> None:
        """Write all pages, as a full build of the site does; `edit` belongs to the newest post."""
        for number in range(self.count):
            self.write_page(number, edit if number == self.count - 1 else "")

    def write_page(self, number: int, edit: str = "") -> None:
        path = self.folder / PAGES / _name(number) / "index.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        body = "\n".join(html for _, html in _blocks(number, edit))
        url = f"{URL}/posts/{_name(number)}/"
        page = PAGE.format(title=_title(number), url=url, body=body)
        path.write_text(page, encoding="utf-8")

    def build_all_pages(self, round_number: int) -> None:
        """What a site's full build does after `edit`: all pages are new files, one has changed."""
        self.write_pages(_words(round_number, 12))


def _name(number: int) -> str:
    return f"{_date(number):%Y-%m-%d}-post-number-{number}"


def _date(number: int) -> datetime:
    return datetime.fromtimestamp(FIRST_SECOND + SECONDS_BETWEEN_POSTS * number, UTC)


def _title(number: int) -> str:
    return f"Post number {number} on {_words(number, 3)}"


def _source(number: int, edit: str) -> str:
    tags = f"tag-{number % 20}, tag-{number % 7 + 20}"
    front = f"title: {_title(number)}\ndate: {_date(number):%Y-%m-%dT%H:%M:%SZ}\n"
    body = "\n\n".join(markdown for markdown, _ in _blocks(number, edit))
    return f"---\n{front}tags: [{tags}]\n---\n\n{body}\n"


def _blocks(number: int, edit: str) -> Iterator[tuple[str, str]]:
    """The blocks of a post, each in Markdown and in HTML."""
    if edit:
        yield f"Edited: {edit}.", f"<p>Edited: {edit}.</p>"
    for part in range(4):
        text = _words(8 * number + part, 55)
        target = f"/about/{number}/"
        yield (
            f"Post {number}: {text} with *emphasis*, [a link]({target}) and `code {part}`.",
            f"<p>Post {number}: {text} with <em>emphasis</em>, "
            f'<a href="{target}">a link</a> and <code>code {part}</code>.</p>',
        )
    first, second = _words(8 * number + 4, 6), _words(8 * number + 5, 6)
    yield f"* {first}\n* {second}", f"<ul>\n<li>{first}</li>\n<li>{second}</li>\n</ul>"
    code = f"for post in range({number}):\n    print(post)"
    yield (
        f"```python\n{code}\n```",
        f'<pre><code class="language-python">{code}\n</code></pre>',
    )


def _words(seed: int, count: int) -> str:
    """Words that differ from seed to seed, and are the same in every run."""
    return " ".join(random.Random(seed).choices(WORDS, k=count))  # noqa: S311 - no secret
