"""Bodies of posts for tests that hold for any body: those in this repository, and random HTML."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import strategies as st

import publisher
from publisher.content.allowed_html import TAGS, VOID
from tests.support import GOLDENS, ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from publisher.post import Dialect

MARKDOWN: Sequence[Dialect] = ("kramdown", "goldmark", "marked", "commonmark", "markdown")
_FOLDERS = (
    GOLDENS / "entries",
    ROOT / "tests/engines/sites",
    ROOT / "tests/markers/posts",
    Path(publisher.__file__).parent / "app/demo/posts",
)
_MARKUPS: dict[str, Sequence[Dialect]] = {
    ".html": ("html",), ".rst": ("rest",), ".md": MARKDOWN, ".markdown": MARKDOWN,
}  # fmt: skip
_FRONT_MATTER = re.compile(r"^(?:---|\+\+\+)\n.*?\n(?:---|\+\+\+)\n", re.DOTALL)

FILES = sorted(path for folder in _FOLDERS for path in folder.rglob("*") if path.suffix in _MARKUPS)


def written(path: Path) -> Iterator[tuple[str, Dialect]]:
    """Yield the body of a post with each markup in which it may be written."""
    body = _FRONT_MATTER.sub("", path.read_text(encoding="utf-8"))
    yield from ((body, markup) for markup in _MARKUPS[path.suffix])


_ELEMENTS = st.sampled_from(sorted(TAGS - VOID))
HTML: st.SearchStrategy[str] = st.recursive(
    st.sampled_from(["one ", " two", "three", "\n", "<br>", "<img src='/i.png' alt='four'>"]),
    lambda inner: st.builds(
        lambda name, parts: f"<{name} href='/x'>{''.join(parts)}</{name}>",
        _ELEMENTS,
        st.lists(inner, max_size=4),
    ),
    max_leaves=20,
)
