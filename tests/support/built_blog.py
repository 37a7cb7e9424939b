"""A blog whose site is built into a folder, by a generator of a few lines with a theme."""

from __future__ import annotations

import html
import os
import re
import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.support.blog import SITE, Blog

if TYPE_CHECKING:
    from collections.abc import Container
    from pathlib import Path

URL = "https://blog.example"
THEME = (
    '<!DOCTYPE html><html lang="en"><head><title>{title} | A blog</title>{head}</head><body>'
    "<header>A blog of the tests</header><main><article><h1>{title}</h1>"
    '<div class="post-content">{body}</div></article></main>'
    "<footer>All rights reserved</footer></body></html>"
)
_FRONT = re.compile(r"---\n(?:.*\n)*?---\n")
_TITLE = re.compile(r"^title: (.*)$", re.MULTILINE)
_FIRST_SECOND = 1_700_000_000


@dataclass
class BuiltBlog(Blog):
    """A blog whose pages are below `folder/_site`, at `/SLUG/`.

    Every file gets a time that is 10 seconds after that of the last one, so that no test depends on
    how long it takes.
    """

    seconds: int = field(default=_FIRST_SECOND, init=False)

    def __post_init__(self) -> None:
        self.output = self.folder / "_site"
        super().__post_init__()

    def set_up(
        self, *, posts: str = ", body: .post-content", feeds: str = "", more: str = ""
    ) -> None:
        """Write publisher.yaml; `posts` are further keys of that section."""
        text = SITE.replace("  since:", "  output: _site\n  since:")
        text = text.replace("permalink: pretty}", f"permalink: '/:slug/'{posts}}}")
        if feeds:
            text = text[: text.index("feeds:")] + f"feeds:\n{feeds}"
        (self.folder / "publisher.yaml").write_text(text, encoding="utf-8")

    def configure(self, *arguments: object, **more: object) -> None:
        super().configure(*arguments, **more)  # type: ignore[arg-type]
        path = self.folder / "publisher.yaml"
        text = path.read_text(encoding="utf-8").replace("  since:", "  output: _site\n  since:")
        path.write_text(
            text.replace("permalink: pretty}", "permalink: '/:slug/', body: .post-content}"),
            encoding="utf-8",
        )

    def write(self, name: str, text: str = "", **front: str) -> Path:
        return self.touch(super().write(name, text, **front))

    def touch(self, path: Path) -> Path:
        """Give a file the next time."""
        self.seconds += 10
        os.utime(path, (self.seconds, self.seconds))
        return path

    def build_site(
        self, theme: str = THEME, *, leaves_out: Container[str] = (), head: str = ""
    ) -> None:
        """Build the pages of all posts anew, but not of those whose slugs are left out."""
        shutil.rmtree(self.output, ignore_errors=True)
        titles = []
        for path in sorted(self.posts.rglob("*.md")):
            slug = re.sub(r"^\d{4}-\d\d-\d\d-", "", path.stem)
            if slug not in leaves_out:
                titles.append(self.build_page(slug, path.read_text(encoding="utf-8"), theme, head))
        body = "".join(f"<li>{title}</li>" for title in titles)
        self.page("index.html", THEME.format(title="A blog", head=head, body=f"<ul>{body}</ul>"))

    def build_page(self, slug: str, text: str, theme: str = THEME, head: str = "") -> str:
        """Build the page of one post. Returns its title."""
        title = html.escape(found[1] if (found := _TITLE.search(text)) else slug)
        paragraphs = _FRONT.sub("", text, count=1).strip().split("\n\n")
        body = "".join(f"<p>{html.escape(paragraph)}</p>\n" for paragraph in paragraphs)
        head = head or f'<link rel="canonical" href="{URL}/{slug}/">'
        self.page(f"{slug}/index.html", theme.format(title=title, head=head, body=body))
        return title

    def page(self, name: str, text: str) -> Path:
        """Write a page of the site."""
        path = self.output / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return self.touch(path)
