"""Find where the nodes of a document stand in its source.

docutils itself knows only the lines of paragraphs. Pure.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate

from docutils import nodes


class NodePositions:
    """Maps nodes to offsets and lines of a source.

    Call `of` in the order of the source: only the order distinguishes equal texts.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]
        self._searched_to: dict[tuple[str, int], int] = {}
        self._targets: dict[str, int] | None = None

    def line(self, offset: int) -> int:
        """Return the line of an offset, from 1."""
        return bisect_right(self._starts, offset)

    def start(self, line: int) -> int:
        return self._starts[min(max(line, 1), len(self._starts) - 1) - 1]

    def of(self, node: nodes.Node) -> int:
        """Return the offset of a node's source, or of its paragraph if that is not found."""
        start = self.start(_line(node))
        written = (getattr(node, "rawsource", "") or "").partition("\n")[0]
        if not written:
            return start
        offset = self._text.find(written, self._searched_to.get((written, start), start))
        if offset >= 0:
            self._searched_to[written, start] = offset + 1
        return max(offset, start)

    def of_url(self, node: nodes.Element) -> int:
        """Return the offset of the URL of a node: if a separate target has it, the target's."""
        if self._targets is None:
            self._targets = {
                target["refuri"]: self.of(target)
                for target in (node.document or node).findall(nodes.target)
                if "refuri" in target and not isinstance(target.parent, nodes.TextElement)
            }
        offset = self._targets.get(node.get("refuri", ""))
        return self.of(node) if offset is None else offset


def _line(node: nodes.Node) -> int:
    """Return the line to start searching from.

    docutils gives a title the number of the line below it.
    """
    ancestor: nodes.Node | None = node
    # A link around an image: only the image has a line.
    if isinstance(node, nodes.reference) and node.children:
        ancestor = node.children[0]
    is_title = False
    while ancestor is not None:
        is_title = is_title or isinstance(ancestor, nodes.title)
        if ancestor.line:
            return ancestor.line - is_title
        ancestor = ancestor.parent
    return 1
