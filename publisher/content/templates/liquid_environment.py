"""The library of Liquid with our limits, filters and messages."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, TextIO

from liquid import Environment, RenderContext, Undefined
from liquid.builtin.output import Output, OutputNode

from publisher.content.templates import filters
from publisher.content.templates.ruby_values import FilterError, flat, text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from publisher.content.templates.context import TemplateContext

MAX_ITERATIONS = 1_000
MAX_BYTES = 500_000
MAX_LOCAL = 50_000

# `include` and `render` would read files of the theme; Jekyll's own `include` is another.
_REFUSED_TAGS = ("include", "render", "doc", "macro", "liquid", "echo")


class LimitedOutput(io.StringIO):
    """Takes the output of a piece, up to what is left of the limit for the body."""

    def __init__(self, left: int) -> None:
        super().__init__()
        self._left = left

    def write(self, text: str) -> int:
        if self.tell() + len(text) > self._left:
            raise FilterError(f"the tags of the post produce more than {MAX_BYTES} characters")
        return super().write(text)


def environment(context: TemplateContext, missing: list[str], warnings: list[str]) -> Environment:
    class Missing(Undefined):
        """A missing value, whose name is recorded when it is used."""

        def __init__(self, name: str, **more: Any) -> None:
            super().__init__(name, **more)
            if hint := more.get("hint"):
                missing.append(hint.removesuffix(" is undefined").strip("'\""))

    class LimitedEnvironment(Environment):
        loop_iteration_limit = MAX_ITERATIONS
        local_namespace_limit = MAX_LOCAL
        output_stream_limit = MAX_BYTES  # applies to `capture`

    made = LimitedEnvironment(undefined=Missing)
    for name in _REFUSED_TAGS:
        made.tags.pop(name, None)
    budget = filters.FilterBudget()
    for name, function in {**made.filters, **filters.own_filters(context, budget)}.items():
        made.add_filter(name, filters.guarded(name, function, budget))
    if context.language == "liquid":
        made.filters = _Filters(made.filters, warnings)
    made.add_tag(_Output)
    return made


class _Filters(dict[str, Any]):
    """Filters by name. A filter that the site may add passes its value on, as in Jekyll."""

    def __init__(self, known: Mapping[str, Any], warnings: list[str]) -> None:
        super().__init__(known)
        self._warnings = warnings

    def __missing__(self, name: str) -> Any:
        self._warnings.append(f"only the site knows the filter {name}; the value is kept as it is")
        return lambda value, *_, **__: value


class _RubyOutputNode(OutputNode):
    """Writes a list as its items, and a map as Ruby's `inspect` shows it."""

    def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
        value = self.expression.evaluate(context)
        return buffer.write("".join(map(text, flat(value))))


class _Output(Output):
    node_class = _RubyOutputNode
