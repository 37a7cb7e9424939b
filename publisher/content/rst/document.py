"""Parse a source into docutils' document, and prepare that for readers.

Messages of docutils become warnings; the document keeps only the source that they quote.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from docutils import core, nodes
from docutils.parsers import rst
from docutils.readers import standalone

from publisher.content.rst import limits
from publisher.content.rst.messages import plain
from publisher.content.rst.settings import SETTINGS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.content.rst.lines import NodePositions

_PIXELS = re.compile(r"(\d+) ?px")


class _Parser(rst.Parser):
    def parse(self, inputstring: str, document: nodes.document) -> None:
        with limits.counted(document):
            super().parse(inputstring, document)


class _Reader(standalone.Reader):  # type: ignore[type-arg]
    def get_transforms(self) -> list[type]:
        return [*super().get_transforms(), limits.LimitTransform]


def parsed(source: str) -> nodes.document:
    """Parse a source. Raises ValueError for input that would take too long."""
    limits.refuse_costly(source)
    return core.publish_doctree(
        source,
        reader=_Reader(),
        parser=_Parser(inliner=limits.inliner()),
        settings_overrides={**SETTINGS, "budget": limits.ParsingBudget()},
    )


def finish(document: nodes.document, positions: NodePositions) -> tuple[tuple[int, str], ...]:
    """Remove what readers must not get; return the messages of docutils as (line, message)."""
    messages = tuple(_messages(document, positions))
    _replace_messages(document)
    for image in document.findall(nodes.image):
        _clean_image(image)
    # Page headers and footers, which a post has not.
    for decoration in [*document.findall(nodes.decoration)]:
        decoration.parent.remove(decoration)
        document += [node for part in decoration.children for node in part.children]
    return messages


def _messages(document: nodes.document, positions: NodePositions) -> Iterator[tuple[int, str]]:
    late = [*document.parse_messages, *document.transform_messages]
    document.parse_messages, document.transform_messages = [], []
    messages = {
        id(message): message for message in [*document.findall(nodes.system_message), *late]
    }
    lines: dict[int, int] = {}
    for message in messages.values():
        if message["level"] < SETTINGS["report_level"]:
            continue
        about = [*_nodes_about(message, document)]
        for node in about:
            if id(node) not in lines:
                lines[id(node)] = positions.line(positions.of(node))
        line = min((lines[id(node)] for node in about), default=int(message.get("line") or 1))
        text = " ".join(part.astext() for part in message.findall(nodes.paragraph))
        yield line, plain(" ".join(text.split()))


def _nodes_about(
    message: nodes.system_message, document: nodes.document
) -> Iterator[nodes.Element]:
    """Yield the nodes that a message is about."""
    if "about" in message:  # one of our own warnings
        yield message["about"]
    yield from (document.ids[name] for name in message["backrefs"] if name in document.ids)


def _replace_messages(document: nodes.document) -> None:
    """Replace each message by the source that it quotes."""
    messages = [*document.findall(nodes.system_message), *document.findall(nodes.problematic)]
    parents = {id(message.parent): message.parent for message in messages}
    for parent in parents.values():
        parent[:] = [node for child in parent.children for node in _readable(child)]


def _readable(node: nodes.Node) -> list[nodes.Node]:
    """Return a node as readers get it: of a message only the source that it quotes."""
    match node:
        case nodes.system_message():
            return [part for part in node.children if isinstance(part, nodes.literal_block)]
        case nodes.problematic():
            return [nodes.Text(node.astext())]
        case _:
            return [node]


def _clean_image(image: nodes.image) -> None:
    """Clean the options of an image.

    For `embed` and `scale` docutils would read the file. Pixel sizes become attributes, because no
    style survives. An image without a text alternative gets an empty one, as in Markdown, not its
    URL.
    """
    image.setdefault("alt", "")
    for key in ("loading", "scale"):
        image.attributes.pop(key, None)
    for key in ("width", "height"):
        if pixels := _PIXELS.fullmatch(image.get(key, "")):
            image[key] = pixels[1]
