"""docutils' document -> HTML that is legible without a stylesheet."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from docutils import core, nodes
from docutils.writers import html5_polyglot

from publisher.content.rst.settings import SETTINGS

if TYPE_CHECKING:
    from publisher.content.rst.lines import Places

_CODE_CLASSES = frozenset({"code", "literal-block"})
_ADDRESSED = frozenset({"a", "img", "video"})
_FIRST_TAG = re.compile(r"<(?:a|img)\b")
_FILMS = (".mp4", ".webm", ".ogv")
_INDENT = "\N{EM SPACE}"


def written(document: nodes.document, places: Places | None) -> str:
    """The HTML; with `places` its tags say at which offset of the source they stand."""
    writer = html5_polyglot.Writer()
    writer.translator_class = type("_Placed", (_Translator,), {"places": places})
    core.publish_from_doctree(document, writer=writer, settings_overrides=SETTINGS)
    return str(writer.parts["body"]).strip()


class _Translator(html5_polyglot.HTMLTranslator):
    places: Places | None = None

    def starttag(
        self, node: Any, tagname: str, suffix: str = "\n", empty: bool = False, **attributes: Any
    ) -> str:
        if self.places and tagname in _ADDRESSED and isinstance(node, nodes.Element):
            attributes["data-at"] = self.places.of_address(node)
        return str(super().starttag(node, tagname, suffix, empty, **attributes))

    def visit_raw(self, node: Any) -> None:
        """What our own directives make of a tag."""
        text = node.astext()
        if self.places:
            at = f' data-at="{self.places.of(node)}"'
            text = _FIRST_TAG.sub(lambda found: found[0] + at, text, count=1)
        self.body.append(text)
        raise nodes.SkipNode

    # --- code and formulas, with their language ---

    def visit_literal(self, node: Any) -> None:
        self.body.append(f"<code>{self.encode(node.astext())}</code>")
        raise nodes.SkipNode

    def visit_literal_block(self, node: Any) -> None:
        classes = [name for name in node["classes"] if name not in _CODE_CLASSES]
        if "code" not in node["classes"]:
            super().visit_literal_block(node)
            return
        self._block(node, classes[0] if classes else "")

    def visit_math(self, node: Any) -> None:
        self.body.append(f'<code class="language-math">{self.encode(node.astext())}</code>')
        raise nodes.SkipNode

    def visit_math_block(self, node: Any) -> None:
        self._block(node, "math")

    def _block(self, node: Any, language: str) -> None:
        kind = f' class="language-{self.attval(language)}"' if language else ""
        self.body.append(f"<pre><code{kind}>{self.encode(node.astext())}\n</code></pre>\n")
        raise nodes.SkipNode

    # --- what a stylesheet would show ---

    def visit_title(self, node: Any) -> None:
        super().visit_title(node)
        if _is_bold(node):
            self.body.append("<strong>")

    def depart_title(self, node: Any) -> None:
        if _is_bold(node):
            self.body.append("</strong>")
        super().depart_title(node)

    def visit_rubric(self, node: Any) -> None:
        super().visit_rubric(node)
        self.body.append("<strong>")

    def depart_rubric(self, node: Any) -> None:
        self.body.append("</strong>")
        super().depart_rubric(node)

    def visit_classifier(self, node: Any) -> None:
        self.body.append(" : ")
        super().visit_classifier(node)

    def visit_line(self, node: Any) -> None:
        super().visit_line(node)
        around, depth = node.parent.parent, 0
        while isinstance(around, nodes.line_block):
            around, depth = around.parent, depth + 1
        self.body.append(_INDENT * depth)

    def visit_abbreviation(self, node: Any) -> None:
        words = node.get("explanation")
        title = {"title": words} if words else {}
        self.body.append(self.starttag(node, "abbr", "", **title))

    # --- films, told by their endings and not by what the machine knows of types ---

    videotypes = ()

    def visit_image(self, node: Any) -> None:
        address = node["uri"]
        if not address.partition("?")[0].lower().endswith(_FILMS):
            super().visit_image(node)
            return
        words = node["alt"]
        options: Any = self.image_size(node)
        if words:
            options["title"] = words
        self.body += [
            self.starttag(node, "video", "", src=address, controls="controls", **options),
            f'<a href="{self.attval(address)}">{self.encode(words or address)}</a></video>\n',
        ]


def _is_bold(title: nodes.Node) -> bool:
    """Whether it is the title of a box, and no heading."""
    return isinstance(title.parent, (nodes.Admonition, nodes.topic, nodes.sidebar))
