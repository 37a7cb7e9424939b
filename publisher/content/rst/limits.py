"""What would keep docutils busy for long, while it parses and before it transforms. Pure.

Its time grows with the square of what it looks for again and again, and substitutions with their
power. Counts what is cheap to count, never time: a post is refused everywhere or nowhere.
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

# About a second each.
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
_MACHINE = 10  # steps, which it takes to make a parser for a block

_MARK = re.compile(r"[*`|\[\\]|_(?!\w)")  # where a mark may begin, and its end is looked for
_WORD = re.compile(r"\S{200,}")
_JOINT = re.compile(r"[^\w\s]|_")  # within a word
_INDENTED = re.compile(r"(?:(?:[ \t].*)?\n)+")
_ATTRIBUTION = re.compile(r"^[ \t]+(?:---?(?!-)|\u2014)", re.MULTILINE)

# What transforms look for among its siblings, to move, to replace or to number it.
_SOUGHT = (
    nodes.Referential, nodes.target, nodes.transition, nodes.pending, nodes.footnote,
    nodes.substitution_definition,
)  # fmt: skip


class Budget:
    """What a document has cost so far."""

    def __init__(self) -> None:
        self._spent: Counter[str] = Counter()

    def spend(self, kind: str, amount: int) -> None:
        """Raises ValueError."""
        limit, why = LIMITS[kind]
        self._spent[kind] += amount
        if self._spent[kind] > limit:
            raise ValueError(why)


def refuse_long(source: str) -> None:
    """What docutils looks through without a count, by lines. Raises ValueError."""
    budget = Budget()
    lines = source.split("\n")
    for line in lines:
        budget.spend("lines", (line.count(" ") + 2 * line.count("+")) * len(line))
    budget.spend("rules", sum(map(_is_rule, lines)) * len(lines))
    for block in _INDENTED.findall(source + "\n"):
        budget.spend("quotes", len(_ATTRIBUTION.findall(block)) * block.count("\n"))


def _is_rule(line: str) -> bool:
    """Whether it may begin a table, whose end is looked for."""
    line = line.strip()
    return line[:1] in {"=", "+"} and not line.strip("=+- ")


def inliner() -> states.Inliner:
    """Parses the text of paragraphs; refuses intricate ones. docutils' class knows no heirs."""
    made = states.Inliner()
    parse = made.parse

    def refusing(text: str, lineno: int, memo: Any, parent: Any) -> Any:
        budget: Budget = memo.document.settings.budget
        budget.spend("marks", len(_MARK.findall(text)) * len(text))
        for word in _WORD.findall(text):
            budget.spend("words", len(_JOINT.findall(word)) * len(word))
        return parse(text, lineno, memo, parent)

    made.parse = refusing  # type: ignore[method-assign]
    return made


class _Machine(states.NestedStateMachine):
    """Parses a block within another one."""

    def __init__(self, *args: Any, **options: Any) -> None:
        options["parent_state_machine"].document.settings.budget.spend("steps", _MACHINE)
        super().__init__(*args, **options)


@contextmanager
def counted(document: nodes.document) -> Iterator[None]:
    """Each line that is looked at counts, at each level again, and each parser that is made.

    docutils keeps parsers: what a document costs must not depend on those of others.
    """
    note = document.note_source
    state: Any = states.RSTState
    kept = state.nested_sm, state.nested_sm_cache

    def noted(source: Any, offset: Any) -> None:
        document.settings.budget.spend("steps", 1)
        note(source, offset)

    document.note_source = noted  # type: ignore[method-assign]
    state.nested_sm, state.nested_sm_cache = _Machine, []
    try:
        yield
    finally:
        state.nested_sm, state.nested_sm_cache = kept
        del document.note_source


class Bounds(Transform):
    """Refuses what the transforms behind it would not finish. Raises ValueError."""

    default_priority = 1

    def apply(self) -> None:
        budget: Budget = self.document.settings.budget
        for parent in self.document.findall(nodes.Element):
            sought = sum(isinstance(child, _SOUGHT) for child in parent.children)
            budget.spend("crowd", sought * len(parent))
            budget.spend("cells", isinstance(parent, nodes.entry))
        self._refuse_lists(budget)
        self._refuse_substitutions(budget)

    def _refuse_lists(self, budget: Budget) -> None:
        """What lists or numbers the whole document, each time."""
        pending = [
            found
            for found in self.document.findall(nodes.pending)
            if found.transform is not ClassAttribute
        ]
        sections = sum(1 for _ in self.document.findall(nodes.section))
        listed = sections + sum(1 for _ in self.document.findall()) // 50
        budget.spend("lists", (len(pending) - 1) * listed if pending else 0)

    def _refuse_substitutions(self, budget: Budget) -> None:
        """What all references to substitutions would be replaced by."""
        definitions = self.document.substitution_defs
        named = {
            name: [*filter(None, map(self._name, _references(definition)))]
            for name, definition in definitions.items()
        }
        sizes: dict[str, int] = {}
        for name in _ordered(named):
            sizes[name] = _size(definitions[name]) + sum(sizes[other] for other in named[name])
        self._open_circles(sizes)
        for reference in _references(self.document):
            budget.spend("expanded", sizes.get(self._name(reference) or "", 0))

    def _open_circles(self, sizes: dict[str, int]) -> None:
        """A definition that leads to itself keeps its references as they are written."""
        for name, definition in self.document.substitution_defs.items():
            if name in sizes:
                continue
            for reference in _references(definition):
                reference.parent.replace(reference, nodes.Text(reference.rawsource))
            sizes[name] = _size(definition)
            self.document.reporter.error(
                f"The substitution |{name}| leads to itself: it stays as it is written",
                base_node=definition,
            )

    def _name(self, reference: nodes.Element) -> str | None:
        """The definition that a reference means."""
        name = reference["refname"]
        if name in self.document.substitution_defs:
            return str(name)
        return self.document.substitution_names.get(name.lower())


def _references(node: nodes.Element) -> list[nodes.substitution_reference]:
    return [*node.findall(nodes.substitution_reference)]


def _ordered(graph: Mapping[str, Iterable[str]]) -> Iterator[str]:
    """Each behind those that it names; without those that lead to a circle."""
    sorter = TopologicalSorter(graph)
    with suppress(CycleError):  # the others come all the same
        sorter.prepare()
    while ready := sorter.get_ready():
        yield from ready
        sorter.done(*ready)


def _size(node: nodes.Element) -> int:
    """What a copy costs: its parts, and its text."""
    return sum(1 for _ in node.findall()) + len(node.astext()) // 50
