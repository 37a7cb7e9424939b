"""Links from post to post, as each engine writes them -> addresses of the web. Pure.

A file's path stands for its page: `@/blog/a.md` (Zola), `{filename}a.md` (Pelican), `../a.md`
(Hugo, Eleventy, plain), `[[A]]` (Obsidian), and what the tags of templates name. What stands in
code is left alone.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import quote, unquote, urlsplit

from publisher.text import markdown_code
from publisher.text.slugs import slugify
from publisher.text.uris import ROOT_IMAGE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from publisher.config import Site
    from publisher.post import LinkSyntax, Post
    from publisher.text.yaml_document import Value

# What is asked ("address", "note", or the kind of a tag), and the text that names the target.
Question: TypeAlias = tuple[str, str]

_TAG = re.compile(r"\{\{[<%]|\{%")
_WIKI = re.compile(r"(!?)\[\[([^\[\]|#\n]*)(#[^\[\]|\n]*)?(?:\|([^\[\]\n]*))?\]\]")
_CALLOUT = re.compile(r"^([ \t]*(?:>[ \t]*)+)\[!([\w-]+)\][+-]?[ \t]*(.*)$", re.MULTILINE)
_HIGHLIGHT = re.compile(r"==(?=\S)([^=\n]+)(?<=\S)==")
_BLOCK_NAME = re.compile(r"[ \t]\^[A-Za-z0-9-]+$", re.MULTILINE)
_PELICAN = re.compile(
    r"(?:\{|\||%7B)(filename|static|attach|tag|category|author|index)(?:\}|\||%7D)(.*)",
    re.IGNORECASE | re.DOTALL,
)
# https://getnikola.com/path_handlers.html; also what `:doc:` of reStructuredText becomes.
_NIKOLA = re.compile(r"link://(slug|filename|listing)/([^#]+)(#.*)?")
_TEXTS = (".md", ".markdown", ".mkd", ".rst", ".txt", ".html", ".htm")
_IMAGES = (".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".avif", ".bmp")


class Links:
    """The posts of a site by their files."""

    def __init__(
        self,
        posts: Sequence[tuple[Post, str]],
        site: Site,
        settings: Mapping[str, Value] | None = None,
        address_of: Callable[[PurePosixPath], str | None] | None = None,
    ) -> None:
        """`address_of` says where the site has a file that is no post; without, by its path."""
        self.settings = settings or {}
        self._address_of = address_of or (lambda file: quote(f"/{file}"))
        self._site = site
        self._pages = {str(post.location or post.path): link for post, link in posts}
        self._names: dict[str, str] = {}
        for post, link in posts:
            names = (str(post.path.with_suffix("")), post.path.stem, post.title or "", post.slug)
            for name in filter(None, names):  # who has no name is not meant by none
                self._names.setdefault(name.lower(), link)

    def of(self, post: Post) -> PostLinks:
        """The links of one post, with a record of its own."""
        return PostLinks(self, post)

    def note(self, name: str) -> str | None:
        """The page of a note, by the name that `[[...]]` gives it."""
        return self._names.get(name.lower().removesuffix(".md"))

    def page_of(self, kind: str, target: str, post: Post | None = None) -> str | None:
        """The page that a tag names; None if there is none.

        `post_url` and `slug` name a post, `link` a file of the site, `ref` a file below or beside
        that of `post`.
        """
        match kind:
            case "post_url" | "slug":
                page = self._names.get(target.lstrip("/").lower())
                return page and urlsplit(page).path
            case "link":
                return self._file(target.lstrip("/"))
            case _:
                return self._reference(target, post)

    def _file(self, path: str) -> str | None:
        page = self._pages.get(path)
        if page:
            return urlsplit(page).path
        file = PurePosixPath(posixpath.normpath(path))
        if "_posts/" in path or not file.parts or file.parts[0] == "..":
            return None
        found = self._address_of(file)
        return found and urlsplit(self._site.url.rstrip("/")).path + found

    def _reference(self, target: str, post: Post | None) -> str | None:
        """Hugo: `a.md`, `/blog/a.md`, `a`, the folder of a bundle; `#head` of this page; `/`."""
        path, mark, anchor = target.partition("#")
        here = (post.location or post.path).parent.as_posix() if post else "."
        if not path:
            return mark + anchor
        bare = path.strip("/")
        if not bare:  # of the whole site
            return urlsplit(self._site.root).path + mark + anchor
        for name in (_beside(here, path), bare):
            for file in (name, f"{name}.md", f"{name}/index.md"):
                if page := self._pages.get(file):
                    return urlsplit(page).path + mark + anchor
        stem = bare.rpartition("/")[2].removesuffix(".md").lower()
        found = self._names.get(bare.removesuffix(".md").lower()) or self._names.get(stem)
        return found and urlsplit(found).path + mark + anchor

    def resolved(self, address: str, post: Post) -> str | None:
        """An address as this post writes it -> one of the web; None: the file of no post."""
        if "%7B" in address and _TAG.match(unquote(address)):  # of a template, which found nothing
            return None
        match post.syntax.links:
            case "at-paths" if address.startswith("@/"):
                return self._page(address[2:])
            case "braces" if found := _PELICAN.match(address):
                return self._pelican(found[1].lower(), unquote(found[2]), post)
            case ("root-images" | "asset-images") as syntax if address.startswith(ROOT_IMAGE):
                return self._picture(address.removeprefix(ROOT_IMAGE), syntax)
            case "link-urls" if found := _NIKOLA.fullmatch(address):
                return self._nikola(found[1], unquote(found[2]), found[3] or "")
            case _:
                return self._path(address, post)

    def _picture(self, path: str, syntax: LinkSyntax) -> str:
        if syntax == "asset-images" and not path.startswith("/"):
            return path
        return self._site.root + path.lstrip("/").removeprefix("./")

    def _path(self, address: str, post: Post) -> str | None:
        """An address that may be the path of a file."""
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

    def _nikola(self, kind: str, target: str, anchor: str) -> str | None:
        """A slug may be written as a title."""
        if kind == "listing":
            return f"{self._site.root}listings/{quote(target)}.html"
        if kind == "filename":
            page = self._pages.get(target)
        else:
            slug = slugify(target, mode="default")
            page = self._names.get(target.lower()) or self._names.get(slug.lower())
        return page and page + anchor

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


class PostLinks:
    """Where the links of one post lead. `asked` holds every question so far, with its answer."""

    def __init__(self, links: Links, post: Post) -> None:
        self.asked: dict[Question, str | None] = {}
        self._links = links
        self._post = post

    def resolve(self, address: str) -> str | None:
        """An address as the post writes it -> one of the web; None: the file of no post."""
        return self._ask(("address", address.strip()))

    def page_of(self, kind: str, target: str) -> str | None:
        """The page that a tag of the post names; see `Links.page_of`."""
        return self._ask((kind, target))

    def notes(self) -> str:
        """The body, where the links between notes of a plain folder are those of Markdown."""
        if self._post.syntax.links != "wiki":
            return self._post.body
        return markdown_code.outside(_without_comments(self._post.body), self._notes)

    def answer(self, question: Question) -> str | None:
        """The answer to a question of an earlier run. Records nothing."""
        match question:
            case "address", address:
                return self._links.resolved(address, self._post)
            case "note", name:
                return self._links.note(name)
            case kind, target:
                return self._links.page_of(kind, target, self._post)

    def _ask(self, question: Question) -> str | None:
        if question not in self.asked:
            self.asked[question] = self.answer(question)
        return self.asked[question]

    def _notes(self, text: str) -> str:
        """Also what Obsidian alone knows: callouts, highlights, and the names of blocks."""
        text = _CALLOUT.sub(lambda found: f"{found[1]}**{found[3] or found[2].title()}**", text)
        text = _HIGHLIGHT.sub(r"**\1**", _BLOCK_NAME.sub("", text))
        return _WIKI.sub(self._wiki, text)

    def _wiki(self, found: re.Match[str]) -> str:
        """A link if the note is published, else its text; an embedded image is one.

        A head without a name is one of this note.
        """
        embedded, name, anchor, label = found[1], found[2].strip(), found[3] or "", found[4]
        if embedded and name.lower().endswith(_IMAGES):
            return f"![{posixpath.basename(name)}](<{name}>)"
        text = label or name or anchor.lstrip("#^") or found[0]
        link = self._ask(("note", name)) if name else ""
        fragment = f"#{slugify(anchor[1:].lstrip('^'), mode='default').lower()}" if anchor else ""
        if link is None or not link + fragment:
            return text
        return f"[{text}]({link}{fragment})"


def _beside(folder: str, path: str) -> str:
    return posixpath.normpath(posixpath.join(folder, unquote(path)))


def _without_comments(body: str) -> str:
    """Without what stands between `%%` and `%%`, also over several lines, which stay as blanks.

    A comment that never ends hides the rest: better too little than what was not for readers.
    `%%` in code is none.
    """
    if "%%" not in body:
        return body
    codes = [*markdown_code.spans(body)]
    kept, at, hidden = [], 0, False
    for found in re.finditer("%%", body):
        start = found.start()
        if not hidden and markdown_code.is_within(start, codes):
            continue
        kept.append("\n" * body.count("\n", at, start) if hidden else body[at:start])
        hidden, at = not hidden, found.end()
    kept.append("\n" * body.count("\n", at) if hidden else body[at:])
    return "".join(kept)
