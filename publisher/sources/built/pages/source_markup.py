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
    |^\ *+\.\.\ _`[^`\n]++`:[^\n]*+$  # the target of a link of reStructuredText
    # "`text <url>`_" and ":role:`text <target>`" of reStructuredText
    |`(?P<linked>[^`<>]{1,500}+)<[^<>`\s]++>`_|(?<=\w:)`(?P<titled>[^`<>]{1,500}+)<[^<>`\n]++>`
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
    r"(?m:^/{4,}$)": (re.compile(r"^/{4,}$", re.MULTILINE), 20_000),  # AsciiDoc
    r"(?m:^[ \t]*+:(?:PROPERTIES|LOGBOOK):$)": (  # Org
        re.compile(r"^[ \t]*+:END:$", re.MULTILINE | re.IGNORECASE),
        20_000,
    ),
    r"(?m:^[ \t]*+\#\+BEGIN_COMMENT\b)": (
        re.compile(r"^[ \t]*+\#\+END_COMMENT\b", re.MULTILINE | re.IGNORECASE),
        20_000,
    ),
}
# The first characters of all of them, which spare most places the search for each.
_OPENING = re.compile(
    rf"(?=[<{{]|^[/ \t:\#])(?:{'|'.join(f'({opening})' for opening in _PAIRS)})",
    re.IGNORECASE | re.MULTILINE,
)
_CLOSING = dict(enumerate(_PAIRS.values(), 1))  # by the group of `_OPENING`
_COMMENT = re.compile("|".join(f"({opening})" for opening in [*_PAIRS][:2]), re.IGNORECASE)

# What else a page does not show. Only a piece that cannot be repeated in itself has no limit.
_MARKDOWN = r"""</?[a-zA-Z][\w.-]*+(?::[\w-]++)?(?=[\s/>])(?:[^<>"']++|"[^"<]*+"|'[^'<]*+'|["'])*+>
    |\{[:\#.][^{}\n]{0,500}\}|(?<=\))\{[\w-]{1,50}+=[^{}\n]{0,500}\}  # of kramdown and Pandoc
    |\[\^[^\[\]\n]++\]:?  # the label of a footnote, which pages replace by a number
    |^\ {0,3}\*\[[^\]\n]++\]:[^\n]*+$  # the long form of an abbreviation
    |^\ {0,3}\[[^\]\n]++\]:[ \t]*+\S[^\n]*+$  # the target of a link
    |!\[[^\[\]\n]*+\](?:\([^()\n]*+(?:\([^()\n]*+\)[^()\n]*+)*+\)|\[[^\[\]\n]*+\])
    |(?<=\])\([^()\n]*+(?:\([^()\n]*+\)[^()\n]*+)*+\)|(?<=\])\[[^\[\]\n]*+\]
    |!?\[\[[^\[\]|\n]++(?:\||\]\[)  # `[[page|text]]`, and `[[url][text]]` of Org
    |^import\ [^\n"']++["'][^"'\n]++["'];?[ \t]*+$  # MDX
    """
# Directives, fields, targets, substitutions, comments with the lines below them, and roles.
_REST = r"""^\ *+\.\.\ (?:class|code|code-block|container|default-role|figure|gist|highlight|image
        |include|index|listing|literalinclude|media|raw|role|rst-class|sourcecode|vimeo|youtube)::[^\n]*+$
    |^\ *+\.\.\ [\w-]++(?::[\w-]++)*+::|^\ ++:[\w-]++:(?=[ \t]|$)[^\n]*+$
    |^\ *+\.\.\ (?!\[)[^\n]++(?:\n[ \t]++\S[^\n]*+)*+
    |^\ *+__\ \S++[ \t]*+$
    |(?<![\w:]):[a-z][\w+.:-]{0,60}:\Z  # what follows is a span of code
    """
# Macros, attributes of the document, and of a block.
_ASCIIDOC = r"""\bhttps?://[^\s\[\]<>()]{1,500}+(?=\[)
    |\b(?:anchor|audio|endif|gist|icon|ifeval|ifn?def|image|include|indexterm|toc|video)
        :{1,2}[^\s\[\]]{0,500}+\[[^\[\]\n]{0,500}+\]
    |\b(?:image|link|xref):{1,2}[^\s\[\]]{1,500}+\[?|\bmailto:[^\s\[\]]{1,500}+(?=\[)
    |\b(?:asciimath|btn|footnote|footnoteref|indexterm2|kbd|latexmath|menu|pass|stem)
        :[\w-]{0,50}+(?=\[)
    |<<[\w\#./-]{1,200}+,
    |^:!?[a-z][\w-]*+!?:(?:[ \t]++\S++)?[ \t]*+$|^:(?:page|jbake)-[\w-]++:[^\n]*+$
    |^\[[a-z]++(?:,[^\]\n]*+)?\]$|^\[[\#.%][^\]\n]*+\]$|^\[[a-z]++="[^\]\n]*+\]$
    """
# Keywords, drawers, times, labels of footnotes, and pictures.
_ORG = r"""^[ \t]*+\#\+[^\n]*+$|^[ \t]*+:[A-Z_]++:$
    |^[ \t]*+(?-i:CLOSED|DEADLINE|SCHEDULED):[ ]?[<\[][^\n]*+$
    |\[fn:[\w-]{0,50}+[\]:]
    |\[\[[^\[\]\n]{1,500}?\.(?:gif|jpe?g|png|svg|webp)\]\]
    """
# Targets of links, pictures, the beginnings of blocks, and styles.
_TEXTILE = r"""(?<=[^\s"]"):(?:https?://|mailto:|\.{0,2}/|\#)\S++
    |^\[[^\]\n]++\](?:https?://|/)\S++[ \t]*+$
    |![<>=]?[^\s!()]{1,500}?\.(?:gif|jpe?g|png|svg|webp)(?:\([^()\n]{0,500}+\))?!(?::\S++)?
    |^(?:bc|bq|dl|fn\d{1,3}|h[1-6]|notextile|p|pre|table)
        (?:\([^()\n]*+\)|\{[^{}\n]*+\}|\[[^\]\n]*+\]|[<>=])*+\.{1,2}(?=\ )
    |%\{[^{}\n]{0,500}+\}
    """
_HIDDEN = re.compile(
    "|".join([_MARKDOWN, _REST, _ASCIIDOC, _ORG, _TEXTILE]),
    re.MULTILINE | re.VERBOSE | re.IGNORECASE,
)
# Where one of these may begin: at a line, a sign, or a word before a colon. Trying all at every
# character would take most of the time that a page costs.
_HIDES = re.compile(r"^|(?=[<{\[!(:%])|\b(?=\w{2,15}+:)", re.MULTILINE)


def shown_text(body: str) -> str:
    """The text without tags, template tags, link targets, comments and names of languages."""
    return " ".join(_pieces(body))


def _pieces(body: str) -> Iterator[str]:
    at = 0
    for code in _CODE.finditer(body):
        yield _prose(body[at : code.start()])
        yield _RAW.sub(" ", code[code.lastgroup] if code.lastgroup else "")
        at = code.end()
    yield _prose(body[at:])


def _prose(text: str) -> str:
    return html.unescape(" ".join(_without_hidden("".join(_without_pairs(text, _OPENING)))))


def _without_hidden(text: str) -> Iterator[str]:
    """The text between what `_HIDDEN` matches."""
    at = 0
    for start in _HIDES.finditer(text):
        if start.start() >= at and (hidden := _HIDDEN.match(text, start.start())):
            yield text[at : hidden.start()]
            at = hidden.end()
    yield text[at:]


def outside_code(body: str) -> str:
    """The text outside of code, with all its markup and the first lines of fenced blocks."""
    return _CODE.sub(_first_line, body)


def _first_line(code: re.Match[str]) -> str:
    if code["fence"]:
        return code[0].partition("\n")[0] + "\n"
    return " " if code["ticks"] else code[0]


def without_comments(body: str) -> str:
    """The text outside of comments, with all its markup."""
    return "".join(_without_pairs(body, _COMMENT))


def _without_pairs(text: str, openings: re.Pattern[str]) -> Iterator[str]:
    """The text outside of what two marks hide."""
    # Where the next closing mark is, so that many opening marks do not search for it again and
    # again; it is behind the text if there is none.
    known: dict[re.Pattern[str], int] = {}
    at = searched = 0
    while opening := openings.search(text, searched):
        closing, limit = _CLOSING[opening.lastindex or 1]
        if known.get(closing, -1) < opening.end():
            found = closing.search(text, opening.end())
            known[closing] = found.start() if found else len(text) + limit
        searched = opening.end()
        if known[closing] - opening.end() < limit and (end := closing.match(text, known[closing])):
            yield text[at : opening.start()] + " "
            at = searched = end.end()
    yield text[at:]
