"""The values of templates, and how Ruby writes, parses and compares them. Pure.

Values are text, numbers, booleans, lists and maps; None is Ruby's nil.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Filter: TypeAlias = Callable[..., object]

MAX_LENGTH = 1_000_000  # of a text
MAX_DIGITS = 18

_NUMBER = re.compile(r"\s*-?(?:\d{1,18}|\d{1,18}\.\d{0,18}|\.\d{1,18})\s*", re.ASCII)
_LEADING = re.compile(r"\s*([+-]?\d[\d_]*)", re.ASCII)
_ESCAPED = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\x1b": "\\e"}
_TO_ESCAPE = re.compile(r'["\\\n\t\r\x1b]|#(?=[{$@])')


class FilterError(Exception):
    """A filter has no result; the text tells the author why."""


def text(value: object) -> str:
    """Return a value as Liquid writes it into a text."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case list() | tuple() | dict():
            return inspected(value)
        case _:
            return str(value)


def inspected(value: object) -> str:
    """Return a value as Ruby's `inspect` shows it."""
    match value:
        case None:
            return "nil"
        case str():
            return f'"{_TO_ESCAPE.sub(lambda match: _escaped(match[0]), value)}"'
        case list() | tuple():
            return f"[{', '.join(map(inspected, value))}]"
        case dict():
            pairs = (f"{inspected(key)}=>{inspected(part)}" for key, part in value.items())
            return f"{{{', '.join(pairs)}}}"
        case _:
            return text(value)


def _escaped(character: str) -> str:
    return _ESCAPED.get(character, f"\\{character}")


def as_json(value: object) -> str:
    """Return a value as JSON. Raises ValueError for numbers that JSON cannot express."""
    return json.dumps(
        value, ensure_ascii=False, allow_nan=False, default=text, separators=(",", ":")
    )


def flat(value: object) -> list[object]:
    """Return the items that a list filter goes through.

    Nested lists are flattened; a single value counts as a list of one.
    """
    match value:
        case None:
            return []
        case list() | tuple():
            return [*_flat(value)]
        case _:
            return [value]


def _flat(parts: Sequence[object]) -> Iterator[object]:
    for part in parts:
        if isinstance(part, list | tuple):
            yield from _flat(part)
        else:
            yield part


def part_of(item: object, key: object) -> object:
    """Return the part of an item by its name; None if it has none.

    The part of a text is the name itself, if the text contains it.
    """
    name = text(key)
    match item:
        case Mapping():
            return item.get(name)
        case str() if name in item:
            return name
        case _:
            return None


def value_at(item: object, path: object) -> object:
    """Return the part at a path such as `a.b`, converted to a number if it looks like one.

    Jekyll compares such texts as numbers.
    """
    keys = text(path).split(".") if isinstance(item, Mapping) else [path]
    value = functools.reduce(part_of, keys, item)
    is_number = isinstance(value, str) and _NUMBER.fullmatch(value)
    return number(value) if is_number else value


def number(value: object) -> float:
    """Return a value as a number: of a text the number it begins with, else 0.

    Raises FilterError for too many digits.
    """
    match value:
        case bool() | None:
            return 0
        case int() | float():
            return value
        case _:
            written = text(value)
    if "." in written and _NUMBER.fullmatch(written):
        return float(written)
    return whole(written)


def whole(written: str) -> int:
    """Return the integer that a text begins with, or 0. Raises FilterError if it is too long."""
    match = _LEADING.match(written)
    digits = match[1].replace("_", "") if match else "0"
    if len(digits) > MAX_DIGITS:
        raise FilterError("a number has too many digits")
    return int(digits)


def ordered(
    values: Sequence[object], key: Callable[[object], object], *, nils_first: bool
) -> list[object]:
    """Sort values by `key`; those whose key is None stand together at one end."""

    def compared(one: object, other: object) -> int:
        if one is None or other is None:
            return ((other is None) - (one is None)) * (1 if nils_first else -1)
        return _compared(one, other)

    return sorted(values, key=lambda value: functools.cmp_to_key(compared)(key(value)))


def _compared(one: object, other: object) -> int:
    """Compare numbers by value, everything else by its text."""
    if _is_number(one) and _is_number(other):
        difference = number(one) - number(other)
        return (difference > 0) - (difference < 0)
    left, right = text(one), text(other)
    return (left > right) - (left < right)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
