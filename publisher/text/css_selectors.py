"""CSS selectors for elements of HTML pages: checked, compiled and matched. Pure.

XPath finds the elements of one compound such as `p.lead`. Combinators are applied here: libxml2's
time for `section p` grows with the square of what both find, and pages may be made to be slow.
`:title` is no CSS: it matches an `h1` or `h2` with the title that the head of the page states.
"""

from __future__ import annotations

import re
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, cast

import cssselect
from cssselect import HTMLTranslator, SelectorError
from cssselect.parser import Attrib, Class, CombinedSelector, Element, Hash, Relation
from cssselect.xpath import ExpressionError
from lxml import etree
from msgspec import Struct

from publisher.text.page_titles import is_title, stated_titles

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from cssselect.parser import Function
    from cssselect.xpath import XPathExpr

MAX_LENGTH = 500  # characters of a selector
MAX_SELECTORS = 100  # in one list
_PREFIX, _NAMESPACE = "_siblings", "urn:publisher:siblings"


class BadSelector(ValueError):  # noqa: N818 - the text is the predicate of a sentence
    """A selector that cannot be used. The text continues a sentence that begins with it."""


class CompiledSelector(Struct, frozen=True):
    """A selector; its chains are what stands between commas.

    A chain consists of compounds, from the outermost element inwards, each behind its combinator.
    """

    _chains: Sequence[Sequence[tuple[str, etree.XPath]]]

    def matches(self, root: etree._Element) -> list[etree._Element]:
        """What matches below an element and itself, each once, in time proportional to its size."""
        found = (element for chain in self._chains for element in _follow(chain, root))
        return [*dict.fromkeys(found)]


@lru_cache(maxsize=2 * MAX_SELECTORS)
def compiled(selector: str) -> CompiledSelector:
    """Compile a selector. Raises BadSelector."""
    if len(selector) > MAX_LENGTH:
        raise BadSelector(f"has more than {MAX_LENGTH} characters; shorten it")
    try:
        found = CompiledSelector([_chain_of(one) for one in cssselect.parse(selector)])
        # Only an evaluation finds what XPath lacks, e.g. the prefix of a namespace.
        found.matches(etree.Element("html"))
    except (SelectorError, etree.XPathError) as error:
        raise BadSelector(
            f"is no CSS selector ({error}); give one as the style sheets of the site have it, "
            'e.g. "article .post-content"'
        ) from error
    return found


@lru_cache(maxsize=2 * MAX_SELECTORS)
def is_positional(selector: str) -> bool:
    """Whether it says where elements stand, and nothing of what they are: `main > p:nth-child(1)`.

    On another page something else may stand there. The selector must be one that can be compiled.
    """
    return any(_has_only_a_place(one.parsed_tree) for one in cssselect.parse(selector))


def _has_only_a_place(tree: Any) -> bool:
    """Whether there is a place, and no name from there to the end."""
    while True:
        is_chain = isinstance(tree, CombinedSelector)
        parts = [*_parts(tree.subselector if is_chain else tree)]
        if any(isinstance(one, Attrib | Class | Hash | Relation) for one in parts):
            return False
        names = [str(getattr(one, "ident", "") or getattr(one, "name", "")) for one in parts]
        if "title" in names:
            return False
        if any(map(_PLACE.match, names)) or (is_chain and tree.combinator in _BESIDE):
            return True
        if not is_chain:
            return False
        tree = tree.selector


def _parts(compound: Any) -> Iterator[Any]:
    """What a compound says of an element, beside its tag."""
    while not isinstance(compound, Element):
        yield compound
        compound = compound.selector


_PLACE = re.compile(r"(?:nth|first|last|only)-")
_BESIDE = frozenset({"+", "~"})


def _chain_of(selector: cssselect.Selector) -> list[tuple[str, etree.XPath]]:
    if selector.pseudo_element:
        raise ExpressionError("a pseudo-element, which no file has")
    return [*_chain(selector.parsed_tree)]


def _chain(tree: Any) -> Iterator[tuple[str, etree.XPath]]:
    """The compounds with their combinators; the first has a blank. Raises SelectorError."""
    if isinstance(tree, CombinedSelector):
        yield from _chain(tree.selector)
        yield tree.combinator, _compound(tree.subselector)
    else:
        yield " ", _compound(tree)


def _compound(tree: Any) -> etree.XPath:
    if _combines(tree):
        raise ExpressionError("a pseudo-class with a combination of selectors")
    expression = f"descendant-or-self::{_Translator().xpath(tree)}"
    return etree.XPath(expression, namespaces={_PREFIX: _NAMESPACE}, extensions=_EXTENSIONS)


def _combines(part: Any) -> bool:
    """Whether there are combinators within a compound, e.g. in `:not(a b)`."""
    if isinstance(part, list | tuple):
        return any(map(_combines, part))
    if not type(part).__module__.startswith("cssselect"):
        return False
    return isinstance(part, CombinedSelector) or any(map(_combines, _values(part)))


def _values(part: Any) -> list[Any]:
    return [*vars(part).values()] if hasattr(part, "__dict__") else []


class _Translator(HTMLTranslator):
    """Counts siblings in a function of ours, because XPath counts them anew for each sibling.

    It refuses what no element of a file can be, such as `:hover`, in the place of matching none.
    """

    def xpath_attrib_includes(self, xpath: XPathExpr, name: str, value: str | None) -> XPathExpr:
        """Look for the mere text first: to put the blanks of each class right takes longer."""
        if value:
            xpath = xpath.add_condition(f"contains({name}, {self.xpath_literal(value)})")
        return super().xpath_attrib_includes(xpath, name, value)

    def pseudo_never_matches(self, xpath: XPathExpr) -> XPathExpr:
        raise ExpressionError("a pseudo-class that never applies to a file")

    xpath_visited_pseudo = pseudo_never_matches
    xpath_hover_pseudo = pseudo_never_matches
    xpath_active_pseudo = pseudo_never_matches
    xpath_focus_pseudo = pseudo_never_matches
    xpath_target_pseudo = pseudo_never_matches

    def xpath_title_pseudo(self, xpath: XPathExpr) -> XPathExpr:
        return xpath.add_condition(f"{_PREFIX}:title(.)")

    def xpath_contains_function(self, xpath: XPathExpr, function: Function) -> XPathExpr:
        raise ExpressionError(":contains() is not CSS any more")

    def xpath_nth_child_function(
        self,
        xpath: XPathExpr,
        function: Function,
        last: bool = False,
        add_name_test: bool = True,
    ) -> XPathExpr:
        nth = super().xpath_nth_child_function
        return self._counted(xpath, lambda one: nth(one, function, last, add_name_test))

    def xpath_first_child_pseudo(self, xpath: XPathExpr) -> XPathExpr:
        return self._counted(xpath, super().xpath_first_child_pseudo)

    def xpath_last_child_pseudo(self, xpath: XPathExpr) -> XPathExpr:
        return self._counted(xpath, super().xpath_last_child_pseudo)

    def xpath_first_of_type_pseudo(self, xpath: XPathExpr) -> XPathExpr:
        return self._counted(xpath, super().xpath_first_of_type_pseudo)

    def xpath_last_of_type_pseudo(self, xpath: XPathExpr) -> XPathExpr:
        return self._counted(xpath, super().xpath_last_of_type_pseudo)

    def xpath_only_child_pseudo(self, xpath: XPathExpr) -> XPathExpr:
        return self.xpath_last_child_pseudo(self.xpath_first_child_pseudo(xpath))

    def xpath_only_of_type_pseudo(self, xpath: XPathExpr) -> XPathExpr:
        return self.xpath_last_of_type_pseudo(self.xpath_first_of_type_pseudo(xpath))

    def _counted(self, xpath: XPathExpr, add: Callable[[XPathExpr], XPathExpr]) -> XPathExpr:
        """Add a condition on the number of siblings."""
        condition = add(self.xpathexpr_cls(element=xpath.element)).condition
        counted = _COUNT.sub(rf"{_PREFIX}:\1(., '\2')", condition)
        return xpath.add_condition(counted) if counted else xpath


_COUNT = re.compile(r"count\((preceding|following)-sibling::([^()]+)\)")


def _siblings(context: Any, found: list[etree._Element], name: str, *, behind: bool) -> int:
    """How many siblings with a name stand before or behind an element that has it."""
    [element] = found
    parent = element.getparent()
    if parent is None:
        return 0
    # They are counted once for each parent in each evaluation.
    known: dict[tuple[etree._Element, str], dict[etree._Element, int]] = context.eval_context
    places = known.get((parent, name))
    if places is None:
        places = {child: at for at, child in enumerate(parent.iterchildren(name))}
        known[parent, name] = places
    return len(places) - 1 - places[element] if behind else places[element]


def _is_title(context: Any, found: list[etree._Element]) -> bool:
    [element] = found
    # The head is read once in each evaluation.
    stated = context.eval_context.get("titles")
    if stated is None:
        stated = stated_titles(element.getroottree().getroot())
        context.eval_context["titles"] = stated
    return is_title(element, stated)


_EXTENSIONS: Any = {
    (_NAMESPACE, "title"): _is_title,
    (_NAMESPACE, "preceding"): partial(_siblings, behind=False),
    (_NAMESPACE, "following"): partial(_siblings, behind=True),
}


# Combinators


def _follow(
    chain: Sequence[tuple[str, etree.XPath]], root: etree._Element
) -> Collection[etree._Element]:
    """The elements of a tree that the last compound of a chain finds."""
    (_, first), *others = chain
    found = _found(first, root)
    for combinator, compound in others:
        related = _RELATED[combinator]({*found})
        found = [element for element in _found(compound, root) if related(element)]
    return found


def _found(compound: etree.XPath, root: etree._Element) -> list[etree._Element]:
    return cast("list[etree._Element]", compound(root))


def _is_below(outer: set[etree._Element]) -> Callable[[etree._Element], bool]:
    """Whether an element has an ancestor among others."""
    known: dict[etree._Element | None, bool] = {None: False}

    def is_below(element: etree._Element) -> bool:
        parent, passed = element.getparent(), []
        while parent not in known and parent not in outer:
            passed.append(parent)
            parent = parent.getparent() if parent is not None else None
        found = parent in outer or known[parent]
        known.update(dict.fromkeys(passed, found))
        return found

    return is_below


def _is_behind(others: set[etree._Element]) -> Callable[[etree._Element], bool]:
    """Whether an element has one of others among the siblings before it."""
    later: set[etree._Element] = set()
    parents = {parent for other in others if (parent := other.getparent()) is not None}
    for parent in parents:
        is_later = False
        for child in parent:
            if is_later:
                later.add(child)
            is_later = is_later or child in others
    return later.__contains__


def _is_child(parents: set[etree._Element]) -> Callable[[etree._Element], bool]:
    return lambda element: element.getparent() in parents


def _is_next(others: set[etree._Element]) -> Callable[[etree._Element], bool]:
    return lambda element: element.getprevious() in others


_RELATED = {" ": _is_below, ">": _is_child, "+": _is_next, "~": _is_behind}
