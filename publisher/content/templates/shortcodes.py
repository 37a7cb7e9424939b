"""Shortcodes of Hugo, Nikola and Zola: those that come with the engine, by their documentation.

A site's own are files of its theme, which are not read: what they show is left, and what stands
between a pair of them. Pure.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from publisher.content import embeds

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from publisher.content.templates.text import Evaluated, Text
    from publisher.post import ShortcodeSyntax

    Find: TypeAlias = Callable[[str, str], "str | None"]
    Pair: TypeAlias = Callable[[int, int, Sequence[str], Mapping[str, str], "_Evaluation"], str]

MAX_NESTING = 20  # of pairs that are made as a whole

_NAMED = re.compile(r"(/?)\s*+([\w./-]+)(?:\s(.*))?", re.DOTALL)
_LINE_END = re.compile(r"[ \t]*\n")
_CALLED = re.compile(r"(\w+)\((.*)\)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag: what it is called, what stands in it; whether it ends a pair, or is none."""

    name: str
    values: str
    ends: bool = False
    closed: bool = False


def _named(inside: str) -> Tag | None:
    """`name a "b" c=d`, `/name`, `name /`."""
    text = inside.strip()
    closed = text.endswith("/") and len(text) > 1
    found = _NAMED.fullmatch(text[:-1].rstrip() if closed else text)
    return found and Tag(found[2], found[3] or "", ends=bool(found[1]), closed=closed)


def _called(inside: str) -> Tag | None:
    """`name(a="b")`, `end`."""
    text = inside.strip()
    if text == "end":
        return Tag("end", "", ends=True)
    found = _CALLED.fullmatch(text)
    return found and Tag(found[1], found[2])


@dataclass(frozen=True, slots=True)
class Syntax:
    """How tags are written.

    `tag` finds what may be one (its mark, and what is in it, which `read` understands), `literal`
    what is only to be seen (groups 1 to 3). `end` is the name that ends every pair, where that is
    one for all; `pair` is the mark of tags that begin a pair, where not all may.
    """

    tag: re.Pattern[str]
    literal: re.Pattern[str]
    read: Callable[[str], Tag | None] = _named
    end: str | None = None
    pair: str | None = None


_SYNTAX: dict[ShortcodeSyntax, Syntax] = {
    "angle-shortcodes": Syntax(
        tag=re.compile(r"\{\{([<%])(.{0,3000}?)[>%]\}\}", re.DOTALL),
        literal=re.compile(r"(\{\{[<%])/\*(.{0,3000}?)\*/([>%]\}\})", re.DOTALL),
    ),
    "percent-shortcodes": Syntax(
        tag=re.compile(r"\{\{(%)(.{0,3000}?)%\}\}", re.DOTALL),
        literal=re.compile(
            r"\{\{%\s{0,9}raw\s{0,9}%\}\}()((?:(?!\{\{%\s{0,9}raw).)*?)()\{\{%\s{0,9}/raw\s{0,9}%\}\}",
            re.DOTALL,
        ),
    ),
    "call-shortcodes": Syntax(
        tag=re.compile(r"\{([{%])(.{0,3000}?)[%}]\}", re.DOTALL),
        literal=re.compile(r"(\{[{%])/\*(.{0,3000}?)\*/([%}]\})", re.DOTALL),
        read=_called,
        end="end",
        pair="%",
    ),
}


class ShortcodeContext:
    """What a shortcode may know: the page's and the site's values, and where posts are."""

    def __init__(
        self, page: Mapping[str, object], site: Mapping[str, object], *, page_of: Find
    ) -> None:
        self.page = page
        self.site = site
        self.page_of = page_of


def evaluate(text: Text, syntax: ShortcodeSyntax, context: ShortcodeContext) -> Evaluated:
    """The body with its shortcodes evaluated. Never raises."""
    return _Evaluation(text, _SYNTAX[syntax], context).run()


class _Evaluation:
    def __init__(self, text: Text, syntax: Syntax, context: ShortcodeContext) -> None:
        self._text = text
        self._syntax = syntax
        self._context = context
        self._partners = _partners(text.body, syntax)
        self._is_alone = False
        self._depth = 0
        self._tails: dict[int, str] = {}  # what comes in the place of tags that end a pair
        patterns = (syntax.literal, syntax.tag)
        self._ahead = {pattern: pattern.search(text.body) for pattern in patterns}

    def run(self) -> Evaluated:
        self._evaluate(0, len(self._text.body))
        return self._text.done()

    def _evaluate(self, at: int, end: int) -> None:
        while (found := self._next(at)) and found.end() <= end:
            self._text.copy(at, found.start())
            at = self._tag(found)
        self._text.copy(at, end)

    def _next(self, at: int) -> re.Match[str] | None:
        """The next tag, or what only shows one. Each text is searched once."""
        for pattern, found in self._ahead.items():
            if found and found.start() < at:
                self._ahead[pattern] = pattern.search(self._text.body, at)
        return min(filter(None, self._ahead.values()), key=re.Match.start, default=None)

    def _tag(self, found: re.Match[str]) -> int:
        """One tag, or a pair with what is in it; where it ends."""
        start, end = found.span()
        if found.re is self._syntax.literal:
            self._text.evaluated(found[1] + found[2] + found[3], start, end)
            return end
        tag = self._syntax.read(found[2])
        if tag is None:
            self._text.copy(start, end)
        elif self._text.is_code(start):
            self._text.stays(start, end)
        elif tag.ends:
            self._ended(start, end)
        elif close := self._partners.get(start):
            return self._pair(start, end, tag, close)
        else:
            self._alone(start, end, tag)
        return end

    def _pair(self, start: int, end: int, tag: Tag, close: tuple[int, int]) -> int:
        """A pair whole, or its first tag if what is in it stays."""
        placed, named = embeds.values(tag.values)
        if _short(tag.name) == "details":
            self._details(start, end, named, close[0])
        elif (make := _pair_of(tag.name)) and self._depth < MAX_NESTING:
            said = make(end, close[0], placed, named, self)
            self._text.evaluated(said, start, close[1])
            return close[1]
        else:
            self._alone(start, end, tag)
        return end

    def _details(self, start: int, end: int, named: Mapping[str, str], close: int) -> None:
        """Blank lines within the block around it: what is in it is of the post's markup."""
        summary = html.escape(named.get("summary", "Details"), quote=False)
        margin = self._text.margin()
        blank = f"\n{margin.rstrip()}"
        begins_line = _LINE_END.match(self._text.body, end) is not None
        head = f"<details><summary>{summary}</summary>{blank}"
        self._text.evaluated(head if begins_line else f"{head}\n{margin}", start, end)
        self._tails[close] = f"{blank}\n{margin}</details>"

    def _ended(self, start: int, end: int) -> None:
        tail = self._tails.get(start)
        if tail is None:
            self._text.silent(start, end)
        else:
            self._text.strip()
            self._text.more(tail, start, end)

    def _alone(self, start: int, end: int, tag: Tag) -> None:
        name = _short(tag.name)
        placed, named = embeds.values(tag.values)
        if name in _LINKS:
            self._link(start, end, [*placed, named.get("path", "")][0])
            return
        self._is_alone = self._text.is_alone(end)
        said = _TAGS[name](placed, named, self) if name in _TAGS else None
        use = embeds.shown(name, placed, named, self._text.markup, is_alone=self._is_alone)
        if said is not None or (use and name in embeds.PLACES):
            self._text.evaluated(self._text.within(use if said is None else said), start, end)
        else:
            self._text.unknown(start, end, shown=self._text.within(use))

    def _link(self, start: int, end: int, target: str) -> None:
        page = self._context.page_of("ref", target)
        if page is None:
            self._text.nowhere(start, end)
        else:
            self._text.evaluated(page, start, end)

    # --- what comes with the engines ---

    def figure(self, placed: Sequence[str], named: Mapping[str, str]) -> str | None:
        source = named.get("src") or next(iter(placed), "")
        if not source:
            return None
        return embeds.figure({**named, "src": source}, self._text.markup, is_alone=self._is_alone)

    def param(self, placed: Sequence[str], _: Mapping[str, str]) -> str | None:
        key = next(iter(placed), "").lower()
        value = self._context.page.get(key, self._context.site.get(key))
        return _written(value) if isinstance(value, str | int | float) else None

    def code(self, start: int, end: int, placed: Sequence[str], named: Mapping[str, str]) -> str:
        inside = self._text.body[start:end]
        language = embeds.language(placed, named)
        begins_line = self._text.begins_line() and "\n" in inside and not self._text.in_html()
        return embeds.code(inside, language, self._text.markup, begins_line=begins_line)

    def document(self, start: int, end: int) -> str:
        """Nikola: `{{% doc %}}Title <slug>{{% /doc %}}`, or the slug alone."""
        inside = self._said(start, end).strip()
        found = re.fullmatch(r"(.*)<([^<>]+)>", inside)
        slug = found[2] if found else inside
        page = self._context.page_of("slug", slug)
        text = found[1].strip() if found else slug
        return embeds.link(page, text, self._text.markup) if page else text

    def _said(self, start: int, end: int) -> str:
        """What the tags there say, in the text around them."""
        text, self._text = self._text, self._text.part()
        self._depth += 1
        self._evaluate(start, end)
        self._depth -= 1
        part, self._text = self._text, text
        return part.done().text

    def media(self, placed: Sequence[str], named: Mapping[str, str]) -> str | None:
        address = named.get("url") or next(iter(placed), "")
        return embeds.link(address, address, self._text.markup) if address else None


def _partners(body: str, syntax: Syntax) -> dict[int, tuple[int, int]]:
    """For each tag that is the first of a pair: where the other one is."""
    begun: list[tuple[str, int]] = []
    waiting: Counter[str] = Counter()
    partners: dict[int, tuple[int, int]] = {}
    for found in syntax.tag.finditer(body):
        tag = syntax.read(found[2])
        if tag is None:
            continue
        name = syntax.end or tag.name
        if not tag.ends:
            if not tag.closed and syntax.pair in {None, found[1]}:
                begun.append((name, found.start()))
                waiting[name] += 1
        elif waiting[name]:
            last, start = begun.pop()
            waiting[last] -= 1
            while last != name:
                last, start = begun.pop()
                waiting[last] -= 1
            partners[start] = found.span()
    return partners


def _written(value: str | float) -> str:
    """As Go prints it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).removesuffix(".0") if isinstance(value, float) else str(value)


def _short(name: str) -> str:
    return name.removesuffix(".html").lower()


def _pair_of(name: str) -> Pair | None:
    """What is made of a pair of this name with what is in it; None: what is in it stays."""
    name = _short(name)
    return _PAIRS.get(name) or (_PAIRS["highlight"] if embeds.is_code(name) else None)


_LINKS = frozenset({"ref", "relref"})
_TAGS: dict[str, Callable[[Sequence[str], Mapping[str, str], _Evaluation], str | None]] = {
    "figure": lambda placed, named, at: at.figure(placed, named),
    "thumbnail": lambda placed, named, at: at.figure(placed, named),
    "param": lambda placed, named, at: at.param(placed, named),
    "media": lambda placed, named, at: at.media(placed, named),
}
_PAIRS: dict[str, Pair] = {
    "highlight": lambda start, end, placed, named, at: at.code(start, end, placed, named),
    "doc": lambda start, end, _, __, at: at.document(start, end),
    "comment": lambda *_: "",
}
