"""Evaluate Liquid as Jekyll and Eleventy have it, and what Nunjucks has in common with it.

No template can use the clock or read other files than those that Jekyll includes, and none runs
without limit: a loop has at most 1,000 iterations. A tag that cannot be evaluated does not affect
the others.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

from liquid import RenderContext
from liquid.exceptions import (
    ContextDepthError,
    LiquidSyntaxError,
    ResourceLimitError,
    UnknownFilterError,
)

from publisher.content import embeds
from publisher.content.templates import filters, hexo_tags, includes, liquid_environment
from publisher.content.templates.liquid_blocks import (
    BLOCKS,
    TAG,
    begins_block,
    block_ends,
    builds_list,
)
from publisher.content.templates.liquid_environment import MAX_BYTES, LimitedOutput
from publisher.content.templates.ruby_values import FilterError
from publisher.content.templates.text_builder import Evaluated, TextBuilder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from publisher.content.templates.context import TemplateContext

MAX_INCLUDES, MAX_INCLUDED = 1_000, 2_000_000  # the files that one post includes; characters

_CALL = re.compile(r"\{%-?\s*+(\w++)(.*?)-?%\}", re.DOTALL)
_URL_OUTPUT = re.compile(r"\{\{-?\s*[\"'](https?://[^\s\"'<>]+)[\"']")
_BASE = re.compile(r"\{\{-?\s*site\.baseurl\s*-?\}\}")
_BEFORE_LINK = re.compile(r"\{%-?\s*(?:post_url|link)\s")
_LINK_TAGS = frozenset({"post_url", "link"})
_CODE_SAMPLES = frozenset({"highlight", "codeblock", "code"})
_INNER_TAGS = frozenset({"else", "elsif", "when", "break", "continue"})
# If one of these fails, its content is no text of its own and is left out with it.
_CONDITIONS = frozenset({"if", "unless", "case"})
_BRANCH = re.compile(r"\{%-?\s{0,9}(?:else|elsif|when)\b")
_CONTENT_IS_LOST = frozenset({"for", "tablerow", "capture", "comment"})
_BLANKS = re.compile(r"\s*")
# A mark in an evaluated piece: the number of a tag that is evaluated after it; see `filters.MARK`.
_MARKED = re.compile(rf"{filters.MARK}([0-9]+){filters.MARK}")


def evaluate(text: TextBuilder, context: TemplateContext) -> Evaluated:
    """Evaluate the tags of a body one after the other. Never raises."""
    return _Evaluation(text, _Liquid(context, text), context).run()


class _Liquid:
    """Renders one piece of a body after the other; they share their assigned variables."""

    def __init__(self, context: TemplateContext, text: TextBuilder) -> None:
        self._context = context
        self._text = text
        self._missing: list[str] = []
        self._written = 0
        self._includes, self._included = 0, 0
        # The files that are being evaluated, each with the line (from 0) of the tag in the text
        # around it, and the line at which the innermost piece begins.
        self._open: list[tuple[str, int]] = []
        self._line = 0
        self._warnings: list[str] = []
        # Of the marks; unique, so that no other text contains them.
        self.numbers = itertools.count()
        self._environment = liquid_environment.environment(context, self._missing, self._warnings)
        if context.language == "liquid":
            for name in includes.TAGS:
                self._environment.add_tag(includes.tag_named(name, self._include))
        template = self._environment.from_string("")
        self._render_context = RenderContext(
            template, globals=template.make_globals(context.values)
        )

    def knows(self, name: str) -> bool:
        """Whether the library knows a tag of this name."""
        return (
            not name
            or name in _INNER_TAGS | self._environment.tags.keys()
            or (name.startswith("end") and name.removeprefix("end") in self._environment.tags)
        )

    @property
    def is_including(self) -> bool:
        """Whether the text that is evaluated is that of an included file."""
        return bool(self._open)

    def rendered(self, piece: str, name: str, *, line: int = 0, is_code: bool = False) -> str:
        """Return the output of a piece of the body, which begins at this line (from 0).

        In a code sample any missing value raises. Raises LiquidSyntaxError, and _UnknownError if
        the piece needs what only the site has.
        """
        missing_before = len(self._missing)
        self._line = line
        if any(builds_list(tag[0], tag[1] or "") for tag in TAG.finditer(piece)):
            raise _UnknownError(
                "a range is allowed only in a for loop; a reversed one needs numbers below 1000"
            )
        buffer = LimitedOutput(MAX_BYTES - self._written)
        try:
            template = self._environment.from_string(piece)
            template.render_with_context(self._render_context, buffer)
        except LiquidSyntaxError as error:
            if name and name not in self._environment.tags:
                raise _UnknownError from error
            raise
        except _UnknownError:
            raise
        except Exception as error:  # a template can make the library raise anything
            if isinstance(error, ResourceLimitError):
                # Otherwise the next piece would double what was too long.
                self._render_context.locals.clear()
            if isinstance(error, ContextDepthError) and len(dict(self._open)) < len(self._open):
                raise _IncludeLimitError(includes.chain(self._open)) from error
            raise _UnknownError(f"it cannot be evaluated ({_reason(error)})") from error
        finally:
            used = self._missing[missing_before:]
            del self._missing[missing_before:]
        missing = [path for path in used if is_code or not self._context.knows(path)]
        if missing:
            raise _UnknownError(self._context.problem(missing[0]))
        self._written += buffer.tell()
        return buffer.getvalue()

    def warnings(self) -> list[str]:
        """Return the warnings about pieces since the last call."""
        warnings = [*dict.fromkeys(self._warnings)]
        self._warnings.clear()
        return warnings

    def lacks_file(self, tag: str, name: str) -> bool:
        """Whether a tag includes a file that is not there; False if its name is computed."""
        file = includes.file_of(match[2]) if (match := _CALL.match(tag)) else ""
        return "{{" not in file and self._context.included(name, file) is None

    def _include(self, kind: str, file: str, values: Mapping[str, object] | None, line: int) -> str:
        """Return the evaluated text of a file. Raises _UnknownError."""
        source = self._context.included(kind, file)
        if source is None:
            raise _UnknownError(self._context.include_problem(kind, file))
        line += self._line
        self._includes += 1
        self._included += len(source)
        if self._includes > MAX_INCLUDES or self._included > MAX_INCLUDED:
            raise _IncludeLimitError("the post includes too many files")
        if len(self._open) == includes.MAX_DEPTH:
            raise _IncludeLimitError(includes.chain([*self._open, (file, line)]))
        evaluated = self._evaluated(file, line, source, values)
        warnings = [f"{file}:{line + 1}: {message}" for line, message in evaluated.warnings]
        if any(outcome == "dropped" and begins_block(tag) for outcome, tag in evaluated.tags):
            raise _UnknownError(warnings[0])  # it would show all of its alternatives
        self._warnings += warnings
        return evaluated.text

    def _evaluated(
        self, file: str, line: int, source: str, values: Mapping[str, object] | None
    ) -> Evaluated:
        """Evaluate the text of an included file. Raises _IncludeLimitError."""
        # A tag without parameters leaves those of the file around it, as in Jekyll.
        given = {"include": values or {}} if values or not self._open else {}
        written, begin = self._written, self._line
        self._open.append((file, line))
        try:
            with self._render_context.extend(given):
                return _Evaluation(self._text.other(source), self, self._context).run()
        finally:
            self._open.pop()
            # The piece around it counts the text.
            self._written, self._line = written, begin


class _Evaluation:
    def __init__(self, text: TextBuilder, liquid: _Liquid, context: TemplateContext) -> None:
        self._text = text
        self._liquid = liquid
        self._context = context
        self._block_ends = block_ends(text.body)
        self._is_nunjucks = context.language == "nunjucks"
        self._links = frozenset[str]() if self._is_nunjucks else _LINK_TAGS
        # The tag behind each mark: start, end, name.
        self._marked: dict[str, tuple[int, int, str]] = {}

    def run(self) -> Evaluated:
        body, at = self._text.body, 0
        while match := TAG.search(body, at):
            start, end = match.span()
            self._text.copy_source(at, start)
            if match[0][2:3] == "-":
                self._text.strip()
            at = self._tag(start, end, match[1] or "")
            if body[at - 3 : at - 2] == "-" and (blanks := _BLANKS.match(body, at)):
                at = blanks.end()
        self._text.copy_source(at, len(body))
        return self._text.result()

    def _tag(self, start: int, end: int, name: str) -> int:
        """Evaluate one output, tag or block; return where it ends."""
        body = self._text.body
        # Hexo takes code samples out before it evaluates tags.
        if self._is_nunjucks and self._text.is_code(start):
            self._text.copy_source(start, end)
        elif name in _INNER_TAGS or name.startswith("end"):
            self._text.leave_out_silently(start, end)
        elif name in self._links:
            self._link(start, end)
        elif self._is_nunjucks and name in hexo_tags.NAMES:
            self._hexo(start, end, name)
        elif _BASE.fullmatch(body[start:end]) and _BEFORE_LINK.match(body, end):
            # Jekyll 3 needed `site.baseurl` before a link; since Jekyll 4 the tag adds it itself.
            self._text.write_value("", start, end)
        elif name in BLOCKS:
            return self._block(start, end, name)
        else:
            self._piece(start, end, end, name)
        return end

    def _block(self, start: int, end: int, name: str) -> int:
        whole = self._block_ends.get(start)
        match name:
            case _ if whole is None:
                self._text.leave_out(start, end, why="it has no end tag or is nested too deep")
                return end
            case "raw":
                inside = self._text.body[end : self._text.body.rindex("{%", end, whole)]
                self._text.write_value(inside, start, whole)
            case "highlight" | "codeblock" | "code":  # _SAMPLES
                self._highlight(start, end, whole)
            case _:
                return self._piece(start, end, whole, name)
        return whole

    def _piece(self, start: int, end: int, whole: int, name: str) -> int:
        """Evaluate a piece; return where to continue.

        Of a block that cannot be evaluated only the start tag is left out: its content is evaluated
        next.
        """
        piece = self._text.body[start:whole]
        try:
            is_code = self._text.is_code(start)
            masked = piece if is_code else self._masked(start, end, whole, name)
            line = self._text.line(start)
            rendered = self._liquid.rendered(masked, name, line=line, is_code=is_code)
            if is_code and not rendered:  # a sample that shows how to write it
                self._text.keep_source(start, whole)
            else:
                self._write_rendered(rendered, start, whole)
            for warning in self._liquid.warnings():
                self._text.warn(start, end, warning)
        except _UnknownError as error:
            if isinstance(error, _IncludeLimitError) and self._liquid.is_including:
                raise
            why = str(error)
            if name in _CONDITIONS and _BRANCH.search(piece) and not self._liquid.is_including:
                why = f"{why}, so the text of all its branches is kept"
            end = whole if name in _CONTENT_IS_LOST else end
            self._text.leave_out(start, end, shown=self._embed(piece, name, end), why=why)
            return end
        except LiquidSyntaxError as error:
            self._text.keep_source(
                start, end, why=f"this is not valid Liquid ({_first_line(error)})"
            )
            return end
        return whole

    def _masked(self, start: int, end: int, whole: int, block: str) -> str:
        """Return a block with a mark in place of each tag that the library does not know."""
        body, at = self._text.body, end
        parts, marks_before = [body[start:end]], len(self._marked)
        while (match := TAG.search(body, at)) and match.start() < whole:
            first, stop, name = match.start(), match.end(), match[1] or ""
            if name in _CODE_SAMPLES | {"raw"}:
                stop = self._block_ends.get(first, stop)
            page = self._page(first, stop) if name in self._links else None
            if page is not None:
                parts += [body[at:first], page]
            elif name in includes.TAGS and self._liquid.lacks_file(body[first:stop], name):
                parts += [body[at:first], self._mark(first, stop, name)]
            elif name == "raw" or self._liquid.knows(name):
                parts.append(body[at:stop])
            else:
                parts += [body[at:first], self._mark(first, stop, name)]
            at = stop
        if block == "capture" and len(self._marked) > marks_before:
            raise _UnknownError(filters.UNKNOWN)
        return "".join([*parts, body[at:whole]])

    def _mark(self, start: int, end: int, name: str) -> str:
        number = f"{next(self._liquid.numbers):010}"
        self._marked[number] = (start, end, name)
        return f"{filters.MARK}{number}{filters.MARK}"

    def _write_rendered(self, rendered: str, start: int, end: int) -> None:
        """Write the output of a piece, and evaluate the tags behind the marks in it."""
        self._text.write_value("", start, end)
        for number, part in enumerate(_MARKED.split(rendered)):
            if number % 2 == 0:
                self._text.write_more(part.replace(filters.MARK, ""), start, end)
            elif part in self._marked:
                first, last, name = self._marked[part]
                self._tag(first, self._first_end(first, last, name), name)

    def _first_end(self, start: int, end: int, name: str) -> int:
        """Return where the start tag of a code sample ends; any other tag ends at `end`."""
        match = TAG.match(self._text.body, start) if name in _CODE_SAMPLES else None
        return match.end() if match else end

    def _page(self, start: int, end: int) -> str | None:
        """Return the URL path of the page that `post_url` or `link` names."""
        match = _CALL.match(self._text.body[start:end])
        kind, name = (match[1], match[2].strip().strip("\"'")) if match else ("", "")
        if "{{" in name:
            try:
                name = self._liquid.rendered(name, "")
            except (_UnknownError, LiquidSyntaxError):
                name = ""
        return self._context.page_of(kind, name)

    def _link(self, start: int, end: int) -> None:
        page = self._page(start, end)
        if page is None:
            self._text.write_dead_link(start, end)
        else:
            self._text.write_value(page, start, end)

    def _hexo(self, start: int, end: int, name: str) -> None:
        match = _CALL.match(self._text.body[start:end])
        placed, _ = embeds.values(match[2]) if match else ([], {})
        if shown := hexo_tags.written(name, placed, self._context.page_of):
            self._text.write_value(shown, start, end)
        else:
            self._text.write_dead_link(start, end)

    def _highlight(self, start: int, inside: int, end: int) -> None:
        body = self._text.body
        close = body.rindex("{%", inside, end)
        match = _CALL.match(body[start:inside])
        language = embeds.language(*embeds.values(match[2])) if match else ""
        text = TextBuilder(body[inside:close], self._text.markup, keeps_unknown=True, is_code=True)
        code = _Evaluation(text, self._liquid, self._context).run().text
        markup, follows_text = self._text.markup, self._text.follows_text()
        begins_line = self._text.begins_line() and not self._text.is_in_html()
        sample = embeds.code(code, language, markup, begins_line=begins_line)
        # Jekyll begins a line with the sample, which ends the paragraph or the list around it.
        is_jekyll = self._context.language == "liquid" and markup == "markdown"
        before = "\n" if is_jekyll and follows_text else ""
        after = "" if body[end : end + 1] in {"", "\n"} else "\n"
        self._text.write_value(before + sample + after, start, end)

    def _embed(self, piece: str, name: str, end: int) -> str:
        if url := _URL_OUTPUT.match(piece):
            return embeds.link(url[1], url[1], self._text.markup)
        match = _CALL.fullmatch(piece)
        if not match or name in BLOCKS:
            return ""
        placed, named = embeds.values(match[2])
        is_alone = self._text.is_alone(end)
        embed = embeds.embed(name, placed, named, self._text.markup, is_alone=is_alone)
        return self._text.indented(embed)


class _UnknownError(Exception):
    """A piece needs what only the site has."""


class _IncludeLimitError(_UnknownError):
    """Files include more than the limits allow; the tag in the post is left out as a whole."""


def _reason(error: Exception) -> str:
    """Return the reason for an error without internals of the library."""
    match error:
        case FilterError() | ResourceLimitError() | UnknownFilterError():
            return _first_line(error)
        case RecursionError():
            return "it is nested too deeply"
        case _:
            return "a value has the wrong type"


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0].strip()
