"""A source -> docutils' document, and what it says is wrong; the document as readers are to get it.

Messages are told, not shown: of each only the source stays that it quotes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from docutils import core, nodes
from docutils.parsers import rst
from docutils.readers import standalone

from publisher.content.rst import limits
from publisher.content.rst.settings import SETTINGS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from publisher.content.rst.lines import Places

_PIXELS = re.compile(r"(\d+) ?px")


class _Parser(rst.Parser):
    def parse(self, inputstring: str, document: nodes.document) -> None:
        with limits.counted(document):
            super().parse(inputstring, document)


class _Reader(standalone.Reader):  # type: ignore[type-arg]
    def get_transforms(self) -> list[type]:
        return [*super().get_transforms(), limits.Bounds]


def parsed(source: str) -> nodes.document:
    """Raises ValueError for what would take too long."""
    limits.refuse_long(source)
    return core.publish_doctree(
        source,
        reader=_Reader(),
        parser=_Parser(inliner=limits.inliner()),
        settings_overrides={**SETTINGS, "budget": limits.Budget()},
    )


def settle(document: nodes.document, places: Places) -> tuple[tuple[int, str], ...]:
    """Take out what readers are not to get. What docutils says is wrong: (line, message)."""
    messages = tuple(_messages(document, places))
    _quote(document)
    for picture in document.findall(nodes.image):
        _settle_picture(picture)
    for decoration in [*document.findall(nodes.decoration)]:  # running heads; a post has none
        decoration.parent.remove(decoration)
        document += [part for some in decoration.children for part in some.children]
    return messages


def _messages(document: nodes.document, places: Places) -> Iterator[tuple[int, str]]:
    late = [*document.parse_messages, *document.transform_messages]
    document.parse_messages, document.transform_messages = [], []
    found = {id(one): one for one in [*document.findall(nodes.system_message), *late]}
    lines: dict[int, int] = {}
    for message in found.values():
        if message["level"] < SETTINGS["report_level"]:
            continue
        about = [*_about(message, document)]
        for node in about:
            if id(node) not in lines:
                lines[id(node)] = places.line(places.of(node))
        line = min((lines[id(node)] for node in about), default=int(message.get("line") or 1))
        said = " ".join(part.astext() for part in message.findall(nodes.paragraph))
        yield line, " ".join(said.split())


def _about(message: nodes.system_message, document: nodes.document) -> Iterator[nodes.Element]:
    """The words that a message is about."""
    if "about" in message:  # one of ours
        yield message["about"]
    yield from (document.ids[name] for name in message["backrefs"] if name in document.ids)


def _quote(document: nodes.document) -> None:
    """Put the source in the place of a message about it."""
    wrong = [*document.findall(nodes.system_message), *document.findall(nodes.problematic)]
    parents = {id(found.parent): found.parent for found in wrong}
    for parent in parents.values():
        parent[:] = [kept for child in parent.children for kept in _readable(child)]


def _readable(node: nodes.Node) -> list[nodes.Node]:
    """The node; of a message only the source that it quotes."""
    match node:
        case nodes.system_message():
            return [part for part in node.children if isinstance(part, nodes.literal_block)]
        case nodes.problematic():
            return [nodes.Text(node.astext())]
        case _:
            return [node]


def _settle_picture(picture: nodes.image) -> None:
    """For `embed` and `scale` docutils would read a file; no style survives, but sizes do.

    Without words it has none, as in Markdown: its address says nothing.
    """
    picture.setdefault("alt", "")
    for key in ("loading", "scale"):
        picture.attributes.pop(key, None)
    for key in ("width", "height"):
        if found := _PIXELS.fullmatch(picture.get(key, "")):
            picture[key] = found[1]
