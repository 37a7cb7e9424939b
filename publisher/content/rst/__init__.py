"""Convert reStructuredText to HTML as its author meant it: neither safe nor well-formed. Pure.

No post can include files, fetch anything, use the clock or pass other markup on; docutils reads no
configuration of its own; and input that would keep docutils busy for long is refused. What only the
site can render is dropped with a warning; the image, link or text that it names is kept.
"""

from __future__ import annotations

import functools


@functools.lru_cache(maxsize=2)  # a body and its lead
def html(source: str) -> tuple[str, tuple[tuple[int, str], ...]]:
    """Return the HTML, and the warnings of docutils and ours as (line from 1, message).

    Raises ValueError for input that would take too long, and whatever docutils raises.
    """
    return _rendered(source, is_marked=False)


@functools.lru_cache(maxsize=1)
def marked(source: str) -> str:
    """Return the HTML with marks: `data-at` on a tag is its offset in the source."""
    return _rendered(source, is_marked=True)[0]


def _rendered(source: str, *, is_marked: bool) -> tuple[str, tuple[tuple[int, str], ...]]:
    # docutils is slow to import, and most sites do not use it.
    from publisher.content.rst import directives, document, writer  # noqa: PLC0415
    from publisher.content.rst.lines import NodePositions  # noqa: PLC0415

    with directives.registered_names(source):
        doctree = document.parsed(source)
    positions = NodePositions(source)
    messages = document.finish(doctree, positions)
    return writer.written(doctree, positions if is_marked else None), messages
