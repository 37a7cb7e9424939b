"""Read the metadata that a file of MDX exports, if it is a literal of JavaScript. Pure.

`export const metadata = {title: "A", tags: ["b"]}` is data; a name, a call or a template with
`${}` in it is a program, which is never run.
"""

from __future__ import annotations

import itertools
import re

from msgspec import Struct

MAX_DEPTH = 50  # of objects and lists
MAX_LENGTH = 65_536  # characters of an object
_MAX_OBJECTS = 20  # that are tried

_NAMES = "metadata|meta|frontmatter|frontMatter|attributes|article|post"
_EXPORT = re.compile(
    rf"^export[ \t]+const[ \t]+(?:{_NAMES})\b[^={{}}\n]{{0,100}}=[ \t\n]*(?=\{{)", re.MULTILINE
)
STRING = r""""(?:[^"\\\n]|\\.)*+"|'(?:[^'\\\n]|\\.)*+'|`(?:[^`\\]|\\.)*+`"""
COMMENT = r"//[^\n]*|/\*(?:[^*]|\*(?!/))*+(?:\*/|\Z)"
_TOKEN = re.compile(
    rf"(?P<blank>\s+|{COMMENT})|(?P<string>{STRING})|(?P<number>-?\d[\d.]{{0,30}})"
    r"|(?P<date>new[ \t]+Date[ \t]*\()|(?P<word>[\w$]{1,200})|(?P<sign>.)",
    re.DOTALL,
)
_WORDS = {"true": True, "false": False, "null": None, "undefined": None}
_ESCAPE = re.compile(
    r"\\(?:u\{([0-9a-fA-F]{1,6})\}|u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.DOTALL
)
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "", "\n": ""}


class LiteralError(ValueError):
    """An exported object is a program, and not a literal; it starts at `line` (from 1)."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(problem)
        self.line = line


class ExportedObject(Struct, frozen=True):
    """The values of an exported object, its text, and the line on which that starts (from 1)."""

    values: dict[str, object]
    text: str
    line: int


def exported(text: str) -> ExportedObject | None:
    """The first exported object with a usual name of metadata; None if there is none.

    Raises LiteralError if there are such objects, but none of them is a literal.
    """
    problem: LiteralError | None = None
    for match in itertools.islice(_EXPORT.finditer(text), _MAX_OBJECTS):
        reader = _ObjectReader(text, match.end())
        try:
            return reader.read()
        except LiteralError as error:
            problem = problem or error
    if problem:
        raise problem
    return None


class _ObjectReader:
    """Reads the object that starts at the brace at an index of a text."""

    def __init__(self, text: str, start: int) -> None:
        self._text = text
        self._start = self._at = start
        self._line = text.count("\n", 0, start) + 1

    def read(self) -> ExportedObject:
        self._next()
        values = self._object(MAX_DEPTH)
        return ExportedObject(values, self._text[self._start : self._at], self._line)

    def _value(self, depth: int) -> object:
        kind, part = self._next()
        match kind:
            case "sign" if part == "{":
                return self._object(depth - 1)
            case "sign" if part == "[":
                return self._list(depth - 1)
            case "string":
                return self._joined(part)
            case "number" if part.count(".") < 2:
                return float(part) if "." in part else int(part)
            case "date":
                return self._date()
            case "word" if part in _WORDS:
                return _WORDS[part]
            case _:
                raise self._no_literal(part)

    def _object(self, depth: int) -> dict[str, object]:
        self._require_depth(depth)
        values: dict[str, object] = {}
        while not self._ends("}"):
            kind, part = self._next()
            if kind not in {"string", "word", "number"} or self._next() != ("sign", ":"):
                raise self._no_literal(part)
            key = self._unescaped(part) if kind == "string" else part
            values[key] = self._value(depth)
            self._require_end_of_value("}")
        return values

    def _list(self, depth: int) -> list[object]:
        self._require_depth(depth)
        values: list[object] = []
        while not self._ends("]"):
            values.append(self._value(depth))
            self._require_end_of_value("]")
        return values

    def _require_depth(self, depth: int) -> None:
        if depth <= 0:
            raise self._fault(f"is nested more than {MAX_DEPTH} deep")

    def _ends(self, closing: str) -> bool:
        """Go behind the closing bracket if it is next."""
        before = self._at
        if self._next() == ("sign", closing):
            return True
        self._at = before
        return False

    def _require_end_of_value(self, closing: str) -> None:
        """Go behind the comma; anything else but the end, e.g. `"A" + name`, is a program."""
        before = self._at
        part = self._next()
        if part == ("sign", closing):
            self._at = before
        elif part != ("sign", ","):
            raise self._no_literal(part[1])

    def _joined(self, part: str) -> str:
        """The text, with the texts that `+` adds to it."""
        text = self._unescaped(part)
        before = self._at
        while self._next() == ("sign", "+"):
            kind, part = self._next()
            if kind != "string":
                raise self._no_literal(part)
            text += self._unescaped(part)
            before = self._at
        self._at = before
        return text

    def _date(self) -> str:
        kind, part = self._next()
        if kind != "string" or self._next() != ("sign", ")"):
            raise self._no_literal("new Date(...)")
        return self._unescaped(part)

    def _unescaped(self, part: str) -> str:
        if part[0] == "`" and "${" in part:
            raise self._no_literal(part)
        return unescaped(part)

    def _next(self) -> tuple[str, str]:
        """The next part as (kind, text); blanks and comments do not count."""
        while match := _TOKEN.match(self._text, self._at):
            self._at = match.end()
            if self._at - self._start > MAX_LENGTH:
                raise self._fault(f"has more than {MAX_LENGTH} characters")
            if match.lastgroup != "blank":
                return match.lastgroup or "", match[0]
        raise self._fault("has no end")

    def _no_literal(self, part: str) -> LiteralError:
        return self._fault(f"has `{part[:40]}`, which only a program can evaluate")

    def _fault(self, problem: str) -> LiteralError:
        return LiteralError(self._line, f"the exported metadata {problem}")


def unescaped(written: str) -> str:
    """The text of a string or a template with its quotes."""
    text = _ESCAPE.sub(_character, written[1:-1])
    # JavaScript writes a character beyond U+FFFF as two escapes.
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _character(match: re.Match[str]) -> str:
    if match[4]:
        return _ESCAPES.get(match[4], match[4])
    code = int(match[1] or match[2] or match[3], 16)
    return chr(code) if code <= 0x10FFFF else "\ufffd"
