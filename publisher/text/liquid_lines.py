"""Evaluate one short text in Liquid, such as the permalink of a post. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from liquid import Environment, StrictUndefined
from liquid.exceptions import LiquidError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_MAX = 2_000  # characters of the text, and of what comes of it


class LineError(Exception):
    """What the text needs is not known here."""


class _Short(Environment):
    loop_iteration_limit = 1_000
    local_namespace_limit = 50_000
    output_stream_limit = _MAX


def evaluated(
    text: str, values: Mapping[str, object], filters: Mapping[str, Callable[[object], str]]
) -> str:
    """The text with its tags evaluated. Raises LineError."""
    if len(text) > _MAX:
        raise LineError(f"it is longer than {_MAX} characters")
    environment = _Short(undefined=StrictUndefined)
    for name in ("include", "render", "macro"):  # these would read other files
        environment.tags.pop(name, None)
    environment.filters.update(filters)
    try:
        written = environment.from_string(text).render(**values)
    except LiquidError as error:
        raise LineError(str(error.message if hasattr(error, "message") else error)) from error
    # A filter may raise anything for values that it does not expect.
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        raise LineError("a filter cannot take its value") from error
    if len(written) > _MAX:
        raise LineError(f"it makes more than {_MAX} characters")
    return written
