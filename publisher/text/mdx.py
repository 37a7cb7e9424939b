"""Turn MDX into Markdown: its imports, exports, expressions and components go. Pure.

MDX is Markdown with JavaScript in it, which is never run. The text inside of components stays, and
so do tags of HTML. Line numbers do not change.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from publisher.text import markdown_code
from publisher.text.script_objects import COMMENT, STRING

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAX_LENGTH = 20_000  # characters of one statement, expression or tag
_MAX_FAULTS = 100  # pieces without an end; the text behind them stays as it is

_FENCE = re.compile(r"[ \t]*(?:[*+>-][ \t]+|\d+[.)][ \t]+)?(`{3,}|~{3,})")
_START = re.compile(
    r"^import(?=[ \t]*(?:[{*\"']|\w+[ \t]*(?:,|from\b)|type\b))"
    r"|^export(?=[ \t]*(?:[{*]|(?:default|const|let|var|function|class|async|type|interface)\b))"
    r"|\{|</?(?=[A-Za-z>])",
    re.MULTILINE,
)
# Outside of texts a backslash takes the next character with it, so that the time stays linear.
_SCRIPT = re.compile(rf"\\.|{STRING}|{COMMENT}|[\[\](){{}}]|\n(?=[ \t]*(?:\n|\Z))", re.DOTALL)
_NAME = re.compile(r"[\w.:-]*(?=[\s{>]|/\s*>)")
_ATTRIBUTE = re.compile(
    r"""[\s/]*(?:(?P<name>[\w:@.-]+)(?:\s*=\s*(?P<value>"[^"<]*+"|'[^'<]*+'|(?=\{)))?|(?=\{))"""
)
_TAG_END = re.compile(r"\s*(/?)>")
_PLAIN_STRING = re.compile(r"\{\s*(\"[^\"\\{}\n]*\"|'[^'\\{}\n]*')\s*\}")
_HTML_NAMES = {"className": "class", "htmlFor": "for"}
# Where Docusaurus divides the lead of a post from its rest.
_TRUNCATE = re.compile(r"\{/\*\s*truncate\s*\*/\}")


class Markdown(Struct, frozen=True):
    """The text of a file of MDX, and what was dropped: (line from 1, its name)."""

    text: str
    dropped: tuple[tuple[int, str], ...]


class _Piece(Struct, frozen=True):
    """What stands in the place of a piece of MDX up to `end`; `name` is what readers miss."""

    end: int
    text: str = ""
    name: str = ""


def as_markdown(body: str) -> Markdown:
    """The Markdown of a body. What has no end stays as it is."""
    code = [*_code(body)]
    parts: list[str] = []
    dropped: list[tuple[int, str]] = []
    at = faults = line = 0
    for match in _START.finditer(body):
        start = match.start()
        if start < at or markdown_code.is_within(start, code):
            continue
        piece = _piece(body, match)
        if piece is None:
            faults += 1
            if faults == _MAX_FAULTS:
                break
            continue
        line += body.count("\n", at, start)
        if piece.name:
            dropped.append((line + 1, piece.name))
        ends = body.count("\n", start, piece.end) - piece.text.count("\n")
        parts += [body[at:start], piece.text, "\n" * ends]
        line += body.count("\n", start, piece.end)
        at = piece.end
    return Markdown("".join([*parts, body[at:]]), tuple(dropped))


def _code(body: str) -> Iterator[tuple[int, int]]:
    """The code between fences and backticks, as offsets. Indented lines are no code in MDX."""
    start, fence, fence_start = 0, "", 0
    for line in body.split("\n"):
        end = start + len(line)
        mark = _FENCE.match(line)
        if fence and mark and mark[1].startswith(fence) and not line.strip(" \t`~"):
            yield fence_start, end
            fence = ""
        elif not fence and mark and "`" not in line[mark.end() :]:
            fence, fence_start = mark[1], start
        elif not fence:
            yield from ((start + left, start + right) for left, right in markdown_code.ticks(line))
        start = end + 1
    if fence:
        yield fence_start, len(body)


def _piece(body: str, match: re.Match[str]) -> _Piece | None:
    """The piece of MDX that starts at the match; None if it has no end."""
    start = match.start()
    if match[0] == "{":
        return _expression(body, start)
    if match[0].startswith("<"):
        return _tag(body, match)
    end = _end_of_script(body, start, is_statement=True)
    return None if end is None else _Piece(end)


def _expression(body: str, start: int) -> _Piece | None:
    if mark := _TRUNCATE.match(body, start):
        return _Piece(mark.end(), "<!-- truncate -->")
    if plain := _PLAIN_STRING.match(body, start):  # e.g. `{" "}`
        return _Piece(plain.end(), plain[1][1:-1])
    end = _end_of_script(body, start)
    if end is None:
        return None
    is_comment = body[start + 1 : end].lstrip().startswith("/*")
    return _Piece(end, name="" if is_comment else "an expression in braces")


def _end_of_script(body: str, start: int, *, is_statement: bool = False) -> int | None:
    """The index behind the brace that closes the one at `start`; None without one.

    A statement ends above the next blank line outside of brackets.
    """
    depth = 0
    stop = min(len(body), start + _MAX_LENGTH)
    for token in _SCRIPT.finditer(body, start, stop):
        if token[0] in {"{", "[", "("}:
            depth += 1
        elif token[0] in {"}", "]", ")"}:
            depth -= 1
            if depth <= 0 and not is_statement:
                return token.end()
        elif token[0] == "\n" and depth <= 0 and is_statement:
            return token.start()
    return stop if is_statement and stop == len(body) and depth <= 0 else None


def _tag(body: str, match: re.Match[str]) -> _Piece | None:
    """A tag: one of HTML loses what only a program can evaluate, any other goes."""
    named = _NAME.match(body, match.end())
    if named is None:  # an address in angle brackets
        return None
    name = named[0]
    attributes: list[str] = []
    at = match.end() + len(name)
    while not (end := _TAG_END.match(body, at)):
        attribute = _ATTRIBUTE.match(body, at)
        if attribute is None or attribute.end() > match.start() + _MAX_LENGTH:
            return None
        at = attribute.end()
        value = attribute["value"]
        if body[at : at + 1] == "{" and not value:
            plain = _PLAIN_STRING.match(body, at)
            closing = plain.end() if plain else _end_of_script(body, at)
            if closing is None:
                return None
            at, value = closing, plain[1] if plain else None
            if not plain:
                continue
        if attribute["name"]:
            key = _HTML_NAMES.get(attribute["name"], attribute["name"])
            attributes.append(f" {key}={value}" if value else f" {key}")
    if name and name == name.lower() and "." not in name:
        return _Piece(end.end(), f"{match[0]}{name}{''.join(attributes)}{end[1] and ' /'}>")
    is_opening = name and match[0] == "<"
    return _Piece(end.end(), name=f"<{name[:40]}>" if is_opening else "")
