"""The filters of Liquid, with those of Jekyll and Eleventy, after their documentation.

No filter uses the clock or random numbers, and none produces output without limit. Whatever the
library does with unusual values, a filter returns a value or raises FilterError.
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
from publisher.content.templates import list_filters, scalar_filters
from publisher.content.templates.ruby_values import MAX_LENGTH, FilterError, text
from publisher.text import author_dates

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from liquid import Environment, RenderContext

    from publisher.content.templates.context import TemplateContext
    from publisher.content.templates.ruby_values import Filter

# The number of values in one value that is written out.
MAX_VALUES = 20_000
# The budget of one post: values that filters read and return, expressions that they evaluate, and
# characters of Markdown.
MAX_PROCESSED = 2_000_000
MAX_EXPRESSIONS = 20_000
MAX_MARKDOWN = 100_000

UNKNOWN = "it contains a tag that only the site can render"
# Encloses the number of a tag that is evaluated later. Neither the source of a post nor the result
# of a filter contains it.
MARK = "\x0f"

_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//")
# Characters that a URL may contain unescaped (RFC 3986, section 2).
_RESERVED = ":/?#[]@!$&'()*+,;=%~"
_STRAY_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")
_ISO = "%Y-%m-%dT%H:%M:%S%z"
_BLANK_LINES = re.compile(r"\n(?=\n)")


class FilterBudget:
    """What the filters of one post may still spend."""

    def __init__(self) -> None:
        self._values = MAX_PROCESSED
        self._expressions = MAX_EXPRESSIONS
        self._markdown = MAX_MARKDOWN

    def charge_value(self, value: object) -> None:
        """Charge for going through a value. Raises FilterError if the budget is spent."""
        self._values -= _cost(value)
        if self._values < 0:
            raise FilterError("the filters of the post process too much")

    def charge_expression(self, expression: str) -> None:
        """Charge for one evaluation of an expression."""
        self._expressions -= 1 + len(expression) // 100
        if self._expressions < 0:
            raise FilterError(
                f"the filters of the post evaluate more than {MAX_EXPRESSIONS} expressions"
            )

    def charge_markdown(self, markdown: str) -> None:
        """Charge for converting Markdown."""
        self._markdown -= len(markdown)
        if self._markdown < 0:
            raise FilterError(f"markdownify is given more than {MAX_MARKDOWN} characters")


def _cost(value: object) -> int:
    """Return the cost of a value: the number of values in it, and its length.

    A value that is contained several times counts several times. Raises FilterError.
    """
    waiting, count, length = [value], 0, 0
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            waiting += [*part.keys(), *part.values()]
        elif isinstance(part, list | tuple):
            waiting += part
        count, length = count + 1, length + (len(part) if isinstance(part, str) else 0)
        if count > MAX_VALUES or length > MAX_LENGTH:
            raise FilterError("the result is too long")
    # Characters cost far less than values.
    return count + length // 100


def guarded(name: str, function: Filter, budget: FilterBudget) -> Filter:
    """Wrap a filter so that it raises only FilterError and charges the budget."""
    # `slice` takes lists, too; the library's other string filters take any value as text.
    takes_texts = function.__module__ == strings.__name__ and name != "slice"

    @functools.wraps(function)
    def filtered(*given: object, **named: object) -> object:
        if any(isinstance(value, str) and MARK in value for value in (*given, *named.values())):
            raise FilterError(UNKNOWN)  # a filter could tear the mark apart
        values = [None if is_undefined(value) else value for value in given]
        budget.charge_value(values[0])
        try:
            result = function(*map(text, values) if takes_texts else values, **named)
        except (FilterError, ResourceLimitError):
            raise
        except Exception as error:
            raise FilterError(f"the filter {name} cannot process this value") from error
        budget.charge_value(result)
        return result.replace(MARK, "") if isinstance(result, str) else result

    return filtered


def own_filters(context: TemplateContext, budget: FilterBudget) -> Mapping[str, Filter]:
    """Return our own filters by name; some replace unlimited filters of the library."""
    return {
        **scalar_filters.FILTERS,
        **list_filters.FILTERS,
        **_url_filters(context),
        **_date_filters(context),
        **_expression_filters(budget),
        **_markdown_filters(context, budget),
        "uri_escape": lambda value: _as_url(text(value)),
        "sample": _sample,
    }


def _url_filters(context: TemplateContext) -> dict[str, Filter]:
    def relative(path: object) -> str | None:
        if path is None:
            return None
        written = text(path)
        if _ABSOLUTE.match(written):
            return written
        slash = "/" if written and written[0] != "/" else ""
        return context.base + slash + _as_url(written)

    def absolute(path: object) -> str | None:
        url = relative(path)
        return url if url is None or _ABSOLUTE.match(url) else context.origin + url

    return {"relative_url": relative, "absolute_url": absolute, "url": relative}


def _as_url(written: str) -> str:
    return _STRAY_PERCENT.sub("%25", quote(written, safe=_RESERVED))


# --- dates ---


def _date_filters(context: TemplateContext) -> dict[str, Filter]:
    @with_environment
    def date(value: object, form: object, *, environment: Environment) -> object:
        if value in (None, "") or form in (None, ""):
            return value
        instant = _instant(value, context.zone)
        # The C library would format %s in the time zone of the machine.
        seconds = str(int(instant.timestamp()))
        return _formatted(instant, text(form).replace("%s", seconds), environment=environment)

    def formatted(form: str) -> Filter:
        def shown(value: object) -> object:
            if value in (None, ""):
                return value
            local = _instant(value, context.zone).astimezone(context.zone)
            written = local.strftime(form)
            return re.sub(r"(\d\d)$", r":\1", written) if form == _ISO else written

        return shown

    def in_words(month: str) -> Filter:
        def shown(value: object, kind: object = None, style: object = None) -> object:
            if value in (None, ""):
                return value
            local = _instant(value, context.zone).astimezone(context.zone)
            return local.strftime(_day_form(local.day, month, kind=kind, style=style))

        return shown

    return {
        "date": date,
        "date_to_string": in_words("%b"),
        "date_to_long_string": in_words("%B"),
        "date_to_xmlschema": formatted(_ISO),
        "date_to_rfc822": formatted("%a, %d %b %Y %H:%M:%S %z"),
    }


def _day_form(day: int, month: str, *, kind: object, style: object) -> str:
    if kind != "ordinal":
        return f"%d {month} %Y"
    ending = "th" if 11 <= day <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{month} {day}{ending}, %Y" if style == "US" else f"{day}{ending} {month} %Y"


def _instant(value: object, zone: dt.tzinfo) -> dt.datetime:
    """Parse a date; it is in `zone` unless it names its own. Raises FilterError.

    Takes complete dates only, because others would be completed from the clock.
    """
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise FilterError("the value is not a date")
    written = text(value).strip()
    if written in {"now", "today"}:
        raise FilterError("it needs the current time")
    # Eleven digits end in the year 5138, which `datetime` can still hold.
    if re.fullmatch(r"[0-9]{1,11}", written):
        return dt.datetime.fromtimestamp(int(written), dt.UTC).astimezone(zone)
    try:
        date = author_dates.read(written)
    except author_dates.DateError as error:
        raise FilterError(str(error)) from error
    return dt.datetime.combine(date.day, date.time or dt.time(), date.zone or zone)


# --- filters that need the context or the budget ---


def _sample(_: object, __: object = 1) -> object:
    raise FilterError("its result is random")


def _expression_filters(budget: FilterBudget) -> dict[str, Filter]:
    """Return the filters that evaluate an expression for each item of a list."""

    def evaluated_for_each(
        value: object, name: object, written: object, context: RenderContext, kind: Any
    ) -> Iterator[tuple[object, object]]:
        source = text(written)
        # A range could build a list of any length.
        if ".." in source:
            raise FilterError("the expression contains a range")
        token = Token(TOKEN_EXPRESSION, source, 0, source)
        expression = kind.parse(context.env, TokenStream(tokenize(source, token)))
        for item in list_filters.items(value):
            budget.charge_expression(source)
            with context.extend({text(name): item}):
                result = expression.evaluate(context)
            yield None if is_undefined(result) else result, item

    @with_context
    def where_exp(
        value: object, name: object, written: object, *, context: RenderContext
    ) -> object:
        if not isinstance(value, list | dict):
            return value
        results = evaluated_for_each(value, name, written, context, BooleanExpression)
        return [item for is_met, item in results if is_met]

    @with_context
    def find_exp(value: object, name: object, written: object, *, context: RenderContext) -> object:
        if not isinstance(value, list | dict):
            return value
        results = evaluated_for_each(value, name, written, context, BooleanExpression)
        return next((item for is_met, item in results if is_met), None)

    @with_context
    def group_by_exp(
        value: object, name: object, written: object, *, context: RenderContext
    ) -> object:
        if not isinstance(value, list):
            return value
        return list_filters.groups(
            evaluated_for_each(value, name, written, context, FilteredExpression)
        )

    return {"where_exp": where_exp, "find_exp": find_exp, "group_by_exp": group_by_exp}


def _markdown_filters(context: TemplateContext, budget: FilterBudget) -> dict[str, Filter]:
    def markdownify(value: object) -> str:
        source = text(value)
        budget.charge_markdown(source)
        # A blank line would end the HTML block around the output.
        return (
            _BLANK_LINES.sub("&#10;", markup.html(source, context.dialect, context.options)) + "\n"
        )

    return {"markdownify": markdownify}
