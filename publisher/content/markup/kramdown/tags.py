"""Pair the start and end tags of HTML in a text. Pure."""

from __future__ import annotations

import re
from collections import defaultdict

ELEMENT = r"""<(/?)([A-Za-z][\w.-]*+(?::[\w.-]++)?+)(?=[\s/>])((?:[^<>"']|"[^"]*"|'[^']*')*+)>"""
MARKDOWN_ATTRIBUTE = re.compile(
    r"""(?<![\w-])markdown\s*=\s*["']?(1|block|span|0)\b""", re.IGNORECASE
)
COMMENT_OR_TAG = re.compile(rf"<!--|{ELEMENT}", re.DOTALL)
_ENDS = {name: re.compile(rf"</{name}[ \t\n]*>", re.IGNORECASE) for name in ("script", "style")}


def names(text: str) -> frozenset[str]:
    """Split a list of names at blanks."""
    return frozenset(text.split())


class ElementPairs:
    """The tags of a text: which end tag closes which start tag, found in one pass.

    Each name is matched separately, because people forget end tags: a missing one must not affect
    the rest of the post.
    """

    def __init__(self, text: str) -> None:
        self.ends: dict[int, re.Match[str]] = {}
        # Elements with an attribute `markdown`, in the order of the text.
        self.with_markdown: list[re.Match[str]] = []
        self._open: defaultdict[str, list[re.Match[str]]] = defaultdict(list)
        at, last_comment = 0, text.rfind("-->")
        while match := COMMENT_OR_TAG.search(text, at):
            at = match.end()
            if match[2]:
                at = self._take(text, match)
            elif at <= last_comment:
                at = text.index("-->", at)
        self.with_markdown.sort(key=lambda tag: tag.start())

    def _take(self, text: str, tag: re.Match[str]) -> int:
        """Process a tag; return where the next one may begin."""
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
            self._open[name].append(tag)  # it has no end tag, nor have the ones behind it
        return tag.end()

    def _close(self, opening: re.Match[str], closing: re.Match[str]) -> None:
        self.ends[opening.start()] = closing
        if MARKDOWN_ATTRIBUTE.search(opening[3]):
            self.with_markdown.append(opening)
