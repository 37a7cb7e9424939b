"""A text in the making: what stands in the place of tags, and the line that each part came from."""

from __future__ import annotations

import bisect
import copy
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias
from urllib.parse import quote

from publisher.text import markdown_code
from publisher.text.characters import short_line

if TYPE_CHECKING:
    from publisher.post import Markup

# What became of a tag: `kept` is readable as what it says or as it was written.
TagOutcome: TypeAlias = Literal["evaluated", "kept", "dropped"]

_DESTINATION = re.compile(r"""(?:\]\(\s*<?|=["'])[^\s"'<>()]*\Z""")
_ANY_TAG = re.compile(r"\{[{%<].{0,500}?[}%>]\}")
_LINE_ENDS = re.compile(r"[^\S\n]*(?:\n|\Z)")
_MAX_LOOK = 500
# What a line has in front of its text: blanks, the marks of quotes and of items.
_MARGIN = re.compile(r"(?:[ \t>]|(?:[*+-]|\d{1,9}[.)])(?=[ \t]))*")
_BLANK_LINE = re.compile(r"\n[ \t]*(?=\n)")
# What begins a block of HTML that ends with the next blank line (CommonMark 4.6, kind 6).
_HTML = re.compile(
    r"\s*</?(?:address|article|aside|blockquote|center|dd|details|div|dl|dt|fieldset|figcaption|"
    r"figure|footer|h[1-6]|header|hr|li|main|nav|ol|p|section|summary|table|tbody|td|tfoot|th|"
    r"thead|tr|ul)(?=[\s/>])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Evaluated:
    """A body whose tags are evaluated.

    `lines[n]` is the line of the body (both from 0) that line n of the text came from; `remarks`
    are (line of the body, from 0; message); `tags` are (fate, tag) in their order.
    """

    text: str
    lines: tuple[int, ...]
    remarks: tuple[tuple[int, str], ...] = ()
    tags: tuple[tuple[TagOutcome, str], ...] = ()

    def line(self, number: int) -> int:
        """The line of the body (from 0) that a line (from 1) of the text came from."""
        return self.lines[min(number, len(self.lines)) - 1]


def as_it_is(body: str) -> Evaluated:
    """A body without tags."""
    return Evaluated(body, tuple(range(body.count("\n") + 1)))


class Text:
    """Grows from the beginning of a body to its end."""

    def __init__(
        self,
        body: str,
        markup: Markup,
        *,
        keeps: bool,
        is_code: bool = False,
        html: frozenset[int] = frozenset(),
    ) -> None:
        """`html` are the lines (from 0) that are HTML although a blank line stands before them."""
        self.body = body
        self._markup = markup
        self._keeps = keeps
        self._html = html
        self._parts: list[str] = []
        self._lines: list[int] = [0]
        self._remarks: list[tuple[int, str]] = []
        self._tags: list[tuple[TagOutcome, str]] = []
        self._is_cut = True  # nothing stands on the last line, or its end was taken away
        self._block = ""  # how the paragraph that is being written begins and ends
        self._breaks = [found.start() for found in re.finditer("\n", body)]
        self._codes = [(0, len(body))] if is_code else [*markdown_code.spans(body)]

    def part(self) -> Text:
        """Another text of the same body: what it says is its own, what it tells is told here."""
        part = copy.copy(self)
        part._parts, part._lines = [], [0]
        return part

    def line(self, at: int) -> int:
        """The line (from 0) of an offset in the body."""
        return bisect.bisect_left(self._breaks, at)

    def is_code(self, at: int) -> bool:
        """Whether an offset in the body is within code."""
        return markdown_code.is_within(at, self._codes)

    def copy(self, start: int, end: int) -> None:
        """What is no tag."""
        first, last = self.line(start), self.line(end)
        self._append(self.body[start:end], [*range(first, last + 1)])

    def evaluated(self, text: str, start: int, end: int) -> None:
        """What a tag says."""
        self._count("evaluated", start, end)
        self._write(text, self.line(start), self.line(end))

    def more(self, text: str, start: int, end: int) -> None:
        """The same, of a tag that was counted."""
        self._write(text, self.line(start), self.line(end))

    def unknown(self, start: int, end: int, *, shown: str = "", why: str = "") -> None:
        """What only the site can make: in code it is none; else what it shows is left, and told.

        `shown` is what of it a reader can use; `why` replaces the common reason.
        """
        why = why or "is made by the site alone"
        if self.is_code(start):
            self.stays(start, end)
        elif self._keeps:
            self.stays(start, end, why=why)
        else:
            outcome = "what it names is shown" if shown else "it is left out"
            self._remark(start, end, f"{why}: {outcome}")
            self._count("kept" if shown else "dropped", start, end)
            self._write(shown, self.line(start), self.line(end))

    def stays(self, start: int, end: int, *, why: str = "") -> None:
        """What is no tag after all, or is to be seen; `why` is told."""
        written = self.body[start:end]
        if why:
            self._remark(start, end, f"{why}: it stays as it is written")
        self._count("kept", start, end)
        text = quote(written, safe="{}%$:/") if self.is_address() else written
        self._write(text, self.line(start), self.line(end))

    def silent(self, start: int, end: int) -> None:
        """The other end of what was told already."""
        if self.is_code(start) or self._keeps:
            self.stays(start, end)
        else:
            self._count("dropped", start, end)

    def nowhere(self, start: int, end: int) -> None:
        """A link to what is not there: an address that leads nowhere, or nothing."""
        written = self.body[start:end]
        if self.is_code(start) or self._keeps or not self.is_address():
            self.unknown(start, end, why="names no file of a post")
            return
        self._count("dropped", start, end)
        self._write(quote(written), self.line(start), self.line(end))

    def is_address(self) -> bool:
        """Whether what comes next stands where a link has its address."""
        return _DESTINATION.search(self._tail()) is not None

    def begins_line(self) -> bool:
        """Whether what comes next begins a line, but for its indent."""
        return not self._tail().rpartition("\n")[2].strip(" \t>")

    def margin(self) -> str:
        """What keeps the next line in the block of the one that is being written."""
        found = _MARGIN.match(self._tail().rpartition("\n")[2])
        return re.sub(r"[^\s>]", " ", found[0]) if found else ""

    def within(self, text: str) -> str:
        """A text of several lines, kept in the block of the line that is being written."""
        margin = self.margin()
        first, *more = text.split("\n")
        lines = (margin + line if line else margin.rstrip() for line in more)
        return "\n".join([first, *lines])

    def in_html(self) -> bool:
        """Whether what comes next stands in a block of HTML, where there is no Markdown."""
        return self._lines[-1] in self._html or _HTML.match(self._block) is not None

    @property
    def markup(self) -> Markup:
        """How what comes next is read."""
        return "html" if self.in_html() else self._markup

    def is_alone(self, end: int) -> bool:
        """Whether what ends there has its lines for itself."""
        return self.begins_line() and _LINE_ENDS.match(self.body, end) is not None

    def _tail(self) -> str:
        return "".join(part[-_MAX_LOOK:] for part in self._parts[-3:])[-_MAX_LOOK:]

    def strip(self) -> None:
        """Take the blanks at the end away."""
        while self._parts:
            kept = self._parts[-1].rstrip()
            lost = self._parts[-1].count("\n") - kept.count("\n")
            del self._lines[len(self._lines) - lost :]
            self._is_cut = True
            self._parts[-1] = kept
            if kept:
                return
            self._parts.pop()

    def done(self) -> Evaluated:
        return Evaluated(
            "".join(self._parts), tuple(self._lines), tuple(self._remarks), tuple(self._tags)
        )

    def _remark(self, start: int, end: int, message: str) -> None:
        tag = short_line(self.body[start:end], 60)
        self._remarks.append((self.line(start), f"{tag} {message}"))

    def _count(self, fate: TagOutcome, start: int, end: int) -> None:
        self._tags.append((fate, self.body[start:end]))

    def _write(self, text: str, first: int, last: int) -> None:
        self._append(text, self._origins(text, first, last))

    def _append(self, text: str, lines: list[int]) -> None:
        """`lines` are the lines of the body for those of the text."""
        if not text:
            return
        self._parts.append(text)
        block = _BLANK_LINE.split(self._block + text)[-1]
        self._block = block[:_MAX_LOOK] + block[_MAX_LOOK:][-_MAX_LOOK:]
        if self._is_cut and text[0] != "\n":  # the line goes on with what stood elsewhere
            self._lines[-1] = lines[0]
        self._is_cut = text.endswith("\n")
        self._lines += lines[1:]

    def _origins(self, text: str, first: int, last: int) -> list[int]:
        """The line of the body for each line of a text from there: one that says the same."""
        lines = text.split("\n")
        found = [min(first + number, last) for number in range(len(lines))]
        if first == last:
            return found
        places: dict[str, list[int]] = {}
        for number in range(first, last + 1):
            places.setdefault(self._words(number), []).append(number)
        at = first
        for number, line in enumerate(lines):
            if ahead := places.get(line.strip()) if line.strip() else None:
                index = bisect.bisect_left(ahead, at)
                found[number] = at = ahead[index if index < len(ahead) else 0]
        return found

    def _words(self, line: int) -> str:
        """What stands on a line of the body, without tags."""
        start = self._breaks[line - 1] + 1 if line else 0
        end = self._breaks[line] if line < len(self._breaks) else len(self.body)
        return _ANY_TAG.sub("", self.body[start:end]).strip()
