"""The code in a Markdown text is found before a parser reads it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from publisher.text import markdown_code

LINES = st.sampled_from(
    ["```", "~~~~", "    x", "x", "", "* a", "  ```", "`a` b ``c``", "```a```", "> ```", "\tx"]
)


@given(st.lists(LINES).map("\n".join))
def test_an_offset_is_code_if_it_lies_in_a_piece(text: str) -> None:
    pieces = [*markdown_code.spans(text)]
    held = {at for start, end in pieces for at in range(start, end)}
    assert {at for at in range(len(text)) if markdown_code.is_within(at, pieces)} == held
    assert pieces == sorted(pieces)
