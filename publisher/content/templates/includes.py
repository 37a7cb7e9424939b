"""The tags of Jekyll that include a file: which file they name, and the values that they give it.

The text of the file is found and evaluated elsewhere.
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, TextIO

from liquid.ast import Node
from liquid.builtin.expressions import parse_primitive, tokenize
from liquid.stream import TokenStream
from liquid.tag import Tag
from liquid.token import TOKEN_EXPRESSION, TOKEN_TAG, Token
from liquid.undefined import is_undefined

from publisher.text.characters import short_line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from liquid import Environment, RenderContext

    # Takes the tag, the name of the file, the values, and the line of the tag in the text that is
    # rendered (from 0); returns the text to write.
    Include = Callable[[str, str, Mapping[str, object] | None, int], str]

TAGS = ("include", "include_cached", "include_relative")
MAX_PARAMETERS = 50
MAX_DEPTH = 10  # of files that include each other

# A name may contain outputs: `{{ page.kind }}.html`.
_FILE = re.compile(r"\s*((?:[^\s{]|\{\{.{0,500}?\}\}){1,500})(.*)", re.DOTALL)
_PARAMETER = re.compile(
    r"""([\w-]+)\s*=\s*(?:"([^"\\]*(?:\\.[^"\\]*)*)"|'([^'\\]*(?:\\.[^'\\]*)*)'|([\w.-]+))"""
)


def file_of(inside: str) -> str:
    """The name of the file in the source of a tag; it may contain outputs."""
    match = _FILE.match(inside)
    return match[1] if match else ""


def tag_named(kind: str, include: Include) -> type[Tag]:
    """The tag of that name, which writes what `include` returns."""

    class IncludeNode(Node):
        def __init__(self, token: Token, inside: str, env: Environment) -> None:
            super().__init__(token)
            self.blank = False
            self._inside = inside
            self._env = env

        def render_to_output(self, context: RenderContext, buffer: TextIO) -> int:
            file, parameters = file_of(self._inside), _FILE.sub(r"\2", self._inside, count=1)
            if "{{" in file:
                written = io.StringIO()
                self._env.from_string(file).render_with_context(context, written)
                file = written.getvalue()
            values = _values(parameters, context) if parameters.strip() else None
            line = self.token.source.count("\n", 0, self.token.start_index)
            return buffer.write(include(kind, file, values, line))

    class IncludeTag(Tag):
        name = kind
        block = False

        def parse(self, stream: TokenStream) -> Node:
            token = stream.eat(TOKEN_TAG)
            inside = stream.current.value if stream.current.kind == TOKEN_EXPRESSION else ""
            return IncludeNode(token, inside, self.env)

    return IncludeTag


def _values(parameters: str, context: RenderContext) -> dict[str, object]:
    matches = [*_PARAMETER.finditer(parameters)][:MAX_PARAMETERS]
    return {match[1]: _value(match, context) for match in matches}


def _value(match: re.Match[str], context: RenderContext) -> object:
    _, double, single, variable = match.groups()
    if double is not None:
        return double.replace('\\"', '"')
    if single is not None:
        return single.replace("\\'", "'")
    token = Token(TOKEN_EXPRESSION, variable, 0, variable)
    expression = parse_primitive(context.env, TokenStream(tokenize(variable, token)))
    value = expression.evaluate(context)
    return None if is_undefined(value) else value


def chain(tags: list[tuple[str, int]]) -> str:
    """Say which files include each other too deep, and where the chain starts.

    `tags` are the files that tags name, from the post inwards, with the lines (from 0) of the tags.
    """
    files = [short_line(file, 60) for file, _ in tags]
    first = next((at for at, file in enumerate(files) if file in files[at + 1 :]), None)
    if first is None:
        problem = f"files include files more than {MAX_DEPTH} deep"
        names, first = files, 0
    else:
        problem = "files include each other too deep"
        names = files[first : files.index(files[first], first + 1) + 1]
    return f"{files[first]}:{tags[first + 1][1] + 1}: {problem}: {' -> '.join(names)}"
