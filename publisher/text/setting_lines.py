"""The line at which a file with settings gives a value to a path of keys. Pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

from publisher.text import python_settings, yaml_document

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# Names of keys, whose case does not count, and positions in lists, from 0.
Keys: TypeAlias = "Sequence[str | int]"


def line(text: str, kind: str, keys: Keys) -> int:
    """The line (from 1) of the last of the keys that the text has; `kind` is e.g. `.yml`."""
    lowered = [key.lower() if isinstance(key, str) else key for key in keys]
    try:
        match kind:
            case ".py":
                return python_settings.line_of(python_settings.syntax_tree(text), lowered)
            case ".toml":
                return _of_toml(text.lower(), lowered)
            case _:  # JSON is YAML, too
                return _of_yaml(yaml_document.read(text), lowered)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return in_text(text.lower(), _names(lowered))


def _names(keys: Iterable[str | int]) -> list[str]:
    return [key for key in keys if isinstance(key, str)]


def _of_yaml(document: yaml_document.YamlDocument, keys: Keys) -> int:
    lines = {
        tuple(key.lower() if isinstance(key, str) else key for key in path): line
        for path, line in document.lines.items()
    }
    paths = (tuple(keys[:end]) for end in range(len(keys), 0, -1))
    return next((lines[path] for path in paths if path in lines), 1)


def _of_toml(text: str, keys: Keys) -> int:
    """A list of tables has a header for each of them: `[[cascade]]`."""
    start, names = 0, _names(keys)
    for at, key in enumerate(keys):
        if isinstance(key, int):
            header = rf"^[ \t]*\[\[[\w. \t-]*\b{re.escape(str(keys[at - 1]))}[ \t]*\]\]"
            headers = [*re.finditer(header, text, re.MULTILINE)]
            if key < len(headers):
                start, names = headers[key].start(), _names(keys[at:])
    return text.count("\n", 0, start) + in_text(text[start:], names)


def in_text(text: str, keys: Iterable[str]) -> int:
    """The line (from 1) of the last key of a path: each key is behind the one before it.

    The first one is better at the beginning of a line, without any indentation; the others on the
    line of the one before, as in `[a.b]`.
    """
    at = 0
    for key in keys:
        named = rf"(?<![\w\"'-])([\"']?){re.escape(key)}\1\s*[]:=.]"
        on_line = re.compile(r"[^\n#]*?" + named).match(text, at) if at else None
        places = (r"^\[{0,2}" + named, r"^(?!\s*#).*?" + named)[1 if at else 0 :]
        found = (re.compile(place, re.MULTILINE).search(text, at) for place in places)
        match = on_line or next(filter(None, found), None)
        at = match.end() - 1 if match else at
    return text.count("\n", 0, at) + 1
