"""Read titles and summaries that their authors wrote in HTML or Markdown as plain text.

Readers show them as that. Only what is certainly markup is taken for it, so that no word is lost:
"The <b> element" stays as it is. Pure.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Literal, TypeAlias

from publisher.text import markdown_code
from publisher.text.characters import legal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# How a site shows titles. `text`: as they are written. `html`: its templates take them for HTML.
# `elements`: most templates escape them, but those of a site whose titles hold whole elements do
# not.
TitleSyntax: TypeAlias = Literal["text", "elements", "html"]

# Elements that have a start tag and an end tag, and whose text belongs to a title (HTML 4.3 to
# 4.5). The word in "The <video> tag" is no markup, not even within an element.
_ELEMENT = re.compile(
    r"<(abbr|acronym|a|bdi|bdo|big|b|center|cite|code|data|del|dfn|div|em|font|h[1-6]|ins|i|kbd"
    r"|label|mark|nobr|picture|p|q|rp|rt|ruby|samp|small|span|strike|strong|sub|sup|s|time|tt|u"
    r"|var)(?:[ \t](?:\"[^\"<]*+\"|'[^'<]*+'|[^<>])*+)?>"
    r"((?:[^<>]|<(?!\1\b)[a-z][a-z0-9]*+(?:[ \t][^<>]*+)?>)*+)</\1[ \t]*>",
    re.IGNORECASE,
)
_BREAK = re.compile(
    r"[ \t]*<br[ \t]*/?>[ \t]*|(?:(?<=</p>)|(?<=</div>)|(?<=</h[1-6]>))(?=[^\s])", re.IGNORECASE
)
_NOTHING = re.compile(
    r"<(script|style)(?:[ \t][^<>]*)?>(?:(?!<\1)[\s\S])*?</\1[ \t]*>"
    r"|<!--(?:(?!<!--)[\s\S])*?-->|<wbr[ \t]*/?>",
    re.IGNORECASE,
)
# Elements without an end tag (HTML 13.1.2). Without attributes they show nothing, so `<img>` is
# only named.
_VOID = re.compile(
    r"( ?)<(?:area|base|col|embed|hr|img|input|link|meta|param|source|track)"
    r"((?:[ \t]+[^\s<>=\"'/]+"
    r"(?:[ \t]*=[ \t]*(?:\"[^\"<]*\"|'[^'<]*'|[^\s<>\"']+))?)+)[ \t]*/?>( ?)",
    re.IGNORECASE,
)
_ATTRIBUTE = re.compile(r"[ \t]([^\s=]+)[ \t]*=[ \t]*(?:\"([^\"]*)\"|'([^']*)'|(\S+))")
_REFERENCE = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_MAX_DEPTH = 20  # elements within elements
# Spans of Markdown, of each of which readers see the first group (CommonMark 6). An image comes
# before a link, because a link may hold one, and strong emphasis before emphasis.
_TARGET = r"(?:\([^()\s]{0,500}(?:[ \t]+\"[^\"]{0,200}\")?\)|\[[^\[\]]{0,200}\])"
_SPANS = [
    re.compile(span)
    for span in (
        rf"!\[([^\[\]]{{0,200}})\]{_TARGET}",
        rf"\[([^\[\]]{{1,200}})\]{_TARGET}",
        r"<((?:https?|mailto):[^<>\s]{1,500})>",
        r"\*\*(?![\s*])([^*]{1,200})(?<!\s)\*\*",
        r"\*(?![\s*])([^*]{1,200})(?<!\s)\*",
        r"(?<!\w)__(?![\s_])([^_]{1,200})(?<!\s)__(?!\w)",
        r"(?<!\w)_(?![\s_])([^_]{1,200})(?<!\s)_(?!\w)",
        r"~~(?![\s~])([^~]{1,200})(?<!\s)~~",
    )
]
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
# A number in the place of a text that is no markup, between characters for private use.
_LITERAL = re.compile("\ue000([0-9]{1,6})\ue000")


def plain_title(written: str, syntax: TitleSyntax) -> str:
    """The text of a title or a summary: without tags, and with its character references resolved.

    Empty if it holds nothing but scripts, or pictures without an alternative text.

    What is left of it may look like a tag, because the author wrote `&lt;b&gt;`.
    """
    if syntax == "text" or ("<" not in written and "&" not in written):
        return written
    shown = _VOID.sub(_alternative, _NOTHING.sub("", written))
    *_, text = _without_elements(_BREAK.sub(" ", shown))
    if syntax == "elements" and text == written:
        return written
    text = legal(_REFERENCE.sub(lambda match: html.unescape(match[0]), text)).strip()
    return text or shown.strip()


def _alternative(match: re.Match[str]) -> str:
    """The alternative text of an element without an end tag, still HTML, and the spaces around."""
    before, attributes, after = match.groups()
    if "=" not in attributes:
        return match[0]
    values = {name.lower(): "".join(value) for name, *value in _ATTRIBUTE.findall(attributes)}
    alternative = values.get("alt", "").strip().replace(">", "&gt;")  # the end of no tag
    return f"{before}{alternative}{after}" if alternative else before or after


def _without_elements(text: str) -> Iterator[str]:
    """Yield the text, and then after each removal of the innermost tags."""
    yield text
    for _ in range(_MAX_DEPTH):
        before, text = text, _ELEMENT.sub(r"\2", text)
        if text == before:
            return
        yield text


def plain_heading(written: str) -> str:
    """The text of a heading in Markdown, one line without its mark: no emphasis, links or tags.

    Empty if it shows nothing, e.g. only a picture without an alternative text.
    """
    literals: list[str] = []

    def kept(text: str) -> str:
        literals.append(text)
        return f"\ue000{len(literals) - 1}\ue000"

    line = _with_code(legal(written).replace("\ue000", ""), kept)
    line = _ESCAPED.sub(lambda match: kept(match[1]), line)
    for _ in range(_MAX_DEPTH):
        before = line
        for span in _SPANS:
            line = span.sub(r"\1", line)
        if line == before:
            break
    line = plain_title(line, "html")
    return " ".join(_LITERAL.sub(lambda match: literals[int(match[1])], line).split())


def _with_code(line: str, kept: Callable[[str], str]) -> str:
    """The line with the text of each code span as `kept` returns it (CommonMark 6.1)."""
    parts, position = [], 0
    for start, end in markdown_code.ticks(line):
        code = line[start:end].strip("`")
        is_padded = code.strip() and code[0] == code[-1] == " "
        parts += [line[position:start], kept(code[1:-1] if is_padded else code)]
        position = end
    return "".join([*parts, line[position:]])
