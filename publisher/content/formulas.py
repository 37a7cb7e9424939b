"""What a formula in MathML says in plain text. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Iterator


def formula_text(formula: etree._Element) -> str:
    """Return the alternative text of a `math` element, else its TeX, else its characters.

    The elements may be in the namespace of MathML or in none.
    """
    annotations = formula.iterfind(".//{*}annotation")
    tex = next((note.text for note in annotations if note.text), None)
    return formula.get("alttext") or tex or " ".join("".join(_characters(formula)).split())


def _characters(formula: etree._Element) -> Iterator[str]:
    """Yield the texts of a formula in their order; annotations repeat it as source."""
    for event, element in etree.iterwalk(formula, events=("start", "end")):
        is_note = etree.QName(element).localname == "annotation"
        if event == "start" and not is_note:
            yield element.text or ""
        elif event == "end" and element is not formula:
            yield element.tail or ""
