"""Split a post's file into front matter, whose values have line numbers, and body. Pure.

Front matter that is not valid YAML is read key by key, with a warning. A file is refused if the
author's meaning would be lost: text that is not UTF-8, a fence that never closes, a merge conflict,
or front matter that exceeds the limit.
"""

from __future__ import annotations

import bisect
import itertools
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from publisher.errors import PostError
from publisher.text import merge_conflicts, yaml_document
from publisher.text.characters import legal, short_line
from publisher.text.yaml_mistakes import closes_at_end, unquoted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import PurePosixPath

# Longer front matter has probably taken in the body, because its own end is missing.
MAX_BYTES = 64 * 1024

_OPENING = re.compile(r"---[ \t]*")
# YAML's document end marker closes front matter in Jekyll, too.
_CLOSING = re.compile(r"(?:---|\.\.\.)[ \t]*")
_MARK = re.compile(r"([-+;])\1*")  # of a fence
_CONFLICT = re.compile(r"<{7} |>{7} ")
# A title without quotes: YAML takes ` #` in it for the start of a comment.
_PLAIN_TITLE = re.compile(r"title:[ \t](?![ \t]*[\"'|>!&*\[{])")
_COMMENT = re.compile(r"(?<=[ \t])#[^\n]*")
_DASH = re.compile(r"[ ]*-[ \t]+(.*?)[ \t]*")
# A key in front matter that is not YAML, perhaps in quotes or without a blank behind the colon.
_KEY = re.compile(r"([\"']?)([A-Za-z_][\w.-]*)\1[ \t]*:(?!//)")
# A line that was meant as a key: indented, in brackets, with the colon of another script.
_LOST_KEY = re.compile(r"[\s{\[,-]*[\"']?([A-Za-z_][\w.-]*)[\"']?[ \t]*[:=\uff1a]")
# `? key`, whose value is on the next line (YAML 1.2 section 8.2.2).
_EXPLICIT_KEY = re.compile(r"\s*\?[ \t]+[\"']?([A-Za-z_][\w.-]*)[\"']?[ \t]*(?:[:#].*)?")
_PAIR = re.compile(r"(\s*)[\"']?([A-Za-z_][\w.-]*)[\"']?[ \t]*:(?:\s+(.*?)\s*|$)")
_TAGGED = re.compile(r"![A-Za-z]\w*(?:[ \t]+|$)")
_CURLY = re.compile("[\u201c\u201d\u201e\u2018\u2019](.*)[\u201c\u201d\u2018\u2019]", re.DOTALL)
# In these keys the author may mean curly quotes.
_PROSE = frozenset({"title", "subtitle", "description", "summary", "excerpt"})


class PostFile(Struct, frozen=True):
    """A file, split into front matter and body.

    `body` has LF line ends and starts at line `body_line` of the file. `warnings` are warnings:
    (line, message). Texts without quotes are PlainScalars. `lines` are those of the keys. `text`
    is the whole file. `lost_keys` are keys, with their lines, whose values are lost or a guess,
    because the front matter is not YAML there.
    """

    values: dict[str, yaml_document.Value]
    body: str
    body_line: int = 1
    warnings: tuple[tuple[int, str], ...] = ()
    lines: dict[str, int] = field(default_factory=dict)
    text: str = ""
    lost_keys: tuple[tuple[str, int], ...] = ()

    def line(self, key: str) -> int:
        """The line of the key in the file."""
        return self.lines.get(key, 1)


class ConflictError(PostError):
    """The file has a merge conflict, so nobody knows what its author means."""


FrontMatterReader = Callable[[list[str], "PurePosixPath"], "PostFile | None"]


def read(
    data: bytes, path: PurePosixPath, front_matter_readers: Sequence[FrontMatterReader] = ()
) -> PostFile:
    """Split a file with the first reader that recognises its front matter.

    Without readers it is YAML between fences. A file without front matter is all body.
    Raises PostError.
    """
    text = decoded(data, path)
    lines = text.split("\n")
    for reader in front_matter_readers or (fenced,):
        document = reader(lines, path)
        if document is not None:
            return replace(document, text=text)
    return PostFile({}, text, text=text)


def fenced(lines: list[str], path: PurePosixPath, *, is_strict: bool = False) -> PostFile | None:
    """Read YAML between `---` and `---` or `...`. Invalid YAML is read key by key.

    With `is_strict` invalid YAML is an error, as for engines that build no page of such a post.
    Raises PostError.
    """
    opening = first_line(lines, path)
    if opening is None or not _OPENING.fullmatch(lines[opening]):
        return None
    closing = closing_fence(lines, opening, _CLOSING, path)
    above = opening + 1
    front_matter, lost, warnings = _parsed(lines[above:closing], above, path, is_strict=is_strict)
    if is_strict and front_matter.duplicates:
        key, line = front_matter.duplicates[0]
        raise PostError(path, f"{key[:40]} is given twice; remove one", line=above + line)
    values = {} if front_matter.value is None else front_matter.with_plain_scalars
    if not isinstance(values, dict):
        line = above + front_matter.line(())
        raise PostError(path, "the front matter must be lines of `key: value`", line=line)
    warnings += [
        *_remarks(front_matter, lines[above:closing], above),
        *_curly(values, front_matter, above),
        *_bracketed(values, front_matter, lines[above:closing], above),
    ]
    return PostFile(
        values=values,
        body="\n".join(lines[closing + 1 :]),
        body_line=closing + 2,
        warnings=tuple(sorted(warnings)),
        lines={key: above + front_matter.line((key,)) for key in values},
        lost_keys=tuple((key, above + line) for key, line in lost),
    )


def decoded(data: bytes, path: PurePosixPath) -> str:
    """The text with LF line ends and without a byte order mark. Raises PostError."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"is not UTF-8 at byte {error.start} of the file; save it in that encoding"
        raise PostError(path, message, line=line) from error
    return text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def first_line(lines: list[str], path: PurePosixPath) -> int | None:
    """The index of the first line that is not blank. Raises PostError at a merge conflict."""
    for index, line in enumerate(lines):
        if _CONFLICT.match(line):
            raise _conflict(path, index + 1)
        if line.strip():
            return index
    return None


def limited(block: list[str], above: int, path: PurePosixPath) -> str:
    """The text of the front matter that begins below line `above`.

    Raises PostError if it exceeds the limit or has a merge conflict.
    """
    text = "".join(f"{line}\n" for line in block)
    size = len(text.encode("utf-8"))
    if size > MAX_BYTES:
        message = (
            f"the front matter has {size} bytes, at most {MAX_BYTES} are read; "
            "close it above the body"
        )
        raise PostError(path, message, line=above)
    for index, line in enumerate(block, start=above + 1):
        if _CONFLICT.match(line):
            raise _conflict(path, index)
    return legal(text)


def closing_fence(
    lines: list[str], opening: int, fence: re.Pattern[str], path: PurePosixPath
) -> int:
    """The index of the line that closes the front matter. Raises PostError if there is none."""
    for index in range(opening + 1, len(lines)):
        if fence.fullmatch(lines[index]):
            return index
    mark = _MARK.match(lines[opening])
    message = f"the front matter never ends; add a line `{mark[0] if mark else ''}` below it"
    raise PostError(path, message, line=opening + 1)


def lines_of_keys(lines: list[str], start: int, end: int, key: re.Pattern[str]) -> dict[str, int]:
    """The first line (from 1) of each key, which is the last group that matches."""
    matches = ((index + 1, key.match(lines[index])) for index in reversed(range(start, end)))
    return {match[match.lastindex or 0]: line for line, match in matches if match}


def _parsed(
    block: list[str], above: int, path: PurePosixPath, *, is_strict: bool
) -> tuple[yaml_document.YamlDocument, list[tuple[str, int]], list[tuple[int, str]]]:
    """The front matter; if it had to be read key by key, the lost keys and a warning.

    Raises PostError.
    """
    text = limited(block, above, path)
    try:
        return yaml_document.read(text), [], []
    except yaml_document.YamlError as error:
        message = f"the front matter is {error.predicate}"
        rescued = None if is_strict or error.is_too_much else _rescued(block)
        if rescued is None:
            raise PostError(path, message, line=above + error.line) from error
        warning = f"{message}; until then each key is read by itself"
        return *rescued, [(above + error.line, warning)]


def _rescued(
    block: list[str],
) -> tuple[yaml_document.YamlDocument, list[tuple[str, int]]] | None:
    """Read each key by itself, as YAML or, if that fails, its line as text. None without keys.

    The second value is the lost keys, each with its line (from 1).
    """
    starts = [index for index, line in enumerate(block) if _KEY.match(line)]
    values: dict[str, yaml_document.Value] = {}
    lines: dict[yaml_document.Key, int] = {}
    lost = [*_lost_keys(block, 0, min(starts, default=0)), *_quoted_keys(block, starts)]
    for start, end in itertools.pairwise([*starts, len(block)]):
        match = _KEY.match(block[start])
        key = match[2] if match else ""
        part = _part(block[start:end])
        if isinstance(part, dict):
            values |= {key: part.get(key)} | part  # with `? other` below it
        else:
            below = [line for line in block[start + 1 : end] if line.strip()]
            values[key] = _plain(key, legal(block[start].partition(":")[2].strip()), below)
            lost += _lost_keys(block, start + _is_word(values[key]), end)
        lines[key,] = start + 1
    if not values:
        return None
    return yaml_document.YamlDocument(values, lines, with_plain_scalars=values), lost


def _quoted_keys(block: list[str], starts: Sequence[int]) -> list[tuple[str, int]]:
    """The keys on lines that may be text, because a quote above them closes below them."""
    found: list[tuple[str, int]] = []
    ends = {quote: [at for at, line in enumerate(block) if _closes(line, quote)] for quote in "\"'"}
    searched = 0  # lines; no line is searched twice
    for start in starts:
        value = block[start].partition(":")[2].strip()
        quote = value[:1]
        if quote and quote in ends and value.count(quote) == 1:
            behind = bisect.bisect_right(ends[quote], start)
            end = next(iter(ends[quote][behind : behind + 1]), start)
            found += _lost_keys(block, max(start + 1, searched), end)
            searched = max(searched, end)
    return found


def _closes(line: str, quote: str) -> bool:
    """Whether a line may end a value with this quote. A single quote may be an apostrophe."""
    return line.count(quote) % 2 == 1 and (quote == '"' or line.rstrip().endswith(quote))


def _part(lines: list[str]) -> yaml_document.Value:
    """A key with its value; None if that is not YAML."""
    try:
        return yaml_document.read(legal("\n".join(lines))).with_plain_scalars
    except yaml_document.YamlError:
        return None


def _lost_keys(block: list[str], start: int, end: int) -> list[tuple[str, int]]:
    lines = ((at, block[at]) for at in range(start, end))
    matches = ((at, _LOST_KEY.match(line) or _EXPLICIT_KEY.fullmatch(line)) for at, line in lines)
    return [(match[1], at + 1) for at, match in matches if match]


def _is_word(value: yaml_document.Value) -> bool:
    """Whether a value that is not YAML is what its author meant: `'true`, but not `true: x`."""
    return isinstance(value, str) and value.isalnum()


def _plain(key: str, text: str, below: Sequence[str]) -> yaml_document.Value:
    """A value that is not YAML, with the lines below its key: a list, a map, or else a text."""
    items = [_DASH.fullmatch(line) for line in below]
    pairs = [pair for line in below if (pair := _PAIR.fullmatch(line))]
    if not text and len(pairs) == len(below) and len({pair[1] for pair in pairs}) == 1:
        return {pair[2]: unquoted(legal(pair[3] or "")) for pair in pairs}
    if not text:
        values = [unquoted(legal(item[1])) for item in items if item]
        return [*values] if len(values) == len(below) > 0 else None
    own = itertools.takewhile(lambda line: not _PAIR.match(line), below)
    more = (line.strip() for line in own if line.startswith(" ") and line.strip()[0] != "#")
    whole = " ".join([text, *map(legal, more)])
    is_list = text.startswith("[") and key not in _PROSE and closes_at_end(whole)
    return _list(whole) if is_list else unquoted(whole)


def _list(text: str) -> yaml_document.Value:
    parts = [part.strip() for part in text.strip("[]").split(",")]
    return [_list(part) if part.startswith("[") else unquoted(part) for part in parts]


def require_no_conflict(document: PostFile, path: PurePosixPath) -> None:
    """Refuse a body with a merge conflict, whose sides would both be published.

    Raises ConflictError.
    """
    line = merge_conflicts.line_in_body(document.body)
    if line is not None:
        raise _conflict(path, document.body_line + line - 1)


def _conflict(path: PurePosixPath, line: int) -> ConflictError:
    return ConflictError(path, merge_conflicts.MESSAGE, line=line)


def _remarks(
    front_matter: yaml_document.YamlDocument, block: list[str], above: int
) -> Iterator[tuple[int, str]]:
    for key, line in front_matter.duplicates:
        yield above + line, f"{short_line(key, 40)} is given twice; the last one counts"
    line = front_matter.line(("title",))
    title = block[line - 1] if line <= len(block) else ""
    comment = _COMMENT.search(title) if _PLAIN_TITLE.match(title) else None
    values = front_matter.value if isinstance(front_matter.value, dict) else {}
    if comment and comment[0] not in str(values.get("title")):
        cut = legal(comment[0][:40])
        yield above + line, f"the title is cut before `{cut}`, a comment in YAML; put it in quotes"


def _bracketed(
    values: dict[str, yaml_document.Value],
    front_matter: yaml_document.YamlDocument,
    block: list[str],
    above: int,
) -> Iterator[tuple[int, str]]:
    """Take a title or a summary as the text that it shows.

    In brackets it is a list or a map in YAML, and the beginning of `!important` is a type.
    """
    for key in _PROSE.intersection(values):
        line = front_matter.line((key,))
        written = block[line - 1].partition(":")[2].strip()
        is_whole = written.startswith(("[", "{")) and written.endswith(("]", "}"))
        tag = _TAGGED.match(written)
        is_tagged = tag and values[key] == written[tag.end() :]
        if is_tagged or (is_whole and isinstance(values[key], list | dict)):
            values[key] = legal(written)
            yield above + line, f"{key} must be a text; put it in quotes"


def _curly(
    values: dict[str, yaml_document.Value], front_matter: yaml_document.YamlDocument, above: int
) -> Iterator[tuple[int, str]]:
    """Remove the curly quotes of a word processor, which are text in YAML, with a warning."""
    for key, value in values.items():
        match = _CURLY.fullmatch(value) if isinstance(value, str) else None
        if match and key not in _PROSE:
            values[key] = match[1]
            shown = short_line(key, 40)
            yield (
                above + front_matter.line((key,)),
                f"{shown} is in curly quotes; write straight ones",
            )
