"""What filters may say. Refuses the clock, and what grows without bound.

Whatever a library does with odd values, a filter says a value, or raises FilterError.
"""

from __future__ import annotations

import datetime as dt
import functools
import html
import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import quote, quote_plus

from liquid.builtin.filters.misc import date as _date
from liquid.exceptions import ResourceLimitError
from liquid.filter import with_environment

from publisher.permalink import slugify
from publisher.sources import dates

if TYPE_CHECKING:
    from liquid import Environment

    from publisher.templates.liquid import World

Filter: TypeAlias = Callable[..., object]

# Of all that a value holds, when it is written out.
MAX_VALUES = 20_000
MAX_LENGTH = 1_000_000
MAX_NUMBER = 10**15
UNKNOWN = "holds what is made by the site alone"
# Stands around the number of what is left to do in a text. No text has it: neither those of the
# post, nor what filters say.
MARK = "\x0f"
_ISO = "%Y-%m-%dT%H:%M:%S%z"


class FilterError(Exception):
    """Why a filter says nothing, for people."""


def guarded(name: str, function: Filter) -> Filter:
    """The filter, which raises nothing but FilterError, and says nothing that is too much."""

    @functools.wraps(function)
    def filtered(*values: object, **named: object) -> object:
        if any(isinstance(one, str) and MARK in one for one in (*values, *named.values())):
            raise FilterError(UNKNOWN)  # filters would break it
        try:
            said = function(*values, **named)
        except (FilterError, ResourceLimitError):
            raise
        except Exception as error:
            raise FilterError(f"the filter {name} cannot take what it is given") from error
        _refuse_much(said)
        return said.replace(MARK, "") if isinstance(said, str) else said

    return filtered


def _refuse_much(value: object) -> None:
    """A value may hold another more than once, and so be longer than it is big."""
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


def own(world: World) -> dict[str, Filter]:
    """By their names; some are in the place of Liquid's, which know no bounds."""

    def relative(path: object) -> str:
        text = str(path)
        return text if re.match(r"[a-z]+:|//", text) else f"{world.base}/{text.lstrip('/')}"

    def absolute(path: object) -> str:
        text = relative(path)
        return text if re.match(r"[a-z]+:|//", text) else world.origin + text

    return {
        "relative_url": relative,
        "absolute_url": absolute,
        "url": relative,
        "date": _steady_date,
        "date_to_string": lambda value: _shown_date(value, "%d %b %Y"),
        "date_to_long_string": lambda value: _shown_date(value, "%d %B %Y"),
        "date_to_xmlschema": lambda value: _shown_date(value, _ISO),
        "date_to_rfc822": lambda value: _shown_date(value, "%a, %d %b %Y %H:%M:%S %z"),
        "slugify": _slug,
        "xml_escape": lambda value: html.escape(str(value)),
        "cgi_escape": lambda value: quote_plus(str(value)),
        "uri_escape": lambda value: quote(str(value), safe="/:?#[]@!$&'()*+,;=%"),
        "number_of_words": lambda value: len(str(value).split()),
        "strip_index": lambda value: re.sub(r"/index\.html?$", "/", str(value)),
        "jsonify": _json,
        "inspect": _json,
        "array_to_sentence_string": _sentence,
        "join": _join,
        "replace": _replace,
        "times": _times,
    }


@with_environment
def _steady_date(value: object, form: object, *, environment: Environment) -> object:
    """Of a whole date only: the clock, and its zone, would show in what is left out."""
    instant = _instant(value)
    # The C library would count from the machine's midnight.
    seconds = str(int(instant.timestamp()))
    return _date(instant, str(form).replace("%s", seconds), environment=environment)


def _instant(value: object) -> dt.datetime:
    """Aware; where nothing names a zone it is UTC. Raises FilterError."""
    if isinstance(value, dt.datetime):
        return value if value.tzinfo else value.replace(tzinfo=dt.UTC)
    if isinstance(value, dt.date):
        return dt.datetime.combine(value, dt.time(), dt.UTC)
    text = str(value).strip()
    if text in {"now", "today"}:
        raise FilterError("it asks for the clock")
    if re.fullmatch(r"[0-9]{1,11}", text):
        return dt.datetime.fromtimestamp(int(text), dt.UTC)
    try:
        found = dates.read(text)
    except dates.DateError as error:
        raise FilterError(str(error)) from error
    return dt.datetime.combine(found.day, found.time or dt.time(), found.zone or dt.UTC)


def _slug(value: object, mode: object = "default") -> str:
    return slugify(str(value), mode="pretty" if mode == "pretty" else "default").lower()


def _shown_date(value: object, form: str) -> str:
    if isinstance(value, str):
        value = dt.datetime.strptime(value, "%Y-%m-%d %H:%M:%S %z")
    if not isinstance(value, dt.date):
        raise FilterError("it is no date")
    text = value.strftime(form)
    return re.sub(r"([+-]\d\d)(\d\d)$", r"\1:\2", text) if form == _ISO else text


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str, separators=(",", ":"))


def _sentence(value: object, connector: object = "and") -> str:
    words = [str(part) for part in value] if isinstance(value, list | tuple) else [str(value)]
    if len(words) < 3:
        return f" {connector} ".join(words)
    return f"{', '.join(words[:-1])}, {connector} {words[-1]}"


def _join(value: object, glue: object = " ") -> str:
    parts = [str(part) for part in value] if isinstance(value, list | tuple) else [str(value)]
    if len(parts) * len(str(glue)) > MAX_LENGTH:
        raise FilterError("it becomes too long")
    return str(glue).join(parts)


def _replace(value: object, old: object, new: object = "") -> str:
    text = str(value)
    if len(text) * len(str(new)) > MAX_LENGTH:
        raise FilterError("it becomes too long")
    return text.replace(str(old), str(new))


def _times(value: object, other: object) -> float:
    one, two = (float(str(part)) for part in (value, other))
    if abs(one * two) > MAX_NUMBER:
        raise FilterError("it becomes too big")
    product = one * two
    return int(product) if product == int(product) else product
