"""Read titles and summaries that their authors wrote as HTML: readers show them as plain text.

Only what is certainly markup is taken for it, so that no word is lost: "The <b> element" stays as
it is. Pure.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Literal, TypeAlias

from publisher.text.characters import legal

if TYPE_CHECKING:
    from collections.abc import Iterator

# How a site shows titles. `text`: as they are written. `html`: its templates take them for HTML.
# `elements`: most templates escape them, but those of a site whose titles hold whole elements do
# not.
TitleSyntax: TypeAlias = Literal["text", "elements", "html"]

# Phrasing elements that have a start tag and an end tag (HTML 4.5).
_ELEMENT = re.compile(
    r"<(abbr|acronym|a|big|b|cite|code|del|dfn|em|font|ins|i|kbd|mark|q|samp|small|span|strike"
    r"|strong|sub|sup|s|time|tt|u|var)(?:[ \t][^<>]*)?>([^<>]*)</\1[ \t]*>",
    re.IGNORECASE,
)
_BREAK = re.compile(r"[ \t]*<(?:br|wbr)[ \t]*/?>[ \t]*", re.IGNORECASE)
_REFERENCE = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_MAX_DEPTH = 20  # elements within elements


def plain_title(written: str, syntax: TitleSyntax) -> str:
    """The text of a title or a summary: without tags, and with its character references resolved.

    What is left of it may look like a tag, because the author wrote `&lt;b&gt;`.
    """
    if syntax == "text" or ("<" not in written and "&" not in written):
        return written
    *_, text = _without_elements(written)
    if syntax == "elements" and text == written:
        return written
    text = _BREAK.sub(" ", text)
    text = legal(_REFERENCE.sub(lambda match: html.unescape(match[0]), text)).strip()
    return text or written


def _without_elements(text: str) -> Iterator[str]:
    """Yield the text, and then after each removal of the innermost tags."""
    yield text
    for _ in range(_MAX_DEPTH):
        before, text = text, _ELEMENT.sub(r"\2", text)
        if text == before:
            return
        yield text
