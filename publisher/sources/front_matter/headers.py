"""Read the title, the date and other metadata of files in markup that publisher does not render.

AsciiDoc, Org, Textile and notebooks have headers of their own, with or without front matter above
them, which has priority. Each reader is a function from the lines of a file to a PostFile, or to
None if the file has no such header. Pure.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from publisher.errors import PostError
from publisher.sources.front_matter import block, docinfo, formats
from publisher.sources.front_matter.block import PostFile, limited
from publisher.sources.front_matter.source_forms import cells_of, text_of_cell
from publisher.text.characters import legal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import PurePosixPath

    from publisher.sources.front_matter.block import FrontMatterReader
    from publisher.text.yaml_document import Value

_LIST_KEYS = frozenset({"tags", "keywords", "categories"})
# Keys that need no value to be set.
_SWITCHES = frozenset(
    {"draft", "encrypted", "hidden", "noindex", "private", "protected", "unlisted"}
)

# AsciiDoc: https://docs.asciidoctor.org/asciidoc/latest/document/header/
_ASCIIDOC_TITLE = re.compile(r"[=#][ \t]+(\S.*)")
_ATTRIBUTE = re.compile(r":(!?)([\w-]+)(!?):(?:[ \t]+(.*))?")
_PREFIX = re.compile(r"(?:page|jbake)-")  # of jekyll-asciidoc and Antora, and of JBake
_REVISION = re.compile(r"(?:v?[\w.]*\d[\w.]*,[ \t]*)?([^:]*?\d{4}.*?)(?::[ \t].*)?")
# Org: https://orgmode.org/manual/Export-Settings.html
_KEYWORD = re.compile(r"#\+([\w-]+)(?:\[\])?:(?:[ \t]+(.*)|[ \t]*)")
_DRAWER = re.compile(r":[\w-]+:[ \t]*")
_DRAWER_END = re.compile(r":END:[ \t]*", re.IGNORECASE)
_TIMESTAMP = re.compile(
    r"[<\[](\d{4}-\d\d-\d\d)(?:[ ]+[^\W\d]+\.?)?(?:[ ]+(\d{1,2}:\d\d)[^\]>]*)?[\]>].*", re.ASCII
)
_LISP = {"t": "true", "nil": "false"}
# Textile: https://textile-lang.com/doc/headings
_TEXTILE_TITLE = re.compile(r"h1(?:\([^()]*\)|\{[^{}]*\}|\[[^\[\]]*\]|[<>=])*\.[ \t]+(\S.*)")
# Notebooks: https://nbformat.readthedocs.io/en/latest/format_description.html
_MARKDOWN_TITLE = re.compile(r"\s*#[ \t]+([^\n]+)")
_NO_METADATA = frozenset({"kernelspec", "language_info"})


def read(
    data: bytes, path: PurePosixPath, front_matter_readers: Sequence[FrontMatterReader]
) -> PostFile:
    """Split a file of unrendered markup into front matter with header, and body.

    Raises PostError.
    """
    kind = path.suffix.lower()
    if kind == ".ipynb":
        return block.read(data, path, (notebook,))
    above = block.read(data, path, front_matter_readers)
    header = _READERS.get(kind)
    below = header(above.body.split("\n"), path) if header else None
    if below is None:
        return above
    offset = above.body_line - 1
    own = {key: value for key, value in above.values.items() if value is not None}
    return replace(
        above,
        values={**_with_lists(below.values), **own},
        body=below.body,
        body_line=below.body_line + offset,
        lines={**{key: line + offset for key, line in below.lines.items()}, **above.lines},
    )


class _Header:
    """Collects the values of a header with their lines (from 1)."""

    def __init__(self) -> None:
        self.values: dict[str, Value] = {}
        self.lines: dict[str, int] = {}

    def add(self, key: str, value: str, line: int) -> None:
        text = legal(value).strip()
        if not text and key in _SWITCHES:
            text = "true"
        if not text:
            return
        known = self.values.get(key)
        if key in _LIST_KEYS:
            parts: list[Value] = [*_parts(text)]
            self.values[key] = [*known, *parts] if isinstance(known, list) else parts
        else:
            self.values[key] = text
        self.lines.setdefault(key, line)

    def stand_in(self, key: str, *others: str) -> None:
        """Take another key for a missing one."""
        other = next((name for name in others if name in self.values), None)
        if other and key not in self.values:
            self.values[key], self.lines[key] = self.values[other], self.lines[other]

    def file(self, lines: list[str], end: int, path: PurePosixPath) -> PostFile | None:
        """The file whose header has `end` lines; None if it is empty. Raises PostError."""
        limited(lines[:end], 0, path)
        if not self.values:
            return None
        return PostFile(self.values, "\n".join(lines[end:]), end + 1, lines=self.lines)


def _with_lists(values: dict[str, Value]) -> dict[str, Value]:
    """The values with lists of tags, because not every engine splits a text."""
    texts = {key: value for key in _LIST_KEYS if isinstance(value := values.get(key), str)}
    return {**values, **{key: [*_parts(text)] for key, text in texts.items()}}


def _parts(text: str) -> list[str]:
    """The words of a list: `[a, "b"]`, `:a:b:`, `a, b` or `a b`."""
    if text.startswith(":") and text.endswith(":"):
        return [part for part in text.split(":") if part]
    bare = text.removeprefix("[").removesuffix("]")
    parts = re.split(r"[,;]", bare) if re.search(r"[,;]", bare) else bare.split()
    return [word for part in parts if (word := part.strip().strip("\"'"))]


# --- AsciiDoc ---


def asciidoc(lines: list[str], path: PurePosixPath) -> PostFile | None:
    """Read the title, the author, the revision and the attributes. Raises PostError."""
    header = _Header()
    title = _title_of_asciidoc(lines, header)
    if title is None:
        end = _attributes(lines, 0, header)
    else:
        header.add("title", _ASCIIDOC_TITLE.sub(r"\1", lines[title]), title + 1)
        end = _attributes(lines, _persons(lines, title + 1, header), header)
    header.stand_in("date", "revdate")
    header.stand_in("tags", "keywords")
    return header.file(lines, end, path)


def _title_of_asciidoc(lines: list[str], header: _Header) -> int | None:
    """The index of the title, with only blanks, comments and attributes above it."""
    for index, line in enumerate(lines):
        if _ASCIIDOC_TITLE.fullmatch(line):
            _attributes(lines, 0, header, stop=index)
            return index
        if line.strip() and not (line.startswith("//") or _ATTRIBUTE.fullmatch(line)):
            return None
    return None


def _persons(lines: list[str], at: int, header: _Header) -> int:
    """Read the line of the authors and that of the revision; the index below them."""
    for read_line in (_add_authors, _add_revision):
        at = _past_comments(lines, at)
        line = lines[at] if at < len(lines) else ""
        if not line.strip() or _ATTRIBUTE.fullmatch(line) or not read_line(header, line, at + 1):
            break
        at += 1
    return at


def _add_authors(header: _Header, line: str, number: int) -> bool:
    header.values["authors"] = [part.strip().replace("_", " ") for part in line.split(";")]
    header.lines["authors"] = number
    return True


def _add_revision(header: _Header, line: str, number: int) -> bool:
    match = _REVISION.fullmatch(line.strip())
    if match:
        header.add("revdate", match[1], number)
    return match is not None


def _past_comments(lines: list[str], at: int) -> int:
    while at < len(lines) and lines[at].startswith("//"):
        at += 1
    return at


def _attributes(lines: list[str], at: int, header: _Header, *, stop: int | None = None) -> int:
    """Read the attributes from `at` on; the index of the first other line."""
    end = len(lines) if stop is None else stop
    while at < end:
        match = _ATTRIBUTE.fullmatch(lines[at])
        if match and not (match[1] or match[3]):
            header.add(_PREFIX.sub("", match[2].lower(), count=1), match[4] or "", at + 1)
        elif not (match or lines[at].startswith("//") or (stop and not lines[at].strip())):
            break
        at += 1
    return at


# --- Org ---


def org(lines: list[str], path: PurePosixPath) -> PostFile | None:
    """Read the keywords at the head of a document. Raises PostError."""
    header = _Header()
    at, is_in_drawer = 0, False
    while at < len(lines):
        line = lines[at]
        keyword = _KEYWORD.fullmatch(line)
        if is_in_drawer:
            is_in_drawer = not _DRAWER_END.fullmatch(line)
        elif keyword:
            _add_keyword(header, keyword, at + 1)
        elif _DRAWER.fullmatch(line):
            is_in_drawer = True
        elif line.strip() and not line.startswith("# "):
            break
        at += 1
    header.stand_in("tags", "keywords")
    header.stand_in("lang", "language")
    return header.file(lines, at, path)


def _add_keyword(header: _Header, match: re.Match[str], line: int) -> None:
    key, value = match[1].lower(), (match[2] or "").strip()
    if key == "filetags":
        key = "tags"
    if timestamp := _TIMESTAMP.fullmatch(value):
        value = " ".join(filter(None, timestamp.groups()))
    known = header.values.get(key)
    if key == "title" and isinstance(known, str):  # several lines are one title
        value = f"{known} {value}"
    header.add(key, _LISP.get(value, value), line)


# --- Textile ---


def textile(lines: list[str], path: PurePosixPath) -> PostFile | None:
    """Read the title, a heading above the text; Textile has no other metadata."""
    first = block.first_line(lines, path)
    match = _TEXTILE_TITLE.fullmatch(lines[first]) if first is not None else None
    if first is None or match is None:
        return None
    header = _Header()
    header.add("title", match[1], first + 1)
    return header.file(lines, first + 1, path)


# --- notebooks ---


def notebook(lines: list[str], path: PurePosixPath) -> PostFile:
    """Read the metadata of a notebook, front matter in its first cell, and its heading.

    The body is the text of its cells. Raises PostError.
    """
    try:
        document = json.loads("\n".join(lines))
        metadata = formats.as_values(document["metadata"])
        cells = [text for cell in cells_of(document) if (text := _text(cell)) is not None]
    except (ValueError, RecursionError, TypeError, KeyError) as error:
        problem = "is no notebook: it has no `metadata` and `cells` in JSON; save it again"
        raise PostError(path, problem, line=1) from error
    values = {key: value for key, value in metadata.items() if key not in _NO_METADATA}
    for value in metadata.values():
        if isinstance(value, dict) and not {"title", "date"}.isdisjoint(value):
            values |= value  # those of a site generator
    values = _with_lists(values)
    first = block.fenced(cells[0].split("\n"), path) if cells else None
    if first:
        values |= first.values
        cells[0] = first.body
    body = "\n\n".join(cells)
    heading = _MARKDOWN_TITLE.match(body)
    if heading and not values.get("title"):
        values["title"] = legal(heading[1].strip())
        body = body[heading.end() :]
    return PostFile(values, body)


def _text(cell: Mapping[str, object]) -> str | None:
    """The text of a cell, which is one text or a list of lines; None for a cell of another kind."""
    source = text_of_cell(cell)
    if isinstance(source, list):
        source = "".join(part for part in source if isinstance(part, str))
    return source.replace("\r\n", "\n") if isinstance(source, str) else None


_READERS: Mapping[str, FrontMatterReader] = {
    **dict.fromkeys((".adoc", ".asciidoc", ".asc", ".ad"), asciidoc),
    ".org": org,
    ".textile": textile,
    **dict.fromkeys((".rst", ".rest"), docinfo.docinfo),
}
