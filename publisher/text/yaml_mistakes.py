"""Name the mistake in a text that is not YAML, in words for people who do not know YAML.

The parser reports where it gave up, in terms of its grammar. Authors make few mistakes, and most of
them show in the line that the parser names or in the one above.
"""

from __future__ import annotations

import itertools
import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAX_SHOWN = 80  # characters of a line that a message repeats
MAX_ABOVE = 20  # lines in which an open bracket is searched
MERGE_CONFLICT = "this is a merge conflict; keep one side and save the file"
_OPEN = "the brackets do not match: each [ needs a ], and each { a }"
FALLBACK = "check the quotes, brackets and blanks there and in the line above"

_CONFLICT = re.compile(r"<{7} |={7}$|>{7} ")
# YAML 1.2 section 5.3: no plain scalar may begin with these.
_INDICATORS = tuple("@`%*&!|>[{}],")
_DOUBLE = re.compile(r'"(?:[^"\\]|\\.)*"[ \t]*(?:#.*)?')
_SINGLE = re.compile(r"'(?:[^']|'')*'[ \t]*(?:#.*)?")
_BAD_ESCAPE = re.compile(r'\\[^0abtnvfre "/\\NLPxuU_\t]')
_OPENS, _CLOSES = re.compile(r"(?<!\S)'(?=\w)"), re.compile(r"(?<=\S)'(?!\w)")
_START = re.compile(r"[ \t]*(?:-[ \t]+)*")
_NO_BLANK = re.compile(r"[A-Za-z_]\w*:(?!//)[^\s:]")
_NO_BLANK_AFTER_DASH = re.compile(r"-[A-Za-z_]\w*:(?:[ \t]|$)")
_SECTION = re.compile(r"\[([A-Za-z_]\w*)\][ \t]*")
_NO_COLON = re.compile(r"[ ]*[A-Za-z_]\w*(?:[ ]+[^:]*)?")
_EQUALS = re.compile(r"([A-Za-z_]\w*)[ \t]*=[ \t]*(\S.*)")


def mistake(lines: Sequence[str], line: int) -> tuple[int, str]:
    """The line of the mistake and how to fix it. `line` is where the parser gave up, from 1."""
    for number, line_text in enumerate(lines, start=1):
        if _CONFLICT.match(line_text):
            return number, MERGE_CONFLICT
    here = min(line, len(lines))
    while here > 1 and not lines[here - 1].strip():
        here -= 1
    above = next((n for n in range(here - 1, 0, -1) if _is_content(lines[n - 1])), 0)
    return next(_mistakes(lines, here, above), (line, FALLBACK))


def closes_at_end(text: str) -> bool:
    """Whether the bracket at the beginning closes at the end, or nowhere."""
    opening, closing = text[0], {"[": "]", "{": "}"}[text[0]]
    depths = itertools.accumulate((char == opening) - (char == closing) for char in text)
    closed = next((at for at, depth in enumerate(depths, 1) if not depth), len(text))
    return closed == len(text)


def unquoted(text: str) -> str | None:
    """The text without the quotes around it, but not those around a part: `"A" and "B"`.

    A quote that nothing closes may be an apostrophe: `'tis`.
    """
    quote, inside = text[:1], text[1:-1]
    if quote == '"' and quote not in text[1:]:
        return text[1:] or None
    if quote not in {'"', "'"} or not text[1:].endswith(quote):
        return text
    first = inside.partition(quote)
    is_closing = first[1] and first[0][-1:].strip() and not first[2][:1].isalnum()
    # `'tis the 'season'`: a quote that opens a part closes there, so the first is an apostrophe.
    is_part = quote == "'" and len(_OPENS.findall(inside)) > len(_CLOSES.findall(inside))
    return text if is_closing or is_part else inside or None


def _mistakes(lines: Sequence[str], here: int, above: int) -> Iterator[tuple[int, str]]:
    """All mistakes that the line or the one above may have, the surest first."""
    text = lines[here - 1] if here else ""
    before = lines[above - 1] if above else ""
    for number, candidate in enumerate(lines[here - 1 : here + 1], start=here):
        if "\t" in candidate[: len(candidate) - len(candidate.lstrip())]:
            yield number, "the line is indented with a tab; indent it with spaces"
    # The parser gives up below these.
    for number, candidate in ((above, before), (here, text)):
        if advice := _broken_pair(candidate) or _broken_quote(candidate):
            yield number, advice
    if advice := _plain_value(text):
        yield here, advice
    for number, candidate in ((above, before), (here, text)):
        if _NO_COLON.fullmatch(candidate):
            yield number, "the line has no colon; put one, and a space, after its key"
    if opening := _open_bracket(lines, here):
        yield opening, _OPEN
    if advice := _indentation(lines[:above], text):
        yield here, advice


def _is_content(text: str) -> bool:
    return bool(text.strip()) and not text.lstrip().startswith("#")


def _broken_pair(text: str) -> str:
    """How to fix a line in which no colon and blank separate the key from the value."""
    start = _START.match(text)
    rest = text[start.end() :] if start else text
    if _NO_BLANK.match(rest):
        key, _, value = rest.partition(":")
        return f"put a space after the colon{_example(key, value)}"
    if _NO_BLANK_AFTER_DASH.match(rest):
        return "put a space after the dash"
    if section := _SECTION.fullmatch(rest):
        return f"this is TOML; in YAML write `{section[1]}:`, and indent the keys below it"
    if pair := _EQUALS.fullmatch(rest):
        return f"put a colon and a space after the key{_example(pair[1], pair[2])}"
    return ""


def _broken_quote(text: str) -> str:
    """How to fix a value whose quotes are wrong."""
    key, value = _pair(text)
    quote = value[:1]
    if quote not in {'"', "'"}:
        return ""
    if (_DOUBLE if quote == '"' else _SINGLE).fullmatch(value):
        if quote == '"' and _BAD_ESCAPE.search(value):
            return "a backslash is special in double quotes; put the value in single quotes"
        return ""
    if value.count(quote) == 1:
        advice = f"the quote is not closed; end the value with another {quote}"
        return advice if quote == '"' else f"{advice}, or quote an apostrophe{_quoted(key, value)}"
    whole = _quoted(key, unquoted(value) or "")
    return f"a quote ends before the value does; put the whole value in quotes{whole}"


def _plain_value(text: str) -> str:
    """How to fix a value that needs quotes, or has an open bracket."""
    key, value = _pair(text)
    if value.startswith(("[", "{")):
        if _is_open(value):
            return _OPEN
        if value.endswith(("]", "}")) and closes_at_end(value):
            return "put each value in the brackets that has a colon or a bracket in quotes"
    if value.startswith(_INDICATORS) or ": " in value or value.endswith(":"):
        return f"put the value in quotes{_quoted(key, value)}"
    return ""


def _open_bracket(lines: Sequence[str], here: int) -> int:
    """The line above with a bracket that nothing closes, 0 if there is none."""
    for number in range(here, max(0, here - MAX_ABOVE), -1):
        if _pair(lines[number - 1])[1].startswith(("[", "{")):
            return number if _is_open("".join(lines[number - 1 : here])) else 0
    return 0


def _is_open(text: str) -> bool:
    return any(text.count(start) != text.count(end) for start, end in ("[]", "{}"))


def _indentation(above: Sequence[str], text: str) -> str:
    """How to indent a line that begins in no column where it may begin."""
    if not _is_content(text) or not above:
        return ""
    columns = {_column(other): other for other in above if _is_content(other)}
    column, last = _column(text), _column(above[-1])
    if column in columns and column == last:
        return ""
    distances = {other: (abs(other - column), -other) for other in columns}
    nearest = last if column > last else min(columns, key=lambda other: distances[other])
    key = columns[nearest][nearest:].partition(":")[0][:MAX_SHOWN]
    blanks = f"{nearest} spaces" if nearest > 1 else "1 space" if nearest else "no spaces"
    return f"begin the line in the column of `{key}` above: with {blanks} before it"


def _column(text: str) -> int:
    """Where the key begins: after the dash of a list."""
    start = _START.match(text)
    return start.end() if start else 0


def _pair(text: str) -> tuple[str, str]:
    """The key and the value of a line. The value is empty if the line has none."""
    key, colon, value = text.partition(": ")
    return (key.strip().removeprefix("- "), value.strip()) if colon else ("", "")


def _quoted(key: str, value: str) -> str:
    if '"' not in value and "\\" not in value:
        return _example(key, f'"{value}"')
    if "'" not in value:
        return _example(key, f"'{value}'")
    return _example(key, json.dumps(value, ensure_ascii=False))


def _example(key: str, value: str) -> str:
    """The corrected line, if it fits in a message and has no password."""
    line = f"{key.strip()}: {value.strip()}"
    is_secret = "password" in line.lower()
    return "" if is_secret or len(line) > MAX_SHOWN else f": `{line}`"
