"""Evaluate the built-in shortcodes of Hugo, Nikola and Zola, after their documentation. Pure.

A site's own shortcodes are files of its theme, which are not read: the image, link or text that
they name is kept, and so is the content between a pair of tags.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

from publisher.content import embeds

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from publisher.content.templates.text_builder import Evaluated, TextBuilder
    from publisher.post import ShortcodeSyntax

    Find: TypeAlias = Callable[[str, str], "str | None"]
    Pair: TypeAlias = Callable[[int, int, Sequence[str], Mapping[str, str], "_Evaluation"], str]

MAX_NESTING = 20  # of pairs that are evaluated together with their content

_NAMED = re.compile(r"(/?)\s*+([\w./-]+)(?:\s(.*))?", re.DOTALL)
_LINE_END = re.compile(r"[ \t]*\n")
_CALLED = re.compile(r"(\w+)\((.*)\)", re.DOTALL)


class ShortcodeTag(Struct, frozen=True):
    """A tag of a shortcode.

    `values` is the source of its arguments. `ends` marks the second tag of a pair, `closed` a tag
    like `{{< a />}}` that has no second one.
    """

    name: str
    values: str
    ends: bool = False
    closed: bool = False


def _nested(values: object, path: str) -> object:
    """The value at a path of keys with dots, in any case; None if there is none."""
    keys = {key.lower(): value for key, value in values.items()} if isinstance(values, dict) else {}
    key, dot, rest = path.partition(".")
    return keys.get(path, _nested(keys.get(key), rest) if dot else None)


def _named(inside: str) -> ShortcodeTag | None:
    """Parse `name a "b" c=d`, `/name` or `name /`."""
    text = inside.strip()
    closed = text.endswith("/") and text != "/"
    match = _NAMED.fullmatch(text[:-1].rstrip() if closed else text)
    return match and ShortcodeTag(match[2], match[3] or "", ends=bool(match[1]), closed=closed)


def _called(inside: str) -> ShortcodeTag | None:
    """Parse `name(a="b")` or `end`."""
    text = inside.strip()
    if text == "end":
        return ShortcodeTag("end", "", ends=True)
    match = _CALLED.fullmatch(text)
    return match and ShortcodeTag(match[1], match[2])


class ShortcodeSyntaxRules(Struct, frozen=True):
    """How an engine writes shortcodes.

    `tag` matches what may be a tag; its groups are the delimiter and the inside, which `read`
    parses. `literal` matches an escaped tag; its groups 1 to 3 are what it shows. `end` is the name
    that ends every pair, if the engine has only one. `pair` is the delimiter of tags that may start
    a pair; None: any.
    """

    tag: re.Pattern[str]
    literal: re.Pattern[str]
    read: Callable[[str], ShortcodeTag | None] = _named
    end: str | None = None
    pair: str | None = None


# The length of a tag is limited: one that never ends must not be searched for to the end of the
# body.
_SYNTAX: dict[ShortcodeSyntax, ShortcodeSyntaxRules] = {
    "angle-shortcodes": ShortcodeSyntaxRules(
        tag=re.compile(r"\{\{([<%])(.{0,3000}?)[>%]\}\}", re.DOTALL),
        literal=re.compile(r"(\{\{[<%])/\*(.{0,3000}?)\*/([>%]\}\})", re.DOTALL),
    ),
    "percent-shortcodes": ShortcodeSyntaxRules(
        tag=re.compile(r"\{\{(%)(.{0,3000}?)%\}\}", re.DOTALL),
        literal=re.compile(
            r"\{\{%\s{0,9}raw\s{0,9}%\}\}()((?:(?!\{\{%\s{0,9}raw).)*?)()\{\{%\s{0,9}/raw\s{0,9}%\}\}",
            re.DOTALL,
        ),
    ),
    "call-shortcodes": ShortcodeSyntaxRules(
        tag=re.compile(r"\{([{%])(.{0,3000}?)[%}]\}", re.DOTALL),
        literal=re.compile(r"(\{[{%])/\*(.{0,3000}?)\*/([%}]\})", re.DOTALL),
        read=_called,
        end="end",
        pair="%",
    ),
}


class ShortcodeContext:
    """What a shortcode can read: the values of the page and the site, and where posts are."""

    def __init__(
        self, page: Mapping[str, object], site: Mapping[str, object], *, page_of: Find
    ) -> None:
        self.page = page
        self.site = site
        self.page_of = page_of


def evaluate(text: TextBuilder, syntax: ShortcodeSyntax, context: ShortcodeContext) -> Evaluated:
    """Evaluate the shortcodes of a body. Never raises."""
    return _Evaluation(text, _SYNTAX[syntax], context).run()


class _Evaluation:
    def __init__(
        self, text: TextBuilder, syntax: ShortcodeSyntaxRules, context: ShortcodeContext
    ) -> None:
        self._text = text
        self._syntax = syntax
        self._context = context
        self._partners = _partners(text.body, syntax)
        self._is_alone = False
        self._depth = 0
        self._end_texts: dict[int, str] = {}  # what replaces the second tags of pairs
        patterns = (syntax.literal, syntax.tag)
        self._ahead = {pattern: pattern.search(text.body) for pattern in patterns}

    def run(self) -> Evaluated:
        self._evaluate(0, len(self._text.body))
        return self._text.result()

    def _evaluate(self, at: int, end: int) -> None:
        while (match := self._next(at)) and match.end() <= end:
            self._text.copy_source(at, match.start())
            at = self._tag(match)
        self._text.copy_source(at, end)

    def _next(self, at: int) -> re.Match[str] | None:
        """Return the next tag or escaped tag. Each pattern searches each part of the body once."""
        for pattern, match in self._ahead.items():
            if match and match.start() < at:
                self._ahead[pattern] = pattern.search(self._text.body, at)
        return min(filter(None, self._ahead.values()), key=re.Match.start, default=None)

    def _tag(self, match: re.Match[str]) -> int:
        """Evaluate one tag, or a pair with its content; return where it ends."""
        start, end = match.span()
        if match.re is self._syntax.literal:
            self._text.write_value(match[1] + match[2] + match[3], start, end)
            return end
        tag = self._syntax.read(match[2])
        if tag is None:
            self._text.copy_source(start, end)
        elif self._text.is_code(start):
            self._text.keep_source(start, end)
        elif tag.ends:
            self._end_tag(start, end)
        elif close := self._partners.get(start):
            return self._pair(start, end, tag, close)
        else:
            self._single(start, end, tag)
        return end

    def _pair(self, start: int, end: int, tag: ShortcodeTag, close: tuple[int, int]) -> int:
        """Evaluate a whole pair, or only its first tag if the content is evaluated next."""
        placed, named = embeds.values(tag.values)
        if _short(tag.name) == "details":
            self._details(start, end, named, close[0])
        elif (evaluate_pair := _pair_of(tag.name)) and self._depth < MAX_NESTING:
            value = evaluate_pair(end, close[0], placed, named, self)
            self._text.write_value(value, start, close[1])
            return close[1]
        else:
            self._single(start, end, tag)
        return end

    def _details(self, start: int, end: int, named: Mapping[str, str], close: int) -> None:
        """Write the start of a <details> element; its content is parsed as the markup of the post.

        Blank lines around the content make it so; they are indented to stay in the block around
        them.
        """
        summary = html.escape(named.get("summary", "Details"), quote=False)
        margin = self._text.margin()
        blank = f"\n{margin.rstrip()}"
        begins_line = _LINE_END.match(self._text.body, end) is not None
        head = f"<details><summary>{summary}</summary>{blank}"
        self._text.write_value(head if begins_line else f"{head}\n{margin}", start, end)
        self._end_texts[close] = f"{blank}\n{margin}</details>"

    def _end_tag(self, start: int, end: int) -> None:
        tail = self._end_texts.get(start)
        if tail is None:
            self._text.leave_out_silently(start, end)
        else:
            self._text.strip()
            self._text.write_more(tail, start, end)

    def _single(self, start: int, end: int, tag: ShortcodeTag) -> None:
        name = _short(tag.name)
        placed, named = embeds.values(tag.values)
        if name in _LINKS:
            self._link(start, end, [*placed, named.get("path", "")][0])
            return
        self._is_alone = self._text.is_alone(end)
        value = _TAGS[name](self, placed, named) if name in _TAGS else None
        embed = embeds.embed(name, placed, named, self._text.markup, is_alone=self._is_alone)
        if value is not None or (embed and name in embeds.SERVICES):
            self._text.write_value(
                self._text.indented(embed if value is None else value), start, end
            )
        else:
            self._text.leave_out(start, end, shown=self._text.indented(embed))

    def _link(self, start: int, end: int, target: str) -> None:
        page = self._context.page_of("ref", target)
        if page is None:
            self._text.write_dead_link(start, end)
        else:
            self._text.write_value(page, start, end)

    # --- shortcodes of the engines ---

    def figure(self, placed: Sequence[str], named: Mapping[str, str]) -> str | None:
        source = named.get("src") or next(iter(placed), "")
        if not source:
            return None
        return embeds.figure({**named, "src": source}, self._text.markup, is_alone=self._is_alone)

    def param(self, placed: Sequence[str], _: Mapping[str, str]) -> str | None:
        key = next(iter(placed), "").lower()
        pages = (self._context.page, self._context.site)
        value = next((v for values in pages if (v := _nested(values, key)) is not None), None)
        return _written(value) if isinstance(value, str | int | float) else None

    def code(self, start: int, end: int, placed: Sequence[str], named: Mapping[str, str]) -> str:
        inside = self._text.body[start:end]
        language = embeds.language(placed, named)
        begins_line = self._text.begins_line() and "\n" in inside and not self._text.is_in_html()
        return embeds.code(inside, language, self._text.markup, begins_line=begins_line)

    def document(self, start: int, end: int) -> str:
        """Nikola: `{{% doc %}}Title <slug>{{% /doc %}}`, or the slug alone."""
        inside = self._evaluated_part(start, end).strip()
        match = re.fullmatch(r"(.*)<([^<>]+)>", inside)
        slug = match[2] if match else inside
        page = self._context.page_of("slug", slug)
        text = match[1].strip() if match else slug
        return embeds.link(page, text, self._text.markup) if page else text

    def _evaluated_part(self, start: int, end: int) -> str:
        """Return what a part of the body evaluates to."""
        text, self._text = self._text, self._text.fork()
        self._depth += 1
        self._evaluate(start, end)
        self._depth -= 1
        part, self._text = self._text, text
        return part.result().text

    def media(self, placed: Sequence[str], named: Mapping[str, str]) -> str | None:
        url = named.get("url") or next(iter(placed), "")
        return embeds.link(url, url, self._text.markup) if url else None


def _partners(body: str, syntax: ShortcodeSyntaxRules) -> dict[int, tuple[int, int]]:
    """Return, by the offset of each first tag of a pair, where its second tag stands."""
    begun: list[tuple[str, int]] = []
    waiting: Counter[str] = Counter()
    partners: dict[int, tuple[int, int]] = {}
    for match in syntax.tag.finditer(body):
        tag = syntax.read(match[2])
        if tag is None:
            continue
        name = syntax.end or tag.name
        if not tag.ends:
            if not tag.closed and syntax.pair in {None, match[1]}:
                begun.append((name, match.start()))
                waiting[name] += 1
        elif waiting[name]:
            last, start = begun.pop()
            waiting[last] -= 1
            while last != name:
                last, start = begun.pop()
                waiting[last] -= 1
            partners[start] = match.span()
    return partners


def _written(value: str | float) -> str:
    """Write a value as Go prints it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).removesuffix(".0") if isinstance(value, float) else str(value)


def _short(name: str) -> str:
    return name.removesuffix(".html").lower()


def _pair_of(name: str) -> Pair | None:
    """Return the function that evaluates a pair of this name; None if its content just stays."""
    name = _short(name)
    return _PAIRS.get(name) or (_PAIRS["highlight"] if embeds.is_code(name) else None)


_LINKS = frozenset({"ref", "relref"})
_TAGS: dict[str, Callable[[_Evaluation, Sequence[str], Mapping[str, str]], str | None]] = {
    "figure": _Evaluation.figure,
    "thumbnail": _Evaluation.figure,
    "param": _Evaluation.param,
    "media": _Evaluation.media,
}
_PAIRS: dict[str, Pair] = {
    "highlight": lambda start, end, placed, named, at: at.code(start, end, placed, named),
    "doc": lambda start, end, _, __, at: at.document(start, end),
    "comment": lambda *_: "",
}
