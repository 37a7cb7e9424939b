"""The plain-text alternative of a body in Markdown: its source, for clients without XHTML. Pure.

Comments, scripts, styles and attribute lists are removed, and URLs are made absolute. Code stays as
it is written.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from publisher.content.html import absolute
from publisher.text import markdown_code
from publisher.text.uris import ROOT_IMAGE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.content.html import Resolve
    from publisher.post import Dialect

_BEGINS = re.compile(r"<!--|<(script|style)(?=[\s>])|\{::(comment)\}", re.IGNORECASE)
_ENDS = {
    "": re.compile("-->"),
    "script": re.compile(r"</script\s{0,9}>", re.IGNORECASE),
    "style": re.compile(r"</style\s{0,9}>", re.IGNORECASE),
    "comment": re.compile(r"\{:/(?:comment)?\}"),
}
_LIST = r"\{:(?!:)[^{}\n]{0,500}\}"
_TOC = r"\{:[^{}\n]*\btoc\b[^{}\n]*\}"
_LINE_END = r"[ \t]*(?:\n|\Z)"
# An item that kramdown replaces by a table of contents; attribute lists on a line of their own;
# attribute lists at the end of a line.
_ATTRIBUTES = re.compile(
    rf"^[ \t]*(?:[-*+]|[0-9]{{1,9}}\.)[ \t][^\n]*\n[ \t]*{_TOC}{_LINE_END}"
    rf"|^[ \t>]*(?:{_LIST}|\{{::options[^{{}}\n]*\}}){_LINE_END}|(?<=\S){_LIST}",
    re.MULTILINE,
)
_BLANK_TO_END = re.compile(r"[^\S\n]*+(?:\n|\Z)")
_HEADING_ID = re.compile(r"(?<=\S)[ \t]{1,9}\{#[\w:.-]{1,200}\}[ \t]*$", re.MULTILINE)
# The beginning of an image whose URL is relative: marked looks for it in the site's root.
_PICTURE = re.compile(r"!\[[^\[\]\n]{0,500}\]\([ \t]*<?(?![A-Za-z][\w+.-]*:|//|#|[\s<)])")
_URL = re.compile(
    r"(?P<before>\]\([ \t]*|^ {0,3}\[(?!\^)[^\[\]\n]{1,500}\]:[ \t]*)"
    r"(?:<(?P<framed>[^<>\n]{1,2000})>|(?P<bare>[^\s<>()]{1,2000}))",
    re.MULTILINE,
)


def plain_text_alternative(text: str, dialect: Dialect, base: str, resolve: Resolve) -> str:
    """Return the plain-text alternative of a body.

    `base` is the URL of the post's page; `resolve` is that of `content.render.render`.
    """

    def absolute_url(match: re.Match[str]) -> str:
        url = absolute(resolve(match["framed"] or match["bare"]) or "", base)
        return f"{match['before']}{url}" if url else match[0]

    text = _without_hidden(text)
    if dialect == "kramdown":
        text = markdown_code.replaced(text, _ATTRIBUTES, lambda _: "")
    if dialect == "marked":
        text = markdown_code.replaced(text, _PICTURE, lambda match: match[0] + ROOT_IMAGE)
    text = markdown_code.replaced(text, _HEADING_ID, lambda _: "")
    return markdown_code.replaced(text, _URL, absolute_url).strip()


def _without_hidden(text: str) -> str:
    """Remove comments, scripts and styles, with the lines that hold nothing else."""
    parts, at = [], 0
    for first, last in _hidden(text):
        start, end = _whole_lines(text, first, last, at)
        parts.append(text[at : max(start, at)])
        at = max(end, at)
    return "".join([*parts, text[at:]])


def _whole_lines(text: str, start: int, end: int, before: int) -> tuple[int, int]:
    """Extend a hidden part to whole lines if nothing else stands on them.

    `before` is the end of the previous hidden part. No character is examined twice, because one
    line may hold very many hidden parts.
    """
    line = text.rfind("\n", max(before - 1, 0), start) + 1
    shares_line = line == 0 < before  # with the previous hidden part
    behind = _BLANK_TO_END.match(text, end)
    if shares_line or text[line:start].strip() or not behind:
        return start, end
    return line, behind.end()


def _hidden(text: str) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of each comment, script and style that begins outside of code and ends."""
    codes, at = [*markdown_code.spans(text)], 0
    endless: set[str] = set()
    for match in _BEGINS.finditer(text):
        name = (match[1] or match[2] or "").lower()
        if match.start() < at or name in endless or markdown_code.is_within(match.start(), codes):
            continue
        if end := _ENDS[name].search(text, match.end()):
            at = end.end()
            yield match.start(), at
        else:
            # There is no end further on either, so it is searched for only once.
            endless.add(name)
