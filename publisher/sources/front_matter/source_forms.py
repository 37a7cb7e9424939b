"""Find the front matter of a source, in each of its forms, for `source_text`.

Never change the results: the next run would take every published post that they concern for edited.
`test_the_source_of_a_text_never_changes` holds them. Pure.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from publisher.sources.front_matter.source_keys import (
    YAML_KEY,
    block_keys,
    end_of_braces,
    flow_keys,
    json_keys,
    member_keys,
    toml_keys,
    yaml_keys,
)
from publisher.sources.front_matter.source_text import SourceReader, SourceText

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_FENCE = re.compile(r"---[ \t]*")
_FENCE_END = re.compile(r"(?:---|\.\.\.)[ \t]*")
_TOML_FENCE = re.compile(r"\+\+\+[ \t]*")
_NAMED_FENCE = re.compile(r"---[ \t]*(json|toml|yaml)[ \t]*", re.IGNORECASE)
_OPEN_FENCE = re.compile(r"(-{3,}|;{3,})[ \t]*")
_META = re.compile(r" {0,3}([A-Za-z0-9_-]+):[ \t]*.*")
_FIELD = re.compile(r":([^:\s](?:[^:]*[^:\s])?):(?:[ \t]+.*|[ \t]*)")
_COMMENT_KEY = re.compile(r"[ \t]*\.\.[ \t]+([\w-]+):(?:[ \t]+.*|[ \t]*)")
_EXPORT = re.compile(
    r"^export[ \t]+const[ \t]+(?:metadata|meta|frontmatter|frontMatter|attributes|article|post)\b"
    r"[^={}\n]{0,100}=[ \t\n]*(?=\{)",
    re.MULTILINE,
)
_META_TAG = re.compile(r"<meta\s[^<>]*>", re.IGNORECASE)
_META_NAME = re.compile(r"""\bname\s*=\s*["']?([\w:.-]+)""", re.IGNORECASE)


def fenced(lines: list[str]) -> SourceText | None:
    """YAML between `---` and `---` or `...`."""
    return _between(lines, _FENCE, _FENCE_END, yaml_keys)


def toml(lines: list[str]) -> SourceText | None:
    """TOML between `+++` and `+++`."""
    return _between(lines, _TOML_FENCE, _TOML_FENCE, toml_keys)


def named(lines: list[str]) -> SourceText | None:
    """Front matter between `---json`, `---toml` or `---yaml` and `---`."""
    opening = _first(lines)
    match = _NAMED_FENCE.fullmatch(lines[opening])
    divide = (
        {"json": json_keys, "toml": toml_keys, "yaml": yaml_keys}.get(match[1].lower())
        if match
        else None
    )
    return _between(lines, _NAMED_FENCE, _FENCE, divide) if divide else None


def braced(lines: list[str]) -> SourceText | None:
    """A JSON object, whose last brace ends a line."""
    opening = _first(lines)
    if not re.match(r"\{[ \t]*(?:$|\"|\})", lines[opening]):
        return None
    text = "\n".join(lines[opening:])
    end = end_of_braces(text)
    last = opening + text.count("\n", 0, end)
    return SourceText(flow_keys(text[:end]), lines[last + 1 :])


def data(lines: list[str]) -> SourceText:
    """A JSON file without a body."""
    return SourceText(json_keys(lines), ())


def open_fences(lines: list[str]) -> SourceText | None:
    """Hexo's front matter, whose first fence may be missing; between `;;;` JSON without braces."""
    opening = _first(lines)
    first = _OPEN_FENCE.fullmatch(lines[opening])
    start = opening + 1 if first else opening
    for index in range(start, len(lines)):
        fence = _OPEN_FENCE.fullmatch(lines[index])
        if fence and (not first or fence[1] == first[1]):
            divide = member_keys if fence[1].startswith(";") else yaml_keys
            keys = divide(lines[start:index])
            has_keys = first or (keys and YAML_KEY.match(lines[opening]))
            return SourceText(keys, lines[index + 1 :]) if has_keys else None
    return None


def metadata(lines: list[str]) -> SourceText | None:
    """Lines of `Key: value`, up to the first other line (Pelican, MultiMarkdown)."""
    opening = end = _first(lines)
    while end < len(lines) and (
        _META.fullmatch(lines[end]) or (end > opening and lines[end].startswith("    "))
    ):
        end += 1
    if end == opening:
        return None
    return SourceText(block_keys(lines[opening:end], _META), lines[end:])


def docinfo(lines: list[str]) -> SourceText | None:
    """The fields of rst below the title, which counts as a part of the body."""
    start = next((index for index, line in enumerate(lines) if _FIELD.fullmatch(line)), len(lines))
    above = [line for line in lines[:start] if line.strip()]
    if start == len(lines) or sum(any(map(str.isalnum, line)) for line in above) > 1:
        return None
    end = start
    while end < len(lines) and (
        _FIELD.fullmatch(lines[end]) or (lines[end][:1] in {" ", "\t"} and lines[end].strip())
    ):
        end += 1
    return SourceText(block_keys(lines[start:end], _FIELD), [*lines[:start], *lines[end:]])


def comments(lines: list[str]) -> SourceText | None:
    """Nikola's lines of `.. key: value`, perhaps inside of an HTML comment."""
    opening = _first(lines)
    is_in_comment = lines[opening].strip() == "<!--"
    start = end = opening + 1 if is_in_comment else opening
    while end < len(lines) and _COMMENT_KEY.fullmatch(lines[end]):
        end += 1
    if end == start:
        return None
    keys = block_keys(lines[start:end], _COMMENT_KEY)
    if is_in_comment:
        closing = (index for index in range(end, len(lines)) if "-->" in lines[index])
        end = next(closing, len(lines) - 1) + 1
    return SourceText(keys, lines[end:])


def exported(lines: list[str]) -> SourceText | None:
    """The object of metadata that a file of MDX exports; everything else is body."""
    text = "\n".join(lines)
    match = _EXPORT.search(text)
    if not match:
        return None
    end = match.end() + end_of_braces(text[match.end() :])
    body = text[: match.start()] + text[end:]
    return SourceText(flow_keys(text[match.end() : end]), body.split("\n"))


def html(lines: list[str]) -> SourceText:
    """An HTML document: the `meta` tags, and everything else as the body."""
    text = "\n".join(lines)
    keys: dict[str, str] = {}
    for tag in _META_TAG.findall(text):
        if name := _META_NAME.search(tag):
            keys.setdefault(name[1].lower(), " ".join(tag.split()))
    return SourceText(keys, _META_TAG.sub("", text).split("\n"))


def notebook(lines: list[str]) -> SourceText | None:
    """The texts of a notebook's cells, and its metadata; without outputs and counts of runs."""
    try:
        document = json.loads("\n".join(lines))
        cells = [text_of_cell(cell) for cell in cells_of(document)]
        texts = ["".join(cell) for cell in cells]
        about = {**document["metadata"]}
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    for value in [*about.values()]:
        # The metadata for a site generator are a map of their own.
        if isinstance(value, dict) and not {"title", "date"}.isdisjoint(value):
            about |= value
    keys = {key.lower(): json.dumps(value, sort_keys=True) for key, value in about.items()}
    return SourceText(keys, "\n\n".join(texts).split("\n"))


def cells_of(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The cells of a notebook, also of nbformat 3, which has them in sheets. Raises KeyError."""
    if "cells" not in document and "worksheets" in document:
        return [cell for sheet in document["worksheets"] for cell in sheet["cells"]]
    return [*document["cells"]]


def text_of_cell(cell: Mapping[str, Any]) -> Any:
    """What was written into a cell, as Markdown if it is no code. Raises KeyError.

    In nbformat 3 code is the `input` of a cell, and headings are cells of their own.
    """
    source = cell["source"] if "source" in cell or "input" not in cell else cell["input"]
    if cell.get("cell_type") != "heading":
        return source
    level = cell.get("level")
    marks = "#" * (level if isinstance(level, int) and 0 < level < 7 else 1)
    return f"{marks} {''.join(source)}"


FENCES: Sequence[SourceReader] = (fenced, toml, named, braced)


def _first(lines: list[str]) -> int:
    """The index of the first line that is not blank, or 0."""
    return next((index for index, line in enumerate(lines) if line.strip()), 0)


def _between(
    lines: list[str],
    opening_fence: re.Pattern[str],
    closing_fence: re.Pattern[str],
    divide: Callable[[Sequence[str]], dict[str, str]],
) -> SourceText | None:
    opening = _first(lines)
    if not opening_fence.fullmatch(lines[opening]):
        return None
    for index in range(opening + 1, len(lines)):
        if closing_fence.fullmatch(lines[index]):
            return SourceText(divide(lines[opening + 1 : index]), lines[index + 1 :])
    return None
