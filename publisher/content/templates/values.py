"""What templates hand around, as Ruby writes, reads and compares it. Pure.

Texts, numbers, truth, lists and maps; None is nil.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable
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
    """Why a filter says nothing, for people."""


def text(value: object) -> str:
    """As a text of many is put together of it."""
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
    """As Ruby shows it to programmers."""
    match value:
        case None:
            return "nil"
        case str():
            return f'"{_TO_ESCAPE.sub(lambda found: _escaped(found[0]), value)}"'
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
    """Raises ValueError for what JSON has not."""
    return json.dumps(
        value, ensure_ascii=False, allow_nan=False, default=text, separators=(",", ":")
    )


def flat(value: object) -> list[object]:
    """What a filter of lists goes through: lists in a list are of it, anything else is one."""
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
    """The part of that name; None if there is none. Of a text a text that it holds."""
    name = text(key)
    match item:
        case dict():
            return item.get(name)
        case str() if name in item:
            return name
        case _:
            return None


def found_at(item: object, path: object) -> object:
    """The part at `a.b`; a text that looks like a number is one, as Jekyll compares them."""
    keys = text(path).split(".") if isinstance(item, dict) else [path]
    value = functools.reduce(part_of, keys, item)
    is_number = isinstance(value, str) and _NUMBER.fullmatch(value)
    return number(value) if is_number else value


def number(value: object) -> float:
    """Of a text what it begins with; 0 for none. Raises FilterError for too many digits."""
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
    """The number with which a text begins; 0 for none. Raises FilterError for too many digits."""
    found = _LEADING.match(written)
    digits = found[1].replace("_", "") if found else "0"
    if len(digits) > MAX_DIGITS:
        raise FilterError("it has too many digits")
    return int(digits)


def ordered(
    values: Sequence[object], key: Callable[[object], object], *, nils_first: bool
) -> list[object]:
    """By what `key` says; what has none of it stands together."""

    def compared(one: object, other: object) -> int:
        if one is None or other is None:
            return ((other is None) - (one is None)) * (1 if nils_first else -1)
        return _compared(one, other)

    return sorted(values, key=lambda value: functools.cmp_to_key(compared)(key(value)))


def _compared(one: object, other: object) -> int:
    """Numbers by what they are, everything else as it is written."""
    if _is_number(one) and _is_number(other):
        difference = number(one) - number(other)
        return (difference > 0) - (difference < 0)
    written, than = text(one), text(other)
    return (written > than) - (written < than)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
