"""Liquid, as Jekyll and Eleventy have it in their posts, and what Nunjucks has in common with it.

Refuses the clock, files, and what never ends: a loop has at most 1,000 turns. What cannot be
evaluated costs no other tag.
"""

from __future__ import annotations

import io
import itertools
import re
from collections import Counter
from typing import TYPE_CHECKING, Any, TextIO

from liquid import Environment, RenderContext, Undefined
from liquid.builtin.output import Output, OutputNode
from liquid.exceptions import LiquidSyntaxError, ResourceLimitError, UnknownFilterError

from publisher.content import embeds
from publisher.content.templates import filters
from publisher.content.templates.text import Evaluated, Text
from publisher.content.templates.values import FilterError, flat, text

if TYPE_CHECKING:
    from publisher.content.templates.context import TemplateContext

MAX_TURNS = 1_000
MAX_BYTES = 500_000
MAX_LOCAL = 50_000
MAX_NESTING = 20

_TAG = re.compile(r"\{\{(?!\{).{0,2000}?\}\}|\{%-?\s*+([\w#]++)?.{0,2000}?%\}", re.DOTALL)
# What ends the blocks in which nothing is a tag.
_END = {
    name: re.compile(rf"\{{%-?\s{{0,9}}end{name}\s{{0,9}}-?%\}}") for name in ("raw", "comment")
}
_RANGE = re.compile(r"\(\s*[^()]*?\.\.[^()]*\)")
_CALL = re.compile(r"\{%-?\s*+(\w++)(.*?)-?%\}", re.DOTALL)
_ADDRESS = re.compile(r"\{\{-?\s*[\"'](https?://[^\s\"'<>]+)[\"']")
_BASE = re.compile(r"\{\{-?\s*site\.baseurl\s*-?\}\}")
_BEFORE_LINK = re.compile(r"\{%-?\s*(?:post_url|link)\s")
_LINKS = frozenset({"post_url", "link"})
_BLOCKS = frozenset({
    "if", "unless", "for", "case", "capture", "tablerow", "comment", "ifchanged", "highlight",
    "raw", "codeblock", "code",
})  # fmt: skip
_SAMPLES = frozenset({"highlight", "codeblock", "code"})
_INNER = frozenset({"else", "elsif", "when", "break", "continue"})
# What of these fails has no text of its own.
_EMPTY = frozenset({"for", "tablerow", "capture", "comment"})
_REFUSED = ("include", "render", "include_relative", "doc", "macro", "liquid", "echo")
_BLANKS = re.compile(r"\s*")
# What stands for a tag in what was evaluated, until that is done, too; see `filters.MARK`.
_MARKED = re.compile(rf"{filters.MARK}([0-9]+){filters.MARK}")


def evaluate(text: Text, facts: TemplateContext) -> Evaluated:
    """The body with its tags evaluated, one after the other. Never raises."""
    return _Evaluation(text, _Liquid(facts), facts).run()


class _Liquid:
    """Evaluates one piece after the other, which share what they assign."""

    def __init__(self, facts: TemplateContext) -> None:
        self._facts = facts
        self._missing: list[str] = []
        self._written = 0
        self.numbers = itertools.count()  # of the marks, which no other text may have
        self._environment = _environment(facts, self._missing)
        template = self._environment.from_string("")
        self._context = RenderContext(template, globals=template.make_globals(facts.values))

    def knows(self, name: str) -> bool:
        """Whether a tag is Liquid's own."""
        return (
            not name
            or name in _INNER | self._environment.tags.keys()
            or (name.startswith("end") and name.removeprefix("end") in self._environment.tags)
        )

    def said(self, piece: str, name: str, *, is_code: bool = False) -> str:
        """What the piece says; in code nothing that is not there says nothing.

        Raises LiquidSyntaxError, and _UnknownError for what it lacks.
        """
        self._missing.clear()
        if any(_counts(tag[0], tag[1] or "") for tag in _TAG.finditer(piece)):
            raise _UnknownError("counts without bound")
        buffer = _Bounded(MAX_BYTES - self._written)
        try:
            template = self._environment.from_string(piece)
            template.render_with_context(self._context, buffer)
        except LiquidSyntaxError as error:
            if name and name not in self._environment.tags:
                raise _UnknownError from error
            raise
        except Exception as error:  # what a template can make a library raise has no end
            if isinstance(error, ResourceLimitError):
                self._context.locals.clear()  # or the next one would double what was too much
            raise _UnknownError(f"cannot be evaluated ({_reason(error)})") from error
        unknown = [path for path in self._missing if is_code or not self._facts.knows(path)]
        if unknown:
            raise _UnknownError(f"needs {unknown[0]}, which is not known here")
        self._written += buffer.tell()
        return buffer.getvalue()


class _Evaluation:
    def __init__(self, text: Text, liquid: _Liquid, facts: TemplateContext) -> None:
        self._text = text
        self._liquid = liquid
        self._facts = facts
        self._ends = _ends(text.body)
        self._is_nunjucks = facts.language == "nunjucks"
        self._links = frozenset[str]() if self._is_nunjucks else _LINKS
        self._marked: dict[str, tuple[int, int, str]] = {}  # the tags that marks stand for

    def run(self) -> Evaluated:
        body, at = self._text.body, 0
        while found := _TAG.search(body, at):
            start, end = found.span()
            self._text.copy(at, start)
            if found[0][2:3] == "-":
                self._text.strip()
            at = self._tag(start, end, found[1] or "")
            if body[at - 3 : at - 2] == "-" and (blanks := _BLANKS.match(body, at)):
                at = blanks.end()
        self._text.copy(at, len(body))
        return self._text.done()

    def _tag(self, start: int, end: int, name: str) -> int:
        """One output, one tag or one block; where it ends."""
        body = self._text.body
        if self._is_nunjucks and self._text.is_code(start):  # Hexo sets code aside
            self._text.copy(start, end)
        elif name in _INNER or name.startswith("end"):
            self._text.silent(start, end)
        elif name in self._links:
            self._link(start, end)
        elif _BASE.fullmatch(body[start:end]) and _BEFORE_LINK.match(body, end):
            # Jekyll 3 needed it before a tag, Jekyll 4 adds it there.
            self._text.evaluated("", start, end)
        elif name in _BLOCKS:
            return self._block(start, end, name)
        else:
            self._piece(start, end, end, name)
        return end

    def _block(self, start: int, end: int, name: str) -> int:
        whole = self._ends.get(start)
        match name:
            case _ if whole is None:
                self._text.unknown(start, end, why="never ends, or is nested too deep")
                return end
            case "raw":
                inside = self._text.body[end : self._text.body.rindex("{%", end, whole)]
                self._text.evaluated(inside, start, whole)
            case "highlight" | "codeblock" | "code":  # _SAMPLES
                self._highlight(start, end, whole)
            case _:
                return self._piece(start, end, whole, name)
        return whole

    def _piece(self, start: int, end: int, whole: int, name: str) -> int:
        """Where it goes on: of a block that cannot be evaluated what is in it is left."""
        piece = self._text.body[start:whole]
        try:
            is_code = self._text.is_code(start)
            masked = piece if is_code else self._masked(start, end, whole, name)
            said = self._liquid.said(masked, name, is_code=is_code)
            if is_code and not said:  # a sample of how to write it
                self._text.stays(start, whole)
            else:
                self._say(said, start, whole)
        except _UnknownError as error:
            end = whole if name in _EMPTY else end
            self._text.unknown(start, end, shown=self._shown(piece, name, end), why=str(error))
            return end
        except LiquidSyntaxError as error:
            self._text.stays(start, end, why=f"is no Liquid ({_first_line(error)})")
            return end
        return whole

    def _masked(self, start: int, end: int, whole: int, block: str) -> str:
        """The block, with a mark for each tag in it that is not Liquid's own."""
        body, at = self._text.body, end
        parts, known = [body[start:end]], len(self._marked)
        while (found := _TAG.search(body, at)) and found.start() < whole:
            first, stop, name = found.start(), found.end(), found[1] or ""
            if name in _SAMPLES | {"raw"}:
                stop = self._ends.get(first, stop)
            page = self._page(first, stop) if name in self._links else None
            if page is not None:
                parts += [body[at:first], page]
            elif name == "raw" or self._liquid.knows(name):
                parts.append(body[at:stop])
            else:
                parts += [body[at:first], self._mark(first, stop, name)]
            at = stop
        if block == "capture" and len(self._marked) > known:
            raise _UnknownError(filters.UNKNOWN)
        return "".join([*parts, body[at:whole]])

    def _mark(self, start: int, end: int, name: str) -> str:
        number = f"{next(self._liquid.numbers):010}"
        self._marked[number] = (start, end, name)
        return f"{filters.MARK}{number}{filters.MARK}"

    def _say(self, said: str, start: int, end: int) -> None:
        """What was evaluated, and in it what was marked."""
        self._text.evaluated("", start, end)
        for number, part in enumerate(_MARKED.split(said)):
            if number % 2 == 0:
                self._text.more(part.replace(filters.MARK, ""), start, end)
            elif part in self._marked:
                first, last, name = self._marked[part]
                self._tag(first, self._first_end(first, last, name), name)

    def _first_end(self, start: int, end: int, name: str) -> int:
        """Where the first tag of a block ends; a single tag is all there is."""
        found = _TAG.match(self._text.body, start) if name in _SAMPLES else None
        return found.end() if found else end

    def _page(self, start: int, end: int) -> str | None:
        """The page that `post_url` or `link` names."""
        found = _CALL.match(self._text.body[start:end])
        kind, name = (found[1], found[2].strip().strip("\"'")) if found else ("", "")
        if "{{" in name:
            try:
                name = self._liquid.said(name, "")
            except (_UnknownError, LiquidSyntaxError):
                name = ""
        return self._facts.page_of(kind, name)

    def _link(self, start: int, end: int) -> None:
        page = self._page(start, end)
        if page is None:
            self._text.nowhere(start, end)
        else:
            self._text.evaluated(page, start, end)

    def _highlight(self, start: int, inside: int, end: int) -> None:
        body = self._text.body
        close = body.rindex("{%", inside, end)
        found = _CALL.match(body[start:inside])
        language = embeds.language(*embeds.values(found[2])) if found else ""
        text = Text(body[inside:close], self._text.markup, keeps=True, is_code=True)
        code = _Evaluation(text, self._liquid, self._facts).run().text
        begins_line = self._text.begins_line() and not self._text.in_html()
        made = embeds.code(code, language, self._text.markup, begins_line=begins_line)
        rest = "" if body[end : end + 1] in {"", "\n"} else "\n"
        self._text.evaluated(made + rest, start, end)

    def _shown(self, piece: str, name: str, end: int) -> str:
        if address := _ADDRESS.match(piece):
            return embeds.link(address[1], address[1], self._text.markup)
        found = _CALL.fullmatch(piece)
        if not found or name in _BLOCKS:
            return ""
        placed, named = embeds.values(found[2])
        is_alone = self._text.is_alone(end)
        use = embeds.shown(name, placed, named, self._text.markup, is_alone=is_alone)
        return self._text.within(use)


class _UnknownError(Exception):
    """Only the site knows."""


def _reason(error: Exception) -> str:
    """In words that say nothing of how it is done here."""
    match error:
        case FilterError() | ResourceLimitError() | UnknownFilterError():
            return _first_line(error)
        case RecursionError():
            return "it is nested too deep"
        case _:
            return "its values do not fit"


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0].strip()


def _ends(body: str) -> dict[int, int]:
    """For each block that ends: where its first tag begins -> behind its last one.

    What stands in `raw` and `comment` is no tag. What is nested too deep has no end: it would be
    tried at every level.
    """
    ends: dict[int, int] = {}
    begun: list[tuple[str, int]] = []
    waiting: Counter[str] = Counter()
    heights: list[int] = [0]  # of what is in the blocks that have begun
    last = {name: max((m.end() for m in _END[name].finditer(body)), default=0) for name in _END}
    at = 0
    while found := _TAG.search(body, at):
        name, at = found[1] or "", found.end()
        if name in _END and last[name] > at:
            close = _END[name].search(body, at)
            at = ends[found.start()] = close.end() if close else at
        elif name in _BLOCKS:
            begun.append((name, found.start()))
            waiting[name] += 1
            heights.append(0)
        elif name.startswith("end") and waiting[name.removeprefix("end")]:
            start, height = _ended(name.removeprefix("end"), begun, waiting, heights)
            if height <= MAX_NESTING:
                ends[start] = at
    return ends


def _ended(
    name: str, begun: list[tuple[str, int]], waiting: Counter[str], heights: list[int]
) -> tuple[int, int]:
    """Where the last block of this name began, and how deep it is; those in it never end."""
    while True:
        last, start = begun.pop()
        waiting[last] -= 1
        height = heights.pop() + 1
        heights[-1] = max(heights[-1], height)
        if last == name:
            return start, height


def _counts(tag: str, name: str) -> bool:
    """Whether a tag could make a list of any length: only a loop may count, and not backwards."""
    found = _RANGE.search(tag)
    return found is not None and (name != "for" or "reversed" in tag[found.end() :])


class _Bounded(io.StringIO):
    """Takes what a piece says, up to what is left for the body."""

    def __init__(self, left: int) -> None:
        super().__init__()
        self._left = left

    def write(self, text: str) -> int:
        if self.tell() + len(text) > self._left:
            raise FilterError(f"the post says more than {MAX_BYTES} characters by its tags")
        return super().write(text)


def _environment(facts: TemplateContext, missing: list[str]) -> Environment:
    class Missing(Undefined):
        """Remembers that somebody asked for it."""

        def __init__(self, name: str, **more: Any) -> None:
            super().__init__(name, **more)
            if hint := more.get("hint"):
                missing.append(hint.removesuffix(" is undefined").strip("'\""))

    class Made(Environment):
        loop_iteration_limit = MAX_TURNS
        local_namespace_limit = MAX_LOCAL
        output_stream_limit = MAX_BYTES  # of what is captured

    environment = Made(undefined=Missing)
    for name in _REFUSED:
        environment.tags.pop(name, None)
    budget = filters.Budget()
    for name, function in {**environment.filters, **filters.own(facts, budget)}.items():
        environment.add_filter(name, filters.guarded(name, function, budget))
    environment.add_tag(_Output)
    return environment


class _SaidNode(OutputNode):
    """A list says what is in it, a map what Ruby shows of it."""

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        value = self.expression.evaluate(context)
        return buffer.write("".join(map(text, flat(value))))


class _Output(Output):
    node_class = _SaidNode
