"""Whether a text begins and ends with words: then a picture beside it is the template's. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from publisher.sources.built.pages.source_markup import shown_text
from publisher.sources.built.pages.words import words

if TYPE_CHECKING:
    from collections.abc import Iterable

_BLANK_LINE = re.compile(r"\n[ \t]*\n")
# What may be or become a picture: that of any markup, HTML, a component, a shortcode, a tag.
_PICTURE = re.compile(
    r"!\[|<[a-z]|\{[{%<#]|<%|\[\[|\]\{|^[ \t]*\.\. |\b(?:gist|image|video)s?:"
    r"|\.(?:avif|gif|jpe?g|png|svg|webp)\b",
    re.IGNORECASE | re.MULTILINE,
)


def begins_with_words(source: str, title: str | None) -> bool:
    """Whether no picture can stand before the first words of the text, beside its title."""
    return _leads_to_words(_BLANK_LINE.split(source), title)


def ends_with_words(source: str, title: str | None) -> bool:
    """Whether no picture can stand behind the last words of the text."""
    return _leads_to_words(reversed(_BLANK_LINE.split(source)), title)


def _leads_to_words(blocks: Iterable[str], title: str | None) -> bool:
    for block in blocks:
        if _PICTURE.search(block):
            return False
        if (found := words(shown_text(block))) and found != words(title or ""):
            return True
    return False
