"""Read the properties of a note as Obsidian shows them: `[[A note]]` is the text `A note`."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from publisher.text.yaml_document import Value

# `[[2022-01-05]]`, perhaps in a folder, with a heading, and with another text.
_LINK = re.compile(r"!?\[\[([^\[\]|#\n]*)(?:#[^\[\]|\n]*)?(?:\|([^\[\]\n]*))?\]\]")
_COMMENT = re.compile(r"%%.*?(?:%%|\Z)", re.DOTALL)


def shown(value: Value) -> Value:
    """A text, or a list of texts, without the folders and headings of notes, and comments.

    They may be as private as those notes. A value without them is the same.
    """
    match value:
        case str(text) if "[[" in text or "%%" in text:
            return _LINK.sub(_text_of, _COMMENT.sub("", text)).strip()
        case list(parts):
            return [shown(part) for part in parts]
        case _:
            return value


def _text_of(match: re.Match[str]) -> str:
    return (match[2] or "").strip() or PurePosixPath(match[1].strip()).name or match[0]
