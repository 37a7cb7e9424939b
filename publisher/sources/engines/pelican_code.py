"""Find what keeps Pelican from building an article in reStructuredText.

Pelican makes no page of a text about which docutils warns. What is certain without docutils is
found here: directives and roles that nobody knows, code blocks with wrong arguments, and inline
markup without an end.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_DIRECTIVE = re.compile(r"\s*\.\. (?:\|[^|]+\| )?([\w.+:-]+)[ ]?::(?:\s+(.*))?")
_OPTION = re.compile(r"\s+:([^:\s][^:]*):(?!\S).*")
_LITERAL = re.compile(r"``.+?``")
_ROLE = re.compile(r"(?<![\w`:])(?::([\w.+-]+):`[^`\s]|`[^`]*[^`\s]`:([\w.+-]+):(?!\w))")
# Inline markup that is closed and may hold any signs, and starts and ends of what is not. Only a
# start behind a blank is certain.
_CLOSED = re.compile(r"``.+?``|`[^`]+`", re.DOTALL)
_START = re.compile(r"(?<!\S)(\*\*|\*|``|`)(?=[^\s*`])")
_ENDS = {
    "*": re.compile(r"(?<![\s\\])\*(?!\w)"),
    "**": re.compile(r"(?<![\s\\])\*\*(?!\w)"),
    "`": re.compile(r"(?<![\s\\])`"),
    "``": re.compile(r"(?<!\s)``"),
}
_OF_TABLES = ("+", "|", "=", ">>>")
# Of docutils, by their English names, and of Pelican.
_DIRECTIVES = frozenset({
    "admonition", "attention", "caution", "class", "code", "code-block", "compound", "container",
    "contents", "csv-table", "danger", "date", "default-role", "epigraph", "error", "figure",
    "footer", "header", "highlights", "hint", "image", "important", "include", "line-block",
    "list-table", "math", "meta", "note", "parsed-literal", "pull-quote", "raw", "replace", "role",
    "restructuredtext-test-directive", "rst-class", "rubric", "section-numbering", "sectnum",
    "sidebar", "sourcecode", "table", "target-notes", "tip", "title", "topic", "unicode", "warning",
})  # fmt: skip
_ROLES = frozenset({
    "ab", "abbr", "abbreviation", "ac", "acronym", "anonymous-reference", "citation-reference",
    "code", "emphasis", "footnote-reference", "i", "index", "literal", "math", "named-reference",
    "pep", "pep-reference", "raw", "rfc", "rfc-reference", "strong", "sub", "subscript",
    "substitution-reference", "sup", "superscript", "t", "target", "title", "title-reference",
    "uri", "uri-reference", "url",
})  # fmt: skip
# https://docs.getpelican.com/en/latest/content.html#syntax-highlighting
_OF_PYGMENTS = frozenset({
    "anchorlinenos", "classprefix", "hl_lines", "lineanchors", "linenos", "linenospecial",
    "linenostart", "linenostep", "lineseparator", "linespans", "nobackground", "nowrap",
    "tagsfile", "tagurlformat",
})  # fmt: skip
_OPTIONS = {
    "code-block": _OF_PYGMENTS,
    "sourcecode": _OF_PYGMENTS,
    "code": frozenset({"class", "name", "number-lines"}),  # of docutils
}


def fault(body: str, *, is_english: bool) -> tuple[int, str] | None:
    """The first line (from 0) that docutils does not understand there, and what is wrong with it.

    Literal text, comments and the content of directives are not searched. Names of directives and
    roles are known in English only.
    """
    lines = body.split("\n")
    own = {name for name, words in _directives(lines) if name == "role" for name in words[:1]}
    above: int | None = None  # the indentation of the line whose block is not searched
    for number, line in enumerate(lines):
        indent = len(line) - len(line.lstrip())
        if not line.strip() or (above is not None and indent > above):
            continue
        above = indent if line.rstrip().endswith("::") or line.lstrip().startswith("..") else None
        match = _DIRECTIVE.fullmatch(line)
        if match:
            found = _fault_of_directive(match, lines, number, indent, is_english=is_english)
        else:
            found = (number, _fault_of_roles(line, own) if is_english and above is None else "")
            if above is None and not found[1] and not (number and lines[number - 1].strip()):
                found = _fault_of_paragraph(lines, number)
        if found[1]:
            return found
    return None


def _directives(lines: list[str]) -> Iterator[tuple[str, list[str]]]:
    """The names of directives, and the words behind them."""
    for line in lines:
        if match := _DIRECTIVE.fullmatch(line):
            yield match[1].lower(), re.split(r"[\s()]+", match[2] or "")


def _fault_of_directive(
    match: re.Match[str], lines: list[str], number: int, indent: int, *, is_english: bool
) -> tuple[int, str]:
    name = match[1]
    if is_english and name.lower() not in _DIRECTIVES:
        return number, f"has the directive {name[:40]}, which it does not know"
    if name in {"code-block", "sourcecode"} and not match[2]:
        return number, f"has {name} without a language, e.g. `text`"
    for at, option in _options(lines, number + 1, indent) if name in _OPTIONS else ():
        if option.lower() not in _OPTIONS[name]:
            return at, f"has the option {option[:40]} of {name}, which it does not know"
    return number, ""


def _fault_of_roles(line: str, own: set[str]) -> str:
    """What is wrong with the roles in a line; empty if nothing is."""
    for match in _ROLE.finditer(_LITERAL.sub("", line)):
        name = match[1] or match[2]
        if name.lower() not in _ROLES | own:
            return f"has the role {name[:40]}, which it does not know"
    return ""


def _fault_of_paragraph(lines: list[str], first: int) -> tuple[int, str]:
    """The line with a start of inline markup that has no end in its paragraph."""
    paragraph = [*itertools.takewhile(str.strip, lines[first:])]
    if any(line.lstrip().startswith(_OF_TABLES) for line in paragraph):
        return first, ""
    text = _CLOSED.sub(lambda match: re.sub(r"\S", "x", match[0]), "\n".join(paragraph))
    at = 0
    while start := _START.search(text, at):
        end = _ENDS[start[1]].search(text, start.end())
        if end is None:
            line = first + text.count("\n", 0, start.start())
            return line, f"has {start[1]} at the start of a word, and nothing ends that markup"
        at = end.end()
    return first, ""


def _options(lines: list[str], start: int, indent: int) -> list[tuple[int, str]]:
    """The options in the lines right below a directive."""
    found = []
    for at, line in enumerate(lines[start:], start):
        match = _OPTION.fullmatch(line)
        if not match or len(line) - len(line.lstrip()) <= indent:
            break
        found.append((at, match[1]))
    return found
