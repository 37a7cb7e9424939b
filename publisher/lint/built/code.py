"""Compare the fenced code of a post with the page: all characters but white space. Pure."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

from publisher.content.dropped import LineNumbers
from publisher.lint.built.body import squeezed
from publisher.lint.built.differences import LONGEST_QUOTE, Difference
from publisher.text.shortening import shortened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.lint.built.body import PageBody
    from publisher.lint.built.differences import DifferenceKind
    from publisher.post import Post

MAX_BLOCKS = 500  # of one post
FEWEST_JOINED = 2  # line ends of a block that must not get lost

_FENCED = re.compile(
    r"""^(?P<indent>[ \t>]*)(?P<fence>`{3,}|~{3,})(?P<info>[^\n`]*)\n
    (?P<block>(?:(?![ \t>]*(?P=fence))[^\n]*\n)*+)(?:[ \t>]*(?P=fence)|\Z)""",
    re.MULTILINE | re.VERBOSE,
)
_QUOTE = re.compile(r"^[ \t]*>[ \t]?", re.MULTILINE)
_SPAN = re.compile(r"`[^`\n]+`")
_COMMENT = re.compile(r"<!--(?:(?!<!--|-->).){0,20000}-->", re.DOTALL)


def code(post: Post, page: PageBody) -> Iterator[Difference]:
    """Find the fenced blocks whose characters the page does not have in this order."""
    found: dict[DifferenceKind, list[Difference]] = {}
    lines = LineNumbers(post.body, post.body_line)
    for match in islice(_FENCED.finditer(f"{post.body}\n"), MAX_BLOCKS):
        quoted = ">" in match["indent"]
        block = _QUOTE.sub("", match["block"]) if quoted else match["block"]
        kind = _fault(block, post, page) if block.strip() else None
        if kind:
            first = next(filter(None, map(str.strip, block.split("\n"))))
            quote = shortened(first, LONGEST_QUOTE)
            one = Difference(post.path, lines.line(match.start("block")), kind, quote)
            found.setdefault(kind, []).append(one)
    for first_one, *others in found.values():
        yield replace(first_one, places=1 + len(others))


def _fault(block: str, post: Post, page: PageBody) -> DifferenceKind | None:
    """What became of a block of code; None if the page shows it."""
    wanted = squeezed(block)
    has_lines = block.strip("\n").count("\n") >= FEWEST_JOINED
    joined = [is_one_line for text, is_one_line in page.code if wanted in text]
    if joined or wanted in page.text:
        return "lines" if has_lines and joined and all(joined) else None
    if wanted in html.unescape(page.text):
        return "entities"
    has_tags = post.syntax.template_language != "none" and ("{{" in wanted or "{%" in wanted)
    return "template-tags" if has_tags else "lacks-code"


def without_code(body: str) -> str:
    """The body with all of its lines, but without what is in code and comments."""

    def lines(match: re.Match[str]) -> str:
        return "\n" * match[0].count("\n")

    return _COMMENT.sub(lines, _SPAN.sub("", _FENCED.sub(lines, f"{body}\n")))
