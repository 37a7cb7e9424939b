"""Read front matter by the rules of hexo-front-matter: the first fence may be missing. Pure.

YAML ends with a line of three or more `-`, JSON without braces with one of `;`. If there are two
fences, they must have the same length.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from publisher.errors import PostError
from publisher.sources.front_matter import block
from publisher.sources.front_matter.block import closing_fence, first_line, limited
from publisher.sources.front_matter.formats import JSON_KEY, as_values, fault, with_keys

if TYPE_CHECKING:
    from pathlib import PurePosixPath

    from publisher.sources.front_matter.block import PostFile

_FENCE = re.compile(r"(-{3,}|;{3,})[ \t]*")
# YAML forbids tabs in indentation (YAML 1.2 section 6.1); hexo-front-matter replaces them.
_TABS = re.compile(r"\A\t+")


def between(lines: list[str], path: PurePosixPath) -> PostFile | None:
    """Read front matter between two fences. Raises PostError."""
    opening = first_line(lines, path)
    match = _FENCE.fullmatch(lines[opening]) if opening is not None else None
    if opening is None or not match:
        return None
    closing = closing_fence(lines, opening, re.compile(rf"{match[1]}[ \t]*"), path)
    if match[1].startswith(";"):
        return _json(lines, opening + 1, closing, path)
    return _yaml(lines, opening, closing, path)


def above(lines: list[str], path: PurePosixPath) -> PostFile | None:
    """Read front matter without a first fence; None if the text above the fence has no keys.

    The fence may as well be a thematic break below a text. Raises PostError.
    """
    opening = first_line(lines, path)
    fences = (index for index in range(opening or 0, len(lines)) if _FENCE.fullmatch(lines[index]))
    closing = next(fences, None)
    if opening is None or closing is None:
        return None
    try:
        if lines[closing].startswith(";"):
            return _json(lines, opening, closing, path)
        # An empty line in the place of the missing fence; line numbers are corrected below.
        post_file = _yaml(["", *lines], opening, closing + 1, path)
    except PostError:
        return None
    if not post_file or not post_file.values:  # e.g. a Markdown heading, which is a comment in YAML
        return None
    return replace(
        post_file,
        body_line=post_file.body_line - 1,
        warnings=tuple((line - 1, message) for line, message in post_file.warnings),
        lines={key: line - 1 for key, line in post_file.lines.items()},
    )


def _yaml(lines: list[str], opening: int, closing: int, path: PurePosixPath) -> PostFile | None:
    """Read the lines between two fences as YAML; a tab at the beginning counts as two spaces."""
    inside = (
        _TABS.sub(lambda tabs: "  " * len(tabs[0]), line) for line in lines[opening + 1 : closing]
    )
    whole = [*[""] * opening, "---", *inside, "---", *lines[closing + 1 :]]
    return block.fenced(whole, path, is_strict=True)


def _json(lines: list[str], start: int, closing: int, path: PurePosixPath) -> PostFile:
    """Read the members of a JSON object without its braces. Raises PostError."""
    inside = lines[start:closing]
    try:
        values = as_values(json.loads(f"{{{limited(inside, start, path)}}}"))
    except (ValueError, RecursionError) as error:
        reason, line = fault(error, "\n".join(inside))
        message = f"the front matter is not JSON without braces: {reason}; check quotes and commas"
        raise PostError(path, message, line=start + line) from error
    return with_keys(values, lines, start, closing, JSON_KEY)
