"""Leave out of a source text what its page does not show as text, whatever its markup is. Pure.

This only has to be right for most words: comparing triples forgives the rest. So one rule serves
Markdown of every dialect, HTML, reStructuredText, AsciiDoc, Org, Textile and template languages.
The time grows linearly with the text, however odd it is.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

# A fenced block, whose first line names its language, or a span of code.
_CODE = re.compile(
    r"""^[ \t>]*(?P<fence>`{3,}|~{3,})[^\n`]*\n(?P<block>(?:(?![ \t>]*(?P=fence))[^\n]*\n)*+)
        (?:[ \t>]*(?P=fence)[`~]*|\Z)
    |`(?P<linked>[^`<>]{1,500}+)<[^<>`\s]++>`_  # "`text <url>`_" of reStructuredText
    |(?<!`)(?P<ticks>`{1,2})(?!`)(?P<span>[^`\n]++(?:\n(?!\s*\n)[^`\n]*+){0,5})(?P=ticks)(?!`)""",
    re.MULTILINE | re.VERBOSE,
)
_RAW = re.compile(r"\{%-?\s*(?:end)?(?:raw|verbatim)\s*-?%\}")

# What hides all that is between two marks, and how far apart they may be, in characters.
_Pair: TypeAlias = "tuple[re.Pattern[str], int]"
_PAIRS: dict[str, _Pair] = {
    r"<!--": (re.compile("-->"), 20_000),
    r"\{%-?\s*comment\s*-?%\}": (re.compile(r"\{%-?\s*endcomment\s*-?%\}"), 20_000),
    r"\{\{": (re.compile(r"\}\}"), 2_000),
    r"\{%": (re.compile(r"%\}"), 2_000),
    r"\{\#": (re.compile(r"\#\}"), 2_000),
    r"<%": (re.compile("%>"), 2_000),
    r"<script\b": (re.compile(r"</script\s*>", re.IGNORECASE), 200_000),
    r"<style\b": (re.compile(r"</style\s*>", re.IGNORECASE), 200_000),
    r"<svg\b": (re.compile(r"</svg\s*>", re.IGNORECASE), 200_000),
}
_OPENING = re.compile("|".join(f"({opening})" for opening in _PAIRS), re.IGNORECASE)
_CLOSING = dict(enumerate(_PAIRS.values(), 1))  # by the group of `_OPENING`

# What else a page does not show. Only a piece that cannot be repeated in itself has no limit.
_HIDDEN = re.compile(
    r"""</?[a-zA-Z][\w.-]*+(?::[\w-]++)?(?=[\s/>])(?:[^<>"']++|"[^"<]*+"|'[^'<]*+'|["'])*+>
    |\{[:\#.][^{}\n]{0,500}\}  # attributes of kramdown and Pandoc
    |\[\^[^\[\]\n]++\]:?  # the label of a footnote, which pages replace by a number
    |^\ {0,3}\*\[[^\]\n]++\]:[^\n]*+$  # the long form of an abbreviation
    |^\ {0,3}\[[^\]\n]++\]:[ \t]*+\S[^\n]*+$  # the target of a link
    |!\[[^\[\]\n]*+\](?:\([^()\n]*+(?:\([^()\n]*+\)[^()\n]*+)*+\)|\[[^\[\]\n]*+\])
    |(?<=\])\([^()\n]*+(?:\([^()\n]*+\)[^()\n]*+)*+\)|(?<=\])\[[^\[\]\n]*+\]
    |!?\[\[[^\[\]|\n]++(?:\||\]\[)  # `[[page|text]]`, and `[[url][text]]` of Org
    |^\ *\.\.\ (?:code|code-block|figure|highlight|image|include|raw|sourcecode)::[^\n]*+$
    |^\ *\.\.\ [\w:-]++|^\ ++:[\w-]++:(?=[ \t]|$)[^\n]*+$  # directives of reStructuredText
    |(?<=\w"):(?:https?://|/)\S++  # `"text":url` of Textile
    |\bhttps?://[^\s\[\]<>()]{1,500}+(?=\[)|\b(?:link|xref|image):{1,2}[^\s\[\]]++\[?  # AsciiDoc
    |^\[[a-z]++(?:,[^\]\n]*+)?\]$  # `[source,ruby]` of AsciiDoc
    |^[ \t]*+\#\+[^\n]*+$|^:[A-Z_]++:$  # keywords and drawers of Org
    |^import\ [^\n"']++["'][^"'\n]++["'];?[ \t]*+$  # MDX
    """,
    re.MULTILINE | re.VERBOSE | re.IGNORECASE,
)


def shown_text(body: str) -> str:
    """The text without tags, template tags, link targets, comments and names of languages."""
    return " ".join(_pieces(body))


def _pieces(body: str) -> Iterator[str]:
    at = 0
    for code in _CODE.finditer(body):
        yield _prose(body[at : code.start()])
        yield _RAW.sub(" ", code["block"] or code["linked"] or code["span"] or "")
        at = code.end()
    yield _prose(body[at:])


def _prose(text: str) -> str:
    return html.unescape(_HIDDEN.sub(" ", "".join(_without_pairs(text))))


def _without_pairs(text: str) -> Iterator[str]:
    """The text outside of what two marks hide."""
    # Where the next closing mark is, so that many opening marks do not search for it again and
    # again; it is behind the text if there is none.
    known: dict[re.Pattern[str], int] = {}
    at = searched = 0
    while opening := _OPENING.search(text, searched):
        closing, limit = _CLOSING[opening.lastindex or 1]
        if known.get(closing, -1) < opening.end():
            found = closing.search(text, opening.end())
            known[closing] = found.start() if found else len(text) + limit
        searched = opening.end()
        if known[closing] - opening.end() < limit and (end := closing.match(text, known[closing])):
            yield text[at : opening.start()] + " "
            at = searched = end.end()
    yield text[at:]
