"""Simple CSS selectors, which are built and counted without a parser of CSS. Pure.

A name says one thing of an element: `article`, `.post`, `#main`, `[itemprop~="articleBody"]`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import islice
from typing import TYPE_CHECKING

from msgspec import Struct

from publisher.sources.built.bodies.tree_edits import elements
from publisher.text.page_titles import HEADINGS, is_title, stated_titles

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lxml import etree

_IDENTIFIER = re.compile(r"-?[A-Za-z_][A-Za-z0-9_-]*")
_TAG = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9-]+)?")
_MAX_CLASSES = 12  # of one element; utility frameworks give it dozens
_MAX_PLACE = 4
TITLE = ":title"  # matches a heading if it shows the title that the head of its page states
# Tailwind, Bootstrap and the like: how it looks.
_LOOKS = re.compile(
    r"\.(?:col|row|container|wrapper|wrap|inner|flex|grid|font|text|bg|border|rounded|shadow|"
    r"[mp][xytrbl]?|[wh]|min|max|space|gap|items|justify|leading|tracking|block|inline|relative|"
    r"absolute|overflow|clearfix)(?:-|$)"
)
# What a build makes: `astro-j7pv25f6`, `css-1q2w3e4`, `Post_body__x3Yz1`, `post-1234`.
_MADE = re.compile(
    r"(?:^|[-_.#])(?=[A-Za-z]*\d)[A-Za-z0-9]{5,}$|^\.(?:css|sc|svelte|astro|jsx)-|"
    r"__[A-Za-z0-9_-]{5}$|\d{3}"
)


class Compound(Struct, frozen=True, order=True):
    """What is said of one element: all these names, in the order in which they are written."""

    names: tuple[str, ...]

    def __str__(self) -> str:
        return "".join(self.names)


class Selector(Struct, frozen=True, order=True):
    """Compounds from the outermost element to the one that is meant.

    Each follows its combinator: `>` for a child, a blank for a descendant; the first has a blank.
    """

    steps: tuple[tuple[str, Compound], ...]

    def __str__(self) -> str:
        written = "".join(
            f" {combinator} {compound}" if combinator.strip() else f" {compound}"
            for combinator, compound in self.steps
        )
        return written.strip()

    def under(self, outer: Selector, combinator: str) -> Selector:
        (_, first), *rest = self.steps
        return Selector((*outer.steps, (combinator, first), *rest))


def selector(*names: str) -> Selector:
    return Selector(((" ", Compound(names)),))


def names_of(element: etree._Element) -> list[str]:
    """The tag, the id, the classes and the `itemprop` of an element as selectors."""
    tag = str(element.tag)
    names = [tag] if _TAG.fullmatch(tag) else []
    names += [f"#{name}" for name in element.get("id", "").split() if _IDENTIFIER.fullmatch(name)]
    classes = [name for name in element.get("class", "").split() if _IDENTIFIER.fullmatch(name)]
    names += [f".{name}" for name in dict.fromkeys(classes[:_MAX_CLASSES])]
    items = [name for name in element.get("itemprop", "").split() if _IDENTIFIER.fullmatch(name)]
    return names + [f'[itemprop~="{name}"]' for name in items[:1]]


def selectors_in(body: etree._Element) -> set[str]:
    """Selectors of the elements in a body that have a name: `.share`, `div.share`."""
    named = [(str(one.tag), names_of(one)[1:]) for one in elements(body)]
    return {text for tag, names in named for name in names for text in (name, f"{tag}{name}")}


def looks(name: str) -> bool:
    """Whether a class says how an element looks, and not what it is."""
    return _LOOKS.match(name) is not None


def is_made(name: str) -> bool:
    """Whether the build made up the name, so that the next build may make another."""
    return _MADE.search(name) is not None


def places_of(element: etree._Element) -> list[str]:
    """Where an element stands among the children of its parent, if near to the first or last."""
    if element.getparent() is None:
        return []
    # Only the nearest are counted: `index` counts all, and a parent may have 100,000 children.
    first, last = _siblings(element, before=True) + 1, _siblings(element, before=False) + 1
    places = [f":nth-child({first})"] if first <= _MAX_PLACE else []
    return [*places, *([f":nth-last-child({last})"] if last <= _MAX_PLACE else [])]


def _siblings(element: etree._Element, *, before: bool) -> int:
    """How many there are before or behind an element; `_MAX_PLACE` if these are more."""
    return sum(1 for _ in islice(element.itersiblings(preceding=before), _MAX_PLACE))


class NameIndex:
    """The elements of a tree by their names, and the headings of level 1 or 2 by `TITLE`."""

    def __init__(self, tree: etree._Element) -> None:
        found: defaultdict[str, list[etree._Element]] = defaultdict(list)
        for element in elements(tree):
            for name in names_of(element):
                found[name].append(element)
        stated = stated_titles(tree)
        found[TITLE] += [one for one in tree.iter(*HEADINGS) if is_title(one, stated)]
        self._found: Mapping[str, Sequence[etree._Element]] = found
        self._compounds: dict[Compound, frozenset[etree._Element]] = {}

    def matches(self, selector: Selector) -> list[etree._Element]:
        """The elements that match, in any order."""
        *outer, (combinator, last) = selector.steps
        found = self._compound(last)
        if not outer:
            return [*found]
        inner = Selector(tuple(outer))
        roots = {*self.matches(inner)} if len(outer) > 1 else self._compound(outer[0][1])
        if combinator == ">":
            return [element for element in found if element.getparent() in roots]
        return [
            element
            for element in found
            if any(ancestor in roots for ancestor in element.iterancestors())
        ]

    def _compound(self, compound: Compound) -> frozenset[etree._Element]:
        if compound not in self._compounds:
            sets = [frozenset(self._found.get(name, ())) for name in compound.names]
            self._compounds[compound] = frozenset.intersection(*sets)
        return self._compounds[compound]
