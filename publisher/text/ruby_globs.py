"""Match paths as Ruby's `File.fnmatch?` does without flags: `*`, `?` and `[...]` match slashes.

Pure. Compared with Ruby 3.1. Patterns come from authors: their length is limited, and matching
takes no more steps than there are pairs of characters in pattern and path.
"""

from __future__ import annotations

import re
from functools import lru_cache

MAX_LENGTH = 1_000  # characters of a pattern; a longer one matches nothing

_NOTHING = "(?!)"


def matches(pattern: str, path: str) -> bool:
    """Whether the pattern matches the whole path. A leading period is an ordinary character."""
    return _compiled(pattern).fullmatch(path) is not None


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    if len(pattern) > MAX_LENGTH:
        return re.compile(_NOTHING)
    groups, at = [""], 0
    while at < len(pattern):
        match pattern[at]:
            case "*":
                groups.append("")
                at += 1
            case "[":
                expression, at = _character_class(pattern, at + 1)
                groups[-1] += expression
            case "?":
                groups[-1] += "."
                at += 1
            case _:
                character, at = _character(pattern, at)
                groups[-1] += re.escape(character)
    # Between two stars the first match is as good as any other, so nothing is tried twice.
    middle = "".join(f"(?>.*?{group})" for group in groups[1:-1])
    last = f".*{groups[-1]}" if len(groups) > 1 else ""
    return re.compile(f"{groups[0]}{middle}{last}", re.DOTALL)


def _character(pattern: str, at: int) -> tuple[str, int]:
    """The character at an index, which a backslash may be before, and the index behind it."""
    if pattern[at] == "\\":
        return pattern[at + 1 : at + 2], at + 2  # one at the end stands for nothing
    return pattern[at], at + 1


def _character_class(pattern: str, at: int) -> tuple[str, int]:
    """The expression of a class such as `[!a-z]` behind its bracket, and the index behind it.

    A class without an end matches nothing.
    """
    is_negated = pattern[at : at + 1] in {"!", "^"}
    at += is_negated
    ranges = ""
    while at < len(pattern) and pattern[at] != "]":
        first, at = _character(pattern, at)
        last = first
        if pattern[at : at + 1] == "-" and pattern[at + 1 : at + 2] not in {"", "]"}:
            last, at = _character(pattern, at + 1)
        if first <= last:
            ranges += f"{re.escape(first)}-{re.escape(last)}" if first else ""
        else:  # Ruby compares with both ends before it looks at the range
            ranges += re.escape(first) + re.escape(last)
    if at >= len(pattern):
        return _NOTHING, at
    if not ranges:
        return "." if is_negated else _NOTHING, at + 1
    return f"[{'^' if is_negated else ''}{ranges}]", at + 1
