"""The ids of footnotes on the pages of a site, where the engine writes others than we do. Pure.

Our ids are those of markdown-it-footnote: `fn2` for the second note, `fnref2` for the first
reference to it, `fnref2:1` for the next one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, assert_never
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Sequence

    from publisher.post import FootnoteIds, RendererIds

_OURS = re.compile(r"fn(ref)?([1-9][0-9]{0,5})(?::([1-9][0-9]{0,5}))?")


def page_id(own: str, labels: Sequence[str], ids: FootnoteIds) -> str:
    """Return the page's id for one of ours, percent-encoded; empty if the page has none.

    `labels` are the names of the post's notes in the order of their numbers. An id that is not of a
    footnote is the same on the page.
    """
    match = _OURS.fullmatch(own)
    if match is None or int(match[2]) > len(labels) or ids == "markdown-it":
        return own
    number, label = match[2], quote(labels[int(match[2]) - 1], safe=":")
    if match[1]:
        return _id_of_reference(number, label, int(match[3] or 0), ids)
    return _id_of_note(number, label, ids)


def _id_of_note(number: str, label: str, ids: RendererIds) -> str:
    match ids:
        case "kramdown" | "labels":
            return f"fn:{label}"
        case "goldmark":
            return f"fn:{number}"
        case "pulldown-cmark":
            return label
        case "bottom":
            return f"fn-{label}"
        case _:
            assert_never(ids)


def _id_of_reference(number: str, label: str, repeated: int, ids: RendererIds) -> str:
    """`repeated` is 0 for the first reference to a note."""
    match ids:
        case "kramdown":
            return f"fnref:{label}:{repeated}" if repeated else f"fnref:{label}"
        case "labels":
            return f"fnref:{label}"
        case "goldmark":
            return f"fnref{repeated or ''}:{number}"
        case "pulldown-cmark":
            return ""
        case "bottom":
            return f"fr-{label}-{repeated + 1}"
        case _:
            assert_never(ids)
