"""reStructuredText -> HTML, as the author meant it: neither safe nor well-formed. Pure.

Refuses to include files, to fetch anything, to ask the clock, to pass other markup on, to read
docutils' own configuration, and what would keep docutils busy for long. What only the site can
make is left out and told; what it names is shown.
"""

from __future__ import annotations

import functools
from typing import Any

SETTINGS: dict[str, Any] = {
    "_disable_config": True,
    "file_insertion_enabled": False,
    "raw_enabled": False,
    "doctitle_xform": False,
    "docinfo_xform": False,
    "initial_header_level": 2,
    "toc_backlinks": False,
    "syntax_highlight": "none",
    "math_output": "LaTeX",
    "line_length_limit": 1_000_000,
    "report_level": 2,
    "halt_level": 5,
    "warning_stream": "",
    "output_encoding": "unicode",
    "embed_stylesheet": False,
    "stylesheet_path": "",
}


@functools.lru_cache(maxsize=2)  # a body and its lead
def html(source: str) -> tuple[str, tuple[tuple[int, str], ...]]:
    """The HTML, and what docutils says is wrong: (line from 1, message).

    Raises ValueError for what would take too long, and whatever docutils may raise.
    """
    return _rendered(source, is_marked=False)


@functools.lru_cache(maxsize=1)
def marked(source: str) -> str:
    """The HTML, where each tag says in `data-at` at which offset of the source it stands."""
    return _rendered(source, is_marked=True)[0]


def _rendered(source: str, *, is_marked: bool) -> tuple[str, tuple[tuple[int, str], ...]]:
    # docutils is slow to import, and few need it.
    from publisher.rest import engines, tree, writer  # noqa: PLC0415
    from publisher.rest.places import Places  # noqa: PLC0415

    with engines.known(source):
        document = tree.parsed(source)
    places = Places(source)
    messages = tree.settle(document, places)
    return writer.written(document, places if is_marked else None), messages
