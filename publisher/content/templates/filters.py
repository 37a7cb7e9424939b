"""The filters of Liquid, and what Jekyll and Eleventy add to them, by their documentation.

Refuses the clock, chance, and what grows without bound. Whatever a library does with odd values, a
filter says a value, or raises FilterError.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from liquid.builtin.expressions import BooleanExpression, FilteredExpression, tokenize
from liquid.builtin.filters import string as strings
from liquid.builtin.filters.misc import date as _formatted
from liquid.exceptions import ResourceLimitError
from liquid.filter import with_context, with_environment
from liquid.stream import TokenStream
from liquid.token import TOKEN_EXPRESSION, Token
from liquid.undefined import is_undefined

from publisher.content import markup
from publisher.content.templates import lists, scalars
from publisher.content.templates.values import MAX_LENGTH, FilterError, text
from publisher.text import dates

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from liquid import Environment, RenderContext

    from publisher.content.templates.context import TemplateContext
    from publisher.content.templates.values import Filter

# Of all that a value holds, when it is written out.
MAX_VALUES = 20_000
# Of one post: values that filters are given and say, expressions that they try, Markdown.
MAX_WORK = 2_000_000
MAX_TRIED = 20_000
MAX_MARKDOWN = 100_000

UNKNOWN = "holds what is made by the site alone"
# Stands around the number of what is left to do in a text. No text has it: neither those of the
# post, nor what filters say.
MARK = "\x0f"

_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//")
# RFC 3986 section 2: what an address may have as it is.
_RESERVED = ":/?#[]@!$&'()*+,;=%~"
_STRAY_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")
_ISO = "%Y-%m-%dT%H:%M:%S%z"
_BLANK_LINES = re.compile(r"\n(?=\n)")


class Budget:
    """What the filters of one post may do yet."""

    def __init__(self) -> None:
        self._values = MAX_WORK
        self._expressions = MAX_TRIED
        self._markdown = MAX_MARKDOWN

    def handle(self, value: object) -> None:
        """Take what it costs to go through a value. Raises FilterError if it is too much."""
        self._values -= _weight(value)
        if self._values < 0:
            raise FilterError("the filters of the post do too much")

    def attempt(self, expression: str) -> None:
        self._expressions -= 1 + len(expression) // 100
        if self._expressions < 0:
            raise FilterError(f"the post tries more than {MAX_TRIED} expressions")

    def read(self, markdown: str) -> None:
        self._markdown -= len(markdown)
        if self._markdown < 0:
            raise FilterError(f"it is more than {MAX_MARKDOWN} characters of Markdown")


def _weight(value: object) -> int:
    """Of all that it holds: it may hold another more than once. Raises FilterError."""
    waiting, count, length = [value], 0, 0
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            waiting += [*one.keys(), *one.values()]
        elif isinstance(one, list | tuple):
            waiting += one
        count, length = count + 1, length + (len(one) if isinstance(one, str) else 0)
        if count > MAX_VALUES or length > MAX_LENGTH:
            raise FilterError("it becomes too long")
    return count + length // 100


def guarded(name: str, function: Filter, budget: Budget) -> Filter:
    """The filter, which raises nothing but FilterError, and says nothing that is too much."""
    takes_texts = function.__module__ == strings.__name__ and name != "slice"

    @functools.wraps(function)
    def filtered(*given: object, **named: object) -> object:
        if any(isinstance(one, str) and MARK in one for one in (*given, *named.values())):
            raise FilterError(UNKNOWN)  # filters would break it
        known = [None if is_undefined(one) else one for one in given]
        budget.handle(known[0])
        try:
            said = function(*map(text, known) if takes_texts else known, **named)
        except (FilterError, ResourceLimitError):
            raise
        except Exception as error:
            raise FilterError(f"the filter {name} cannot take what it is given") from error
        budget.handle(said)
        return said.replace(MARK, "") if isinstance(said, str) else said

    return filtered


def own(facts: TemplateContext, budget: Budget) -> Mapping[str, Filter]:
    """By their names; some are in the place of Liquid's, which know no bounds, or less."""
    return {
        **scalars.FILTERS,
        **lists.FILTERS,
        **_addresses(facts),
        **_days(facts),
        **_tried(budget),
        **_rich(facts, budget),
        "uri_escape": lambda value: _as_address(text(value)),
        "sample": _sample,
    }


def _addresses(facts: TemplateContext) -> dict[str, Filter]:
    def relative(path: object) -> str | None:
        if path is None:
            return None
        written = text(path)
        if _ABSOLUTE.match(written):
            return written
        slash = "/" if written and written[0] != "/" else ""
        return facts.base + slash + _as_address(written)

    def absolute(path: object) -> str | None:
        found = relative(path)
        return found if found is None or _ABSOLUTE.match(found) else facts.origin + found

    return {"relative_url": relative, "absolute_url": absolute, "url": relative}


def _as_address(written: str) -> str:
    return _STRAY_PERCENT.sub("%25", quote(written, safe=_RESERVED))


# --- days ---


def _days(facts: TemplateContext) -> dict[str, Filter]:
    @with_environment
    def date(value: object, form: object, *, environment: Environment) -> object:
        if value in (None, "") or form in (None, ""):
            return value
        instant = _instant(value, facts.zone)
        # The C library would count from the machine's midnight.
        seconds = str(int(instant.timestamp()))
        return _formatted(instant, text(form).replace("%s", seconds), environment=environment)

    def formatted(form: str) -> Filter:
        def shown(value: object) -> object:
            if value in (None, ""):
                return value
            local = _instant(value, facts.zone).astimezone(facts.zone)
            written = local.strftime(form)
            return re.sub(r"(\d\d)$", r":\1", written) if form == _ISO else written

        return shown

    def worded(month: str) -> Filter:
        def shown(value: object, kind: object = None, style: object = None) -> object:
            if value in (None, ""):
                return value
            local = _instant(value, facts.zone).astimezone(facts.zone)
            return local.strftime(_day_form(local.day, month, kind=kind, style=style))

        return shown

    return {
        "date": date,
        "date_to_string": worded("%b"),
        "date_to_long_string": worded("%B"),
        "date_to_xmlschema": formatted(_ISO),
        "date_to_rfc822": formatted("%a, %d %b %Y %H:%M:%S %z"),
    }


def _day_form(day: int, month: str, *, kind: object, style: object) -> str:
    if kind != "ordinal":
        return f"%d {month} %Y"
    ending = "th" if 11 <= day <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{month} {day}{ending}, %Y" if style == "US" else f"{day}{ending} {month} %Y"


def _instant(value: object, zone: dt.tzinfo) -> dt.datetime:
    """Aware; `zone` where nothing names one. Of a whole date only, or the clock fills it up.

    Raises FilterError.
    """
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise FilterError("it is no date")
    written = text(value).strip()
    if written in {"now", "today"}:
        raise FilterError("it asks for the clock")
    if re.fullmatch(r"[0-9]{1,11}", written):
        return dt.datetime.fromtimestamp(int(written), dt.UTC).astimezone(zone)
    try:
        found = dates.read(written)
    except dates.DateError as error:
        raise FilterError(str(error)) from error
    return dt.datetime.combine(found.day, found.time or dt.time(), found.zone or zone)


# --- what needs more than its values ---


def _sample(_: object, __: object = 1) -> object:
    raise FilterError("it asks for chance")


def _tried(budget: Budget) -> dict[str, Filter]:
    """Those that try an expression with each of a list."""

    def tried(
        value: object, name: object, written: object, context: RenderContext, kind: Any
    ) -> Iterator[tuple[object, object]]:
        source = text(written)
        if ".." in source:
            raise FilterError("it counts without bound")
        token = Token(TOKEN_EXPRESSION, source, 0, source)
        expression = kind.parse(context.env, TokenStream(tokenize(source, token)))
        for item in lists.items(value):
            budget.attempt(source)
            with context.extend({text(name): item}):
                found = expression.evaluate(context)
            yield None if is_undefined(found) else found, item

    @with_context
    def where_exp(
        value: object, name: object, written: object, *, context: RenderContext
    ) -> object:
        if not isinstance(value, list | dict):
            return value
        found = tried(value, name, written, context, BooleanExpression)
        return [item for is_met, item in found if is_met]

    @with_context
    def find_exp(value: object, name: object, written: object, *, context: RenderContext) -> object:
        if not isinstance(value, list | dict):
            return value
        found = tried(value, name, written, context, BooleanExpression)
        return next((item for is_met, item in found if is_met), None)

    @with_context
    def group_by_exp(
        value: object, name: object, written: object, *, context: RenderContext
    ) -> object:
        if not isinstance(value, list):
            return value
        return lists.groups(tried(value, name, written, context, FilteredExpression))

    return {"where_exp": where_exp, "find_exp": find_exp, "group_by_exp": group_by_exp}


def _rich(facts: TemplateContext, budget: Budget) -> dict[str, Filter]:
    def markdownify(value: object) -> str:
        source = text(value)
        budget.read(source)
        # A blank line would end the HTML for the Markdown around it.
        return _BLANK_LINES.sub("&#10;", markup.html(source, facts.dialect)) + "\n"

    return {"markdownify": markdownify}
