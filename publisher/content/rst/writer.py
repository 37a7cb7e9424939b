"""Write docutils' document as HTML that is readable without a stylesheet."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from docutils import core, nodes
from docutils.writers import html5_polyglot

from publisher.content.rst.settings import SETTINGS

if TYPE_CHECKING:
    from publisher.content.rst.lines import NodePositions

_CODE_CLASSES = frozenset({"code", "literal-block"})
_TAGS_WITH_URL = frozenset({"a", "img", "video"})
_FIRST_TAG = re.compile(r"<(?:a|img)\b")
_VIDEO_SUFFIXES = (".mp4", ".webm", ".ogv")
# Readers drop margins and collapse blanks, but keep this character.
_INDENT = "\N{EM SPACE}"


def written(document: nodes.document, positions: NodePositions | None) -> str:
    """Return the HTML; with `positions` its tags have their offset in the source as `data-at`."""
    writer = html5_polyglot.Writer()
    writer.translator_class = type("_Placed", (_Translator,), {"positions": positions})
    core.publish_from_doctree(document, writer=writer, settings_overrides=SETTINGS)
    return str(writer.parts["body"]).strip()


class _Translator(html5_polyglot.HTMLTranslator):
    positions: NodePositions | None = None

    def starttag(
        self, node: Any, tagname: str, suffix: str = "\n", empty: bool = False, **attributes: Any
    ) -> str:
        if self.positions and tagname in _TAGS_WITH_URL and isinstance(node, nodes.Element):
            attributes["data-at"] = self.positions.of_url(node)
        return str(super().starttag(node, tagname, suffix, empty, **attributes))

    def visit_raw(self, node: Any) -> None:
        """Write HTML that one of our directives made."""
        text = node.astext()
        if self.positions:
            at = f' data-at="{self.positions.of(node)}"'
            text = _FIRST_TAG.sub(lambda match: match[0] + at, text, count=1)
        self.body.append(text)
        raise nodes.SkipNode

    # --- code and formulas, with their language as a class ---

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

    # --- what would need a stylesheet ---

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
        ancestor, depth = node.parent.parent, 0
        while isinstance(ancestor, nodes.line_block):
            ancestor, depth = ancestor.parent, depth + 1
        self.body.append(_INDENT * depth)

    def visit_abbreviation(self, node: Any) -> None:
        explanation = node.get("explanation")
        title = {"title": explanation} if explanation else {}
        self.body.append(self.starttag(node, "abbr", "", **title))

    # --- videos, recognised by suffix, not by the MIME types that the machine knows ---

    videotypes = ()

    def visit_image(self, node: Any) -> None:
        url = node["uri"]
        if not url.partition("?")[0].lower().endswith(_VIDEO_SUFFIXES):
            super().visit_image(node)
            return
        title = node["alt"]
        options: Any = self.image_size(node)
        if title:
            options["title"] = title
        self.body += [
            self.starttag(node, "video", "", src=url, controls="controls", **options),
            f'<a href="{self.attval(url)}">{self.encode(title or url)}</a></video>\n',
        ]


def _is_bold(title: nodes.Node) -> bool:
    """Whether a title is that of a box, not a heading."""
    return isinstance(title.parent, (nodes.Admonition, nodes.topic, nodes.sidebar))
