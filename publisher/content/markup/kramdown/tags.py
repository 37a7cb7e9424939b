"""HTML tags in a text: which start tag is closed by which end tag. Pure."""

from __future__ import annotations

import re
from collections import defaultdict

ELEMENT = r"""<(/?)([A-Za-z][\w.-]*+(?::[\w.-]++)?+)(?=[\s/>])((?:[^<>"']|"[^"]*"|'[^']*')*+)>"""
ASKS = re.compile(r"""(?<![\w-])markdown\s*=\s*["']?(1|block|span|0)\b""", re.IGNORECASE)
PIECE = re.compile(rf"<!--|{ELEMENT}", re.DOTALL)
_ENDS = {name: re.compile(rf"</{name}[ \t\n]*>", re.IGNORECASE) for name in ("script", "style")}


def names(text: str) -> frozenset[str]:
    return frozenset(text.split())


class Elements:
    """The tags of a text: which start tag is closed by which end tag, in one go.

    Each name is matched for itself: people forget end tags, and a forgotten one must not take the
    rest of the post with it.
    """

    def __init__(self, text: str) -> None:
        self.ends: dict[int, re.Match[str]] = {}
        self.asking: list[re.Match[str]] = []  # for Markdown, in the order of the text
        self._open: defaultdict[str, list[re.Match[str]]] = defaultdict(list)
        at, last_comment = 0, text.rfind("-->")
        while found := PIECE.search(text, at):
            at = found.end()
            if found[2]:
                at = self._take(text, found)
            elif at <= last_comment:
                at = text.index("-->", at)
        self.asking.sort(key=lambda tag: tag.start())

    def _take(self, text: str, tag: re.Match[str]) -> int:
        """Where the next tag may begin."""
        name = tag[2].lower()
        if tag[1]:
            if self._open[name]:
                self._close(self._open[name].pop(), tag)
        elif name not in _ENDS:
            self._open[name].append(tag)
        elif not self._open[name] and (end := _ENDS[name].search(text, tag.end())):
            self._close(tag, end)
            return end.end()
        else:
            self._open[name].append(tag)  # it never ends, and nor do those behind it
        return tag.end()

    def _close(self, opening: re.Match[str], closing: re.Match[str]) -> None:
        self.ends[opening.start()] = closing
        if ASKS.search(opening[3]):
            self.asking.append(opening)
