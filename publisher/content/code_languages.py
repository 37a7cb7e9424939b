"""Take the languages of blocks of code from the source, where the page of a post lacks them. Pure.

Pygments writes the colours of code into a page and not its language, so the pages of Pelican,
MkDocs and Nikola do not have it.
"""

from __future__ import annotations

import html as entities
import re
from typing import TYPE_CHECKING

from msgspec import Struct

from publisher.content.allowed_html import HtmlTag, names, tags

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_MAX_BLOCKS = 500  # of one post
_CODE = names("code pre")
_LANGUAGE = re.compile(r"(?:^|\s)(language-\S+)")
# A source may name a language: fences, Python-Markdown's `:::`, directives, tags, HTML.
_MAY_NAME = re.compile(r"```|~~~|:::|#!|\.\. |\{%|\[code|lang")


class _Block(Struct, frozen=True):
    """A block of code: its own tag, the language as a class (or empty), and the text."""

    tag: HtmlTag
    language: str
    text: str


def may_complete(html: str, source: str) -> bool:
    """Whether the page has code without a language, and the source may name one."""
    if "<pre" not in html or not _MAY_NAME.search(source):
        return False
    return any(not block.language for block in _blocks(html))


def completed(html: str, source: str) -> str:
    """The HTML of a page with the languages that the HTML of its source has for the same code."""
    known = _languages(source)
    parts, at = [], 0
    for block in _blocks(html):
        language = known.get(block.text, "")
        if language and not block.language:
            parts += [html[at : block.tag.start], _with_class(block.tag, language)]
            at = block.tag.end
    return "".join([*parts, html[at:]])


def _languages(source: str) -> Mapping[str, str]:
    """The language of each code; empty if the same code has several."""
    found: dict[str, str] = {}
    for block in _blocks(source):
        known = found.setdefault(block.text, block.language)
        if known != block.language:
            found[block.text] = ""
    return found


def _blocks(html: str) -> Iterator[_Block]:
    """The blocks of code. The tag is that of the only `<code>` in it, if there is one."""
    opened: list[HtmlTag] = []
    count = 0
    for tag in tags(html):
        if tag.name not in _CODE or not (opened or tag.name == "pre"):
            continue
        if not tag.closes:
            opened.append(tag)
        elif tag.name == "pre":
            yield _block(html, opened, tag)
            opened, count = [], count + 1
            if count >= _MAX_BLOCKS:
                return


def _block(html: str, opened: list[HtmlTag], end: HtmlTag) -> _Block:
    classes = " ".join(tag.attributes.get("class", "") for tag in opened)
    language = _LANGUAGE.search(classes)
    own = opened[1] if len(opened) == 2 else opened[0]
    text = _text(html[opened[0].end : end.start])
    return _Block(own, language[1] if language else "", text)


def _text(inner: str) -> str:
    """The code without the spaces at the ends of its lines, and empty lines around it."""
    parts, at = [], 0
    for tag in tags(inner):
        parts.append(inner[at : tag.start])
        at = tag.end
    text = entities.unescape("".join([*parts, inner[at:]]))
    return "\n".join(map(str.rstrip, text.split("\n"))).strip("\n")


def _with_class(tag: HtmlTag, name: str) -> str:
    classes = f"{tag.attributes.get('class', '')} {name}".strip()
    attributes = {**tag.attributes, "class": classes}
    written = "".join(f' {key}="{entities.escape(value)}"' for key, value in attributes.items())
    return f"<{tag.name}{written}>"
