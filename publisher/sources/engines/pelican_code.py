"""Find the code blocks that keep Pelican from building an article in reStructuredText."""

from __future__ import annotations

import re

_DIRECTIVE = re.compile(r"\s*\.\. (code-block|sourcecode|code)::(?!\S).*")
_OPTION = re.compile(r"\s+:([^:\s][^:]*):(?!\S).*")
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


def unknown_option(body: str) -> tuple[int, str, str] | None:
    """The first option that a directive for code does not have: line (from 0), directive, option.

    Directives in literal text, in comments and in other directives are not searched.
    """
    lines = body.split("\n")
    above: int | None = None  # the indentation of the line whose block is not searched
    for number, line in enumerate(lines):
        indent = len(line) - len(line.lstrip())
        if not line.strip() or (above is not None and indent > above):
            continue
        above = indent if line.rstrip().endswith("::") or line.lstrip().startswith("..") else None
        match = _DIRECTIVE.fullmatch(line)
        if match:
            for at, option in _options(lines, number + 1, indent):
                if option.lower() not in _OPTIONS[match[1]]:
                    return at, match[1], option
    return None


def _options(lines: list[str], start: int, indent: int) -> list[tuple[int, str]]:
    """The options in the lines right below a directive."""
    found = []
    for at, line in enumerate(lines[start:], start):
        match = _OPTION.fullmatch(line)
        if not match or len(line) - len(line.lstrip()) <= indent:
            break
        found.append((at, match[1]))
    return found
