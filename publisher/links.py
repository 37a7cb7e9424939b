"""Links from post to post, as each engine writes them -> addresses of the web. Pure.

A file's path stands for its page: `@/blog/a.md` (Zola), `{filename}a.md` (Pelican), `../a.md`
(Hugo, Eleventy, plain), `{% post_url a %}` and `{% link _posts/a.md %}` (Jekyll), `[[A]]`
(Obsidian). What stands in code is left alone.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

from publisher.permalink import slugify

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from publisher.config import Site
    from publisher.sources.post import Post

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_CODE = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)")
_LIQUID = re.compile(
    r"\{\{-?\s*(?:site\.(?P<site>url|baseurl)"
    r"|(?P<quote>[\"'])(?P<text>[^\"'{}]*)(?P=quote)\s*\|\s*(?P<filter>relative_url|absolute_url))"
    r"\s*-?\}\}(?P<before>(?=\{%-?\s*(?:post_url|link)\s))?|\{%-?\s*(?P<tag>post_url|link)\s+(?P<file>[^%{}]*?)\s*-?%\}"
)
_TAG = re.compile(r"\{%-?\s*(?:post_url|link)\s")
_WIKI = re.compile(r"(!?)\[\[([^\[\]|#\n]*)(#[^\[\]|\n]*)?(?:\|([^\[\]\n]*))?\]\]")
_CALLOUT = re.compile(r"^([ \t]*(?:>[ \t]*)+)\[!([\w-]+)\][+-]?[ \t]*(.*)$")
_HIGHLIGHT = re.compile(r"==(?=\S)([^=\n]+)(?<=\S)==")
_BLOCK_NAME = re.compile(r"[ \t]\^[A-Za-z0-9-]+$")
_PELICAN = re.compile(
    r"(?:\{|\||%7B)(filename|static|attach|tag|category|author|index)(?:\}|\||%7D)(.*)",
    re.IGNORECASE | re.DOTALL,
)
_TEXTS = (".md", ".markdown", ".mkd", ".rst", ".txt", ".html", ".htm")
_IMAGES = (".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".avif", ".bmp")


class Links:
    """The posts of a site by their files."""

    def __init__(self, posts: Sequence[tuple[Post, str]], site: Site) -> None:
        self._site = site
        self._pages = {str(post.location or post.path): link for post, link in posts}
        self._names: dict[str, str] = {}
        for post, link in posts:
            for name in (str(post.path.with_suffix("")), post.path.stem, post.title or ""):
                self._names.setdefault(name.lower(), link)

    def source(self, post: Post) -> str:
        """The body, where what the engine puts in the place of an address stands already."""
        match post.engine:
            case "jekyll" if "{" in post.body:
                return _outside_code(post.body, lambda text: _LIQUID.sub(self._liquid, text))
            case "plain":
                return _outside_code(_without_comments(post.body), self._notes)
            case _:
                return post.body

    def _liquid(self, found: re.Match[str]) -> str:
        """What is no post, or needs more than this, stays as it is written."""
        root = self._site.url.rstrip("/")
        base = urlsplit(root).path
        if found["site"] == "baseurl":  # Jekyll 3 needed it before a tag, Jekyll 4 adds it there
            return "" if found["before"] is not None else base
        if found["site"]:
            return root.removesuffix(base)
        if found["filter"]:
            start = base if found["filter"] == "relative_url" else root
            return f"{start}/{found['text'].lstrip('/')}"
        name = found["file"].strip("\"'").lstrip("/")
        known = self._names if found["tag"] == "post_url" else self._pages
        page = known.get(name.lower() if found["tag"] == "post_url" else name)
        if page:
            return urlsplit(page).path
        is_post = found["tag"] == "post_url" or "_posts/" in name
        return found[0] if is_post else f"{base}/{name}"

    def _notes(self, text: str) -> str:
        """Also what Obsidian alone knows: callouts, highlights, and the names of blocks."""
        text = _CALLOUT.sub(lambda found: f"{found[1]}**{found[3] or found[2].title()}**", text)
        text = _HIGHLIGHT.sub(r"**\1**", _BLOCK_NAME.sub("", text))
        return _WIKI.sub(self._wiki, text)

    def _wiki(self, found: re.Match[str]) -> str:
        """A link if the note is published, else its text; an embedded image is one."""
        embedded, name, anchor, label = found[1], found[2].strip(), found[3] or "", found[4]
        if embedded and name.lower().endswith(_IMAGES):
            return f"![{posixpath.basename(name)}](<{name}>)"
        text = label or name or anchor.lstrip("#^")
        link = self._names.get(name.lower().removesuffix(".md"))
        if name and link is None:
            return text
        fragment = f"#{slugify(anchor[1:].lstrip('^'), mode='default').lower()}" if anchor else ""
        return f"[{text}]({link or ''}{fragment})"

    def resolver(self, post: Post) -> Callable[[str], str | None]:
        """Addresses as this post writes them -> of the web; None: the file of no post."""

        def resolve(address: str) -> str | None:
            return self._resolved(address.strip(), post)

        return resolve

    def _resolved(self, address: str, post: Post) -> str | None:
        if post.engine == "jekyll" and _TAG.search(unquote(address)):
            return None
        if post.engine == "zola" and address.startswith("@/"):
            return self._page(address[2:])
        if post.engine == "pelican" and (found := _PELICAN.match(address)):
            return self._pelican(found[1].lower(), unquote(found[2]), post)
        path, mark, anchor = address.partition("#")
        if not path.lower().endswith(_TEXTS) or ":" in path.partition("/")[0]:
            return address
        here = post.location or post.path
        target = (
            unquote(path.lstrip("/")) if path[0] == "/" else _beside(here.parent.as_posix(), path)
        )
        page = self._pages.get(target)
        return address if page is None else page + mark + anchor

    def _page(self, path: str) -> str | None:
        """A section's page is its folder's."""
        file, mark, anchor = unquote(path).partition("#")
        folder, _, name = file.rpartition("/")
        if name.startswith("_index."):
            return f"{self._site.root}{quote(folder)}/{mark}{anchor}".replace("//#", "/#")
        page = self._pages.get(file)
        return page and page + mark + anchor

    def _pelican(self, kind: str, target: str, post: Post) -> str | None:
        if kind == "index":
            return self._site.root
        if kind in {"tag", "category", "author"}:
            return f"{self._site.root}{kind}/{slugify(target, mode='default').lower()}.html"
        here = (post.location or post.path).parent.as_posix()
        path = target.lstrip("/") if target.startswith("/") else _beside(here, target)
        file, mark, anchor = path.partition("#")
        if kind == "filename" and file.lower().endswith(_TEXTS):
            page = self._pages.get(file)
            return page and page + mark + anchor
        return self._site.root + quote(path, safe="/#?=&")


def _beside(folder: str, path: str) -> str:
    return posixpath.normpath(posixpath.join(folder, unquote(path)))


def _without_comments(body: str) -> str:
    """Without what stands between `%%` and `%%`, also over several lines, which stay as blanks.

    A comment that never ends hides the rest: better too little than what was not for readers.
    """
    lines, fence, hidden = body.split("\n"), "", False
    for number, line in enumerate(lines):
        mark = _FENCE.match(line)
        if fence:
            fence = "" if mark and mark[1].startswith(fence) else fence
        elif mark and not hidden:
            fence = mark[1]
        elif hidden or "%%" in line:
            lines[number], hidden = _uncommented(line, hidden=hidden)
    return "\n".join(lines)


def _uncommented(line: str, *, hidden: bool) -> tuple[str, bool]:
    """What is left of a line, and whether it ends within a comment. `%%` in code is none."""
    codes = [code.span() for code in _CODE.finditer(line)] if not hidden else []
    kept, at = [], 0
    for found in re.finditer("%%", line):
        if any(start < found.start() < end for start, end in codes):
            continue
        if not hidden:
            kept.append(line[at : found.start()])
        hidden, at = not hidden, found.end()
    return "".join([*kept, "" if hidden else line[at:]]), hidden


def _outside_code(body: str, change: Callable[[str], str]) -> str:
    """Change the lines that are no code, and in them what is no code."""
    lines, fence = body.split("\n"), ""
    for number, line in enumerate(lines):
        mark = _FENCE.match(line)
        if mark and not fence:
            fence = mark[1]
        elif fence:
            if mark and mark[1].startswith(fence) and not line.strip(" `~"):
                fence = ""
        elif not line.startswith(("    ", "\t")):
            lines[number] = _changed(line, change)
    return "\n".join(lines)


def _changed(line: str, change: Callable[[str], str]) -> str:
    parts, at = [], 0
    for code in _CODE.finditer(line):
        parts += [change(line[at : code.start()]), code[0]]
        at = code.end()
    return "".join([*parts, change(line[at:])])
