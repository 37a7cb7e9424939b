"""Read front matter that is not YAML: TOML, JSON, `Key: value`, rst fields, comments. Pure.

Each reader is a function from the lines of a file to a PostFile, or to None if the file has no
front matter of this form.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from html import unescape
from typing import TYPE_CHECKING

from publisher.errors import PostError
from publisher.sources.front_matter.block import (
    PostFile,
    closing_fence,
    fenced,
    first_line,
    limited,
    lines_of_keys,
)
from publisher.text import script_objects
from publisher.text.characters import legal
from publisher.text.yaml_document import MAX_DEPTH, PlainScalar

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import PurePosixPath

    from publisher.text.yaml_document import Value

REASON = 200  # characters of an error of a parser, which may quote the text

_HUGE = "a number has too many digits"
_TOML_FENCE = re.compile(r"\+\+\+[ \t]*")
_TOML_LINE = re.compile(r"at line (\d+)")
# Python refuses to convert more digits (4,300 by default); no number of a post has as many.
_HUGE_NUMBER = re.compile(r"[\w.+-]{1000,}")
_TOML_KEY = re.compile(r"[ \t]*(?:\"([^\"]+)\"|([\w-]+))[ \t]*=")
# A dotted key is a table within a table for each dot. tomllib keeps every beginning of the key,
# which takes 4 GB for 32,000 dots.
_TOML_PART = r"(?:[\w-]++|\"[^\"\n]*+\"|'[^'\n]*+')"
_DEEP_KEY = re.compile(
    rf"(?:^|[\[{{,])[ \t]*+{_TOML_PART}(?:[ \t]*+\.[ \t]*+{_TOML_PART}){{{MAX_DEPTH},}}",
    re.MULTILINE,
)
JSON_KEY = re.compile(r"[ \t{]*\"([^\"]+)\"[ \t]*:")
_NAMED_FENCE = re.compile(r"---[ \t]*(json|toml|yaml|js|javascript|coffee)[ \t]*", re.IGNORECASE)
_FENCE_END = re.compile(r"---[ \t]*")
# The rules of Python-Markdown's extension "Meta-Data".
_META = re.compile(r" {0,3}([A-Za-z0-9_-]+):[ \t]*(.*)")
_META_MORE = re.compile(r" {4,}(.*)")
_EXPORTED_KEY = re.compile(r"[ \t{]*[\"']?([\w$-]+)[\"']?[ \t]*:")
_META_TAG = re.compile(r"<meta\s([^>]*)>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_TITLE = re.compile(r"<title>(.*?)</title>", re.IGNORECASE | re.DOTALL)
_BODY = re.compile(r"<body\b[^>]*>\n?", re.IGNORECASE)
_COMMENT_KEY = re.compile(r"[ \t]*\.\.[ \t]+([\w-]+):(?:[ \t]+(.*)|[ \t]*)")


def toml(lines: list[str], path: PurePosixPath) -> PostFile | None:
    """Read TOML between `+++` and `+++`. Raises PostError."""
    opening = first_line(lines, path)
    if opening is None or not _TOML_FENCE.fullmatch(lines[opening]):
        return None
    return _toml(lines, opening, _TOML_FENCE, path)


def _toml(lines: list[str], opening: int, fence: re.Pattern[str], path: PurePosixPath) -> PostFile:
    closing = closing_fence(lines, opening, fence, path)
    block = lines[opening + 1 : closing]
    try:
        values = toml_values(limited(block, opening + 1, path))
    except (ValueError, RecursionError) as error:
        reason, line = fault(error, "\n".join(block))
        message = f"the front matter is not TOML: {reason}; check the quotes and brackets there"
        line = min(line, max(len(block), 1))
        raise PostError(path, message, line=opening + 1 + line) from error
    return with_keys(values, lines, opening + 1, closing, _TOML_KEY)


def named(lines: list[str], path: PurePosixPath) -> PostFile | None:
    """Read front matter between `---json`, `---toml` or `---yaml` and `---`. Raises PostError."""
    opening = first_line(lines, path)
    match = _NAMED_FENCE.fullmatch(lines[opening]) if opening is not None else None
    if opening is None or not match:
        return None
    language = match[1].lower()
    if language == "yaml":
        return fenced([*lines[:opening], "---", *lines[opening + 1 :]], path)
    if language == "toml":
        return _toml(lines, opening, _FENCE_END, path)
    if language != "json":
        message = f"the front matter is a program ({language}), which is never run; write YAML"
        raise PostError(path, message, line=opening + 1)
    closing = closing_fence(lines, opening, _FENCE_END, path)
    values, _ = _json(lines, opening + 1, path, end=closing)
    return with_keys(values, lines, opening + 1, closing, JSON_KEY)


def braced(lines: list[str], path: PurePosixPath) -> PostFile | None:
    """Read a JSON object; the body starts in the line below its last brace. Raises PostError."""
    opening = first_line(lines, path)
    if opening is None or not re.match(r"\{[ \t]*(?:$|\"|\})", lines[opening]):
        return None
    values, length = _json(lines, opening, path)
    closing = opening + "\n".join(lines[opening:])[:length].count("\n")
    return with_keys(values, lines, opening, closing, JSON_KEY)


def _json(
    lines: list[str], start: int, path: PurePosixPath, *, end: int | None = None
) -> tuple[dict[str, Value], int]:
    """The object, and the number of its characters. Raises PostError."""
    text = "\n".join(lines[start:end])
    try:
        parsed, length = json.JSONDecoder().raw_decode(text.lstrip())
        values = as_values(parsed)
    except (ValueError, RecursionError) as error:
        reason, line = fault(error, text)
        message = f"the front matter is not JSON: {reason}; check quotes, commas and braces"
        raise PostError(path, message, line=start + line) from error
    length += len(text) - len(text.lstrip())
    limited(text[:length].split("\n"), start + 1, path)
    return values, length


def with_keys(
    values: dict[str, Value], lines: list[str], start: int, closing: int, key: re.Pattern[str]
) -> PostFile:
    """The file with these values, whose front matter is in the lines from `start` to `closing`."""
    starts = lines_of_keys(lines, start, closing + 1, key)
    return PostFile(values, "\n".join(lines[closing + 1 :]), closing + 2, lines=starts)


def as_values(parsed: object) -> dict[str, Value]:
    """Turn the typed values of a parser into texts: `true`, `7`, an ISO date.

    Those that were no strings become PlainScalars. Raises ValueError.
    """
    values = _as_value(parsed, MAX_DEPTH)
    if not isinstance(values, dict):
        raise ValueError("must be keys with values")  # noqa: TRY004 - wrong input, not a wrong call
    return values


def toml_values(text: str) -> dict[str, Value]:
    """Parse TOML as texts, lists and maps. Raises ValueError or RecursionError."""
    if _DEEP_KEY.search(text):
        raise _TooDeepError
    import tomllib  # noqa: PLC0415 - most posts have none

    return as_values(tomllib.loads(text))


def json_value(text: str) -> Value:
    """Parse JSON as texts, lists and maps. Raises ValueError or RecursionError."""
    return _as_value(json.loads(text), MAX_DEPTH)


def fault(error: Exception, text: str) -> tuple[str, int]:
    """What is wrong with a text in TOML, JSON or Python, and the line (from 1) of the text."""
    match error:
        case RecursionError() | MemoryError() | _TooDeepError():
            return f"nested too deeply (more than {MAX_DEPTH} levels)", _deep_line(text)
        case json.JSONDecodeError():
            return error.msg, error.lineno
        case SyntaxError(lineno=int(line)):  # of Python
            is_number = _HUGE_NUMBER.search(text.split("\n")[line - 1])
            return _HUGE if is_number else error.msg[:REASON], line
        case ValueError() if type(error).__name__ == "TOMLDecodeError":  # imported late
            at = _TOML_LINE.search(str(error))
            return str(error).partition(" (at ")[0][:REASON], int(at[1]) if at else 1
        case _ if number := _HUGE_NUMBER.search(text):
            return _HUGE, text.count("\n", 0, number.start()) + 1
        case _:
            return str(error)[:REASON], 1


class _TooDeepError(ValueError):
    """Lists and maps are nested too deeply."""


def _deep_line(text: str) -> int:
    """The line in which the brackets are nested too deeply; they are counted in texts, too."""
    depth = 0
    for number, line in enumerate(text.split("\n"), start=1):
        depth += sum(map(line.count, "[{")) - sum(map(line.count, "]}"))
        is_deep = depth > MAX_DEPTH or sum(map(line.count, "[{")) > MAX_DEPTH
        if is_deep or _DEEP_KEY.search(line):
            return number
    return 1


def _as_value(parsed: object, depth: int) -> Value:
    if depth == 0:
        raise _TooDeepError
    match parsed:
        case None:
            return None
        case dict():
            return {legal(str(key)): _as_value(part, depth - 1) for key, part in parsed.items()}
        case list() | tuple():
            return [_as_value(part, depth - 1) for part in parsed]
        case str():
            return legal(parsed)
        case _:
            return PlainScalar(_written(parsed))


def _written(scalar: object) -> str:
    match scalar:
        case bool():
            return "true" if scalar else "false"
        case dt.datetime():
            return scalar.isoformat(" ")
        case _:
            return legal(str(scalar))


def exported(lines: list[str], path: PurePosixPath) -> PostFile | None:
    """Read the object of metadata that a file of MDX exports. All of the file is body.

    An object that is a program is not read, with a warning. Raises PostError.
    """
    text = "\n".join(lines)
    try:
        found = script_objects.exported(text)
        values = as_values(found.values) if found else {}
    except script_objects.LiteralError as error:
        message = f"{error}; write its values as texts, numbers and lists, or use front matter"
        return PostFile({}, text, warnings=((error.line, message),))
    if found is None:
        return None
    inside = found.text.split("\n")
    limited(inside, found.line - 1, path)
    keys = lines_of_keys(inside, 0, len(inside), _EXPORTED_KEY)
    return PostFile(values, text, lines={key: found.line - 1 + keys[key] for key in keys})


def metadata(lines: list[str], path: PurePosixPath) -> PostFile | None:
    """Read lines of `Key: value`, up to the first other line. Of equal keys the first counts.

    A line that is indented by four spaces continues a value. Raises PostError.
    """
    opening = first_line(lines, path)
    if opening is None or not _META.match(lines[opening]):
        return None
    pairs: list[tuple[int, str, str]] = []
    for index in range(opening, len(lines)):
        if match := _META.fullmatch(lines[index]):
            pairs.append((index + 1, match[1].lower(), match[2]))
        elif continuation := _META_MORE.fullmatch(lines[index]):
            line, key, value = pairs[-1]
            pairs[-1] = (line, key, f"{value}\n{continuation[1]}")
        else:
            end = index
            break
    else:
        end = len(lines)
    return of_pairs(pairs, lines, opening, end, path)


def of_pairs(
    pairs: Iterable[tuple[int, str, str]],
    lines: list[str],
    opening: int,
    end: int,
    path: PurePosixPath,
) -> PostFile:
    """The file whose front matter is `lines[opening:end]`. Raises PostError beyond the limit."""
    limited(lines[opening:end], opening, path)
    values: dict[str, Value] = {}
    starts: dict[str, int] = {}
    for line, key, value in pairs:
        if key not in values:
            values[key] = legal(value).strip() or None
            starts[key] = line
    return PostFile(values, "\n".join(lines[end:]), end + 1, lines=starts)


def comments(lines: list[str], path: PurePosixPath) -> PostFile | None:
    """Read Nikola's lines of `.. key: value`, in Markdown and HTML inside of a comment.

    Raises PostError.
    """
    start = first_line(lines, path)
    if start is None:
        return None
    hidden = lines[start].strip() == "<!--"
    at = start + hidden
    pairs = []
    while at < len(lines) and (match := _COMMENT_KEY.fullmatch(lines[at])):
        pairs.append((at + 1, match[1].lower(), match[2] or ""))
        at += 1
    if not pairs:
        return None
    if hidden:
        at = _comment_end(lines, at, start, path)
    return of_pairs(reversed(pairs), lines, start, at, path)  # of equal keys the last counts


def _comment_end(lines: list[str], at: int, start: int, path: PurePosixPath) -> int:
    for index in range(at, len(lines)):
        if "-->" in lines[index]:
            return index + 1
    raise PostError(path, "the comment never ends; add a line `-->` below it", line=start + 1)


def html(lines: list[str], path: PurePosixPath) -> PostFile:
    """Read the `meta` tags and the title of an HTML document, whose body is that of the file."""
    text = "\n".join(lines)
    values: dict[str, Value] = {}
    starts: dict[str, int] = {}
    for tag in _META_TAG.finditer(text):
        attributes = {
            key.lower(): unescape(double_quoted or single_quoted)
            for key, double_quoted, single_quoted in _ATTRIBUTE.findall(tag[1])
        }
        if name := attributes.get("name"):
            values.setdefault(name.lower(), attributes.get("content"))
            starts.setdefault(name.lower(), text.count("\n", 0, tag.start()) + 1)
    if title := _TITLE.search(text):
        values.setdefault("title", title[1].strip())
        starts.setdefault("title", text.count("\n", 0, title.start()) + 1)
    start = _BODY.search(text)
    if not start:
        return PostFile(values, text, lines=starts)
    end = text.lower().rfind("</body")
    body = text[start.end() : end if end > start.end() else None]
    return PostFile(values, body, text.count("\n", 0, start.end()) + 1, lines=starts)
