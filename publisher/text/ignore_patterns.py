"""Match paths against the patterns by which site generators leave files out. Pure.

There are the globs of JavaScript (fast-glob, micromatch), in which the name of a folder stands for
all that is in it, the lines of a `.gitignore`, and the regular expressions of Go. Patterns come
from authors: their number, their length and their braces are limited, and matching takes no more
steps than there are pairs of characters in pattern and path. An expression may repeat two parts.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

MAX_PATTERNS = 1_000
MAX_LENGTH = 1_000  # characters of a pattern
_MAX_ALTERNATIVES = 100  # that the braces of a pattern make
_BRACES = re.compile(r"\{([^{}]*,[^{}]*)\}")
_WILD = re.compile(r"[*?\[]")
_EXTENDED = re.compile(r"[!@+*?]\(")  # `!(a|b)`
_PIECE = re.compile(r"\*+|\?|\[[!^]?\]?[^\]/]*\]|\\.|.", re.DOTALL)

Part: TypeAlias = "re.Pattern[str] | None"  # of one name in a path; None: any number of names
_ANY = re.compile(r".+", re.DOTALL)
# What Python reads otherwise than Go, and repeated groups, which may take very long.
_UNSUPPORTED = re.compile(r"\(\?(?!:)|\)[*+{]|\\[pPQECzAZ]|\[\[:")
_REPEATED = re.compile(r"(?<!\\)[*+]|\{\d*,")
_MAX_REPEATED = 2  # parts of an expression
_MAX_PATH = 500  # characters that are searched


class PatternError(ValueError):
    """A pattern is of a kind that publisher does not match."""


class _Pattern(Struct, frozen=True):
    """The parts between the slashes, and whether what matches is left out or taken in again."""

    parts: Sequence[Part]
    is_out: bool = True
    only_folders: bool = False

    def matches(self, names: Sequence[str]) -> bool:
        """Whether the pattern matches a path, given as its names."""
        reached = self._reached({0})
        for name in names:
            following = {at for at in reached if self._part(at) is None and at < len(self.parts)}
            following |= {
                at + 1 for at in reached if (part := self._part(at)) and part.fullmatch(name)
            }
            reached = self._reached(following)
        return len(self.parts) in reached

    def _part(self, at: int) -> Part:
        return self.parts[at] if at < len(self.parts) else None

    def _reached(self, places: set[int]) -> set[int]:
        """The places in the pattern, with those that follow when a `**` stands for nothing."""
        reached = set(places)
        for place in places:
            at = place
            while at < len(self.parts) and self.parts[at] is None:
                at += 1
                reached.add(at)
        return reached


class Patterns(Struct, frozen=True):
    """Patterns in their order; the last one that matches decides, and it may be a negation.

    If they are `of_folders`, too, nothing below a folder that is left out can be taken in again.
    """

    patterns: Sequence[_Pattern]
    of_folders: bool = False

    def leave_out(self, path: str) -> bool:
        """Whether a file is left out; `path` is relative to the folder of the patterns."""
        names = path.split("/")
        first = 1 if self.of_folders else len(names)
        return any(self._decides(names, depth) for depth in range(first, len(names) + 1))

    def _decides(self, names: Sequence[str], depth: int) -> bool:
        """The decision of the last pattern that matches the file, or the folder at that depth."""
        is_folder = depth < len(names)
        found = (
            one.is_out
            for one in reversed(self.patterns)
            if (is_folder or not one.only_folders) and one.matches(names[:depth])
        )
        return next(found, False)


class Expressions(Struct, frozen=True):
    """Regular expressions, of which one must be found in the absolute path of a file."""

    expressions: Sequence[re.Pattern[str]]

    def leave_out(self, path: str) -> bool:
        """Whether a file is left out. A path that is too long to be searched is."""
        absolute = f"/{path}"
        found = (one.search(absolute) for one in self.expressions)
        return len(absolute) > _MAX_PATH or any(found)


def of_expressions(expressions: Iterable[str]) -> Expressions:
    """Regular expressions of Go that mean the same in Python. Raises PatternError."""
    return Expressions([*map(_expression, _limited(expressions))])


def _expression(written: str) -> re.Pattern[str]:
    plain = written.removeprefix("(?i)")
    flags = re.IGNORECASE if plain != written else re.NOFLAG
    is_short = len(_REPEATED.findall(plain)) <= _MAX_REPEATED
    try:
        if is_short and not _UNSUPPORTED.search(plain):
            return re.compile(plain, flags)
    except (re.error, RecursionError, OverflowError):
        pass
    raise PatternError(f"the pattern {written!r} is not supported")


def of_globs(patterns: Iterable[str]) -> Patterns:
    """Globs of JavaScript. Raises PatternError."""
    alternatives = itertools.chain.from_iterable(map(_alternatives, _limited(patterns)))
    # In a list of ignored files globby reads `!a` like `a`.
    return Patterns([_glob(one.removeprefix("!").removeprefix("./")) for one in alternatives])


def of_names(paths: Iterable[str]) -> Patterns:
    """The paths of files and folders, in which no character is wild. Raises PatternError."""
    names = [one.split("/") for one in _limited(paths)]
    return Patterns([_Pattern([*map(_literal, parts), None]) for parts in names])


def of_git(lines: Iterable[str]) -> Patterns:
    """The lines of a `.gitignore`, see gitignore(5). Raises PatternError."""
    written = (line.rstrip("\r\n") for line in lines)
    rules = [line for line in written if line.strip() and not line.startswith("#")]
    return Patterns([_of_line(line) for line in _limited(rules)], of_folders=True)


def matches(pattern: str, path: str) -> bool:
    """Whether a glob matches a whole path. Raises PatternError."""
    names = path.split("/")
    alternatives = _alternatives(_limited([pattern])[0])
    return any(_Pattern([*_parts(one.split("/"))]).matches(names) for one in alternatives)


def _limited(patterns: Iterable[str]) -> list[str]:
    found = list(itertools.islice(patterns, MAX_PATTERNS + 1))
    if len(found) > MAX_PATTERNS:
        raise PatternError(f"there are more than {MAX_PATTERNS} patterns")
    if any(len(one) > MAX_LENGTH for one in found):
        raise PatternError(f"a pattern has more than {MAX_LENGTH} characters")
    return found


def _alternatives(pattern: str) -> Iterator[str]:
    """The patterns that braces stand for: `{a,b}/c` is `a/c` and `b/c`. Raises PatternError."""
    if _EXTENDED.search(pattern):
        raise PatternError(f"the pattern {pattern!r} is not supported")
    waiting = [pattern]
    for _ in range(_MAX_ALTERNATIVES):
        if not waiting:
            return
        one = waiting.pop()
        if braces := _BRACES.search(one):
            before, after = one[: braces.start()], one[braces.end() :]
            waiting += (f"{before}{part}{after}" for part in braces[1].split(","))
        else:
            yield one
    raise PatternError(f"the pattern {pattern!r} has too many braces")


def _glob(pattern: str) -> _Pattern:
    parts = pattern.rstrip("/").split("/")
    # As fast-glob does: a folder is not entered if the last part of a pattern is its very name.
    below = [None] if not _WILD.search(parts[-1]) else []
    return _Pattern([*_parts(parts), *below])


def _of_line(line: str) -> _Pattern:
    is_out = not line.startswith("!")
    rule = (line if is_out else line[1:]).rstrip(" \t")
    bare = rule.rstrip("/")
    # A rule without a slash holds in every folder.
    anywhere = [] if "/" in bare else [None]
    parts = _parts(bare.lstrip("/").split("/"))
    return _Pattern([*anywhere, *parts], is_out=is_out, only_folders=rule != bare)


def _parts(parts: Sequence[str]) -> Iterator[Part]:
    """The compiled parts; `**` at the end stands for at least one name."""
    for number, part in enumerate(parts, 1):
        if part == "**":
            yield None
            if number == len(parts):
                yield _ANY
        else:
            yield _part(part)


def _literal(name: str) -> re.Pattern[str]:
    return re.compile(re.escape(name))


def _part(part: str) -> re.Pattern[str]:
    """The expression of one name. Between two stars the first match is as good as any other, so the
    group is atomic, and nothing is tried twice.
    """
    groups = [""]
    for match in _PIECE.finditer(part):
        if match[0][0] == "*":
            groups.append("")
        else:
            groups[-1] += _piece(match[0])
    middle = "".join(f"(?>.*?{group})" for group in groups[1:-1])
    last = f".*{groups[-1]}" if len(groups) > 1 else ""
    return re.compile(f"{groups[0]}{middle}{last}", re.DOTALL)


def _piece(piece: str) -> str:
    if piece == "?":
        return "."
    if piece[0] == "[" and len(piece) > 1:
        return _character_class(piece)
    return re.escape(piece[1:] if piece[0] == "\\" and len(piece) > 1 else piece)


def _character_class(piece: str) -> str:
    """The class `[a-z]`; one that no expression can have is text, e.g. `[z-a]`."""
    negated = piece[1] in "!^"
    inside = re.sub(r"([\\\[\]^&~|])", r"\\\1", piece[2 if negated else 1 : -1])
    expression = f"[{'^' if negated else ''}{inside}]"
    try:
        re.compile(expression)
    except re.error:
        return re.escape(piece)
    return expression
