"""Build an evaluated body: the text, the line that each part came from, warnings and outcomes."""

from __future__ import annotations

import bisect
import copy
import re
from typing import TYPE_CHECKING, Literal, TypeAlias
from urllib.parse import quote

from msgspec import Struct

from publisher.text import markdown_code
from publisher.text.characters import short_line

if TYPE_CHECKING:
    from publisher.post import Markup

# What became of a tag: its value was written; its source or what it names was kept; nothing was.
TagOutcome: TypeAlias = Literal["evaluated", "kept", "dropped"]

_URL_BEFORE = re.compile(r"""(?:\]\(\s*<?|=["'])[^\s"'<>()]*\Z""")
_ANY_TAG = re.compile(r"\{[{%<].{0,500}?[}%>]\}")
_LINE_ENDS = re.compile(r"[^\S\n]*(?:\n|\Z)")
# Only so much of the text before a tag is examined; with all of it, many tags would take quadratic
# time.
_MAX_TAIL = 500
# Blanks and the markers of quotes and list items at the beginning of a line.
_MARGIN = re.compile(r"(?:[ \t>]|(?:[*+-]|\d{1,9}[.)])(?=[ \t]))*")
_BLANK_LINE = re.compile(r"\n[ \t]*(?=\n)")
# The start of a block of HTML that ends at the next blank line (CommonMark 4.6, kind 6).
_HTML = re.compile(
    r"\s*</?(?:address|article|aside|blockquote|center|dd|details|div|dl|dt|fieldset|figcaption|"
    r"figure|footer|h[1-6]|header|hr|li|main|nav|ol|p|section|summary|table|tbody|td|tfoot|th|"
    r"thead|tr|ul)(?=[\s/>])",
    re.IGNORECASE,
)


class Evaluated(Struct, frozen=True):
    """A body whose tags are evaluated.

    `lines[n]` is the line of the body that line n of the text came from, both counted from 0.
    `warnings` are (line of the body counted from 0, message). `tags` are (outcome, source of the
    tag) in the order of the body.
    """

    text: str
    lines: tuple[int, ...]
    warnings: tuple[tuple[int, str], ...] = ()
    tags: tuple[tuple[TagOutcome, str], ...] = ()

    def line(self, number: int) -> int:
        """Return the line of the body (from 0) that a line (from 1) of the text came from."""
        return self.lines[min(number, len(self.lines)) - 1]


def without_tags(body: str) -> Evaluated:
    """Return a body that has no tags to evaluate."""
    return Evaluated(body, tuple(range(body.count("\n") + 1)))


class TextBuilder:
    """Builds an evaluated text while its caller goes through the body from start to end."""

    def __init__(
        self,
        body: str,
        markup: Markup,
        *,
        keeps_unknown: bool,
        is_code: bool = False,
        html: frozenset[int] = frozenset(),
    ) -> None:
        """`html` are the lines (from 0) that are HTML although a blank line precedes them.

        `keeps_unknown`: tags that only the site can render are kept as written. `is_code`: the
        whole body is a code sample.
        """
        self.body = body
        self._markup = markup
        self._keeps_unknown = keeps_unknown
        self._html = html
        self._parts: list[str] = []
        self._lines: list[int] = [0]
        self._warnings: list[tuple[int, str]] = []
        self._tags: list[tuple[TagOutcome, str]] = []
        self._is_cut = True  # the last line is empty, or its end was stripped
        self._block = ""  # the beginning and the end of the paragraph that is being written
        self._breaks = [match.start() for match in re.finditer("\n", body)]
        self._codes = [(0, len(body))] if is_code else [*markdown_code.spans(body)]

    def fork(self) -> TextBuilder:
        """Return a builder with an empty text; its warnings and outcomes are recorded here."""
        fork = copy.copy(self)
        fork._parts, fork._lines = [], [0]
        return fork

    def other(self, body: str) -> TextBuilder:
        """Return a builder for another text that becomes a part of this one."""
        return TextBuilder(body, self._markup, keeps_unknown=self._keeps_unknown)

    def line(self, at: int) -> int:
        """Return the line (from 0) of an offset in the body."""
        return bisect.bisect_left(self._breaks, at)

    def is_code(self, at: int) -> bool:
        """Whether an offset in the body is within a code sample."""
        return markdown_code.is_within(at, self._codes)

    def copy_source(self, start: int, end: int) -> None:
        """Copy a part of the body that contains no tag."""
        first, last = self.line(start), self.line(end)
        self._append(self.body[start:end], [*range(first, last + 1)])

    def write_value(self, text: str, start: int, end: int) -> None:
        """Write the value of the tag at `start` to `end`."""
        self._record_outcome("evaluated", start, end)
        self._write(text, self.line(start), self.line(end))

    def write_more(self, text: str, start: int, end: int) -> None:
        """Write more of the value of a tag whose outcome is recorded already."""
        self._write(text, self.line(start), self.line(end))

    def leave_out(self, start: int, end: int, *, shown: str = "", why: str = "") -> None:
        """Leave out a tag that only the site can render, with a warning; keep what it names.

        `shown` is the image, link or text that it names. `why` replaces the usual reason of the
        warning. A tag in a code sample is kept as written.
        """
        why = why or "only the site can render this tag"
        if self.is_code(start):
            self.keep_source(start, end)
        elif self._keeps_unknown:
            self.keep_source(start, end, why=why)
        else:
            outcome = "only what it names is kept" if shown else "dropped"
            self.warn(start, end, f"{why}; {outcome}")
            self._record_outcome("kept" if shown else "dropped", start, end)
            self._write(shown, self.line(start), self.line(end))

    def keep_source(self, start: int, end: int, *, why: str = "") -> None:
        """Keep a tag as it is written; with a reason `why`, warn of it."""
        written = self.body[start:end]
        if why:
            self.warn(start, end, f"{why}; kept as written")
        self._record_outcome("kept", start, end)
        # Blanks and quotes in the tag would end the URL around it.
        text = quote(written, safe="{}%$:/") if self.is_in_url() else written
        self._write(text, self.line(start), self.line(end))

    def leave_out_silently(self, start: int, end: int) -> None:
        """Leave out a tag without a warning, because its start tag has one already."""
        if self.is_code(start) or self._keeps_unknown:
            self.keep_source(start, end)
        else:
            self._record_outcome("dropped", start, end)

    def write_dead_link(self, start: int, end: int) -> None:
        """Replace a link to a missing post.

        Within the URL of a link it becomes a URL that leads nowhere, elsewhere nothing.
        """
        written = self.body[start:end]
        if self.is_code(start) or self._keeps_unknown or not self.is_in_url():
            self.leave_out(start, end, why="no post has this file or name")
            return
        self._record_outcome("dropped", start, end)
        self._write(quote(written), self.line(start), self.line(end))

    def is_in_url(self) -> bool:
        """Whether the next text stands within the URL of a link."""
        return _URL_BEFORE.search(self._tail()) is not None

    def begins_line(self) -> bool:
        """Whether the next text begins a line, apart from its indentation."""
        return not self._tail().rpartition("\n")[2].strip(" \t>")

    def follows_text(self) -> bool:
        """Whether the line of the next text begins with more than markers of quotes and items."""
        line = self._tail().rpartition("\n")[2]
        return not self.begins_line() and _MARGIN.fullmatch(line) is None

    def margin(self) -> str:
        """Return the indentation that keeps the next line in the current block."""
        match = _MARGIN.match(self._tail().rpartition("\n")[2])
        return re.sub(r"[^\s>]", " ", match[0]) if match else ""

    def indented(self, text: str) -> str:
        """Indent a text of several lines so that it stays in the current block."""
        margin = self.margin()
        first, *others = text.split("\n")
        lines = (margin + line if line else margin.rstrip() for line in others)
        return "\n".join([first, *lines])

    def is_in_html(self) -> bool:
        """Whether the next text stands in a block of HTML, where Markdown is not parsed."""
        return self._lines[-1] in self._html or _HTML.match(self._block) is not None

    @property
    def markup(self) -> Markup:
        """The markup that the next text is parsed as."""
        return "html" if self.is_in_html() else self._markup

    def is_alone(self, end: int) -> bool:
        """Whether a tag that would be written next and ends at `end` has its lines for itself."""
        return self.begins_line() and _LINE_ENDS.match(self.body, end) is not None

    def _tail(self) -> str:
        return "".join(part[-_MAX_TAIL:] for part in self._parts[-3:])[-_MAX_TAIL:]

    def strip(self) -> None:
        """Remove the white space at the end of the text."""
        while self._parts:
            stripped = self._parts[-1].rstrip()
            line_breaks = self._parts[-1].count("\n") - stripped.count("\n")
            del self._lines[len(self._lines) - line_breaks :]
            self._is_cut = True
            self._parts[-1] = stripped
            if stripped:
                return
            self._parts.pop()

    def result(self) -> Evaluated:
        return Evaluated(
            "".join(self._parts), tuple(self._lines), tuple(self._warnings), tuple(self._tags)
        )

    def warn(self, start: int, end: int, message: str) -> None:
        tag = short_line(self.body[start:end], 60)
        self._warnings.append((self.line(start), f"{tag}: {message}"))

    def _record_outcome(self, outcome: TagOutcome, start: int, end: int) -> None:
        self._tags.append((outcome, self.body[start:end]))

    def _write(self, text: str, first: int, last: int) -> None:
        self._append(text, self._origins(text, first, last))

    def _append(self, text: str, lines: list[int]) -> None:
        """Append a text; `lines` are the lines of the body that its lines came from."""
        if not text:
            return
        self._parts.append(text)
        block = _BLANK_LINE.split(self._block + text)[-1]
        self._block = block[:_MAX_TAIL] + block[_MAX_TAIL:][-_MAX_TAIL:]
        if self._is_cut and text[0] != "\n":  # the rest of the line came from elsewhere
            self._lines[-1] = lines[0]
        self._is_cut = text.endswith("\n")
        self._lines += lines[1:]

    def _origins(self, text: str, first: int, last: int) -> list[int]:
        """Return the line of the body that each line of a text came from.

        That is one from `first` to `last`. A line with the same words is its origin; other lines
        are counted from `first`.
        """
        lines = text.split("\n")
        origins = [min(first + number, last) for number in range(len(lines))]
        if first == last:
            return origins
        same_words: dict[str, list[int]] = {}
        for number in range(first, last + 1):
            same_words.setdefault(self._words(number), []).append(number)
        at = first
        for number, line in enumerate(lines):
            if candidates := same_words.get(line.strip()) if line.strip() else None:
                index = bisect.bisect_left(candidates, at)
                origins[number] = at = candidates[index if index < len(candidates) else 0]
        return origins

    def _words(self, line: int) -> str:
        """Return a line of the body without tags."""
        start = self._breaks[line - 1] + 1 if line else 0
        end = self._breaks[line] if line < len(self._breaks) else len(self.body)
        return _ANY_TAG.sub("", self.body[start:end]).strip()
