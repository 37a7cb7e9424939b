"""Where in the source the parts of a document stand: docutils knows the line of a paragraph.

Pure.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate

from docutils import nodes


class Places:
    """Offsets and lines of a text. What is written twice is asked for in the order of the text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]
        self._passed: dict[tuple[str, int], int] = {}
        self._targets: dict[str, int] | None = None

    def line(self, offset: int) -> int:
        """From 1."""
        return bisect_right(self._starts, offset)

    def start(self, line: int) -> int:
        return self._starts[min(max(line, 1), len(self._starts) - 1) - 1]

    def of(self, node: nodes.Node) -> int:
        """The offset of a node: where it is written, else where its paragraph begins."""
        start = self.start(_line(node))
        written = (getattr(node, "rawsource", "") or "").partition("\n")[0]
        if not written:
            return start
        found = self._text.find(written, self._passed.get((written, start), start))
        if found >= 0:
            self._passed[written, start] = found + 1
        return max(found, start)

    def of_address(self, node: nodes.Element) -> int:
        """The offset of the address that a node has: that of its target, if it has one."""
        if self._targets is None:
            self._targets = {
                target["refuri"]: self.of(target)
                for target in (node.document or node).findall(nodes.target)
                if "refuri" in target and not isinstance(target.parent, nodes.TextElement)
            }
        found = self._targets.get(node.get("refuri", ""))
        return self.of(node) if found is None else found


def _line(node: nodes.Node) -> int:
    """The line where to begin to look; docutils counts a title by the line below it."""
    around: nodes.Node | None = node
    if isinstance(node, nodes.reference) and node.children:  # around a picture, which has a line
        around = node.children[0]
    is_title = False
    while around is not None:
        is_title = is_title or isinstance(around, nodes.title)
        if around.line:
            return around.line - is_title
        around = around.parent
    return 1
