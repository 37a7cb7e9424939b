"""Parse YAML with line numbers; every scalar stays the text that the author wrote.

YAML 1.1 reads `title: 2012`, `slug: 0123`, `time: 19:55` and `language: no` as three numbers and a
boolean, which the author did not mean. So scalars stay text; only `null`, `~` and an empty value
become None. Callers that need a number or a date parse the text.

Refuses documents that are nested too deeply or expand to too many values, and control characters
(a control character written as an escape is accepted; callers may refuse it).
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Any, TypeAlias

import yaml
from msgspec import Struct

from publisher.text import yaml_lines
from publisher.text.yaml_mistakes import mistake

if TYPE_CHECKING:
    from collections.abc import Sequence

Value: TypeAlias = "str | list[Value] | dict[str, Value] | None"
Key: TypeAlias = tuple[str | int, ...]

MAX_DEPTH = 50
MAX_VALUES = 20_000

# PyYAML ends a line at these characters (YAML 1.1). YAML 1.2 section 5.4 and editors do not, and
# our line numbers must be the editor's.
_NO_BREAKS = str.maketrans("\x85\u2028\u2029", "   ")
_UNPRINTABLE = re.compile("[^\t\n\r -~\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
# libyaml is several times faster, but PyYAML may have been built without it.
_LOADER: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


class PlainScalar(str):
    """A plain scalar: a text without quotes, which YAML and templates may read as another type.

    Numbers and booleans of TOML and JSON become plain scalars, too.
    """

    __slots__ = ()


class YamlError(ValueError):
    """The text is not YAML, or exceeds a limit (`is_too_much`). `line` counts from 1.

    `message` says how to fix it.
    """

    def __init__(self, message: str, line: int, *, is_too_much: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.is_too_much = is_too_much

    @property
    def predicate(self) -> str:
        """The message after the name of the text and "is"."""
        return self.message if self.is_too_much else f"not YAML: {self.message}"


class YamlDocument(Struct, frozen=True):
    """A parsed document: its value, and the line (from 1) at which each part starts.

    `duplicates` are keys that appear twice in one map, each with the line of its repetition.
    `with_plain_scalars` is the same value, in which plain scalars are of class PlainScalar.
    """

    value: Value
    lines: dict[Key, int]
    duplicates: tuple[tuple[str, int], ...] = ()
    with_plain_scalars: Value = None

    def line(self, key: Key) -> int:
        """The line of the part, or of the nearest part that contains it."""
        while key and key not in self.lines:
            key = key[:-1]
        return self.lines.get(key, 1)


def read(text: str) -> YamlDocument:
    """Parse one document. Of a duplicate key the last value counts. Raises YamlError."""
    if simple := yaml_lines.pairs(text):
        return _simple(simple)
    return parsed(text)


def parsed(text: str) -> YamlDocument:
    """The same for all of YAML, by a parser that takes longer."""
    text = text.translate(_NO_BREAKS)
    _refuse_unprintable(text)
    reader = _Reader()
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            reader.feed(event)
    except yaml.MarkedYAMLError as error:
        lines, line = text.splitlines(), _line(error)
        # COMPAT(libyaml): it refuses 1,000 open brackets before it reports the first one.
        if _brackets_depth("".join(lines[line - 1 : line])) > MAX_DEPTH:
            raise _too_deep(line) from error
        line, message = mistake(lines, line)
        raise YamlError(message, line) from error
    value = reader.value
    duplicates = tuple(reader.duplicates)
    return YamlDocument(_as_text(value), reader.lines, duplicates, with_plain_scalars=value)


def _simple(pairs: Sequence[yaml_lines.Pair]) -> YamlDocument:
    """The document of a map that was read line by line."""
    value: dict[str, Value] = {}
    plain: dict[str, Value] = {}
    lines: dict[Key, int] = {(): pairs[0][0]}
    duplicates = []
    for line, key, found in pairs:
        if key in value:
            duplicates.append((key, line))
        lines[key,] = line
        if isinstance(found, list):
            value[key] = [_scalar(*scalar)[0] for _, scalar in found]
            plain[key] = [_scalar(*scalar)[1] for _, scalar in found]
            lines |= {(key, at): item_line for at, (item_line, _) in enumerate(found)}
        else:
            value[key], plain[key] = _scalar(*found) if found else (None, None)
    return YamlDocument(value, lines, tuple(duplicates), with_plain_scalars=plain)


def _scalar(text: str, is_plain: bool) -> tuple[Value, Value]:
    """The value of a scalar, as a text and as a plain scalar if it is one."""
    if not is_plain:
        return text, text
    return (None, None) if text in _NULLS else (text, PlainScalar(text))


def _as_text(value: Value) -> Value:
    """The value with strings in the place of plain scalars."""
    match value:
        case dict():
            return {key: _as_text(part) for key, part in value.items()}
        case list():
            return [_as_text(part) for part in value]
        case _:
            return None if value is None else str(value)


def _line(error: yaml.MarkedYAMLError) -> int:
    """The line that the author must fix: that of an open quote, not the end of the text."""
    marks = [error.problem_mark, error.context_mark]
    if isinstance(error, yaml.scanner.ScannerError):
        marks.reverse()
    return next((mark.line + 1 for mark in marks if mark), 1)


def _brackets_depth(line: str) -> int:
    """How deeply the brackets in a line are nested; those in texts count, too."""
    steps = (1 if character in "[{" else -1 for character in line if character in "[]{}")
    return max(itertools.accumulate(steps), default=0)


def _too_deep(line: int) -> YamlError:
    message = f"nested too deeply (more than {MAX_DEPTH} levels)"
    return YamlError(message, line, is_too_much=True)


def _refuse_unprintable(text: str) -> None:
    """Refuse the characters that YAML 1.2 section 5.1 forbids. Raises YamlError."""
    # PyYAML refuses them, too, but its error has no line.
    match = _UNPRINTABLE.search(text)
    if match:
        line = text.count("\n", 0, match.start()) + 1
        raise YamlError(f"the character U+{ord(match[0]):04X} is not allowed; remove it", line)


class _Anchored(Struct, frozen=True):
    """The value that an alias repeats, the number of values in it, and its depth in levels."""

    value: Value
    size: int = 1
    height: int = 0


class _Open(Struct):
    """A list or a map that has not ended yet. `before` is the count of values before it."""

    value: list[Value] | dict[str, Value]
    anchor: str | None
    before: int
    height: int = 1
    key: str | None = None
    key_line: int = 1


class _Reader:
    """Builds the value from the parser's events.

    It does not recurse, so a deeply nested document cannot exhaust the stack.
    """

    def __init__(self) -> None:
        self.value: Value = None
        self.lines: dict[Key, int] = {}
        self.duplicates: list[tuple[str, int]] = []
        self._open: list[_Open] = []
        self._path: list[str | int] = []
        self._anchors: dict[str, _Anchored] = {}
        self._count = 0

    def feed(self, event: yaml.Event) -> None:
        line = event.start_mark.line + 1 if event.start_mark else 1
        match event:
            case yaml.ScalarEvent():
                self._scalar(event, line)
            case yaml.AliasEvent():
                self._alias(str(event.anchor), line)
            case yaml.SequenceStartEvent():
                self._begin([], event.anchor, line)
            case yaml.MappingStartEvent():
                self._begin({}, event.anchor, line)
            case yaml.SequenceEndEvent() | yaml.MappingEndEvent():
                self._end()
            case yaml.DocumentStartEvent():
                if self.lines:
                    raise YamlError("a second document starts here", line)
            case _:  # the end of a document, the start and the end of the stream
                pass

    def _scalar(self, event: yaml.ScalarEvent, line: int) -> None:
        plain = not event.style and event.tag is None
        text = PlainScalar(event.value) if plain else event.value
        value = None if plain and event.value in _NULLS else text
        if event.anchor:
            self._anchors[event.anchor] = _Anchored(text if self._at_key() else value)
        if self._at_key():
            self._key(event.value, line)
            return
        self._put(value, line)

    def _alias(self, name: str, line: int) -> None:
        if name not in self._anchors:
            raise YamlError(
                f"*{name} has no anchor; define &{name} above it, or put the text in quotes", line
            )
        anchored = self._anchors[name]
        if self._at_key():
            if not isinstance(anchored.value, str):
                raise YamlError("a key must be text", line)
            self._key(str(anchored.value), line)
            return
        self._count_values(anchored.size, line)
        self._deepen(anchored.height, line)
        self._put(anchored.value, line)

    def _begin(self, value: list[Value] | dict[str, Value], anchor: str | None, line: int) -> None:
        if self._at_key():
            # The tag of a template, `{{ name }}`, is a section whose key is a section.
            hint = "; put a value that begins with {{ in quotes" if isinstance(value, dict) else ""
            raise YamlError(f"a key must be text{hint}", line)
        self._deepen(1, line)
        before = self._count
        self._put(value, line, closed=False)
        self._open.append(_Open(value, anchor, before))

    def _end(self) -> None:
        ended = self._open.pop()
        if ended.anchor:
            size = self._count - ended.before
            self._anchors[ended.anchor] = _Anchored(ended.value, size, ended.height)
        self._leave()

    def _at_key(self) -> bool:
        """Whether the next event is the key of a map."""
        top = self._open[-1] if self._open else None
        return top is not None and isinstance(top.value, dict) and top.key is None

    def _key(self, key: str, line: int) -> None:
        top = self._open[-1]
        if key in top.value:
            self.duplicates.append((key, line))
        top.key, top.key_line = key, line
        self._path.append(key)

    def _put(self, value: Value, line: int, *, closed: bool = True) -> None:
        self._count_values(1, line)
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

    def _deepen(self, levels: int, line: int) -> None:
        """Add a value of so many levels here: limit the depth, record it in what contains it.

        Raises YamlError.
        """
        for distance, opened in enumerate(reversed(self._open), start=1):
            opened.height = max(opened.height, levels + distance)
        if len(self._open) + levels > MAX_DEPTH:
            raise _too_deep(line)

    def _count_values(self, size: int, line: int) -> None:
        """Limit the values of a document: aliases of aliases multiply. Raises YamlError."""
        self._count += size
        if self._count > MAX_VALUES:
            message = f"too long (more than {MAX_VALUES:,} values)"
            raise YamlError(message, line, is_too_much=True)
