"""YAML as people write it: every scalar is the text it was written as, every value has its line.

YAML 1.1 turns `title: 2012`, `slug: 0123`, `time: 19:55` and `language: no` into something that
nobody meant, so scalars stay text here and only `null`, `~` and nothing become None; whoever
needs a number or a date parses it. Refuses aliases that expand without bound.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import yaml

Value: TypeAlias = "str | list[Value] | dict[str, Value] | None"
Key: TypeAlias = tuple[str | int, ...]

MAX_DEPTH = 50
MAX_VALUES = 20_000

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


class MarkedError(ValueError):
    """Not YAML, or too much of it. `line` counts from 1 within the text."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


@dataclass(frozen=True, slots=True)
class Marked:
    """A document: its value, and the line (from 1) where each part of it starts."""

    value: Value
    lines: dict[Key, int]
    duplicates: tuple[tuple[str, int], ...] = ()

    def line(self, key: Key) -> int:
        """The line of the part, or of the nearest part around it."""
        while key and key not in self.lines:
            key = key[:-1]
        return self.lines.get(key, 1)


def read(text: str) -> Marked:
    """Parse one document.

    A key given twice counts with its last value and is listed in `duplicates` with its line.

    Raises MarkedError.
    """
    reader = _Reader()
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            reader.feed(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise MarkedError(error.problem or "not YAML", line) from error
    except yaml.YAMLError as error:  # a character that YAML forbids
        raise MarkedError(str(error).splitlines()[0], 1) from error
    return Marked(reader.value, reader.lines, tuple(reader.duplicates))


@dataclass(slots=True)
class _Open:
    """A list or a map that has not ended yet."""

    value: list[Value] | dict[str, Value]
    anchor: str | None
    key: str | None = None
    key_line: int = 1


class _Reader:
    """Builds the value from the parser's events: no recursion, so that depth costs nothing."""

    def __init__(self) -> None:
        self.value: Value = None
        self.lines: dict[Key, int] = {}
        self.duplicates: list[tuple[str, int]] = []
        self._open: list[_Open] = []
        self._path: list[str | int] = []
        self._anchors: dict[str, tuple[Value, int]] = {}
        self._count = 0

    def feed(self, event: yaml.Event) -> None:
        line = event.start_mark.line + 1 if event.start_mark else 1
        match event:
            case yaml.ScalarEvent():
                self._scalar(event, line)
            case yaml.AliasEvent():
                if event.anchor not in self._anchors:
                    raise MarkedError(f"nothing before it is called &{event.anchor}", line)
                value, size = self._anchors[event.anchor]
                self._bound(size, line)
                self._put(value, line)
            case yaml.SequenceStartEvent():
                self._begin([], event.anchor, line)
            case yaml.MappingStartEvent():
                self._begin({}, event.anchor, line)
            case yaml.SequenceEndEvent() | yaml.MappingEndEvent():
                self._end()
            case yaml.DocumentStartEvent():
                if self.lines:
                    raise MarkedError("a second document starts here", line)
            case _:  # the ends of documents, the start and the end of the stream
                pass

    def _scalar(self, event: yaml.ScalarEvent, line: int) -> None:
        top = self._open[-1] if self._open else None
        if top and isinstance(top.value, dict) and top.key is None:
            if event.value in top.value:
                self.duplicates.append((event.value, line))
            top.key, top.key_line = event.value, line
            self._path.append(event.value)
            return
        plain = event.style is None or event.style == ""
        value = None if plain and event.value in _NULLS else event.value
        if event.anchor:
            self._anchors[event.anchor] = (value, 1)
        self._put(value, line)

    def _begin(self, value: list[Value] | dict[str, Value], anchor: str | None, line: int) -> None:
        if len(self._open) >= MAX_DEPTH:
            raise MarkedError(f"nested deeper than {MAX_DEPTH} levels", line)
        if self._open and isinstance(self._open[-1].value, dict) and self._open[-1].key is None:
            raise MarkedError("a key must be text", line)
        self._put(value, line, closed=False)
        self._open.append(_Open(value, anchor))

    def _end(self) -> None:
        ended = self._open.pop()
        if ended.anchor:
            self._anchors[ended.anchor] = (ended.value, _size(ended.value))
        self._leave()

    def _put(self, value: Value, line: int, *, closed: bool = True) -> None:
        self._bound(1, line)
        if not self._open:
            self.value = value
        else:
            top = self._open[-1]
            if isinstance(top.value, list):
                self._path.append(len(top.value))
                top.value.append(value)
            else:
                top.value[str(top.key)] = value
                line = top.key_line
        self.lines[tuple(self._path)] = line
        if closed:
            self._leave()

    def _leave(self) -> None:
        if self._open:
            self._open[-1].key = None
            self._path.pop()

    def _bound(self, size: int, line: int) -> None:
        self._count += size
        if self._count > MAX_VALUES:
            raise MarkedError(f"more than {MAX_VALUES} values", line)


def _size(value: Value) -> int:
    match value:
        case list():
            return 1 + sum(_size(part) for part in value)
        case dict():
            return 1 + sum(_size(part) for part in value.values())
        case _:
            return 1
