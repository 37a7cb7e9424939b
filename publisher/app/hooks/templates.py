"""The templates of hooks: files in the folder `templates`.

`@NAME@` in them stands for what depends on the site.

A file whose name ends with `.part` is a part of others.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_FOLDER = Path(__file__).parent / "templates"
_PART = ".part"
_PLACEHOLDER = re.compile(r"@([A-Z_]+)@")
_LINE = re.compile(r"([ \t]*)@([A-Z_]+)@[ \t]*")


def files() -> dict[str, Path]:
    """The whole templates by the names of their hooks: the file name up to its first dot."""
    paths = (path for path in _FOLDER.iterdir() if path.suffix != _PART)
    return {path.name.partition(".")[0]: path for path in paths}


def whole(name: str) -> str:
    return files()[name].read_text(encoding="utf-8")


def part(name: str) -> str:
    return (_FOLDER / f"{name}{_PART}").read_text(encoding="utf-8").rstrip("\n")


def fill(template: str, values: Mapping[str, str]) -> str:
    """The template with values in the place of `@NAME@`.

    On a line of its own, each line of the value gets the indentation of the placeholder, and an
    empty value removes the line.
    """
    lines: list[str] = []
    for line in template.splitlines():
        if alone := _LINE.fullmatch(line):
            value = values[alone[2]]
            lines += [f"{alone[1]}{part}".rstrip() for part in value.split("\n") if value]
        else:
            lines.append(_PLACEHOLDER.sub(lambda match: values[match[1]], line).rstrip())
    return "\n".join(lines) + "\n"
