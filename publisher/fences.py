"""Where a text in Markdown is code: fences, indented lines, what is between backticks. Pure.

By lines, as authors see it: what a parser would make of a list around a fence is not asked.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_FENCE = re.compile(r"[ \t]*(?:[*+>-][ \t]+|\d+[.)][ \t]+)?(`{3,}|~{3,})")
_CODE = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)")


def spans(text: str) -> Iterator[tuple[int, int]]:
    """The pieces of code, from and to, in their order."""
    at, fence, begin = 0, "", 0
    is_after_blank = True
    for line in text.split("\n"):
        end = at + len(line)
        mark = _FENCE.match(line)
        if fence:
            if mark and mark[1].startswith(fence) and not line.strip(" \t`~"):
                yield begin, end
                fence = ""
        elif mark and not _closes(mark[1], line[mark.end() :]):
            fence, begin = mark[1], at
        elif line.startswith(("    ", "\t")) and is_after_blank:
            yield at, end
        else:
            for code in _CODE.finditer(line):
                yield at + code.start(), at + code.end()
        is_indented = line.startswith(("    ", "\t")) and is_after_blank
        is_after_blank = not line.strip() or is_indented
        at = end + 1
    if fence:
        yield begin, len(text)


def _closes(mark: str, rest: str) -> bool:
    """ "```a```" is code within a line."""
    return mark[0] == "`" and "`" in rest


def outside(text: str, change: Callable[[str], str]) -> str:
    """Change what is no code."""
    parts, at = [], 0
    for start, end in spans(text):
        parts += [change(text[at:start]), text[start:end]]
        at = end
    return "".join([*parts, change(text[at:])])
