"""Programs of a site that compute the addresses of posts. They are read as text, and never run."""

from __future__ import annotations

import ast
import os
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from publisher.sources import site_settings
from publisher.text import python_settings

if TYPE_CHECKING:
    import re
    from collections.abc import Collection, Iterable

    from publisher.system.symlinks import Reach

MOST_FILES = 1_000  # in one folder of programs; a site has a handful
MOST_LEVELS = 5
_COMMENTS = ("//", "/*", "*", "#")


class AddressScript(Struct, frozen=True):
    """A program, and the line (from 1) that has to do with addresses.

    `setting` is the name that gets a value there; empty if it is unknown.
    """

    path: Path
    line: int
    setting: str = ""


def matching(files: Iterable[Path], pattern: re.Pattern[str], reach: Reach) -> list[AddressScript]:
    """The programs with a line that matches, comments aside; each with the first such line.

    Files that cannot be read are left out: whoever reads the posts reports them.
    """
    found = ((file, _line(site_settings.readable_text(file, reach), pattern)) for file in files)
    return [AddressScript(file, line) for file, line in found if line]


def _line(text: str, pattern: re.Pattern[str]) -> int:
    """The first line that matches outside of comments; 0 if there is none."""
    for number, line in enumerate(text.splitlines(), 1):
        match = None if line.lstrip().startswith(_COMMENTS) else pattern.search(line)
        if match and " //" not in line[: match.start()]:
            return number
    return 0


def programs_in(folder: Path, endings: tuple[str, ...], *, levels: int = MOST_LEVELS) -> list[Path]:
    """The files at most `levels` folders down whose names have one of these endings, in order."""
    files: list[Path] = []
    for here, folders, names in os.walk(folder):
        place = Path(here)
        is_last = len(place.relative_to(folder).parts) >= levels
        folders[:] = [] if is_last else sorted(filter(_may_have_programs, folders))
        files += (place / name for name in sorted(names) if name.endswith(endings))
        if len(files) >= MOST_FILES:
            break
    return files[:MOST_FILES]


def _may_have_programs(folder: str) -> bool:
    return folder != "node_modules" and not folder.startswith(".")


def computed_names(
    file: Path, names: Collection[str], reach: Reach, *, read: Collection[str] = ()
) -> list[AddressScript]:
    """The first line of a Python file that gives one of the names a value which is no literal.

    `from other import *` may do so for each of them, unless `other` is in `read`: then its literals
    are read as well. So may `exec` and changes of `globals()`.
    """
    tree = _tree(file, reach)
    computed = python_settings.computed(tree)
    lines = [(line, name) for name, line in computed.items() if name in names]
    if not python_settings.literals(tree).keys() >= {*names}:
        lines += [(line, "") for line in python_settings.unknown_names(tree, read)]
    return [AddressScript(file, *one) for one in sorted(lines)[:1]]


def computed(file: Path, reach: Reach) -> dict[str, int]:
    """The names that a Python file gives a value which is no literal, with their first lines."""
    return python_settings.computed(_tree(file, reach))


def unread_names(
    file: Path, names: Collection[str], reach: Reach, *, read: Collection[str] = ()
) -> dict[str, tuple[int, str]]:
    """The names of which a Python file does not say what they are: their first lines, and why.

    For `read` see `computed_names`.
    """
    tree = _tree(file, reach)
    found = {
        name: (line, "other programs may set any name there")
        for name, line in python_settings.open_names(tree, names, read).items()
    }
    computed = python_settings.computed(tree)
    return found | {
        name: (computed[name], f"{name} is computed") for name in names if name in computed
    }


def _tree(file: Path, reach: Reach) -> ast.Module:
    """The syntax tree of a Python file; empty if it cannot be read."""
    try:
        return python_settings.syntax_tree(site_settings.readable_text(file, reach))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Module([], [])
