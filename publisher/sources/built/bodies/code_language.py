"""The language of a block of code on a page, by the classes that generators give to it. Pure."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lxml import etree

_LANGUAGE = re.compile(r"(?:language|lang|highlight-source|brush:?)[- ]([a-z0-9+#_.-]+)")
# Of Sphinx, on the element around the block, and of Org on the block.
_PREFIXED = {
    "div": re.compile(r"(?:^|\s)highlight-([a-z0-9+#.]+)"),
    "pre": re.compile(r"(?:^|\s)src-([a-z0-9+#_.-]+)"),
}
# Beside these classes the language stands as a class of its own: in Hexo, in docutils, which
# Pelican and Nikola use, in highlight.js and in Pandoc.
_BESIDE = {
    "figure": ("highlight",),
    "code": ("highlight", "hljs", "sourcecode"),
    "pre": ("code", "hljs", "sourcecode"),
}
_NAME = re.compile(r"[a-z][a-z0-9+#._-]{0,29}")
_OTHERS = re.compile(
    r"literal-block|(?:line-?)?nums?|numbersource|numberlines?|line-?numbers?|linenos?|hljs-.*|hl-.*"
    r"|copy.*|wrap.*|startfrom"
)
_NONE = re.compile("auto|default|nohighlight|none|plain(?:text)?|te?xt")


def stated(element: etree._Element) -> str:
    """The name that a class or an attribute says, whoever writes it; or empty."""
    names = f"{element.get('class', '')} {element.get('data-lang', '')}".lower()
    if found := _LANGUAGE.search(names):
        return found[1]
    for key in ("data-lang", "data-language"):
        if name := element.get(key, "").strip().lower():
            return name
    return ""


def of_generator(element: etree._Element) -> str:
    """The name beside a class of a generator, as in `<figure class="highlight python">`; or empty.

    Themes have classes of their own, so it must be the only other one.
    """
    return _beside(str(element.tag), element.get("class", "").lower())


@lru_cache(1_000)
def _beside(tag: str, classes: str) -> str:
    prefixed = _PREFIXED.get(tag)
    if prefixed and (found := prefixed.search(classes)):
        return _known(found[1])
    names, marks = classes.split(), _BESIDE.get(tag, ())
    if not any(mark in names for mark in marks):
        return ""
    others = [one for one in names if one not in marks and not _OTHERS.fullmatch(one)]
    return _known(others[0]) if len(others) == 1 and _NAME.fullmatch(others[0]) else ""


def _known(name: str) -> str:
    return "" if _NONE.fullmatch(name) else name


def has_stated(*elements: etree._Element) -> bool:
    """Whether a class of one of these elements says the language in the usual form."""
    return any(_LANGUAGE.search(element.get("class", "")) for element in elements)


def language(around: Sequence[etree._Element]) -> str:
    """The name of the language by a block and the elements around it, the innermost first."""
    found = (name for read in (stated, of_generator) for one in around if (name := read(one)))
    return next(found, "")
