"""A post's file -> its front matter, each value with its line in the file, and its body. Pure.

Refuses what may lose what the author meant: text that is not UTF-8, a fence that never closes, a
merge conflict, YAML that is none, and more front matter than anybody writes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from publisher import marked
from publisher.errors import PostError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import PurePosixPath

MAX_BYTES = 64 * 1024

_OPENING = re.compile(r"---[ \t]*")
_CLOSING = re.compile(r"(?:---|\.\.\.)[ \t]*")
_CONFLICT = re.compile(r"<{7} |>{7} ")
# XML 1.0 section 2.2: everything else must never reach a document or a stanza.
_ILLEGAL = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# A plain title, of which YAML makes a comment from ` #` on.
_PLAIN_TITLE = re.compile(r"title:[ \t](?![ \t]*[\"'|>!&*\[{])")
_COMMENT = re.compile(r"(?<=[ \t])#[^\n]*")
_PLAIN_VALUE = re.compile(r"[ -]*[\w-]+:[ \t]+[^\"'\s]")


@dataclass(frozen=True, slots=True)
class Document:
    """A file, taken apart. `body` has LF line ends and starts at line `body_line` of the file.

    `remarks` are what a reader will see differently from what was meant: (line, message).
    """

    values: dict[str, marked.Value]
    body: str
    body_line: int = 1
    remarks: tuple[tuple[int, str], ...] = ()
    lines: dict[str, int] = field(default_factory=dict)

    def line(self, key: str) -> int:
        """The line of the file at which the key stands."""
        return self.lines.get(key, 1)


def read(data: bytes, path: PurePosixPath) -> Document:
    """Take a file apart; one without front matter is all body. Raises PostError."""
    text = _decoded(data, path)
    lines = text.split("\n")
    opening = _opening(lines, path)
    if opening is None:
        return Document({}, text)
    closing = _closing(lines, opening, path)
    above = opening + 1
    block = lines[above:closing]
    matter = _parsed(block, above, path)
    values = {} if matter.value is None else matter.value
    if not isinstance(values, dict):
        line = above + matter.line(())
        raise PostError(path, "the front matter must be lines of `key: value`", line=line)
    return Document(
        values=values,
        body="\n".join(lines[closing + 1 :]),
        body_line=closing + 2,
        remarks=tuple(sorted(_remarks(matter, block, above))),
        lines={key: above + matter.line((key,)) for key in values},
    )


def clean(text: str) -> str:
    """Without what XML cannot carry."""
    return _ILLEGAL.sub("", text)


def _decoded(data: bytes, path: PurePosixPath) -> str:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"is not UTF-8 at byte {error.start} of the file; save it with that encoding"
        raise PostError(path, message, line=line) from error
    return text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _opening(lines: list[str], path: PurePosixPath) -> int | None:
    """The index of the fence that opens; blank lines may come before it."""
    for index, line in enumerate(lines):
        if _CONFLICT.match(line):
            raise _conflict(path, index + 1)
        if line.strip():
            return index if _OPENING.fullmatch(line) else None
    return None


def _closing(lines: list[str], opening: int, path: PurePosixPath) -> int:
    for index in range(opening + 1, len(lines)):
        if _CLOSING.fullmatch(lines[index]):
            return index
    message = "the front matter never ends; add a line `---` below it"
    raise PostError(path, message, line=opening + 1)


def _parsed(block: list[str], above: int, path: PurePosixPath) -> marked.Marked:
    text = "".join(f"{line}\n" for line in block)
    size = len(text.encode("utf-8"))
    if size > MAX_BYTES:
        message = (
            f"the front matter has {size} bytes, at most {MAX_BYTES} are read; "
            "close it with a line `---` above the text"
        )
        raise PostError(path, message, line=above)
    for index, line in enumerate(block, start=above + 1):
        if _CONFLICT.match(line):
            raise _conflict(path, index)
    try:
        return marked.read(clean(text))
    except marked.MarkedError as error:
        message = f"the front matter is not YAML: {error.message}; {_hint(block, error.line)}"
        raise PostError(path, message, line=above + error.line) from error


def _hint(block: list[str], line: int) -> str:
    if line <= len(block) and _PLAIN_VALUE.match(block[line - 1]):
        return "put the value in quotes"
    return "check the quotes, brackets and blanks there and in the line above"


def _conflict(path: PurePosixPath, line: int) -> PostError:
    return PostError(path, "holds a merge conflict; keep one side and save the file", line=line)


def _remarks(matter: marked.Marked, block: list[str], above: int) -> Iterator[tuple[int, str]]:
    for key, line in matter.duplicates:
        yield above + line, f"{key[:40]} is given twice; the last one counts"
    line = matter.line(("title",))
    title = block[line - 1] if line <= len(block) else ""
    comment = _COMMENT.search(title) if _PLAIN_TITLE.match(title) else None
    if comment:
        cut = clean(comment[0][:40])
        yield above + line, f"the title is cut before `{cut}`, a comment in YAML; put it in quotes"
