"""The settings of an engine that publisher does not read, although posts depend on them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, TypeAlias

from msgspec import Struct

from publisher.sources import site_settings
from publisher.sources.engines import scripts
from publisher.sources.front_matter import formats
from publisher.text import setting_lines
from publisher.text.script_settings import ScriptSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from publisher.system.symlinks import Reach
    from publisher.text.script_values import Plain
    from publisher.text.yaml_document import Value

# What a setting changes. "posts" are the files that are posts.
Part: TypeAlias = Literal[
    "posts", "URLs", "dates", "titles", "tags", "categories", "authors", "languages", "summaries",
    "bodies",
]  # fmt: skip
_PROGRAMS = (".js", ".mjs", ".cjs", ".ts")


class Unread(Struct, frozen=True):
    """What a setting changes, and whether posts differ with a value of it that is data.

    A value that a program computes is never read.
    """

    parts: Sequence[Part]
    is_changed_by: Callable[[Value], bool]


def changes(
    *parts: Part, unless: Collection[str] = ("false",), harmless: Collection[str] = ()
) -> Unread:
    """A setting that changes these parts, unless it is empty or one of these words, in lower case.

    A list may have others of them beside it, and those that are `harmless`.
    """

    def is_changed_by(value: Value) -> bool:
        listed = value if isinstance(value, list) else re.split(r"[\s,]+", str(value).strip())
        words = {str(word).lower() for word in listed}
        return bool(value) and (words.isdisjoint(unless) or not words <= {*unless, *harmless})

    return Unread(parts, is_changed_by)


class SettingsFile(Struct, frozen=True):
    """A file with settings of a site. `keys` are those below which the site has them."""

    path: Path
    keys: Sequence[str] = ()


def adds(*parts: Part, known: Collection[str]) -> Unread:
    """A list that changes these parts if it has other words than these, in lower case."""

    def is_changed_by(value: Value) -> bool:
        words = value if isinstance(value, list) else [value]
        return bool(value) and not {str(word).lower() for word in words} <= {*known}

    return Unread(parts, is_changed_by)


def other_than(default: Value, *parts: Part) -> Unread:
    """A setting that changes these parts unless it has the default, as files of data have it."""
    return Unread(parts, lambda value: value != default)


def if_computed(*parts: Part) -> Unread:
    """A setting that is read, and changes these parts if its value is not written as data."""
    return Unread(parts, lambda _: False)


class FoundSetting(Struct, frozen=True):
    """A setting that is not read, at a line (from 1) of a file."""

    name: str
    file: Path
    line: int
    parts: Sequence[Part]


def find(
    files: Iterable[SettingsFile], unread: Mapping[str, Unread], reach: Reach
) -> list[FoundSetting]:
    """The settings in the files that are not read, each at its first place. Raises ConfigError.

    Their names have dots between keys; `*` stands for any key, and a text in a list for itself. The
    case of letters does not count.
    """
    found: dict[str, FoundSetting] = {}
    for file in files:
        is_program = file.path.suffix in _PROGRAMS
        places = (_of_program if is_program else _of_data)(file, unread, reach)
        for name, shown, at in places:
            found.setdefault(name, FoundSetting(shown, file.path, at, unread[name].parts))
    return [*found.values()]


def _of_program(
    file: SettingsFile, unread: Mapping[str, Unread], reach: Reach
) -> Iterator[tuple[str, str, int]]:
    """The names of keys and of called functions in a program, with their lines."""
    settings = ScriptSettings(site_settings.data(file.path, reach).decode("utf-8", "replace"))
    for name, setting in unread.items():
        place = settings.find(name) or settings.argument(name)
        if place and (not place.is_plain or setting.is_changed_by(_value(place.value))):
            yield name, name, place.line


def _value(value: Plain) -> Value:
    """The value as a file of data has it."""
    return formats.as_values({"": value})[""]


def _of_data(
    file: SettingsFile, unread: Mapping[str, Unread], reach: Reach
) -> Iterator[tuple[str, str, int]]:
    """The names in a file of data, or of literals in Python, as it has them, and their lines."""
    values = site_settings.read(file.path, reach)
    text = site_settings.data(file.path, reach).decode("utf-8", "replace")
    for key in reversed(file.keys):
        values = {key: values}
    for name, setting in unread.items():
        keys = name.lower().split(".")
        for path, value in _at(values, keys):
            if setting.is_changed_by(value):
                shown = ".".join(path) if "*" in keys else name
                yield name, shown, setting_lines.in_text(text, path[len(file.keys) :])
                break
    computed = scripts.computed(file.path, reach) if file.path.suffix == ".py" else {}
    yield from ((name, name, computed[name]) for name in unread if name in computed)


def _at(value: Value, keys: Sequence[str]) -> Iterator[tuple[tuple[str, ...], Value]]:
    """The values at a path of keys in lower case, in all elements of lists on the way."""
    if not keys:
        yield (), value
    elif isinstance(value, list):
        for part in value:
            if isinstance(part, str) and [part.lower()] == [*keys]:  # e.g. one of `plugins`
                yield (), part
            yield from _at(part, keys)
    elif isinstance(value, dict):
        for key, part in value.items():
            if keys[0] in {"*", key.lower()}:
                for path, found in _at(part, keys[1:]):
                    yield (key, *path), found
