"""Match paths against globs: `*` and `?` stay within a folder, `**` crosses folders.

Every other character stands for itself, brackets included.
"""

from __future__ import annotations

import re
from functools import lru_cache

_WILD = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
_WILDCARD = re.compile(r"(\*\*/|\*\*|\*|\?)")


def matches(pattern: str, path: str) -> bool:
    """Whether the glob matches the whole path."""
    return _compiled(pattern).fullmatch(path) is not None


def excludes(pattern: str, path: str) -> bool:
    """Whether the glob matches the path, or names a folder that the path is in.

    The last part of such a name has no wildcard: `a/*` stands for the files of the folder alone.
    """
    bare = pattern.rstrip("/")
    if matches(pattern, path) or (bare and matches(bare, path)):
        return True
    is_name = bool(bare) and not _WILDCARD.search(bare.rpartition("/")[2])
    return is_name and matches(f"{bare}/**", path)


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    # The standard library has no such glob: fnmatch's `*` crosses folders, and pathlib's
    # full_match with `**` comes with Python 3.13.
    parts = _WILDCARD.split(pattern)
    return re.compile("".join(_WILD.get(part) or re.escape(part) for part in parts), re.DOTALL)
