"""reStructuredText -> HTML, as the author meant it: neither safe nor well-formed. Pure.

Refuses to include files, to fetch anything, to ask the clock, to pass other markup on, to read
docutils' own configuration, and what would keep docutils busy for long. What only the site can
make is left out and told; what it names is shown.
"""

from __future__ import annotations

import functools


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
    from publisher.content.rst import directives, document, writer  # noqa: PLC0415
    from publisher.content.rst.lines import Places  # noqa: PLC0415

    with directives.known(source):
        doctree = document.parsed(source)
    places = Places(source)
    messages = document.settle(doctree, places)
    return writer.written(doctree, places if is_marked else None), messages
