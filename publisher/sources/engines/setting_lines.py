"""The line at which a file of a site gives a value to a path of keys."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, TypeAlias

from publisher.sources import site_settings
from publisher.sources.engines import unread
from publisher.text import yaml_document

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from publisher.sources.front_matter.block import PostFile

_FENCES = frozenset({"---", "+++"})

# Names of keys, whose case does not count, and positions in lists, from 0.
Keys: TypeAlias = "Sequence[str | int]"


def line(text: str, kind: str, keys: Keys) -> int:
    """The line (from 1) of the last of the keys that the text has; `kind` is e.g. `.yml`."""
    lowered = [key.lower() if isinstance(key, str) else key for key in keys]
    try:
        match kind:
            case ".py":
                return _of_program(site_settings.syntax_tree(text), lowered)
            case ".toml":
                return _of_toml(text.lower(), lowered)
            case _:  # JSON is YAML, too
                return _of_yaml(yaml_document.read(text), lowered)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return unread.line(text.lower(), _names(lowered))


def of_head(document: PostFile, keys: Keys) -> int:
    """The line of the last of the keys in the front matter of a file."""
    lines = document.text.split("\n")[: document.body_line - 1]
    kind = ".toml" if any(line.startswith("+++") for line in lines) else ".yml"
    return line("\n".join("" if line.strip() in _FENCES else line for line in lines), kind, keys)


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
    return text.count("\n", 0, start) + unread.line(text[start:], names)


def _of_program(tree: ast.Module, keys: Keys) -> int:
    """The line in the last assignment to the name that the first key is."""
    line, value = 1, None
    for node in tree.body:
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=found)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as found)
            ) if name.lower() == keys[0]:
                line, value = node.lineno, found
    for key in keys[1:]:
        match value:
            case ast.Dict():
                pairs = zip(value.keys, value.values, strict=True)
                named = [pair for pair in pairs if _is_key(pair[0], key)]
                if not named:
                    return line
                _, value = named[-1]
                line = value.lineno
            case _:
                return line
    return line


def _is_key(node: ast.expr | None, key: str | int) -> bool:
    return isinstance(node, ast.Constant) and str(node.value).lower() == key
