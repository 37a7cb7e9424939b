"""reStructuredText -> HTML, as the author meant it: neither safe nor well-formed. Pure.

Refuses to include files, to fetch anything, to ask the clock, to pass other markup on, and to read
docutils' own configuration. What docutils does not know stays readable as its source, and is named.
"""

from __future__ import annotations

import functools
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docutils import nodes

SETTINGS: dict[str, Any] = {
    "_disable_config": True,
    "file_insertion_enabled": False,
    "raw_enabled": False,
    "doctitle_xform": False,
    "docinfo_xform": False,
    "initial_header_level": 2,
    "syntax_highlight": "none",
    "math_output": "LaTeX",
    "line_length_limit": 1_000_000,
    "report_level": 2,
    "halt_level": 5,
    "warning_stream": "",
    "output_encoding": "unicode",
    "embed_stylesheet": False,
    "stylesheet_path": "",
}


# What Pelican, Nikola and Sphinx allow, and readers cannot have.
_CODE_OPTIONS = (
    "anchorlinenos", "caption", "classprefix", "dedent", "emphasize-lines", "force", "hl_lines",
    "lineanchors", "lineno-start", "linenos", "linenospecial", "linenostart", "linenostep",
    "lineseparator", "linespans", "nobackground", "nowrap", "tagsfile", "tagurlformat",
)  # fmt: skip
_CODE_CLASSES = frozenset({"code", "literal-block"})


@functools.lru_cache(maxsize=2)  # a body and its lead
def html(source: str) -> tuple[str, tuple[tuple[int, str], ...]]:
    """The HTML, and what docutils says is wrong: (line from 1, message)."""
    # Slow to import, and few need it.
    from docutils import core, nodes  # noqa: PLC0415

    writer = _writer()
    with _own_roles():
        document = core.publish_doctree(source, settings_overrides=SETTINGS)
    for picture in document.findall(nodes.image):
        picture.attributes.pop("loading", None)  # `embed` would read a file
    for decoration in [*document.findall(nodes.decoration)]:  # running heads; a post has none
        decoration.parent.remove(decoration)
        document += [part for some in decoration.children for part in some.children]
    messages, parents = [], {}
    late = [*document.parse_messages, *document.transform_messages]
    document.parse_messages, document.transform_messages = [], []
    for message in [*document.findall(nodes.system_message), *late]:
        if message["level"] >= SETTINGS["report_level"]:
            said = " ".join(part.astext() for part in message.findall(nodes.paragraph))
            messages.append((int(message.get("line", 1)), " ".join(said.split())))
        if message.parent is not None:
            parents[id(message.parent)] = message.parent
    for parent in parents.values():
        parent[:] = [kept for child in parent.children for kept in _readable(child)]
    for problem in [*document.findall(nodes.problematic)]:
        problem.parent.replace(problem, nodes.Text(problem.astext()))
    core.publish_from_doctree(document, writer=writer, settings_overrides=SETTINGS)
    return str(writer.parts["body"]).strip(), tuple(messages)


@contextmanager
def _own_roles() -> Iterator[None]:
    """What a post declares is forgotten behind it: docutils' registry is one for all."""
    from docutils.parsers.rst import roles  # noqa: PLC0415

    registry: dict[str, Any] = vars(roles)["_roles"]  # docutils names no other way
    known = dict(registry)
    try:
        yield
    finally:
        registry.clear()
        registry.update(known)


def _writer() -> Any:
    """Writes code as `code`, with its language; knows the options of Pygments' directives."""
    from docutils import nodes  # noqa: PLC0415
    from docutils.parsers.rst import Directive, directives  # noqa: PLC0415
    from docutils.parsers.rst.directives.body import CodeBlock  # noqa: PLC0415
    from docutils.writers import html5_polyglot  # noqa: PLC0415

    class Code(CodeBlock):
        option_spec = {  # noqa: RUF012 - as docutils has it
            **(CodeBlock.option_spec or {}),
            **dict.fromkeys(_CODE_OPTIONS, directives.unchanged),
        }

        def run(self) -> Any:
            self.options.pop("number-lines", None)  # numbers would be part of the code
            return super().run()  # type: ignore[no-untyped-call]

    class Date(Directive):
        has_content = True

        def run(self) -> Any:
            raise self.warning("the date of the day is different every day; write one")

    directives.register_directive("date", Date)
    for name in ("code", "code-block", "sourcecode"):
        directives.register_directive(name, Code)

    class Translator(html5_polyglot.HTMLTranslator):
        def visit_literal(self, node: Any) -> None:
            self.body.append(f"<code>{self.encode(node.astext())}</code>")
            raise nodes.SkipNode

        def visit_literal_block(self, node: Any) -> None:
            classes = [name for name in node["classes"] if name not in _CODE_CLASSES]
            if "code" not in node["classes"]:
                super().visit_literal_block(node)
                return
            kind = f' class="language-{self.attval(classes[0])}"' if classes else ""
            self.body.append(f"<pre><code{kind}>{self.encode(node.astext())}\n</code></pre>\n")
            raise nodes.SkipNode

    writer = html5_polyglot.Writer()
    writer.translator_class = Translator
    return writer


def _readable(node: nodes.Node) -> list[nodes.Node]:
    """The node; of a message only the source that it quotes."""
    from docutils import nodes  # noqa: PLC0415

    if not isinstance(node, nodes.system_message):
        return [node]
    return [part for part in node.children if isinstance(part, nodes.literal_block)]
