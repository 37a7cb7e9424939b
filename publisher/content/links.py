"""Translate links between posts, as each engine writes them, to URLs. Pure.

The path of a file stands for its page: `@/blog/a.md` (Zola), `{filename}a.md` (Pelican), `../a.md`
(Hugo, Eleventy, plain folders), `[[A]]` (Obsidian), and the targets of template tags. Links in code
samples are left alone.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import quote, unquote, urlsplit

from publisher.content import generator_links
from publisher.content.generator_links import (
    NOTES,
    OTHER_TEXTS,
    TEXT_FILES,
    Targets,
    apart,
    relative_to,
    splits,
)
from publisher.text import markdown_code
from publisher.text.slugs import github_slug
from publisher.text.uris import ROOT_IMAGE, uri

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from publisher.config import Site
    from publisher.content.templates.site_content import SiteContent
    from publisher.post import LinkSyntax, Post
    from publisher.text.yaml_document import Value

# What a link names: its kind ("address", "note", or the kind of a template tag) and its target.
Lookup: TypeAlias = tuple[str, str]

_OF_WEB = re.compile(r"https?:|mailto:|//|#|\Z")
_TAG = re.compile(r"\{\{[<%]|\{%")
# In a table a backslash stands before the bar.
_WIKI = re.compile(r"(!?)\[\[([^\[\]|#\n]*?)(#[^\[\]|\n]*?)?(?:\\?\|([^\[\]\n]*))?\]\]")
_SIZE = re.compile(r"\d+(?:x\d+)?", re.ASCII)
_SIZE_OF_IMAGE = re.compile(
    r"(!\[(?:[^\[\]|\n]*?(?=\\?\|))?)(?:\\?\|)?[ \t]*\d+(?:x\d+)?[ \t]*(?=\]\()", re.ASCII
)
_CALLOUT = re.compile(r"^([ \t]*(?:>[ \t]*)+)\[!([\w-]+)\][+-]?[ \t]*(.*)$", re.MULTILINE)
_HIGHLIGHT = re.compile(r"==(?=\S)([^=\n]+)(?<=\S)==")
_BLOCK_NAME = re.compile(r"[ \t]\^[A-Za-z0-9-]+$", re.MULTILINE)
# A role of Nikola without a text of its own, and what would end or mark up its text.
_DOC = re.compile(r"(?<![\w`]):doc:`([^`<>\n]+)`")
_OF_RST = re.compile(r"[\\`<>*_|]")
_OF_NAMES = "/:!$&'*+,;=@~"  # with which a name begins or goes on in a URL as it is
_IMAGES = (".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".avif", ".bmp")


class Links:
    """The posts of a site, found by their files and names."""

    def __init__(
        self,
        posts: Iterable[tuple[Post, str]],
        site: Site,
        settings: Mapping[str, Value] | None = None,
        url_path_of: Callable[[PurePosixPath], str | None] | None = None,
        content: SiteContent | None = None,
        *,
        attachment: Callable[[str, PurePosixPath], str | None] | None = None,
        list_page: Callable[[str, str, str | None], str | None] | None = None,
        other_page: Callable[[str, str, str | None], str | None] | None = None,
    ) -> None:
        """`posts` are (post, URL of its page). `content` is what templates read of the whole site.

        `url_path_of` returns the URL path of a file of the site that is no post, or None; by
        default it is the path of the file. `attachment` does so for the name of a file in the note
        with a path; by default there is none. `list_page` and `other_page` are those of `Reading`.
        """
        self.settings = settings or {}
        self.content = content
        self._url_path_of = url_path_of or (lambda file: quote(f"/{file}"))
        self._attachment = attachment or (lambda name, note: None)
        self._list_page = list_page or (lambda kind, name, language: None)
        self._other_page = other_page or (lambda kind, name, language: None)
        self._site = site
        self._posts = posts
        self._records: dict[PurePosixPath, list[dict[Lookup, str | None]]] = {}

    @cached_property
    def _targets(self) -> Targets:
        """What links lead to.

        Made when a link needs them: most posts have only addresses of the web.
        """
        pages: dict[str, str] = {}
        by_name: dict[str, str] = {}
        titles: dict[str, str] = {}
        files: list[tuple[dt.datetime, Sequence[tuple[str, str]]]] = []
        for post, link in self._posts:
            pages[str(post.location or post.path)] = link
            path = str(post.path).removesuffix(post.path.suffix)
            stem = path.rpartition("/")[2]
            inside = path.replace("_posts/", "", 1)  # of `blog/_posts/a` Jekyll says `blog/a`
            names = (path, inside, stem, post.title or "", post.slug)
            for name in filter(None, names):  # a missing title matches nothing
                by_name.setdefault(name.lower(), link)
            if post.title:
                titles[link] = post.title
            files += [(post.published, post.files)] if post.files else []
        moved = generator_links.moved(files)
        return Targets(
            pages, by_name, titles, self._site.root, moved, self._url_path_of, self._list_page,
            self._other,
        )  # fmt: skip

    @property
    def _pages(self) -> Mapping[str, str]:
        return self._targets.pages

    @property
    def _names(self) -> Mapping[str, str]:
        return self._targets.names

    def of(self, post: Post) -> PostLinks:
        """Return the links of one post, with a record of their own."""
        links = PostLinks(self, post)
        self._records.setdefault(post.path, []).append(links.answers)
        return links

    def answers(self, post: Post) -> dict[Lookup, str | None]:
        """What was looked up for a post and may have another answer one day, with the answers."""
        records = self._records.pop(post.path, [])
        answers = {key: one for record in records for key, one in record.items()}
        self._records[post.path] = [answers]
        finds_files = post.syntax.links in {"wiki", "pages"}
        return {
            (kind, target): answer
            for (kind, target), answer in answers.items()
            if kind != "address" or not (answer == target and _is_fixed(target, finds_files))
        }

    def note(self, name: str) -> str | None:
        """Return the URL of a note by its name in `[[...]]`; None if it is not published.

        The name may be the end of the note's path.
        """
        key = name.lower().removesuffix(".md").strip("/")
        return self._names.get(key) or self._ends.get(key)

    @cached_property
    def _ends(self) -> Mapping[str, str]:
        """The URLs of pages by each end of the paths of their files, without extension."""
        ends: dict[str, str] = {}
        for path, link in self._pages.items():
            parts = PurePosixPath(path.lower()).with_suffix("").parts
            for start in range(len(parts)):
                ends.setdefault("/".join(parts[start:]), link)
        return ends

    def attachment(self, name: str, note: PurePosixPath) -> str | None:
        """Return the URL of a file that a note calls by its name; None if there is none."""
        path = self._attachment(name, note)
        return path and self._site.root.rstrip("/") + path

    def page_of(self, kind: str, target: str, post: Post | None = None) -> str | None:
        """Return the URL path that a template tag names; None if there is none.

        `post_url` and `slug` name a post, `link` names a file of the site, and `ref` names a file
        below or next to that of `post`. `title` asks for the title of the post with a slug.
        """
        match kind:
            case "title":
                return generator_links.title_of_slug(target, self._targets)
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
        # The URL of a post is not its path, so a post that is not published has none.
        if "_posts/" in path or not file.parts or file.parts[0] == "..":
            return None
        url_path = self._url_path_of(file)
        return url_path and urlsplit(self._site.url.rstrip("/")).path + url_path

    def _reference(self, target: str, post: Post | None) -> str | None:
        """Resolve a reference of Hugo.

        It may be `a.md`, `/blog/a.md`, `a`, or the folder of a page bundle; `#head` is a heading of
        this page, `/` the site's root.
        """
        path, mark, anchor = target.partition("#")
        here = (post.location or post.path).parent.as_posix() if post else "."
        if not path:
            return mark + anchor
        bare, language = path.strip("/"), post.language if post else None
        if not bare:  # the home page of the language
            files = generator_links.files_of_hugo("", language)
            home = next(filter(None, map(self._page_at, files)), self._site.root)
            return urlsplit(home).path + mark + anchor
        # A rooted path begins at the folder of a language, which may lie in that of the content.
        above = [folder.as_posix() for folder in reversed(PurePosixPath(here).parents)][1:]
        for name in (relative_to(here, path), bare, *(f"{folder}/{bare}" for folder in above)):
            for file in generator_links.files_of_hugo(name, language):
                if page := self._page_at(file):
                    return urlsplit(page).path + mark + anchor
        stem = bare.rpartition("/")[2].removesuffix(".md").lower()
        page = self._names.get(bare.removesuffix(".md").lower()) or self._names.get(stem)
        page = page or self._other("name", stem, language)
        return page and urlsplit(page).path + mark + anchor

    def _page_at(self, file: str) -> str | None:
        """The URL of the page of a file, whether it is a post or not."""
        return self._pages.get(file) or self._other("path", file)

    def _other(self, kind: str, name: str, language: str | None = None) -> str | None:
        """The URL of a page that is no post."""
        page = self._other_page(kind, name, language)
        return page and (self._site.root.rstrip("/") + page if page[0] == "/" else uri(page))

    def resolved(self, url: str, post: Post) -> str | None:
        """Translate a URL as this post writes it; None for the path of a file that is no post."""
        # A template tag that was not evaluated.
        if "%7B" in url and _TAG.match(unquote(url)):
            return None
        match post.syntax.links:
            case "at-paths" if url.startswith("@/"):
                return self._page(url[2:])
            case "braces" if match := generator_links.PELICAN.match(url):
                return generator_links.of_pelican(match, post, self._targets)
            case ("root-images" | "asset-images") as syntax if url.startswith(ROOT_IMAGE):
                return self._image(url.removeprefix(ROOT_IMAGE), syntax, post)
            case "link-urls" if match := generator_links.NIKOLA.fullmatch(url):
                return generator_links.of_nikola(match, post, self._targets)
            case syntax:
                ways = {"wiki": self._of_note, "pages": self._of_page}
                return ways.get(syntax, self._path)(url, post)

    def _image(self, path: str, syntax: LinkSyntax, post: Post) -> str:
        if syntax == "asset-images" and not path.startswith("/"):
            # Beside a page `a.html` Hexo puts the pictures into a folder `a`.
            page = urlsplit(post.address or post.page).path
            folder = page.rpartition("/")[2].removesuffix(".html")
            return f"./{folder}/{path}" if folder else path
        return self._site.root + path.lstrip("/").removeprefix("./")

    def _path(self, url: str, post: Post) -> str | None:
        """Translate a relative path of a text file; any other URL is returned as it is."""
        path, mark, anchor = url.partition("#")
        # A colon in the first segment means that the URL has a scheme (RFC 3986 section 4.2).
        if not path.lower().endswith(TEXT_FILES) or ":" in path.partition("/")[0]:
            return url
        here = (post.location or post.path).parent.as_posix()
        target = unquote(path.lstrip("/")) if path[0] == "/" else relative_to(here, path)
        page = self._page_at(target)
        # Ordinary URLs, too, may end in .html or .txt, so a path that is no post stays.
        return url if page is None else page + mark + anchor

    def _of_page(self, url: str, post: Post) -> str | None:
        """Translate the path of a page, by its file without extension; any other URL stays."""
        path = url.partition("#")[0].partition("?")[0]
        if not path or path.startswith("//") or ":" in path.partition("/")[0]:
            return self._path(url, post)
        here = (post.location or post.path).parent
        # A rooted path begins at the folder of a language, which may lie in that of the content.
        folders = [here] if path[0] != "/" else [*reversed(here.parents), here]
        name = unquote(path.strip("/"))
        for folder in folders:
            file = relative_to(str(folder), quote(name))
            stems = (f"{file}/index", file)
            names = [f"{stem}{end}.md" for stem in stems for end in (f".{post.language}", "")]
            for one in (*names, file):
                if page := self._page_at(one):
                    return page + url[len(path) :]
        return self._path(url, post)

    def _of_note(self, url: str, post: Post) -> str | None:
        """Translate a path, which may name a file anywhere in the vault, and a heading's text.

        None for a note that is not published: its path may be as private as its text.
        """
        if not url or url[0] in "#?" or url.startswith("//") or ":" in url.partition("/")[0]:
            return self._path(url, post)
        for path, mark, heading in splits(url):
            name = unquote(path)
            if page := self._page_of_note(name, post):
                return page + mark + github_slug(unquote(heading).removeprefix("^"))
            is_file = not name.lower().endswith((*NOTES, "/"))
            if is_file and (file := self.attachment(name, post.path)):
                return file + mark + heading
        path, _ = apart(url)
        # On the site, a URL from its root or of a folder may be a page that no note makes.
        is_of_vault = path[0] != "/" and path[-1] != "/" and "." not in path.rpartition("/")[2]
        is_note = unquote(path).lower().endswith(NOTES)
        return None if is_of_vault or is_note or self._has_note(url, post) else url

    def _page_of_note(self, name: str, post: Post) -> str | None:
        """The page of a note by its path, from the note that names it or the end of its own."""
        here = (post.location or post.path).parent.as_posix()
        beside = posixpath.normpath(posixpath.join(here, name))
        file = name.lstrip("/") if name[0] == "/" else beside
        page = self._pages.get(file) or self._pages.get(f"{file}.md")
        if page or name[-1] == "/" or name.lower().endswith(OTHER_TEXTS):
            return page
        return self.note(file) or self.note(name)

    def _has_note(self, url: str, post: Post) -> bool:
        """Whether a path without the ending of a note names one of the vault."""
        names = (unquote(path).rstrip("/") for path, _, _ in splits(url))
        return any(name and self.attachment(f"{name}.md", post.path) for name in names)

    def _page(self, path: str) -> str | None:
        """Translate a path of Zola; the page of a section is that of its folder."""
        written, mark, anchor = path.partition("#")
        file = unquote(written)
        folder, _, name = file.rpartition("/")
        page = self._page_at(file)
        if page is None and name.startswith("_index."):
            return f"{self._site.root}{quote(folder)}/{mark}{anchor}".replace("//#", "/#")
        return page and page + mark + anchor


def _is_fixed(url: str, finds_files: bool) -> bool:
    """Whether a URL that stands for itself does so whatever files there are."""
    if _OF_WEB.match(url):
        return True
    path = url.partition("#")[0].partition("?")[0]
    is_plain = ":" not in path and not path.startswith(("@", "{"))
    return is_plain and not (finds_files or path.lower().endswith(TEXT_FILES))


class PostLinks:
    """The links of one post. `answers` records every lookup so far with its result.

    The cache stores them to find out whether a link of a cached post leads elsewhere today.
    """

    def __init__(self, links: Links, post: Post) -> None:
        self.answers: dict[Lookup, str | None] = {}
        self._links = links
        self._post = post

    def resolve(self, url: str) -> str | None:
        """Translate a URL as the post writes it; None for the path of a file that is no post."""
        return self._record(("address", url.strip()))

    def page_of(self, kind: str, target: str) -> str | None:
        """Return the URL path that a template tag of the post names; see `Links.page_of`."""
        return self._record((kind, target))

    def site_value(self, name: str) -> object:
        """Return a value of the whole site; see `SiteContent.value`."""
        self._record(("site", name))
        return self._links.content and self._links.content.value(name)

    def included(self, kind: str, name: str) -> str | None:
        """Return the text of a file that a tag of the post includes; None if there is none."""
        self._record((kind, name))
        return self._included(kind, name)

    def _included(self, kind: str, name: str) -> str | None:
        files = self._links.content and self._links.content.files
        beside = self._post.path if kind == "include_relative" else None
        return files.include(name, beside) if files else None

    def include_problem(self, kind: str, name: str) -> str:
        """Why a file that a tag of the post includes is not read; empty if there is none."""
        files = self._links.content and self._links.content.files
        beside = self._post.path if kind == "include_relative" else None
        return files.include_problem(name, beside) if files and name else ""

    @property
    def data_problems(self) -> Mapping[str, str] | None:
        """What data of the site cannot be read; None if templates read no data."""
        files = self._links.content and self._links.content.files
        return files.problems if files else None

    def body(self) -> str:
        """Return the body with links that need other posts for their text rewritten.

        In a plain folder it is Obsidian's syntax that becomes Markdown.
        """
        if self._post.syntax.links == "link-urls" and self._post.markup == "rest":
            return _DOC.sub(self._with_title, self._post.body)
        if self._post.syntax.links != "wiki":
            return self._post.body
        return markdown_code.outside(_without_comments(self._post.body), self._rewrite_notes)

    def _with_title(self, match: re.Match[str]) -> str:
        """Nikola's role with the title of the post that it names."""
        title = self._record(("title", match[1].partition("#")[0]))
        words = title and _OF_RST.sub(r"\\\g<0>", title)
        return f":doc:`{words} <{match[1]}>`" if words else match[0]

    def look_up(self, lookup: Lookup) -> str | None:
        """Look up a link without recording it, for the cache."""
        match lookup:
            case "address", url:
                return self._links.resolved(url, self._post)
            case "note", name:
                return self._links.note(name)
            case "site", name:
                return self._links.content.digest(name) if self._links.content else None
            case kind, name if kind.startswith("include"):
                text = self._included(kind, name)
                return text if text is None else hashlib.sha256(text.encode()).hexdigest()
            case "file", name:
                return self._links.attachment(name, self._post.path)
            case kind, target:
                return self._links.page_of(kind, target, self._post)

    def _record(self, lookup: Lookup) -> str | None:
        if lookup not in self.answers:
            self.answers[lookup] = self.look_up(lookup)
        return self.answers[lookup]

    def _rewrite_notes(self, text: str) -> str:
        """Rewrite links between notes, callouts and highlights; remove the names of blocks."""
        text = _CALLOUT.sub(lambda match: f"{match[1]}**{match[3] or match[2].title()}**", text)
        text = _HIGHLIGHT.sub(r"**\1**", _BLOCK_NAME.sub("", text))
        text = _SIZE_OF_IMAGE.sub(r"\1", text)
        return _WIKI.sub(self._rewrite_note_link, text)

    def _rewrite_note_link(self, match: re.Match[str]) -> str:
        """Rewrite a link to a note or a file, or leave its text if neither is on the site.

        An embedded image becomes an image, any other file a link. A heading without the name of a
        note is one of this note; of several, the last counts.
        """
        embedded, name, anchor = match[1], match[2].strip(), match[3] or ""
        label = (match[4] or "").replace("\\|", "|")
        name, anchor = self._apart(name, f"{match[2]}{anchor}".strip())
        # The source of a note is no file of the site.
        is_file = PurePosixPath(name).suffix.lower() not in {"", *TEXT_FILES}
        file = self._record(("file", name)) if is_file else None
        if embedded and name.lower().endswith(_IMAGES):
            # In the name of a file `#`, `?` and `%` are characters like others.
            source = file or quote(name, safe=_OF_NAMES)
            return _image_of(source, posixpath.basename(name), label)
        text = label.replace("|", "&#124;")
        link = self._record(("note", self._full(name))) if name else ""
        heading = anchor.rpartition("#")[2].strip().removeprefix("^")
        target = f"{link}#{github_slug(heading)}" if link is not None and heading else link
        # The part of a file that a program shows, e.g. `#page=3` of a PDF.
        target = file and file + quote(anchor, safe=f"#{_OF_NAMES}") if link is None else target
        if not target:  # the folders and the headings of a note may be as private as its text
            return text or PurePosixPath(name).name or anchor.lstrip("#^") or match[0]
        return f"[{text or name or anchor.lstrip('#^')}]({target})"

    def _apart(self, name: str, whole: str) -> tuple[str, str]:
        """The name of a note or a file, and the heading in it.

        A `#` may be in the name: then the longest one counts that the vault has.
        """
        for path, mark, heading in splits(whole):
            kinds = (("note", self._full(path)), ("file", path), ("file", f"{path}.md"))
            if path == name or any(self._record(kind) for kind in kinds):
                return path.strip(), mark + heading
        return name, whole[len(name) :]

    def _full(self, name: str) -> str:
        """The name of a note; a relative path becomes one from the top of the vault."""
        if name[:1] != ".":
            return name
        here = (self._post.location or self._post.path).parent
        return posixpath.normpath(f"/{here}/{name}").lstrip("/")


def _image_of(url: str, name: str, label: str) -> str:
    """An embedded image. The label is its alternative text, its size, or both: `text|300x200`."""
    text, _, last = label.rpartition("|")
    alternative = text if _SIZE.fullmatch(last.strip()) else label
    return f"![{alternative.strip() or name}]({url})"


def _without_comments(body: str) -> str:
    """Remove Obsidian comments (`%%` to `%%`), but keep their line breaks.

    A comment that never ends hides the rest of the body: better too little than text that was not
    meant for readers. `%%` within code begins no comment.
    """
    if "%%" not in body:
        return body
    codes = [*markdown_code.spans(body)]
    kept, at, hidden = [], 0, False
    for match in re.finditer("%%", body):
        start = match.start()
        if not hidden and markdown_code.is_within(start, codes):
            continue
        kept.append("\n" * body.count("\n", at, start) if hidden else body[at:start])
        hidden, at = not hidden, match.end()
    kept.append("\n" * body.count("\n", at) if hidden else body[at:])
    return "".join(kept)
