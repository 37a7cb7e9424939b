"""The blocks of kramdown, and a reader that goes through a text line by line. Pure.

It works as Jekyll's own parser does, so that a feed shows what the post's page shows: each text
within a text (a list item, a quote, a footnote) is cut out and parsed by itself.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct, field

from publisher.content.markup.kramdown.attributes import LIST, Attributes
from publisher.content.markup.kramdown.tags import names

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from publisher.content.markup.kramdown.tags import ElementPairs

Rule: TypeAlias = "tuple[re.Pattern[str], Callable[[BlockReader, re.Match[str]], bool]]"

# How often a text may be cut out of the one around it, on average; short ones more often.
MAX_AVERAGE_DEPTH = 10
MIN_LINES = 100_000  # lines


# Elements that begin no block. Tags of all others, except scripts, end a paragraph.
SPANS = names(
    "a abbr acronym b bdo big br button cite code del dfn em i img input ins kbd label mark option "
    "q rb rbc rp rt rtc ruby samp select small span strong sub sup tt u var"
)
_BLOCK_TAG = rf"</?(?!(?i:{'|'.join(sorted(SPANS | {'script'}))})\b)[A-Za-z][\w.-]*"
# A line like this never continues the block before it.
STOP = rf"(?:{LIST}[ \t]*\n|{_BLOCK_TAG})"

# Wider blanks, such as those of East Asian texts, are text.
BLANKS = " \t\n"
BLANK = re.compile(r"(?:[ \t]*\n)+")
LINE = re.compile(r".*\n")
END = re.compile(r"\^[ \t]*\n")  # "end of block" marker
OWN_LINE = re.compile(rf" {{0,3}}{LIST}[ \t]*\n")
ITEM = re.compile(r" {0,3}(?:[+*-]|[0-9]+\.)[\t ]")
# Ends any block.
HARD_END = rf" {{0,3}}{STOP}|\^[ \t]*\n"
LAZY_END = re.compile(rf"[ \t]*\n|\Z|{HARD_END}")


class Block(Struct):
    """A block, named after its element, or `blank`, `code`, `html`, `math`, `words` or `end`.

    `text` is its source: text, code or HTML; of an `end` it is what ended. `continuation` are
    further pieces of the text. `is_tight`: the paragraph is shown without `<p>`. `info` is the info
    string of a fenced block.
    """

    kind: str
    text: str = ""
    children: list[Block] = field(default_factory=list)
    attributes: Attributes = field(default_factory=Attributes)
    is_tight: bool = False
    info: str = ""
    continuation: list[str] = field(default_factory=list)

    @property
    def full_text(self) -> str:
        return "".join([self.text, *self.continuation])


class KramdownDocument(Struct):
    """What a text defines, wherever in the text that is.

    `links` are (URL, title) by normalised label; `lists` are attribute lists by name.
    """

    links: dict[str, tuple[str, str]] = field(default_factory=dict)
    notes: dict[str, list[Block]] = field(default_factory=dict)
    abbreviations: dict[str, str] = field(default_factory=dict)
    lists: dict[str, Attributes] = field(default_factory=dict)
    options: dict[str, str] = field(default_factory=dict)
    lines_left: int = MIN_LINES
    cells_left: int = 0


class BlockReader:
    """Parses one text; appends its blocks to `blocks`."""

    def __init__(
        self, text: str, blocks: list[Block], document: KramdownDocument, rules: Sequence[Rule]
    ) -> None:
        self.text = text if text.endswith("\n") else f"{text}\n"
        self.blocks = blocks
        self.document = document
        self.pending: Attributes | None = None  # attributes of the next block
        self.at = 0
        # Fences and extensions without an end, which are not searched for again.
        self.never_closes: dict[str, str] = {}
        self.elements: ElementPairs | None = None  # computed when first needed
        self._rules = rules

    def read(self) -> None:
        self.document.lines_left -= self.text.count("\n")
        if self.document.lines_left < 0:
            raise ValueError("its lists and quotes are nested too deeply")
        while self.at < len(self.text):
            any(self._applies(pattern, rule) for pattern, rule in self._rules)

    def _applies(self, pattern: re.Pattern[str], rule: Callable[..., bool]) -> bool:
        match = pattern.match(self.text, self.at)
        return match is not None and rule(self, match)

    def read_nested(self, text: str, blocks: list[Block] | None = None) -> list[Block]:
        """Return the blocks of a text that was cut out of this one."""
        blocks = [] if blocks is None else blocks
        BlockReader(text, blocks, self.document, self._rules).read()
        return blocks

    def matches(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        return pattern.match(self.text, self.at)

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Match a pattern here, and move behind it."""
        match = pattern.match(self.text, self.at)
        if match:
            self.at = match.end()
        return match

    def lines_until(self, pattern: re.Pattern[str]) -> str:
        """Take this line and those below it up to one that matches."""
        start = self.at
        self.take(LINE)
        while not self.matches(pattern):
            self.take(LINE)
        return self.text[start : self.at]

    def add(self, block: Block) -> None:
        if self.pending is not None:
            block.attributes.update(self.pending)
            self.pending = None
        self.blocks.append(block)

    def is_after_boundary(self) -> bool:
        last = self.blocks[-1] if self.blocks else None
        is_end = last is None or last.kind == "blank" or (last.kind == "end" and not last.text)
        return is_end or self.pending is not None

    def is_before_boundary(self) -> bool:
        return self.at >= len(self.text) or any(map(self.matches, (BLANK, END, OWN_LINE)))
