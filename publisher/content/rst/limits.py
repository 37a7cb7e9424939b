"""Limit reStructuredText that would keep docutils busy for long. Pure.

docutils takes quadratic time for some constructs, such as very many targets, and exponential time
for nested substitutions. The limits count constructs and never measure time, so that a post is
refused on every machine or on none.
"""

from __future__ import annotations

import re
from collections import Counter
from contextlib import contextmanager, suppress
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Any

from docutils import nodes
from docutils.parsers.rst import states
from docutils.transforms import Transform
from docutils.transforms.misc import ClassAttribute

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

# Each limit allows about a second of work: its value, and the reason for refusing a post.
LIMITS: Mapping[str, tuple[int, str]] = {
    "steps": (60_000, "it has too many lists, directives and other blocks"),
    "marks": (100_000_000, "it has a paragraph with too many marks"),
    "words": (20_000_000, "it has words that are too long"),
    "lines": (5_000_000_000, "it has lines that are too long"),
    "rules": (100_000_000, "it has too many tables"),
    "quotes": (3_000_000, "it has too many quotations with an author in one block"),
    "cells": (50_000, "it has tables with too many cells"),
    "crowd": (10_000_000, "it has too many links, targets or the like side by side"),
    "lists": (20_000, "it has too many tables of contents"),
    "expanded": (50_000, "its substitutions expand to too much"),
}
_PARSER_STEPS = 10  # steps that a new parser for a nested block counts as

_MARK = re.compile(r"[*`|\[\\]|_(?!\w)")  # where inline markup may begin, whose end is searched for
_WORD = re.compile(r"\S{200,}")
_JOINT = re.compile(r"[^\w\s]|_")  # where inline markup may begin or end within a word
_INDENTED = re.compile(r"(?:(?:[ \t].*)?\n)+")
_ATTRIBUTION = re.compile(r"^[ \t]+(?:---?(?!-)|\u2014)", re.MULTILINE)

# Nodes that transforms look for among their siblings, to move, replace or number them.
_SEARCHED_NODES = (
    nodes.Referential, nodes.target, nodes.transition, nodes.pending, nodes.footnote,
    nodes.substitution_definition,
)  # fmt: skip


class ParsingBudget:
    """What parsing one document has cost so far."""

    def __init__(self) -> None:
        self._spent: Counter[str] = Counter()

    def spend(self, kind: str, amount: int) -> None:
        """Add a cost. Raises ValueError if it exceeds the limit of its kind."""
        limit, why = LIMITS[kind]
        self._spent[kind] += amount
        if self._spent[kind] > limit:
            raise ValueError(why)


def refuse_costly(source: str) -> None:
    """Raise ValueError for a source with lines or blocks that docutils would search for long.

    Covers the searches of docutils in which `ParsingBudget` cannot count along.
    """
    budget = ParsingBudget()
    lines = source.split("\n")
    for line in lines:
        budget.spend("lines", (line.count(" ") + 2 * line.count("+")) * len(line))
    budget.spend("rules", sum(map(_is_rule, lines)) * len(lines))
    for block in _INDENTED.findall(source + "\n"):
        budget.spend("quotes", len(_ATTRIBUTION.findall(block)) * block.count("\n"))


def _is_rule(line: str) -> bool:
    """Whether a line may begin a table, whose end docutils searches for."""
    line = line.strip()
    return line[:1] in {"=", "+"} and not line.strip("=+- ")


def inliner() -> states.Inliner:
    """Return a parser for inline markup that refuses paragraphs with too many marks.

    It replaces a method because docutils' Inliner cannot be subclassed.
    """
    parser = states.Inliner()
    parse = parser.parse

    def refusing(text: str, lineno: int, memo: Any, parent: Any) -> Any:
        budget: ParsingBudget = memo.document.settings.budget
        budget.spend("marks", len(_MARK.findall(text)) * len(text))
        for word in _WORD.findall(text):
            budget.spend("words", len(_JOINT.findall(word)) * len(word))
        return parse(text, lineno, memo, parent)

    parser.parse = refusing  # type: ignore[method-assign]
    return parser


class _CountedStateMachine(states.NestedStateMachine):
    """Parses a nested block, and counts itself."""

    def __init__(self, *args: Any, **options: Any) -> None:
        options["parent_state_machine"].document.settings.budget.spend("steps", _PARSER_STEPS)
        super().__init__(*args, **options)


@contextmanager
def counted(document: nodes.document) -> Iterator[None]:
    """Count each line that is parsed, once per nesting level, and each new nested parser.

    docutils caches nested parsers between documents; here the cache is emptied, so that the cost of
    a document does not depend on the ones before it.
    """
    note_source = document.note_source
    state: Any = states.RSTState
    saved = state.nested_sm, state.nested_sm_cache

    def count_line(source: Any, offset: Any) -> None:
        document.settings.budget.spend("steps", 1)
        note_source(source, offset)

    document.note_source = count_line  # type: ignore[method-assign]
    state.nested_sm, state.nested_sm_cache = _CountedStateMachine, []
    try:
        yield
    finally:
        state.nested_sm, state.nested_sm_cache = saved
        del document.note_source


class LimitTransform(Transform):
    """Refuses documents that later transforms would take too long for. Raises ValueError."""

    default_priority = 1

    def apply(self) -> None:
        budget: ParsingBudget = self.document.settings.budget
        for parent in self.document.findall(nodes.Element):
            searched = sum(isinstance(child, _SEARCHED_NODES) for child in parent.children)
            budget.spend("crowd", searched * len(parent))
            budget.spend("cells", isinstance(parent, nodes.entry))
        self._refuse_lists(budget)
        self._refuse_substitutions(budget)

    def _refuse_lists(self, budget: ParsingBudget) -> None:
        """Limit the transforms that list or number the whole document each."""
        pending = [
            node
            for node in self.document.findall(nodes.pending)
            if node.transform is not ClassAttribute
        ]
        sections = sum(1 for _ in self.document.findall(nodes.section))
        listed = sections + sum(1 for _ in self.document.findall()) // 50
        budget.spend("lists", (len(pending) - 1) * listed if pending else 0)

    def _refuse_substitutions(self, budget: ParsingBudget) -> None:
        """Limit the total size of the text that substitutions insert."""
        definitions = self.document.substitution_defs
        references = {
            name: [*filter(None, map(self._name, _references(definition)))]
            for name, definition in definitions.items()
        }
        sizes: dict[str, int] = {}
        for name in _ordered(references):
            sizes[name] = _size(definitions[name]) + sum(sizes[other] for other in references[name])
        self._break_circles(sizes)
        for reference in _references(self.document):
            budget.spend("expanded", sizes.get(self._name(reference) or "", 0))

    def _break_circles(self, sizes: dict[str, int]) -> None:
        """Put the source of references in the place of those in a circular definition."""
        for name, definition in self.document.substitution_defs.items():
            if name in sizes:
                continue
            for reference in _references(definition):
                reference.parent.replace(reference, nodes.Text(reference.rawsource))
            sizes[name] = _size(definition)
            self.document.reporter.error(
                f"The substitution |{name}| refers to itself; it is kept as written",
                base_node=definition,
            )

    def _name(self, reference: nodes.Element) -> str | None:
        """Return the name of the definition that a reference means."""
        name = reference["refname"]
        if name in self.document.substitution_defs:
            return str(name)
        return self.document.substitution_names.get(name.lower())


def _references(node: nodes.Element) -> list[nodes.substitution_reference]:
    return [*node.findall(nodes.substitution_reference)]


def _ordered(graph: Mapping[str, Iterable[str]]) -> Iterator[str]:
    """Yield each name after those that it refers to; not names that lead to a circle."""
    sorter = TopologicalSorter(graph)
    with suppress(CycleError):  # the names outside of circles are yielded nevertheless
        sorter.prepare()
    while ready := sorter.get_ready():
        yield from ready
        sorter.done(*ready)


def _size(node: nodes.Element) -> int:
    """Return the cost of a copy of a node: its descendants and its text."""
    return sum(1 for _ in node.findall()) + len(node.astext()) // 50
