"""Warn of markup that readers will not get, with its line; find the URLs in a body. Pure.

Only a parser of the markup can tell a tag from a code sample that shows one. So when rendering
drops markup, the source is rendered a second time with marks that say where each tag and link
stands.
"""

from __future__ import annotations

import html as entities
import re
from bisect import bisect_left
from typing import TYPE_CHECKING
from urllib.parse import unquote

from lxml import etree
from msgspec import Struct

from publisher.content import first_words, rst
from publisher.content import markup as markups
from publisher.content.allowed_html import (
    MATH,
    NO_SCRIPT,
    SCHEMES,
    TAGS,
    TAGS_WITH_CONTENT,
    URL_ATTRIBUTES,
    absolute,
    frame_url,
    tags,
    unchanged,
)
from publisher.post import NO_OPTIONS
from publisher.text.characters import legal, short_line
from publisher.text.uris import ROOT_IMAGE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.content.allowed_html import Resolve
    from publisher.post import Dialect, MarkdownOptions

# Where the source may hold a tag or a link. A mark with the offset is inserted behind it: an
# attribute in a tag, a prefix to the URL of a link.
_MARKABLE = re.compile(r"<[a-z][\w:-]*(?=[\s/>])(?!//)|\]\(\s*+<?", re.IGNORECASE)
# Without a limit every link that has no target would copy the rest of the body.
_MAX_LINK_TEXT = 2_000  # characters of a link's text that are searched for its end
# Authors may write marks like ours; int() raises ValueError for more than 4,300 digits.
_MARK = re.compile(r"[0-9]{1,9}")
_MARKED = re.compile(rf"(?:at:({_MARK.pattern}):)?(.*)", re.DOTALL)
# Some authors put the URL behind empty brackets: `[text]()https://a.example/`. The URLs of
# Wikipedia contain parentheses.
_URL_BEHIND = re.compile(r">?\s*+\)[(<]?(https?://[^\s<>()]*(?:\([^\s<>()]*\)[^\s<>()]*)*)")

_MARKDOWN_LINK = re.compile(
    r"!?\[[^\[\]\n]{1,200}(?:\]\((?!\s)[^\s()]*\)?|\((?:https?:/|/)[^\s)]*)"
)


def warnings(
    html: str,
    source: str,
    markup: Dialect,
    base: str,
    first_line: int,
    *,
    resolve: Resolve,
    options: MarkdownOptions,
) -> tuple[tuple[int, str], ...]:
    """Return a warning for each piece of dropped markup: (line of the file, message).

    `html` is the rendered source; `first_line` is the number of the source's first line.
    """
    messages = set()
    if markup == "rest":
        messages = {(first_line + line - 1, message) for line, message in rst.html(source)[1]}
    if not any(_dropped_markup(html, source, base, resolve)):
        return tuple(sorted(messages))
    marked = _marked(source, markup, options)
    lines = LineNumbers(source, first_line)
    for message, at, sought in _dropped_markup(marked, source, base, resolve):
        messages.add((lines.line_of(sought) if at is None else lines.line(at), message))
    return tuple(sorted(messages))


class LineNumbers:
    """Maps offsets of a text to line numbers. `first` is the number of its first line."""

    def __init__(self, text: str, first: int) -> None:
        self._text, self._first = text, first
        self._breaks = [match.start() for match in re.finditer("\n", text)]
        self._offsets: dict[str, int] = {}

    def line(self, offset: int) -> int:
        return self._first + bisect_left(self._breaks, offset)

    def line_of(self, *sought: str) -> int:
        """Return the line of the first of `sought` that the text contains, else the first line."""
        return self.line(next((at for part in sought if (at := self._at(part)) >= 0), 0))

    def _at(self, part: str) -> int:
        if part not in self._offsets:
            self._offsets[part] = self._text.find(part)
        return self._offsets[part]


class BodyUrl(Struct, frozen=True):
    """A URL in a body.

    `tag` is the element that has it, `absolute` the URL that readers get, `written` the URL as its
    author wrote it, on line `line`. `rendered_urls` does not look at the source and leaves the last
    two empty and 0.
    """

    tag: str
    absolute: str
    written: str = ""
    line: int = 0


def rendered_urls(xhtml: str) -> Iterator[BodyUrl]:
    """Yield the URLs that readers get of a rendered body, except links within the body itself."""
    for tag in tags(xhtml):
        attributes = {} if tag.closes else tag.attributes
        for name in attributes.keys() & URL_ATTRIBUTES:
            if not attributes[name].startswith("#"):
                yield BodyUrl(tag.name, attributes[name])


def source_urls(
    body: str,
    *,
    markup: Dialect,
    base: str,
    first_line: int = 1,
    resolve: Resolve = unchanged,
    options: MarkdownOptions = NO_OPTIONS,
) -> Iterator[BodyUrl]:
    """Yield the URLs of a body with their places in the source, in the order of the text.

    Renders the body once more. A body that cannot be rendered yields nothing. Never raises.
    """
    source = legal(body)
    try:
        html = _marked(source, markup, options)
    except Exception:  # a parser may raise anything; `render` warns of it
        return
    lines = LineNumbers(source, first_line)
    for tag in tags(html):
        attributes = {} if tag.closes else tag.attributes
        mark = attributes.pop("data-at", "")
        for name in attributes.keys() & URL_ATTRIBUTES:
            place, written = _MARKED.findall(attributes[name])[0]
            at = place or (mark if _MARK.fullmatch(mark) else "")
            target = absolute(resolve(written) or "", base)
            if target and tag.name in TAGS:
                # The rules of marked put this in front of the URL; the author did not write it.
                written = written.removeprefix(ROOT_IMAGE)
                line = lines.line(int(at)) if at else lines.line_of(written)
                yield BodyUrl(tag.name, target, written, line)


def _marked(source: str, markup: Dialect, options: MarkdownOptions) -> str:
    """Return the HTML with marks: tags and links say at which offset of the source they stand."""
    if markup == "rest":
        return rst.marked(source)
    return markups.html(_MARKABLE.sub(_with_mark, source), markup, options)


def _with_mark(spot: re.Match[str]) -> str:
    mark = f' data-at="{spot.end()}"' if spot[0].startswith("<") else f"at:{spot.end()}:"
    return spot[0] + mark


def _dropped_markup(
    html: str, source: str, base: str, resolve: Resolve
) -> Iterator[tuple[str, int | None, str]]:
    """Yield what readers will not get: message, offset in the source or None, text to search for.

    The text is searched for in the source if the offset is not known.
    """
    for html_tag in tags(html):
        # Only the tags of <noscript> are dropped; its content is kept.
        if html_tag.closes or html_tag.name == NO_SCRIPT:
            continue
        tag, attributes = html_tag.name, html_tag.attributes
        mark = attributes.pop("data-at", "")
        at = int(mark) if _MARK.fullmatch(mark) else None
        if tag not in TAGS | MATH:
            yield _tag_message(tag, attributes, base), at, f"<{tag}"
            continue
        for name in attributes:
            if name.startswith("on"):
                yield f"the event handler {name} of <{tag}> is removed", at, name
        for name in attributes.keys() & URL_ATTRIBUTES:
            place, target = _MARKED.findall(attributes[name])[0]
            where = int(place) if place else at
            resolved = resolve(target)
            if resolved is None:
                file = short_line(_file_of(unquote(target)), 80)
                yield f'no post has the file "{file}"; the link to it is removed', where, target
            elif target.strip() and not absolute(resolved, base):
                yield url_message(target), where, target
            elif not target.strip() and at is None:  # written as Markdown, not as a tag
                text = _text_of(
                    attributes.get("alt", "") if tag == "img" else _link_content(html, html_tag.end)
                )
                yield _target_message(tag, text, source, where), where, f"[{text}]"


def _tag_message(tag: str, attributes: dict[str, str], base: str) -> str:
    if tag == "iframe":
        url = frame_url(attributes, base)
        outcome = f"becomes a link to {url}" if url else "has no http URL and is removed"
        return f"<iframe> {outcome}; readers load no frames"
    if tag in TAGS_WITH_CONTENT:
        return f"<{tag}> is removed with its content; readers do not show it"
    return f"<{tag}> is removed, its content stays; to show the tag itself, write &lt;{tag}&gt;"


def url_message(target: str) -> str:
    """Say that a URL has a scheme that is not allowed."""
    url, schemes = short_line(target, 40), ", ".join(sorted(SCHEMES))
    return f'the URL "{url}" is removed; readers follow only {schemes}'


def _file_of(target: str) -> str:
    """The file that a URL names, or the tag that names it, such as `{{< ref "a" >}}`."""
    return target if target.startswith(("{{", "{%")) else _text_of(target)


def _link_content(html: str, at: int) -> str:
    """Return the content of the link whose start tag ends at `at`, or its beginning."""
    return html[at : at + _MAX_LINK_TEXT].partition("</a")[0]


def _text_of(html: str) -> str:
    return " ".join(entities.unescape(re.sub(r"<[^<>]*>", "", html)).split())


def _target_message(tag: str, text: str, source: str, at: int | None) -> str:
    kind, mark = ("image", "!") if tag == "img" else ("link", "")
    message = f'the {kind} "{text}" has no target; write {mark}[text](URL)'
    behind = _URL_BEHIND.match(source, at) if at is not None else None
    if behind is None:
        return message
    url = behind[1].rstrip(".,;:!?")
    return f"{message}; its URL stands behind the brackets, so write {mark}[{text}]({url})"


def unrendered_links(xhtml: str) -> Iterator[tuple[str, bool]]:
    """Yield text that looks like a Markdown link or image but was not rendered as one.

    Each is (text without its closing parenthesis, whether it has one).
    """
    tree = etree.fromstring(f"<div>{xhtml}</div>")
    for element in tree.iter("pre", "code", "samp", "kbd"):
        element.tag, element.text = "gone", ""
    etree.strip_elements(tree, "gone", with_tail=False)
    for match in _MARKDOWN_LINK.finditer(first_words.text_of(tree)):
        yield match[0].removesuffix(")"), match[0].endswith(")")
