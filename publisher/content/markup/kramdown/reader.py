"""What a text in kramdown is made of, and a reader that goes through it line by line. Pure.

As Jekyll's own parser does, so that a feed shows what the post's page shows: each text within a
text (an item, a quote, a note) is cut out and read by itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from publisher.content.markup.kramdown.attributes import LIST, Attributes
from publisher.content.markup.kramdown.tags import names

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from publisher.content.markup.kramdown.tags import Elements

Rule: TypeAlias = "tuple[re.Pattern[str], Callable[[BlockReader, re.Match[str]], bool]]"

# A text may be cut out of the one around it that often, on average; a short one more often.
DEEP = 10
SHORT = 100_000  # lines


# They begin no block. All others end a paragraph, but for scripts.
SPANS = names(
    "a abbr acronym b bdo big br button cite code del dfn em i img input ins kbd label mark option "
    "q rb rbc rp rt rtc ruby samp select small span strong sub sup tt u var"
)
_BLOCK_TAG = rf"</?(?!(?i:{'|'.join(sorted(SPANS | {'script'}))})\b)[A-Za-z][\w.-]*"
# No line that goes on with the one before it looks like that.
STOP = rf"(?:{LIST}[ \t]*\n|{_BLOCK_TAG})"

# Others, as the wide ones of East Asia, are words.
BLANKS = " \t\n"
BLANK = re.compile(r"(?:[ \t]*\n)+")
LINE = re.compile(r".*\n")
END = re.compile(r"\^[ \t]*\n")  # of the block before it
OWN_LINE = re.compile(rf" {{0,3}}{LIST}[ \t]*\n")
ITEM = re.compile(r" {0,3}(?:[+*-]|[0-9]+\.)[\t ]")
# What a block reaches no further than, whatever it is.
HARD_END = rf" {{0,3}}{STOP}|\^[ \t]*\n"
LAZY_END = re.compile(rf"[ \t]*\n|\Z|{HARD_END}")


@dataclass(slots=True)
class Block:
    """A block, by the name of its element, or `blank`, `code`, `html`, `math`, `words`, `end`.

    `text` is what is left to be read: words, code, HTML; of an `end` what it ended. `more` goes on
    with it. `is_tight` is a paragraph that shows no `<p>`; `info` stands behind the fence of code.
    """

    kind: str
    text: str = ""
    children: list[Block] = field(default_factory=list)
    attributes: Attributes = field(default_factory=Attributes)
    is_tight: bool = False
    info: str = ""
    more: list[str] = field(default_factory=list)

    @property
    def whole(self) -> str:
        return "".join([self.text, *self.more])


@dataclass(slots=True)
class KramdownDocument:
    """What the whole text has in common, wherever in it that is written.

    `links` are (address, title) by their normal label; `lists` are attributes by their name.
    """

    links: dict[str, tuple[str, str]] = field(default_factory=dict)
    notes: dict[str, list[Block]] = field(default_factory=dict)
    abbreviations: dict[str, str] = field(default_factory=dict)
    lists: dict[str, Attributes] = field(default_factory=dict)
    options: dict[str, str] = field(default_factory=dict)
    lines_left: int = SHORT
    cells_left: int = 0


class BlockReader:
    """Reads one text: its blocks become `blocks`, behind those that are there."""

    def __init__(
        self, text: str, blocks: list[Block], document: KramdownDocument, rules: Sequence[Rule]
    ) -> None:
        self.text = text if text.endswith("\n") else f"{text}\n"
        self.blocks = blocks
        self.document = document
        self.waiting: Attributes | None = None  # those of the next block
        self.at = 0
        self.never_closes: dict[str, str] = {}  # fences and the like
        self.elements: Elements | None = None  # once they are asked for
        self._rules = rules

    def read(self) -> None:
        self.document.lines_left -= self.text.count("\n")
        if self.document.lines_left < 0:
            raise ValueError("its lists and quotes are nested too deeply")
        while self.at < len(self.text):
            any(self._applies(pattern, rule) for pattern, rule in self._rules)

    def _applies(self, pattern: re.Pattern[str], rule: Callable[..., bool]) -> bool:
        found = pattern.match(self.text, self.at)
        return found is not None and rule(self, found)

    def inside(self, text: str, blocks: list[Block] | None = None) -> list[Block]:
        """The blocks of a text that was cut out of this one."""
        found = [] if blocks is None else blocks
        BlockReader(text, found, self.document, self._rules).read()
        return found

    def sees(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        return pattern.match(self.text, self.at)

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Go behind it, if it stands here."""
        found = pattern.match(self.text, self.at)
        if found:
            self.at = found.end()
        return found

    def lines_until(self, pattern: re.Pattern[str]) -> str:
        """This line and those below it, up to one that looks like that."""
        start = self.at
        self.take(LINE)
        while not self.sees(pattern):
            self.take(LINE)
        return self.text[start : self.at]

    def add(self, block: Block) -> None:
        if self.waiting is not None:
            block.attributes.update(self.waiting)
            self.waiting = None
        self.blocks.append(block)

    def is_after_boundary(self) -> bool:
        last = self.blocks[-1] if self.blocks else None
        is_end = last is None or last.kind == "blank" or (last.kind == "end" and not last.text)
        return is_end or self.waiting is not None

    def is_before_boundary(self) -> bool:
        return self.at >= len(self.text) or any(map(self.sees, (BLANK, END, OWN_LINE)))
