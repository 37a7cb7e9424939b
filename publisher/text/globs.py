"""Globs over paths: `*` and `?` stay within a folder, `**` crosses them, the rest is itself."""

from __future__ import annotations

import re
from functools import lru_cache

_WILD = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
_WILDCARD = re.compile(r"(\*\*/|\*\*|\*|\?)")


def matches(pattern: str, path: str) -> bool:
    """Whether the glob fits the whole path."""
    return _compiled(pattern).fullmatch(path) is not None


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    """fnmatch's `*` crosses folders, and pathlib has no `**` before Python 3.13."""
    parts = _WILDCARD.split(pattern)
    return re.compile("".join(_WILD.get(part) or re.escape(part) for part in parts), re.DOTALL)
